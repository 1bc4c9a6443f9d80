"""Threads share the steps of one network; who does what changes nothing."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

import numbagenn as engine
from numbagenn.codegen import shares
from numbagenn.kernels.shared_steps import ALONE, FIRST_PART, first_of_part
from numbagenn.runtime import sharing, threads
from numbagenn.runtime.sharing import Sharing

SIZES = {"E": 403, "I": 130}
LIF = {"C": 1.0, "TauM": 20.0, "Vrest": -49.0, "Vreset": -60.0, "Vthresh": -50.0}
LIF |= {"Ioffset": 0.0, "TauRefrac": 2.0}

DEPRESSING = engine.create_weight_update_model(
    "depressing",
    vars=[("g", "scalar")],
    post_neuron_var_refs=[("V", "scalar", engine.VarAccessMode.READ_ONLY)],
    pre_spike_syn_code="addToPost(g); addToPostDelay(0.5 * g, 2); g *= V < -55.0 ? 0.99 : 1.01;",
    synapse_dynamics_code="g *= 0.9999;",
)
#: What the synapses of a network may be.
KINDS = ("constant", "sparse", "dense", "learning", "unsorted", "bitmask", "procedural")

LAYOUTS = {
    "dense": "DENSE",
    "learning": "DENSE",
    "bitmask": "BITMASK",
    "procedural": "PROCEDURAL",
    "kernel": "PROCEDURAL_KERNELG",
}
IN_A_KERNEL = engine.create_sparse_connect_init_snippet(
    "in_a_kernel",
    row_build_code="for (int j = id_pre % 9; j < num_post; j += 9) { addSynapse(j, j % 2); }",
    calc_max_row_len_func=lambda num_pre, num_post, pars: num_post,
    calc_kernel_size_func=lambda pars: [2],
)


@pytest.fixture(autouse=True)
def shared_networks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(shares, "_FEWEST_NEURONS", 100)
    monkeypatch.setattr(sharing, "_LEAST_WORK", 0)
    before = threads._num_threads
    yield
    engine.set_num_threads(before)


def network(kind: str, precision: str = "float", **settings: Any) -> Any:
    """Return a built network of two populations, each of which projects to both."""
    model = engine.GeNNModel(precision, "shared")
    model.dt = 0.3
    model.seed = 12
    for name, value in settings.items():
        setattr(model, name, value)
    start = {"V": engine.init_var("Uniform", {"min": -60.0, "max": -50.0}), "RefracTime": 0.0}
    for name, size in SIZES.items():
        population = model.add_neuron_population(name, size, "LIF", LIF, start)
        noise = {"mean": 0.0, "sd": 0.3}
        model.add_current_source(f"{name}_noise", "GaussianNoise", population, noise, {})
        population.spike_recording_enabled = True
    for source, weight in (("E", 0.04), ("I", -0.16)):
        for target in SIZES:
            add_synapses(model, kind, source, target, weight)
    model.build()
    return model


def add_synapses(model: Any, kind: str, source: str, target: str, weight: float) -> None:
    """Add the synapses of a kind from one population to another."""
    pre, post = model.neuron_populations[source], model.neuron_populations[target]
    spread = engine.init_var("Normal", {"mean": weight, "sd": 0.02})
    layout = LAYOUTS.get(kind, "SPARSE")
    update = engine.init_weight_update("StaticPulse", {}, {"g": spread})
    connect = engine.init_sparse_connectivity("FixedProbability", {"prob": 0.1})
    if kind in ("constant", "bitmask"):
        update = engine.init_weight_update("StaticPulseConstantWeight", {"g": weight})
    elif kind == "learning":
        update = engine.init_weight_update(DEPRESSING, {}, {"g": spread}, post_var_refs={"V": "V"})
    elif kind == "unsorted":
        backwards = engine.create_sparse_connect_init_snippet(
            "backwards",
            row_build_code="for (int j = num_post - 1; j >= 0; j -= 9) { addSynapse(j); }",
            calc_max_row_len_func=lambda num_pre, num_post, pars: num_post,
        )
        connect = engine.init_sparse_connectivity(backwards)
    elif kind == "kernel":
        update = engine.init_weight_update("StaticPulse", {}, {"g": [weight, 2 * weight]})
        connect = engine.init_sparse_connectivity(IN_A_KERNEL)
    group = model.add_synapse_population(
        f"{source}{target}",
        layout,
        pre,
        post,
        update,
        engine.init_postsynaptic("ExpCurr", {"tau": 5.0}),
        *(() if layout == "DENSE" else (connect,)),
    )
    group.axonal_delay_steps = 2 if source == "I" else 0
    if kind == "learning":
        group.max_dendritic_delay_timesteps = 3


def outcome(model: Any, number: int, steps: tuple[int, ...] = (150, 1, 49)) -> list[bytes]:
    """Return all that some steps leave behind, when so many threads run them."""
    engine.set_num_threads(number)
    model.load(num_recording_timesteps=sum(steps))
    for some in steps:
        for _ in range(some):
            model.step_time()
        model.neuron_populations["E"].vars["V"].pull_from_device()
    model.pull_recording_buffers_from_device()
    found = []
    for population in model.neuron_populations.values():
        found += [array.tobytes() for array in population.spike_recording_data[0]]
        population.spike_list.count.pull()
        population.spike_list.neurons.pull()
        count = int(population.spike_list.count.host.max())
        found.append(population.spike_list.neurons.host[..., :count].tobytes())
        for variable in population.vars.values():
            variable.pull_from_device()
            found.append(variable.values.tobytes())
    for group in model.synapse_populations.values():
        group.out_post.pull_from_device()
        found.append(group.out_post.view.tobytes())
        for variable in () if group.computes_weights else group.vars.values():
            variable.pull_from_device()
            found.append(variable.values.tobytes())
    model.unload()
    return found


def is_shared(model: Any) -> bool:
    return "take_parts(" in model.generated_code


@pytest.mark.parametrize("kind", KINDS)
def test_the_number_of_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    precision = "double" if kind == "sparse" else "float"
    model = network(kind, precision)
    assert is_shared(model)
    found = [outcome(model, number) for number in (1, 2, 3, 7, 2)]
    monkeypatch.setattr(shares, "_FEWEST_NEURONS", 10**9)
    alone = network(kind, precision)
    assert not is_shared(alone)
    expected = outcome(alone, 1)
    assert len(expected[0]) > 100
    assert all(one == expected for one in found)


def test_two_threads_do_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that begins finds a part taken, and waits until the other one has done it."""
    model = network("sparse")
    expected = outcome(model, 1, (3,))
    load = model.load
    met: list[int] = []

    def load_and_watch(**settings: Any) -> None:
        load(**settings)
        loaded = model._require_loaded("looking into it")
        simulate = loaded._kernels.simulate

        def together(counter: Any, *rest: Any) -> None:
            if threading.current_thread() is not threading.main_thread():
                return
            parts = counter[FIRST_PART::8]
            assert len(parts) == 2
            parts[1] = 1
            first = threading.Thread(target=simulate, args=(counter, *rest))
            first.start()
            while parts[0] != 2:
                time.sleep(0.001)
            # By now the first one does not count on others any more.
            parts[1] = counter[ALONE] = 0
            simulate(counter, *rest)
            first.join()
            met.append(int(parts[1]))

        monkeypatch.setattr(loaded, "_kernels", SimpleNamespace(simulate=together))

    monkeypatch.setattr(model, "load", load_and_watch)
    assert outcome(model, 2, (3,)) == expected
    assert met == [6]


@pytest.mark.parametrize(
    "change", ["batch", "timers", "small", "traces", "feedback", "fault", "kernel"]
)
def test_other_networks_are_not_shared(monkeypatch: pytest.MonkeyPatch, change: str) -> None:
    settings: dict[str, dict[str, Any]] = {"batch": {"batch_size": 2}, "timers": {}}
    if change == "timers":
        settings["timers"]["timing_enabled"] = True
    if change == "small":
        monkeypatch.setattr(shares, "_FEWEST_NEURONS", 1000)
    codes = {
        "traces": {
            "pre_vars": [("trace", "scalar")],
            "pre_spike_code": "trace += 1.0;",
            "pre_spike_syn_code": "addToPost(trace);",
        },
        "feedback": {"pre_spike_syn_code": "addToPost(1.0); addToPre(1.0);"},
        "fault": {"pre_spike_syn_code": "assert(t < 5.0); addToPost(1.0);"},
    }
    if change in codes:
        model = engine.create_weight_update_model(change, **codes[change])
        values = {"pre_vars": {"trace": 0.0}} if change == "traces" else {}
        update = engine.init_weight_update(model, {}, {}, **values)
        monkeypatch.setattr(
            engine, "init_weight_update", lambda name, *rest, **more: update, raising=True
        )
    kind = "kernel" if change == "kernel" else "constant"
    assert not is_shared(network(kind, **settings.get(change, {})))


def test_parts_make_up_all_neurons() -> None:
    first = first_of_part.py_func
    for count in (1, 63, 64, 65, 403, 20_000):
        for parts in (1, 2, 3, 7, 400):
            begins = [int(first(count, part, parts)) for part in range(parts + 1)]
            assert begins[0] == 0
            assert begins[-1] == count
            assert begins == sorted(begins)
            assert all(begin % 64 == 0 for begin in begins[:-1] if begin < count)


def test_a_busy_machine_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "_LEAST_WORK", 1000)
    engine.set_num_threads(2)
    pace = Sharing(100)
    assert pace.threads(9) == 1
    assert pace.threads(10) == 2
    for alone in (1, 3, 7):
        pace.note(went_well=False)
        assert [pace.threads(10) for _ in range(alone + 1)] == [1] * alone + [2]
    pace.note(went_well=True)
    pace.note(went_well=False)
    assert [pace.threads(10) for _ in range(8)] == [1] * 7 + [2]
    for _ in range(10):
        pace.note(went_well=False)
    assert [pace.threads(10) for _ in range(65)] == [1] * 64 + [2]
    assert Sharing(0).threads(10**9) == 1


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs signals")
def test_an_interrupt_loses_nothing() -> None:
    model = network("constant")
    expected = outcome(model, 2)
    before = signal.signal(signal.SIGALRM, lambda number, frame: None)
    signal.setitimer(signal.ITIMER_REAL, 1e-3, 1e-3)
    try:
        found = outcome(model, 2)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert found == expected


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs signals")
def test_what_was_asked_for_goes_on_after_an_interrupt() -> None:
    model = network("constant")

    def steps() -> None:
        for _ in range(900):
            model.step_time()

    def result() -> bytes:
        population = model.neuron_populations["E"]
        population.vars["V"].pull_from_device()
        return population.vars["V"].values.tobytes()

    engine.set_num_threads(2)
    model.load(num_recording_timesteps=1)
    steps()
    expected = result()
    model.unload()
    model.load(num_recording_timesteps=1)
    steps()
    timer = threading.Timer(0.002, os.kill, (os.getpid(), signal.SIGINT))
    with contextlib.suppress(KeyboardInterrupt):
        timer.start()
        model.neuron_populations["E"].vars["V"].pull_from_device()
        timer.join()
    assert result() == expected
