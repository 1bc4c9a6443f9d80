"""What was measured, put together: ratios within rounds, answers compared, and a table of it."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import learning, networks
from benchmarks.entries import BARS, MAY_DIFFER, PAIRS, TUTORIAL, Entry


def seconds_per_image(entry: Entry) -> list[float]:
    """Return the seconds that an image took, in each round."""
    return [seconds / len(entry.counts) for seconds in entry.seconds]


def ratios(fast: Entry, slow: Entry) -> list[float]:
    """Return the speed of one contestant, that of another in the same round being 1."""
    pairs = zip(seconds_per_image(fast), seconds_per_image(slow), strict=True)
    return [other / own for own, other in pairs]


def compare(first: Entry, second: Entry, must_be_identical: bool) -> dict[str, Any]:
    """Tell for how many images two entries count other output spikes or give other answers."""
    images = min(len(first.counts), len(second.counts))
    one, other = first.counts[:images], second.counts[:images]
    both_count = first.spikes and second.spikes and len(first.counts) == len(second.counts)
    pairs = zip(first.spikes, second.spikes, strict=True) if both_count else ()
    other_spikes = [b - a for a, b in pairs]
    return {
        "first": first.key,
        "second": second.key,
        "images": images,
        "must_be_identical": must_be_identical,
        "identical": bool((one == other).all()) and not any(other_spikes),
        "images_with_other_counts": int((one != other).any(axis=1).sum()),
        "images_with_other_answers": int((one.argmax(axis=1) != other.argmax(axis=1)).sum()),
        "other_spikes": other_spikes,
    }


def speed(entries: Sequence[Entry], labels: NDArray[np.uint8]) -> dict[str, Any]:
    """Return the results of all contestants, their comparisons, and the ratios aimed for.

    Parameters
    ----------
    entries
        Contestants that have been run.
    labels
        Classes of all images.
    """
    by_key = {entry.key: entry for entry in entries}
    baseline = by_key.get("pygenn") or by_key.get("numpy") or entries[0]
    results = []
    for entry in entries:
        against = ratios(entry, baseline)
        right = entry.counts.argmax(axis=1) == labels[: len(entry.counts)]
        results.append(
            {
                "key": entry.key,
                "title": entry.title,
                "job": entry.job,
                "images": len(entry.counts),
                "batched": not entry.carries_spikes,
                "threads": entry.used_threads,
                "versions": entry.versions,
                "seconds": entry.seconds,
                "median_seconds": median(entry.seconds),
                "images_per_second": 1 / median(seconds_per_image(entry)),
                "ratios": against,
                "median_ratio": median(against),
                "accuracy": 100 * float(np.mean(right)),
                "spikes": entry.spikes,
            }
        )
    return {
        "baseline": baseline.key,
        "results": results,
        "comparisons": [
            compare(by_key[pair.first], by_key[pair.second], pair.identical)
            for pair in PAIRS
            if pair.first in by_key and pair.second in by_key
        ],
        "bars": [
            {
                "title": bar.title,
                "fast": bar.fast,
                "slow": bar.slow,
                "wanted": bar.wanted,
                "ratios": ratios(by_key[bar.fast], by_key[bar.slow]),
                "median_ratio": median(ratios(by_key[bar.fast], by_key[bar.slow])),
            }
            for bar in BARS
            if bar.fast in by_key and bar.slow in by_key
        ],
    }


def failures(values: dict[str, Any]) -> list[str]:
    """Return what makes the numbers worthless: pairs that have to be identical and are not."""
    wrong = [
        f"{comparison(pair)} They have to be identical."
        for pair in values.get("comparisons", ())
        if pair["must_be_identical"] and not pair["identical"]
    ]
    for pair in values.get("comparisons", ()):
        if (pair["first"], pair["second"]) == ("engine", "engine-opt"):
            share = pair["images_with_other_answers"] / pair["images"]
            if share > MAY_DIFFER:
                wrong.append(f"{comparison(pair)} At most {100 * MAY_DIFFER:g} % may differ.")
    return wrong + (networks.failures(values["networks"]) if "networks" in values else [])


def comparison(pair: dict[str, Any]) -> str:
    """Put the comparison of two contestants into words."""
    what = f"{pair['first']} and {pair['second']}"
    if pair["identical"]:
        return f"{what}: identical, output spikes of all {pair['images']:,} images."
    return (
        f"{what}: {pair['images_with_other_counts']:,} of {pair['images']:,} images differ in "
        f"output spikes, {pair['images_with_other_answers']:,} in the answer."
    )


# --- For people to read ---------------------------------------------------------------------------


def table(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return rows with their columns aligned: the first `left` to the left, others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if number < left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def text(values: dict[str, Any]) -> str:
    """Return all that was measured, for a terminal."""
    layers, machine = "-".join(map(str, values["layers"])), values["machine"]
    parts = [
        f"{values['dataset']}: {values['images']:,} images, {values['timesteps']} steps, {layers}",
    ]
    if "results" in values:
        parts += [_speed_text(values), "\n".join(f"check: {c}" for c in _checks(values))]
    rows: list[tuple[str, ...]]
    if "costs" in values:
        rows = [("little costs", "measured", "wanted")]
        rows += [
            (row["title"], duration(row["seconds"]), duration(row["wanted"]))
            for row in values["costs"]["summary"]
        ]
        rows += [
            (f"{heat} build, {key}", duration(median(seconds)), "")
            for key, builds in values["costs"]["builds"].items()
            if key not in ("engine", "engine-opt")
            for heat, seconds in builds.items()
        ]
        parts.append(table(rows))
    if "memory" in values:
        rows = [("memory", "mode", "steps queued", "state and weights", "grown by", "over")]
        rows += [
            (
                row["title"],
                "optimised" if row["optimize_code"] else "exact",
                f"{row['steps']:,}",
                f"{row['bytes'] / 2**20:.1f} MB",
                f"{row['grown'] / 2**20:.1f} MB",
                f"{(row['grown'] - row['bytes']) / 2**20:.1f} MB",
            )
            for row in values["memory"]
        ]
        parts.append(table(rows, left=2))
    if "scaling" in values:
        rows = [("time of an image grows with", "exact", "optimised")]
        rows += [
            (
                f"{name} to the power of",
                *(power_text(axis[mode]["growth"]) for mode in ("exact", "optimised")),
            )
            for name, axis in values["scaling"].items()
        ]
        parts.append(table(rows))
    if "roofline" in values:
        rows = [("roofline", "threads", "µs/image", "bound, µs", "share")]
        rows += [
            (
                kernel["title"],
                threads,
                f"{1e6 * kernel['seconds_per_image']:.1f}",
                f"{1e6 * kernel['least_seconds']['weights']:.1f}",
                f"{100 * kernel['share_of_bound']['weights']:.0f} %",
            )
            for threads, answer in values["roofline"].items()
            for kernel in answer["kernels"].values()
        ]
        parts.append(table(rows))
    if "learning" in values:
        learnt = values["learning"]
        parts += [table(learning_rows(learnt)), *(f"left out: {key}" for key in learnt["left_out"])]
    if "networks" in values:
        simulated = values["networks"]
        parts += [table(make(simulated)) for make in networks.TABLES]
    if "cluster" in values:
        rows = [("cluster", "median s")]
        for name, seconds in (values["cluster"]["drawn"] | values["cluster"]["plain"]).items():
            rows.append((name, f"{median(seconds):.2f}"))
        parts.append(table(rows))
    parts.append(f"{machine['cpu']}, {machine['processors']} processors, {machine['platform']}")
    return "\n\n".join(parts)


def _speed_text(values: dict[str, Any]) -> str:
    base = values["baseline"]
    rows = [("", "name", "threads", "images/s", "ms an image (range)", "accuracy %", f"{base} = 1")]
    for result in values["results"]:
        scale = 1000 / result["images"]
        low, high = min(result["seconds"]) * scale, max(result["seconds"]) * scale
        rows.append(
            (
                result["title"],
                result["key"],
                "default" if result["threads"] is None else str(result["threads"]),
                f"{result['images_per_second']:,.0f}",
                f"{1000 / result['images_per_second']:.3f} ({low:.3f}-{high:.3f})",
                f"{result['accuracy']:.2f}",
                f"{result['median_ratio']:.2f}",
            )
        )
    said = [table(rows, left=2)]
    said.append(
        f"Medians of {values['rounds']} interleaved rounds; ratios are taken within each round."
    )
    if values["bars"]:
        bars = [("against PyGeNN with optimize_code=True", "measured", "wanted")]
        bars += [
            (bar["title"], f"{bar['median_ratio']:.1f}", f"{bar['wanted']:g}")
            for bar in values["bars"]
        ]
        said.append(table(bars))
    versions: dict[str, None] = {}
    for result in values["results"]:
        versions.update({f"{name} {number}": None for name, number in result["versions"].items()})
    said.append(", ".join(versions))
    said += [f"left out: {title}" for title in values["left_out"]]
    return "\n\n".join(said)


def _checks(values: dict[str, Any]) -> list[str]:
    wrong = failures(values)
    return [*(comparison(pair) for pair in values["comparisons"]), *(f"WRONG: {w}" for w in wrong)]


def learning_rows(learnt: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return how well and how fast each contestant learns, below a row that says what is what."""
    results, epochs = learnt["results"], learnt["epochs"]
    rows: list[tuple[str, ...]] = [
        (
            "",
            "after 1 epoch, %",
            f"after {epochs} epochs, %",
            "seconds an epoch",
            "CPU seconds an epoch",
            f"seconds to {learning.WANTED:g} %",
        )
    ]
    for result in results:
        found = learning.summary(result, learning.WANTED)
        to = "never" if found.seconds_to is None else f"{found.seconds_to:.1f}"
        rows.append(
            (
                f"{result['title']}, {threads(result['threads'])}",
                *(f"{accuracy:.2f}" for accuracy in (found.first, found.last)),
                *(f"{seconds:.1f}" for seconds in (found.seconds, found.cpu_seconds)),
                to,
            )
        )
    return rows


def threads(number: int | None) -> str:
    """Put a number of threads into words."""
    return "all threads" if number is None else f"{number} thread{'s' if number > 1 else ''}"


def power_text(power: float) -> str:
    """Return a power of growth as text, in which zero has no sign.

    Examples
    --------
    >>> power_text(-0.004), power_text(-0.08)
    ('0.00', '-0.08')
    """
    return f"{round(power, 2) + 0.0:.2f}"


def duration(seconds: float) -> str:
    """Return a time with a unit that suits it.

    Examples
    --------
    >>> duration(0.00000015), duration(0.0123), duration(3.21)
    ('0.15 µs', '12.3 ms', '3.21 s')
    """
    if seconds < 1e-3:
        return f"{1e6 * seconds:.2f} µs"
    return f"{1000 * seconds:.1f} ms" if seconds < 0.1 else f"{seconds:.2f} s"


def reference(key: str) -> str | None:
    """Return the contestant that the answers of another are held against, if there is one."""
    return next((pair.first for pair in PAIRS if pair.second == key), None)


def tutorial_results(values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the results of the whole-test-set job, the fastest first."""
    rows = [
        result
        for result in values["results"]
        if result["job"] == TUTORIAL and not result["key"].endswith("-loop")
    ]
    return sorted(rows, key=lambda result: -result["images_per_second"])
