"""What a Dask cluster costs, and how it scales: measured, by a model, and by workers that sleep.

The parts of the model are measured: how long a worker builds its network, how fast it classifies,
and how much time of a processor client and scheduler take for a block, and for a byte of it.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from functools import cache
from statistics import median
from typing import Any, NamedTuple

import numpy as np
from distributed import Client, LocalCluster
from numpy.typing import NDArray

from benchmarks.machine import say
from tutorial_helpers.cluster import count_right
from tutorial_helpers.cluster.blocks import cut
from tutorial_helpers.cluster.connecting import local_client
from tutorial_helpers.cluster.running import Task, run
from tutorial_helpers.cluster.workers import Counted, WeightSets
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.redrawn_digits import RedrawnDigits

#: How often the test set is classified in a measurement.
TIMES = 20

#: Workers that sleep, how many blocks each gets, and how long it sleeps over one, in s.
SLEEPERS, BLOCKS_EACH, SLEEP = 100, 10, 1.0

#: Bytes of an image.
PIXELS = 784

#: What the model is asked: images, numbers of workers, and images per block.
MODELLED = (10**9, (1, 10, 100, 1000), (10_000, 200_000))


class TestSetAgain:
    """MNIST's test set over and over, which a worker reads where it is."""

    dtype = np.dtype(np.uint8)

    def __init__(self, start: int, stop: int) -> None:
        self.start, self.stop = start, stop
        self.shape = (stop - start, PIXELS)

    def __len__(self) -> int:
        return self.stop - self.start

    def __getitem__(self, rows: slice) -> TestSetAgain:
        start, stop, _ = rows.indices(len(self))
        return TestSetAgain(self.start + start, self.start + stop)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[np.uint8]:
        return self._taken(_test_set()[0])

    @property
    def labels(self) -> NDArray[np.uint8]:
        """What the images show."""
        return self._taken(_test_set()[1])

    def _taken(self, array: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return array[np.arange(self.start, self.stop) % len(array)]


@cache
def _test_set() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    return load_mnist("test")


class SleepingSets(WeightSets):
    """What workers do that sleep over a block: as long as its threshold says."""

    def count(self, images: Any, name: str, threshold: float, timesteps: int) -> Counted:
        """Sleep, and answer as if a block had been classified."""
        time.sleep(threshold)
        return Counted(np.zeros((len(images), 10), np.uint32), (0, 0, 0), 0.0)


def measure(rounds: int, images: int) -> dict[str, Any]:
    """Measure the parts, and compare the model with workers that sleep.

    Parameters
    ----------
    rounds
        How often each configuration is timed, in turn.
    images
        How many images are classified each time.

    Returns
    -------
    dict
        Seconds of each configuration, of a block and of a byte, and of the simulation.
    """
    say("measuring a cluster")
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    with contextlib.ExitStack() as stack:
        clients = {
            "this process": None,
            "1 worker of 2 threads": stack.enter_context(local_client(1, 2)),
        }
        drawn = _in_turn(clients, RedrawnDigits(images), rounds)
    with contextlib.ExitStack() as stack:
        clients = {
            f"{number} worker{'s' * (number > 1)} of 1 thread": stack.enter_context(
                local_client(number, 1)
            )
            for number in (1, 2)
        }
        build_seconds = _build_seconds(clients["2 workers of 1 thread"])
        plain = _in_turn(clients, TestSetAgain(0, images), rounds)
        one = clients["1 worker of 1 thread"]
        assert one is not None
        per_block = _slept(one, TestSetAgain(0, 1000), 1, 0.0).busy / 1000
        block = np.zeros((200_000, PIXELS), np.uint8)
        with_images = _slept(one, block, 10_000, 0.0).busy - 20 * per_block
    with _sleepers(SLEEPERS) as client:
        per_block_of_many = _slept(client, TestSetAgain(0, 2000), 1, 0.0).busy / 2000
        number = SLEEPERS * BLOCKS_EACH
        slept = _slept(client, TestSetAgain(0, number), 1, SLEEP)
    return {
        "images": images,
        "load": load,
        "drawn": drawn,
        "plain": plain,
        "build_seconds": build_seconds,
        "seconds_per_block": per_block,
        "bytes_per_second": block.nbytes / with_images,
        "sleepers": {
            "workers": SLEEPERS,
            "blocks": number,
            "sleep": SLEEP,
            "seconds_per_block": per_block_of_many,
            "seconds": slept.seconds,
        },
    }


def _build_seconds(client: Client | None) -> float:
    """Return how long new workers build a network that others have compiled before."""
    return count_right(TestSetAgain(0, 4), load_weights(), client=client).build_seconds


def _in_turn(clients: dict[str, Client | None], images: Any, rounds: int) -> dict[str, list[float]]:
    """Return the seconds of each client, in rounds, after one that is not counted."""
    weights = load_weights()
    seconds: dict[str, list[float]] = {name: [] for name in clients}
    for number in range(rounds + 1):
        for name, client in clients.items():
            shown = images if number else images[:20_000]
            counted = count_right(shown, weights, client=client)
            if number:
                seconds[name].append(counted.seconds)
    return seconds


@contextlib.contextmanager
def _sleepers(number: int) -> Iterator[Client]:
    """Workers that share this process, as they only sleep."""
    with (
        LocalCluster(
            n_workers=number,
            threads_per_worker=1,
            processes=False,
            dashboard_address=None,
            memory_limit=None,
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


class Slept(NamedTuple):
    """How long blocks took, and for how long a processor was busy with them in this process."""

    seconds: float
    busy: float


def _slept(client: Client, images: Any, most: int, sleep: float) -> Slept:
    """Return how long blocks take whose workers only sleep."""
    sets = SleepingSets({"none": load_weights()}, 1)
    start, busy = time.perf_counter(), time.process_time()
    tasks = (Task(block, ("none", sleep, 1)) for block in cut(images, most))
    answered = sum(1 for _ in run(client, sets, tasks))
    assert answered == -(-len(images) // most)
    return Slept(time.perf_counter() - start, time.process_time() - busy)


def modelled(
    images: int,
    workers: int,
    block: int,
    rate: float,
    seconds_per_block: float,
    build_seconds: float = 0.0,
) -> float:
    """Return how long a run takes, in s.

    Blocks go out one after the other, and workers work side by side: the slower of the two counts.
    The last block still has to be classified when it has gone out, and a worker has to wait for its
    first one.

    Parameters
    ----------
    images, workers, block
        How many images, workers, and images per block.
    rate
        Images per second of a worker.
    seconds_per_block
        How long client and scheduler are busy with a block, with its transfer if it has one.
    build_seconds
        How long a worker builds the network before its first block.

    Examples
    --------
    >>> modelled(1000, 10, 10, 5.0, 0.5)
    52.0
    """
    blocks = -(-images // block)
    sending = blocks * seconds_per_block + block / rate
    waiting = min(blocks, workers) * seconds_per_block
    return build_seconds + max(sending, waiting + -(-blocks // workers) * block / rate)


def overhead(measured: dict[str, Any]) -> float:
    """Return by which share a worker takes longer than one process: the median of all rounds."""
    here, there = measured["drawn"].values()
    return float(median(b / a for a, b in zip(here, there, strict=True)) - 1)


def rate(measured: dict[str, Any], workers: int) -> float:
    """Return the images per second of one or two workers with a thread each."""
    return float(measured["images"] / median(list(measured["plain"].values())[workers - 1]))


def predicted(measured: dict[str, Any]) -> float:
    """Return how long the model says that the workers take that sleep."""
    slept = measured["sleepers"]
    return modelled(
        slept["blocks"], slept["workers"], 1, 1 / slept["sleep"], slept["seconds_per_block"]
    )
