"""Checks of the exercises: each tries what a learner has written, and says what came of it.

A check never raises for a wrong answer. It prints one line, which begins with "Right" or with "Not
yet" and then tells what was expected, what came, and what to think about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import time_ns
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tutorial_helpers.pygenn import GeNNModel, create_current_source_model
from tutorial_helpers.training.network import Weights

#: What was tried, what came, what was expected, and what to think about if the two differ.
Case = tuple[str, object, object, str]


def report(cases: Iterable[Case], lesson: str) -> None:
    """Print the first case in which an answer is not what was expected, or else the lesson.

    Parameters
    ----------
    cases
        For each: what was tried, what came of it, what was expected, and a hint. They are made one
        by one, so that a wrong answer to the first keeps the others from running.
    lesson
        What the right answer shows.

    Examples
    --------
    >>> report([("double(2)", 4, 4, ""), ("double(3)", 5, 6, "Add the number to itself.")], "")
    Not yet: double(3) gave 5, and 6 was expected. Add the number to itself.
    >>> report([("double(2)", None, 4, "Add the number to itself.")], "")
    Not yet: double(2) gave None. Write the function, and return what it has found.
    >>> report([("double(2)", 4, 4, "")], "Twice two is four.")
    Right. Twice two is four.
    """
    for tried, found, expected, hint in cases:
        if found is None:
            print(f"Not yet: {tried} gave None. Write the function, and return what it has found.")
            return
        if not _equal(found, expected):
            print(
                f"Not yet: {tried} gave {_shown(found)}, and {_shown(expected)} was expected."
                f" {hint}"
            )
            return
    print(f"Right. {lesson}")


def _equal(found: object, expected: object) -> bool:
    try:
        one, other = np.asarray(found), np.asarray(expected)
        return one.shape == other.shape and bool(np.allclose(one, other))
    except (TypeError, ValueError):
        return found == expected


def _shown(value: object) -> str:
    if isinstance(value, np.ndarray):
        rows = np.array2string(value, threshold=12, separator=", ").replace("\n", "")
        return f"an array of shape {value.shape}: {rows}"
    if isinstance(value, (float, np.floating)):
        return f"{value:.2f}"
    return repr(value)


def spikes_of_pixel(answer: Callable[[int], int]) -> None:
    """Check how often the neuron of a pixel spikes in 100 steps (chapter 1).

    Parameters
    ----------
    answer
        Takes a grey level from 0 to 255, and returns the number of spikes.
    """

    def cases() -> Iterator[Case]:
        hint = "Count a spike when the voltage is 5 or more, and start again from 0."
        for grey, spikes in ((255, 50), (200, 33), (100, 20), (0, 0)):
            yield f"spikes_of_pixel({grey})", answer(grey), spikes, hint
        hint = "Add up in single precision: np.float32(100) and np.float32(0)."
        for grey in range(256):
            spikes = _spikes(np.float32(grey) / np.float32(100))
            yield f"spikes_of_pixel({grey})", answer(grey), spikes, hint

    report(cases(), "A whole number of steps passes until a spike, so many greys share one rate.")


def _spikes(current: np.float32, threshold: float = 5.0, steps: int = 100) -> int:
    """Count the spikes of an integrate-and-fire neuron with a constant current."""
    voltage, spikes = np.float32(0), 0
    for _ in range(steps):
        voltage += current
        if voltage >= threshold:
            voltage, spikes = np.float32(0), spikes + 1
    return spikes


def gentle_neuron(answer: Callable[[], Any]) -> None:
    """Check a neuron model that subtracts the threshold when it spikes (chapter 1).

    Parameters
    ----------
    answer
        Returns the neuron model.
    """
    neuron = answer()

    def cases() -> Iterator[Case]:
        if neuron is None:
            yield "gentle_neuron()", None, "a neuron model", ""
            return
        greys = np.array([0, 30, 100, 150, 200, 255])
        counts = _spikes_of_model(neuron, greys / np.float32(100))
        hint = "In reset_code, take Vthr away from V instead of setting V to 0."
        for grey, spikes in zip(greys, counts, strict=True):
            found = round(grey / 5) if abs(spikes - grey / 5) <= 1 else int(spikes)
            yield f"the spikes at grey {grey}", found, round(grey / 5), hint

    report(cases(), "Nothing is lost in the reset, so the rate follows the grey level evenly.")


def _spikes_of_model(neuron: Any, currents: NDArray[np.float32]) -> NDArray[np.int64]:
    """Count the spikes of a neuron model in 100 steps, with a constant current for each neuron."""
    source = create_current_source_model(
        "constant_current",
        vars=[("magnitude", "scalar")],
        injection_code="injectCurrent(magnitude);",
    )
    # real PyGeNN keeps what it has compiled by the name of the model
    model = GeNNModel("float", f"checked_{time_ns()}")
    model.dt = 1.0
    cells = model.add_neuron_population("cells", len(currents), neuron, {"Vthr": 5.0}, {"V": 0.0})
    cells.spike_recording_enabled = True
    model.add_current_source("currents", source, cells, {}, {"magnitude": currents})
    model.build()
    model.load(num_recording_timesteps=100)
    for _ in range(100):
        model.step_time()
    model.pull_recording_buffers_from_device()
    _, neurons = cells.spike_recording_data[0]
    return np.bincount(neurons, minlength=len(currents))


def margins(
    answer: Callable[[NDArray[Any]], NDArray[Any]], counts: NDArray[Any], others: NDArray[Any]
) -> None:
    """Check by how much the most active neuron of each row leads (chapter 2).

    Parameters
    ----------
    answer
        Takes spike counts, a row for each image, and returns the lead of each row.
    counts, others
        Output spike counts of all images in two runs whose answers differ for some.
    """

    def cases() -> Iterator[Case]:
        hint = "Sort each row, and subtract its second largest count from its largest."
        example = np.array([[3, 1, 3], [0, 7, 2]])
        yield "margins([[3, 1, 3], [0, 7, 2]])", answer(example), np.array([0, 5]), hint
        yield "margins(counts)", answer(counts), leads, hint

    ordered = np.sort(counts, axis=1).astype(int)
    leads = ordered[:, -1] - ordered[:, -2]
    flipped = counts.argmax(axis=1) != others.argmax(axis=1)
    found = "No answer flips in these two runs."
    if flipped.any():
        mean = np.mean(leads[flipped])
        found = f"The answers that flip were ahead by {mean:.1f} spikes in the mean: close calls."
    report(cases(), found)


def idle_steps_needed(answer: Callable[[int], int]) -> None:
    """Check how many steps a spike takes through a chain of neurons (chapter 2).

    Parameters
    ----------
    answer
        Takes the number of neurons, and returns the number of steps.
    """

    def cases() -> Iterator[Case]:
        hint = "Count only the steps after the current is switched off."
        for length in (2, 3, 6):
            yield f"idle_steps_needed({length})", answer(length), length - 1, hint

    report(
        cases(), "A spike takes one step for each layer of synapses, so that is how long to wait."
    )


def accuracy_after(
    answer: Callable[[int], float], counts: NDArray[Any], labels: NDArray[Any], timesteps: int
) -> None:
    """Check the accuracy on the first 1,000 images after a number of steps (chapter 3).

    Parameters
    ----------
    answer
        Takes a number of steps, and returns the accuracy in per cent.
    counts
        Output spike counts of all images, a row for each.
    labels
        The digits.
    timesteps
        For how many steps the images were shown that have these counts.
    """

    def cases() -> Iterator[Case]:
        right = 100 * np.mean(counts[:1000].argmax(axis=1) == labels[:1000])
        hint = "Count the right answers among the first 1,000, in per cent."
        yield f"accuracy_after({timesteps})", answer(timesteps), right, hint
        all_zero = 100 * np.mean(labels[:1000] == 0)
        hint = "After one step no spike has arrived, so every image is read as 0."
        yield "accuracy_after(1)", answer(1), all_zero, hint

    report(cases(), "Now find the fewest steps that are right for 95 % of the images.")


def counts_beside(
    answer: Callable[[NDArray[np.uint8]], NDArray[Any]],
    counts: NDArray[Any],
    images: NDArray[np.uint8],
    batch_size: int,
) -> None:
    """Check the spike counts of ten images beside others in a batch (chapter 3).

    Parameters
    ----------
    answer
        Takes images, and returns the spike counts of the first ten test images beside them.
    counts
        Output spike counts of all images, a row for each.
    images
        All images.
    batch_size
        How many images a batch has room for.
    """
    room = min(batch_size - 10, 50)
    if room < 1:
        print(f"Not yet: ten images and others need a batch of 11 or more, not of {batch_size}.")
        return

    def cases() -> Iterator[Case]:
        noise = np.random.default_rng(1).integers(0, 256, (room, images.shape[1]), dtype=np.uint8)
        hint = "Show all of them in one batch, and return the rows of the first ten."
        for name, filler in (("noise", noise), ("images[-50:]", images[-room:])):
            yield f"counts_beside({name})", answer(filler), counts[:10], hint

    report(cases(), "Copies share weights and nothing else, so no image disturbs another.")


def best_batch_size(answer: Callable[..., int]) -> None:
    """Check the choice of a batch size within a deadline (chapter 4).

    Parameters
    ----------
    answer
        Takes batch sizes, their throughputs and latencies, and a deadline; returns a size or 0.
    """

    def cases() -> Iterator[Case]:
        sizes, throughput, latency = [1, 10, 100], [500, 2000, 1900], [0.002, 0.005, 0.05]
        hint = "Of the sizes in time, take the one with the highest throughput."
        for deadline, size in ((1.0, 10), (0.005, 10), (0.004, 1), (0.001, 0)):
            tried = f"a deadline of {1000 * deadline:g} ms for latencies of 2, 5 and 50 ms"
            yield tried, answer(sizes, throughput, latency, deadline), size, hint

    report(cases(), "The largest batch is not the best one, even without a deadline.")


def compiled_by_me(
    answer: Callable[[NDArray[np.uint8]], NDArray[Any]],
    images: NDArray[np.uint8],
    expected: NDArray[Any],
) -> None:
    """Check a simulator of one's own against the reference (chapter 4).

    Parameters
    ----------
    answer
        Takes images, and returns their output spike counts.
    images
        The test images.
    expected
        Output spike counts of the reference.
    """

    def cases() -> Iterator[Case]:
        found = answer(images[:50])
        answers = None if found is None else np.asarray(found).argmax(axis=-1)
        hint = "Compare with the loops of rung 1."
        yield "the answers of compiled_by_me(images[:50])", answers, expected[:50].argmax(1), hint
        same = int(np.sum(np.all(found == expected[:50], axis=1)))
        hint = "Use np.float32 for voltages, currents and weights, and add in the order of senders."
        yield "the number of images with the same spikes", same, 50, hint

    report(cases(), "Now let it climb: what does numbagenn do that your loops do not?")


def normalise_by(
    answer: Callable[[float], Any], normalised: Any, ordinary: Any, rates: Any
) -> None:
    """Check a normalisation with any percentile (chapter 5).

    Parameters
    ----------
    answer
        Takes a percentile, and returns weights, a pair of `hidden` and `output`.
    normalised
        What `training.normalise` returns, with the percentile 99.9.
    ordinary
        The weights of the ordinary network.
    rates
        Firing rates of the inputs for typical images, shape (n, 784).
    """

    def cases() -> Iterator[Case]:
        found = answer(99.9)
        if found is None:
            yield "normalise_by(99.9)", None, normalised, ""
            return
        for layer, (mine, wanted, hint) in enumerate(
            zip(found, normalised, ("Make the strongest sum 5 mV.", _GIVEN_BACK), strict=True)
        ):
            ratio = float(np.mean(np.abs(mine)) / np.mean(np.abs(wanted)))
            name = ("hidden", "output")[layer]
            tried = f"the size of the {name} weights with 99.9, as a share of normalised.{name},"
            yield tried, round(ratio, 3), 1.0, hint
        strongest = float(np.max(np.asarray(rates) @ np.asarray(answer(100).hidden)))
        hint = "The percentile 100 is the largest of all sums."
        yield "the strongest hidden sum (mV) with 100", round(strongest, 3), 5.0, hint

    report(cases(), "Now let the solution's loop show what the strongest sum costs in few steps.")


_GIVEN_BACK = "What you take from the hidden weights, give back to the output weights."


def gentle_counts(answer: Callable[[Any, Any, int], Any]) -> None:
    """Check a spiking network whose reset subtracts the threshold (chapter 5).

    Parameters
    ----------
    answer
        Takes weights, images and a number of steps, and returns output spike counts.
    """

    def cases() -> Iterator[Case]:
        # multiples of a half, so that no order of the sums rounds
        rng = np.random.default_rng(1)
        hidden: Any = rng.integers(-2, 4, (784, 128)).astype(np.float32) / 2
        output: Any = rng.integers(-3, 5, (128, 10)).astype(np.float32) / 2
        weights = Weights(hidden, output)
        images = 50 * rng.integers(0, 6, (2, 784)).astype(np.uint8)
        hint = "Take 5 mV from the neurons that spiked, and nothing from the others."
        for steps in (3, 20):
            tried = f"the counts of two made-up images after {steps} steps"
            yield tried, answer(weights, images, steps), _gentle(weights, images, steps), hint

    report(cases(), "Nothing is lost in the reset, so a rate is what the weights ask for.")


def _gentle(weights: Any, images: NDArray[np.uint8], steps: int) -> NDArray[np.float32]:
    """Count the output spikes of neurons that subtract the threshold."""
    voltages = [np.zeros((len(images), size), np.float32) for size in (784, 128, 10)]
    spikes = [np.zeros_like(voltage) for voltage in voltages]
    counts = np.zeros_like(voltages[-1])
    for _ in range(steps):
        arrived = [images / np.float32(100), *map(np.matmul, spikes, weights)]
        for layer, (voltage, more) in enumerate(zip(voltages, arrived, strict=True)):
            voltage += more
            spikes[layer] = (voltage >= 5).astype(np.float32)
            voltage -= 5 * spikes[layer]
        counts += spikes[-1]
    return counts


def first_to(answer: Callable[[NDArray[Any], int], NDArray[Any]], counts: NDArray[Any]) -> None:
    """Check the step at which an output neuron first has so many spikes (chapter 6).

    Parameters
    ----------
    answer
        Takes counts after each step and a number of spikes, and returns a step for each image.
    counts
        Output spike counts after each step, shape (steps, n, 10).
    """

    def cases() -> Iterator[Case]:
        made_up = np.zeros((5, 3, 10), int)
        made_up[1:, 0, 4] = made_up[3:, 1, 7] = 1
        made_up[2:, 0, 4] = 2
        for goal, steps, hint in (
            (1, [2, 4, 5], "The counts after the first step are counts[0]."),
            (2, [3, 5, 5], "Where no neuron gets that far, it is the last step."),
        ):
            tried = f"first_to(counts, {goal}) for three made-up images"
            yield tried, answer(made_up, goal), np.array(steps), hint
        reached = np.vstack([counts.max(axis=2) >= 3, np.ones((1, counts.shape[1]), bool)])
        steps = np.minimum(1 + reached.argmax(axis=0), len(counts))
        yield "first_to(counts, 3)", answer(counts, 3), steps, "Look at the first step."

    report(cases(), "It does not ask how close the second is, so it is surer of less.")


def answer_early(
    answer: Callable[..., tuple[NDArray[Any], int] | None],
    network: Any,
    images: NDArray[np.uint8],
    counts: NDArray[Any],
) -> None:
    """Check a network that stops once each image of a batch has its answer (chapter 6).

    Parameters
    ----------
    answer
        Takes a network, images and a margin, and returns the answers and the steps.
    network
        From `models.build_classifier`.
    images
        The test images.
    counts
        Their output spike counts in `network` after each step, shape (steps, n, 10).
    """

    def cases() -> Iterator[Case]:
        for size, margin in ((1, 1), (8, 3), (128, 2)):
            ordered = np.sort(counts[:, :size].astype(int), axis=2)
            enough = ordered[:, :, -1] - ordered[:, :, -2] >= margin
            enough[-1] = True
            steps = enough.argmax(axis=0)
            answers = counts[steps, np.arange(size)].argmax(axis=1)
            tried = f"with {size} images and a margin of {margin}, "
            found = answer(network, images[:size], margin)
            if found is None:
                yield "answer_early(…)", None, answers, ""
                return
            hint = "An image keeps its first answer; after the last step all get one."
            yield tried + "the answers", found[0], answers, hint
            hint = "Stop after the step in which the last image got its answer."
            yield tried + "the number of steps", found[1], int(steps.max()) + 1, hint

    report(cases(), "A batch waits for its slowest image, so a small batch stops sooner.")
