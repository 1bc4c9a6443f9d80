"""Blocks on their way to the workers and back.

Dask runs the tasks of a lost worker again, on others. What is added here is a bound on what is on
its way at once, and sentences for what Dask cannot repair.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic, sleep
from typing import Any, NamedTuple
from uuid import uuid4

import dask
from distributed import Client, Future, KilledWorker

from tutorial_helpers.cluster.blocks import Block
from tutorial_helpers.cluster.workers import (
    Counted,
    NoWeightsError,
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
    "run",
]


class BadBlocksError(ValueError):
    """Some blocks could not be classified.

    Parameters
    ----------
    failures : list of Failure
        The blocks, each with its error.
    finished : str
        What has become of all others.
    """

    def __init__(
        self, failures: list[Failure], finished: str = "All other blocks are finished"
    ) -> None:
        self.failures = sorted(failures, key=lambda failure: failure.block.number)
        told = "; ".join(str(failure) for failure in self.failures[:_TOLD])
        more = f"; and {len(failures) - _TOLD} more" if len(failures) > _TOLD else ""
        super().__init__(f"{told}{more}. {finished}; correct these, and run again.")


class ClusterLostError(ConnectionError):
    """The scheduler has gone, and with it all blocks that were on their way.

    Parameters
    ----------
    finished : str
        What has become of finished blocks, and what to do.
    """

    def __init__(
        self, finished: str = "with it all unfinished blocks; start a cluster, and run again"
    ) -> None:
        super().__init__(f"The scheduler of the Dask cluster has gone, and {finished}.")


class Task(NamedTuple):
    """A block, and how to classify it: name of the weights, threshold, number of steps.

    `where` tells a failure of it from that of the same block at another point.
    """

    block: Block
    point: tuple[str, float, int]
    where: str = ""


class Failure(NamedTuple):
    """A block that could not be classified, without its images, and why."""

    block: Block
    error: BaseException
    where: str = ""

    def __str__(self) -> str:
        if isinstance(self.error, KilledWorker):
            tries = self.error.allowed_failures + 1
            why = f"{tries} workers died over it, perhaps for lack of memory"
        else:
            why = f"{type(self.error).__name__}: {str(self.error).rstrip('.')}"
        return f"{self.where}{self.block}: {why}"


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
    with _scheduler_is_there(client):
        weight_sets.check(client)
        for patience in reversed(range(_TRIES)):
            try:
                client.register_plugin(weight_sets)
                break
            except OSError:  # a worker has died meanwhile
                if not patience or client.status != "running":
                    raise
                sleep(1.0)
    try:
        yield
    finally:
        if client.status == "running":  # else there is nothing to take them from
            # Another scheduler has no such plugin.
            with contextlib.suppress(OSError, ValueError):
                client.unregister_worker_plugin(weight_sets.name)


@contextlib.contextmanager
def _scheduler_is_there(client: Client) -> Iterator[None]:
    """Raise a `ClusterLostError` where Dask finds that the scheduler has gone."""
    try:
        yield
    except Exception as error:
        if client.status == "running" and not isinstance(error, OSError):
            raise
        raise ClusterLostError from error


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
    prefix, sent = f"classify-{uuid4().hex[:8]}", count()
    on_the_way: dict[Future, Task] = {}
    bound = _Bound(client)
    waiting = iter(tasks)
    following = next(waiting, None)
    arrived: SimpleQueue[tuple[Future, Any]] = SimpleQueue()

    async def bring(future: Future) -> None:
        """Wait for a block; one whose worker does not hand it over holds up no others."""
        arrived.put((future, await _brought(future)))

    def send() -> None:
        """Send blocks as far as the bound allows, and at least one."""
        nonlocal following
        while following is not None and bound.leaves_room(on_the_way.values(), following):
            with _scheduler_is_there(client):
                future = _submit(client, plugin, following, f"{prefix}-{next(sent)}")
            on_the_way[future] = following
            client.loop.add_callback(bring, future)
            following = next(waiting, None)

    send()
    try:
        while on_the_way:
            future, found = _next(arrived, client)
            task = on_the_way.pop(future)
            del future  # the worker may forget its result
            yield task, _outcome(task, found)
            with contextlib.suppress(ClusterLostError):  # what has arrived comes first
                send()
        if following is not None:
            raise ClusterLostError
    finally:
        if client.status == "running":
            client.cancel(list(on_the_way))


async def _brought(future: Future) -> Any:
    """Return what has come of a block, or a `ClusterLostError`; it raises nothing."""
    try:
        # Raised, an error would hold the future, and the future the error.
        error = await future.exception()
        return await future if error is None else error
    except BaseException as error:  # what a block raises may be no `Exception`
        if future.status != "error" and isinstance(error, CancelledError | OSError):
            return ClusterLostError()
        return error.with_traceback(None)


def _next(arrived: SimpleQueue[tuple[Future, Any]], client: Client) -> tuple[Future, Any]:
    """Wait for a block, or notice that the scheduler has gone; it might never come then."""
    while True:
        try:
            return arrived.get(timeout=_PAUSE)
        except Empty:
            if client.status != "running":
                raise ClusterLostError from None


def _outcome(task: Task, found: Any) -> Counted | Failure:
    """Make an answer or a `Failure` of what has come of a block, or raise what ends them all."""
    if isinstance(found, ClusterLostError | VersionsDifferError):
        raise found
    if isinstance(found, NoWeightsError):  # there is another scheduler by now
        raise ClusterLostError
    if isinstance(found, Counted):
        return _checked(task, found)
    return _failed(task, found)


def _checked(task: Task, counted: Counted) -> Counted | Failure:
    """Return an answer, if it has one for each image: a Dask array may have others than it says."""
    if len(counted.counts) == task.block.rows:
        return counted
    error = ValueError(f"its array has {len(counted.counts)} images, not {task.block.rows}")
    return _failed(task, error)


def _here(task: Task, weight_sets: WeightSets) -> Counted | Failure:
    """Classify a block in this process."""
    try:
        return _checked(task, weight_sets.count(task.block.images, *task.point))
    except Exception as error:  # any error is that of this block, and the others go on
        return _failed(task, error)


def _failed(task: Task, error: BaseException) -> Failure:
    """Return what remains of a block that failed; its images would be kept with it."""
    return Failure(task.block._replace(images=None), error, task.where)


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
            with _scheduler_is_there(self._client):
                self._threads = sum(self._client.nthreads().values())
            self._read_at = monotonic()
        sent = list(sent)
        size = sum(task.block.carried_bytes for task in (*sent, following))
        return not sent or (len(sent) < 2 * self._threads and size <= MOST_ON_THE_WAY)


def _submit(client: Client, plugin: str, task: Task, key: str) -> Future:
    images = task.block.images
    if dask.is_dask_collection(images):
        images = client.compute(images)
    with warnings.catch_warnings():
        # Those who have their images in this process know how large they are.
        warnings.filterwarnings("ignore", "Sending large graph")
        return client.submit(count_on_worker, plugin, images, *task.point, key=key)
