"""A client for workers on this machine, or for a cluster with an address."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

import dask
from distributed import Client, LocalCluster

#: How long to wait for a scheduler, and for its first worker, in seconds.
PATIENCE = 30.0

#: How many workers may die over a task before Dask gives it up. Its default is 3.
DEATHS = 10


@contextlib.contextmanager
def local_client(workers: int) -> Iterator[Client]:
    """Start workers on this machine, each a process, which share its processors.

    Parameters
    ----------
    workers : int
        How many.

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
    threads = max(1, (os.cpu_count() or 1) // workers)
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": DEATHS}),
        LocalCluster(
            n_workers=workers, threads_per_worker=threads, dashboard_address=":0"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


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

    Examples
    --------
    >>> with remote_client("tcp://10.0.0.7:8786") as client:  # doctest: +SKIP
    ...     len(client.nthreads())
    16
    """
    try:
        client = Client(address, timeout=PATIENCE)
    except (OSError, ValueError) as error:
        raise ConnectionError(
            f"no Dask scheduler answers at '{address}'; start one with 'dask scheduler', and give "
            "the address that it prints."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError as error:
            raise ConnectionError(
                f"the scheduler at '{address}' has no workers; start some with "
                f"'dask worker {address}'."
            ) from error
        yield client
