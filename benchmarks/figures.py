"""The figures of the READMEs, drawn from the numbers that a run has stored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, NullLocator

from benchmarks.machine import ROOT
from benchmarks.report import power_text, threads, tutorial_results

#: Where the figures lie, by name.
FILES = {name: ROOT / "docs" / f"benchmark_{name}.svg" for name in ("speed", "scaling", "roofline")}

# Colours that people with any kind of colour vision tell apart (Okabe and Ito, 2008).
BLUE, ORANGE, GREEN, RED, GREY, SKY = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#8C8C8C",
    "#56B4E9",
)
MODES = {"exact": ("exact", BLUE, "o"), "optimised": ("optimize_code", ORANGE, "s")}

#: Of each axis of scaling: its label, and the power that time per image must not exceed.
AXES = {
    "images": ("images", 0),
    "steps": ("steps", 1),
    "width": ("hidden neurons", 1),
    "spikes": ("spikes delivered, per image", 1),
    "batch": ("batch size", 0),
    "threads": ("threads", -1),
}


def draw(values: dict[str, Any], files: dict[str, Path] = FILES) -> None:
    """Draw all figures and write them as SVG, with their text as text.

    Parameters
    ----------
    values
        What `benchmarks/results.json` holds.
    files
        Where each goes.
    """
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "benchmarks", "font.size": 9}
    with mpl.rc_context(settings):
        for name, figure in (
            ("speed", speed(values)),
            ("scaling", scaling(values["scaling"])),
            ("roofline", roofline(values["roofline"])),
        ):
            files[name].parent.mkdir(parents=True, exist_ok=True)
            figure.savefig(files[name], format="svg", metadata={"Date": None})


def label(result: dict[str, Any]) -> str:
    """Return the name of a contestant with its batches and threads."""
    how = "" if result["batched"] else ", one at a time"
    return f"{result['title']}{how}, {threads(result['threads'])}"


def speed(values: dict[str, Any]) -> Figure:
    """Return bars of images per second, the fastest on top."""
    rows = tutorial_results(values)
    figure = Figure(figsize=(8, 0.28 * len(rows) + 0.8), layout="constrained")
    axes = figure.add_subplot()
    colours = [
        RED
        if row["key"].startswith("pygenn")
        else BLUE
        if row["title"].startswith("numbagenn")
        else GREY
        for row in rows
    ]
    rates = [row["images_per_second"] for row in rows]
    bars = axes.barh([label(row) for row in rows], rates, color=colours, height=0.7)
    axes.bar_label(bars, [f"{rate:,.0f}" for rate in rates], padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.12, y=0.01)
    axes.set_xlabel("images per second")
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def scaling(measured: dict[str, Any]) -> Figure:
    """Return a panel for each axis: time per image in both modes, and a line of what may be."""
    figure = Figure(figsize=(8, 5), layout="constrained")
    panels = figure.subplots(2, 3).ravel()
    for axes, (name, (title, power)) in zip(panels, AXES.items(), strict=True):
        axis = measured[name]
        for mode, (shown, colour, marker) in MODES.items():
            micros = 1e6 * np.array(axis[mode]["seconds_per_image"])
            values = np.array(axis["values"], dtype=float)
            growth = f"{shown}: power {power_text(axis[mode]['growth'])}"
            axes.loglog(values, micros, color=colour, marker=marker, markersize=4, label=growth)
            if mode == "exact":
                guide = micros[0] * (values / values[0]) ** power
                axes.loglog(values, guide, color=GREY, linestyle=":", linewidth=1)
        axes.set_xlabel(title)
        axes.legend(fontsize=7, frameon=False)
        _plain_numbers(axes, axis["values"])
    for axes in panels[::3]:
        axes.set_ylabel("µs per image")
    return figure


def _plain_numbers(axes: Axes, values: list[float]) -> None:
    """Label both axes with numbers as people write them."""
    if all(float(value).is_integer() for value in values):
        # What was chosen: at most four of them, with the first and the last.
        places = {round(part * (len(values) - 1) / 3) for part in range(4)}
        axes.set_xticks([values[place] for place in sorted(places)])
    else:
        axes.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    low, high = axes.get_ylim()
    if high / low < 4:
        axes.set_ylim(low / 2, high * 2)
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,.0f}")
        axis.set_minor_locator(NullLocator())
    axes.spines[["top", "right"]].set_visible(False)


def roofline(measured: dict[str, Any]) -> Figure:
    """Return a panel for one thread and one for all: what was measured below what could be."""
    figure = Figure(figsize=(8, 4), layout="constrained")
    panels = figure.subplots(1, len(measured), sharey=True, squeeze=False)[0]
    styles = {
        "exact": (BLUE, "o"),
        "optimised": (ORANGE, "s"),
        "double": (SKY, "^"),
        "double-optimised": (GREEN, "D"),
    }
    per_byte = np.geomspace(0.05, 4, 50)
    for axes, (number, answer) in zip(panels, measured.items(), strict=True):
        rates = answer["rates"]["float"]
        top = rates["additions"]
        for name, title, style in (
            ("nearest", "nearest cache", "--"),
            ("weights", "all weights", "-"),
            ("copy", "memory", ":"),
        ):
            slope = np.minimum(top, rates[name] * per_byte)
            shown = f"{title}, {rates[name] / 1e9:.0f} GB/s"
            axes.loglog(
                per_byte, slope / 1e9, color="black", linestyle=style, linewidth=1, label=shown
            )
        for key, kernel in answer["kernels"].items():
            colour, marker = styles[key]
            share = f"{kernel['title']}: {100 * kernel['share_of_bound']['weights']:.0f} %"
            axes.loglog(
                kernel["operations_per_byte"],
                kernel["operations_per_second"] / 1e9,
                color=colour,
                marker=marker,
                linestyle="none",
                label=share,
            )
        axes.set_title(threads(int(number)), fontsize=9)
        axes.set_xlabel("operations per byte")
        axes.xaxis.set_major_formatter("{x:g}")
        axes.yaxis.set_major_formatter("{x:g}")
        title = "measured, and what share of its bound"
        axes.legend(fontsize=7, frameon=False, loc="lower right", title=title, title_fontsize=7)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("billion operations per second")
    return figure
