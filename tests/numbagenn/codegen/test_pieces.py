"""Long code: it computes what short code does, and builds in a time that grows with its length."""

from __future__ import annotations

import ast
import time
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn.base import type_checks
from numbagenn.codegen.pieces import in_pieces
from numbagenn.codegen.plan import make_plan
from tests.numbagenn import interpreted
from tests.numbagenn.language import c_programs
from tests.numbagenn.language.test_code_fuzz import (
    NEURONS,
    memories,
    no_compiler,
    outcomes,
    with_program,
)
from tests.numbagenn.profiles import examples


def interpreted_outcomes(source: str, model: Any, start: Any) -> dict[str, np.ndarray]:
    model._kernels = SimpleNamespace(**interpreted.module(source))
    return outcomes(model, start, 2)


@examples(20, 2000, shrink=False)
@given(data=st.data(), precision=st.sampled_from(["float", "double"]), piece=st.integers(1, 12))
def test_pieces_compute_what_the_whole_does(data: Any, precision: str, piece: int) -> None:
    scalar = type_checks.precision_type(precision, "precision")
    program = data.draw(c_programs.programs(scalar, size=8))
    start = data.draw(st.lists(memories(), min_size=NEURONS, max_size=NEURONS))
    model = with_program(program.text, precision)
    with warnings.catch_warnings(), no_compiler():
        warnings.simplefilter("ignore", UserWarning)
        model.build()
    source = model.generated_code
    cut = in_pieces(source, longest=0, piece=piece, shortest=1)
    whole = interpreted_outcomes(source, model, start)
    for name, values in interpreted_outcomes(cut, model, start).items():
        np.testing.assert_array_equal(values, whole[name], err_msg=f"{name} of {cut}")


def with_neurons(code: str) -> Any:
    """Return a model of three neurons."""
    neuron = engine.create_neuron_model("long", vars=[("V", "scalar"), ("i", "int")], sim_code=code)
    model = engine.GeNNModel("float", "long")
    model.add_neuron_population("P", 3, neuron, {}, {"V": 0.5, "i": [0, 77, 401]})
    return model


def after_a_step(code: str) -> tuple[float, float]:
    """Return V of a neuron after one step, and the processor time of its build."""
    model = with_neurons(code)
    pop = model.neuron_populations["P"]
    begin = time.process_time()
    model.build()
    seconds = time.process_time() - begin
    model.load()
    model.step_time()
    pop.vars["V"].pull_from_device()
    return pop.vars["V"].values.tolist(), seconds


def assignments(count: int) -> str:
    return "".join(f"V = V * 0.5 + {k}.0;\n" for k in range(count))


def conditions(count: int) -> str:
    return "".join(f"if (V < {k}.0) V = V * 0.5 + {k}.0;\n" for k in range(count))


def cases(count: int) -> str:
    inside = "".join(f"case {k}: V += {k}.5; {'break;' if k % 3 else ''}\n" for k in range(count))
    return f"switch (i) {{ {inside} default: V = 1000.0; }}"


def branches(count: int) -> str:
    inside = " else ".join(f"if (V < {k}.0) V = V * 0.5 + {k}.0;" for k in range(count))
    return f"{inside} else V -= 1000.0;"


def terms(count: int) -> str:
    return "V = " + " + ".join(f"V * {k}.5" for k in range(count)) + ";"


IN_PIECES = {"conditions": conditions, "branches": branches}
WHOLE = {"assignments": assignments, "cases": cases, "terms": terms}


@pytest.fixture
def cold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take nothing from a cache."""
    monkeypatch.setenv("NUMBAGENN_CACHE_DIR", str(tmp_path))


@pytest.mark.parametrize("what", IN_PIECES)
def test_twice_the_code_is_twice_as_many_pieces_of_the_same_size(what: str) -> None:
    numbers, sizes = [], []
    for count in (500, 1000):
        functions = ast.parse(make_plan(with_neurons(IN_PIECES[what](count))).source).body
        branches_of = [
            sum(isinstance(node, ast.If) for node in ast.walk(function)) for function in functions
        ]
        numbers.append(len(functions))
        sizes.append(max(branches_of))
    assert numbers[1] < 2.1 * numbers[0]
    assert sizes[1] == sizes[0] <= 50


@pytest.mark.slow
@pytest.mark.usefixtures("cold")
@pytest.mark.parametrize("what", WHOLE)
def test_twice_the_code_takes_about_twice_the_time(what: str) -> None:
    """The least of three counts: other processes make any one of them longer."""
    after_a_step("V += 2.0;")
    seconds = [
        min(after_a_step(WHOLE[what](count + more))[1] for more in range(3)) for count in (250, 500)
    ]
    assert seconds[1] < 3.5 * seconds[0]


def test_long_conditions() -> None:
    values, _ = after_a_step(conditions(300))
    expected = np.float32(0.5)
    for k in range(300):
        if expected < k:
            expected = np.float32(expected * np.float32(0.5) + np.float32(k))
    assert values == [expected] * 3


def test_long_switch() -> None:
    """Cases without a 'break' continue in the next one, also from one piece to another."""
    values, _ = after_a_step(cases(300))

    def expected(i: int) -> float:
        if i >= 300:
            return 1000.0
        total = 0.5
        while True:
            total += i + 0.5
            if i % 3:
                return total
            i += 1

    assert values == [expected(i) for i in (0, 77, 401)]


def test_the_first_of_equal_cases_counts() -> None:
    """In a switch of so many that its cases are compared in several chains, too."""
    inside = "".join(f"case {k % 100}: V = {k}.0; break;\n" for k in range(200))
    values, _ = after_a_step(f"switch (i) {{ {inside} }}")
    assert values == [0.0, 77.0, 0.5]
