"""What code prints: where it goes to, when, and in which order."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.kernels import printing
from numbagenn.runtime import loaded_model
from tests import ROOT

BATCH, NEURONS, STEPS = 5, 4, 6


@pytest.fixture(params=[1, 2, 5])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    engine.set_num_threads(request.param)
    yield request.param
    engine.set_num_threads(None)


def network(batch_size: int = BATCH, *, silent: bool = False) -> Any:
    """Describe neurons that spike into each other, each batch element with another drive."""
    told = "" if silent else r'printf("%u: sim %u at %.1f is %g\n", batch, id, t, V);'
    told_of_spike = "" if silent else r'printf("%u: spike %u\n", batch, id);'
    told_of_synapse = "" if silent else r'printf("%u: from %u to %u\n", batch, id_pre, id_post);'
    cell = engine.create_neuron_model(
        "cell",
        vars=[("V", "scalar"), ("drive", "scalar")],
        sim_code=f"V += drive + Isyn; {told}",
        threshold_condition_code="V >= 1.0",
        reset_code=f"V = 0.0; {told_of_spike}",
    )
    synapse = engine.create_weight_update_model(
        "synapse",
        vars=[("g", "scalar", engine.VarAccess.READ_ONLY)],
        pre_spike_syn_code=f"addToPost(g); {told_of_synapse}",
    )
    update = engine.create_custom_update_model(
        "update",
        var_refs=[("V", "scalar")],
        update_code="V *= 0.5;" + ("" if silent else r'printf("%u: half %u\n", batch, id);'),
    )
    model = engine.GeNNModel("float", "printing")
    model.dt, model.batch_size = 0.5, batch_size
    cells = model.add_neuron_population("cells", NEURONS, cell, {}, {"V": 0.0, "drive": 0.0})
    model.add_synapse_population(
        "synapses",
        "DENSE",
        cells,
        cells,
        engine.init_weight_update(synapse, {}, {"g": 0.0625}),
        engine.init_postsynaptic("DeltaCurr"),
    )
    references = {"V": engine.create_var_ref(cells, "V")}
    model.add_custom_update("update", "Update", update, {}, {}, references)
    model.build()
    model.load()
    return model


def drives() -> np.ndarray:
    return 0.25 + 0.0625 * np.arange(BATCH * NEURONS).reshape(BATCH, NEURONS)


def simulated(model: Any, drive: np.ndarray) -> np.ndarray:
    cells = model.neuron_populations["cells"]
    cells.vars["drive"].view[:] = drive
    cells.vars["drive"].push_to_device()
    for step in range(STEPS):
        model.step_time()
        if step == 2:
            model.custom_update("Update")
    cells.vars["V"].pull_from_device()
    return np.array(cells.vars["V"].view)


def printed(capsys: pytest.CaptureFixture[str], drive: np.ndarray) -> list[str]:
    capsys.readouterr()
    simulated(network(len(drive)), drive if len(drive) > 1 else drive[0])
    return capsys.readouterr().out.splitlines()


def test_order_does_not_depend_on_threads(threads: int, capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys, drives())
    # Steps, and in each of them the synapses and then the neurons of each batch element.
    place, expected = 0, []
    for step in range(STEPS):
        for kind in ("from", "sim"):
            words = ("from",) if kind == "from" else ("sim", "spike")
            for batch in range(BATCH):
                start = place
                while place < len(lines) and lines[place].startswith(
                    tuple(f"{batch}: {word}" for word in words)
                ):
                    place += 1
                expected.append((step, kind, batch, place - start))
        if step == 2:
            halves = [f"{batch}: half {id}" for batch in range(BATCH) for id in range(NEURONS)]
            assert lines[place : place + len(halves)] == halves
            place += len(halves)
    assert place == len(lines)
    assert all(count >= NEURONS for _, kind, _, count in expected if kind == "sim")
    assert sum(count for _, kind, _, count in expected if kind == "from")


def test_a_batch_element_prints_what_it_prints_alone(
    threads: int, capsys: pytest.CaptureFixture[str]
) -> None:
    together = printed(capsys, drives())
    for batch, drive in enumerate(drives()):
        alone = printed(capsys, drive[np.newaxis])
        assert alone
        assert [line.replace("0:", f"{batch}:", 1) for line in alone] == [
            line for line in together if line.startswith(f"{batch}:")
        ]


@pytest.mark.parametrize("batch_size", [1, BATCH])
def test_printing_changes_no_result(batch_size: int) -> None:
    drive = drives() if batch_size > 1 else drives()[0]
    told = simulated(network(batch_size), drive)
    assert told.tobytes() == simulated(network(batch_size, silent=True), drive).tobytes()


def test_a_step_prints_before_the_next_line_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    model = network(1)
    for step in range(3):
        print("step", step)
        model.step_time()
    print("end")
    lines = capsys.readouterr().out.splitlines()
    at = [lines.index(line) for line in ("step 0", "step 1", "step 2", "end")]
    assert np.diff(at).tolist() == [1 + NEURONS] * 3


def large(code: str, number: int, **more: Any) -> Any:
    model = engine.GeNNModel("float", "large")
    cell = engine.create_neuron_model("cell", vars=[("V", "scalar")], sim_code=code)
    model.add_neuron_population("cells", number, cell, {}, {"V": more.get("V", 0.0)})
    return model


def test_an_interrupt_loses_no_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = network(1)

    def interrupted(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(printing, "formatted", interrupted)
        with pytest.raises(KeyboardInterrupt):
            model.step_time()
    assert capsys.readouterr().out == ""
    model.step_time()
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(" is ")[0] for line in lines] == [
        f"0: sim {id} at {t}" for t in (0.0, 0.5) for id in range(NEURONS)
    ]


def test_populations_print_in_the_order_in_which_they_were_added(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Even those of which there are so many that they have a function in common."""
    kinds = [
        engine.create_neuron_model("one", params=["k"], sim_code=r'printf("1 of %g\n", k);'),
        engine.create_neuron_model("two", params=["k"], sim_code=r'printf("2 of %g\n", k);'),
    ]
    model = engine.GeNNModel("float", "many")
    for number in range(10):
        model.add_neuron_population(f"p{number}", 1, kinds[number % 2], {"k": number}, {})
    model.build()
    model.load()
    model.step_time()
    expected = [f"{1 + number % 2} of {number}" for number in range(10)]
    assert capsys.readouterr().out.splitlines() == expected


def test_neurons_that_threads_would_share_print_in_order(
    threads: int, capsys: pytest.CaptureFixture[str]
) -> None:
    model = large(r'V += 1.0; if (id % 1000 == 0) { printf("%u ", id); }', 9000)
    model.build()
    model.load()
    for _ in range(3):
        model.step_time()
    assert capsys.readouterr().out.split() == 3 * [str(1000 * place) for place in range(9)]


@pytest.mark.parametrize(("number", "batch_size"), [(600_000, 1), (200_000, 3)])
def test_initial_values_and_updates_of_many_elements_print_in_order(
    number: int,
    batch_size: int,
    threads: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # Without the print, threads would share the elements, or the batch elements, in many parts.
    monkeypatch.setattr(loaded_model, "_ELEMENTS_PER_PART", 1000)
    start = engine.create_var_init_snippet(
        "start", var_init_code=r'value = 1.0; if (id % 10 == 0) { printf("%u ", id); }'
    )
    update = engine.create_custom_update_model(
        "update",
        var_refs=[("V", "scalar")],
        update_code=r'V = 0.0; if (id % 10 == 0) { printf("%u ", batch * num_neurons + id); }',
    )
    model = large("V += 1.0;", number, V=engine.init_var(start))
    model.batch_size = batch_size
    references = {"V": engine.create_var_ref(model.neuron_populations["cells"], "V")}
    model.add_custom_update("update", "Update", update, {}, {}, references)
    model.build()
    model.load()
    assert capsys.readouterr().out.split() == [str(id) for id in range(0, number, 10)]
    model.custom_update("Update")
    assert capsys.readouterr().out.split() == [str(id) for id in range(0, 600_000, 10)]


def test_diagonals_print_when_they_are_made(capsys: pytest.CaptureFixture[str]) -> None:
    cell = engine.create_neuron_model("cell", threshold_condition_code="true")
    diagonal = engine.create_toeplitz_connect_init_snippet(
        "diagonal",
        # More synapses than one for each neuron of a diagonal take a second attempt to make them.
        diagonal_build_code=r'for_each_synapse { printf("%u %u\n", id_diag, id_pre); '
        "addSynapse(id_pre, 0); addSynapse(0, 0); }",
        calc_max_row_len_func=lambda num_pre, num_post, pars: 2,
        calc_kernel_size_func=lambda pars: [1],
    )
    model = engine.GeNNModel("float", "toeplitz")
    cells = model.add_neuron_population("cells", 2, cell, {}, {})
    model.add_synapse_population(
        "synapses",
        "TOEPLITZ",
        cells,
        cells,
        engine.init_weight_update("StaticPulse", {}, {"g": 1.0}),
        engine.init_postsynaptic("DeltaCurr"),
        engine.init_toeplitz_connectivity(diagonal),
    )
    model.build()
    model.load()
    assert capsys.readouterr().out.splitlines() == ["0 0", "0 1", "1 0", "1 1"]
    for _ in range(3):
        model.step_time()
    assert capsys.readouterr().out == ""


def test_kernels_from_the_cache_print(tmp_path: Any) -> None:
    """They find the list that they print into, though it is elsewhere in each process."""
    script = tmp_path / "script.py"
    script.write_text(
        "import numbagenn as e\n"
        "cell = e.create_neuron_model('cell', sim_code=r'printf(\"é %u\\n\", id);')\n"
        "model = e.GeNNModel()\n"
        "model.add_neuron_population('cells', 2, cell, {}, {})\n"
        "model.build(); model.load(); model.step_time()\n",
        encoding="utf-8",
    )
    environment = {
        **os.environ,
        "NUMBAGENN_CACHE_DIR": str(tmp_path / "cache"),
        "PYTHONPATH": str(ROOT),
        "PYTHONIOENCODING": "utf-8",
    }
    for _ in range(2):
        run = subprocess.run(
            [sys.executable, script], env=environment, capture_output=True, check=True
        )
        assert run.stdout.decode().splitlines() == ["é 0", "é 1"]
    assert [*(tmp_path / "cache").iterdir()]
