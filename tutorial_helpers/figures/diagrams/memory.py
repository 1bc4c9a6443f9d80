"""Diagrams of where numbers live: on the host and the device, behind references, in copies."""

from __future__ import annotations

from collections.abc import Sequence

from tutorial_helpers.figures.diagrams.network import seven
from tutorial_helpers.figures.diagrams.svg import (
    FAINT,
    PAPER,
    QUIET,
    Diagram,
    box,
    diagram,
    line,
    text,
)
from tutorial_helpers.figures.style import BLUE, INK, VERMILION


def host_and_device() -> Diagram:
    """Draw the host's views beside the device's buffers, and what passes between them.

    Returns
    -------
    Diagram

    Examples
    --------
    >>> host_and_device()
    Two panels. On the host, Python sees views of two variables: magnitude and SpikeCount. The \
device has a buffer for each. push_to_device copies magnitude from view to buffer, \
pull_from_device copies SpikeCount from buffer to view. V, weights and spikes are not needed on \
the host here, so they stay on the device. step_time works on the device's buffers, and nothing \
passes between the panels.
    """
    alt = (
        "Two panels. On the host, Python sees views of two variables: magnitude and SpikeCount. "
        "The device has a buffer for each. push_to_device copies magnitude from view to buffer, "
        "pull_from_device copies SpikeCount from buffer to view. V, weights and spikes are "
        "not needed on the host here, so they stay on the device. step_time works on the device's "
        "buffers, and nothing passes between the panels."
    )
    parts = [
        box(12, 12, 186, 388, edge=FAINT, radius=8),
        box(370, 12, 258, 388, edge=INK, radius=8, thickness=2),
        text(105, 40, "host: Python", bold=True),
        text(499, 40, "device", bold=True),
        *_numbers(28, 64, "magnitude", BLUE),
        *_numbers(28, 144, "SpikeCount", VERMILION),
        text(105, 250, "Nothing passes", colour=QUIET),
        text(105, 274, "unless you push", colour=QUIET),
        text(105, 298, "or pull.", colour=QUIET),
        *_numbers(386, 64, "magnitude", BLUE),
        *_numbers(386, 144, "SpikeCount", VERMILION),
        line([(188, 88), (382, 88)], colour=BLUE, thickness=3, head=True),
        text(284, 78, "push_to_device", colour=BLUE, size=17),
        line([(380, 168), (188, 168)], colour=VERMILION, thickness=3, head=True),
        text(284, 158, "pull_from_device", colour=VERMILION, size=17),
        *_numbers(386, 216, "V", QUIET, height=28),
        *_numbers(386, 250, "weights", QUIET, height=28),
        *_numbers(386, 284, "spikes", QUIET, height=28),
        text(276, 252, "not needed on", bold=True),
        text(276, 274, "the host here", bold=True),
        box(382, 330, 234, 58, edge=INK, thickness=2),
        text(499, 365, "step_time"),
    ]
    for y in (230, 264, 298):
        parts.append(line([(357, 258), (384, y)], colour=QUIET, thickness=2))
    for y in (88, 168, 230, 264, 298):
        parts.append(line([(600, 328), (600, y), (552, y)], colour=INK, thickness=2, head=True))
    return diagram("Host and device", alt, 412, parts)


def references() -> Diagram:
    """Draw how the names in a custom update reach variables of three populations.

    Returns
    -------
    Diagram

    Examples
    --------
    >>> references()
    On the left the custom update reset_neurons: its names V and SpikeCount, and its code, which \
sets both to 0. On the right the populations input, hidden and output, each with variables V and \
SpikeCount. The update was added once for each population, with references from its two names to \
that population's variables, so custom_update("Reset") runs the same code three times.
    """
    alt = (
        "On the left the custom update reset_neurons: its names V and SpikeCount, and its code, "
        "which sets both to 0. On the right the populations input, hidden and output, each with "
        "variables V and SpikeCount. The update was added once for each population, with "
        "references from its two names to that population's variables, so "
        'custom_update("Reset") runs the same code three times.'
    )
    parts = [
        text(128, 40, "reset_neurons", bold=True),
        box(16, 52, 224, 190, edge=INK, thickness=2, radius=8),
        text(32, 82, "its code", colour=QUIET, anchor="start"),
        text(32, 110, "V = 0.0;", anchor="start", code=True),
        text(32, 136, "SpikeCount = 0;", anchor="start", code=True),
        line([(16, 156), (240, 156)], colour=FAINT),
        text(32, 180, "its names", colour=QUIET, anchor="start"),
        *_name(124, 166, "V", BLUE, 108),
        *_name(100, 202, "SpikeCount", VERMILION, 132),
        text(128, 286, "added three times,"),
        text(128, 310, "once for each population,"),
        text(128, 334, "under the name “Reset”"),
        text(344, 40, "references", colour=QUIET),
    ]
    for n, population in enumerate(("input", "hidden", "output")):
        y = 52 + 104 * n
        parts += [
            box(412, y, 216, 92, edge=INK, radius=8),
            text(618, y + 52, population, anchor="end", bold=True),
            *_name(422, y + 10, "V", BLUE, 108),
            *_name(422, y + 50, "SpikeCount", VERMILION, 108),
            line(
                [(232, 182), (340, 182), (330, y + 26), (416, y + 26)],
                colour=BLUE, thickness=2.5, head=True, bent=True,
            ),
            line(
                [(232, 218), (340, 218), (330, y + 66), (416, y + 66)],
                colour=VERMILION, thickness=2.5, head=True, bent=True, dashes="7 4",
            ),
        ]  # fmt: skip
    return diagram("A custom update and its references", alt, 368, parts)


def batch() -> Diagram:
    """Draw a batch: copies with voltages and counts of their own, and one set of weights.

    Returns
    -------
    Diagram

    Examples
    --------
    >>> batch()
    A stack of copies of the network, numbered 0, 1, 2 and so on to 127. Each has its own image, \
voltages and spike counts, in arrays with a batch axis in front: V of the hidden layer is 128 by \
128. Below them one sheet of weights, 784 by 128, without a batch axis: all copies read it.
    """
    alt = (
        "A stack of copies of the network, numbered 0, 1, 2 and so on to 127. Each has its own "
        "image, voltages and spike counts, in arrays with a batch axis in front: V of the hidden "
        "layer is 128 by 128. Below them one sheet of weights, 784 by 128, without a batch axis: "
        "all copies read it."
    )
    parts: list[str] = []
    for n, copy in ((3, 127), (2, 2), (1, 1), (0, 0)):  # from the back to the front
        x, y = 20 + 24 * n, 96 - 28 * n
        parts += [
            box(x, y, 500, 132, edge=BLUE, thickness=2, radius=8),
            text(
                x + 12,
                y + 22,
                f"{'… ' * (copy == 127)}copy {copy}",
                colour=BLUE,
                anchor="start",
                bold=True,
            ),
            text(x + 488, y + 22, f"V[{copy}]  SpikeCount[{copy}]", anchor="end", code=True),
            line([(x + 490, 268), (x + 490, y + 134)], colour=VERMILION, thickness=3, head=True),
        ]
    parts += [
        *seven(36, 136, 76),
        *_row("V", 128, ["", "", "", "", "", "", ""], [0.8, 0.3, 0, 0.5, 0.9, 0, 0.6]),
        *_row("SpikeCount", 172, list("0310724"), []),
        box(64, 270, 530, 80, edge=VERMILION, thickness=2.5),
        text(329, 304, "weights: 784 by 128 and 128 by 10", bold=True),
        text(329, 332, "one set, without a batch axis; all copies read it"),
    ]
    return diagram("A batch is a stack of copies", alt, 364, parts)


def _row(name: str, y: float, numbers: Sequence[str], levels: Sequence[float]) -> list[str]:
    """Draw some elements of an array, as numbers and as levels, behind its name."""
    parts = [text(128, y + 27, name, anchor="start")]
    for n, number in enumerate(numbers):
        x = 244 + 36 * n
        parts.append(box(x, y, 36, 38, edge=QUIET, radius=0))
        if number:
            parts.append(text(x + 18, y + 26, number))
    for n, level in enumerate(levels):
        height = 34 * level
        parts.append(box(246 + 36 * n, y + 36 - height, 32, height, fill=BLUE, radius=0))
    return parts


def _numbers(x: float, y: float, name: str, colour: str, *, height: float = 48) -> list[str]:
    """Draw an array under its name."""
    return [
        box(x, y, 154, height, edge=colour, thickness=2),
        text(x + 77, y + height / 2 + 6, name, bold=colour != QUIET),
    ]


def _name(x: float, y: float, name: str, colour: str, width: float) -> list[str]:
    """Draw the name of a variable, as a label."""
    return [
        box(x, y, width, 32, fill=PAPER, edge=colour, thickness=2),
        text(x + width / 2, y + 22, name, size=17),
    ]
