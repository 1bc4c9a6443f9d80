"""What is too large is refused at once, in one sentence, before anything is allocated or drawn."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import model as model_module
from numbagenn.base import available_memory as memory
from numbagenn.base.types import Double, Float, Precision
from numbagenn.base.wording import in_bytes, shown
from numbagenn.compat import v4_9 as legacy
from numbagenn.memory.buffers import Buffer
from numbagenn.runtime import connectivity_snippets, loaded_model, memory_footprint
from numbagenn.runtime.snippets import SnippetContext
from tests import a_few
from tests.numbagenn.networks import (
    INTEGRATE_AND_FIRE,
    START,
    add_cells,
    connect,
    new_model,
    pulled,
    steps,
)

HUGE = 10**5000  # more digits than Python writes

# --- Numbers out of range ------------------------------------------------------------------------

NO_INTEGERS = [
    1.5,
    math.nan,
    math.inf,
    "2",
    None,
    True,
    [1],
    np.arange(1000),
    1j,
    np.bool_(True),
    b"2",
    "9" * 5000,
    [HUGE],
    {"n": 2},
]
OUT_OF_RANGE = [-1, 2**62 + 1, 2**63 - 1, 2**63, np.uint64(2**64 - 1), 10**30, HUGE, -HUGE]


def network() -> tuple[Any, Any]:
    model = new_model()
    a, b = add_cells(model, "a", 4), add_cells(model, "b", 3)
    return model, connect(model, a, b, np.zeros(12))


def sparse_network() -> tuple[Any, Any]:
    model = new_model()
    a, b = add_cells(model, "a", 4), add_cells(model, "b", 3)
    synapses = model.add_synapse_population(
        "ab",
        "SPARSE",
        a,
        b,
        engine.init_weight_update("StaticPulse", {}, {"g": 0.5}),
        engine.init_postsynaptic("DeltaCurr"),
    )
    return model, synapses


@pytest.fixture(scope="module")
def loaded() -> Any:
    """A model that is built once, and not loaded."""
    model = new_model()
    add_cells(model, "a", 4).spike_recording_enabled = True
    model.build()
    return model


SETTINGS: dict[str, Callable[[Any], tuple[Any, Any]]] = {
    "batch_size": lambda _: (new_model(),) * 2,
    "seed": lambda _: (new_model(),) * 2,
    "timestep": lambda loaded: (loaded,) * 2,
    "axonal_delay_steps": lambda _: network(),
    "max_dendritic_delay_timesteps": lambda _: network(),
    "back_prop_delay_steps": lambda _: network(),
    "max_connections": lambda _: sparse_network(),
}


def one_sentence(error: BaseException) -> str:
    message = str(error)
    assert len(message) < 250
    assert "\n" not in message
    assert message.endswith(".")
    return message


@pytest.mark.parametrize(
    "value", [*NO_INTEGERS, *OUT_OF_RANGE], ids=lambda value: shown(value)[:20]
)
@pytest.mark.parametrize("name", SETTINGS)
def test_settings_are_integers_of_a_range(name: str, value: Any, loaded: Any) -> None:
    if not loaded.is_loaded:
        loaded.load(num_recording_timesteps=2)
    model, owner = SETTINGS[name](loaded)
    before = getattr(owner, name)
    with pytest.raises((TypeError, ValueError)) as caught:
        setattr(owner, name, value)
    message = one_sentence(caught.value)
    assert re.match(
        rf"{name}( of \w+ population 'ab'| of synapse population 'a_b')? must be", message
    )
    assert shown(value) in message or shown(int(value)) in message
    assert getattr(owner, name) == before
    assert model is not None


@pytest.mark.parametrize(
    "value", [*NO_INTEGERS, *OUT_OF_RANGE, 0, 2**31, 1e30, 0.5, -0.0], ids=shown
)
def test_sizes_of_populations(value: Any) -> None:
    model = new_model()
    with pytest.raises((TypeError, ValueError)) as caught:
        model.add_neuron_population("a", value, INTEGRATE_AND_FIRE, {"Vthr": 1.0}, dict(START))
    message = one_sentence(caught.value)
    assert message.startswith("Neuron group a: num_neurons must be ")
    assert not model.neuron_populations


@pytest.mark.parametrize(
    "value", [one for one in (*NO_INTEGERS, *OUT_OF_RANGE, 0) if one is not None], ids=shown
)
def test_steps_to_record(value: Any, loaded: Any) -> None:
    if loaded.is_loaded:
        loaded.unload()
    with pytest.raises((TypeError, ValueError, MemoryError)) as caught:
        loaded.load(num_recording_timesteps=value)
    one_sentence(caught.value)
    assert not loaded.is_loaded


@pytest.mark.parametrize("value", [HUGE, -HUGE, 10**400], ids=shown)
def test_numbers_that_no_float_can_hold(value: int, loaded: Any) -> None:
    if not loaded.is_loaded:
        loaded.load(num_recording_timesteps=2)
    model, old = new_model(), legacy.GeNNModel("float", "old")
    a = add_cells(model, "a", 4)
    for action in (
        lambda: setattr(model, "dt", value),
        lambda: model.add_neuron_population("b", 3, INTEGRATE_AND_FIRE, {"Vthr": value}, START),
        lambda: model.add_neuron_population(
            "b", 3, INTEGRATE_AND_FIRE, {"Vthr": 1.0}, {"V": value, "count": 0}
        ),
        lambda: a.vars["V"].set_init_values(value),
        lambda: setattr(loaded.neuron_populations["a"].vars["V"], "values", value),
        lambda: setattr(loaded.neuron_populations["a"].vars["count"], "values", value),
        lambda: engine.init_var("Uniform", {"min": 0.0, "max": value}),
        lambda: engine.init_sparse_connectivity("FixedProbability", {"prob": value}),
        lambda: engine.create_neuron_model("n", additional_input_vars=[("I", "scalar", value)]),
        lambda: setattr(old, "t", value),
    ):
        with pytest.raises((RuntimeError, TypeError, ValueError)) as caught:
            action()
        message = one_sentence(caught.value)
        assert " an integer of " in message
    assert pulled(loaded.neuron_populations["a"], "V").tolist() == [0.0] * 4


@pytest.mark.parametrize("value", [10**30, 2**100], ids=shown)
def test_long_integers_that_a_float_can_hold(value: int, loaded: Any) -> None:
    if not loaded.is_loaded:
        loaded.load(num_recording_timesteps=2)
    v = loaded.neuron_populations["a"].vars["V"]
    v.values = value
    assert (v.view == np.float32(value)).all()
    v.values = 0.0


@pytest.mark.filterwarnings("ignore:.+ is NaN")
@pytest.mark.parametrize("name", ["Pre", "Post", "Total"])
@pytest.mark.parametrize("value", [-1, 0.5, 2**32, 1e30, math.nan, math.inf])
def test_numbers_of_synapses(name: str, value: float) -> None:
    snippet = f"FixedNumber{name}WithReplacement"
    with pytest.raises(ValueError, match="num must be a whole number from 0 to 4294967295, not"):
        engine.init_sparse_connectivity(snippet, {"num": value})


def test_indices_of_the_largest_population() -> None:
    # Gaps between synapses are drawn as integers of 32 bits, whose sum must not wrap around.
    number, prob = 2**31 - 1, 3e-9
    init = engine.init_sparse_connectivity("FixedProbability", {"prob": prob})
    context = SnippetContext(
        title="synapses", precision=Precision(Float, Double), dt=1.0,
        num_batch=1, seed=1, stream=0, arrays={},
    )  # fmt: skip
    pre, post, _ = connectivity_snippets.build_connectivity(init, 300, number, context)
    assert len(pre) == pytest.approx(300 * number * prob, rel=0.2)
    assert post.max() > 2**31 * 0.99
    for row in range(300):
        assert (np.diff(post[pre == row].astype(np.int64)) > 0).all()


# --- Memory --------------------------------------------------------------------------------------

GIGABYTE = 10**9


def with_memory(monkeypatch: pytest.MonkeyPatch, size: float | None) -> None:
    monkeypatch.setattr(memory, "total_memory", lambda: size)


@pytest.fixture
def no_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile nothing: what is refused needs no kernels."""
    monkeypatch.setattr(model_module, "compiled", lambda source: ModuleType("kernels"))


DELAYED = engine.create_weight_update_model(
    "delayed", vars=[("g", "scalar")], pre_spike_syn_code="addToPostDelay(g, 1);"
)
PULSE = engine.init_weight_update("StaticPulse", {}, {"g": 0.5})
DELTA = engine.init_postsynaptic("DeltaCurr")
REMEMBER = engine.create_custom_update_model(
    "remember",
    vars=[("before", "scalar")],
    var_refs=[("g", "scalar")],
    update_code="before = g;",
)


def synapses(
    num_pre: int = 4,
    num_post: int = 3,
    *,
    batch_size: int = 1,
    precision: str = "float",
    init: Any = None,
    weight_update: Any = PULSE,
    connect_by_hand: bool = False,
    **settings: Any,
) -> Any:
    """Return a model of two populations that is not built."""
    model = new_model(batch_size=batch_size, precision=precision)
    a, b = add_cells(model, "a", num_pre), add_cells(model, "b", num_post)
    matrix = "SPARSE" if init is not None or connect_by_hand else "DENSE"
    group = model.add_synapse_population("ab", matrix, a, b, weight_update, DELTA, init)
    for name, value in settings.items():
        setattr(group if hasattr(type(group), name) else a, name, value)
    if connect_by_hand:
        group.set_sparse_connections([0, 1, 3], [2, 0, 1])
    return model


def random(name: str, **params: float) -> Any:
    return engine.init_sparse_connectivity(name, params)


LARGEST = 2**31 - 1
TOO_LARGE: dict[str, tuple[dict[str, Any], str]] = {
    "neurons": ({"num_pre": LARGEST}, " GB of memory, "),
    "a dense matrix": (
        {"num_pre": 10**5, "num_post": 10**5},
        "The model needs 80.0 GB of memory, 80.0 GB of it for variable 'g' of synapse population "
        "'ab', and there are 16.0 GB here; make it smaller.",
    ),
    "a dense matrix of doubles": (
        {"num_pre": 10**5, "num_post": 10**5, "precision": "double"},
        "The model needs 160.0 GB of memory, 160.0 GB of it for variable 'g'",
    ),
    "a dense matrix by code": (
        {
            "num_pre": 10**6,
            "num_post": 10**6,
            "weight_update": engine.init_weight_update(
                "StaticPulse", {}, {"g": engine.init_var("Uniform", {"min": 0.0, "max": 1.0})}
            ),
        },
        "8.0 TB of it for variable 'g' of synapse population 'ab'",
    ),
    "more synapses than 64 bits can number": (
        {"num_pre": LARGEST, "num_post": LARGEST},
        "36.9 EB of it for variable 'g' of synapse population 'ab'",
    ),
    "batches": (
        {"batch_size": 10**9},
        "and there are 16.0 GB here; make it smaller, or batch_size, which is 1000000000.",
    ),
    "recording": (
        {"spike_recording_enabled": True, "steps": 10**12},
        "8.0 TB of it for the recording of neuron population 'a', and",
    ),
    "the longest recording": (
        {"spike_recording_enabled": True, "steps": 2**62},
        "36.9 EB of it for the recording of neuron population 'a', and",
    ),
    "an axonal delay": (
        {"axonal_delay_steps": LARGEST},
        " GB of it for neuron population 'a', and",
    ),
    "a dendritic delay": (
        {
            "weight_update": engine.init_weight_update(DELAYED, {}, {"g": 0.5}),
            "max_dendritic_delay_timesteps": LARGEST,
        },
        "25.8 GB of it for synapse population 'ab', and",
    ),
    "synapses drawn in all": (
        {"num_pre": 10**5, "init": random("FixedNumberTotalWithReplacement", num=10**9)},
        "Connectivity of 1,000,000,000 synapses (synapse population 'ab') needs 32.0 GB of "
        "memory, and there are 16.0 GB here; connect fewer neurons.",
    ),
    "synapses drawn for rows": (
        {"num_pre": 10**6, "init": random("FixedNumberPostWithReplacement", num=1000)},
        "Connectivity of 1,000,000,000 synapses",
    ),
    "synapses drawn for columns": (
        {"num_post": 10**6, "init": random("FixedNumberPreWithReplacement", num=1000)},
        "Connectivity of 1,000,000,000 synapses",
    ),
    "synapses drawn by chance": (
        {"num_pre": 10**5, "num_post": 10**5, "init": random("FixedProbability", prob=0.1)},
        "Connectivity of 1,000,000,000 synapses",
    ),
    "synapses with others": (
        {"num_pre": 10**5, "num_post": 10**5, "init": random("FixedProbabilityNoAutapse", prob=1)},
        "Connectivity of 10,000,000,000 synapses",
    ),
}


@pytest.mark.usefixtures("no_kernels")
@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_does_not_fit_is_refused_before_it_is_allocated(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    options, words = TOO_LARGE[name]
    recorded = options.get("steps")
    model = synapses(**{key: value for key, value in options.items() if key != "steps"})
    model.build()
    with_memory(monkeypatch, 16 * GIGABYTE)
    monkeypatch.setattr(Buffer, "allocate", None)  # not reached
    monkeypatch.setattr(connectivity_snippets, "_run", None)  # nor this
    with pytest.raises(MemoryError) as caught:
        model.load(num_recording_timesteps=recorded)
    assert words in one_sentence(caught.value)
    assert not model.is_loaded


FITTING: dict[str, dict[str, Any]] = {
    "dense": {},
    "batches": {"batch_size": 5},
    "doubles": {"precision": "double"},
    "recording": {"spike_recording_enabled": True},
    "a delay": {"axonal_delay_steps": 3, "batch_size": 2},
    "drawn": {"init": random("FixedNumberPostWithReplacement", num=2)},
    "given": {"connect_by_hand": True, "batch_size": 2},
    "a dendritic delay": {
        "weight_update": engine.init_weight_update(DELAYED, {}, {"g": 0.5}),
        "max_dendritic_delay_timesteps": 7,
    },
}


def bytes_of(model: Any) -> int:
    """Return the size of all arrays that a loaded model has, but for those of faults."""
    loaded, total = model._runtime, 0
    for group in model._groups():
        for buffer in group.all_buffers():
            total += buffer.device.nbytes + buffer.host.nbytes
    for group in model.synapse_populations.values():
        if group.connections.inds is not None:
            total += sum(indices.nbytes for indices in group.connections.synapses)
    total += 2 * sum(recorder.device.nbytes for recorder in model._plan.recorders)
    threads = min(engine.get_num_threads(), model.batch_size)
    return int(
        total + threads * sum(loaded._part(scratch)[0].nbytes for scratch in model._plan.scratch)
    )


@pytest.mark.parametrize("name", a_few(FITTING, 2))
def test_what_fits_is_loaded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Large enough that variables outweigh what is known of spikes.
    model = synapses(60, 50, **FITTING[name])
    group = model.synapse_populations["ab"]
    references = {"g": engine.create_wu_var_ref(group, "g")}
    model.add_custom_update("remember", "Remember", REMEMBER, {}, {"before": 0.0}, references)
    model.build()
    needed: list[int] = []

    def count(what: str, size: int, fix: str, detail: str = "") -> None:
        needed.append(size if what == "The model" else 0)

    with monkeypatch.context() as patch:
        patch.setattr(memory_footprint, "check_memory", count)
        model.load(num_recording_timesteps=10)
    most = max(needed)
    # No more than there is, so that nothing is refused that fits; and not much less.
    assert 0.75 * bytes_of(model) <= most <= bytes_of(model)
    model.unload()
    with_memory(monkeypatch, most - 1)
    with pytest.raises(MemoryError, match="The model needs"):
        model.load(num_recording_timesteps=10)
    assert not any(buffer.device is not None for buffer in group.all_buffers())
    with_memory(monkeypatch, most)
    model.load(num_recording_timesteps=10)
    steps(model, 10)
    model.flush()


def test_where_nobody_tells_how_much_memory_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with_memory(monkeypatch, None)
    memory.check_memory("Anything", 2**100, "do nothing")


def test_synapses_are_counted_before_there_is_room_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    snippet = engine.create_sparse_connect_init_snippet(
        "all",
        row_build_code="for (unsigned int j = 0; j < num_post; j++) { addSynapse(j); }",
    )
    model = synapses(400, 50, init=engine.init_sparse_connectivity(snippet))
    model.build()
    with_memory(monkeypatch, 600_000)
    monkeypatch.setattr(connectivity_snippets, "_ALLOCATED_AT_FIRST", 100)
    words = r"^Connectivity of 20,000 synapses \(synapse population 'ab'\) needs 640.0 kB of memory"
    with pytest.raises(MemoryError, match=words):
        model.load()
    with_memory(monkeypatch, 10**6)
    model.load()
    assert model.synapse_populations["ab"].connections.num_synapses == 20_000


def test_what_the_system_refuses_is_told_as_well(
    loaded: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if loaded.is_loaded:
        loaded.unload()

    class NoRoomError(MemoryError):
        """Like that of NumPy."""

    def refuse(*_: object) -> None:
        raise NoRoomError("Unable to allocate 1. GiB for an array")

    monkeypatch.setattr(loaded_model, "aligned_zeros", refuse)
    monkeypatch.setattr(Buffer, "allocate", refuse)
    with pytest.raises(MemoryError) as caught:
        loaded.load(num_recording_timesteps=2)
    assert type(caught.value) is MemoryError
    assert one_sentence(caught.value).startswith(
        "The model needs more memory than this process may use (Unable to allocate 1. GiB"
    )
    monkeypatch.undo()
    loaded.load(num_recording_timesteps=2)


@pytest.mark.parametrize(("text", "counts"), [("5000000\n", True), ("max\n", False), ("", False)])
def test_a_container_may_have_less_memory(
    text: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory, "_LIMITS", ())
    monkeypatch.setattr(memory, "_swap", lambda: 0)
    everything = memory.total_memory.__wrapped__()
    (tmp_path / "limit").write_text(text)
    monkeypatch.setattr(memory, "_LIMITS", (tmp_path / "limit", tmp_path / "none"))
    expected = 5_000_000 if counts else everything
    assert memory.total_memory.__wrapped__() == expected
    assert everything is None or everything > 10**8


def test_bytes_are_written_for_people() -> None:
    expected = {
        0: "0 bytes",
        999: "999 bytes",
        1000: "1.0 kB",
        10**9: "1.0 GB",
        2**70: "1,180.6 EB",
    }
    assert {number: in_bytes(number) for number in expected} == expected


def test_rows_that_an_update_of_connectivity_could_never_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    grow = engine.create_custom_connectivity_update_model("grow", row_update_code="add_synapse(0);")
    model = synapses(400, 300, connect_by_hand=True)
    group = model.synapse_populations["ab"]
    group.max_connections = 300
    model.add_custom_connectivity_update("u", "Grow", group, grow)
    model.build()
    with_memory(monkeypatch, 400 * 300 * 8 - 1)
    message = r"update 'u' needs 960.0 kB .* lower max_connections .*, which is 300\.$"
    with pytest.raises(MemoryError, match=message):
        model.load()
    with_memory(monkeypatch, 16 * GIGABYTE)
    model.load()
    model.custom_update("Grow")
