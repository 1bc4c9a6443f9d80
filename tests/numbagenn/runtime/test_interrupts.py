"""Ctrl-C and other signals while kernels run."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.kernels.batch_counter import new_batch_counter
from numbagenn.runtime import interrupts, threads
from tests import ROOT
from tests.numbagenn.networks import add_cells, connect, new_model, pulled, steps

needs_signals = pytest.mark.skipif(
    os.name == "nt", reason="a process on Windows cannot send itself Ctrl-C alone"
)


def interrupted(*arguments: object) -> float:
    """Run the script, and return the longest time that an answer took."""
    script = [sys.executable, "-m", "tests.numbagenn.runtime.interrupted"]
    done = subprocess.run(
        [*script, *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


# On an idle machine an answer takes 0.02 s, and 0.11 s where a step has to be left in the middle.
@needs_signals
@pytest.mark.parametrize(
    ("number", "signals"),
    [
        pytest.param(4, 10, marks=pytest.mark.slow),
        pytest.param(1, 250, marks=pytest.mark.slow),
        pytest.param(4, 250, marks=pytest.mark.slow),
    ],
)
def test_an_interrupted_model_tells_the_truth(number: int, signals: int) -> None:
    assert interrupted("random", number, signals) < 2.0


@needs_signals
@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 4])
def test_nothing_runs_so_long_that_it_cannot_be_interrupted(number: int) -> None:
    assert interrupted("endless", number) < 2.0


def running(batch_size: int = 8) -> Any:
    """Return a loaded model, some thousand steps of which take a while."""
    model = new_model("running", batch_size)
    a, b = add_cells(model, "A", 300, 0.9), add_cells(model, "B", 200, 0.7)
    connect(model, a, b, np.linspace(-0.01, 0.02, 60_000))
    connect(model, b, b, np.linspace(0.01, -0.02, 40_000), name="again")
    model.add_current_source("dc", "DC", a, {"amp": 0.4})
    model.build()
    model.load()
    return model


def result(act: Callable[[], None] = lambda: None) -> np.ndarray:
    model = running()
    steps(model, 900)
    act()
    return pulled(model.neuron_populations["B"], "V")


@needs_signals
@pytest.mark.parametrize("number", [1, 3])
def test_a_signal_that_raises_nothing_changes_nothing(number: int) -> None:
    engine.set_num_threads(number)
    expected = result()
    seen: list[int] = []
    before = signal.signal(signal.SIGALRM, lambda number, frame: seen.append(number))
    try:
        found = result(lambda: signal.setitimer(signal.ITIMER_REAL, 1e-3, 1e-3) and None)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        engine.set_num_threads(None)
    assert seen
    assert found.tobytes() == expected.tobytes()


@needs_signals
def test_a_handler_of_the_users_own_decides() -> None:
    expected, seen = result(), []
    before = signal.signal(signal.SIGINT, lambda number, frame: seen.append(number))
    try:
        timer = threading.Timer(0.01, os.kill, (os.getpid(), signal.SIGINT))
        found = result(timer.start)
        timer.join()
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen
    assert found.tobytes() == expected.tobytes()


@needs_signals
def test_what_was_asked_for_goes_on_after_an_interrupt() -> None:
    expected = result()
    model = running()
    steps(model, 900)
    timer = threading.Timer(0.003, os.kill, (os.getpid(), signal.SIGINT))

    def pull() -> None:
        timer.start()
        model.neuron_populations["B"].vars["V"].pull_from_device()
        timer.join()

    with pytest.raises(KeyboardInterrupt):
        pull()
    assert model.timestep == 900
    assert pulled(model.neuron_populations["B"], "V").tobytes() == expected.tobytes()
    assert model.timestep == 900


def test_what_others_wait_for_is_passed_on() -> None:
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    before = signal.set_wakeup_fd(sender.fileno())
    try:
        turns = new_batch_counter()
        state = interrupts.watch(turns)
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        for _ in range(1000):
            if interrupts._heard:
                break
            time.sleep(0.001)
        interrupts.unwatch(state)
        assert signal.set_wakeup_fd(sender.fileno()) == sender.fileno()
        receiver.settimeout(5)
        # A signal of an earlier test may have been heard too late, and comes along.
        assert set(receiver.recv(16)) == {signal.SIGINT}
        assert turns[2]
    finally:
        signal.set_wakeup_fd(before)
        receiver.close()
        sender.close()


def test_threads_but_the_main_one_are_never_interrupted() -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(interrupts.watch(new_batch_counter())))
    thread.start()
    thread.join()
    assert found == [None]
    interrupts.unwatch(None)


def test_work_aside_returns_what_it_returns_and_raises_what_it_raises() -> None:
    seen: list[threading.Thread] = []

    def work() -> int:
        seen.append(threading.current_thread())
        return 7

    assert threads.run_off_main_thread(work) == 7
    assert seen[0] is not threading.main_thread()
    with pytest.raises(ZeroDivisionError):
        threads.run_off_main_thread(lambda: 1 // 0)
