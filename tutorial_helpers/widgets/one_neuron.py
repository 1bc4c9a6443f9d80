"""A widget of one neuron: its threshold, its input, and the leak that our model leaves out."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from tutorial_helpers.figures import plot_leak
from tutorial_helpers.widgets.panel import Panel, drawn, panel, slider


def neuron(*, steps: int = 60) -> Panel:
    """Show how a neuron answers a constant input, without a leak and with one.

    Parameters
    ----------
    steps : int
        For how many steps of 1 ms to simulate the neuron.

    Returns
    -------
    Panel

    Examples
    --------
    >>> neuron()
    Voltage of a neuron over 60 ms, with an input of 0.7 mV in each step and a threshold of 5 mV: \
7 spikes without leak; 5 spikes with a leak of 10 % per step.
    """

    def draw(threshold: float, input_mv: float, leak: float) -> Figure:
        runs = [simulate_neuron(input_mv, threshold, share, steps) for share in (0, leak)]
        voltages, spikes = map(np.array, zip(*runs, strict=True))
        return plot_leak(voltages, spikes, (0, leak), input_mv=input_mv, threshold=threshold)

    controls = {
        "threshold": slider("threshold (mV)", 5.0, 1.0, 8.0, 0.25),
        "input_mv": slider("input (mV/step)", 0.7, 0.0, 4.0, 0.1),
        "leak": slider("leak (share/step)", 0.1, 0.0, 0.5, 0.01),
    }
    still = draw(**{name: control.value for name, control in controls.items()})
    return panel(controls, lambda **values: drawn(draw(**values)), still)


def simulate_neuron(
    input_mv: float, threshold: float, leak: float, steps: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Simulate an integrate-and-fire neuron that may leak.

    In each step the neuron first loses a share of its voltage, and then adds its input. Without a
    leak this is the neuron of `models.py`, in the same single precision.

    Parameters
    ----------
    input_mv : float
        What arrives in each step, in mV.
    threshold : float
        Voltage at which the neuron spikes and starts again from zero, in mV.
    leak : float
        The share of the voltage that is lost in a step, 0 to 1.
    steps : int
        For how many steps.

    Returns
    -------
    voltages : ndarray of float32, shape (steps,)
        Voltage after each step, in mV.
    spikes : ndarray of bool, shape (steps,)
        Whether the neuron spiked in the step.

    Examples
    --------
    >>> voltages, spikes = simulate_neuron(2.0, 5.0, leak=0.0, steps=4)
    >>> voltages.tolist(), spikes.tolist()
    ([2.0, 4.0, 0.0, 2.0], [False, False, True, False])
    """
    voltages = np.zeros(steps, np.float32)
    spikes = np.zeros(steps, bool)
    voltage = np.float32(0)
    for step in range(steps):
        voltage = voltage * np.float32(1 - leak) + np.float32(input_mv)
        if voltage >= np.float32(threshold):
            voltage = np.float32(0)
            spikes[step] = True
        voltages[step] = voltage
    return voltages, spikes
