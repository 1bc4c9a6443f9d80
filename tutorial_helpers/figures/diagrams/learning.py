"""Diagrams of learning on the device: which synapse is to blame, how much, and when it is found."""

from __future__ import annotations

from collections.abc import Sequence

from tutorial_helpers.figures.diagrams.svg import (
    FAINT,
    QUIET,
    Diagram,
    box,
    circle,
    diagram,
    line,
    text,
)
from tutorial_helpers.figures.style import BLUE, INK, VERMILION

_TIMES = "\N{MULTIPLICATION SIGN}"

# One synapse: how often its presynaptic neuron spiked, the error of the other, and its weight.
COUNT, ERROR, WEIGHT = 3, -0.4, 0.5

# Eight synapses: two presynaptic neurons, and four postsynaptic neurons, whose errors add up to 0,
# as those of softmax do.
COUNTS, ERRORS = (3, 1), (-0.4, 0.1, 0.2, 0.1)
GRADIENT = ((-9.6, 4.2, 1.5, 3.9), (-2.0, 3.1, -0.7, -0.4))
WEIGHTS = ((0.5, -0.1, 0.2, 0.3), (-0.2, 0.4, 0.1, -0.3))

# One batch: for how many steps images are shown, and the steps in which the events of hidden and
# of input neurons are detected. Their synapses act on them in the step after.
SHOW, HIDDEN_EVENT, INPUT_EVENT = 20, 21, 22


def blame() -> Diagram:
    """Draw one synapse, with the two numbers that say how its weight should change.

    Returns
    -------
    Diagram

    Examples
    --------
    >>> blame()
    One synapse, with weight g = 0.5. Its presynaptic neuron has SpikeCount = 3, its postsynaptic \
neuron has Error = -0.4. From the two the synapse gets dG, count times error: 3 times -0.4 is \
-1.2. Spikes go forward through the synapse. What goes backward through it is g times error, -0.2. \
An error below 0 means too many spikes, so g should fall. An error above 0 means too few, so g \
should rise.
    """
    alt = (
        f"One synapse, with weight g = {WEIGHT}. Its presynaptic neuron has SpikeCount = {COUNT}, "
        f"its postsynaptic neuron has Error = {ERROR}. From the two the synapse gets dG, count "
        f"times error: {COUNT} times {ERROR} is {COUNT * ERROR:.1f}. Spikes go forward through the "
        f"synapse. What goes backward through it is g times error, {WEIGHT * ERROR:.1f}. An error "
        "below 0 means too many spikes, so g should fall. An error above 0 means too few, so g "
        "should rise."
    )
    error, back, wish = map(_number, (ERROR, WEIGHT * ERROR, COUNT * ERROR))
    backward = f"g {_TIMES} error = {WEIGHT} {_TIMES} ({error}) = {back}"
    pre, post, y = 116, 522, 84  # the neurons
    parts = [
        text(pre, 32, "presynaptic neuron", bold=True),
        text(post, 32, "postsynaptic neuron", bold=True),
        line([(pre + 40, y - 10), (post - 42, y - 10)], colour=BLUE, thickness=4, head=True),
        line(
            [(post - 40, y + 22), (pre + 40, y + 22)],
            colour=VERMILION, thickness=4, dashes="8 4", head=True,
        ),
        text(206, y - 18, "spikes", colour=BLUE, bold=True),
        text(320, 148, backward, colour=VERMILION),
        box(268, y - 26, 104, 64, edge=INK, thickness=2),
        text(320, y + 13, f"g = {WEIGHT}", bold=True, size=20),
        *_fact(pre, f"SpikeCount = {COUNT}", BLUE),
        *_fact(post, f"Error = {error}", VERMILION),
        line([(pre, 206), (pre, 254), (206, 254)], colour=BLUE, thickness=2.5, head=True),
        line([(post, 206), (post, 254), (434, 254)], colour=VERMILION, thickness=2.5, head=True),
        box(212, 216, 216, 76, edge=INK, thickness=2),
        text(320, 248, f"dG = count {_TIMES} error", bold=True),
        text(320, 276, f"= {COUNT} {_TIMES} ({error}) = {wish}", bold=True),
        text(320, 328, "Error below 0: too many spikes, so g should fall."),
        text(320, 354, "Error above 0: too few spikes, so g should rise."),
    ]  # fmt: skip
    for x, colour in ((pre, BLUE), (post, VERMILION)):
        parts.append(circle(x, y + 6, 34, edge=colour, thickness=3))
    return diagram("Which synapse is to blame, and how much", alt, 372, parts)


def sheets() -> Diagram:
    """Draw how the wishes of all images become one step of the weights that they share.

    Returns
    -------
    Diagram

    Examples
    --------
    >>> sheets()
    A stack of 128 sheets of dG, numbered from image 0 to image 127, each with a number for every \
synapse. The custom update Gather sums over the batch: the stack becomes one sheet, Gradient. The \
custom update Step changes g with it. g is one sheet, too, which all images share. In arrays, for \
1,280 synapses: dG is 128 by 1,280; Gradient and g are 1,280.
    """
    alt = (
        "A stack of 128 sheets of dG, numbered from image 0 to image 127, each with a number for "
        "every synapse. The custom update Gather sums over the batch: the stack becomes one sheet, "
        "Gradient. The custom update Step changes g with it. g is one sheet, too, which all images "
        "share. In arrays, for 1,280 synapses: dG is 128 by 1,280; Gradient and g are 1,280."
    )
    parts: list[str] = []
    for n, image in ((3, 127), (2, 2), (1, 1), (0, 0)):  # from the back to the front
        x, y = 16 + 14 * n, 96 - 28 * n
        name = f"{'… ' * (image == 127)}image {image}"
        parts += _sheet(x, y, 250, name, f"dG[{image}]", BLUE)
    wishes = [[count * error for error in ERRORS] for count in COUNTS]
    parts += [
        *_cells(33, 134, wishes),
        text(326, 32, "dG: 128 sheets,", anchor="start"),
        text(326, 56, "one for each image", anchor="start"),
        line([(316, 150), (406, 150)], colour=INK, thickness=3, head=True),
        text(361, 138, "Gather", bold=True),
        text(361, 176, "sum over"),
        text(361, 198, "the batch"),
        *_sheet(416, 96, 212, "Gradient", "one sheet", VERMILION),
        *_cells(422, 134, GRADIENT, width=50),
        *_sheet(16, 248, 250, "g", "one sheet", VERMILION),
        *_cells(33, 286, WEIGHTS),
        line([(522, 210), (522, 304), (274, 304)], colour=INK, thickness=3, head=True),
        text(400, 292, "Step", bold=True),
        text(400, 330, "changes the weights"),
        text(400, 352, "that all images share"),
    ]
    return diagram("128 sheets of dG, and one sheet of g", alt, 372, parts)


def learning_steps() -> Diagram:
    """Draw one batch over time: spikes forward, errors backward, and the custom updates.

    Returns
    -------
    Diagram

    Examples
    --------
    >>> learning_steps()
    One batch over time. In steps 0 to 19 the image is shown, and spikes go from input to hidden \
to output neurons, a layer in each step. Step 20: the last spikes arrive, but nobody listens. \
Custom updates find the Error of the output. Step 21: the hidden neurons' event, “now learn”. Step \
22: synapses from hidden to output write dG, errors reach the hidden neurons, and the input \
neurons have their event. Step 23: synapses from input to hidden write dG. Last: Gather, Step.
    """
    alt = (
        f"One batch over time. In steps 0 to {SHOW - 1} the image is shown, and spikes go from "
        f"input to hidden to output neurons, a layer in each step. Step {SHOW}: the last spikes "
        "arrive, but nobody listens. Custom updates find the Error of the output. Step "
        f"{HIDDEN_EVENT}: the hidden neurons' event, “now learn”. Step {INPUT_EVENT}: synapses "
        "from hidden to output write dG, errors reach the hidden neurons, and the input neurons "
        f"have their event. Step {INPUT_EVENT + 1}: synapses from input to hidden write dG. Last: "
        "Gather, Step."
    )
    parts = [
        box(_SHOWN - 16, 60, 184, 206, radius=3),
        text(_SHOWN + 76, 46, "image is shown", bold=True),
        text(459, 46, "errors go back", colour=VERMILION, bold=True),
        text(12, 290, "step", anchor="start"),
        *_pause(330, 22, "Error"),
        *_pause(572, 40, "Gather", "Step"),
    ]
    for step, x in _COLUMNS.items():
        width = 44 if step == SHOW else 62
        parts.append(box(x, 60, width, 206, radius=3))
        parts.append(text(x + width / 2, 290, str(step)))
    for name, y in _ROWS.items():
        parts.append(text(12, y + 6, name, anchor="start", bold=True))
        parts.append(line([(84, y), (560, y)], colour=FAINT))
    for x, words in ((0, "0"), (78, "…"), (127, str(SHOW - 2)), (156, str(SHOW - 1))):
        parts.append(text(_SHOWN + x, 290, words))
    parts += [*_spikes(), *_errors(), *_words()]
    return diagram("One batch, step by step", alt, 472, parts)


# Where layers and steps stand: the first step of the show, and the left edges of the last four.
_ROWS = {"input": 98, "hidden": 166, "output": 234}
_SHOWN = 106
_COLUMNS = {SHOW: 280, HIDDEN_EVENT: 358, INPUT_EVENT: 428, INPUT_EVENT + 1: 498}


def _spikes() -> list[str]:
    """Draw a few spikes, and their ways to the next layer, which take a step."""
    parts = []
    below = {"input": "hidden", "hidden": "output"}
    for layer, place in (
        ("input", 1), ("input", 3), ("input", 5), ("input", 6),
        ("hidden", 2), ("hidden", 4), ("hidden", 5), ("hidden", 6),
        ("output", 3), ("output", 6),
    ):  # fmt: skip
        x, y = _SHOWN + 26 * place, _ROWS[layer]
        parts.append(line([(x, y - 11), (x, y + 11)], colour=BLUE, thickness=5))
        if layer in below:
            last = place == 6  # its spikes arrive after the show
            end = (_COLUMNS[SHOW] + 8 if last else x + 22, _ROWS[below[layer]] - 15)
            parts.append(
                line([(x + 3, y + 12), end], colour=QUIET if last else BLUE, thickness=2, head=True)
            )
    for layer in below.values():
        parts.append(text(_COLUMNS[SHOW] + 16, _ROWS[layer] + 7, _TIMES, size=22, bold=True))
    return parts


def _errors() -> list[str]:
    """Draw the events, the wishes, and the errors on their way back."""
    parts = []
    for pre, post, event in (
        ("hidden", "output", HIDDEN_EVENT),
        ("input", "hidden", INPUT_EVENT),
    ):
        x, y, middle = _COLUMNS[event] + 50, _ROWS[pre], (_ROWS[pre] + _ROWS[post]) / 2
        left = _COLUMNS[event + 1]
        parts += [
            text(x - 19, y - 13, "event"),
            circle(x, y, 7, fill=INK),
            line([(x + 5, y + 6), (left + 6, middle - 12)], colour=INK, thickness=2, head=True),
            line(
                [(left + 22, _ROWS[post]), (left + 22, middle + 17)],
                colour=VERMILION, thickness=3, head=True,
            ),
            box(left + 4, middle - 14, 36, 29, edge=VERMILION, thickness=2.5),
            text(left + 22, middle + 7, "dG", bold=True),
        ]  # fmt: skip
    found, x, used = 341, _COLUMNS[INPUT_EVENT] + 51, _COLUMNS[INPUT_EVENT + 1] + 22
    parts += [
        line(
            [(x, _ROWS["output"]), (x, _ROWS["hidden"] + 4)],
            colour=VERMILION, thickness=3, dashes="8 4", head=True,
        ),
        line([(found, _ROWS["output"]), (x, _ROWS["output"])], colour=VERMILION, thickness=3),
        line([(x, _ROWS["hidden"]), (used, _ROWS["hidden"])], colour=VERMILION, thickness=3),
        circle(found, _ROWS["output"], 7, fill=VERMILION, edge=VERMILION),
    ]  # fmt: skip
    return parts


def _words() -> list[str]:
    """Say what happens in each of the last steps."""
    rows = [
        (f"{SHOW}", "The last spikes arrive, and nobody listens any more."),
        (f"{HIDDEN_EVENT}", "The hidden neurons have their event: “now learn”."),
        (f"{INPUT_EVENT}", "Synapses hidden → output write dG. Errors reach hidden."),
        (f"{INPUT_EVENT}", "The input neurons have their event."),
        (f"{INPUT_EVENT + 1}", "Synapses input → hidden write dG."),
        ("grey", "Custom updates. No time passes."),
    ]
    parts = []
    for n, (step, words) in enumerate(rows):
        y = 330 + 25 * n
        parts.append(text(58, y, step, anchor="end", bold=True))
        parts.append(text(72, y, words, anchor="start"))
    return parts


def _pause(x: float, width: float, *names: str) -> list[str]:
    """Draw custom updates between two steps, as the reset of spikes in flight is drawn."""
    parts = [box(x, 60, width, 206, fill="#d8d8d3", radius=0)]
    for n, name in enumerate(reversed(names)):
        parts.append(text(x + width / 2, 46 - 22 * n, name, bold=True))
    return parts


def _fact(x: float, words: str, colour: str) -> list[str]:
    """Draw what is known of a neuron, on a label below it."""
    return [
        box(x - 88, 166, 176, 40, edge=colour, thickness=2),
        text(x, 192, words, bold=True),
    ]


def _sheet(x: float, y: float, width: float, name: str, side: str, colour: str) -> list[str]:
    """Draw a sheet of numbers, of which the cells come later."""
    return [
        box(x, y, width, 112, edge=colour, thickness=2, radius=8),
        text(x + 12, y + 23, name, colour=colour, anchor="start", bold=True),
        text(x + width - 12, y + 23, side, anchor="end", code=side.endswith("]")),
    ]


def _cells(x: float, y: float, rows: Sequence[Sequence[float]], *, width: float = 54) -> list[str]:
    """Draw the numbers of a sheet, a row for each presynaptic neuron."""
    parts = []
    for i, row in enumerate(rows):
        for j, number in enumerate(row):
            left, top = x + width * j, y + 32 * i
            parts.append(box(left, top, width, 32, edge=QUIET, radius=0))
            parts.append(text(left + width / 2, top + 22, _number(number)))
    return parts


def _number(value: float) -> str:
    """Write a number with the sign of printers."""
    return f"{value:.1f}".replace("-", "\N{MINUS SIGN}")
