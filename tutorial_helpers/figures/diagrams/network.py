"""The first picture of every chapter: the whole network, with the subject of the chapter lit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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

# The first image of MNIST's test set in 14 by 14 pixels.
_SEVEN = (
    "..............",
    "..............",
    "..............",
    "...--.........",
    "...++#####+...",
    ".........++...",
    ".........#....",
    "........+-....",
    "........#.....",
    ".......#-.....",
    "......-#......",
    "......#.......",
    ".....+#.......",
    ".....-........",
)
_SHADES = {"-": "#b9b9b9", "+": "#6e6e6e", "#": INK}

# Where things are: from left to right, and the middle of the network.
_IMAGE, _CURRENTS, _INPUT, _HIDDEN, _OUTPUT, _ANSWER = 58, 143, 228, 340, 452, 570
_MIDDLE = 106
_LAYERS = {_INPUT: (7, 25, 8.0), _HIDDEN: (5, 32, 9.0), _OUTPUT: (10, 17, 7.0)}
_BAND = 240  # below it stands what a chapter is about


@dataclass(frozen=True)
class _Chapter:
    """The subject of a chapter: which parts are lit, what to draw of it, and its words."""

    lit: frozenset[str]
    band: Callable[[], list[str]]
    title: str
    words: str
    behind: Callable[[], list[str]] = list


def network(lit: str) -> Diagram:
    """Draw the network from image to answer, with the subject of a chapter lit.

    Parameters
    ----------
    lit : {"neuron", "loop", "batch", "speed", "weights", "steps", "learning"}
        The subject. The rest of the network is drawn in grey.

    Returns
    -------
    Diagram

    Raises
    ------
    ValueError
        If there is no such subject.

    Examples
    --------
    >>> network("weights")
    An image of a digit becomes a current for each of 784 input neurons; spikes go from them to \
128 hidden neurons and on to 10 output neurons; argmax, the one with the most spikes, is the \
answer. Highlighted: the weights of both layers of synapses, some above and some below zero. \
Training compares answers with labels and changes the weights.
    """
    if lit not in _CHAPTERS:
        raise ValueError(f"lit should be one of {', '.join(_CHAPTERS)}, not {lit!r}.")
    chapter = _CHAPTERS[lit]
    alt = (
        "An image of a digit becomes a current for each of 784 input neurons; spikes go from them "
        "to 128 hidden neurons and on to 10 output neurons; argmax, the one with the most spikes, "
        f"is the answer. Highlighted: {chapter.words}"
    )
    parts = [*chapter.behind(), *_network(chapter.lit), *chapter.band()]
    return diagram(chapter.title, alt, 356, parts)


def seven(x: float, y: float, size: float, edge: str = FAINT) -> list[str]:
    """Draw the image of a seven, on its paper."""
    pixel = size / len(_SEVEN)
    parts = [box(x, y, size, size, edge=edge, radius=3)]
    for shade, colour in _SHADES.items():
        path = "".join(
            f"M{x + column * pixel:.4g} {y + row * pixel:.4g}h{pixel:.3g}v{pixel:.3g}h-{pixel:.3g}z"
            for row, marks in enumerate(_SEVEN)
            for column, mark in enumerate(marks)
            if mark == shade
        )
        parts.append(f'<path d="{path}" fill="{colour}"/>')
    return parts


def _places(layer: int) -> list[float]:
    """Return the heights at which the neurons of a layer are drawn."""
    number, gap, _ = _LAYERS[layer]
    return [_MIDDLE + gap * (n - (number - 1) / 2) for n in range(number)]


def _network(lit: frozenset[str]) -> list[str]:
    """Draw the parts that all chapters share; those that are lit in strong colours."""

    def shade(part: str, strong: str = INK) -> str:
        return strong if part in lit else FAINT

    parts = []
    for pre, post in ((_INPUT, _HIDDEN), (_HIDDEN, _OUTPUT)):
        parts += _synapses(pre, post, "weights" in lit)
    for layer, name in ((_INPUT, "input"), (_HIDDEN, "hidden"), (_OUTPUT, "output")):
        radius = _LAYERS[layer][2]
        edge = shade(name, BLUE)
        winner = 7 if layer == _OUTPUT else -1
        for n, y in enumerate(_places(layer)):
            fill = (VERMILION if name in lit else FAINT) if n == winner else PAPER
            parts.append(circle(layer, y, radius, fill=fill, edge=edge, thickness=2))
    colour = INK if "currents" in lit else QUIET if "image" in lit else FAINT
    for y in _places(_INPUT):
        parts.append(line([(_CURRENTS - 28, y), (_INPUT - 14, y)], colour=colour))
        parts.append(circle(_CURRENTS, y, 5, edge=colour, thickness=1.5))
    parts += seven(_IMAGE - 42, _MIDDLE - 42, 84, shade("image"))
    parts.append(line([(_OUTPUT + 16, _MIDDLE), (_ANSWER - 36, _MIDDLE)], colour=QUIET, head=True))
    parts.append(
        box(_ANSWER - 30, _MIDDLE - 32, 60, 64, edge=shade("answer", VERMILION), thickness=2.5)
    )
    digit = INK if "answer" in lit else QUIET
    parts.append(text(_ANSWER, _MIDDLE + 15, "7", colour=digit, size=42, bold=True))
    names = [
        (_IMAGE, "image", "image", ""),
        (_CURRENTS, "currents", "currents", ""),
        (_INPUT, "input", "784", "input"),
        (_HIDDEN, "hidden", "128", "hidden"),
        (_OUTPUT, "output", "10", "output"),
        (_ANSWER, "answer", "argmax", ""),
    ]
    for x, part, first, second in names:
        colour = INK if part in lit else QUIET
        parts.append(text(x, 212, first, colour=colour, bold=part in lit))
        if second:
            parts.append(text(x, 232, second, colour=colour))
    return parts


def _synapses(pre: int, post: int, lit: bool) -> list[str]:
    """Draw the synapses between two layers; lit, they have signs."""
    above, below = [], []
    for i, y in enumerate(_places(pre)):
        for j, z in enumerate(_places(post)):
            ends = [(pre + 9, y), (post - 10, z)]
            if not lit:
                above.append(line(ends, colour="#d9d9d5", thickness=1))
            elif (i * 3 + j * 5) % 7 < 2:
                below.append(line(ends, colour=VERMILION, thickness=2.5, dashes="6 4"))
            else:
                above.append(line(ends, colour=BLUE, thickness=1 + (i + j) % 3 / 2))
    return above + below


def _neuron() -> list[str]:
    """Draw the voltage of one neuron, as through a magnifying glass."""
    left, bottom, high = 240, 342, 60  # `high` is the threshold
    parts = [
        line([(_HIDDEN - 8, _places(_HIDDEN)[-1] + 6), (232, 252)], colour=BLUE),
        line([(_HIDDEN + 8, _places(_HIDDEN)[-1] + 6), (448, 252)], colour=BLUE),
        box(228, 250, 224, 98, edge=BLUE),
        line([(left, bottom - high), (440, bottom - high)], colour=QUIET, dashes="2 4"),
    ]
    for step in range(12):
        x, level = left + 8 + 17 * step, (step % 4 + 1) * high / 4
        parts.append(line([(x, bottom), (x, bottom - level)], colour=BLUE, thickness=4))
        if step % 4 == 3:
            top = bottom - high
            parts.append(line([(x, top), (x, top - 22)], colour=VERMILION, thickness=5))
    parts.append(text(218, 280, "spikes", colour=VERMILION, anchor="end", bold=True))
    parts.append(text(218, 328, "adds up its input", anchor="end"))
    parts.append(text(462, 288, "threshold", anchor="start"))
    parts.append(text(462, 328, "voltage", colour=BLUE, anchor="start", bold=True))
    return parts


def _queue() -> list[str]:
    """Draw images that wait behind the first."""
    return [
        box(_IMAGE - 42 + 4 * n, _MIDDLE - 42 - 12 * n, 84, 84, edge=INK, radius=3)
        for n in (3, 2, 1)
    ]


def _loop() -> list[str]:
    """Draw the way from an answer back to the next image, with the reset on it."""
    return [
        line([(_ANSWER, 244), (_ANSWER, 302), (500, 302)], colour=INK, thickness=3, head=True),
        box(150, 262, 344, 80, edge=VERMILION, thickness=2.5),
        text(322, 294, "reset", bold=True),
        text(322, 324, "voltages, counts, … ?"),
        line([(150, 302), (_IMAGE, 302), (_IMAGE, 222)], colour=INK, thickness=3, head=True),
        text(_IMAGE + 4, 334, "next image"),
    ]


def _copies() -> list[str]:
    """Draw the sheets of the copies behind the network."""
    return [
        box(8 + 5 * n, 18 - 6 * n, 612, 222, fill=PAPER, edge=BLUE, radius=8, thickness=2)
        for n in (2, 1, 0)
    ]


def _batch() -> list[str]:
    """Draw the one set of weights that all copies share."""
    parts = [
        box(176, 282, 286, 58, edge=VERMILION, thickness=2.5),
        text(319, 305, "one set of weights,", bold=True),
        text(319, 329, "shared by all copies"),
        text(92, 306, "128 copies", colour=BLUE, bold=True),
        text(92, 330, "128 images"),
        text(550, 318, "128 answers"),
    ]
    for x in (284, 396):
        parts.append(line([(x, 282), (x, 190)], colour=VERMILION, thickness=3, head=True))
    return parts


def _speed() -> list[str]:
    """Draw bars that grow shorter, for ways to run the same steps."""
    rows = [
        ("plain Python", 440, FAINT),
        ("NumPy", 210, FAINT),
        ("compiled", 90, BLUE),
        ("batches, threads", 26, VERMILION),
    ]
    parts = [text(626, 339, "less time, the same answers", anchor="end", bold=True)]
    for n, (name, width, colour) in enumerate(rows):
        y = 250 + 25 * n
        parts.append(text(172, y + 14, name, anchor="end"))
        parts.append(box(184, y, width, 17, fill=colour, radius=2))
    parts.append(text(626, 314, "(not to scale)", anchor="end", colour=QUIET))
    return parts


def _weights() -> list[str]:
    """Draw what training does to the weights."""
    parts = [
        box(132, 276, 388, 66, edge=VERMILION, thickness=2.5),
        text(326, 303, "training", bold=True),
        text(326, 330, "answer ≠ label: change the weights"),
        line([(_ANSWER, 244), (_ANSWER, 309), (526, 309)], colour=QUIET, thickness=2, head=True),
        line([(14, 294), (40, 294)], colour=BLUE, thickness=3),
        text(46, 300, "above 0", anchor="start"),
        line([(14, 326), (40, 326)], colour=VERMILION, thickness=3, dashes="6 4"),
        text(46, 332, "below 0", anchor="start"),
    ]
    for x in (284, 396):
        parts.append(line([(x, 276), (x, 190)], colour=VERMILION, thickness=3, head=True))
    return parts


def _steps() -> list[str]:
    """Draw the answer over time, and the step at which it is safe to stop."""
    answers = ["?", "?", "3", "7", "7", "7"]
    parts = [text(20, 302, "answer", anchor="start"), text(20, 342, "step", anchor="start")]
    for n, answer in enumerate(answers):
        x = 100 + 44 * n
        edge = VERMILION if n == len(answers) - 1 else FAINT
        parts.append(box(x, 278, 38, 36, edge=edge, thickness=2.5))
        parts.append(text(x + 19, 303, answer, bold=answer == "7", size=20))
    stop = 100 + 44 * len(answers)
    parts += [
        text(stop - 25, 268, "safe: stop", colour=VERMILION, bold=True),
        line([(stop + 4, 296), (612, 296)], colour=FAINT, thickness=3, dashes="3 6"),
        text(490, 284, "steps that are saved", colour=QUIET),
        line([(100, 324), (618, 324)], colour=QUIET, head=True),
        text(119, 344, "1", colour=QUIET),
        text(600, 344, "100", colour=QUIET),
    ]
    return parts


def _learning() -> list[str]:
    """Draw the way of the spikes above the network, and that of the errors below it."""
    back = 270
    return [
        text(214, 20, "spikes go forward", colour=BLUE, anchor="end", bold=True),
        line([(222, 14), (468, 14)], colour=BLUE, thickness=3, head=True),
        line(
            [(_ANSWER, 222), (_ANSWER, back), (284, back), (284, 190)],
            colour=VERMILION,
            thickness=3,
            head=True,
        ),
        line([(396, back), (396, 190)], colour=VERMILION, thickness=3, head=True),
        text(270, back + 6, "errors go backward", colour=VERMILION, anchor="end", bold=True),
        text(626, back + 28, "answer ≠ label", anchor="end"),
        box(122, 296, 348, 46, edge=VERMILION, thickness=2.5),
        text(296, 325, "128 images, one set of weights", bold=True),
    ]


_CHAPTERS = {
    "neuron": _Chapter(
        frozenset({"input", "hidden", "output"}),
        _neuron,
        "A single image: what each neuron does",
        "the neurons. One is enlarged: its voltage adds up the input, and when it reaches the "
        "threshold the neuron spikes and starts again from zero.",
    ),
    "loop": _Chapter(
        frozenset({"image", "answer"}),
        _loop,
        "The whole test set: one image after the other",
        "images that wait in a queue, and the way from an answer to the next image: a reset of "
        "voltages, counts, and something unknown, marked with a question mark.",
        behind=_queue,
    ),
    "batch": _Chapter(
        frozenset({"image", "input", "hidden", "output", "answer"}),
        _batch,
        "Batched inference: copies that share their weights",
        "a stack of 128 copies of the network, each with its own image and answer, and one set of "
        "weights that they share.",
        behind=_copies,
    ),
    "speed": _Chapter(
        frozenset(),
        _speed,
        "How fast: the same network in less time",
        "four bars below the network, each shorter than the one before, not to scale: the time "
        "that it takes in plain Python, with NumPy, compiled, and in batches on several threads, "
        "with the same answers.",
    ),
    "weights": _Chapter(
        frozenset({"weights"}),
        _weights,
        "Train your own: where the weights come from",
        "the weights of both layers of synapses, some above and some below zero. Training compares "
        "answers with labels and changes the weights.",
    ),
    "steps": _Chapter(
        frozenset({"output", "answer"}),
        _steps,
        "How many steps: when the answer is there",
        "the output and the answer, which is followed over the steps: none at first, then a wrong "
        "one, then the right one. When it is safe, the image can stop, long before step 100.",
    ),
    "learning": _Chapter(
        frozenset({"weights", "output"}),
        _learning,
        "Learning on the device: errors go back",
        "the output and the weights. Spikes go forward. Where answer and label differ, errors go "
        "backward through the same layers and change the weights: 128 images, one set of weights.",
    ),
}

#: What `network` can light.
SUBJECTS = tuple(_CHAPTERS)
