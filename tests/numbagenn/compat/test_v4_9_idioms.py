"""What scripts for PyGeNN 4.9 do beside its documented names, and what their code may hold."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from numbagenn.compat import v4_9 as legacy
from numbagenn.compat.shim import stand_in

HERE = stand_in("4.9")
WRAPPER: Any = HERE["pygenn.genn_wrapper"]


def neurons(sim_code: str, variables: dict[str, float], **given: Any) -> SimpleNamespace:
    """Return a loaded model of two neurons with some code, and its population."""
    model = legacy.GeNNModel("float", "idioms")
    model.dT = 1.0
    cell = legacy.create_custom_neuron_class(
        "cell",
        var_name_types=[(name, "scalar") for name in variables],
        sim_code=sim_code,
        **given,
    )
    pop = model.add_neuron_population("pop", 2, cell, {}, variables)
    model.build()
    model.load()
    return SimpleNamespace(model=model, pop=pop)


def after_a_step(parts: SimpleNamespace, name: str) -> float:
    parts.model.step_time()
    parts.pop.pull_var_from_device(name)
    value: float = parts.pop.vars[name].view[1]
    return value


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("$(r) = int($(x)) % 2 + (int)(3.7);", 4.0),
        ("$(r) = float(7) / 2;", 3.5),
        ("$(r) = max(0.0, tanh($(x)));", np.tanh(3.25)),
        ("$(r) = min(exp(-$(x)), 0.01f);", 0.01),
        ("$(r) = max(min(1.0, exp(0.0)), $(x));", 3.25),
        ("$(r) = min(int($(x) / 1.5), int($(id)) + 1);", 2.0),
        ("$(r) = max((int)floor($(x)), 5);", 5.0),
    ],
)
def test_casts_and_larger_numbers_as_in_cpp(code: str, expected: float) -> None:
    parts = neurons(code, {"x": 3.25, "r": 0.0})
    assert after_a_step(parts, "r") == pytest.approx(expected, rel=1e-6)


def test_an_unclosed_call_is_named() -> None:
    with pytest.raises(RuntimeError, match="max is not closed"):
        neurons("$(r) = max(0.0, $(x);", {"x": 0.0, "r": 0.0})


def test_additional_inputs_may_have_more_parts() -> None:
    inputs = [("Iback", "scalar", 0.25, 0)]
    parts = neurons("$(x) += $(Iback);", {"x": 1.0}, additional_input_vars=inputs)
    assert after_a_step(parts, "x") == 1.25


def network(rule: tuple[Any, ...] | None = None, kind: Any = "DENSE_INDIVIDUALG") -> Any:
    """Return a model of neurons that spike every step, with synapses from each to each."""
    model = legacy.GeNNModel("float", "network")
    model.dT = 1.0
    cell = legacy.create_custom_neuron_class(
        "cell",
        param_names=["half"],
        derived_params=[("twice", legacy.create_dpf_class(lambda pars, dt: 4.0 * pars[0] * dt)())],
        var_name_types=[("x", "scalar")],
        extra_global_params=[("table", "scalar*"), ("gain", "scalar")],
        sim_code="$(x) += $(Isyn) + $(gain) * $(table)[0];",
        threshold_condition_code="true",
        is_auto_refractory_required=False,
    )
    pop = model.add_neuron_population("pop", 2, cell, {"half": 1.5}, {"x": 0.0})
    pop.set_extra_global_param("table", [0.0])
    pop.set_extra_global_param("gain", 0.0)
    rule = rule or ("StaticPulse", {}, {"g": 1.0}, {}, {})
    syn = model.add_synapse_population("syn", kind, 0, pop, pop, *rule, "ExpCurr", {"tau": 5.0}, {})
    return SimpleNamespace(model=model, pop=pop, syn=syn, cell=cell)


def test_synapses_and_sources_read_parameters_of_their_neurons() -> None:
    """Also derived ones; in 4.9 they are known under the names that variables would have."""
    rule = legacy.create_custom_weight_update_class(
        "rule",
        var_name_types=[("g", "scalar")],
        sim_code="$(g) = $(half_pre) + 10.0 * $(half_post) + 100.0 * $(twice_post) + $(x_pre);",
    )
    parts = network((rule, {}, {"g": 0.0}, {}, {}))
    source = legacy.create_custom_current_source_class(
        "source",
        var_name_types=[("seen", "scalar")],
        injection_code="$(seen) = $(half) + $(twice);",
    )
    source = parts.model.add_current_source("source", source, parts.pop, {}, {"seen": 0.0})
    parts.model.build()
    parts.model.load()
    for _ in range(2):
        parts.model.step_time()
    parts.syn.pull_var_from_device("g")
    source.pull_var_from_device("seen")
    assert parts.syn.vars["g"].view.tolist() == [616.5] * 4
    assert source.vars["seen"].view.tolist() == [7.5] * 2


def test_what_is_no_variable_or_parameter_of_the_neurons_is_refused() -> None:
    rule = legacy.create_custom_weight_update_class(
        "rule", var_name_types=[("g", "scalar")], sim_code="$(g) = $(halve_pre);"
    )
    with pytest.raises(
        ValueError, match=r"no variable or parameter of .*did you mean \$\(half_pre"
    ):
        network((rule, {}, {"g": 0.0}, {}, {}))


def test_recording_steps_are_ignored_where_nothing_records() -> None:
    parts = network()
    parts.model.build()
    parts.model.load(num_recording_timesteps=(0,))
    parts.model.step_time()
    recording = network()
    recording.pop.spike_recording_enabled = True
    recording.model.build()
    with pytest.raises(TypeError, match="num_recording_timesteps"):
        recording.model.load(num_recording_timesteps=(0,))


def test_build_returns_how_much_memory_is_needed() -> None:
    parts = network()
    used = parts.model.build()
    assert used.get_device_bytes() == used.get_host_bytes() > 4 * 4
    assert used.get_device_mbytes() == used.get_host_mbytes() == 0
    assert used.get_zero_copy_bytes() == used.get_zero_copy_mbytes() == 0


def test_descriptions_name_their_parameters() -> None:
    assert network().cell.get_param_names() == ["half"]


@pytest.mark.parametrize("name", ["DENSE_INDIVIDUALG", "DENSE_GLOBALG", "SPARSE_GLOBALG"])
def test_matrix_types_by_number(name: str) -> None:
    number = getattr(WRAPPER, f"SynapseMatrixType_{name}")
    by_number, by_name = network(kind=number).syn, network(kind=name).syn
    assert by_number.matrix_type == by_name.matrix_type
    assert bool(number & WRAPPER.SynapseMatrixWeight_GLOBAL) == ("GLOBAL" in name)
    with pytest.raises(TypeError, match="must be a string"):
        network(kind=-1)


def test_vectors_of_cpp_are_lists() -> None:
    vectors: Any = HERE["pygenn.genn_wrapper.StlContainers"]
    assert vectors.UnsignedIntVector([1, 2]) == [1, 2]
    assert vectors.StringVector(("a",)) == ["a"]


def spiking() -> SimpleNamespace:
    """Return a loaded network whose synapses use spike times."""
    rule = legacy.create_custom_weight_update_class(
        "rule",
        var_name_types=[("g", "scalar")],
        sim_code="$(g) = $(sT_post); $(addToInSyn, 1.0);",
    )
    parts = network((rule, {}, {"g": 0.0}, {}, {}))
    parts.model.build()
    parts.model.load()
    return parts


def test_host_arrays_by_their_names_in_cpp() -> None:
    parts = spiking()
    in_syn = parts.syn._assign_ext_ptr_array("inSyn", 2, "scalar")
    times = parts.pop._assign_ext_ptr_array("sT", 2, "scalar")
    for _ in range(2):
        parts.model.step_time()
    parts.model.pull_var_from_device("syn", "inSyn")
    parts.model.pull_var_from_device("SpikeTimes", "pop")
    assert in_syn.tolist() == pytest.approx([2.0 * np.exp(-0.2)] * 2)
    assert times.tolist() == [1.0, 1.0]
    in_syn[:] = 0.0
    times[:] = [-1.0, -3.0]
    parts.model.push_var_to_device("syn", "inSyn")
    parts.model.push_var_to_device("SpikeTimes", "pop")
    parts.model.step_time()
    parts.syn.pull_var_from_device("g")
    # The input that was there is gone, and the times are those that were written, a step later.
    parts.syn.pull_in_syn_from_device()
    assert parts.syn.in_syn.tolist() == pytest.approx([2.0 * np.exp(-0.2)] * 2)
    assert parts.syn.vars["g"].view.reshape(2, 2).tolist() == [[0.0, -2.0]] * 2


def test_host_arrays_that_are_not_there() -> None:
    parts = spiking()
    with pytest.raises(ValueError, match="no host array 'insyn'; did you mean 'inSyn'"):
        parts.syn._assign_ext_ptr_array("insyn", 2, "scalar")
    with pytest.raises(ValueError, match="has 2 numbers, not 3"):
        parts.syn._assign_ext_ptr_array("inSyn", 3, "scalar")
    with pytest.raises(ValueError, match="no host array 'prevST'"):
        parts.pop._assign_ext_ptr_array("prevST", 2, "scalar")


def test_another_array_in_the_place_of_in_syn_changes_nothing() -> None:
    parts, untouched = spiking(), spiking()
    with pytest.warns(UserWarning, match=r"in_syn\[:\]"):
        parts.syn.in_syn = np.full(2, 7.0)
    assert parts.syn.in_syn.tolist() == [7.0, 7.0]
    parts.syn.push_in_syn_to_device()
    for each in (parts, untouched):
        for _ in range(3):
            each.model.step_time()
        each.pop.pull_var_from_device("x")
    assert np.array_equal(parts.pop.vars["x"].view, untouched.pop.vars["x"].view)


def test_extra_global_parameters_by_the_compiled_model() -> None:
    parts = spiking()
    table, gain = (parts.pop.extra_global_params[name] for name in ("table", "gain"))
    assert (table.is_scalar, gain.is_scalar) == (False, True)
    table.view[:], gain.view[:] = 8.0, 2.0
    for name in ("table", "gain"):
        parts.model._slm.push_extra_global_param("pop", name, 1)
    parts.model.step_time()
    table.view[:] = 0.0
    parts.model._slm.pull_extra_global_param("pop", "table")
    parts.model._slm.pull_var_from_device("pop", "x")
    assert (table.view.tolist(), parts.pop.vars["x"].view.tolist()) == ([8.0], [16.0, 16.0])
    with pytest.raises(ValueError, match="did you mean 'pop'"):
        parts.model._slm.push_extra_global_param("pops", "table")
    with pytest.raises(AttributeError, match=r"no model\._slm\.nccl_init"):
        parts.model._slm.nccl_init()


def test_scripts_may_let_go_of_what_they_no_longer_need() -> None:
    parts = spiking()
    parts.pop.extra_global_params["table"].view = None
    parts.pop.unload()
    parts.model._slm.free_extra_global_param("pop", "table")
    parts.model.end()
    with pytest.raises(AttributeError, match="cannot be replaced"):
        parts.pop.extra_global_params["table"].view = np.zeros(1)


def test_custom_updates_say_whether_they_are_of_synapses() -> None:
    parts = network()
    reset = legacy.create_custom_custom_update_class(
        "reset", var_refs=[("v", "scalar")], update_code="$(v) = 0.0;"
    )
    refs = [legacy.create_var_ref(parts.pop, "x"), legacy.create_wu_var_ref(parts.syn, "g")]
    updates = [
        parts.model.add_custom_update(f"u{place}", "Reset", reset, {}, {}, {"v": ref})
        for place, ref in enumerate(refs)
    ]
    assert [update.custom_wu_update for update in updates] == [False, True]


def test_macros_in_code_and_the_locals_of_genn() -> None:
    code = """
    #define SLOPE(V, W) (($(a) * (V)) - \\
        (W))
    $(a) += 1.0;
    $(r) = SLOPE($(x), 2.0) + la;
    """
    parts = neurons(code, {"x": 3.0, "r": 0.0, "a": 1.0})
    assert after_a_step(parts, "r") == 6.0


def test_a_local_of_the_script_is_not_one_of_genn() -> None:
    parts = neurons("scalar lx = 4.0; $(r) = lx;", {"x": 3.0, "r": 0.0})
    assert after_a_step(parts, "r") == 4.0
