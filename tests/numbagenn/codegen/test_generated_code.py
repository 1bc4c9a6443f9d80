"""What the engine generates can be read, and is what the code strings say."""

from __future__ import annotations

import ast

import pytest

from numbagenn import GeNNModel, create_current_source_model, create_neuron_model
from numbagenn.kernels import c_functions
from numbagenn.language.kernel_names import IMPORTED


def small_model() -> GeNNModel:
    model = GeNNModel("float", "generated_code")
    model.dt = 1.0
    neuron = create_neuron_model(
        "integrate_and_fire",
        params=["Vthr"],
        vars=[("V", "scalar")],
        sim_code="V += Isyn;",
        threshold_condition_code="V >= Vthr",
        reset_code="V = 0.0;",
    )
    current = create_current_source_model(
        "current", vars=[("magnitude", "scalar")], injection_code="injectCurrent(magnitude);"
    )
    cells = model.add_neuron_population("cells", 3, neuron, {"Vthr": 5.0}, {"V": 0.0})
    model.add_current_source("source", current, cells, {}, {"magnitude": 1.0})
    return model


def test_before_building() -> None:
    with pytest.raises(RuntimeError, match=r"call model\.build\(\) before generated_code"):
        _ = small_model().generated_code


def test_each_code_string_is_in_the_function_of_its_population() -> None:
    model = small_model()
    model.build()
    functions = {
        node.name: ast.unparse(node)
        for node in ast.parse(model.generated_code).body
        if isinstance(node, ast.FunctionDef)
    }
    text = functions["update_cells"]
    lines = ["Isyn += source_magnitude", "V += Isyn", "spike = V >= Vthr", "V = float32(0.0)"]
    places = [text.index(line) for line in lines]
    assert places == sorted(places)


def test_functions_are_set_apart_by_blank_lines() -> None:
    """So that a notebook can cut one out of the text."""
    model = small_model()
    model.build()
    code = model.generated_code
    function = code[code.index("def update_cells(") :].split("\n\n")[0]
    (parsed,) = ast.parse(function).body
    assert isinstance(parsed, ast.FunctionDef)
    assert parsed.name == "update_cells"
    assert function.splitlines()[-1].strip() == "V_array[neuron] = V"


def test_what_only_kernels_call_says_so() -> None:
    """There is no way into it from Python, and trying would crash the interpreter."""
    with pytest.raises(TypeError, match=r"^c_fma\(\) is compiled for kernels only; call c_fma\.py"):
        c_functions.c_fma(1.0, 2.0, 3.0)


def test_modules_import_what_they_use() -> None:
    model = small_model()
    model.build()
    tree = ast.parse(model.generated_code)
    nodes = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    imported = {alias.name for node in nodes for alias in node.names}
    assert imported == {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {
        *IMPORTED
    } - {"math", "np"}
    assert "random_numbers" not in imported


def test_many_parameters_are_one_a_line() -> None:
    model = small_model()
    model.build()
    lines = model.generated_code.splitlines()
    assert "def simulate(" in lines
    assert "    num_steps," in lines
    assert all(len(line) <= 100 for line in lines if line.startswith("def "))
