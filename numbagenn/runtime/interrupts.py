"""Ctrl-C while kernels run.

Python handles a signal in the main thread, between two lines of Python. A kernel has no such lines,
so while the main thread runs one, another thread listens: Python writes a byte into a socket as
soon as a signal comes, and the listener tells the kernel to stop. Back in Python, the main thread
handles the signal as usual. If that raises nothing, the kernel is called again for the rest.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import threading
import time

from numbagenn.kernels.batch_counter import STOP, Counter, Stop

#: Seconds that a kernel has to finish a step before it is stopped in the middle of it.
GRACE = 0.1

_main = threading.main_thread().ident

# The counter of the kernels that the main thread is running.
_watched: Counter | None = None

# The socket that Python writes to, once a thread listens at its other end, and what it has
# received.
_socket = -1
_heard: list[bytes] = []


def watch(counter: Counter) -> Counter | int | None:
    """Make kernels that read `counter` stop when a signal comes, until `unwatch` is called.

    Watches nest: the outer one continues after an inner one, which takes almost no time.

    Returns
    -------
    ndarray, int or None
        For `unwatch`. None on other threads than the main one, because they handle no signals.
    """
    global _watched
    if threading.get_ident() != _main:
        return None
    outer, _watched = _watched, counter
    if outer is not None:
        return outer
    if _socket < 0:
        _begin_to_listen()
    before = signal.set_wakeup_fd(_socket, warn_on_full_buffer=False)
    # Ours is still set if an interrupt kept `unwatch` from being called.
    return -1 if before == _socket else before


def unwatch(before: Counter | int | None) -> None:
    """End the watch that `watch` began, given its result."""
    global _watched
    if before is None:
        return
    if not isinstance(before, int):
        _watched = before
        return
    _watched = None
    signal.set_wakeup_fd(before)
    while _heard:
        numbers = _heard.pop()
        # Event loops of other libraries still wait for these signals.
        if before >= 0:
            with contextlib.suppress(OSError):
                os.write(before, numbers)


def _begin_to_listen() -> None:
    global _socket
    receiver, sender = socket.socketpair()
    sender.setblocking(False)
    threading.Thread(target=_listen, args=(receiver,), name="interrupts", daemon=True).start()
    _socket = sender.detach()


def _after_fork() -> None:
    # A fork has no other threads, so none listens, and the thread that forked is the main one.
    global _socket, _watched, _main
    _socket, _watched, _main = -1, None, threading.main_thread().ident


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _listen(receiver: socket.socket) -> None:
    while True:
        numbers = receiver.recv(4096)
        counter = _watched
        if counter is None:
            continue
        _heard.append(numbers)
        counter[STOP] = Stop.SOON
        # Leave a step unfinished only if a KeyboardInterrupt is certain to follow.
        if signal.SIGINT in numbers and _raises():
            time.sleep(GRACE)
            if _watched is counter:
                counter[STOP] = Stop.NOW


def _raises() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.default_int_handler
