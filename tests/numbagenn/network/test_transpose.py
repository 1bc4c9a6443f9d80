"""Custom updates that copy weights to transposed positions, and the timers of updates."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn import CustomUpdateVarAccess as Access
from numbagenn import VarAccess, VarAccessMode, create_var_ref, create_wu_var_ref
from numbagenn.runtime import loaded_model
from tests.numbagenn.networks import new_model, pulled, pushed

PRE, POST = 5, 3
CELL = engine.create_neuron_model("cell", vars=[("x", "scalar")])
WEIGHT = engine.create_weight_update_model(
    "weight",
    vars=[
        ("g", "scalar", VarAccess.READ_ONLY),
        ("own", "scalar"),
        ("spare", "scalar"),
        ("exact", "double"),
        ("single", "float"),
    ],
    pre_spike_syn_code="addToPost(g);",
)
START = {"g": 0.0, "own": 0.0, "spare": 0.0, "exact": 0.0, "single": 0.0}
GROW = engine.create_custom_update_model(
    "grow",
    vars=[("seen", "scalar")],
    var_refs=[("w", "scalar"), ("g", "scalar", VarAccessMode.READ_ONLY)],
    update_code="w += g + batch; seen = w;",
)
DOUBLE = engine.create_custom_update_model(
    "double", var_refs=[("w", "scalar")], update_code="w = 2.0 * w;"
)
MEAN = engine.create_custom_update_model(
    "mean",
    var_refs=[
        ("own", "scalar", VarAccessMode.READ_ONLY),
        ("g", "scalar", VarAccessMode.REDUCE_SUM),
    ],
    update_code="g = own / num_batch;",
)


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


def described(batch_size: int = 2) -> SimpleNamespace:
    model = new_model("transpose", batch_size)
    a = model.add_neuron_population("A", PRE, CELL, {}, {"x": 0.0})
    b = model.add_neuron_population("B", POST, CELL, {}, {"x": 0.0})

    def connect(name: str, source: Any, target: Any) -> Any:
        return model.add_synapse_population(
            name, "DENSE", source, target, engine.init_weight_update(WEIGHT, {}, dict(START)),
            engine.init_postsynaptic("DeltaCurr"),
        )  # fmt: skip

    return SimpleNamespace(
        m=model, a=a, b=b, s=connect("S", a, b), back=connect("R", b, a), loop=connect("L", a, a),
        wide=connect("W", a, b),
    )  # fmt: skip


def transpose(parts: SimpleNamespace, name: str, *reference: Any, group: str = "") -> Any:
    targets = {"variable": create_wu_var_ref(*reference)}
    return parts.m.add_custom_update(name, group or name, "Transpose", {}, {}, targets)


@cache
def network(batch_size: int) -> SimpleNamespace:
    parts = described(batch_size)
    parts.m.timing_enabled = True
    s, back = parts.s, parts.back
    parts.own = transpose(parts, "own", s, "own", back, "own")
    transpose(parts, "g", s, "g", back, "g")
    # The code of an update that transposes runs before the copying, and after other updates.
    references = {"w": create_wu_var_ref(s, "own", back, "own"), "g": create_wu_var_ref(s, "g")}
    parts.grow = parts.m.add_custom_update("grow", "G", GROW, {}, {"seen": 0.0}, references)
    references = {"w": create_wu_var_ref(s, "own")}
    parts.m.add_custom_update("double", "G", DOUBLE, {}, {}, references)
    references = {"own": create_wu_var_ref(s, "own"), "g": create_wu_var_ref(s, "g")}
    parts.m.add_custom_update("mean", "mean", MEAN, {}, {}, references)
    parts.m.build()
    parts.m.load()
    return parts


def transposed(values: np.ndarray) -> np.ndarray:
    """Return weights from A to B, in rows of one batch element each, as weights from B to A."""
    matrices = values.reshape(-1, PRE, POST).transpose(0, 2, 1)
    return np.ascontiguousarray(matrices).reshape(values.shape)


def weights(batch_size: int, seed: int = 1) -> np.ndarray:
    shape = (batch_size, PRE * POST) if batch_size > 1 else (PRE * POST,)
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("batch_size", [1, 4])
def test_weights_are_transposed(batch_size: int) -> None:
    parts, values = network(batch_size), weights(batch_size)
    pushed(parts.s, "own", values)
    pushed(parts.back, "own", -1.0)
    parts.m.custom_update("own")
    np.testing.assert_array_equal(pulled(parts.back, "own"), transposed(values))
    # The other way round, nothing happens.
    np.testing.assert_array_equal(pulled(parts.s, "own"), values)


@pytest.mark.parametrize("batch_size", [1, 4])
def test_shared_weights_are_transposed_once(batch_size: int) -> None:
    parts, values = network(batch_size), weights(1)
    pushed(parts.s, "g", values)
    parts.m.custom_update("g")
    np.testing.assert_array_equal(pulled(parts.back, "g"), transposed(values))


@pytest.mark.parametrize("batch_size", [1, 4])
def test_code_runs_before_and_other_updates_run_earlier(batch_size: int) -> None:
    parts, values, g = network(batch_size), weights(batch_size), weights(1, seed=2)
    pushed(parts.s, "own", values)
    pushed(parts.s, "g", g)
    parts.m.custom_update("G")
    batch = np.arange(batch_size, dtype=np.float32)[:, None]
    expected = (2 * values + (g + batch)).reshape(values.shape)
    np.testing.assert_array_equal(pulled(parts.s, "own"), expected)
    np.testing.assert_array_equal(pulled(parts.grow, "seen"), expected)
    np.testing.assert_array_equal(pulled(parts.back, "own"), transposed(expected))


def test_a_step_of_learning() -> None:
    """The gradients of a batch are averaged into shared weights, and these transposed."""
    parts, values = network(4), weights(4)
    pushed(parts.s, "own", values)
    parts.m.custom_update("mean")
    parts.m.custom_update("g")
    mean = np.cumsum(values / np.float32(4), axis=0, dtype=np.float32)[-1]
    np.testing.assert_array_equal(pulled(parts.s, "g"), mean)
    np.testing.assert_array_equal(pulled(parts.back, "g"), transposed(mean))


@given(seed=st.integers(0, 1000), number=st.sampled_from([1, 2, 7]))
@settings(max_examples=25, deadline=None)
def test_threads_share_what_is_transposed(seed: int, number: int) -> None:
    parts, values = network(4), weights(4, seed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaded_model, "_ELEMENTS_PER_PART", 1)
        engine.set_num_threads(number)
        pushed(parts.s, "own", values)
        parts.m.custom_update("own")
    np.testing.assert_array_equal(pulled(parts.back, "own"), transposed(values))


def test_spikes_come_back_through_transposed_weights() -> None:
    cell = engine.create_neuron_model(
        "spiker", vars=[("V", "scalar")], sim_code="V = Isyn + V;",
        threshold_condition_code="V >= 100.0", reset_code="V = 0.0;",
    )  # fmt: skip
    model = new_model("back")
    a = model.add_neuron_population("A", PRE, cell, {}, {"V": 0.0})
    b = model.add_neuron_population("B", POST, cell, {}, {"V": [0.0, 100.0, 100.0]})
    values = weights(1)
    sides = [
        model.add_synapse_population(
            name, "DENSE", *ends, engine.init_weight_update("StaticPulse", {}, {"g": start}),
            engine.init_postsynaptic("DeltaCurr"),
        )
        for name, ends, start in (("S", (a, b), values), ("R", (b, a), 0.0))
    ]  # fmt: skip
    reference = create_wu_var_ref(sides[0], "g", sides[1], "g")
    model.add_custom_update("T", "T", "Transpose", {}, {}, {"variable": reference})
    model.build()
    model.load()
    model.custom_update("T")
    model.step_time()
    model.step_time()
    matrix = values.reshape(PRE, POST)
    np.testing.assert_array_equal(pulled(a, "V"), matrix[:, 1] + matrix[:, 2])


def test_timers_tell_transposing_from_the_rest() -> None:
    parts = network(4)
    model = parts.m
    timers = [
        model.get_custom_update_time,
        model.get_custom_update_transpose_time,
        model.get_custom_update_remap_time,
        model.get_custom_update_host_time,
    ]
    model.unload()
    model.load()
    assert [timer("G") for timer in timers] == [0, 0, 0, 0]
    model.custom_update("G")
    update, transposing, remap, host = [timer("G") for timer in timers]
    assert update > 0
    assert transposing > 0
    assert (remap, host) == (0, 0)
    # A group that only transposes.
    model.custom_update("g")
    assert model.get_custom_update_time("g") == 0
    assert model.get_custom_update_transpose_time("g") > 0
    assert [timer("G") for timer in timers[:2]] == [update, transposing]
    for timer in timers:
        with pytest.raises(RuntimeError, match="Unknown custom update group 'H'; the groups are"):
            timer("H")


def test_what_an_update_of_synapses_tells_of_itself() -> None:
    parts = network(1)
    assert parts.grow.synapse_group is parts.s
    assert parts.own.synapse_group is parts.s
    assert not hasattr(parts.grow, "num_neurons")
    assert parts.grow.vars["seen"].view.shape == (PRE * POST,)


# Mistakes ------------------------------------------------------------------------------------


def make(parts: SimpleNamespace, model: Any, start: Any = None, **targets: Any) -> Any:
    references = {name: create_wu_var_ref(*target) for name, target in targets.items()}
    return parts.m.add_custom_update("u", "u", model, {}, start or {}, references)


MISTAKES: dict[str, tuple[Any, type[Exception], str]] = {
    "same direction": (
        lambda s: transpose(s, "t", s.s, "g", s.wide, "g"), RuntimeError,
        "appropriately sized neuron groups: synapse population 'S' has 5 x 3 synapses, so synapse "
        "population 'W' needs 3 x 5, not 5 x 3.",
    ),
    "other size": (
        lambda s: transpose(s, "t", s.s, "g", s.loop, "g"), RuntimeError,
        "'L' needs 3 x 5, not 5 x 5",
    ),
    "itself": (
        lambda s: transpose(s, "t", s.loop, "g", s.loop, "g"), RuntimeError,
        "'g' of synapse population 'L' cannot be transposed onto itself; copy",
    ),
    "other type": (
        lambda s: transpose(s, "t", s.s, "own", s.back, "exact"), RuntimeError,
        "variables with the same type: 'own' of synapse population 'S' and 'exact' of synapse "
        "population 'R' are 'scalar' and 'double'",
    ),
    "type written otherwise": (
        lambda s: transpose(s, "t", s.s, "own", s.back, "single"), RuntimeError,
        "'scalar' and 'float'; write the same",
    ),
    "other batching": (
        lambda s: transpose(s, "t", s.s, "g", s.back, "own"), RuntimeError,
        "similarly batched variables: 'g' .* are shared by the batch and one for each batch "
        "element; give both the same VarAccess",
    ),
    "two at once": (
        lambda s: make(
            s, engine.create_custom_update_model(
                "two", var_refs=[("x", "scalar"), ("y", "scalar")], update_code="x = y;"
            ),
            x=(s.s, "own", s.back, "own"), y=(s.s, "spare", s.back, "spare"),
        ), RuntimeError,
        "only calculate the transpose of a single variable: in custom update 'u' it is asked for "
        "'x' and 'y'; write an update for each",
    ),
    "and a reduction": (
        lambda s: make(s, MEAN, own=(s.s, "own", s.back, "own"), g=(s.s, "g")), RuntimeError,
        "both transpose and batch reduction operations: custom update 'u' does",
    ),
    "target of a reduction": (
        lambda s: make(s, MEAN, own=(s.s, "own"), g=(s.s, "g", s.back, "g")), RuntimeError,
        "both transpose and batch reduction",
    ),
    "unknown variable": (
        lambda s: transpose(s, "t", s.s, "g", s.back, "ow"), RuntimeError,
        "Transpose variable 'ow' not found: .* population 'R' are 'g', .*; did you mean 'own'",
    ),
    "unknown forward variable": (
        lambda s: transpose(s, "t", s.s, "h", s.back, "g"), RuntimeError, "Variable 'h' not found",
    ),
    "only a population": (
        lambda s: create_wu_var_ref(s.s, "g", s.back), TypeError,
        "needs the name of the transposed variable too, not only the population",
    ),
    "only a name": (
        lambda s: create_wu_var_ref(s.s, "g", None, "g"), TypeError,
        "needs the population of the transposed variable too, not only the name",
    ),
    "no population": (
        lambda s: create_wu_var_ref(s.s, "g", s.a, "x"), TypeError,
        "needs a synapse population, not neuron population 'A'",
    ),
    "transpose of an update's variable": (
        lambda s: create_wu_var_ref(
            make(s, GROW, {"seen": 0.0}, w=(s.s, "own"), g=(s.s, "g")), "seen", s.back, "own"
        ), TypeError, "Only variables of synapse populations can be transposed, not those of "
        "custom update 'u'",
    ),
    "nothing to transpose to": (
        lambda s: transpose(s, "t", s.s, "g"), RuntimeError,
        "Custom update 't' transposes nothing: give create_wu_var_ref",
    ),
    "neurons": (
        lambda s: s.m.add_custom_update(
            "t", "t", "Transpose", {}, {}, {"variable": create_var_ref(s.a, "x")}
        ), RuntimeError, "'t' transposes nothing",
    ),
    "neurons by a reference of synapses": (
        lambda s: create_wu_var_ref(s.a, "x"), TypeError,
        "create_wu_var_ref needs a synapse population, custom update or custom connectivity "
        "update, not neuron population 'A'",
    ),
    "another model's": (
        lambda s: (lambda other: transpose(s, "t", s.s, "g", other.back, "g"))(described()),
        ValueError,
        "'variable' of custom update 't' points to synapse population 'R' of another model",
    ),
    "lower-dimensional": (
        lambda s: make(s, GROW, {"seen": 0.0}, w=(s.s, "g", s.back, "g"), g=(s.s, "own")),
        RuntimeError, "'w' in custom update 'u' to lower-dimensional variables cannot be read-wr",
    ),
    "other scalar": (
        lambda s: transpose(s, "t", s.s, "exact", s.back, "exact"), RuntimeError,
        "Incompatible type for variable reference 'variable' of custom update 't'",
    ),
    "timers before loading": (
        lambda s: (transpose(s, "t", s.s, "g", s.back, "g"),
                   s.m.get_custom_update_transpose_time("t")),
        RuntimeError, "has to be loaded",
    ),
    "access of own variables": (
        lambda s: make(
            s, engine.create_custom_update_model(
                "n", vars=[("r", "scalar", Access.REDUCE_NEURON_SUM)], var_refs=[("w", "scalar")],
                update_code="r = w;",
            ), {"r": 0.0}, w=(s.s, "own", s.back, "own"),
        ), RuntimeError, "synapses can only be reduced over the batch",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named(mistake: str) -> None:
    attempt, kind, message = MISTAKES[mistake]
    with pytest.raises(kind, match=message) as caught:
        attempt(described())
    assert len(str(caught.value)) < 400
