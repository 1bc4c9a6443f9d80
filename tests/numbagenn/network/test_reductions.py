"""Reductions of custom updates, against NumPy, and the shapes of what updates own and refer to."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import numbagenn as engine
from numbagenn import CustomUpdateVarAccess as Access
from numbagenn import VarAccess, VarAccessMode, create_var_ref, create_wu_var_ref
from numbagenn.network.references import VariableReference
from numbagenn.runtime import loaded_model
from tests import a_few
from tests.numbagenn.networks import new_model, pulled, pushed

N, POST = 37, 3
READ = VarAccessMode.READ_ONLY
X = ("x", "scalar", READ)

CELL = engine.create_neuron_model(
    "cell",
    vars=[
        ("x", "scalar"),
        ("y", "scalar"),
        ("n", "int"),
        ("fixed", "scalar", VarAccess.READ_ONLY),
        ("shared", "scalar", VarAccess.READ_ONLY_SHARED_NEURON),
    ],
    sim_code="y = 0.5 * y + 1.0;",
)
WEIGHT = engine.create_weight_update_model(
    "weight",
    vars=[("g", "scalar", VarAccess.READ_ONLY), ("gradient", "scalar"), ("m", "scalar")],
    pre_spike_syn_code="addToPost(g);",
)
CELL_START = {"x": 0.0, "y": 0.0, "n": 0, "fixed": 0.0, "shared": 0.0}


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


def update(code: str, owns: Any = (), refers: Any = (X,)) -> Any:
    return engine.create_custom_update_model(
        "test", vars=list(owns), var_refs=list(refers), update_code=code
    )


def add(model: Any, name: str, made: Any, group: str = "", **targets: Any) -> Any:
    """Add an update under a group of its own name; references as (group, name)."""
    references = {
        key: target
        if isinstance(target, VariableReference)
        else (create_wu_var_ref if hasattr(target[0], "src") else create_var_ref)(*target)
        for key, target in targets.items()
    }
    own = {var.name: 0.0 for var in made.vars}
    return model.add_custom_update(name, group or name, made, {}, own, references)


@cache
def network(batch_size: int, precision: str = "float") -> SimpleNamespace:
    """Return a loaded model with one update for everything that reductions can do."""
    model = new_model("reductions", batch_size, precision)
    a = model.add_neuron_population("A", N, CELL, {}, dict(CELL_START))
    b = model.add_neuron_population("B", POST, CELL, {}, dict(CELL_START))
    start = {"g": 0.0, "gradient": 0.0, "m": 0.0}
    s = model.add_synapse_population(
        "S", "DENSE", a, b, engine.init_weight_update(WEIGHT, {}, start),
        engine.init_postsynaptic("DeltaCurr"),
    )  # fmt: skip
    parts = SimpleNamespace(model=model, a=a, b=b, s=s)

    def own(name: str, code: str, *owns: Any, refers: Any = (X,), **targets: Any) -> None:
        setattr(
            parts, name, add(model, name, update(code, owns, refers), **targets or {"x": (a, "x")})
        )

    own(
        "over_neurons",
        "total = x; largest = x; some = 0.0; if (x > 0.0) { some = x; } seen = x;",
        ("total", "scalar", Access.REDUCE_NEURON_SUM),
        ("largest", "scalar", Access.REDUCE_NEURON_MAX),
        ("some", "double", Access.REDUCE_NEURON_SUM),
        ("seen", "scalar"),
    )
    own(
        "over_batches",
        "total = x; largest = x; seen = x + id;",
        ("total", "scalar", Access.REDUCE_BATCH_SUM),
        ("largest", "scalar", Access.REDUCE_BATCH_MAX),
        ("seen", "scalar"),
    )
    own(
        "exponentials", "total = exp(x - peak);",
        ("total", "scalar", Access.REDUCE_NEURON_SUM),
        refers=(X, ("peak", "scalar", READ)), x=(a, "x"), peak=(parts.over_neurons, "largest"),
    )  # fmt: skip
    own(
        "softmax", "y = exp(x - peak) / total;",
        refers=(X, ("peak", "scalar", READ), ("total", "scalar", READ), ("y", "scalar")),
        x=(a, "x"), y=(a, "y"),
        peak=(parts.over_neurons, "largest"), total=(parts.exponentials, "total"),
    )  # fmt: skip
    own(
        "into_shared", "shared = x;", refers=(X, ("shared", "scalar", VarAccessMode.REDUCE_SUM)),
        x=(a, "x"), shared=(a, "shared"),
    )  # fmt: skip
    own(
        "into_fixed", "fixed = x + old; y = old;",
        refers=(
            X, ("fixed", "scalar", VarAccessMode.REDUCE_MAX), ("old", "scalar", READ),
            ("y", "scalar"),
        ),
        x=(a, "x"), fixed=(a, "fixed"), old=(a, "fixed"), y=(a, "y"),
    )  # fmt: skip
    own(
        "whole", "sum8 = n; max8 = n; max32 = n; maxu = (unsigned int)n; any = n > 100; "
        "all_low = n > 1000; sum64 = n;",
        ("sum8", "int8_t", Access.REDUCE_NEURON_SUM),
        ("max8", "int8_t", Access.REDUCE_NEURON_MAX),
        ("max32", "int", Access.REDUCE_NEURON_MAX),
        ("maxu", "unsigned int", Access.REDUCE_NEURON_MAX),
        ("any", "bool", Access.REDUCE_NEURON_SUM),
        ("all_low", "bool", Access.REDUCE_NEURON_MAX),
        ("sum64", "int64_t", Access.REDUCE_NEURON_SUM),
        refers=(("n", "int", READ),), n=(a, "n"),
    )  # fmt: skip
    own(
        "gradients", "g = gradient; largest = gradient; gradient = 0.0; m += id_syn;",
        ("largest", "scalar", Access.REDUCE_BATCH_MAX),
        refers=(
            ("gradient", "scalar"), ("g", "scalar", VarAccessMode.REDUCE_SUM), ("m", "scalar"),
        ),
        gradient=(s, "gradient"), g=(s, "g"), m=(s, "m"),
    )  # fmt: skip
    own(
        "learn", "g -= 0.5 * largest + 100.0 * batch + 1000.0 * (num_batch - 1);",
        refers=(("g", "scalar"), ("largest", "scalar", READ)),
        g=(s, "g"), largest=create_wu_var_ref(parts.gradients, "largest"),
    )  # fmt: skip
    own(
        "last_wins", "shared = x;", refers=(X, ("shared", "scalar", VarAccessMode.BROADCAST)),
        x=(a, "x"), shared=(a, "shared"),
    )  # fmt: skip
    own(
        "last_batch_wins", "fixed = x;", refers=(X, ("fixed", "scalar", VarAccessMode.BROADCAST)),
        x=(a, "x"), fixed=(a, "fixed"),
    )  # fmt: skip
    own(
        "spread", "kept = x + common; y = one;",
        ("kept", "scalar", Access.BROADCAST_DELAY),
        ("common", "scalar", Access.READ_ONLY_SHARED),
        ("one", "scalar", Access.READ_ONLY_SHARED_NEURON),
        refers=(X, ("y", "scalar")), x=(a, "x"), y=(a, "y"),
    )  # fmt: skip
    own(
        "of_shared", "shared = 10 * num_neurons + id + batch; times++;", ("times", "int"),
        refers=(("shared", "scalar"),), shared=(a, "shared"),
    )  # fmt: skip
    own(
        "of_unbatched", "fixed = 10 * num_batch + batch; seen = fixed; total = id;",
        ("seen", "scalar"), ("total", "scalar", Access.REDUCE_NEURON_SUM),
        refers=(("fixed", "scalar"),), fixed=(a, "fixed"),
    )  # fmt: skip
    model.build()
    model.load()
    return parts


def shaped(values: np.ndarray, batch_size: int) -> np.ndarray:
    return values if batch_size > 1 else values[0]


def random(batch_size: int, precision: str, seed: int = 3, size: int = N) -> np.ndarray:
    dtype = np.float32 if precision == "float" else np.float64
    return (np.random.default_rng(seed).standard_normal((batch_size, size)) * 5).astype(dtype)


def sequential_sum(values: np.ndarray) -> np.ndarray:
    """Sum over the last axis in ascending order, in the type of the values."""
    return np.cumsum(values, axis=-1, dtype=values.dtype)[..., -1]


def same_bits(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.dtype == expected.dtype
    assert found.shape == expected.shape
    assert found.tobytes() == expected.tobytes(), (found, expected)


KINDS = a_few([(5, "float"), (1, "float"), (3, "double")])
kinds = pytest.mark.parametrize(("batch_size", "precision"), KINDS)


@pytest.mark.slow
@kinds
def test_over_neurons(batch_size: int, precision: str) -> None:
    parts, x = network(batch_size, precision), random(batch_size, precision)
    pushed(parts.a, "x", shaped(x, batch_size))
    parts.model.custom_update("over_neurons")
    own = parts.over_neurons
    shape = (batch_size, 1) if batch_size > 1 else (1,)
    same_bits(pulled(own, "total"), sequential_sum(x).reshape(shape))
    same_bits(pulled(own, "largest"), x.max(axis=1).reshape(shape))
    positive = np.where(x > 0, x, 0).astype(np.float64)
    same_bits(pulled(own, "some"), sequential_sum(positive).reshape(shape))
    same_bits(pulled(own, "seen"), shaped(x, batch_size))


@kinds
def test_over_the_batch(batch_size: int, precision: str) -> None:
    parts, x = network(batch_size, precision), random(batch_size, precision)
    pushed(parts.a, "x", shaped(x, batch_size))
    parts.model.custom_update("over_batches")
    own = parts.over_batches
    same_bits(pulled(own, "total"), sequential_sum(x.T))
    same_bits(pulled(own, "largest"), x.max(axis=0))
    same_bits(pulled(own, "seen"), shaped(x + np.arange(N, dtype=x.dtype), batch_size))


@kinds
def test_softmax_of_three_updates(batch_size: int, precision: str) -> None:
    parts, x = network(batch_size, precision), random(batch_size, precision)
    pushed(parts.a, "x", shaped(x, batch_size))
    for name in ("over_neurons", "exponentials", "softmax"):
        parts.model.custom_update(name)
    exponentials = np.exp(x - x.max(axis=1, keepdims=True))
    expected = exponentials / exponentials.sum(axis=1, keepdims=True)
    rtol = 3e-6 if precision == "float" else 1e-13
    np.testing.assert_allclose(pulled(parts.a, "y"), shaped(expected, batch_size), rtol=rtol)


@kinds
def test_references_are_reduced_to(batch_size: int, precision: str) -> None:
    parts, x = network(batch_size, precision), random(batch_size, precision)
    pushed(parts.a, "x", shaped(x, batch_size))
    parts.model.custom_update("into_shared")
    same_bits(pulled(parts.a, "shared").reshape(-1), sequential_sum(x))
    # What was there is overwritten, once all batch elements have seen it.
    old = random(1, precision, seed=4)[0]
    pushed(parts.a, "fixed", old)
    parts.model.custom_update("into_fixed")
    same_bits(pulled(parts.a, "fixed"), (x + old).max(axis=0))
    same_bits(pulled(parts.a, "y"), shaped(np.tile(old, (batch_size, 1)), batch_size))


@pytest.mark.parametrize("batch_size", a_few([5, 1]))
def test_whole_numbers_wrap_and_start_at_their_lowest(batch_size: int) -> None:
    parts = network(batch_size)
    n = np.random.default_rng(1).integers(-100, 100, (batch_size, N), dtype=np.int32)
    n[0] = -np.arange(3, N + 3)
    pushed(parts.a, "n", shaped(n, batch_size))
    parts.model.custom_update("whole")
    found = {name: pulled(parts.whole, name).reshape(-1) for name in parts.whole.vars}
    same_bits(found["sum8"], n.sum(axis=1).astype(np.int8))
    same_bits(found["max8"], n.max(axis=1).astype(np.int8))
    same_bits(found["max32"], n.max(axis=1))
    same_bits(found["maxu"], n.astype(np.uint32).max(axis=1))
    same_bits(found["sum64"], n.sum(axis=1, dtype=np.int64))
    assert not found["any"].any()
    assert not found["all_low"].any()
    n[-1, 5] = 101
    pushed(parts.a, "n", shaped(n, batch_size))
    parts.model.custom_update("whole")
    assert pulled(parts.whole, "any").reshape(-1).tolist() == [False] * (batch_size - 1) + [True]


@pytest.mark.parametrize("batch_size", a_few([5, 1]))
def test_gradients_are_summed_over_the_batch(batch_size: int) -> None:
    parts = network(batch_size)
    gradient = random(batch_size, "float", size=N * POST)
    pushed(parts.s, "gradient", shaped(gradient, batch_size))
    pushed(parts.s, "m", 1.0)
    parts.model.custom_update("gradients")
    total, largest = sequential_sum(gradient.T), gradient.max(axis=0)
    same_bits(pulled(parts.s, "g"), total)
    same_bits(pulled(parts.gradients, "largest"), largest)
    # What the same code writes for each batch element is there as well.
    assert not pulled(parts.s, "gradient").any()
    moment = np.tile(1 + np.arange(N * POST, dtype=np.float32), (batch_size, 1))
    same_bits(pulled(parts.s, "m"), shaped(moment, batch_size))
    # The batch shares weights and their largest gradient, so learning runs once, as element 0 of 1.
    parts.model.custom_update("learn")
    same_bits(pulled(parts.s, "g"), total - np.float32(0.5) * largest)


@pytest.mark.slow
def test_a_single_batch_is_stored_as_it_is() -> None:
    parts = network(1)
    odd = np.array([-0.0, np.nan, -np.inf, np.inf, 3.0], np.float32)
    pushed(parts.a, "x", np.resize(odd, N))
    parts.model.custom_update("over_batches")
    for name in ("total", "largest"):
        same_bits(pulled(parts.over_batches, name), np.resize(odd, N))


LOWEST = float(np.finfo(np.float32).min)


@pytest.mark.parametrize("batch_size", [1, 5])
@pytest.mark.parametrize(
    ("first", "rest", "expected"),
    [
        # As PyGeNN 5.4.0 was found to do it.
        ([np.nan, 2.0, np.nan], -1.0, 2.0),
        ([2.0, np.nan, 1.0], -1.0, 2.0),
        ([np.nan], np.nan, LOWEST),
        ([-np.inf], -np.inf, LOWEST),
        ([-0.0, 0.0], -1.0, -0.0),
        ([0.0, -0.0], -1.0, 0.0),
    ],
)
def test_odd_numbers_in_a_maximum(
    batch_size: int, first: list[float], rest: float, expected: float
) -> None:
    parts = network(batch_size)
    pushed(parts.a, "x", [*first, *[rest] * (N - len(first))])
    parts.model.custom_update("over_neurons")
    found = pulled(parts.over_neurons, "largest").reshape(-1)
    same_bits(found, np.full(batch_size, expected, np.float32))


def test_odd_numbers_in_a_maximum_over_the_batch() -> None:
    parts = network(5)
    columns = [
        [np.nan, 2, 1, np.nan, 0], [np.nan] * 5, [-np.inf] * 5, [-0.0, 0.0, -0.0, -1, -1],
        [0.0, -0.0, -1, -1, -1],
    ]  # fmt: skip
    x = np.zeros((5, N), np.float32)
    x[:, : len(columns)] = np.transpose(columns)
    pushed(parts.a, "x", x)
    parts.model.custom_update("over_batches")
    expected = np.array([2.0, LOWEST, LOWEST, -0.0, 0.0], np.float32)
    same_bits(pulled(parts.over_batches, "largest")[: len(columns)], expected)
    # A sum starts at 0, so one of negative zeros alone is 0.
    pushed(parts.a, "x", -0.0)
    parts.model.custom_update("over_batches")
    same_bits(pulled(parts.over_batches, "total"), np.zeros(N, np.float32))


@pytest.mark.parametrize("number", [1, 2, 7])
def test_the_last_of_several_values_stays(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loaded_model, "_ELEMENTS_PER_PART", 1)
    engine.set_num_threads(number)
    parts, x = network(5), random(5, "float")
    pushed(parts.a, "x", x)
    for _ in range(20):
        pushed(parts.a, "shared", 0.0)
        pushed(parts.a, "fixed", 0.0)
        parts.model.custom_update("last_wins")
        parts.model.custom_update("last_batch_wins")
        same_bits(pulled(parts.a, "shared"), x[:, -1:])
        same_bits(pulled(parts.a, "fixed"), x[-1])


@pytest.mark.parametrize("batch_size", [1, 5])
def test_shapes_of_own_variables(batch_size: int) -> None:
    parts, x = network(batch_size), random(batch_size, "float")
    batched = (batch_size,) if batch_size > 1 else ()
    shapes = {
        (parts.over_neurons, "total"): (*batched, 1),
        (parts.over_neurons, "seen"): (*batched, N),
        (parts.over_batches, "total"): (N,),
        (parts.over_batches, "seen"): (*batched, N),
        (parts.gradients, "largest"): (N * POST,),
        (parts.spread, "kept"): (*batched, N),
        (parts.spread, "common"): (N,),
        (parts.spread, "one"): (*batched, 1),
        (parts.of_shared, "times"): (*batched, 1),
        (parts.of_unbatched, "seen"): (N,),
        (parts.of_unbatched, "total"): (1,),
    }
    for (group, name), shape in shapes.items():
        assert group.vars[name].view.shape == shape, (group, name)
    pushed(parts.a, "x", shaped(x, batch_size))
    pushed(parts.spread, "common", np.arange(N))
    ones = np.arange(batch_size, dtype=np.float32)[:, None]
    pushed(parts.spread, "one", shaped(ones, batch_size))
    parts.model.custom_update("spread")
    same_bits(pulled(parts.spread, "kept"), shaped(x + np.arange(N, dtype=np.float32), batch_size))
    assert (pulled(parts.a, "y") == shaped(ones, batch_size)).all()


@pytest.mark.parametrize("batch_size", [1, 5])
def test_updates_that_lack_a_dimension_run_less_often(batch_size: int) -> None:
    parts = network(batch_size)
    pushed(parts.of_shared, "times", 0)
    parts.model.custom_update("of_shared")
    # One value for all neurons: the code runs once, for as many neurons as there are.
    assert parts.of_shared.num_neurons == N
    assert (pulled(parts.of_shared, "times") == 1).all()
    expected = 10 * N + np.arange(batch_size)
    assert pulled(parts.a, "shared").reshape(-1).tolist() == expected.tolist()
    parts.model.custom_update("of_unbatched")
    assert (pulled(parts.a, "fixed") == 10).all()
    assert (pulled(parts.of_unbatched, "seen") == 10).all()
    assert pulled(parts.of_unbatched, "total").tolist() == [N * (N - 1) / 2]


@pytest.mark.parametrize("queued", [1, 4])
def test_reductions_see_all_steps_so_far(queued: int) -> None:
    model = new_model("steps", 2)
    a = model.add_neuron_population("A", N, CELL, {}, dict(CELL_START))
    total = update("total = x;", [("total", "scalar", Access.REDUCE_NEURON_SUM)])
    own = add(model, "total", total, x=(a, "y"))
    model.build()
    model.load()
    for step in range(4):
        model.step_time()
        if step % queued == 0:
            model.flush()
    model.custom_update("total")
    assert pulled(own, "total").tolist() == [[N * 1.875]] * 2


FINITE = st.floats(-1e6, 1e6, width=32)


@given(
    x=arrays(np.float32, (5, N), elements=FINITE),
    number=st.sampled_from([1, 2, 7]),
    batch=st.integers(0, 4),
)
@settings(max_examples=60, deadline=None)
def test_results_depend_neither_on_threads_nor_on_the_batch(
    x: np.ndarray, number: int, batch: int
) -> None:
    single, parts = network(1), network(5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaded_model, "_ELEMENTS_PER_PART", 1)
        engine.set_num_threads(number)
        pushed(parts.a, "x", x)
        pushed(single.a, "x", x[batch])
        for model in (single.model, parts.model):
            for name in ("over_neurons", "exponentials", "softmax", "over_batches"):
                model.custom_update(name)
    for group in ("over_neurons", "exponentials"):
        for name in getattr(single, group).vars:
            one = pulled(getattr(single, group), name)
            same_bits(pulled(getattr(parts, group), name)[batch], one)
    same_bits(pulled(parts.a, "y")[batch], pulled(single.a, "y"))
    same_bits(pulled(parts.over_batches, "total"), sequential_sum(x.T) + np.float32(0))
    same_bits(pulled(parts.over_neurons, "total")[:, 0], sequential_sum(x) + np.float32(0))


@given(order=st.permutations(range(5)), x=arrays(np.float32, (5, N), elements=FINITE))
@settings(max_examples=20, deadline=None)
def test_a_maximum_over_batches_does_not_depend_on_their_order(
    order: list[int], x: np.ndarray
) -> None:
    parts = network(5)
    pushed(parts.a, "x", x[order])
    parts.model.custom_update("over_batches")
    assert (pulled(parts.over_batches, "largest") == x.max(axis=0)).all()


@pytest.mark.parametrize("number", [1, 2, 7])
def test_large_reductions_are_shared_between_threads(number: int) -> None:
    engine.set_num_threads(number)
    size, batch_size = 40_000, 3
    model = large()
    x = random(batch_size, "float", size=size)
    pushed(model.a, "x", x)
    model.model.custom_update("batches")
    model.model.custom_update("neurons")
    model.model.custom_update("once")
    same_bits(pulled(model.batches, "total"), sequential_sum(x.T))
    same_bits(pulled(model.neurons, "total"), sequential_sum(x)[:, None])
    assert (pulled(model.a, "fixed") == np.arange(size)).all()


@cache
def large() -> SimpleNamespace:
    model = new_model("large", 3)
    a = model.add_neuron_population("A", 40_000, CELL, {}, dict(CELL_START))
    over_batches = update("total = x;", [("total", "scalar", Access.REDUCE_BATCH_SUM)])
    over_neurons = update("total = x;", [("total", "scalar", Access.REDUCE_NEURON_SUM)])
    once = update("fixed = id;", refers=[("fixed", "scalar")])
    parts = SimpleNamespace(
        model=model,
        a=a,
        batches=add(model, "batches", over_batches, x=(a, "x")),
        neurons=add(model, "neurons", over_neurons, x=(a, "x")),
    )
    add(model, "once", once, fixed=(a, "fixed"))
    model.build()
    model.load()
    return parts


def test_only_what_reduces_has_code_for_it() -> None:
    model = new_model("code", 3)
    a = model.add_neuron_population("A", N, CELL, {}, dict(CELL_START))
    add(model, "plain", update("x = 1.0;", refers=[("x", "scalar")]), x=(a, "x"))
    # Without code there is nothing to compile.
    add(model, "empty", update("", refers=[("x", "scalar")]), x=(a, "x"))
    model.build()
    code = model.generated_code
    assert "_sum" not in code
    assert "np.empty" not in code
    assert "def run_plain(" in code
    assert "run_empty" not in code


def test_updates_of_one_group_run_in_the_order_of_adding() -> None:
    model = new_model("order")
    a = model.add_neuron_population("A", 2, CELL, {}, dict(CELL_START))
    for name, code in (("z", "x = 3.0 * x;"), ("a", "x = x + id;"), ("m", "x = 2.0 * x;")):
        add(model, name, update(code, refers=[("x", "scalar")]), "G", x=(a, "x"))
    model.build()
    model.load()
    pushed(a, "x", 1.0)
    model.custom_update("G")
    assert pulled(a, "x").tolist() == [6, 8]


def test_updates_of_one_group_run_neurons_first_then_synapses_then_transposes() -> None:
    """Each is added before what it follows, and passes on what that has written."""
    model = new_model("kinds")
    cell = engine.create_neuron_model(
        "teller", vars=[("x", "scalar")], extra_global_params=[("told", "scalar*")]
    )
    a, b = (model.add_neuron_population(name, 2, cell, {}, {"x": 7.0}) for name in "AB")
    a.extra_global_params["told"].set_init_values([0.0])
    start = {"g": 0.0, "gradient": 0.0, "m": 0.0}
    there, back = (
        model.add_synapse_population(
            name, "DENSE", *ends, engine.init_weight_update(WEIGHT, {}, start),
            engine.init_postsynaptic("DeltaCurr"),
        )
        for name, ends in (("there", (a, b)), ("back", (b, a)))
    )  # fmt: skip
    told = engine.create_egp_ref(a, "told")

    def writing(name: str, code: str, reference: VariableReference) -> None:
        made = engine.create_custom_update_model(
            name, var_refs=[("v", "scalar")], extra_global_param_refs=[("told", "scalar*")],
            update_code=code,
        )  # fmt: skip
        model.add_custom_update(name, "G", made, {}, {}, {"v": reference}, {"told": told})

    transposed = create_wu_var_ref(there, "g", back, "g")
    model.add_custom_update("transpose", "G", "Transpose", {}, {}, {"variable": transposed})
    writing("listen", "v = told[0];", create_wu_var_ref(there, "g"))
    writing("tell", "told[0] = v;", create_var_ref(a, "x"))
    model.build()
    model.load()
    model.custom_update("G")
    assert pulled(back, "g").tolist() == [7] * 4


# Mistakes ------------------------------------------------------------------------------------


def scene(batch_size: int = 2) -> SimpleNamespace:
    model = new_model("mistakes", batch_size)
    a = model.add_neuron_population("A", 4, CELL, {}, dict(CELL_START))
    b = model.add_neuron_population("B", 3, CELL, {}, dict(CELL_START))
    start = {"g": 0.0, "gradient": 0.0, "m": 0.0}

    def connect(name: str, source: Any, target: Any) -> Any:
        return model.add_synapse_population(
            name, "DENSE", source, target, engine.init_weight_update(WEIGHT, {}, start),
            engine.init_postsynaptic("DeltaCurr"),
        )  # fmt: skip

    return SimpleNamespace(
        m=model, a=a, b=b, s=connect("S", a, b), s2=connect("S2", a, b), back=connect("R", b, a)
    )


def owning(access: Access, code: str = "r = x;", *more: Any) -> Any:
    return update(code, [("r", "scalar", access), *more])


def referring(mode: VarAccessMode) -> Any:
    return update("r = x;", refers=[X, ("r", "scalar", mode)])


SUM, MAX = VarAccessMode.REDUCE_SUM, VarAccessMode.REDUCE_MAX
SHAPE = "Custom updates uses reduction model but shape is incorrect: in custom update 'u' 'r' "
MISTAKES: dict[str, tuple[Any, type[Exception], str]] = {
    "both axes of own": (
        lambda s: add(
            s.m, "u",
            update(
                "r = x; q = x;",
                [("r", "scalar", Access.REDUCE_BATCH_SUM),
                 ("q", "scalar", Access.REDUCE_NEURON_MAX)],
            ),
            x=(s.a, "x"),
        ), RuntimeError,
        "cannot perform batch and neuron reductions simultaneously: custom update 'u' reduces to "
        "'r' over the batch, 'q' over neurons; reduce in two",
    ),
    "both axes of references": (
        lambda s: add(
            s.m, "u",
            update("r = x; q = x;", refers=[X, ("r", "scalar", SUM), ("q", "scalar", MAX)]),
            x=(s.a, "x"), r=(s.a, "fixed"), q=(s.a, "shared"),
        ), RuntimeError, "'r' over the batch, 'q' over neurons",
    ),
    "a target without any dimension": (
        lambda s: add(
            s.m, "u", referring(SUM), x=(s.a, "x"),
            r=(add(
                s.m, "one", owning(Access.REDUCE_NEURON_SUM), x=(s.a, "fixed")
            ), "r"),
        ), RuntimeError, "'r' over the batch and neurons; reduce in two",
    ),
    "reference of the same shape": (
        lambda s: add(s.m, "u", referring(SUM), x=(s.a, "x"), r=(s.a, "y")), RuntimeError,
        SHAPE + "refers to 'y', which lacks none of the dimensions of what is reduced; refer to a "
        "variable that is READ_ONLY",
    ),
    "unbatched reference of the same shape": (
        lambda s: add(s.m, "u", referring(MAX), x=(s.a, "fixed"), r=(s.a, "fixed")),
        RuntimeError, SHAPE + "refers to 'fixed'",
    ),
    "neurons of a shared variable": (
        lambda s: add(s.m, "u", owning(Access.REDUCE_NEURON_SUM), x=(s.a, "shared")),
        RuntimeError,
        SHAPE + "is REDUCE_NEURON_SUM, but nothing that the update refers to has a value for each "
        "neuron; make it READ_WRITE.",
    ),
    "the batch of a shared variable": (
        lambda s: add(s.m, "u", owning(Access.REDUCE_BATCH_MAX), x=(s.a, "fixed")),
        RuntimeError,
        SHAPE + "is REDUCE_BATCH_MAX, but .* has a value for each batch element; make it",
    ),
    "neurons of synapses": (
        lambda s: add(s.m, "u", owning(Access.REDUCE_NEURON_MAX), x=(s.s, "gradient")),
        RuntimeError,
        SHAPE + "is REDUCE_NEURON_MAX, but synapses can only be reduced over the batch.",
    ),
    "shared variable of synapses": (
        lambda s: add(
            s.m, "u", update("x = r;", [("r", "scalar", Access.READ_ONLY_SHARED_NEURON)],
                             [("x", "scalar")]), x=(s.s, "gradient"),
        ), RuntimeError,
        "SHARED_NEURON variables: variable 'r' of custom update 'u' is READ_ONLY_SHARED_NEURON",
    ),
    "broadcast variable of synapses": (
        lambda s: add(s.m, "u", owning(Access.BROADCAST_DELAY), x=(s.s, "gradient")),
        RuntimeError, "variable 'r' of custom update 'u' is BROADCAST_DELAY",
    ),
    "never assigned": (
        lambda s: owning(Access.REDUCE_BATCH_SUM, "x;"), RuntimeError,
        "Update code of custom update model 'test': 'r' is the target of a reduction and never "
        "assigned; assign it with '='.",
    ),
    "never assigned reference": (
        lambda s: update("", refers=[X, ("r", "scalar", SUM)]), RuntimeError, "'r' is the target",
    ),
    "a local of that name is assigned": (
        lambda s: owning(Access.REDUCE_BATCH_SUM, "{ scalar r; r = x; }"), RuntimeError,
        "'r' is the target",
    ),
    "read": (
        lambda s: owning(Access.REDUCE_NEURON_SUM, "r = x;\nr = r + x;"), RuntimeError,
        r"line 2: REDUCE_NEURON_SUM variable 'r' can only be assigned, not read.\n    r = r \+ x;\n"
        r"        \^$",
    ),
    "added to": (
        lambda s: owning(Access.REDUCE_BATCH_SUM, "r += x;"), RuntimeError,
        r"REDUCE_BATCH_SUM variable 'r' takes only '=', not '\+='.\n    r \+= x;\n    \^$",
    ),
    "counted": (
        lambda s: owning(Access.REDUCE_BATCH_SUM, "r++;"), RuntimeError, r"only '=', not '\+\+'",
    ),
    "reference read": (
        lambda s: update("x = r;", refers=[("x", "scalar"), ("r", "scalar", SUM)]), RuntimeError,
        "REDUCE_SUM reference 'r' can only be assigned, not read",
    ),
    "value of its assignment": (
        lambda s: owning(Access.REDUCE_BATCH_SUM, "scalar y = (r = x);"), RuntimeError,
        r"REDUCE_BATCH_SUM variable has no value to be used; .*\n.*\n +\^$",
    ),
    "broadcast variable read": (
        lambda s: owning(Access.BROADCAST_DELAY, "r = r;"), RuntimeError,
        "BROADCAST_DELAY variable 'r' can only be assigned",
    ),
    "shared variable written": (
        lambda s: owning(Access.READ_ONLY_SHARED), RuntimeError,
        "READ_ONLY_SHARED variable 'r' is read-only",
    ),
    "reduced value written back": (
        lambda s: add(
            s.m, "u", update("x = y;", refers=[("x", "scalar"), ("y", "scalar")]), y=(s.a, "y"),
            x=(add(s.m, "one", owning(Access.REDUCE_NEURON_SUM), x=(s.a, "x")), "r"),
        ), RuntimeError, "'x' in custom update 'u' to lower-dimensional variables cannot be read-w",
    ),
    "reduced value of other neurons": (
        lambda s: add(
            s.m, "u", update("y = x;", refers=[X, ("y", "scalar")]), y=(s.b, "y"),
            x=(add(s.m, "one", owning(Access.REDUCE_NEURON_SUM), x=(s.a, "x")), "r"),
        ), RuntimeError, "must have the same size: in custom update 'u' they are 'x' 4, 'y' 3",
    ),
    "synapses of two populations": (
        lambda s: add(
            s.m, "u", update("y = x;", refers=[X, ("y", "scalar")]), x=(s.s, "m"), y=(s.s2, "m")
        ), RuntimeError,
        "must belong to the same synapse group: custom update 'u' refers with 'x' to 'S', 'y' to "
        "'S2'; write",
    ),
    "synapses of mirrored populations": (
        lambda s: add(
            s.m, "u", update("y = x;", refers=[X, ("y", "scalar")]), x=(s.s, "m"), y=(s.back, "m")
        ), RuntimeError, "'x' to 'S', 'y' to 'R'",
    ),
    "neurons and synapses": (
        lambda s: add(
            s.m, "u", update("y = x;", refers=[X, ("y", "scalar")]), x=(s.a, "x"), y=(s.s, "m")
        ), TypeError, "all to variables of neurons or all to variables of synapses",
    ),
    "neuron reference to an update of synapses": (
        lambda s: create_var_ref(
            add(s.m, "u", owning(Access.READ_WRITE), x=(s.s, "gradient")), "r"
        ), TypeError, "custom update 'u' is of synapses; use create_wu_var_ref",
    ),
    "synapse reference to an update of neurons": (
        lambda s: create_wu_var_ref(add(s.m, "u", owning(Access.READ_WRITE), x=(s.a, "x")), "r"),
        TypeError, "custom update 'u' is of neurons; use create_var_ref",
    ),
    "unknown variable of an update": (
        lambda s: create_var_ref(add(s.m, "u", owning(Access.READ_WRITE), x=(s.a, "x")), "R"),
        RuntimeError, "'R' not found: the variables of custom update 'u' are 'r'",
    ),
    "num_neurons in code of synapses": (
        lambda s: (
            add(s.m, "u", update("x = num_neurons;", refers=[("x", "scalar")]), x=(s.s, "m")),
            s.m.build(),
        ), RuntimeError, "num_neurons",
    ),
    "initial value of a reduced variable": (
        lambda s: s.m.add_custom_update(
            "u", "u", owning(Access.REDUCE_NEURON_SUM), {}, {"r": np.zeros(4)},
            {"x": create_var_ref(s.a, "x")},
        ), ValueError, r"needs values of shape \(1,\)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_are_named(mistake: str) -> None:
    make, kind, message = MISTAKES[mistake]
    parts = scene()
    with pytest.raises(kind, match=f"(?s){message}") as caught:
        make(parts)
    assert len(str(caught.value)) < 400
    if "u" in parts.m.custom_updates:
        return
    # The update that was refused is not half there.
    add(parts.m, "u", owning(Access.READ_WRITE), x=(parts.a, "x"))


def test_a_batch_size_set_later_is_checked_when_building() -> None:
    s = scene(batch_size=1)
    # In a batch of one there is nothing to be lost.
    add(s.m, "u", owning(Access.REDUCE_BATCH_SUM), x=(s.a, "fixed"))
    s.m.batch_size = 2
    with pytest.raises(RuntimeError, match="'r' is REDUCE_BATCH_SUM, but nothing"):
        s.m.build()
    s.m.batch_size = 1
    s.m.build()
    s.m.load()
    pushed(s.a, "fixed", 2.0)
    s.m.custom_update("u")
    assert (pulled(s.m.custom_updates["u"], "r") == 2.0).all()
