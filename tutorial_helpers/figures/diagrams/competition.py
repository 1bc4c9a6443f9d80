"""The first picture of the chapter without labels: neurons that compete for an image."""

from __future__ import annotations

from tutorial_helpers.figures.diagrams.network import seven
from tutorial_helpers.figures.diagrams.svg import (
    FAINT,
    PAPER,
    QUIET,
    Diagram,
    box,
    circle,
    diagram,
    line,
    text,
)
from tutorial_helpers.figures.style import BLUE, INK, VERMILION

# Voltage and threshold of a few rivals, in mV. The highest voltage has not the highest ratio.
RIVALS = ((360, 1.0), (408, 1.2), (399, 1.05), (330, 0.9))

_INPUT, _RIVAL = 172, 292
_INPUTS = [40 + 31 * n for n in range(6)]
_ROWS = [56 + 46 * n for n in range(len(RIVALS))]
_COLUMNS = {"V": 366, "Theta": 450, "V / Theta": 550}


def competition() -> Diagram:
    """Draw neurons that compete for an image, and what becomes of the winner.

    Returns
    -------
    Diagram

    Examples
    --------
    >>> competition()
    An image of a digit makes 784 input neurons spike, and all of 100 rivals receive their spikes. \
Four rivals are shown, with voltage V, threshold Theta, and V divided by Theta: 360, 1.00, 360; \
408, 1.20, 340; 399, 1.05, 380; 330, 0.90, 367. The third has the highest ratio, so it wins. Its \
weights move towards the image. A threshold rises for those who win often, and falls for the \
others.
    """
    ratios = [voltage / threshold for voltage, threshold in RIVALS]
    winner = ratios.index(max(ratios))
    numbers = "; ".join(
        f"{voltage}, {threshold:.2f}, {ratio:.0f}"
        for (voltage, threshold), ratio in zip(RIVALS, ratios, strict=True)
    )
    ordinal = ("first", "second", "third", "fourth")[winner]
    alt = (
        "An image of a digit makes 784 input neurons spike, and all of 100 rivals receive their "
        "spikes. Four rivals are shown, with voltage V, threshold Theta, and V divided by Theta: "
        f"{numbers}. The {ordinal} has the highest ratio, so it wins. Its weights move towards the "
        "image. A threshold rises for those who win often, and falls for the others."
    )
    parts = [
        line([(_INPUT + 9, y), (_RIVAL - 14, z)], colour="#d9d9d5", thickness=1)
        for y in _INPUTS
        for n, z in enumerate(_ROWS)
        if n != winner
    ]
    won = _ROWS[winner]
    parts.append(box(_RIVAL - 24, won - 21, 336, 42, fill=PAPER, edge=VERMILION, thickness=2.5))
    parts += [
        line([(_INPUT + 9, y), (_RIVAL - 14, won)], colour=VERMILION, thickness=2) for y in _INPUTS
    ]
    parts += [circle(_INPUT, y, 8, edge=BLUE, thickness=2) for y in _INPUTS]
    parts += seven(20, 76, 90)
    parts.append(line([(118, 121), (154, 121)], colour=QUIET, thickness=2, head=True))
    for name, x in _COLUMNS.items():
        parts.append(text(x, 26, name, bold=True))
    for n, ((voltage, threshold), ratio, y) in enumerate(zip(RIVALS, ratios, _ROWS, strict=True)):
        first = n == winner
        fill = VERMILION if first else PAPER
        parts.append(circle(_RIVAL, y, 12, fill=fill, edge=BLUE, thickness=2))
        cells = (str(voltage), f"{threshold:.2f}", f"{ratio:.0f}")
        for cell, x in zip(cells, _COLUMNS.values(), strict=True):
            parts.append(text(x, y + 6, cell, bold=first))
    parts += [
        text(65, 196, "image"),
        text(_INPUT, 236, "784 input"),
        text(_RIVAL + 30, 236, "100 rivals …", colour=BLUE, bold=True),
        text(502, 236, "highest ratio wins", colour=VERMILION, bold=True),
        box(20, 258, 290, 80, edge=VERMILION, thickness=2.5),
        text(165, 292, "The winner's weights", bold=True),
        text(165, 318, "move towards the image."),
        box(330, 258, 290, 80, edge=FAINT, thickness=2.5),
        text(475, 292, "Theta rises for those who win", colour=INK),
        text(475, 318, "often, and falls for the others."),
    ]
    return diagram("Learning without labels: rivals compete for images", alt, 356, parts)
