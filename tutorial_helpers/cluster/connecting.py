"""A client for workers on this machine, or for a cluster with an address."""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import multiprocessing.resource_tracker
import os
import signal
import sys
from collections.abc import Iterator
from queue import Empty, SimpleQueue
from threading import Thread

import dask
from distributed import Client, LocalCluster

from tutorial_helpers.cluster.workers import check_project
from tutorial_helpers.pygenn import backend_description

#: How long to wait for a scheduler, and for its first worker, in seconds.
UNTIL_IT_ANSWERS, UNTIL_A_WORKER_COMES = 10.0, 60.0

#: How the workers of this machine differ from Dask's defaults.
CONFIGURATION = {
    # Ctrl-C is for this process, which then ends its workers.
    "distributed.worker.preload": ["import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"],
    # How many may die over a block, one after the other, before Dask gives it up.
    "distributed.scheduler.allowed-failures": 4,
    # How long a worker may be away before another is started, if its own nanny has not done so.
    "distributed.deploy.lost-worker-timeout": "5s",
    # Dask also has glibc return freed memory at once. Large arrays then get fresh pages each time,
    # and drawing digits takes 1.5 times as long.
    "distributed.nanny.pre-spawn-environ": dict.fromkeys(
        ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"
    ),
}


@contextlib.contextmanager
def client_for(workers: int | None, address: str | None) -> Iterator[Client | None]:
    """Return the client that a command's options ask for, or None if this process does the work.

    Parameters
    ----------
    workers : int or None
        What ``--workers`` was given.
    address : str or None
        What ``--cluster`` was given.

    Examples
    --------
    >>> with client_for(None, None) as client:
    ...     client
    """
    if workers is not None:
        with local_client(workers) as client:
            if importlib.util.find_spec("bokeh"):  # without it, Dask has no dashboard
                print(f"Dask's dashboard: {client.dashboard_link}", file=sys.stderr)
            yield client
    elif address is not None:
        with remote_client(address) as client:
            yield client
    else:
        yield None


def description(client: Client | None) -> str:
    """Return what runs the network, and on how many workers.

    Examples
    --------
    >>> description(None) == backend_description()
    True
    """
    if client is None:
        return backend_description()
    threads = client.nthreads()
    backends = client.run(backend_description)
    backend = next(iter(backends.values())).partition(",")[0]
    workers = f"{len(threads)} worker{'s' if len(threads) > 1 else ''}"
    total = sum(threads.values())
    return f"{backend}, {workers}, {total} thread{'s' if total > 1 else ''}"


@contextlib.contextmanager
def local_client(workers: int, threads: int | None = None) -> Iterator[Client]:
    """Start workers on this machine, each a process, which share its processors.

    Parameters
    ----------
    workers : int
        How many.
    threads : int, optional
        Threads of each. By default the workers share all processors.

    Yields
    ------
    Client
        The workers' client. They end with the block.

    Examples
    --------
    >>> with local_client(2) as client:  # doctest: +SKIP
    ...     len(client.nthreads())
    2
    """
    threads = threads or max(1, (os.cpu_count() or 1) // workers)
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(CONFIGURATION))
        with _interrupts_wait():
            cluster = stack.enter_context(
                LocalCluster(
                    n_workers=workers,
                    threads_per_worker=threads,
                    dashboard_address=":0",
                    # Dask would also log a traceback for each bad block, which the error names.
                    silence_logs=logging.CRITICAL,
                )
            )
            client = stack.enter_context(Client(cluster))
        # A worker that dies is started again by its nanny, which gives up if that dies while it
        # starts. Then this starts another.
        cluster.adapt(minimum=workers, maximum=workers)
        yield client


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Let Ctrl-C wait until this is done: Dask cannot be interrupted while it starts workers."""
    if not hasattr(signal, "pthread_sigmask"):  # on Windows
        yield
        return
    # It comes with the first worker, and would let interrupts through.
    multiprocessing.resource_tracker.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextlib.contextmanager
def remote_client(address: str) -> Iterator[Client]:
    """Connect to the scheduler of a cluster, and wait for its first worker.

    Parameters
    ----------
    address : str
        The address that ``dask scheduler`` prints, such as ``tcp://10.0.0.7:8786``.

    Yields
    ------
    Client
        Its client.

    Raises
    ------
    ConnectionError
        If no scheduler answers, or no worker comes.
    VersionsDifferError
        If a worker does not have this project as it is here.

    Examples
    --------
    >>> with remote_client("tcp://10.0.0.7:8786") as client:  # doctest: +SKIP
    ...     len(client.nthreads())
    16
    """
    client = _connected(address)
    with _without_log_of_lost_connections(), client:
        try:
            client.wait_for_workers(1, timeout=UNTIL_A_WORKER_COMES)
        except TimeoutError as error:
            raise ConnectionError(
                f"the scheduler at '{address}' has no workers; start some with "
                f"'dask worker {address}'."
            ) from error
        check_project(client)
        yield client


def _connected(address: str) -> Client:
    """Connect to a scheduler. Dask itself would wait for ever for a server that says nothing."""
    answers: SimpleQueue[Client | Exception] = SimpleQueue()

    def connect() -> None:
        try:
            answers.put(Client(address, timeout=UNTIL_IT_ANSWERS))
        except Exception as error:  # an address that means nothing, or another kind of server
            answers.put(error)

    Thread(target=connect, daemon=True).start()
    try:
        answer = answers.get(timeout=2 * UNTIL_IT_ANSWERS)
    except Empty as error:
        answer = error
    if isinstance(answer, Exception):
        raise ConnectionError(
            f"no Dask scheduler answers at '{address}'; start one with 'dask scheduler', and give "
            "the address that it prints."
        ) from answer
    return answer


@contextlib.contextmanager
def _without_log_of_lost_connections() -> Iterator[None]:
    """Keep Dask from logging a traceback where a `ClusterLostError` says it in a sentence."""
    log = logging.getLogger("distributed.client")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
