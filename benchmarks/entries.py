"""Who takes part: every contestant with its settings, and what is compared with what."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.environments import Interpreter

BATCH_SIZE = 128

#: Jobs: the network of the tutorials, one of ten times as many synapses, one that learns, and the
#: classic networks.
TUTORIAL, WIDE, LEARNING, NETWORKS = "tutorial", "wide", "learning", "networks"
WIDE_NEURONS = 1280


@dataclass
class Entry:
    """One contestant and what was measured of it.

    Parameters
    ----------
    key
        Short name, for files.
    title
        Name in the table.
    module
        Its module in `benchmarks.contestants`.
    settings
        Further arguments of the module's `build`.
    job
        The job that it does.
    library
        What it needs besides NumPy, if that is not the project itself.
    images
        Images that it is given, of those there are: fewer for those that take long.
    threads
        Number of threads that it should use; None for its default.
    carries_spikes
        Whether spikes of an image's last step reach the next image.
    python
        Interpreter that runs it.
    """

    key: str
    title: str
    module: str
    settings: dict[str, Any] = field(default_factory=dict)
    job: str = TUTORIAL
    library: str | None = None
    images: int = sys.maxsize
    threads: int | None = None
    carries_spikes: bool = False
    python: str = sys.executable
    versions: dict[str, str] = field(default_factory=dict)
    used_threads: int | None = None
    seconds: list[float] = field(default_factory=list)
    spikes: list[int] = field(default_factory=list)
    counts: NDArray[np.uint32] = field(default_factory=lambda: np.zeros((0, 0), dtype=np.uint32))


class Pair(NamedTuple):
    """Two contestants whose answers are compared, and whether they have to be the same."""

    first: str
    second: str
    identical: bool = False


class Bar(NamedTuple):
    """A ratio of speeds that is aimed for."""

    title: str
    fast: str
    slow: str
    wanted: float


_OPTIMISED, _DOUBLE, _PUSHED = (
    {"optimize_code": True},
    {"precision": "double"},
    {"on_device": False},
)


def all_entries() -> list[Entry]:
    """Return all contestants, in the order of the table, whether they can take part here or not."""
    batched, single, pygenn = "bundled_batched", "bundled_single", "pygenn_single"
    few, classic, bundled = 1000, "classic_networks", {"api": "numbagenn"}
    real = {"api": "pygenn", "backend": "single_threaded_cpu"}
    return [
        Entry("engine-opt", "numbagenn, optimize_code", batched, _OPTIMISED),
        Entry("engine-opt-1", "numbagenn, optimize_code", batched, _OPTIMISED, threads=1),
        Entry("engine", "numbagenn", batched),
        Entry("engine-1", "numbagenn", batched, threads=1),
        Entry("engine-64-opt", "numbagenn, float64, optimize_code", batched, _DOUBLE | _OPTIMISED),
        Entry("engine-64", "numbagenn, float64", batched, _DOUBLE),
        *(
            Entry(
                f"engine-single{key}",
                f"numbagenn{title}",
                single,
                settings,
                images=few if key == "-64" else sys.maxsize,
                carries_spikes=True,
            )
            for key, title, settings in (
                ("-opt", ", optimize_code", _OPTIMISED),
                ("", "", {}),
                ("-64", ", float64", _DOUBLE),
            )
        ),
        Entry("numpy", "NumPy", "numpy_dense", library="numpy"),
        Entry("numpy-1", "NumPy", "numpy_dense", library="numpy", threads=1),
        Entry("scipy", "SciPy, sparse spikes", "scipy_sparse", library="scipy"),
        Entry(
            "torch-compile", "PyTorch, compiled", "torch_dense", {"compiled": True}, library="torch"
        ),
        Entry("torch", "PyTorch", "torch_dense", library="torch"),
        Entry("norse", "Norse", "norse_iaf", library="norse"),
        Entry("spikingjelly", "SpikingJelly", "spikingjelly_if", library="spikingjelly"),
        Entry("snntorch", "snnTorch", "snntorch_leaky", library="snntorch"),
        Entry(
            "brian2",
            "Brian2, cpp_standalone",
            "brian2_standalone",
            library="brian2",
            carries_spikes=True,
        ),
        *(
            Entry(
                f"pygenn{key}",
                f"PyGeNN{title}",
                pygenn,
                settings,
                library="pygenn",
                images=few if key == "-plain" else sys.maxsize,
                carries_spikes=True,
            )
            for key, title, settings in (
                ("", ", optimize_code", {}),
                ("-64", ", float64, optimize_code", _DOUBLE),
                ("-plain", ", as it comes", {"optimize_code": False}),
            )
        ),
        # Chapter 2's loop: push zeros and an image, 100 steps, pull.
        *(
            Entry(
                f"{key}-loop",
                title,
                pygenn if key == "pygenn" else single,
                settings | _PUSHED,
                library="pygenn" if key == "pygenn" else None,
                images=few,
                carries_spikes=True,
            )
            for key, title, settings in (
                ("engine-opt", "numbagenn, optimize_code", _OPTIMISED),
                ("engine", "numbagenn", {}),
                ("pygenn", "PyGeNN, optimize_code", {}),
            )
        ),
        # Ten times as many synapses.
        Entry("wide-opt", "numbagenn, optimize_code", batched, _OPTIMISED, WIDE),
        Entry("wide", "numbagenn", batched, {}, WIDE),
        Entry("wide-single", "numbagenn", single, {}, WIDE, images=200, carries_spikes=True),
        Entry(
            "wide-pygenn",
            "PyGeNN, optimize_code",
            pygenn,
            {},
            WIDE,
            library="pygenn",
            carries_spikes=True,
        ),
        # The learning rates are the best on images held out.
        *(
            Entry(
                f"learn-{key}{'-1' if threads else ''}",
                title,
                f"learning_{library or 'engine'}",
                dict(settings),
                LEARNING,
                library,
                threads=threads,
            )
            for key, title, library, settings in (
                ("engine", "numbagenn", None, {}),
                ("snntorch", "snnTorch, as in its tutorials", "snntorch", {"rate": 1e-3}),
                (
                    "snntorch-same",
                    "snnTorch, numbagenn's neurons",
                    "snntorch",
                    {"rate": 5e-3, "same_neurons": True},
                ),
                ("norse", "Norse, as in its examples", "norse", {"rate": 5e-3}),
            )
            for threads in (None, 1)
        ),
        # Each builds one network after the other; the network is a setting that the part adds.
        *(
            Entry(f"networks-{key}", title, module, settings, NETWORKS, library, threads=threads)
            for key, title, module, library, settings, threads in (
                ("engine-1", "numbagenn", classic, None, bundled, 1),
                (
                    "engine-opt-1",
                    "numbagenn, optimize_code",
                    classic,
                    None,
                    bundled | _OPTIMISED,
                    1,
                ),
                ("engine", "numbagenn", classic, None, bundled, None),
                (
                    "engine-opt",
                    "numbagenn, optimize_code",
                    classic,
                    None,
                    bundled | _OPTIMISED,
                    None,
                ),
                ("pygenn", "PyGeNN, optimize_code", classic, "pygenn", real | _OPTIMISED, 1),
                ("brian2", "Brian2, cpp_standalone", "brian2_networks", "brian2", {}, 1),
            )
        ),
    ]


def able(entries: list[Entry], found: Mapping[str, Interpreter]) -> tuple[list[Entry], list[Entry]]:
    """Give each contestant its interpreter; return those that have one and those that have none."""
    can: list[Entry] = []
    cannot: list[Entry] = []
    for entry in entries:
        if entry.library is None:
            can.append(entry)
        elif entry.library in found:
            entry.python = found[entry.library].python
            can.append(entry)
        else:
            cannot.append(entry)
    return can, cannot


#: The second of each pair is compared with the first.
PAIRS = (
    Pair("engine", "engine-1", identical=True),
    Pair("engine", "engine-opt"),
    Pair("engine-opt", "engine-opt-1", identical=True),
    Pair("engine", "engine-64"),
    Pair("engine-64", "engine-64-opt"),
    Pair("engine", "engine-single"),
    Pair("engine-single", "engine-single-opt"),
    Pair("engine-single", "engine-loop", identical=True),
    Pair("engine-single-opt", "engine-opt-loop"),
    Pair("engine-single", "pygenn", identical=True),
    Pair("engine-single", "pygenn-plain", identical=True),
    Pair("engine-single", "pygenn-loop", identical=True),
    Pair("engine-single-64", "pygenn-64", identical=True),
    Pair("engine-single", "brian2"),
    Pair("engine", "numpy"),
    Pair("engine", "numpy-1"),
    Pair("engine", "scipy"),
    Pair("engine", "torch"),
    Pair("engine", "torch-compile"),
    Pair("engine", "norse"),
    Pair("engine", "spikingjelly"),
    Pair("engine", "snntorch"),
    Pair("wide-single", "wide-pygenn", identical=True),
    Pair("wide", "wide-opt"),
)

#: What the project aims for, against real PyGeNN's CPU backend with optimize_code=True.
BARS = (
    Bar("all threads, exact", "engine", "pygenn", 18),
    Bar("one thread, exact", "engine-1", "pygenn", 12),
    Bar("all threads, optimize_code", "engine-opt", "pygenn", 28),
    Bar("float64, all threads, exact", "engine-64", "pygenn-64", 10),
    Bar("ten times the synapses, all threads, exact", "wide", "wide-pygenn", 10),
    Bar("one image at a time, exact", "engine-loop", "pygenn-loop", 6),
    Bar("one image at a time, optimize_code", "engine-opt-loop", "pygenn-loop", 6),
)

#: Of the answers, the share that may differ between the exact and the optimised mode.
MAY_DIFFER = 0.001
