"""Ctrl-C while models run, in a process that a test can do without.

``python -m tests.numbagenn.runtime.interrupted random THREADS SIGNALS``: signals come at random
moments while models are pushed, stepped, pulled, updated, loaded and built. After each of them the
model has to tell the truth: as many steps and updates have run as it says, and all values are those
of a run that nobody interrupted.

With ``endless THREADS`` they come while kernels run that end late or never. After each of them a
fresh `load` has to go on.

Both print the longest time that an answer took, in seconds.
"""

from __future__ import annotations

import faulthandler
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np

import numbagenn as engine

#: Steps after which a run is begun again.
LONGEST = 400

CELL = engine.create_neuron_model(
    "cell",
    vars=[("V", "scalar"), ("steps", "unsigned int"), ("updates", "unsigned int")],
    sim_code="V += Isyn + 0.01 * (id % 7u); steps++;",
    threshold_condition_code="V >= 1.0",
    reset_code="V = 0.0;",
)
# The loop has no end that can be told from the code.
WINDING = engine.create_neuron_model(
    "winding",
    vars=[("V", "scalar"), ("steps", "unsigned int"), ("updates", "unsigned int")],
    sim_code="""
    V += Isyn + 0.01 * (id % 7u); steps++;
    int k = 0;
    while (k < (int)(200.0 * V)) { k += 3; }
    V += 1e-6 * k;
    """,
    threshold_condition_code="V >= 1.0",
    reset_code="V = 0.0;",
)
COUNT = engine.create_custom_update_model(
    "count", var_refs=[("updates", "unsigned int")], update_code="updates++;"
)


def described(kind: str) -> Any:
    """Return a model that is not built yet."""
    model = engine.GeNNModel("float", f"interrupted_{kind.replace(' ', '_')}")
    model.dt = 1.0
    model.batch_size = 16
    model.timing_enabled = kind == "timed"
    cell = WINDING if kind == "winding" else CELL
    start = {"V": 0.0, "steps": 0, "updates": 0}
    a = model.add_neuron_population("a", 500, cell, {}, dict(start))
    b = model.add_neuron_population("b", 100, cell, {}, dict(start))
    weights = np.random.default_rng(5).normal(0.0, 0.02, 50_000)
    links = [(a, b), (b, b)] if kind == "recurrent" else [(a, b)]
    for source, target in links:
        model.add_synapse_population(
            f"{source.name}_{target.name}",
            "DENSE",
            source,
            target,
            engine.init_weight_update(
                "StaticPulse", {}, {"g": weights[: source.num_neurons * target.num_neurons]}
            ),
            engine.init_postsynaptic("DeltaCurr"),
        )
    for pop in (a, b):
        reference = {"updates": engine.create_var_ref(pop, "updates")}
        model.add_custom_update(f"count_{pop.name}", "Count", COUNT, {}, {}, reference)
    a.spike_recording_enabled = True
    return model


def at_random(signals: int, threads: int) -> float:
    """Interrupt models that run well, and return the longest time that an answer took."""
    rng = np.random.default_rng(threads)
    slowest = 0.0

    def interrupted(work: Callable[[], None], within: float) -> bool:
        """Do some work with a signal in the middle, and return whether that ended it."""
        nonlocal slowest
        sent = [0.0]
        done = threading.Event()

        def send() -> None:
            if not done.wait(rng.uniform(0.0, within)):
                sent[0] = time.perf_counter()
                os.kill(os.getpid(), signal.SIGINT)

        sender = threading.Thread(target=send)
        try:
            sender.start()
            work()
            # The signal may come here as well.
            done.set()
            sender.join()
        except KeyboardInterrupt:
            slowest = max(slowest, time.perf_counter() - sent[0])
            done.set()
            sender.join()
            return True
        return False

    kinds = ("forward", "recurrent", "winding", "timed")
    models = {kind: described(kind) for kind in kinds}
    voltages: dict[str, np.ndarray] = {}
    for kind, model in models.items():
        model.build()
        model.load(num_recording_timesteps=3)
        values = []
        for _ in range(LONGEST + 1):
            variable = model.neuron_populations["b"].vars["V"]
            variable.pull_from_device()
            values.append(variable.values)
            model.step_time()
        voltages[kind] = np.array(values)
        model.unload()

    count = builds = 0
    updates = dict.fromkeys(kinds, 0)
    while count < signals:
        kind = kinds[count % len(kinds)]
        model = models[kind]
        a, b = model.neuron_populations.values()
        if not model.is_loaded:
            updates[kind] = 0
            if interrupted(lambda: model.load(num_recording_timesteps=3), 0.01):  # noqa: B023
                count += 1
                continue
        asked = {"updates": updates[kind]}

        def play() -> None:
            for _ in range(int(rng.integers(1, 6))):
                action = rng.integers(5)
                if action == 0:
                    asked["updates"] += 1  # noqa: B023
                    model.custom_update("Count")  # noqa: B023
                elif action == 1:
                    a.vars["V"].pull_from_device()  # noqa: B023
                    a.vars["V"].push_to_device()  # noqa: B023
                elif action == 2:
                    model.pull_recording_buffers_from_device()  # noqa: B023
                else:
                    for _ in range(int(rng.integers(1, 60))):
                        model.step_time()  # noqa: B023
                    b.vars["V"].pull_from_device()  # noqa: B023

        stopped = interrupted(play, 0.02)
        count += stopped
        # The truth.
        try:
            for pop in (a, b):
                for variable in pop.vars.values():
                    variable.pull_from_device()
        except RuntimeError as error:
            # A loop in the middle of a step was left: only a fresh start helps.
            if kind != "winding" or "interrupted in the middle of a step" not in str(error):
                raise
            model.unload()
            continue
        for pop in (a, b):
            steps, done = pop.vars["steps"].view, pop.vars["updates"].view
            assert (steps == model.timestep).all(), (kind, model.timestep, np.unique(steps))
            assert (done == done.flat[0]).all(), (kind, np.unique(done))
            # One that had not begun when the signal came is not made up for.
            assert asked["updates"] - stopped <= done.flat[0] <= asked["updates"], (
                kind,
                asked,
                done.flat[0],
            )
        updates[kind] = int(a.vars["updates"].view.flat[0])
        found = b.vars["V"].view
        assert found.tobytes() == voltages[kind][model.timestep].tobytes(), (kind, model.timestep)
        if model.timestep > LONGEST - 310 or rng.random() < 0.05:
            model.unload()
        if count % 50 == 49 and stopped and builds < 4:
            # A model that nobody has built before.
            builds += 1
            fresh = described("forward")
            fresh.dt = 0.5 + builds + threads / 100
            count += interrupted(fresh.build, 1.0)
            if not fresh._built:
                fresh.build()
            fresh.load(num_recording_timesteps=1)
            fresh.step_time()
            fresh.unload()
    return slowest


# What ends late or never ----------------------------------------------------------------------


def add_cells(
    model: Any, name: str, number: int, code: str = "V += Isyn;", start: Any = 1.0
) -> Any:
    cell = engine.create_neuron_model(
        "cell", vars=[("V", "scalar")], sim_code=code, threshold_condition_code="V >= 1.0"
    )
    return model.add_neuron_population(name, number, cell, {}, {"V": start})


def endless_neurons(model: Any) -> None:
    add_cells(model, "a", 10, "while (V < 1e9) { V = 0.5 * V; }")


def many_neurons(model: Any) -> None:
    add_cells(model, "a", 300_000, "for (int k = 0; k < 100; k++) { V = exp(-fabs(sin(V))); }")


def endless_update(model: Any) -> None:
    a = add_cells(model, "a", 10)
    update = engine.create_custom_update_model(
        "endless", var_refs=[("V", "scalar")], update_code="while (V > -1.0) { V = 0.5 * V; }"
    )
    model.add_custom_update("u", "U", update, {}, {}, {"V": engine.create_var_ref(a, "V")})


def endless_start(model: Any) -> None:
    snippet = engine.create_var_init_snippet(
        "endless", var_init_code="value = 1.0; do { value = 0.5 * value; } while (value > -1.0);"
    )
    add_cells(model, "a", 10, start=engine.init_var(snippet))


def endless_rows(model: Any) -> None:
    snippet = engine.create_sparse_connect_init_snippet(
        "endless", row_build_code="for (int i = 1; i < 10; i++) { i = i / 2; }"
    )
    a = add_cells(model, "a", 10)
    add_synapses(model, a, a, engine.init_sparse_connectivity(snippet))


def many_synapses(model: Any) -> None:
    add_synapses(model, add_cells(model, "a", 20_000), add_cells(model, "b", 20_000))


def many_recurrent_synapses(model: Any) -> None:
    a = add_cells(model, "a", 20_000)
    add_synapses(model, a, a)


def many_sparse_synapses(model: Any) -> None:
    half = engine.init_sparse_connectivity("FixedProbability", {"prob": 0.1})
    add_synapses(model, add_cells(model, "a", 10_000), add_cells(model, "b", 10_000), half)


def add_synapses(model: Any, source: Any, target: Any, connectivity: Any = None) -> None:
    model.add_synapse_population(
        "synapses",
        "DENSE" if connectivity is None else "SPARSE",
        source,
        target,
        engine.init_weight_update("StaticPulseConstantWeight", {"g": 1.0}),
        engine.init_postsynaptic("DeltaCurr"),
        connectivity,
    )


ENDLESS = (
    endless_neurons,
    many_neurons,
    endless_update,
    endless_start,
    endless_rows,
    many_synapses,
    many_recurrent_synapses,
    many_sparse_synapses,
)


def endless() -> float:
    """Interrupt models that run for ever, or nearly, and return the longest time of an answer."""
    slowest = 0.0
    for describe in ENDLESS:
        model = engine.GeNNModel("float", describe.__name__)
        model.dt = 1.0
        model.batch_size = 4
        describe(model)
        model.build()
        for delay in (0.2, 0.05):
            sent: list[float] = []

            def send(delay: float = delay, sent: list[float] = sent) -> None:
                time.sleep(delay)
                sent.append(time.perf_counter())
                os.kill(os.getpid(), signal.SIGINT)

            sender = threading.Thread(target=send)
            try:
                sender.start()
                while True:
                    if not model.is_loaded:
                        model.load()
                    for _ in range(1000):
                        model.step_time()
                    if model.custom_updates:
                        model.custom_update("U")
            except KeyboardInterrupt:
                slowest = max(slowest, time.perf_counter() - sent[0])
            sender.join()
            if model.is_loaded:
                model.unload()
    return slowest


if __name__ == "__main__":
    faulthandler.dump_traceback_later(250, exit=True)
    mode, number, *rest = sys.argv[1:]
    engine.set_num_threads(int(number))
    print(endless() if mode == "endless" else at_random(int(rest[0]), int(number)))
