"""The table of what happens at synapses, and the templates that it names."""

from __future__ import annotations

import re
from operator import attrgetter
from pathlib import Path

import pytest

import numbagenn
from numbagenn import (
    GeNNModel,
    create_neuron_model,
    create_weight_update_model,
    init_postsynaptic,
    init_weight_update,
)
from numbagenn.codegen import event_kinds
from numbagenn.codegen.event_kinds import EVENT_KINDS, PHASES, EventKind

TEMPLATES = Path(numbagenn.__file__).parent / "codegen" / "templates"

GROWING = create_weight_update_model(
    "growing",
    vars=[("g", "scalar")],
    synapse_dynamics_code="g += 1.0;",
    pre_spike_syn_code="addToPost(g);",
)


def test_all_code_of_synapses_has_a_row() -> None:
    codes = [kind.code(GROWING) for kind in EVENT_KINDS]
    assert {id(code) for code in codes} == {id(code) for code in GROWING.synapse_code}


def test_phases_have_bits_of_their_own() -> None:
    assert sum(phase.bit for phase in PHASES) == 2 ** len(PHASES) - 1
    assert {kind.phase for kind in EVENT_KINDS} < set(PHASES)


def test_templates_are_there() -> None:
    named = {kind.template for kind in EVENT_KINDS}
    named |= {kind.block_template for kind in EVENT_KINDS if kind.block_template}
    assert named <= {file.name for file in TEMPLATES.iterdir()}


def test_a_kind_more_is_a_row_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the code for dynamics runs for postsynaptic spikes instead of in every step."""
    kind = EventKind(
        name="spikes",
        code=attrgetter("synapse_dynamics_code"),
        phase=event_kinds.POSTSYNAPTIC_UPDATE,
        side="post",
        events=lambda group: group.trg.spike_list,
        verb="learn_from",
        template="synapses_in_columns.jinja",
    )
    monkeypatch.setattr(event_kinds, "EVENT_KINDS", (kind,))
    model = GeNNModel("float", "one_kind_more")
    model.dt = 1.0
    # Neuron 1 spikes in the first step, the others never do.
    once = create_neuron_model(
        "once",
        vars=[("V", "scalar")],
        sim_code="V += 1.0;",
        threshold_condition_code="id == 1 && V == 1.0",
    )
    silent = create_neuron_model("silent", vars=[("V", "scalar")], sim_code="V += Isyn;")
    source = model.add_neuron_population("source", 2, silent, {}, {"V": 0.0})
    target = model.add_neuron_population("target", 3, once, {}, {"V": 0.0})
    synapses = model.add_synapse_population(
        "synapses",
        "DENSE",
        source,
        target,
        init_weight_update(GROWING, {}, {"g": 0.0}),
        init_postsynaptic("DeltaCurr"),
    )
    model.build()
    assert "Postsynaptic spikes of synapse population 'synapses'" in model.generated_code
    model.load()
    for _ in range(4):
        model.step_time()
    weights = synapses.vars["g"]
    weights.pull_from_device()
    assert weights.view.reshape(2, 3).tolist() == [[0.0, 1.0, 0.0]] * 2


def test_modules_import_in_one_place() -> None:
    importing = [
        file.name
        for file in TEMPLATES.iterdir()
        if re.search(r"^(import|from) ", file.read_text("utf-8"), re.MULTILINE)
    ]
    assert importing == ["imports.jinja"]
