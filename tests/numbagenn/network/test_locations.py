"""Where a GPU would hold memory, and other settings that have no effect here: they are kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import VarLocation

WEIGHT = engine.create_weight_update_model(
    "weight",
    vars=[("g", "scalar")],
    pre_vars=[("a", "scalar")],
    post_vars=[("b", "scalar")],
    extra_global_params=[("e", "scalar*")],
    pre_spike_syn_code="addToPost(g * e[0]);",
)
SHAPE = engine.create_postsynaptic_model(
    "shape",
    vars=[("x", "scalar")],
    extra_global_params=[("f", "scalar*")],
    sim_code="injectCurrent(inSyn * f[0]);",
)


def described(**settings: Any) -> SimpleNamespace:
    model = engine.GeNNModel("float", "located")
    for name, value in settings.items():
        setattr(model, name, value)
    cell = engine.create_neuron_model("cell", vars=[("V", "scalar")], sim_code="V += Isyn;")
    pop = model.add_neuron_population("pop", 300, cell, {}, {"V": 0.0})
    group = model.add_synapse_population(
        "group",
        "SPARSE",
        pop,
        pop,
        engine.init_weight_update(WEIGHT, {}, {"g": 1.0}, {"a": 0.0}, {"b": 0.0}),
        engine.init_postsynaptic(SHAPE, {}, {"x": 0.0}),
        engine.init_sparse_connectivity("OneToOne"),
    )
    source = model.add_current_source(
        "source",
        engine.create_current_source_model("source", vars=[("I", "scalar")], injection_code=""),
        pop,
        {},
        {"I": 0.0},
    )
    copying = engine.create_custom_update_model(
        "copying", vars=[("z", "scalar")], var_refs=[("v", "scalar")], update_code="z = v;"
    )
    update, weights = (
        model.add_custom_update(name, "copy", copying, {}, {"z": 0.0}, {"v": reference})
        for name, reference in (
            ("update", engine.create_var_ref(pop, "V")),
            ("weights", engine.create_wu_var_ref(group, "g")),
        )
    )
    return SimpleNamespace(
        model=model, pop=pop, group=group, source=source, update=update, weights=weights
    )


@pytest.mark.parametrize(
    ("part", "kind", "name", "what"),
    [
        ("pop", "", "V", "neuron model variable"),
        ("source", "", "I", "current source model variable"),
        ("update", "", "z", "custom update model variable"),
        ("weights", "", "z", "custom update model variable"),
        ("group", "wu_", "g", "weight update model variable"),
        ("group", "wu_pre_", "a", "weight update model presynaptic variable"),
        ("group", "wu_post_", "b", "weight update model postsynaptic variable"),
        ("group", "ps_", "x", "postsynaptic model variable"),
    ],
)
def test_locations_of_variables(part: str, kind: str, name: str, what: str) -> None:
    parts = described(default_var_location=VarLocation.HOST_DEVICE_ZERO_COPY)
    group = getattr(parts, part)
    assign, ask = (getattr(group, f"{verb}_{kind}var_location") for verb in ("set", "get"))
    assert ask(name) is VarLocation.HOST_DEVICE_ZERO_COPY
    assign(name, VarLocation.DEVICE)
    assert ask(name) is VarLocation.DEVICE
    for wrong in (lambda: assign("no", VarLocation.DEVICE), lambda: ask("no")):
        with pytest.raises(RuntimeError, match=f"^Unknown {what} 'no': those of .* are '"):
            wrong()
    with pytest.raises(TypeError, match=f"location of {what} '{name}' .* must be a VarLocation"):
        assign(name, "DEVICE")
    parts.model.build()
    with pytest.raises(RuntimeError, match="already built: cannot set where variables of"):
        assign(name, VarLocation.DEVICE)


@pytest.mark.parametrize(
    ("part", "name"),
    [
        ("pop", "spike_time_location"),
        ("pop", "prev_spike_time_location"),
        ("group", "output_location"),
        ("group", "dendritic_delay_location"),
        ("group", "sparse_connectivity_location"),
    ],
)
def test_locations_of_other_memory(part: str, name: str) -> None:
    parts = described()
    group = getattr(parts, part)
    assert getattr(group, name) is VarLocation.HOST_DEVICE
    setattr(group, name, VarLocation.DEVICE)
    assert getattr(group, name) is VarLocation.DEVICE
    with pytest.raises(TypeError, match="must be a VarLocation, not 2"):
        setattr(group, name, 2)


def test_what_groups_start_with() -> None:
    parts = described(
        default_sparse_connectivity_location=VarLocation.DEVICE,
        default_narrow_sparse_ind_enabled=True,
    )
    assert parts.group.sparse_connectivity_location is VarLocation.DEVICE
    assert parts.group.output_location is VarLocation.HOST_DEVICE
    assert parts.group.narrow_sparse_ind_enabled
    for name in ("default_var_location", "default_sparse_connectivity_location"):
        with pytest.raises(TypeError, match=f"{name} must be a VarLocation, not 'HOST'"):
            setattr(parts.model, name, "HOST")


def test_hints_to_a_gpu() -> None:
    parts = described()
    group = parts.group
    group.parallelism_hint = engine.ParallelismHint.PRESYNAPTIC
    assert group.parallelism_hint is engine.ParallelismHint.PRESYNAPTIC
    group.num_threads_per_spike = 4
    assert group.num_threads_per_spike == 4
    with pytest.raises(TypeError, match="must be a ParallelismHint, not 'PRESYNAPTIC'"):
        group.parallelism_hint = "PRESYNAPTIC"


def test_variables_are_seen_wherever_they_are_held() -> None:
    parts = described(default_var_location=VarLocation.DEVICE)
    for arrays in (parts.group.extra_global_params, parts.group.psm_extra_global_params):
        for array in arrays.values():
            array.set_init_values([1.0])
    parts.model.build()
    parts.model.load()
    parts.pop.vars["V"].view[:] = 3.0
    parts.pop.vars["V"].push_to_device()
    parts.pop.vars["V"].pull_from_device()
    assert (parts.pop.vars["V"].values == 3.0).all()


@pytest.mark.parametrize(
    ("narrow", "dtype"), [(False, np.uint32), (True, np.uint16)], ids=["wide", "narrow"]
)
def test_types_of_indices(narrow: bool, dtype: type) -> None:
    parts = described()
    parts.group.extra_global_params["e"].set_init_values([1.0])
    parts.group.psm_extra_global_params["f"].set_init_values([1.0])
    parts.group.narrow_sparse_ind_enabled = narrow
    parts.model.build()
    parts.model.load()
    parts.group.pull_connectivity_from_device()
    inds = parts.group.get_sparse_post_inds()
    assert (inds.dtype, list(inds)) == (dtype, list(range(300)))


def test_old_methods_of_copies_warn_and_work() -> None:
    parts = described()
    arrays = parts.group.extra_global_params, parts.group.psm_extra_global_params
    with pytest.warns(FutureWarning, match="set_values .* is deprecated; use set_init_values"):
        arrays[0]["e"].set_values([1.0, 2.0])
    arrays[1]["f"].set_init_values([1.0])
    parts.model.build()
    parts.model.load()
    for where, (array, value) in {"": (arrays[0]["e"], 5.0), "psm_": (arrays[1]["f"], 6.0)}.items():
        names = [f"{verb}_{where}extra_global_param_{end}" for verb, end in COPIES]
        array.view[0] = value
        for name in names:
            with pytest.warns(FutureWarning, match=f"{name} of .* is deprecated; use "):
                getattr(parts.group, name)(array.name)
            array.view[0] = value if name.startswith("pull") else 0.0
        assert array.view[0] == value
    parts.group.out_post.view[:] = 7.0
    with pytest.warns(FutureWarning, match=r"use out_post.push_to_device\(\)"):
        parts.group.push_in_syn_to_device()
    parts.group.out_post.view[:] = 0.0
    with pytest.warns(FutureWarning, match=r"use out_post.pull_from_device\(\)"):
        parts.group.pull_in_syn_from_device()
    assert (parts.group.out_post.view == 7.0).all()
    for group, name, value in ((parts.group, "g", 1.0), (parts.weights, "z", 0.0)):
        with pytest.warns(FutureWarning, match=rf"use vars\['{name}'\].values"):
            assert (group.get_var_values(name) == value).all()


COPIES = (("push", "to_device"), ("pull", "from_device"))


def test_initialisers_have_the_entries_of_pygenn_s_tuples() -> None:
    init = engine.init_weight_update(WEIGHT, {}, {"g": 1.0}, {"a": 2.0}, {"b": 3.0})
    made, *values = init
    assert (len(init), made.snippet, values) == (4, WEIGHT, [{"g": 1.0}, {"a": 2.0}, {"b": 3.0}])
    shape = engine.init_postsynaptic(SHAPE, {}, {"x": 4.0})
    assert (len(shape), shape[0].snippet, shape[1]) == (2, SHAPE, {"x": 4.0})


def test_attributes_of_one_s_own() -> None:
    parts = described()
    parts.pop.my_label = "input"
    assert parts.pop.my_label == "input"
    with pytest.raises(AttributeError, match="did you mean 'spike_recording_enabled'"):
        parts.pop.spike_recordings_enabled = True
    with pytest.raises(AttributeError, match="did you mean"):
        parts.pop.vars["V"].valeus = 1.0
