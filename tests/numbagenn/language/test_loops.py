"""Loops that nothing leaves are refused where they are written, and no others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.base import types
from numbagenn.language.code_strings import CodeString, CodeStringError
from numbagenn.language.symbols import Pointer, Symbol
from numbagenn.language.translator import Translator
from tests.numbagenn.interpreted import NAMESPACE

FLOAT = types.Precision(types.Float, types.Float)
NAMES = {"i": Symbol("i", types.Int32), "V": Symbol("V", types.Float)}


def translated(code: str) -> list[str]:
    return Translator(FLOAT, NAMES).statements(CodeString(code, "Sim code of neuron model 'x'"))


# The column is that of the loop which nothing leaves: the innermost one.
ENDLESS = [
    ("while (true) {}", "its condition is always true", 1),
    ("while (1) i++;", "its condition is always true", 1),
    ("while (0x10u) i++;", "its condition is always true", 1),
    ("while (-1) i++;", "its condition is always true", 1),
    ("while (0.5) i++;", "its condition is always true", 1),
    ("while (1.0f) i++;", "its condition is always true", 1),
    ("while (1e999) i++;", "its condition is always true", 1),
    ("while (!false) i++;", "its condition is always true", 1),
    ("while (!!1) i++;", "its condition is always true", 1),
    ("while (true && !0) i++;", "its condition is always true", 1),
    ("while (i || 1) i++;", "its condition is always true", 1),
    ("while (true || i) i++;", "its condition is always true", 1),
    ("i = 1; for (;;) {}", "it has no condition", 8),
    ("for (int k = 0;; k++) i += k;", "it has no condition", 1),
    ("for (;true;) i++;", "its condition is always true", 1),
    ("do {} while (1);", "its condition is always true", 1),
    ("do { i++; } while (true);", "its condition is always true", 1),
    ("if (i) { for (;;) V++; }", "it has no condition", 10),
    ("if (i) V = 1.0; else for (;;) V++;", "it has no condition", 22),
    # a break that is another's, or that is never reached
    ("for (;;) { for (;;) i++; break; }", "it has no condition", 12),
    ("for (;;) { while (i < 3) { i++; break; } }", "it has no condition", 1),
    ("for (;;) { continue; break; }", "it has no condition", 1),
    ("for (;;) { if (i) continue; else continue; break; }", "it has no condition", 1),
    ("for (;;) { if (i) { continue; break; } }", "it has no condition", 1),
    ("for (;;) { if (false) break; }", "it has no condition", 1),
    ("for (;;) { if (true) i++; else break; }", "it has no condition", 1),
    ("while (true) { switch (i) { case 1: break; } }", "one inside a switch leaves the switch", 1),
    ("for (;;) { switch (i) { case 1: continue; default: continue; } break; }", "condition", 1),
    ("for (;;) { switch (i) { default: i = 1; case 2: continue; } break; }", "condition", 1),
    ("switch (i) { case 1: for (;;) i++; }", "it has no condition", 22),
    ("while (i < 3) { do i++; while (1); }", "its condition is always true", 17),
]  # fmt: skip


@pytest.mark.parametrize(("code", "why", "column"), ENDLESS, ids=[case[0] for case in ENDLESS])
def test_what_never_ends_is_refused(code: str, why: str, column: int) -> None:
    with pytest.raises(CodeStringError, match=f"This loop never ends: .*{why}") as caught:
        translated(code)
    first, *shown = str(caught.value).split("\n")
    assert first.startswith("Sim code of neuron model 'x', line 1: ")
    assert "write a condition that becomes false, such as k < 10, or an if with a 'break'." in first
    assert ("leaves the switch" in first) == ("leaves the switch" in why)
    assert shown == ["    " + code, "    " + " " * (column - 1) + "^"]


# What they leave in `i`, from 0.
ENDING = {
    "while (true) { if (++i > 3) break; }": 4,
    "while (1) { i = 7; break; }": 7,
    "for (;;) { if (i == 5) { break; } i++; }": 5,
    "for (;;i++) { if (i < 5) continue; break; }": 5,
    "do { i++; if (i < 3) continue; break; } while (true);": 3,
    "do { i++; } while (0);": 1,
    "do { i++; } while (false);": 1,
    "while (false) { i = 1; }": 0,
    "for (;0;) i = 1;": 0,
    "for (;;) { if (true) break; i++; }": 0,
    "for (;;) { if (false) i = 1; else break; }": 0,
    "for (;;) { if (i > 2) break; else i++; }": 3,
    "for (;;) { for (;;) { if (++i > 2) break; } break; }": 3,
    "for (;;) { switch (i) { case 3: i = 9; break; default: i++; continue; } break; }": 9,
    "for (;;) { switch (i) { default: i++; break; } if (i > 3) break; }": 4,
    "for (;;) { switch (i) { case 0: case 1: i++; continue; } break; }": 2,
    "for (;;) { switch (i) { case 0: i = 4; case 1: i++; } break; }": 5,
    "for (;;) { switch (i) {} break; }": 0,
    "while (i < 3) i++;": 3,
    "while (i < 3 && true) i++;": 3,
    "while (1.0 < 0.5) i++;": 0,
    "while (i < 2 || false) { if (i) { break; } i++; }": 1,
    "{ i = 3; { while (true) break; } i++; }": 4,
    "while (true ? i < 3 : true) i++;": 3,
    "while (1e-60 > 1.0) i++;": 0,
}


@pytest.mark.parametrize("code", ENDING)
def test_what_ends_is_run(code: str) -> None:
    state: dict[str, Any] = {"i": np.int32(0), "V": np.float32(0)}
    exec("\n".join(translated(code)), {**NAMESPACE}, state)
    assert state["i"] == ENDING[code]


def test_a_literal_too_small_for_a_float_may_be_false() -> None:
    """In single precision it is 0, and in double precision it is not."""
    assert translated("while (1e-60) i++;") != []


def test_it_is_refused_when_the_model_is_made() -> None:
    code = "scalar x = V;\nwhile (true) {\n    x *= 0.5;\n}\nV = x;"
    with pytest.raises(CodeStringError, match=r"line 2: This loop never ends") as caught:
        engine.create_neuron_model("x", vars=[("V", "scalar")], sim_code=code)
    assert str(caught.value).split("\n")[1:] == ["    while (true) {", "    ^"]
    with pytest.raises(CodeStringError, match=r"Reset code.*This loop never ends"):
        engine.create_neuron_model(
            "x", threshold_condition_code="true", reset_code="for (;;) { continue; }"
        )
    with pytest.raises(CodeStringError, match="This loop never ends"):
        engine.create_var_init_snippet("x", var_init_code="do { value = 1.0; } while (1);")
    with pytest.raises(CodeStringError, match="This loop never ends"):
        engine.create_sparse_connect_init_snippet(
            "x", row_build_code="unsigned int j = 0; for (;;) { addSynapse(j); j++; }"
        )


# Loops that never end once they are reached, which takes values to see: C compiles them.
HIDDEN = [
    "while (theta > 0.0) V += 1.0;",
    "while (flag) V += 1.0;",
    "do V += 1.0; while (flag);",
    "while (flag ? true : flag) V += 1.0;",
    "while (1.0 < 2.0) V += 1.0;",
    "while (true == true) V += 1.0;",
    "while ((bool)1.0) V += 1.0;",
    "bool on = true; while (on) V += 1.0;",
    "scalar x = 1.0; while (true) { V += x; if (x > 2.0) break; }",
    "scalar k = 0.0; while (k < 3.0) { V += 1.0; continue; k += 1.0; }",
    "int k = 0; while (k < 3 || theta > 1.0) k++;",
    "for (int k = 0; k < 3;) V += 1.0;",
    "while ((V, true)) V += 1.0;",
]


@pytest.mark.parametrize("precision", ["float", "double"])
def test_what_is_not_reached_is_compiled(precision: str) -> None:
    """Whatever the compiler finds out about the values."""
    guarded = "".join(f"if (V > 1000.0) {{ {code} }}\n" for code in HIDDEN)
    neuron = engine.create_neuron_model(
        "x",
        params=["theta", ("flag", "bool")],
        vars=[("V", "scalar")],
        sim_code=f"{guarded} while (true) {{ V += theta; if (V > 5.0) break; }}",
    )
    model = engine.GeNNModel(precision, "x")
    pop = model.add_neuron_population("P", 2, neuron, {"theta": 1.5, "flag": 1}, {"V": [0.0, 9.0]})
    model.build()
    model.load()
    model.step_time()
    pop.vars["V"].pull_from_device()
    assert pop.vars["V"].values.tolist() == [6.0, 10.5]


@pytest.mark.parametrize(
    "loop", ["while ({}) i++;", "for (; {};) i++;", "do i++; while ({});", "if ({}) i++;"]
)
def test_a_condition_is_translated_once(loop: str) -> None:
    array = Pointer(array="e", offset="0", type=types.Float, writable=True, title="array 'e'")
    names = {**NAMES, "e": Symbol("e", types.Float, writable=False, pointer=array)}
    translator = Translator(FLOAT, names)
    translator.statements(CodeString(loop.format("e[i] > 0.0"), "Sim code of neuron model 'x'"))
    assert len(translator.faults.sites) == 1
    with pytest.warns(UserWarning, match="drops the fraction") as caught:
        translated(loop.format("abs(V) > 1"))
    assert len(caught) == 1
