"""Wrong input fails at the call that is wrong, in one clear sentence, and breaks nothing.

The mistakes are in ``mistakes/``; see `catalogue`.
"""

from __future__ import annotations

import ast
import gc
import re
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from numbagenn import (
    GeNNModel,
    VarAccess,
    create_custom_update_model,
    create_neuron_model,
    create_var_init_snippet,
    create_var_ref,
    create_weight_update_model,
    create_wu_var_ref,
    init_postsynaptic,
    init_var,
    init_weight_update,
)
from numbagenn.language.code_strings import CodeStringError
from numbagenn.models import builtin_models
from tests import ROOT, a_few
from tests.numbagenn.networks import (
    INTEGRATE_AND_FIRE,
    PIXEL,
    RESET,
    START,
    new_model,
    pulled,
    steps,
)
from tools import catalogue
from tools.catalogue import Made, Mistake

MISTAKES = [one for file in catalogue.SUBJECTS for one in catalogue.subject(file).mistakes]
IN_PYTHON = [one for one in MISTAKES if one.file.endswith(".py")]
WARNINGS = ("UserWarning", "FutureWarning")


# The catalogue ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mistake", a_few(IN_PYTHON, 100), ids=str)
def test_mistakes_are_named(mistake: Mistake) -> None:
    made = catalogue.make(mistake)
    assert mistake.outcome in [kind.__name__ for kind in type(made.error).__mro__]
    first, *shown = made.message.split("\n")
    # One sentence or two, which say what is expected, given, or to be done.
    assert len(re.findall(r"[.?] [A-Z]", first)) <= 1
    assert len(first) < 330
    assert first[-1] in ".?"
    assert re.search(r"[;:] |, not |\b(must|needs?|give|write|call|use)\b", first)
    # Nothing of how the engine is made, and no text of the libraries below it.
    inside = (
        r"NoneType|object at 0x|\b_[a-z]|tutorial_helpers|numba(?!genn[ '])|pycparser|jinja|ndarray"
    )
    assert not re.search(inside, made.message)
    if isinstance(made.error, CodeStringError) or shown:
        assert_place_is_shown(mistake, first, shown)
    else:
        assert any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", first) for name in names(mistake))


def assert_place_is_shown(mistake: Mistake, first: str, shown: list[str]) -> None:
    assert re.search(r", line \d+: ", first)
    line, caret = (text[4:] for text in shown)
    assert caret.strip() == "^"
    assert line[caret.index("^")] != " "
    code = {text for constant in constants(mistake) for text in str(constant).split("\n")}
    # In code of 4.9, $(V) is V by then; and built-in models have code of their own.
    rewritten = {re.sub(r"\$\((\w+)\)", r"\1", text) for text in code}
    built_in = Path(builtin_models.__file__).read_text(encoding="utf-8")
    assert line in rewritten | code or line in built_in


def names(mistake: Mistake) -> list[str]:
    """Return what the code of a mistake names."""
    nodes = list(ast.walk(ast.parse(mistake.code)))
    attributes = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
    keywords = [node.arg for node in nodes if isinstance(node, ast.keyword) and node.arg]
    objects = [node.id for node in nodes if isinstance(node, ast.Name)]
    quoted = [f"'{name}'" if len(name) == 1 else name for name in objects]
    return [*attributes, *keywords, *quoted, *map(str, constants(mistake))]


def constants(mistake: Mistake) -> list[object]:
    nodes = ast.walk(ast.parse(mistake.code))
    return [node.value for node in nodes if isinstance(node, ast.Constant)]


@pytest.mark.parametrize("mistake", IN_PYTHON, ids=str)
def test_mistakes_fail_at_their_call(mistake: Mistake) -> None:
    error = catalogue.make(mistake).error
    assert error is not None
    call, *inside = traceback.extract_tb(error.__traceback__)[1:]
    assert call.filename == str(mistake)
    assert call.lineno in mistake.last_lines
    # The engine says so, not Python or a library.
    assert ROOT in Path(inside[0].filename).parents
    assert ROOT in Path(inside[-1].filename).parents


@pytest.mark.parametrize("mistake", IN_PYTHON, ids=str)
def test_mistakes_leave_no_trace(mistake: Mistake) -> None:
    made = catalogue.make(mistake)
    # What is warned of is done.
    if mistake.outcome not in WARNINGS:
        assert made.after == made.before
        go_on(made)


def go_on(made: Made) -> None:
    """Go on with the network as if nothing had happened, if there is nothing else in it."""
    model, a = made.names["model"], made.names["a"]
    if [len(table) for table in catalogue.groups(model)] != [2, 1, 1, 1]:
        return
    if not model._built:
        a.vars["V"].set_init_values(0.0)
        model.build()
    if not model._loaded:
        a.vars["V"].set_init_values(0.0)
        model.load(num_recording_timesteps=2)
    made.names["source"].vars["magnitude"].push_to_device()
    before = pulled(a, "V")
    steps(model, 1)
    expected = np.where(before + 0.5 < 1.0, before + 0.5, 0.0)
    assert (pulled(a, "V") == expected).all()


@pytest.mark.parametrize("mistake", [one for one in MISTAKES if one.file.endswith(".sh")], ids=str)
def test_commands_say_what_is_wrong(mistake: Mistake) -> None:
    message = catalogue.make(mistake).message
    assert re.search(r"\berror: ", message, re.IGNORECASE)
    assert "Traceback" not in message


def test_the_pages_are_current() -> None:
    """They are written by ``python -m tools.catalogue``."""
    written = {path.name: path.read_text(encoding="utf-8") for path in catalogue.PAGES.iterdir()}
    assert written == catalogue.pages()


def test_every_mistake_is_in_the_catalogue_once() -> None:
    assert {path.name for path in catalogue.FOLDER.iterdir() if path.is_file()} == {
        catalogue.NETWORK,
        *catalogue.SUBJECTS,
    }
    assert len({str(one) for one in MISTAKES}) == len(MISTAKES)


# Half-built models -----------------------------------------------------------------------------


def refused(kind: type[Exception], call: Callable[..., object], *arguments: Any) -> None:
    with pytest.raises(kind):
        call(*arguments)


def network(*, mistakes: bool) -> SimpleNamespace:
    """Return a loaded network; every call that makes it failed once, or none did."""
    model = GeNNModel("float", "corrected")

    def call(method: Callable[..., Any], kind: type[Exception], wrong: tuple, *right: Any) -> Any:
        if mistakes:
            refused(kind, method, *wrong)
        return method(*right)

    def attribute(owner: object, name: str, kind: type[Exception], wrong: object, right: object):
        call(lambda value: setattr(owner, name, value), kind, (wrong,), right)

    attribute(model, "dt", ValueError, -1.0, 1.0)
    attribute(model, "batch_size", TypeError, 2.0, 2)
    pops = [
        call(
            model.add_neuron_population, RuntimeError,
            (name, size, INTEGRATE_AND_FIRE, {"Vth": 1.0}, START),
            name, size, INTEGRATE_AND_FIRE, {"Vthr": 1.0}, START,
        )
        for name, size in (("a", 4), ("b", 3))
    ]  # fmt: skip
    a, b = pops
    delta = call(init_postsynaptic, RuntimeError, ("DeltaCurr", {"tau": 5.0}), "DeltaCurr")
    weights = np.linspace(0.1, 1.2, 12)
    short, full = (
        init_weight_update("StaticPulse", {}, {"g": values}) for values in (weights[:9], weights)
    )
    dense = call(
        model.add_synapse_population, ValueError,
        ("ab", "DENSE", a, b, short, delta), "ab", "DENSE", a, b, full, delta,
    )  # fmt: skip
    pulse = init_weight_update("StaticPulse", {}, {"g": 0.25})
    sparse = call(
        model.add_synapse_population, AttributeError,
        ("ba", "SPARS", b, a, pulse, delta), "ba", "SPARSE", b, a, pulse, delta,
    )  # fmt: skip
    call(sparse.set_sparse_connections, ValueError, ([0, 3], [0, 1]), [0, 1, 2], [0, 1, 2])
    attribute(dense, "axonal_delay_steps", TypeError, -1, 1)
    attribute(dense, "post_target_var", RuntimeError, "Iext", "Isyn")
    source = call(
        model.add_current_source, ValueError,
        ("in", PIXEL, a, {}, {"magnitude": np.ones(3)}),
        "in", PIXEL, a, {}, {"magnitude": np.linspace(0.2, 0.8, 4)},
    )  # fmt: skip
    refs = {name: create_var_ref(a, name) for name in ("V", "count")}
    call(
        model.add_custom_update, RuntimeError,
        ("reset", "Reset", RESET, {}, {}, {"V": refs["V"]}),
        "reset", "Reset", RESET, {}, {}, refs,
    )  # fmt: skip
    if mistakes:
        # Found by nothing that was called so far.
        mode = create_custom_update_model(
            "shared", var_refs=[("g", "scalar"), ("h", "scalar")], update_code="g = h;"
        )
        own = create_weight_update_model("own", vars=[("h", "scalar")], pre_spike_syn_code="")
        extra = model.add_synapse_population(
            "extra", "DENSE", a, b, init_weight_update(own, {}, {"h": 0.0}), delta
        )
        both = {"g": create_wu_var_ref(extra, "h"), "h": create_wu_var_ref(extra, "h")}
        model.add_custom_update("shared", "Shared", mode, {}, {}, both)
        unfit = create_neuron_model("unfit", params=[("n", "uint8_t")], sim_code="")
        model.add_neuron_population("c", 2, unfit, {"n": 256})
        for _ in range(2):
            refused(RuntimeError, model.build)
        del model.neuron_populations["c"]
        del model.synapse_populations["extra"]
        del model.custom_updates["shared"]
    a.spike_recording_enabled = True
    model.build()
    if mistakes:
        refused(RuntimeError, model.build)
        refused(RuntimeError, model.add_current_source, "dc", "DC", a, {"amp": 1.0})
        a.vars["V"].set_init_values(np.zeros((3, 4)))
        for _ in range(2):
            refused(ValueError, model.load, 5)
            assert a.vars["V"].view is None
            assert a.vars["count"].view is None
        a.vars["V"].set_init_values(0.0)
    call(model.load, RuntimeError, (), 5)
    return SimpleNamespace(model=model, a=a, b=b, source=source)


def results(network: SimpleNamespace, *, mistakes: bool) -> list[list[Any]]:
    model, a = network.model, network.a
    for step in range(5):
        if mistakes and step == 2:
            refused(IndexError, model.custom_update, "reset")
            refused(RuntimeError, lambda: network.b.spike_recording_data)
            refused(ValueError, setattr, a.vars["V"], "values", np.zeros(3))
            refused(TypeError, setattr, model, "timestep", -1)
            refused(RuntimeError, model.load, 5)
        model.step_time()
        if step == 3:
            model.custom_update("Reset")
    model.pull_recording_buffers_from_device()
    spikes = [part.tolist() for batch in a.spike_recording_data for part in batch]
    voltages = [pulled(group, "V").tolist() for group in (a, network.b)]
    return [*spikes, *voltages, pulled(network.b, "count").tolist()]


def test_a_model_that_every_call_failed_on_once_is_as_good_as_new() -> None:
    corrected, clean = (
        results(network(mistakes=mistakes), mistakes=mistakes) for mistakes in (True, False)
    )
    assert corrected == clean
    assert clean[0]


def test_a_batch_size_that_references_do_not_allow_is_found_when_building() -> None:
    model = GeNNModel("float", "batches")
    a = model.add_neuron_population("a", 2, INTEGRATE_AND_FIRE, {"Vthr": 1.0}, START)
    recurrent = create_weight_update_model(
        "two", vars=[("w", "scalar"), ("g", "scalar", VarAccess.READ_ONLY)],
        pre_spike_syn_code="addToPost(g + w);",
    )  # fmt: skip
    init = init_weight_update(recurrent, {}, {"w": 0, "g": 0})
    aa = model.add_synapse_population("aa", "DENSE", a, a, init, init_postsynaptic("DeltaCurr"))
    copy = create_custom_update_model(
        "both", var_refs=[("w", "scalar"), ("g", "scalar")], update_code="w = g;"
    )
    references = {name: create_wu_var_ref(aa, name) for name in ("w", "g")}
    model.add_custom_update("cu", "G", copy, {}, {}, references)
    model.batch_size = 2
    with pytest.raises(RuntimeError, match=r"'g' .* lower-dimensional"):
        model.build()
    model.batch_size = 1
    model.build()


# Values of other kinds -------------------------------------------------------------------------

NUMBERS: dict[str, list[object]] = {
    "dt": [0, -1.0, float("nan"), float("inf"), "1.0", 1j, None, True],
    "batch_size": [0, -1, 1.5, True, None, "2"],
    "seed": [-3, 2**32, 1.5, True, "x"],
    "num_neurons": [0, -1, 2.5, True, None, "5", float("nan"), float("inf")],
    "num_recording_timesteps": [0, -1, 2.0, True, "2"],
    "Vthr": ["1", None, [1, 2], 1j, np.ones(2)],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name in NUMBERS for value in NUMBERS[name]]
)
def test_numbers_of_other_kinds(name: str, value: Any) -> None:
    model = GeNNModel("float", "numbers")
    calls: dict[str, Callable[[], object]] = {
        "num_neurons": lambda: model.add_neuron_population(
            "a", value, INTEGRATE_AND_FIRE, {"Vthr": 1.0}, START
        ),
        "Vthr": lambda: model.add_neuron_population(
            "a", 2, INTEGRATE_AND_FIRE, {"Vthr": value}, START
        ),
        "num_recording_timesteps": lambda: (model.build(), model.load(value)),
    }
    with pytest.raises((TypeError, ValueError), match=rf"\b{name}\b.* must be .*not ") as caught:
        calls.get(name, lambda: setattr(model, name, value))()
    shown = "(2,)" if isinstance(value, np.ndarray) else repr(value)
    assert shown in str(caught.value)
    assert not model.neuron_populations


@pytest.mark.parametrize("value", [256, -1, np.inf, 1e39])
def test_parameters_that_do_not_fit(value: float) -> None:
    ctype = "uint8_t" if abs(value) <= 256 else "scalar"
    typed = create_neuron_model("typed", params=[("k", ctype)], sim_code="")
    model = GeNNModel("float", "fit")
    model.add_neuron_population("a", 2, typed, {"k": value})
    size = "small" if value < 0 else "large"
    with pytest.raises(RuntimeError, match=rf"too {size} .*parameter 'k' of neuron population 'a'"):
        model.build()


# Numbers that are not finite -------------------------------------------------------------------


def loaded_from(initial: object, precision: str = "float", batch_size: int = 1) -> Any:
    model = GeNNModel(precision, "nan")
    model.batch_size = batch_size
    model.add_neuron_population(
        "a", 4, INTEGRATE_AND_FIRE, {"Vthr": 1.0}, {"V": initial, "count": 0}
    )
    model.build()
    model.load()
    return model


EVERY_OTHER = create_var_init_snippet("every_other", var_init_code="value = sqrt(0.5 - (id % 2));")


@pytest.mark.parametrize(
    ("initial", "said"),
    [
        (np.nan, "NaN in 4 of 4"),
        ([0.0, np.nan, 0.0, np.inf], "NaN in 2 of 4"),
        ([0.0, -np.inf, 0.0, 0.0], "infinity in 1 of 4"),
        # In single precision.
        ([0.0, 1e39, 0.0, 0.0], "infinity in 1 of 4"),
        (init_var(EVERY_OTHER), "NaN in 2 of 4"),
    ],
)
def test_initial_values_that_are_not_finite_are_told_at_load(initial: object, said: str) -> None:
    """PyGeNN accepts them, so it is a warning, at the line that loads."""
    message = f"Variable 'V' of neuron population 'a' starts from {said} values"
    with pytest.warns(UserWarning, match=message) as caught:
        model = loaded_from(initial)
    assert [one.filename for one in caught] == [__file__]
    assert model.is_loaded


def test_each_variable_that_is_not_finite_is_told_for_the_whole_batch() -> None:
    with pytest.warns(UserWarning, match="NaN in 2 of 8 values"):
        loaded_from([0.0, np.nan, 0.0, 0.0], batch_size=2)


@pytest.mark.parametrize("initial", [0.0, [1e38, -1e38, 0.0, 1e-45]])
def test_finite_values_are_not_warned_of(initial: object) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded_from(initial)
        loaded_from([1e39, 0.0, 0.0, 0.0], "double")


def test_warnings_are_of_the_line_that_calls() -> None:
    with pytest.warns(FutureWarning, match="notation of GeNN 4") as caught:
        create_neuron_model("x", vars=[("V", "scalar")], sim_code="$(V) = 1.0; // told")
    assert [one.filename for one in caught] == [__file__]


# What is no mistake ----------------------------------------------------------------------------


def test_a_group_outlives_its_model_only_by_name() -> None:
    model = loaded_from(0.0)
    pop = model.neuron_populations["a"]
    del model
    gc.collect()
    with pytest.raises(ReferenceError, match="model of neuron population 'a' is gone"):
        pop.vars["V"].pull_from_device()


def test_flags_of_pygenn_are_accepted() -> None:
    model = GeNNModel("float", "x", optimize_code=True, genn_log_level=2)
    model.anything = 1
    assert model.anything == 1


def test_deprecated_keywords_work_and_warn() -> None:
    with pytest.warns(FutureWarning, match="'param_names' is deprecated; use 'params'"):
        model = create_neuron_model("x", param_names=["a"], sim_code="scalar y = a;")
    assert model.params[0].name == "a"
    with pytest.warns(FutureWarning), pytest.raises(TypeError, match="are the same"):
        create_neuron_model("x", vars=[("V", "int")], var_name_types=[("V", "int")])
    model = new_model()
    with pytest.warns(FutureWarning, match="dT is deprecated"):
        model.dT = 0.25
    assert model.dt == 0.25
