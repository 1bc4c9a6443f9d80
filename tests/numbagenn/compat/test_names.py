"""PyGeNN's public names and attributes, recorded from a real installation, are all here."""

from __future__ import annotations

import json
from typing import Any

import pytest

import numbagenn
from numbagenn.compat.missing_names import purpose
from numbagenn.compat.shim import stand_in
from tools.names import FILE, objects, public

RECORDED: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
HERE = stand_in("5")
OBJECTS = objects(numbagenn)

#: Attributes that are not here, as the ledger says.
ABSENT = {"set_array"}


def test_pygenn_s_own_names_are_numbagenn_s_too() -> None:
    assert set(RECORDED["modules"]["pygenn"]) - {*numbagenn.__all__} == set()


@pytest.mark.parametrize("module", RECORDED["modules"])
def test_modules_have_the_names_of_pygenn(module: str) -> None:
    missing = [name for name in RECORDED["modules"][module] if name not in vars(HERE[module])]
    assert [name for name in missing if not purpose("5", name)] == []


@pytest.mark.parametrize("kind", RECORDED["attributes"])
def test_objects_have_the_attributes_of_pygenn(kind: str) -> None:
    recorded, here = RECORDED["attributes"][kind], public(OBJECTS[kind])
    assert set(recorded) - set(here) - ABSENT == set()
    methods, ours = (
        {name for name, what in names.items() if what == "method" and name in recorded}
        for names in (recorded, here)
    )
    assert methods - ABSENT == ours


@pytest.mark.parametrize("name", RECORDED["enumerations"])
def test_enumerations_have_the_numbers_of_pygenn(name: str) -> None:
    members = getattr(numbagenn, name).__members__
    assert {member: int(value) for member, value in members.items()} == RECORDED["enumerations"][
        name
    ]


def test_references_to_variables_of_synapses_are_of_their_own_class() -> None:
    """Scripts tell them by a class that they import from the module that is made of C++."""
    classes: Any = stand_in("5")["pygenn._genn"]
    model = numbagenn.GeNNModel("float", "references")
    spikes = {"startSpike": 0, "endSpike": 0}
    pop = model.add_neuron_population("pop", 2, "SpikeSourceArray", {}, spikes)
    rule = numbagenn.init_weight_update("StaticPulse", {}, {"g": 1.0})
    syn = model.add_synapse_population(
        "syn", "DENSE", pop, pop, rule, numbagenn.init_postsynaptic("DeltaCurr")
    )
    times = numbagenn.create_spike_time_var_ref(pop)
    assert isinstance(numbagenn.create_wu_var_ref(syn, "g"), classes.WUVarReference)
    assert not isinstance(times, classes.WUVarReference)
    assert isinstance(times, classes.VarReference)
