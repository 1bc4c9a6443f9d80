"""Pointers and indexing in code strings, and what happens where an index is wrong."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn.base import types
from numbagenn.base.types import Precision, ResolvedType
from numbagenn.language.code_strings import CodeString, CodeStringError
from numbagenn.language.symbols import Pointer, Symbol
from numbagenn.language.translator import Translator
from tests.numbagenn.interpreted import NAMESPACE
from tests.numbagenn.networks import connect, new_model, pulled, pushed, steps

FLOAT = Precision(types.Float, types.Float)


@pytest.fixture(autouse=True)
def default_threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


def array(name: str, ctype: ResolvedType) -> Symbol:
    pointer = Pointer(
        array=name, offset="0", type=ctype, writable=True, title=f"extra global parameter '{name}'"
    )
    kind = "extra global parameter"
    return Symbol(name, ctype, writable=False, kind=kind, pointer=pointer)


NAMES = {
    "V": Symbol("V", types.Float),
    "i": Symbol("i", types.Int32),
    "u": Symbol("u", types.Uint32),
    "b": Symbol("b", types.Bool),
    "e": array("e", types.Float),
    "n": array("n", types.Int32),
    "flags": array("flags", types.Bool),
    "theta": Symbol("theta", types.Float, writable=False, kind="parameter"),
}


class Arrays:
    """What generated code calls, for the plain interpreter."""

    def __init__(self) -> None:
        self.outside: list[int] = []

    def fetch(self, array: np.ndarray, index: int, *where: Any) -> Any:
        if index < array.size:
            return array[int(index)]
        self.outside.append(int(np.uint64(index).astype(np.int64)))
        return array.dtype.type(0)

    def put(self, array: np.ndarray, index: int, value: Any, *where: Any) -> None:
        if index < array.size:
            array[int(index)] = value
        else:
            self.outside.append(int(np.uint64(index).astype(np.int64)))


def translated(code: str) -> list[str]:
    return Translator(FLOAT, NAMES).statements(CodeString(code, "Sim code of neuron model 'x'"))


def run(code: str, **values: float) -> dict[str, Any]:
    """Run a code string on ``e = 10, 11, …``, ``n = 0, 1, …`` and ``flags``."""
    state: dict[str, Any] = {
        name: one.type.dtype.type(values.get(name, 0)) for name, one in NAMES.items()
    }
    state["e"] = np.arange(10, dtype=np.float32) + 10
    state["n"] = np.arange(10, dtype=np.int32)
    state["flags"] = np.arange(10) % 2 == 1
    state["arrays"] = Arrays()
    convert = {
        one.numpy_name: (lambda value, dtype=one.dtype: np.asarray(value).astype(dtype)[()])
        for one in types.TYPE_NAMES.values()
    }
    with np.errstate(all="ignore"):
        names = {"t": 0.0, "faults": None, "batch_counter": None, "should_abort": lambda _: False}
        exec("\n".join(translated(code)), {**NAMESPACE, **names, **convert}, state)
    return state


# Each was run with PyGeNN 5.4.0 too: what V is afterwards.
ACCEPTED = {
    "V = e[0];": 10,
    "V = e[i + 3];": 13,
    "V = e[u];": 10,
    "V = e[1 + -1];": 10,
    "int64_t k = 2; V = e[k];": 12,
    "bool yes = true; V = e[yes];": 11,
    "V = e[i > 1];": 10,
    "V = *e;": 10,
    "V = *(e + 2);": 12,
    "V = *(2 + e);": 12,
    "const scalar *p = e + 1; V = p[1];": 12,
    "scalar *p = e; p += 2; V = *p;": 12,
    "scalar *p = e; p++; p -= 1; V = *p;": 10,
    "scalar *p = e; V = *p++ * 100 + *p;": 1011,
    "scalar *p = e; V = *++p;": 11,
    "scalar *p = e + 3; V = *p-- - *p;": 1,
    "scalar *p = e + 5; V = p[-2];": 13,
    "scalar *p = e; scalar *q = p + 3; V = q - p;": 3,
    "scalar *p = e; scalar *q = (p = e + 4); V = q[0] - p[0] + 1;": 1,
    "scalar *p; p = e; V = p[1];": 11,
    "scalar *p; if (e) { p = e + 1; } V = *p;": 11,
    "scalar *p = e; if (p && i == 0) { V = 1; }": 1,
    "scalar *p = e; V = p ? 2 : 3;": 2,
    "scalar *p = e; while (p) { V = 4; break; }": 4,
    "scalar * const p = e + 2; p[0] = 5; V = e[2];": 5,
    "int *p = n + 1, k = 2; V = p[k];": 3,
    "{ scalar *p = e; } { scalar *p = e + 1; V = *p; }": 11,
    "for (scalar *p = e; p - e < 3; p++) { V += *p; }": 33,
    "V = flags[1] + flags[3] * 2;": 3,
    "V = n[n[n[4]]];": 4,
    "V = e[n[3]] + 0.5;": 13.5,
    "V = i == 0 && flags[1];": 1,
    "V = i == 0 || flags[1000];": 1,
    "V = i ? e[1000] : e[1];": 11,
}
ASSIGNED = {
    "e[0] = 1;": {0: 1},
    "*e = 4;": {0: 4},
    "*(e + 3) = 4;": {3: 4},
    "e[i + 2] += 2.5;": {2: 14.5},
    "e[2] *= 2; e[3] -= 1; e[4]++; e[5]--; --e[6]; ++e[7];": {
        2: 24, 3: 12, 4: 15, 5: 14, 6: 15, 7: 18,
    },
    "e[0] = e[1] = 7;": {0: 7, 1: 7},
    "V = e[1]++; e[0] = V;": {0: 11, 1: 12},
    "V = ++e[1]; e[0] = V;": {0: 12, 1: 12},
    "e[0] = (e[1] += 2);": {0: 13, 1: 13},
    "int k = 0; e[k++] = 5; e[k] = 6;": {0: 5, 1: 6},
    "int k = 3; e[--k]++; e[k] += k;": {2: 15},
    "scalar *p = e + 1; *p++ = 5; *p = 6;": {1: 5, 2: 6},
    "scalar *p = e; p[2] = p[3] = *p;": {2: 10, 3: 10},
    "e[n[2]] = n[3];": {2: 3},
    "i = 5; if (i > 3 && (e[0] = 2)) { e[1] = 3; }": {0: 2, 1: 3},
}  # fmt: skip


@pytest.mark.parametrize("code", ACCEPTED)
def test_values(code: str) -> None:
    state = run(code)
    assert state["V"] == ACCEPTED[code]
    assert state["arrays"].outside == []


@pytest.mark.parametrize("code", ASSIGNED)
def test_assignments(code: str) -> None:
    expected = np.arange(10, dtype=np.float32) + 10
    for index, value in ASSIGNED[code].items():
        expected[index] = value
    state = run(code)
    assert state["e"].tolist() == expected.tolist()
    assert state["arrays"].outside == []


def test_values_are_converted_to_the_type_of_the_array() -> None:
    state = run("n[0] = 2.9; n[1] += 0.9; flags[0] = 5; flags[1] = 0.0; V = n[0] + 0.5;")
    assert state["n"][:2].tolist() == [2, 1]
    assert state["flags"][:2].tolist() == [True, False]
    assert state["V"] == 2.5


@pytest.mark.parametrize(
    ("code", "outside"),
    [
        ("V = e[10];", [10]),
        ("V = e[-1];", [-1]),
        ("V = e[0u - 1u];", [4294967295]),
        ("u = 0; V = e[u - 1];", [4294967295]),
        ("scalar *p = e + 20; V = *p;", [20]),
        ("scalar *p = e - 1; V = p[0]; V += p[1];", [-1]),
        ("e[10] = 1;", [10]),
        ("e[-3]++;", [-3, -3]),
        ("scalar *p; V = p[3];", [2**62 + 3]),
        ("scalar *p; *p = 1;", [2**62]),
    ],
)
def test_outside_is_harmless(code: str, outside: list[int]) -> None:
    state = run(code)
    assert state["arrays"].outside == outside
    assert state["e"].tolist() == [10, 11, 12, 13, 14, 15, 16, 17, 18, 19]
    assert state["V"] in (0, 10)


REFUSED = [
    ("V = e;", r"'float\*': extra global parameter 'e' is no number; write e\[0\]", (1, 5)),
    ("V = e + 1;", r"'e' is no number", (1, 5)),
    ("V = exp(e);", r"'e' is no number", (1, 9)),
    ("V = -e;", r"'e' is no number", (1, 6)),
    ("V = e * 2;", r"'e' is no number", (1, 5)),
    ("V = e + e;", r"'e' is no number", (1, 5)),
    ("V = !e;", r"'e' is no number", (1, 6)),
    ("V = e == e;", r"'e' is no number", (1, 5)),
    ("V = (int)e;", r"'e' is no number", None),
    ("V = i ? *e : e;", r"'e' is no number", None),
    ("switch (e) { case 0: V = 1; }", r"'e' is no number", (1, 9)),
    ("V = e[1.0];", r"Invalid subscript index type 'float': .*\(int\)", (1, 7)),
    ("V = e[V];", r"Invalid subscript index type 'float'", (1, 7)),
    ("V = e[V > 1.0];", r"Invalid subscript index type 'float'", None),
    ("V = e[e];", r"Invalid subscript index type 'float\*'", (1, 7)),
    ("V = 1[e];", r"not a pointer; pointers here are e, flags, n", None),
    ("V = V[0];", r"Subscripted object is not a pointer", (1, 5)),
    ("V = theta[0];", r"Subscripted object is not a pointer", (1, 5)),
    ("V = *V;", r"Subscripted object is not a pointer", None),
    ("V = **e;", r"Subscripted object is not a pointer", None),
    ("V = e[0][0];", r"Subscripted object is not a pointer", None),
    ("V = ee[0];", r"Undefined name 'ee'; did you mean 'e'", (1, 5)),
    ("V = e[oops];", r"Undefined name 'oops'", (1, 7)),
    ("e = e + 1;", r"'e' is read-only; declare a pointer of your own", (1, 1)),
    ("e++;", r"'e' is read-only", (1, 1)),
    ("e += 1;", r"'e' is read-only", (1, 1)),
    ("e[0] = e;", r"'e' is no number", None),
    ("scalar *p = 0;", r"pointer 'float\*' can only be set to a pointer", None),
    ("scalar *p = e; p = 1;", r"can only be set to a pointer", None),
    ("int *p = e;", r"Invalid operand types 'int\*' and 'float\*'", (1, 10)),
    ("scalar *p = e; int *q = n; q = p;", r"'int\*' and 'float\*'", None),
    ("scalar *p = e; int *q = n; V = p - q;", r"'float\*' and 'int\*' for '-'", None),
    ("const scalar *p = e; p[0] = 1;", r"pointer 'p' is read-only: it points to constants", None),
    ("const scalar *p = e; *p += 1;", r"pointer 'p' is read-only", None),
    ("const scalar *p = e; p[0]++;", r"pointer 'p' is read-only", None),
    ("const scalar *p = e; scalar *q = p;", r"'p' is read-only; declare a const float\*", None),
    ("scalar * const p = e; p++;", r"pointer 'p' is read-only; declare", (1, 23)),
    ("scalar * const p;", r"Constant 'p' needs a value", None),
    ("scalar *p = e, *p = e;", r"Redeclaration of variable 'p'", None),
    ("scalar *p = e; p *= 2;", r"for '\*': to a pointer, integers can be added", None),
    ("scalar *p = e; p += 1.0;", r"'float\*' and 'float' for '\+'", None),
    ("scalar *p = e - e;", r"can only be set to a pointer", None),
    ("scalar *p = 1 - e;", r"can only be set to a pointer", None),
    ("V = &e[0];", r"no '&' of a variable", None),
    ("scalar **p = e;", r"numeric variables and pointers to numbers", None),
    ("double *p;", r"There is no array of type double here", None),
    ("scalar p[3];", r"numeric variables and pointers to numbers", None),
    ("e[] = 1;", r"was not expected|missing", None),
    ("V = e[];", r"was not expected|missing", None),
    ("V = e[0;", r"this '\[' is not closed", None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "message", "place"), REFUSED, ids=[case[0] for case in REFUSED])
def test_mistakes_are_shown(code: str, message: str, place: tuple[int, int] | None) -> None:
    with pytest.raises(CodeStringError, match=message) as caught:
        translated(code)
    first, *shown = str(caught.value).split("\n")
    assert first.startswith("Sim code of neuron model 'x'")
    assert first[-1] in ".?"
    if place is not None:
        assert first.startswith(f"Sim code of neuron model 'x', line {place[0]}: ")
        assert shown[-1] == "    " + " " * (place[1] - 1) + "^"


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("e[]*pV=1-+;() ,int&&?:n"), max_size=25))
def test_any_text_is_translated_or_refused(code: str) -> None:
    for text in (code, f"scalar *p = e; {code}"):
        try:
            lines = translated(text)
        except CodeStringError:
            continue
        compile("\n".join(lines), "generated", "exec")


# In kernels ----------------------------------------------------------------------------------

WALK = engine.create_neuron_model(
    "walk",
    vars=[("at", "int"), ("x", "scalar"), ("sum", "scalar")],
    sim_code="""
        x = table[at];
        const scalar *p = table + id;
        sum = p[0] + p[1];
        assert(x < 100.0);
    """,
    extra_global_params=[("table", "scalar*")],
)


def walker(batch_size: int = 1, size: int = 3) -> tuple[Any, Any]:
    model = new_model("walker", batch_size)
    pop = model.add_neuron_population("walkers", size, WALK, {}, {"at": 0, "x": -1, "sum": -1})
    pop.extra_global_params["table"].set_init_values(np.arange(size + 1) + 0.5)
    model.build()
    model.load()
    return model, pop


def failing(model: Any) -> str:
    with pytest.raises(RuntimeError) as caught:
        model.flush()
    return str(caught.value)


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("batch_size", [1, 5])
def test_in_a_kernel(batch_size: int, threads: int) -> None:
    engine.set_num_threads(threads)
    model, pop = walker(batch_size)
    steps(model, 2)
    assert (pulled(pop, "x") == 0.5).all()
    assert (pulled(pop, "sum") == [2, 4, 6]).all()
    # What is outside reads as 0, and is told of once.
    where = np.zeros(pulled(pop, "at").shape, np.int32)
    where[..., 1] = 4
    where[..., 2] = 3
    pushed(pop, "at", where)
    steps(model, 3)
    message = failing(model)
    assert message.startswith(
        "Sim code of neuron model 'walk', line 2: index 4 is outside extra global parameter "
        "'table', which has 4 elements (neuron 1 of neuron population 'walkers', t = 2 ms"
    )
    assert message.split("\n")[0].endswith(", batch element 0)." if batch_size > 1 else "ms).")
    assert message.split("\n")[1:] == ["            x = table[at];", "                ^"]
    x = pulled(pop, "x").reshape(-1, 3)
    assert x.tolist() == [[0.5, 0.0, 3.5]] * batch_size
    assert model.timestep == 5
    # It fails again as long as the mistake is there, and goes on without.
    model.step_time()
    assert "t = 5 ms" in failing(model)
    pushed(pop, "at", -1)
    model.step_time()
    assert "index -1 is outside" in failing(model)
    pushed(pop, "at", 3)
    model.step_time()
    model.flush()
    assert (pulled(pop, "x") == 3.5).all()


def test_only_the_first_fault_is_told_whatever_the_batch() -> None:
    model, pop = walker(5)
    pushed(pop, "at", np.array([[0, 0, 0], [0, 0, 9], [0, 7, 0], [8, 0, 0], [0, 0, 0]]))
    steps(model, 2)
    assert "index 9 is outside" in (message := failing(model))
    assert "neuron 2 of neuron population 'walkers', t = 0 ms, batch element 1" in message
    model.step_time()
    pushed(pop, "at", 0) if "t = 2 ms" in failing(model) else None
    model.step_time()
    model.flush()


def test_assertions() -> None:
    model, pop = walker()
    pop.extra_global_params["table"].view[1] = 100
    pop.extra_global_params["table"].push_to_device()
    model.step_time()
    model.flush()
    pushed(pop, "at", [0, 1, 0])
    message = r"line 5: Assertion failed: 100 < 100 \(neuron 1 of .*t = 1 ms"
    with pytest.raises(RuntimeError, match=message):
        # It comes where the steps are run, at the latest when a thousand wait.
        steps(model, 1000)


def test_an_error_comes_from_whatever_runs_the_steps() -> None:
    model, pop = walker()
    pushed(pop, "at", 5)
    for observe in (
        lambda: pop.vars["x"].pull_from_device(),
        lambda: pop.vars["x"].push_to_device(),
        lambda: setattr(model, "timestep", 3),
    ):
        model.step_time()
        with pytest.raises(RuntimeError, match="index 5 is outside"):
            observe()
        observe()


def test_synapses_and_custom_updates_tell_their_element() -> None:
    model = new_model("elements")
    spiking = engine.create_neuron_model("spiking", threshold_condition_code="id == 1")
    pre = model.add_neuron_population("pre", 2, spiking, {}, {})
    post = model.add_neuron_population("post", 3, WALK, {}, {"at": 0, "x": 0, "sum": 0})
    post.extra_global_params["table"].set_init_values(np.ones(9))
    lookup = engine.create_weight_update_model(
        "lookup", vars=[("where", "int")], pre_spike_syn_code="addToPost(table[where]);",
        extra_global_params=[("table", "scalar*")],
    )  # fmt: skip
    init = engine.init_weight_update(lookup, {}, {"where": [0, 0, 0, 0, 0, 2]})
    synapses = model.add_synapse_population(
        "synapses", "DENSE", pre, post, init, engine.init_postsynaptic("DeltaCurr")
    )
    synapses.extra_global_params["table"].set_init_values([1.0, 2.0])
    update = engine.create_custom_update_model(
        "gather", var_refs=[("x", "scalar")], update_code="x = list[id * 2];",
        extra_global_params=[("list", "scalar*")],
    )  # fmt: skip
    references = {"x": engine.create_var_ref(post, "x")}
    cu = model.add_custom_update("gathered", "Gather", update, {}, {}, references)
    cu.extra_global_params["list"].set_init_values([7.0, 8.0, 9.0, 10.0])
    model.build()
    model.load()
    model.step_time()
    model.flush()
    model.step_time()
    assert (
        "index 2 is outside extra global parameter 'table', which has 2 elements "
        "(synapse from 1 to 2 of synapse population 'synapses', t = 1 ms)"
    ) in failing(model)
    with pytest.raises(RuntimeError, match=r"index 4 .* \(element 2 of custom update 'gathered'"):
        model.custom_update("Gather")
    assert pulled(post, "x").tolist() == [7.0, 9.0, 0.0]


def test_without_arrays_nothing_is_checked() -> None:
    model = new_model("plain")
    plain = engine.create_neuron_model("p", vars=[("V", "scalar")], sim_code="V += Isyn;")
    model.add_neuron_population("pop", 2, plain, {}, {"V": 0})
    model.build()
    assert "faults" not in model.generated_code
    assert "block" in model.generated_code


def test_locals_may_be_called_like_what_the_engine_needs() -> None:
    names = ("faults", "arrays", "at", "t", "e_array", "previous")
    model = engine.create_neuron_model(
        "names",
        vars=[(name, "int") for name in names],
        sim_code="scalar *p = e; p[at] = faults + arrays + t; e_array = *p++; previous++;",
        extra_global_params=[("e", "scalar*")],
    )
    net = new_model("names")
    pop = net.add_neuron_population("faults", 1, model, {}, dict.fromkeys(names, 1))
    pop.extra_global_params["e"].set_init_values([5, 6])
    net.build()
    net.load()
    net.step_time()
    assert pulled(pop, "e_array").tolist() == [5]
    assert pulled(pop, "previous").tolist() == [2]
    pop.extra_global_params["e"].pull_from_device()
    assert pop.extra_global_params["e"].values.tolist() == [5, 3]


def test_connect_is_not_touched() -> None:
    """Plain networks keep their schedule in blocks."""
    model = new_model("blocks")
    cell = engine.create_neuron_model(
        "cell", vars=[("V", "scalar")], sim_code="V += Isyn + gain[id];",
        threshold_condition_code="V > 1.0", reset_code="V = 0.0;",
        extra_global_params=[("gain", "scalar*")],
    )  # fmt: skip
    a = model.add_neuron_population("a", 3, cell, {}, {"V": 0})
    b = model.add_neuron_population("b", 2, cell, {}, {"V": 0})
    connect(model, a, b, np.full((3, 2), 0.25))
    a.extra_global_params["gain"].set_init_values([0.5, 0.25, 0.125])
    b.extra_global_params["gain"].set_init_values([0, 0])
    model.build()
    assert "propagate_a_b(trains" in model.generated_code
    model.load()
    for _ in range(40):
        model.step_time()
    together = pulled(b, "V")
    model.unload()
    model.load()
    for _ in range(40):
        model.step_time()
        model.flush()
    assert (pulled(b, "V") == together).all()
