"""The public names of PyGeNN 4.9 are here, and what it wraps can be told what it is told there."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from numbagenn.base.enumerations import ParallelismHint, VarLocation
from numbagenn.compat import v4_9 as legacy
from numbagenn.compat.missing_names import purpose
from numbagenn.compat.shim import stand_in

# Names of what its documentation lists.
RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "names_of_pygenn_4_9.json").read_text(encoding="utf-8")
)
HERE = stand_in("4.9")
WRAPPER: Any = HERE["pygenn.genn_wrapper"]

# What PyGeNN's model and its parts call of each other, and scripts do not.
INTERNAL = {
    *("add_to", "load", "load_init_egps", "reinitialise"),
    *("set_neuron", "set_weight_update", "set_post_syn", "set_connected_populations"),
    *("set_current_source_model", "set_custom_update_model"),
    *("var_ref_names", "var_refs", "egp_ref_names", "egp_refs", "needs_allocation", "init_val"),
    *("wu_pre_var_names", "wu_post_var_names"),
    "create_custom_model_class",
}


def described(batch_size: int = 1) -> SimpleNamespace:
    model = legacy.GeNNModel("float", "names")
    model.dT = 1.0
    model.batch_size = batch_size
    cell = legacy.create_custom_neuron_class(
        "cell",
        var_name_types=[("V", "scalar")],
        extra_global_params=[("gain", "scalar"), ("table", "scalar*")],
        additional_input_vars=[("Iback", "scalar", 0.0)],
        sim_code="$(V) += $(gain) * ($(Isyn) + $(Iback)) + $(table)[0];",
        threshold_condition_code="$(V) >= 4.0",
        reset_code="$(V) = 0.0;",
    )
    pop = model.add_neuron_population("pop", 3, cell, {}, {"V": 0.0})
    pop.set_extra_global_param("gain", 1.0)
    pop.set_extra_global_param("table", [0.0])
    weights = legacy.create_custom_weight_update_class(
        "weights",
        var_name_types=[("g", "scalar")],
        pre_var_name_types=[("p", "scalar")],
        post_var_name_types=[("q", "scalar")],
        sim_code="$(addToInSyn, $(g));",
        pre_spike_code="$(p) += 1.0;",
        post_spike_code="$(q) += 1.0;",
    )
    rule = (weights, {}, {"g": 1.0}, {"p": 0.0}, {"q": 0.0})
    syn = model.add_synapse_population(
        "syn", "DENSE_INDIVIDUALG", 0, pop, pop, *rule, "ExpCurr", {"tau": 5.0}, {}
    )
    source = model.add_current_source("source", "DC", "pop", {"amp": 0.0}, {})
    setting = legacy.create_custom_custom_update_class(
        "setting",
        var_refs=[("V", "scalar")],
        extra_global_params=[("to", "scalar")],
        update_code="$(V) = $(to);",
    )
    refs = {"V": legacy.create_var_ref(pop, "V")}
    update = model.add_custom_update("update", "Set", setting, {}, {}, refs)
    update.set_extra_global_param("to", 2.0)
    return SimpleNamespace(model=model, pop=pop, syn=syn, source=source, update=update)


def loaded(batch_size: int = 1) -> SimpleNamespace:
    parts = described(batch_size)
    parts.model.build()
    parts.model.load()
    return parts


def test_modules_have_the_names_of_pygenn() -> None:
    for module, names in RECORDED["modules"].items():
        missing = {name for name in names if name not in vars(HERE[module])}
        assert {name for name in missing - INTERNAL if not purpose("4.9", name)} == set()


@pytest.mark.parametrize("kind", RECORDED["attributes"])
def test_objects_have_the_attributes_of_pygenn(kind: str) -> None:
    parts = described()
    thing = {
        "GeNNModel": parts.model,
        "NeuronGroup": parts.pop,
        "SynapseGroup": parts.syn,
        "CurrentSource": parts.source,
        "CustomUpdate": parts.update,
        "Variable": parts.pop.vars["V"],
        "ExtraGlobalParameter": parts.pop.extra_global_params["gain"],
    }[kind]
    assert {*RECORDED["attributes"][kind]} - {*dir(thing)} - INTERNAL == set()


def test_kinds_of_synapses() -> None:
    parts = described()
    syn = parts.syn
    assert not syn.has_kernel_synapse_vars
    assert not syn.has_individual_postsynaptic_vars
    assert not syn.has_procedural_connectivity
    assert not syn.has_procedural_weights
    assert syn.is_connectivity_init_required
    assert syn.has_individual_synapse_vars


def test_what_is_wrapped_can_be_asked() -> None:
    parts = described()
    pop = parts.pop
    assert pop.pop.is_spike_recording_enabled() is False
    pop.pop.set_spike_recording_enabled(True)
    assert pop.pop.is_spike_recording_enabled() is True
    with pytest.raises(AttributeError, match="did you mean 'is_spike_recording_enabled'"):
        pop.pop.is_spike_recording_enable()


def test_settings_of_the_model_that_is_wrapped() -> None:
    model = described().model
    model._model.set_seed(7)
    assert (model.seed, model._model.get_seed()) == (7, 7)
    model._model.set_merge_postsynaptic_models(True)
    model._model.set_default_narrow_sparse_ind_enabled(True)
    model._model.set_default_var_location(WRAPPER.VarLocation_HOST_DEVICE)
    model.default_sparse_connectivity_location = WRAPPER.VarLocation_DEVICE
    assert model.default_sparse_connectivity_location is VarLocation.DEVICE
    model._model.set_timing(True)
    assert model.fuse_postsynaptic_models
    assert model.default_narrow_sparse_ind_enabled
    assert model.default_var_location is VarLocation.HOST_DEVICE
    assert model.timing_enabled
    assert model._model.get_num_neurons() == 3
    with pytest.raises(AttributeError, match=r"no model._model.set_sed; did you mean 'set_seed'"):
        model._model.set_sed(1)


def test_settings_of_the_groups_that_are_wrapped() -> None:
    parts = described()
    pop, syn = parts.pop.pop, parts.syn.pop
    syn.set_max_dendritic_delay_timesteps(5)
    syn.set_span_type(WRAPPER.SynapseGroup.SpanType_PRESYNAPTIC)
    syn.set_in_syn_var_location(WRAPPER.VarLocation_DEVICE)
    syn.set_wuvar_location("g", WRAPPER.VarLocation_HOST)
    syn.set_pstarget_var("Iback")
    pop.set_var_location("V", WRAPPER.VarLocation_DEVICE)
    pop.set_spike_location(WRAPPER.VarLocation_HOST_DEVICE)
    assert parts.syn.max_dendritic_delay_timesteps == syn.get_max_dendritic_delay_timesteps() == 5
    assert parts.syn.parallelism_hint is ParallelismHint.PRESYNAPTIC
    assert syn.get_in_syn_location() == WRAPPER.VarLocation_DEVICE
    assert syn.get_wuvar_location("g") & WRAPPER.VarLocation_HOST
    assert parts.syn.ps_target_var == "Iback"
    assert pop.get_var_location("V") == WRAPPER.VarLocation_DEVICE
    assert (pop.get_num_delay_slots(), pop.get_spike_location()) == (1, 3)
    for wrong, message in (
        (lambda: syn.set_max_dendritic_delays(5), "no population.pop.set_max_dendritic_delays"),
        (lambda: pop.set_span_type(0), "no population.pop.set_span_type"),
        (lambda: pop.clear(), "no population.pop.clear"),
    ):
        with pytest.raises(AttributeError, match=message):
            wrong()
    with pytest.raises(TypeError, match=r"A location must be .* not 'HOST'"):
        pop.set_var_location("V", "HOST")
    with pytest.raises(TypeError, match=r"A span type must be .* not 5"):
        syn.set_span_type(5)


def test_built_in_models_as_classes() -> None:
    instance = WRAPPER.WeightUpdateModels.StaticPulse.get_instance()
    assert instance.get_vars()[0].name == "g"
    assert WRAPPER.NeuronModels.PoissonNew() is WRAPPER.NeuronModels.PoissonNew.get_instance()
    model = described().model
    model.add_neuron_population("drawn", 1, WRAPPER.NeuronModels.LIF(), LIF, {"V": 0.0, **REST})
    snippets = WRAPPER.InitToeplitzConnectivitySnippet
    assert snippets.Conv2D() is snippets.Conv2D.get_instance()
    with pytest.raises(NotImplementedError, match="models written in C"):
        WRAPPER.NeuronModels.Custom()


LIF = {"C": 1.0, "TauM": 20.0, "Vrest": 0.0, "Vreset": 0.0, "Vthresh": 1.0, "Ioffset": 0.0}
LIF["TauRefrac"] = 1.0
REST = {"RefracTime": 0.0}


# --- Copies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 3])
def test_input_that_synapses_have_added_up(batch_size: int) -> None:
    parts = loaded(batch_size)
    assert parts.syn.in_syn.shape == ((3,) if batch_size == 1 else (3, 3))
    parts.syn.in_syn[:] = 2.0
    parts.syn.push_in_syn_to_device()
    parts.syn.in_syn[:] = 0.0
    parts.model.step_time()
    parts.syn.pull_in_syn_from_device()
    assert np.allclose(parts.syn.in_syn, 2.0 * np.exp(-1.0 / 5.0))


def test_variables_of_either_side_are_copied_by_name() -> None:
    parts = loaded()
    for table in (parts.syn.vars, parts.syn.pre_vars, parts.syn.post_vars):
        for name, variable in table.items():
            variable.view[:] = 3.0
            parts.syn.push_var_to_device(name)
            variable.view[:] = 0.0
            parts.model.pull_var_from_device("syn", name)
            assert (variable.view == 3.0).all()
    with pytest.raises(KeyError, match="has no variable 'x'"):
        parts.syn.pull_var_from_device("x")


def test_arrays_are_copied_by_the_model() -> None:
    parts = loaded()
    table = parts.pop.extra_global_params["table"]
    table.view[0] = 2.5
    parts.model.push_extra_global_param_to_device("pop", "table")
    table.view[0] = 0.0
    parts.model.step_time()
    parts.model.pull_extra_global_param_from_device("pop", "table", 1)
    parts.pop.pull_state_from_device()
    assert (table.view[0], *parts.pop.vars["V"].view) == (2.5, 2.5, 2.5, 2.5)
    with pytest.raises(ValueError, match=r"size parameter doesn't match .* has 1 values, not 2"):
        parts.pop.push_extra_global_param_to_device("table", 2)


def test_what_variables_start_from() -> None:
    parts = described()
    parts.pop.set_var("V", [1.0, 2.0, 3.0])
    parts.syn.set_pre_var("p", 4.0)
    parts.syn.set_post_var("q", 5.0)
    parts.model.build()
    parts.model.load()
    assert list(parts.pop.vars["V"].view) == [1.0, 2.0, 3.0]
    assert (parts.syn.pre_vars["p"].view == 4.0).all()
    assert (parts.syn.post_vars["q"].view == 5.0).all()


# --- Numbers that all elements share --------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 5])
def test_numbers_are_in_use_once_their_view_is_written(batch_size: int) -> None:
    parts = loaded(batch_size)
    gain = parts.pop.extra_global_params["gain"].view
    parts.pop.vars["V"].view[:] = 1.0
    parts.pop.push_state_to_device()
    for scale in (1.0, 0.5, 0.25):
        gain[:] = scale
        parts.syn.in_syn[:] = 1.0
        parts.syn.push_in_syn_to_device()
        # Steps that wait are not touched by what is written after them.
        parts.model.step_time()
        gain[:] = 100.0
    parts.pop.pull_state_from_device()
    mean = 5.0 * (1.0 - np.exp(-0.2))
    assert np.allclose(parts.pop.vars["V"].view, 1.0 + 1.75 * mean)


def test_a_number_is_zero_until_something_sets_it() -> None:
    model = legacy.GeNNModel("float", "numbers")
    shifted = legacy.create_custom_neuron_class(
        "shifted",
        var_name_types=[("V", "scalar")],
        extra_global_params=[("offset", "scalar")],
        sim_code="$(V) = 1 + $(offset);",
    )
    pop = model.add_neuron_population("pop", 1, shifted, {}, {"V": 5.0})
    model.build()
    model.load()
    offset = pop.extra_global_params["offset"].view
    for expected in (1.0, 3.0):
        model.step_time()
        offset[:] = 2.0
        pop.pull_var_from_device("V")
        assert pop.vars["V"].view[0] == expected


def test_numbers_of_updates_and_what_they_refuse() -> None:
    parts = loaded()
    number = parts.update.extra_global_params["to"]
    assert number.is_scalar
    found = []
    for value in (None, 3.0, 1.5):
        if value is not None:
            number.view[:] = value
        parts.model.custom_update("Set")
        parts.pop.pull_var_from_device("V")
        found.append(parts.pop.vars["V"].view[0])
    assert found == [2.0, 3.0, 1.5]
    for verb, end in (("push", "pushed"), ("pull", "pulled")):
        method = "push_to_device" if verb == "push" else "pull_from_device"
        with pytest.raises(RuntimeError, match=f"Only pointer-type .* need to be {end}"):
            getattr(number, method)()


# --- Inputs by name -------------------------------------------------------------------------------


def receiving(apply_input_code: str, decay_code: str = "$(inSyn) = 0;") -> list[float]:
    """Return what a neuron receives through Isyn and through another input."""
    cell = legacy.create_custom_neuron_class(
        "cell",
        var_name_types=[("a", "scalar"), ("b", "scalar")],
        additional_input_vars=[("Iback", "scalar", 0.0)],
        sim_code="$(a) += $(Isyn); $(b) += $(Iback);",
    )
    model = legacy.GeNNModel("float", "inputs")
    model.dT = 1.0
    source = model.add_neuron_population(
        "source", 1, "SpikeSourceArray", {}, {"startSpike": [0], "endSpike": [1]}
    )
    source.set_extra_global_param("spikeTimes", [0.0])
    target = model.add_neuron_population("target", 1, cell, {}, {"a": 0.0, "b": 0.0})
    shape = legacy.create_custom_postsynaptic_class(
        "shape", decay_code=decay_code, apply_input_code=apply_input_code
    )
    rule = ("StaticPulse", {}, {"g": 3.0}, {}, {})
    model.add_synapse_population("s", "DENSE_GLOBALG", 0, source, target, *rule, shape, {}, {})
    model.build()
    model.load()
    for _ in range(3):
        model.step_time()
    target.pull_state_from_device()
    return [float(target.vars[name].view[0]) for name in ("a", "b")]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("$(Isyn) += $(inSyn);", [3.0, 0.0]),
        ("$(Iback) += $(inSyn);", [0.0, 3.0]),
        ("$(Isyn) += $(inSyn); $(Iback) -= 0.5 * $(inSyn);", [3.0, -1.5]),
        ("$(Iback) += $(inSyn); $(Isyn) += $(Iback);", [3.0, 3.0]),
        ("$(Isyn) = 2.0 * $(inSyn); $(Isyn) *= $(Isyn);", [36.0, 0.0]),
        ("$(a) += $(inSyn); $(Isyn) += 1.0;", [6.0, 0.0]),
        ("if ($(inSyn) > 0.0) { scalar a = 7.0; $(b) = $(a) + a; $(a)--; }", [-1.0, 7.0]),
        ("$(b)++; $(Isyn) = $(b); $(Iback) = -$(b);", [3.0, 0.0]),
    ],
)
def test_postsynaptic_code_assigns_what_neurons_have(code: str, expected: list[float]) -> None:
    assert receiving(code) == expected


def test_postsynaptic_code_assigns_what_its_target_is() -> None:
    model = legacy.GeNNModel("float", "targets")
    cell = legacy.create_custom_neuron_class(
        "cell",
        var_name_types=[("V", "scalar"), ("W", "scalar")],
        additional_input_vars=[("Iback", "scalar", 0.5)],
        sim_code="$(V) = $(Isyn); $(W) = $(Iback);",
    )
    pop = model.add_neuron_population("pop", 1, cell, {}, {"V": 0.0, "W": 0.0})
    shape = legacy.create_custom_postsynaptic_class("shape", apply_input_code="$(Isyn) *= 8.0;")
    rule = ("StaticPulse", {}, {"g": 3.0}, {}, {})
    ends = (pop, pop)
    syn = model.add_synapse_population("s", "DENSE_GLOBALG", 0, *ends, *rule, shape, {}, {})
    syn.ps_target_var = "Iback"
    model.build()
    model.load()
    model.step_time()
    pop.pull_state_from_device()
    assert [float(pop.vars[name].view[0]) for name in "VW"] == [0.0, 4.0]


def test_postsynaptic_code_assigns_nothing_else() -> None:
    with pytest.raises(ValueError, match=r"uses \$\(c\), which it does not declare"):
        receiving("$(c) += $(inSyn);")


# --- Spikes by hand -------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [1, 2])
def test_spikes_by_hand_are_delivered_in_the_next_step(batch_size: int) -> None:
    model = legacy.GeNNModel("float", "by_hand")
    model.dT = 1.0
    model.batch_size = batch_size
    source = model.add_neuron_population("source", 4, "SpikeSource", {}, {})
    cell = legacy.create_custom_neuron_class(
        "cell", var_name_types=[("V", "scalar")], sim_code="$(V) += $(Isyn);"
    )
    target = model.add_neuron_population("target", 1, cell, {}, {"V": 0.0})
    rule = ("StaticPulse", {}, {"g": [1.0, 2.0, 4.0, 8.0]}, {}, {})
    args = (0, source, target, *rule, "DeltaCurr", {}, {})
    model.add_synapse_population("s", "DENSE_INDIVIDUALG", *args)
    model.build()
    model.load()
    for spikes in ([3, 0], [], [1]):
        source.current_spikes = spikes if batch_size == 1 else [spikes, [2]]
        model.push_current_spikes_to_device("source")
        model.step_time()
    model.step_time()
    target.pull_state_from_device()
    assert target.vars["V"].view.ravel().tolist() == [11.0, 12.0][:batch_size]
    model.pull_current_spikes_from_device("source")
    assert len(source.current_spikes if batch_size == 1 else source.current_spikes[0]) == 0
    with pytest.raises(ValueError, match="neurons from 0 to 3" if batch_size == 1 else "a list of"):
        source.current_spikes = [4]


def test_times_of_spikes_are_arrays() -> None:
    parts = loaded()
    assert parts.pop.spike_times is None
    with pytest.raises(RuntimeError, match="is not kept, as nothing uses it"):
        parts.pop.pull_spike_times_from_device()
