"""Classic networks in Brian2, each as a C++ program of its own (`cpp_standalone`)."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from pathlib import Path

import brian2
import numpy as np
from brian2 import Network, NeuronGroup, PoissonGroup, SpikeMonitor, Synapses, ms, second

from benchmarks.contestants import classic_networks
from benchmarks.contestants.classic_networks import (
    BRUNEL_EXTERNAL,
    BRUNEL_INHIBITION,
    BRUNEL_WEIGHT,
    STDP,
    random_pairs,
)
from benchmarks.job import Simulated, Simulation


def build(_: Path, network: str) -> Simulation:
    """Compile the program of a network, which runs it twice; the second run is what counts."""
    dt, steps = classic_networks.NETWORKS[network][1:]
    brian2.set_device("cpp_standalone", build_on_run=False)
    brian2.prefs.core.default_float_dtype = np.float32
    brian2.defaultclock.dt = dt * ms
    brian2.seed(1)
    groups, others = NETWORKS[network]()
    counts = [SpikeMonitor(group, record=False) for group in groups]
    everything = Network(groups, others, counts)
    for monitor in counts:
        monitor.active = False
    everything.run(dt * steps * ms)
    for monitor in counts:
        monitor.active = True
    device = brian2.device
    device.insert_code("main", "const std::clock_t begin = std::clock();")
    everything.run(dt * steps * ms)
    device.insert_code(
        "main",
        'std::ofstream(brian::results_dir + "cpu.txt")'
        " << double(std::clock() - begin) / CLOCKS_PER_SEC;",
    )
    folder = Path("program").absolute()
    device.build(directory=str(folder), compile=True, run=False)

    def run() -> Simulated:
        device.run()
        cpu_seconds = float((folder / "results" / "cpu.txt").read_text(encoding="utf-8"))
        spikes = [int(monitor.num_spikes) for monitor in counts]
        return Simulated(device._last_run_time, cpu_seconds, spikes)

    return Simulation({"brian2": brian2.__version__}, 1, dt * steps / 1000, run)


Parts = tuple[list[NeuronGroup], list[object]]


def _vogels_abbott(current: str, weights: tuple[float, float]) -> Parts:
    rng = np.random.default_rng(1)
    equations = f"""
    dv/dt = (20*({current}) - 49 - v) / (20*ms) : 1 (unless refractory)
    dp/dt = -p / (5*ms) : 1
    dn/dt = -n / (10*ms) : 1
    """
    groups, others = [], []
    for size in (3200, 800):
        group = NeuronGroup(
            size,
            equations,
            threshold="v >= -50",
            reset="v = -60",
            refractory=5 * ms,
            method="exponential_euler",
        )
        group.v = rng.uniform(-60.0, -50.0, size)
        groups.append(group)
    for source, weight, variable in zip(groups, weights, "pn", strict=True):
        for target in groups:
            synapses = Synapses(source, target, on_pre=f"{variable}_post += {weight}")
            pre, post = random_pairs(rng, len(source), len(target), 0.02)
            synapses.connect(i=pre, j=post)
            others.append(synapses)
    return groups, others


def _cuba() -> Parts:
    return _vogels_abbott("p + n", (1.62 * 4 / 20, -9.0 * 2 / 20))


def _coba() -> Parts:
    return _vogels_abbott("p*(0 - v) + n*(-80 - v)", (0.03, 0.335))


def _brunel() -> Parts:
    rng = np.random.default_rng(1)
    groups, others = [], []
    for size in (4000, 1000):
        group = NeuronGroup(
            size,
            "dv/dt = -v / (20*ms) : 1 (unless refractory)",
            threshold="v >= 20",
            reset="v = 10",
            refractory=2 * ms,
            method="exact",
        )
        group.v = rng.uniform(0.0, 20.0, size)
        group.run_regularly(
            f"v += {BRUNEL_WEIGHT} * poisson({BRUNEL_EXTERNAL}) * int(not_refractory)"
        )
        groups.append(group)
    rng = np.random.default_rng(1)
    for source, weight in zip(groups, (1.0, -BRUNEL_INHIBITION), strict=True):
        for target in groups:
            synapses = Synapses(
                source,
                target,
                on_pre=f"v_post += {weight * BRUNEL_WEIGHT} * int(not_refractory_post)",
                delay=1.5 * ms,
            )
            pre, post = random_pairs(rng, len(source), len(target), 0.1)
            synapses.connect(i=pre, j=post)
            others.append(synapses)
    return groups, others


def _izhikevich(neurons: int, connections: int | None) -> Parts:
    rng = np.random.default_rng(1)
    groups, others = [], []
    for excites, size, sd in ((True, neurons * 4 // 5, 5.0), (False, neurons // 5, 2.0)):
        group = NeuronGroup(
            size,
            "v : 1\nu : 1\ninput : 1\na : 1\nb : 1\nc : 1\nd : 1",
            threshold="v >= 30",
            reset="v = c\nu += d",
        )
        r = rng.random(size)
        group.a, group.b = (0.02, 0.2) if excites else (0.02 + 0.08 * r, 0.25 - 0.05 * r)
        group.c, group.d = (15 * r**2 - 65, 8 - 6 * r**2) if excites else (-65.0, 2.0)
        group.v = -65.0
        group.u = "-65 * b"
        half = "v += 0.5 * (0.04 * v**2 + 5*v + 140 - u + input)"
        group.run_regularly(
            f"input += {sd} * randn()\n{half}\n{half}\nu += a * (b*v - u)\ninput = 0",
            when="groups",
        )
        groups.append(group)
    for source, strongest in zip(groups, (0.5, -1.0), strict=True):
        for target in groups:
            synapses = Synapses(source, target, "w : 1", on_pre="input_post += w")
            if connections:
                sizes = len(source), len(target)
                pre, post = random_pairs(rng, *sizes, connections / neurons)
                synapses.connect(i=pre, j=post)
                number = len(pre)
            else:
                synapses.connect()
                number = math.prod((len(source), len(target)))
            synapses.w = strongest * 1000 / (connections or neurons) * rng.random(number)
            others.append(synapses)
    return groups, others


def _stdp() -> Parts:
    inputs = PoissonGroup(1000, 15 / second)
    cells = NeuronGroup(
        100,
        """
        dv/dt = (20*p - 74 - v) / (20*ms) : 1
        dp/dt = -p / (5*ms) : 1
        """,
        threshold="v >= -54",
        reset="v = -60",
        method="exponential_euler",
    )
    cells.v = -60.0
    synapses = Synapses(
        inputs,
        cells,
        """
        w : 1
        dx/dt = -x / (20*ms) : 1 (event-driven)
        dy/dt = -y / (20*ms) : 1 (event-driven)
        """,
        on_pre=f"p_post += w\nx += {STDP['APlus']}\nw = clip(w - y, 0, {STDP['Largest']})",
        on_post=f"y += {STDP['AMinus']}\nw = clip(w + x, 0, {STDP['Largest']})",
    )
    synapses.connect()
    synapses.w = np.random.default_rng(1).uniform(0.0, STDP["Largest"], 1000 * 100)
    return [cells, inputs], [synapses]


#: Those that are short to write in Brian2.
NETWORKS: dict[str, Callable[[], Parts]] = {
    "cuba": _cuba,
    "coba": _coba,
    "brunel": _brunel,
    "izhikevich-dense": partial(_izhikevich, 1000, None),
    "izhikevich-sparse": partial(_izhikevich, 10_000, 100),
    "stdp": _stdp,
}
