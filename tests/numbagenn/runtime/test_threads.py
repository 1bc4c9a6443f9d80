"""Threads share the batch elements; who does what changes nothing."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.runtime import threads


@pytest.fixture(autouse=True)
def default_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("NUMBAGENN_THREADS", raising=False)
    before = threads._num_threads
    engine.set_num_threads(None)
    yield
    engine.set_num_threads(before)


def test_default_is_what_the_process_may_use() -> None:
    assert engine.get_num_threads() == threads.available_threads() >= 1
    if hasattr(os, "sched_getaffinity"):
        assert engine.get_num_threads() == len(os.sched_getaffinity(0))


def test_default_without_affinity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert engine.get_num_threads() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert engine.get_num_threads() == 1


def test_the_last_word_is_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBAGENN_THREADS", "3")
    assert engine.get_num_threads() == 3
    engine.set_num_threads(5)
    assert engine.get_num_threads() == 5
    engine.set_num_threads(np.int64(4))
    assert engine.get_num_threads() == 4
    engine.set_num_threads(None)
    assert engine.get_num_threads() == 3
    monkeypatch.setenv("NUMBAGENN_THREADS", "")
    assert engine.get_num_threads() == threads.available_threads()


@pytest.mark.parametrize("given", ["0", "-1", "two", "1.5", " 2", "²", "1025"])
def test_a_wrong_environment_variable_is_named(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("NUMBAGENN_THREADS", given)
    with pytest.raises(
        ValueError, match=f"NUMBAGENN_THREADS must be an integer from 1 to 1024, not '{given}'"
    ):
        engine.get_num_threads()


@pytest.mark.parametrize("given", [True, False, 2.0, "2", [1]])
def test_the_number_of_threads_is_an_integer(given: object) -> None:
    with pytest.raises(
        TypeError, match=r"must be an integer, not .+; give None for as many as there are"
    ):
        engine.set_num_threads(given)
    assert engine.get_num_threads() == threads.available_threads()


@pytest.mark.parametrize("number", [0, -3, 1025, 10**5000], ids=lambda number: hex(number)[:9])
def test_the_number_of_threads_has_a_range(number: int) -> None:
    with pytest.raises(ValueError, match=r"must be at (least 1|most 1024), not"):
        engine.set_num_threads(number)


@pytest.mark.parametrize("number", [1, 2, 7])
@pytest.mark.parametrize("count", [1, 2, 5, 28, 29, 128])
@pytest.mark.parametrize("minimum", [1, 10, 1000])
def test_every_item_is_done_once(number: int, count: int, minimum: int) -> None:
    engine.set_num_threads(number)
    done = np.zeros(count, int)
    parts = []

    def work(first: int, last: int) -> None:
        parts.append((first, last))
        done[first:last] += 1

    threads.parallel_for(work, count, minimum)
    assert (done == 1).all()
    assert all(last - first >= min(minimum, count) for first, last in parts if last < count)
    if number == 1:
        assert parts == [(0, count)]


def test_one_thread_is_the_callers() -> None:
    engine.set_num_threads(1)
    seen = []
    threads.parallel_for(lambda first, last: seen.append(threading.current_thread()), 100)
    assert seen == [threading.current_thread()]


def test_a_failing_part_is_reported_when_all_have_ended() -> None:
    engine.set_num_threads(2)
    done = []

    def work(first: int, last: int) -> None:
        if first == 0:
            raise ZeroDivisionError("the first part")
        done.append(last - first)

    with pytest.raises(ZeroDivisionError, match="the first part"):
        threads.parallel_for(work, 80)
    assert sum(done) <= 70
    threads.parallel_for(lambda first, last: done.append(last), 80)


FORK = """
import os, sys
from numbagenn import set_num_threads
from numbagenn.runtime.threads import parallel_for

set_num_threads(2)
total = []
parallel_for(lambda first, last: total.append(last - first), 40)
child = os.fork()
if child == 0:
    parallel_for(lambda first, last: total.append(last - first), 40)
    os._exit(0 if sum(total) == 80 else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="processes cannot be forked here")
def test_threads_work_after_a_fork() -> None:
    # Both wait for each other for ever if the child takes its parent's threads for its own.
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], check=True, timeout=60)
