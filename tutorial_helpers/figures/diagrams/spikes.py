"""The diagram of spikes in flight: time unrolled, with a reset between two images."""

from __future__ import annotations

from tutorial_helpers.figures.diagrams.svg import (
    FAINT,
    QUIET,
    Diagram,
    box,
    diagram,
    line,
    text,
)
from tutorial_helpers.figures.style import BLUE, INK, VERMILION

# Two neurons of the tutorials, connected by one synapse. The numbers are what PyGeNN computes.
THRESHOLD, CURRENT, WEIGHT = 5.0, 2.5, 3.0  # mV, mV in each step of image 1, mV for each spike
RESET_AFTER = 4  # steps; from then on the current is zero
# The highest voltage in each of six steps: at the threshold, the sender spikes and falls to zero.
SENDER = (2.5, 5.0, 2.5, 5.0, 0.0, 0.0)
RECEIVER = (0.0, 0.0, 3.0, 3.0, 3.0, 3.0)

_SENDER, _RECEIVER = 168, 318  # base lines
_MILLIVOLT = 18


def spikes_in_flight() -> Diagram:
    """Draw why a reset of voltages does not stop a spike that is on its way.

    Returns
    -------
    Diagram

    Examples
    --------
    >>> spikes_in_flight()
    Six steps of two neurons, with a reset of all voltages between steps 4 and 5, where image 2 \
begins. The sender gains 2.5 mV in each step of image 1, reaches its threshold of 5 mV in steps 2 \
and 4, and spikes. A spike arrives one step later: the first lifts the receiver to 3 mV in step \
3. The second is on its way when the reset sets both voltages to 0. It crosses the reset and lifts \
the receiver to 3 mV in step 5, although image 2 has no input.
    """
    alt = (
        "Six steps of two neurons, with a reset of all voltages between steps 4 and 5, where image "
        "2 begins. The sender gains 2.5 mV in each step of image 1, reaches its threshold of 5 mV "
        "in steps 2 and 4, and spikes. A spike arrives one step later: the first lifts the "
        "receiver to 3 mV in step 3. The second is on its way when the reset sets both voltages to "
        "0. It crosses the reset and lifts the receiver to 3 mV in step 5, although image 2 has no "
        "input."
    )
    top = _SENDER - THRESHOLD * _MILLIVOLT
    reset = (_place(RESET_AFTER) + _place(RESET_AFTER + 1)) / 2
    parts = [
        box(reset - 13, 40, 26, _RECEIVER - 36, fill="#d8d8d3", radius=0),
        text(reset, 30, "reset", bold=True),
        text(270, 30, "image 1"),
        text(_place(5) + 40, 30, "image 2"),
        line([(120, top), (620, top)], colour=QUIET, dashes="2 4"),
        text(112, top + 6, "5 mV", colour=QUIET, anchor="end"),
        text(14, 132, "sender", anchor="start", bold=True),
        text(14, 156, "+2.5 a step", anchor="start"),
        text(14, 282, "receiver", anchor="start", bold=True),
        text(14, 306, "+3 a spike", anchor="start"),
        text(100, 346, "step", anchor="end"),
    ]
    for base in (_SENDER, _RECEIVER):
        parts.append(line([(120, base), (620, base)], colour=FAINT))
        parts.append(text(reset, base - 8, "0", bold=True))
    for step, voltage in enumerate(SENDER, 1):
        parts += _stem(step, voltage, _SENDER, BLUE)
        if voltage >= THRESHOLD:
            parts += _spike(step, step == RESET_AFTER)
    for step, voltage in enumerate(RECEIVER, 1):
        parts += _stem(step, voltage, _RECEIVER, VERMILION if step > RESET_AFTER else BLUE)
        parts.append(text(_place(step), 346, str(step)))
    x = _place(RESET_AFTER)
    parts.append(text(x - 6, 218, "in flight", colour=VERMILION, anchor="end", bold=True))
    parts.append(text(_place(5) + 16, 230, "leftover", colour=VERMILION, anchor="start", bold=True))
    return diagram("A spike crosses the reset", alt, 360, parts)


def _place(step: int) -> float:
    """Return where a step stands, from left to right."""
    return 150 + 80 * (step - 1) + (40 if step > RESET_AFTER else 0)


def _stem(step: int, voltage: float, base: float, colour: str) -> list[str]:
    """Draw a voltage as a stem, with its number above it."""
    x, top = _place(step), base - voltage * _MILLIVOLT
    parts = [text(x + 8, top + 18, f"{voltage:g}", anchor="start", colour=colour)]
    if voltage:
        return [line([(x, base), (x, top)], colour=colour, thickness=8), *parts]
    return [text(x, base - 8, "0", colour=QUIET)]


def _spike(step: int, crosses: bool) -> list[str]:
    """Draw a spike of the sender, and its way to the receiver, which takes a step."""
    x, arrival = _place(step), RECEIVER[step] * _MILLIVOLT
    top = _SENDER - THRESHOLD * _MILLIVOLT
    colour = VERMILION if crosses else INK
    way = [(x + 3, _SENDER + 4), (_place(step + 1) - 3, _RECEIVER - arrival - 8)]
    return [
        line([(x, top), (x, top - 24)], colour=VERMILION, thickness=8),
        line(way, colour=colour, thickness=3.5 if crosses else 2.5, head=True),
    ]
