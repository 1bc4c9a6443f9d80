"""What code uses is what its syntax tree says: comments, white space and brackets do not matter."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, reject
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn.base.types import Precision
from numbagenn.codegen import order_of_sums
from numbagenn.compat import v4_9 as legacy
from numbagenn.language.code_strings import CodeString, CodeStringError
from numbagenn.language.endings import ends_with_zeroing
from numbagenn.language.symbols import Pointer, Symbol
from numbagenn.language.translator import Translator
from tests import a_few
from tests.conformance.cases import CASES
from tests.numbagenn.language import c_programs, disturbed_code
from tests.numbagenn.language.code_kinds import KINDS
from tests.numbagenn.language.disturbed_code import (
    NAMES,
    Planned,
    Rewriting,
    code_is_written,
    old_code_is_written,
    plan_of,
    planned_only,
)
from tests.numbagenn.profiles import examples
from tests.numbagenn.random_models import RandomModel, drawn_model

WAYS: dict[str, Rewriting] = {
    "comments": disturbed_code.with_comments,
    "white space": disturbed_code.with_white_space,
    "brackets": disturbed_code.with_brackets,
    "all": disturbed_code.with_all,
}
ways = pytest.mark.parametrize("way", WAYS)


# The names of code -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "read", "assigned", "called"),
    [
        ("V = a + b[i];", "a b i", "V", ""),
        ("V += a; U++; --W;", "V a U W", "V U W", ""),
        ("p[i] = x; *q = y;", "p i x q y", "", ""),
        ("addToPost(g * exp(x));", "g x", "", "addToPost exp"),
        ("// t addToPre(st);\nV = 1.0; // U", "", "V", ""),
        # A local variable hides what it is called like, from its declaration on.
        ("scalar t = 1.0; V = t;", "", "V", ""),
        ("scalar t = t; V = t;", "t", "V", ""),
        ("V = t; scalar t = 1.0; t = V;", "t V", "V", ""),
        ("{ scalar t = 1.0; V = t; } V = t;", "t", "V", ""),
        ("if (a) { int t = 1; t++; } else { V = t; }", "a t", "V", ""),
        ("for (int t = 0; t < n; t++) { V += t; } U = t;", "n V t", "V U", ""),
        ("while (t > 0.0) { scalar t = 1.0; V = t; }", "t", "V", ""),
        ("do { scalar t = 1.0; V = t; } while (t > 0.0);", "t", "V", ""),
        ("switch (t) { case 1: scalar st = 2.0; default: V = st; } V = st;", "t st", "V", ""),
        ("const scalar *t = e + 1; V = t[0] + *t;", "e", "V", ""),
        ("V = a ? (b, c) : (scalar)d;", "a b c d", "V", ""),
        # A function is no variable, whatever a variable is called.
        ("scalar addToPre = 1.0; addToPre(addToPre);", "", "", "addToPre"),
    ],
)
def test_usage_is_decided_by_scope(code: str, read: str, assigned: str, called: str) -> None:
    usage = CodeString(code, "Code").usage
    assert (usage.read, usage.assigned, usage.called) == (
        set(read.split()),
        set(assigned.split()),
        set(called.split()),
    )


def test_code_that_goes_on_from_other_code_sees_what_that_has_declared() -> None:
    first, second = (
        CodeString("scalar st = 0.5; { int id = 1; }", ""),
        CodeString("V = st + id;", ""),
    )
    assert first.usage.then(second.usage).names == {"V", "id"}
    assert (first.usage | second.usage).names == {"V", "st", "id"}


OUTSIDE = {
    **{name: Symbol(f"outer_{name}", ctype) for name, ctype in c_programs.VARIABLES.items()},
    **{
        name: Symbol(
            f"outer_{name}",
            ctype,
            pointer=Pointer(
                array=f"outer_{name}", offset="0", type=ctype, writable=True, title=name
            ),
        )
        for name, ctype in c_programs.ARRAYS.items()
    },
}


@pytest.mark.slow
@examples(200, 5000)
@given(program=c_programs.programs())
def test_usage_is_what_the_translator_finds(program: Any) -> None:
    snippet = CodeString(program.text, "Program")
    translator = Translator(Precision(), OUTSIDE)
    with warnings.catch_warnings():
        # abs() and min() of real numbers warn, rightly.
        warnings.simplefilter("ignore")
        try:
            lines = translator.statements(snippet)
        except CodeStringError:
            # The engine refuses to divide by a literal 0.
            reject()
    found = translator.read | translator.written
    names = {name for name, outside in OUTSIDE.items() if outside.code in found}
    assert snippet.usage.names - {"true", "false"} == names
    assigned = {name for name, outside in OUTSIDE.items() if outside.code in translator.written}
    assert snippet.usage.assigned == assigned
    assert snippet.usage.assigns_elements is any("arrays.put(" in line for line in lines)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("e[0] = 1.0;", True),
        ("scalar *p = e; *p++ -= V;", True),
        ("if (t > 1.0) { V = (e[id])++; }", True),
        ("V = e[0] + *e;", False),
        ("scalar *p = e; p += 2; p++;", False),
        ("// e[0] = 1.0;", False),
    ],
)
def test_elements_of_arrays_are_assigned(code: str, expected: bool) -> None:
    assert CodeString(code, "Code").usage.assigns_elements is expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("injectCurrent(inSyn); inSyn = 0.0;", True),
        ("inSyn = 0; // inSyn = 1.0;", True),
        ("((inSyn) = (0u));;", True),
        ("inSyn = 0x0;", True),
        ("inSyn = 0e5f;", True),
        ("{ scalar x = inSyn; injectCurrent(x); { inSyn = 0.0d; } }", True),
        ("// inSyn = 0.0;", False),
        ("inSyn = 0.0; inSyn = 1.0;", False),
        ("inSyn = 1e-3;", False),
        ("inSyn *= 0.0;", False),
        ("if (t > 1.0) { inSyn = 0.0; }", False),
        ("{ scalar inSyn = 1.0; inSyn = 0.0; }", False),
        ("scalar inSyn = 1.0; { inSyn = 0.0; }", False),
        ("", False),
    ],
)
def test_what_code_ends_with(code: str, expected: bool) -> None:
    assert ends_with_zeroing(CodeString(code, "Code").tree, "inSyn") is expected


# What is written in another way is the same ------------------------------------------------------


@pytest.fixture(autouse=True)
def code_does_not_decide_the_order_of_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    """In PyGeNN and here it does, by digests of the text with its comments."""
    for name in ("_digest_of_synapses", "_digest_of_source"):
        monkeypatch.setattr(order_of_sums, name, lambda group: b"")


@pytest.fixture(autouse=True)
def no_word_of_warnings() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@ways
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_code_is_planned_alike(kind: str, way: str) -> None:
    make, code = KINDS[kind]
    plain = plan_of(make(code))
    with code_is_written(WAYS[way]):
        assert plan_of(make(code)) == plain


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "event" not in kind])
def test_code_of_nothing_but_comments_is_none(kind: str) -> None:
    make, _ = KINDS[kind]
    code = disturbed_code.with_comments("", False)
    assert CodeString(code, "Code").is_blank
    assert plan_of(make(code)) == plan_of(make(""))


def planned(run: Callable[[Any], Any]) -> dict[str, Any] | None:
    """Return the plan of the first model that is built, if any is."""
    with planned_only():
        try:
            run(engine)
        except Planned as plan:
            return plan.args[0]
        except ValueError:
            # The engine refuses what one of the cases is about.
            return None
    return None


@pytest.fixture(scope="module")
def cases() -> dict[str, Callable[[Any], Any]]:
    """Networks of all kinds: those that are compared with PyGeNN."""
    return {case.function: case.run for case in CASES.values()}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_networks_are_planned_alike(cases: dict[str, Callable[[Any], Any]], way: str) -> None:
    changed = 0

    def change(text: str, is_condition: bool) -> str:
        nonlocal changed
        result = WAYS[way](text, is_condition)
        changed += result != text
        return result

    for name, run in cases.items():
        plain = planned(run)
        with code_is_written(change):
            assert planned(run) == plain, name
    assert changed > 100


class Twice:
    """Draws with Hypothesis, and then the same again."""

    def __init__(self, draw: Any) -> None:
        self._draw = draw
        self._drawn: list[Any] = []

    def first(self, strategy: Any) -> Any:
        self._drawn.append(self._draw(strategy))
        return self._drawn[-1]

    def again(self, strategy: Any) -> Any:
        return self._drawn.pop(0)


@st.composite
def twins(draw: Any) -> tuple[RandomModel, RandomModel]:
    """Draw a random model, and the same with its code written in another way."""
    twice = Twice(draw)
    one = drawn_model(twice.first)
    with code_is_written(WAYS[draw(st.sampled_from(sorted(WAYS)))]):
        return one, drawn_model(twice.again)


@pytest.mark.slow
@examples(60, 2000, shrink=False)
@given(pair=twins())
def test_random_models_are_planned_alike(pair: tuple[RandomModel, RandomModel]) -> None:
    plans = []
    for random_model in pair:
        with planned_only(), pytest.raises(Planned) as raised:
            random_model.build(3)
        plans.append(raised.value.args[0])
    assert plans[0] == plans[1]


def old_network(lib: Any) -> None:
    """Build a network of PyGeNN 4.9 with code strings of every kind."""
    cell = lib.create_custom_neuron_class(
        "cell",
        param_names=["Vthr"],
        var_name_types=[("V", "scalar"), ("n", "unsigned int")],
        sim_code="scalar half = 0.5, V = $(V); $(V) += half * $(Isyn) * DT + V; $(V) /= 2.0;",
        threshold_condition_code="$(V) >= $(Vthr) && half > 0.0",
        reset_code="$(V) = 0.0; $(n)++;",
        is_auto_refractory_required=False,
    )
    drive = lib.create_custom_current_source_class(
        "drive", var_name_types=[("I", "scalar")], injection_code="$(injectCurrent, $(I) + $(V));"
    )
    update = lib.create_custom_weight_update_class(
        "update",
        var_name_types=[("g", "scalar")],
        pre_var_name_types=[("x", "scalar")],
        sim_code="$(addToInSyn, $(g) * 2.0);",
        pre_spike_code="$(x) += 1.0;",
        pre_dynamics_code="$(x) *= 0.9;",
    )
    shape = lib.create_custom_postsynaptic_class(
        "shape",
        apply_input_code="scalar y = $(inSyn); $(Isyn) += y * 0.5; $(Isyn) -= 0.1;",
        decay_code="$(inSyn) = 0;",
    )
    ramp = lib.create_custom_init_var_snippet_class("ramp", var_init_code="$(value) = $(id);")
    rows = lib.create_custom_sparse_connect_init_snippet_class(
        "rows",
        row_build_state_vars=[("j", "unsigned int", 0)],
        row_build_code="if ($(j) >= $(num_post)) { $(endRow); } $(addSynapse, $(j)); $(j) += 2;",
    )
    reset = lib.create_custom_custom_update_class(
        "reset", var_refs=[("V", "scalar")], update_code="$(V) = 0.25 * $(id);"
    )
    model = lib.GeNNModel("float", "old")
    start = {"V": lib.init_var(ramp, {}), "n": 0}
    pops = [model.add_neuron_population(n, 5, cell, {"Vthr": 1.0}, start) for n in "ab"]
    model.add_current_source("source", drive, "a", {}, {"I": 0.5})
    for name, kind, connectivity in (
        ("dense", "DENSE_INDIVIDUALG", None),
        ("sparse", "SPARSE_INDIVIDUALG", lib.init_connectivity(rows, {})),
    ):
        model.add_synapse_population(
            name,
            kind,
            0,
            "a",
            "b",
            update,
            {},
            {"g": 1.0},
            {"x": 0.0},
            {},
            shape,
            {},
            {},
            connectivity,
        )
    model.add_custom_update(
        "reset", "Reset", reset, {}, {}, {"V": lib.create_var_ref(pops[0], "V")}
    )
    model.build()


@pytest.mark.parametrize("way", [disturbed_code.with_block_comments, disturbed_code.with_comments])
def test_code_of_4_9_is_planned_alike(way: Rewriting) -> None:
    plans = []
    for change in (lambda text, is_condition: text, way):
        with planned_only(), old_code_is_written(change), pytest.raises(Planned) as raised:
            old_network(legacy)
        plans.append(raised.value.args[0])
    assert plans[0] == plans[1]


# Local variables that are called like what the engine looks for ----------------------------------


def shape_of(plan: dict[str, Any]) -> dict[str, Any]:
    """Return what does not depend on what local variables are called."""
    lines = plan["source"].split("\n")
    heads = ("def ", "@", "for ", "while ", "from ")
    frame = [line for line in lines if line.lstrip().startswith(heads)]
    initialisation = [
        (name, len(lines), params, draws, arrays)
        for name, lines, params, _, draws, arrays in plan["initialisation"]
    ]
    return {**plan, "source": (len(lines), frame), "initialisation": initialisation}


@pytest.mark.parametrize(
    "form",
    a_few(
        [
            "{code} scalar {name} = 0.5; {name} += 1.0;",
            "scalar {name} = 0.5; {name} += 1.0; {code}",
            "{{ scalar {name} = 0.5; {name} += 1.0; }} {code}",
        ]
    ),
)
@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if "condition" not in kind and kind != "threshold"]
)
def test_local_variables_are_not_what_they_are_called_like(kind: str, form: str) -> None:
    make, code = KINDS[kind]
    expected = shape_of(plan_of(make(form.format(code=code, name="neutral"))))
    used = CodeString(code, "Code").usage
    tried = 0
    for name in [*NAMES, "addToPre", "addToPostDelay", "st", "rng", "total", "steps_since_load"]:
        # What comes after it means the local variable, rightly.
        if name not in used.names:
            assert shape_of(plan_of(make(form.format(code=code, name=name)))) == expected, name
            tried += 1
    assert tried > 15
