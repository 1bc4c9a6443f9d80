"""Blocks on their way to the workers and back.

Dask runs the tasks of a lost worker again, on others. What is added here is a bound on what is on
its way at once, and sentences for what Dask cannot repair.
"""

from __future__ import annotations

import contextlib
import warnings
from asyncio import CancelledError
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import monotonic, sleep
from typing import Any, NamedTuple
from uuid import uuid4

import dask
from distributed import Client, Future, KilledWorker, as_completed

from tutorial_helpers.cluster.blocks import Block
from tutorial_helpers.cluster.workers import (
    Counted,
    VersionsDifferError,
    WeightSets,
    count_on_worker,
)

#: How much memory the images on their way from this process may take, in bytes.
MOST_ON_THE_WAY = 2**28

_TOLD = 5  # bad blocks that a message names
_TRIES = 10  # to give all workers their weights while some die
_PAUSE = 0.005  # between two looks whether a block has come, in s
_SECONDS = 2.0  # how long the last known number of threads is used

__all__ = [
    "BadBlocksError",
    "ClusterLostError",
    "Failure",
    "Task",
    "VersionsDifferError",
    "check_client",
    "run",
]


class BadBlocksError(ValueError):
    """Some blocks could not be classified, and all others are finished.

    Attributes
    ----------
    failures : list of Failure
        The blocks, each with its error.
    """

    def __init__(self, failures: list[Failure], place: Path | None = None) -> None:
        self.failures = sorted(failures, key=lambda failure: failure.block.number)
        told = "; ".join(str(failure) for failure in self.failures[:_TOLD])
        more = f"; and {len(failures) - _TOLD} more" if len(failures) > _TOLD else ""
        kept = "" if place is None else f", and kept in {place}"
        super().__init__(
            f"{told}{more}. All other blocks are finished{kept}; correct these, and run again."
        )


class ClusterLostError(ConnectionError):
    """The scheduler has gone, and with it all blocks that were on their way."""

    def __init__(self, place: Path | None = None, finished: int = 0) -> None:
        kept = (
            "finished blocks were not kept; start a cluster, and run again with a store"
            if place is None
            else f"{finished:,} finished blocks are kept in {place}; start a cluster, and run again"
        )
        super().__init__(f"The scheduler of the Dask cluster has gone, and {kept}.")


def check_client(client: object) -> None:
    """Raise unless this is a client of a cluster, or None."""
    if client is not None and not isinstance(client, Client):
        raise TypeError(
            f"client must be a distributed.Client, not {type(client).__name__}; connect one with "
            "Client(address)."
        )


class Task(NamedTuple):
    """A block, and how to classify it: name of the weights, threshold, number of steps."""

    block: Block
    point: tuple[str, float, int]


class Failure(NamedTuple):
    """A block that could not be classified, and why."""

    block: Block
    error: Exception

    def __str__(self) -> str:
        if isinstance(self.error, KilledWorker):
            tries = self.error.allowed_failures + 1
            return f"{self.block}: {tries} workers died over it, perhaps for lack of memory"
        return f"{self.block}: {type(self.error).__name__}: {str(self.error).rstrip('.')}"


def run(
    client: Client | None, weight_sets: WeightSets, tasks: Iterable[Task]
) -> Iterator[tuple[Task, Counted | Failure]]:
    """Classify blocks, and yield what comes of each as soon as it is there.

    Parameters
    ----------
    client : Client or None
        The cluster. Without one, this process classifies block after block.
    weight_sets : WeightSets
        What the workers need.
    tasks : iterable of Task
        What to classify. It is read only as far as blocks can be on their way.

    Raises
    ------
    ClusterLostError
        If the scheduler goes away.
    VersionsDifferError
        If a worker has other versions than this process.
    """
    if client is None:
        for task in tasks:
            yield task, _here(task, weight_sets)
    else:
        with _given(client, weight_sets):
            yield from _run_on(client, weight_sets.name, tasks)


@contextlib.contextmanager
def _given(client: Client, weight_sets: WeightSets) -> Iterator[None]:
    """Give all workers, now and later, the weights, and take them back in the end."""
    weight_sets.check(client)
    for patience in reversed(range(_TRIES)):
        try:
            client.register_plugin(weight_sets)
            break
        except OSError:  # a worker has died meanwhile
            if not patience:
                raise
            sleep(1.0)
    try:
        yield
    finally:
        if client.status == "running":  # else there is nothing to take them from
            with contextlib.suppress(OSError):
                client.unregister_worker_plugin(weight_sets.name)


def _run_on(
    client: Client, plugin: str, tasks: Iterable[Task]
) -> Iterator[tuple[Task, Counted | Failure]]:
    """Classify blocks side by side, and then those over which workers died, one by one.

    Dask blames a death on all tasks that the worker had. Only a block that is alone is to blame.
    """
    suspects = []
    for task, outcome in _side_by_side(client, plugin, tasks):
        if isinstance(outcome, Failure) and isinstance(outcome.error, KilledWorker):
            suspects.append(task)
        else:
            yield task, outcome
    for task in suspects:
        yield from _side_by_side(client, plugin, [task])


def _side_by_side(
    client: Client, plugin: str, tasks: Iterable[Task]
) -> Iterator[tuple[Task, Counted | Failure]]:
    """Classify as many blocks at once as the bound allows."""
    token = uuid4().hex[:8]
    on_the_way: dict[Future, Task] = {}
    bound = _Bound(client)
    waiting = iter(tasks)
    following = next(waiting, None)
    # With results: a worker that does not hand its own over holds up no others.
    arriving = as_completed(loop=client.loop, with_results=True, raise_errors=False)

    def send() -> None:
        """Send blocks as far as the bound allows, and at least one."""
        nonlocal following
        while following is not None and bound.leaves_room(on_the_way.values(), following):
            future = _submit(client, plugin, following, f"classify-{token}")
            on_the_way[future] = following
            arriving.add(future)
            following = next(waiting, None)

    send()
    try:
        while on_the_way:
            future, result = _next(arriving, client)
            task = on_the_way.pop(future)
            del future  # the worker may forget its result
            yield task, _outcome(task, result)
            send()
    finally:
        if client.status == "running":
            client.cancel(list(on_the_way))


def _next(arriving: as_completed, client: Client) -> tuple[Future, Any]:
    """Wait for a block, or notice that the scheduler has gone; `next` might wait for ever then."""
    while not arriving.has_ready():
        if client.status != "running":
            raise ClusterLostError
        sleep(_PAUSE)
    found: tuple[Future, Any] = next(arriving)
    return found


def _outcome(task: Task, result: Any) -> Counted | Failure:
    """Make an answer or a `Failure` of what `as_completed` gives for a block."""
    if isinstance(result, Counted):
        return result
    error = result[1] if isinstance(result, tuple) else result
    if isinstance(error, CancelledError):
        raise ClusterLostError from error
    if isinstance(error, VersionsDifferError):
        raise error
    return Failure(task.block, error)


def _here(task: Task, weight_sets: WeightSets) -> Counted | Failure:
    """Classify a block in this process."""
    try:
        return weight_sets.count(task.block.images, *task.point)
    except Exception as error:  # any error is that of this block, and the others go on
        return Failure(task.block, error)


class _Bound:
    """How much may be on its way: two blocks a thread, and not more memory than agreed.

    Dask's scheduler holds tasks back from workers, but not what a client sends from the scheduler.
    """

    def __init__(self, client: Client) -> None:
        self._client = client
        self._read_at = -_SECONDS
        self._threads = 0

    def leaves_room(self, sent: Iterable[Task], following: Task) -> bool:
        if monotonic() - self._read_at >= _SECONDS:  # workers come and go
            self._threads = sum(self._client.nthreads().values())
            self._read_at = monotonic()
        sent = list(sent)
        size = sum(task.block.carried_bytes for task in (*sent, following))
        return not sent or (len(sent) < 2 * self._threads and size <= MOST_ON_THE_WAY)


def _submit(client: Client, plugin: str, task: Task, prefix: str) -> Future:
    images = task.block.images
    if dask.is_dask_collection(images):
        images = client.compute(images)
    key = f"{prefix}-{task.block.number}-{'-'.join(map(str, task.point))}"
    with warnings.catch_warnings():
        # Those who have their images in this process know how large they are.
        warnings.filterwarnings("ignore", "Sending large graph")
        return client.submit(count_on_worker, plugin, images, *task.point, key=key)
