"""Workers that are killed, slow or of other versions; a scheduler that goes away; and memory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("distributed", reason="clusters need Dask: the extra cluster")
pytest.importorskip("zarr", reason="clusters need Zarr: the extra cluster")

import psutil
from distributed import Client, Future, LocalCluster

from tests import ROOT
from tests.tutorial_helpers.cluster.conftest import STEPS
from tutorial_helpers.cluster import (
    BadBlocksError,
    ClusterLostError,
    VersionsDifferError,
    classify_blocks,
    classify_many,
    connecting,
    running,
)
from tutorial_helpers.cluster.connecting import local_client, remote_client
from tutorial_helpers.inference import Classification

Weights = list[NDArray[np.float32]]
Images = NDArray[np.uint8]


def processes(client: Client) -> list[psutil.Process]:
    """The processes of the workers that are there now."""
    return [psutil.Process(number) for number in client.run(os.getpid).values()]


def repeated(expected: Classification, times: int) -> NDArray[np.uint32]:
    return np.tile(expected.counts, (times, 1))


def kill_one(cluster: LocalCluster) -> bool:
    """Kill a worker at random, if there is one; those that start still have no name."""
    known = cluster.scheduler.workers
    nannies = [one for one in cluster.workers.values() if one.worker_address in known]
    if not nannies:
        return False
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(random.choice(nannies).pid).kill()
    return True


def test_a_worker_is_killed(
    client: Client, weights: Weights, images: Images, expected: Classification
) -> None:
    first = processes(client)

    def pieces() -> Iterator[Images]:
        for number in range(12):
            if number == 6:
                first[0].kill()
            yield images

    found = classify_many(
        pieces(), weights, client=client, timesteps=STEPS, images_per_block=len(images)
    )
    assert not first[0].is_running()
    np.testing.assert_array_equal(found.counts, repeated(expected, 12))
    client.wait_for_workers(2, timeout=60)  # Dask starts another in its place


def test_fifty_random_kills(weights: Weights, images: Images, expected: Classification) -> None:
    """A worker dies every other second; no image is lost, and none comes twice."""
    random.seed(7)
    killed, over = [], Event()

    def kill(cluster: LocalCluster) -> None:
        try:
            while len(killed) < 50:
                time.sleep(random.uniform(0.1, 2.0))
                if kill_one(cluster):
                    killed.append(time.monotonic())
                    print(f"{len(killed)} kills", flush=True)
        finally:
            over.set()

    def pieces() -> Iterator[Images]:
        while not over.is_set():
            yield images

    with local_client(2) as client:
        killer = Thread(target=kill, args=(client.cluster,))
        killer.start()
        counts = {}
        for answer in classify_blocks(pieces(), weights, client=client, timesteps=STEPS):
            assert answer.block.number not in counts
            counts[answer.block.number] = answer.counts
        killer.join()
    assert len(killed) == 50
    assert sorted(counts) == list(range(len(counts)))
    print(f"{len(counts)} blocks, {len(killed)} kills")
    assert len(counts) > 50
    for counted in counts.values():
        np.testing.assert_array_equal(counted, expected.counts)


def test_what_has_come_stays_though_its_worker_dies(
    weights: Weights, images: Images, expected: Classification
) -> None:
    """The worker had handed its answers over, and takes with it what Dask remembers of them."""
    with local_client(1, threads=2) as client:
        answers = classify_blocks([images] * 8, weights, client=client, timesteps=STEPS)
        found = [next(answers)]
        time.sleep(3.0)  # until those that are on their way have come
        kill_one(client.cluster)
        while client.nthreads():
            time.sleep(0.01)
        found += answers
    assert sorted(answer.block.number for answer in found) == list(range(8))
    for answer in found:
        np.testing.assert_array_equal(answer.counts, expected.counts)


def images_that(act: Callable[[], None]) -> Any:
    """Seven images that do something where they are wanted."""

    class Acting:  # defined here, so that workers need not import it
        shape = (7, 784)

        def __len__(self) -> int:
            return 7

        def __getitem__(self, rows: slice) -> Acting:
            return self

        def __array__(self, dtype: object = None, copy: bool | None = None) -> Images:
            act()
            raise AssertionError

    return Acting()


@pytest.mark.parametrize(
    "error", [ValueError, StopIteration, GeneratorExit, asyncio.CancelledError]
)
def test_a_bad_block_leaves_nothing_behind(
    client: Client, weights: Weights, images: Images, error: type[BaseException]
) -> None:
    """Whatever it raises: it is told, the others are finished, and the cluster forgets it."""

    def fail() -> None:
        raise error("bad")

    pieces = [images, images_that(fail), images]
    with pytest.raises(BadBlocksError) as raised:
        classify_many(pieces, weights, client=client, timesteps=STEPS)
    assert f"block 1 (images 1,000 to 1,006): {error.__name__}: bad. All other" in str(raised.value)
    assert raised.value.failures[0].block.images is None
    del raised

    def known() -> list[Any]:
        on_scheduler = client.run_on_scheduler(lambda dask_scheduler: [*dask_scheduler.tasks])
        return [*client.futures, *on_scheduler]

    deadline = time.monotonic() + 10
    while known() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not known()


def test_what_has_come_stays_though_the_scheduler_goes(
    weights: Weights, images: Images, expected: Classification, tmp_path: Path
) -> None:
    with (
        scheduler(tmp_path) as (process, file, address),
        worker(file),
        remote_client(address) as client,
    ):
        client.wait_for_workers(1, timeout=60)
        answers = classify_blocks([images] * 8, weights, client=client, timesteps=STEPS)
        found = [next(answers)]
        time.sleep(3.0)  # until those that are on their way have come
        process.kill()
        time.sleep(1.0)
        with pytest.raises(ClusterLostError):
            found += answers
    assert len(found) >= 2
    for answer in found:
        np.testing.assert_array_equal(answer.counts, expected.counts)


def test_an_answer_that_cannot_be_read(
    client: Client, weights: Weights, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What fails between a worker and here is said, and nobody waits for it."""

    class Unreadable:
        def __reduce__(self) -> tuple[type[int], tuple[str]]:
            return int, ("counts",)

    def submit(client: Client, plugin: str, task: running.Task, key: str) -> Future:
        return client.submit(Unreadable, key=key)

    monkeypatch.setattr(running, "_submit", submit)
    with pytest.raises(BadBlocksError, match=r"block 0 .*: ValueError: invalid literal for int"):
        classify_many(images, weights, client=client, timesteps=STEPS)


def test_a_slow_worker(
    client: Client, weights: Weights, images: Images, expected: Classification
) -> None:
    """One that gets a tenth of the time does not hold up the other, which does most blocks."""
    client.wait_for_workers(2, timeout=60)
    slow, fast = processes(client)
    over = Event()

    def slow_down() -> None:
        try:
            while not over.is_set():
                slow.suspend()
                time.sleep(0.2)
                slow.resume()
                time.sleep(0.02)
        finally:
            slow.resume()

    before = [sum(process.cpu_times()[:2]) for process in (slow, fast)]
    throttle = Thread(target=slow_down)
    throttle.start()
    try:
        found = classify_many([images] * 100, weights, client=client, timesteps=STEPS)
    finally:
        over.set()
        throttle.join()
    used = [sum(process.cpu_times()[:2]) for process in (slow, fast)]
    np.testing.assert_array_equal(found.counts, repeated(expected, 100))
    assert used[0] - before[0] < used[1] - before[1]


def test_a_block_that_kills_workers(weights: Weights, images: Images, tmp_path: Path) -> None:
    """It is given up after some workers, and all others are finished, also those beside it."""
    pieces = [images, images_that(lambda: os._exit(3)), images]
    # It starts other workers even if Dask's nanny gives up, after which blocks would wait for ever.
    with local_client(1, threads=2) as client, pytest.raises(BadBlocksError) as raised:
        classify_many(pieces, weights, client=client, timesteps=STEPS, store=tmp_path)
    assert "block 1 (images 1,000 to 1,006): 5 workers died over it" in str(raised.value)
    assert [failure.block.number for failure in raised.value.failures] == [1]


# --- A cluster as users have it: processes that know each other by an address ---------------------


@contextlib.contextmanager
def program(*arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    """A program of Dask's, killed in the end."""
    with subprocess.Popen(
        [sys.executable, "-m", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def scheduler(folder: Path, port: int = 0) -> Iterator[tuple[subprocess.Popen[bytes], Path, str]]:
    """A scheduler: its process, the file that workers find it by, and its address."""
    file = folder / "scheduler.json"
    options = ("--scheduler-file", file, "--port", port, "--no-dashboard", "--host", "127.0.0.1")
    with program("distributed.cli.dask_scheduler", *options) as process:
        deadline = time.monotonic() + 60
        while not file.exists() or not file.read_text(encoding="utf-8"):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(0.2)
        with Client(scheduler_file=str(file)) as client:
            address = client.scheduler.address
        yield process, file, address


def test_another_scheduler_in_place_of_the_first(
    weights: Weights, images: Images, tmp_path: Path
) -> None:
    """It has nothing of the run, whatever had come by then."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with contextlib.ExitStack() as first:
        _, file, address = first.enter_context(scheduler(tmp_path, port))
        first.enter_context(worker(file))
        with remote_client(address) as client:
            client.wait_for_workers(1, timeout=60)
            answers = classify_blocks([images] * 8, weights, client=client, timesteps=STEPS)
            next(answers)
            time.sleep(3.0)  # until those that are on their way have come
            first.close()
            file.unlink()
            with scheduler(tmp_path, port) as (_, file, _), worker(file):
                deadline, threads = time.monotonic() + 60, {}
                while not threads:
                    assert time.monotonic() < deadline
                    time.sleep(0.1)
                    with contextlib.suppress(OSError):  # the client finds it by and by
                        threads = client.nthreads() if client.status == "running" else {}
                with pytest.raises(ClusterLostError):
                    list(answers)


def worker(file: Path, *options: object) -> contextlib.AbstractContextManager[object]:
    common = ("--scheduler-file", file, "--nthreads", 1, "--no-dashboard", "--no-nanny")
    return program("distributed.cli.dask_worker", *common, *options)


def test_the_scheduler_goes_away(
    weights: Weights, images: Images, expected: Classification, tmp_path: Path
) -> None:
    store = tmp_path / "answers"

    def pieces(stop: subprocess.Popen[bytes]) -> Iterator[Images]:
        for number in range(20):
            if number == 10:
                stop.kill()
            yield images

    with (
        scheduler(tmp_path) as (process, file, address),
        worker(file),
        remote_client(address) as client,
        pytest.raises(ClusterLostError) as raised,
    ):
        classify_many(pieces(process), weights, client=client, timesteps=STEPS, store=store)
    message = str(raised.value)
    assert message.startswith("The scheduler of the Dask cluster has gone, and ")
    assert message.endswith(f" are kept in {store}; start a cluster, and run again.")
    finished = int(message.split(", and ")[1].split()[0])
    assert 6 <= finished <= 10
    # The rest, without a cluster: what is finished is not classified again.
    blank = np.zeros_like(images)
    pieces_left = [blank] * 6 + [
        images
    ] * 14  # blocks 0 to 5 had come back before block 10 was read
    found = classify_many(pieces_left, weights, timesteps=STEPS, store=store)
    np.testing.assert_array_equal(found.counts[:], repeated(expected, 20))


def test_the_scheduler_goes_while_nobody_waits(
    weights: Weights, images: Images, tmp_path: Path
) -> None:
    with (
        scheduler(tmp_path) as (process, file, address),
        worker(file),
        remote_client(address) as client,
    ):
        answers = classify_blocks([images] * 20, weights, client=client, timesteps=STEPS)
        next(answers)
        time.sleep(2.1)  # so long that the number of threads is asked for again
        process.kill()
        time.sleep(1.0)
        with pytest.raises(ClusterLostError, match="has gone, and with it all unfinished blocks"):
            list(answers)
        with pytest.raises((ClusterLostError, ValueError), match=r"has gone|client is clos"):
            classify_many(images, weights, client=client)


def test_a_server_that_is_no_scheduler(monkeypatch: pytest.MonkeyPatch) -> None:
    """It takes the connection, and says nothing."""
    monkeypatch.setattr(connecting, "UNTIL_IT_ANSWERS", 1.0)
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        pytest.raises(ConnectionError, match="no Dask scheduler answers at"),
        remote_client(f"tcp://127.0.0.1:{server.getsockname()[1]}"),
    ):
        pass


OLD_NUMBA = """
import distributed.versions as versions
versions.found = getattr(versions, "found", versions.get_package_info)  # read more than once
versions.get_package_info = lambda names: versions.found(names) | {"numba": "0.1"}
"""


def test_versions_that_differ(weights: Weights, images: Images, tmp_path: Path) -> None:
    preload = tmp_path / "old_numba.py"
    preload.write_text(OLD_NUMBA, encoding="utf-8")
    with scheduler(tmp_path) as (_, file, address):
        with (
            worker(file, "--preload", preload),
            remote_client(address) as client,
            pytest.raises(VersionsDifferError, match=r"The worker at \S+ has numba 0\.1 \(here"),
        ):
            classify_many(images, weights, client=client, timesteps=STEPS)
        # One that comes later is noticed by the first block that it gets.
        with contextlib.ExitStack() as late, worker(file), remote_client(address) as client:

            def pieces() -> Iterator[Images]:
                yield images
                late.enter_context(worker(file, "--preload", preload))
                over = time.monotonic() + 90  # as long as it may take until it has come and works
                while time.monotonic() < over:  # as fast as they are taken: both have to work
                    yield images

            with pytest.raises(VersionsDifferError, match=r"A worker has numba 0\.1 \(here"):
                classify_many(pieces(), weights, client=client, timesteps=STEPS)


@pytest.mark.parametrize(
    ("preloaded", "message"),
    [
        (
            "import tutorial_helpers.cluster.workers as workers\n"
            "workers.code_digest = lambda: 'another'\n",
            r"The worker at \S+ has code of this project another \(here \w{12}\); install",
        ),
        (
            "import sys\nsys.modules['tutorial_helpers'] = None\n",
            r"The worker at \S+ cannot import this project \(.*tutorial_helpers.*\); install it",
        ),
    ],
)
def test_workers_without_this_project(preloaded: str, message: str, tmp_path: Path) -> None:
    preload = tmp_path / "preloaded.py"
    preload.write_text(preloaded, encoding="utf-8")
    with (
        scheduler(tmp_path) as (_, file, address),
        worker(file, "--preload", preload),
        pytest.raises(VersionsDifferError, match=message),
        remote_client(address),
    ):
        pass


@pytest.mark.skipif(os.name == "nt", reason="Windows has no groups of processes to interrupt")
def test_an_interrupt_ends_quietly(tmp_path: Path) -> None:
    """As a terminal does it: all processes get the signal."""
    pytest.importorskip("jax", reason="redrawing digits needs JAX: the extra train")
    store = tmp_path / "answers"
    options = ("--digits", "100_000_000", "--workers", "2", "--store", str(store))
    with subprocess.Popen(
        [sys.executable, "-m", "tutorial_helpers", "classify", *options, "--timesteps", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            deadline = time.monotonic() + 120
            while len(list(store.glob("blocks/**/*"))) < 4 and time.monotonic() < deadline:
                time.sleep(0.1)
            os.killpg(process.pid, signal.SIGINT)
            told, _ = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130
    assert told.endswith("Interrupted.\n")
    assert "Traceback" not in told


def test_the_program_of_the_how_to(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "how_to" / "cluster.md").read_text(encoding="utf-8")
    program = tmp_path / "program.py"
    program.write_text(re.findall("```python\n(.*?)```", page, re.DOTALL)[0], encoding="utf-8")
    command = [sys.executable, str(program)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=300, check=True)
    first, *rows = ran.stdout.splitlines()
    assert first == "0.9878"
    assert rows[2:4] == ["default 5.0 12 98.39", "default 5.0 30 98.67"]
    assert len(rows) == 12


# --- Memory ---------------------------------------------------------------------------------------


def test_ten_million_images_in_bounded_memory(tmp_path: Path) -> None:
    """7.8 GB of images pass through this process and the workers, of which none grows by much.

    What this process has from tests before does not count.
    """
    weights = [np.random.default_rng(2).normal(1, 1, (784, 10)).astype(np.float32)]
    block = np.random.default_rng(3).integers(0, 256, (10_000, 784), dtype=np.uint8)
    most: dict[int, int] = {}

    before = psutil.Process().memory_info().rss
    with local_client(2) as client:
        watched = [psutil.Process(), *processes(client)]

        def pieces(times: int) -> Iterator[Images]:
            for _ in range(times):
                for process in watched:
                    size = process.memory_info().rss
                    most[process.pid] = max(most.get(process.pid, 0), size)
                yield block

        classify_many(pieces(20), weights, client=client, timesteps=1, store=tmp_path / "few")
        few = dict(most)
        few[os.getpid()] -= before
        found = classify_many(
            pieces(1000), weights, client=client, timesteps=1, store=tmp_path / "many"
        )
        assert found.predictions.shape == (10_000_000,)
        most[os.getpid()] -= before
    grown = {pid: (most[pid] - few[pid]) / 2**20 for pid in most}
    print(f"MB after 20 blocks: {[size // 2**20 for size in few.values()]}, grown by {grown}")
    assert max(few.values()) < 1.5 * 2**30
    assert max(grown.values()) < 256
