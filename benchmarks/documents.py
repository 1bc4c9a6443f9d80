"""The parts of the READMEs that are written from the numbers that a run has stored."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from benchmarks import cluster, networks
from benchmarks.entries import WIDE_NEURONS
from benchmarks.figures import AXES, label
from benchmarks.job import BenchmarkError
from benchmarks.machine import ROOT
from benchmarks.report import (
    duration,
    learning_rows,
    power_text,
    reference,
    threads,
    tutorial_results,
)

MAIN, DETAILS = ROOT / "README.md", ROOT / "benchmarks" / "README.md"


class Place(NamedTuple):
    """A part of a document that is written from the stored numbers: what stands between its marks.

    Parameters
    ----------
    document
        The file.
    name
        What the marks call the part.
    """

    document: Path
    name: str

    @property
    def marks(self) -> tuple[str, str]:
        """The lines before and after the part."""
        begin, end = (
            f"<!-- {self.name}, from benchmarks/results.json: {which} -->"
            for which in ("begin", "end")
        )
        return begin, end

    def split(self) -> tuple[str, str, str]:
        """Return what stands before the marks, between them, and after them.

        Raises
        ------
        BenchmarkError
            If the document has not got both marks.
        """
        begin, end = self.marks
        found = re.fullmatch(
            f"(.*){re.escape(begin)}\n(.*)\n{re.escape(end)}(.*)",
            self.document.read_text(encoding="utf-8"),
            re.DOTALL,
        )
        if found is None:
            raise BenchmarkError(
                f"{self.document} needs the lines '{begin}' and '{end}', in this order."
            )
        before, section, after = found.groups()
        return before, section, after


SPEED, LEARNING = Place(MAIN, "speed"), Place(MAIN, "learning")
EVERYTHING = Place(DETAILS, "everything")
CLUSTER = Place(ROOT / "docs" / "how_to" / "cluster.md", "cluster")


def sections(values: dict[str, Any]) -> dict[Place, str]:
    """Return what stands between the marks, for each place."""
    return {
        SPEED: main_section(values),
        LEARNING: learning_section(values["learning"]),
        EVERYTHING: details_section(values),
        CLUSTER: cluster_section(values["cluster"]),
    }


def write(values: dict[str, Any]) -> None:
    """Write what stands between the marks of all documents."""
    for place, section in sections(values).items():
        before, _, after = place.split()
        begin, end = place.marks
        text = f"{before}{begin}\n{section}\n{end}{after}"
        place.document.write_text(text, encoding="utf-8")


def _rows(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---", *("---:" for _ in head[1:])), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


#: The contestants that the project's README shows; the benchmark's page shows all.
SHOWN_FIRST = {"engine-opt", "engine", "engine-1", "torch-compile", "numpy"}
SHOWN_FIRST |= {"engine-single", "pygenn", "norse", "brian2", "snntorch"}


def main_section(values: dict[str, Any]) -> str:
    """Return the figure of the whole-test-set job, and a table of the contestants to know first."""
    results = tutorial_results(values)
    first = results[0]
    alt = (
        f"Images per second of {len(results)} contestants. {label(first)}: "
        f"{first['images_per_second']:,.0f}. PyGeNN with optimize_code: "
        f"{_rate(values, 'pygenn')}. NumPy: {_rate(values, 'numpy')}."
    )
    rows = [_speed_row(result, values)[:3] for result in results if result["key"] in SHOWN_FIRST]
    return "\n\n".join(
        (
            f"![{alt}](docs/benchmark_speed.svg)",
            _rows(("", "images/s", "times PyGeNN's CPU backend, median of ratios"), rows),
            _conditions(values),
            _classic(values["networks"]),
        )
    )


def _classic(measured: dict[str, Any]) -> str:
    """Return a sentence about the classic networks, one thread against one."""
    ratios = [row.ratios[0] for row in networks.compared(measured) if row.ratios[0] is not None]
    return (
        f"On {len(ratios)} [classic networks](benchmarks/README.md#classic-networks), with one "
        f"thread against one, numbagenn is {min(ratios):.1f} to {max(ratios):.1f} times as fast as "
        "PyGeNN's CPU backend."
    )


def learning_section(learnt: dict[str, Any]) -> str:
    """Return a table of how well and how fast networks learn."""
    head, *rows = learning_rows(learnt)
    machine = learnt["machine"]
    return "\n\n".join(
        (
            _rows(head, rows),
            f"Accuracy on the test set. An epoch is {learnt['images']:,} images with "
            f"{learnt['timesteps']} steps each, in batches of {learnt['batch_size']}. The last "
            "column counts whole epochs, because networks are tested at the end of each. Medians "
            f"of {learnt['seeds']} seeds, in turn, on {machine['processors']} processors of "
            f"{_article(machine['cpu'])}, {learnt['date']}.",
        )
    )


def cluster_section(measured: dict[str, Any]) -> str:
    """Return what workers bring, what a block costs, and what a model says of many workers."""
    machine, slept = measured["machine"], measured["sleepers"]
    rates = [cluster.rate(measured, number) for number in (1, 2)]
    rows = []
    images, numbers, sizes = cluster.MODELLED
    alone = measured["seconds_per_block"]
    carried = alone + sizes[0] * cluster.PIXELS / measured["bytes_per_second"]
    cases = [*((size, alone) for size in sizes), (sizes[0], carried)]
    for number in numbers:
        row = [f"{number:,}"]
        for size, busy in cases:
            seconds = cluster.modelled(
                images, number, size, rates[0], busy, measured["build_seconds"]
            )
            share = images / rates[0] / number / seconds
            row.append(f"{_long(seconds)}, {100 * share:.0f} %")
        rows.append(tuple(row))
    return "\n\n".join(
        (
            _rows(
                ("", "images/s", "times one worker"),
                [
                    (f"{number} worker{'s' * (number > 1)} of one thread", f"{rate:,.0f}", times)
                    for number, rate, times in zip(
                        (1, 2), rates, ("1.0", f"{rates[1] / rates[0]:.1f}"), strict=True
                    )
                ],
            ),
            "For each block, client and scheduler need "
            f"{1000 * measured['seconds_per_block']:.1f} ms. Images that pass through the client "
            f"need another second for each {measured['bytes_per_second'] / 1e6:,.0f} MB. With "
            "drawn digits, one worker of two threads takes "
            f"{1 + cluster.overhead(measured):.2f} times as long as one process. A new worker "
            f"builds its network in {measured['build_seconds']:.1f} s.",
            f"From these numbers we can estimate how long {images:,} images take, if each worker "
            "has a processor of its own. 100 % means that no worker ever waits:",
            _rows(
                (
                    "workers",
                    *(f"read by workers, blocks of {size:,}" for size in sizes),
                    f"through the client, blocks of {sizes[0]:,}",
                ),
                rows,
            ),
            "Client and scheduler handle one block after the other. While they go once through a "
            "thousand workers, a block must keep each of them busy: it needs "
            f"{_round_up(1000 * alone * rates[0]):,} images or more.",
            f"We checked the estimate with {slept['workers']} workers on one machine that sleep "
            f"for {slept['sleep']:g} s over each of {slept['blocks']:,} blocks. The estimate was "
            f"{cluster.predicted(measured):.1f} s, and the run took {slept['seconds']:.1f} s.",
            f"These are medians of runs with {measured['images']:,} images on "
            f"{machine['processors']} processors of {_article(machine['cpu'])}, "
            f"{measured['date']}.{_load(measured['load'])}",
        )
    )


def _round_up(images: float) -> int:
    """Return a number of images in full ten thousands."""
    return math.ceil(images / 10_000) * 10_000


def _long(seconds: float) -> str:
    """Return a time in hours, minutes or seconds."""
    for unit, name in ((3600, "h"), (60, "min")):
        if seconds >= 1.5 * unit:
            return f"{seconds / unit:,.1f} {name}"
    return f"{seconds:.0f} s"


def _load(load: float | None) -> str:
    """Return a warning about other work that the machine had when the measurement began."""
    if load is None or load < 0.5:
        return ""
    return (
        f" Other programs kept the machine busy meanwhile: {load:.1f} of them wanted a processor "
        "when this began. So two workers had less than two processors."
    )


def _slower(measured: dict[str, Any]) -> str:
    """Return a sentence about networks that are slower than with PyGeNN."""
    slower = [networks.TITLES[name] for name in networks.slower(measured)]
    if not slower:
        return "No network is slower than with PyGeNN."
    return f"Slower than with PyGeNN: {'; '.join(slower)}."


def _busy(measured: dict[str, Any]) -> list[str]:
    """Return a warning about seconds that went to other work of the machine."""
    if networks.lost(measured) < 0.1:
        return []
    return [
        "The machine had other work in these seconds, which says little about what threads bring: "
        f"on one thread, {100 * networks.lost(measured):.0f} % of them were not numbagenn's."
    ]


def _handover(measured: dict[str, Any]) -> str:
    """Return how far apart the processors are, which decides what threads bring."""
    seconds = sorted(measured["handover_seconds"])
    least, most = 1e9 * seconds[0], 1e9 * seconds[-1]
    span = f"{least:.0f}" if round(least) == round(most) else f"{least:.0f} to {most:.0f}"
    return (
        f"While this was measured, what one thread wrote took {span} ns to reach the other. "
        "Threads that share a network exchange their spikes in every step, and read lines of "
        "memory that the other has written. Two processors that share a cache do so in 20 to 60 "
        "ns. Where it takes 200 ns, the second thread brings little."
    )


def networks_section(measured: dict[str, Any]) -> str:
    """Return how fast the classic networks are, how long they are built, and how threads share."""
    made = (make(measured) for make in networks.TABLES)
    speed, builds, shared = (_rows(head, rows) for head, *rows in made)
    machine = measured["machine"]
    return "\n\n".join(
        (
            speed,
            "All on one thread, in single precision. *Times PyGeNN* is the speed of numbagenn, "
            "that of PyGeNN's CPU backend with `optimize_code=True` being 1. *Other spikes* "
            "compares all spikes with those of PyGeNN, or the number of digits classified "
            "correctly. " + _slower(measured),
            "Spikes differ where numbers are drawn, and where sums are rounded in another order. "
            "PyGeNN's `optimize_code=True` does that too, with `-ffast-math`. In networks as "
            "chaotic as CUBA, one last bit is enough for other spikes. Without it, PyGeNN's "
            "spikes in CUBA are numbagenn's, every one. The column of cortex by Potjans and "
            "Diesmann sets `fuse_postsynaptic_models` and narrow indices, in both simulators.",
            builds,
            shared,
            _handover(measured),
            *_busy(measured),
            f"Medians of {measured['rounds']} interleaved rounds on {machine['processors']} "
            f"processors of {_article(machine['cpu'])}, {measured['date']}.",
        )
    )


def _conditions(values: dict[str, Any]) -> str:
    machine = values["machine"]
    return (
        f"Medians of {values['rounds']} interleaved rounds of {values['images']:,} images "
        f"with {values['timesteps']} steps, on {machine['processors']} processors of "
        f"{_article(machine['cpu'])}, {values['date']}; batches are of {values['batch_size']}. "
        "Ratios are medians of those within a round."
    )


def _about_other_answers(values: dict[str, Any]) -> str:
    """Return what an empty cell means, and why there are other answers one at a time."""
    said = "Where *other answers* is empty, the row is a reference."
    for pair in values["comparisons"]:
        if (pair["first"], pair["second"]) == ("engine", "engine-single"):
            said += (
                " One at a time, spikes in flight reach the next image, in numbagenn as in PyGeNN; "
                f"{pair['images_with_other_answers']:,} answers change because of that. "
                "The other rows with one image at a time are compared with numbagenn's in the same "
                "precision, and the row with float64 in batches with that in single precision."
            )
    return said


def _speed_row(result: dict[str, Any], values: dict[str, Any]) -> tuple[str, ...]:
    """Return name, rate, ratio and other answers of a contestant."""
    others = {
        (pair["first"], pair["second"]): pair["images_with_other_answers"]
        for pair in values["comparisons"]
    }
    against = reference(result["key"])
    differ = others.get((against, result["key"])) if against else None
    return (
        label(result) + ("" if _all(result, values) else f", first {result['images']:,}"),
        f"{result['images_per_second']:,.0f}",
        f"{result['median_ratio']:.1f}",
        "" if differ is None else f"{differ:,}",
    )


def _article(name: str) -> str:
    return f"an {name}" if name[:1] in "AEIO" else f"a {name}"


def _all(result: dict[str, Any], values: dict[str, Any]) -> bool:
    return bool(result["images"] == values["images"])


def _rate(values: dict[str, Any], key: str) -> str:
    rates = [r["images_per_second"] for r in values["results"] if r["key"] == key]
    return f"{rates[0]:,.0f}" if rates else "not measured"


def details_section(values: dict[str, Any]) -> str:
    """Return all contestants, scaling, roofline, memory and versions."""
    scaling, roofline = values["scaling"], values["roofline"]
    one = roofline["1"]
    grown = [
        (
            title,
            *(power_text(scaling[name][mode]["growth"]) for mode in ("exact", "optimised")),
            f"{power}",
        )
        for name, (title, power) in AXES.items()
    ]
    counted = one["kernels"]["exact"]["per_image"]
    lines = []
    for number, answer in roofline.items():
        for kernel in answer["kernels"].values():
            lines.append(
                (
                    f"{kernel['title']}, {threads(int(number))}",
                    f"{1e6 * kernel['seconds_per_image']:.1f}",
                    f"{1e6 * kernel['least_seconds']['weights']:.1f}",
                    f"{100 * kernel['share_of_bound']['weights']:.0f} %",
                    f"{100 * kernel['share_of_bound']['nearest']:.0f} %",
                    f"{100 * kernel['share_of_bound']['registers']:.0f} %",
                )
            )
    rates = one["rates"]["float"]
    memory = [
        (
            f"{row['title']}, {'optimize_code' if row['optimize_code'] else 'exact'}",
            f"{row['steps']:,}",
            f"{row['bytes'] / 2**20:.1f}",
            f"{row['grown'] / 2**20:.1f}",
        )
        for row in values["memory"]
    ]
    bars = [(bar["title"], f"{bar['median_ratio']:.1f}") for bar in values["bars"]]
    costs = {row["title"]: duration(row["seconds"]) for row in values["costs"]["summary"]}
    titles = {result["key"]: label(result) for result in values["results"]}
    builds = [
        (titles[key], *(duration(median(times[heat])) for heat in ("cold", "warm")))
        for key, times in values["costs"]["builds"].items()
    ]
    builds += [
        (
            f"{result['title']}, learning network",
            *(duration(result["runs"][at]["build_seconds"]) for at in (0, -1)),
        )
        for result in values["learning"]["results"]
        if result["key"] == "learn-engine"
    ]
    versions: dict[str, None] = {}
    for result in (*values["results"], *values["learning"]["results"]):
        versions.update({f"{name} {number}": None for name, number in result["versions"].items()})
    spread = "; ".join(
        f"with {title} {exact} and {optimised}" for title, exact, optimised, _ in grown
    )
    scaling_alt = (
        "Six panels of the time per image in both modes. From the middle of each axis to its end "
        f"it grows as these powers, exact and optimised: {spread}."
    )
    roofline_alt = (
        "Operations per second over operations per byte, below the slopes of three bandwidths. On "
        f"one thread the exact mode reaches {lines[0][3]} of its bound, "
        f"optimize_code {lines[1][3]}."
    )
    wide = "-".join(map(str, values["wide_layers"]))
    return "\n\n".join(
        (
            "### Speed",
            _rows(
                ("", "images/s", "times PyGeNN's CPU backend, median of ratios", "other answers"),
                [_speed_row(result, values) for result in tutorial_results(values)],
            ),
            _conditions(values),
            _about_other_answers(values),
            "Each row of the next table compares numbagenn with PyGeNN's `optimize_code=True` in "
            "the same precision and with the same network. Only the last two rows take one image "
            "at a time, as PyGeNN does.",
            _rows(("times as fast as PyGeNN", ""), bars),
            _rows(("small costs", ""), list(costs.items())),
            "### How time grows",
            f"![{scaling_alt}](../docs/benchmark_scaling.svg)",
            _rows(
                ("time of an image grows with", "exact", "optimize_code", "in proportion"), grown
            ),
            "### How close the kernel is",
            f"![{roofline_alt}](../docs/benchmark_roofline.svg)",
            f"An image makes {counted['rows']:,.0f} spikes that are delivered: as many rows of "
            f"weights, {counted['weight_bytes'] / 1e6:.2f} MB in single precision, for "
            f"{counted['additions']:,.0f} additions; and {counted['updates']:,.0f} steps of "
            "neurons. One thread reads and adds rows of all weights at "
            f"{rates['weights'] / 1e9:.0f} GB/s, of as many as its nearest cache holds at "
            f"{rates['nearest'] / 1e9:.0f} GB/s, copies memory at {rates['copy'] / 1e9:.0f} GB/s, "
            f"and updates {rates['updates'] / 1e9:.1f} billion neurons a second. A kernel that "
            "uses a row for several spikes reads less than is counted, and may beat the bound.",
            _rows(
                ("", "µs per image", "bound, µs", "of the bound", "nearest cache", "registers"),
                lines,
            ),
            "### Learning",
            learning_section(values["learning"]),
            "### Classic networks",
            networks_section(values["networks"]),
            "### Memory",
            _rows(("", "steps queued", "state and weights, MB", "grown by, MB"), memory),
            "### Building",
            _rows(("", "cold", "warm"), builds),
            "### What it was measured with",
            f"{', '.join(versions)}; {values['machine']['cpu']}, {values['machine']['processors']} "
            f"processors, caches {_caches(values)}, {values['machine']['platform']}. Ten times the "
            f"synapses are {wide}, which is {WIDE_NEURONS:,} hidden neurons.",
            _compiled(values["networks"]["machine"]),
        )
    )


def _compiled(machine: dict[str, Any]) -> str:
    """Return how the simulators compile what they run."""
    compilers = machine["compilers"]
    return (
        f"PyGeNN and Brian2 compile with g++ {compilers['g++']}: PyGeNN with `-O3 -ffast-math` for "
        "any processor of its kind, and Brian2 with `-O3 -ffast-math -march=native` for this one. "
        'With `CXX="g++ -march=native"`, PyGeNN did the tutorial\'s job no faster. '
        f"numbagenn compiles with {compilers['numbagenn']}, without fast mathematics."
    )


def _caches(values: dict[str, Any]) -> str:
    return (
        ", ".join(f"{name} {size}" for name, size in values["machine"]["caches"].items())
        or "unknown"
    )
