"""Whether something fits into the memory of this computer, checked before it is allocated.

Linux hands out memory that it does not have, and kills the process that tries to use it. So we
check the size of anything large first.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from numbagenn.base.wording import in_bytes

# What a container may use, by cgroups of version 2 and 1.
_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def check_memory(what: str, needed: int, fix: str, detail: str = "") -> None:
    """Raise if something needs more memory than there is, even if nothing else uses any.

    Parameters
    ----------
    what
        What needs it; the message begins with this.
    needed
        Number of bytes.
    fix
        What to do; the message ends with this.
    detail
        What most of the memory is for.

    Raises
    ------
    MemoryError
        With both numbers.
    """
    memory = total_memory()
    if memory is not None and needed > memory:
        raise MemoryError(
            f"{what} needs {in_bytes(needed)} of memory{detail and f', {detail}'}, and there are "
            f"{in_bytes(memory)} here; {fix}."
        )


@cache
def total_memory() -> int | None:
    """Return the bytes of memory, with swap, that this process may use; None if it is unknown."""
    found = [_memory_of_container(Path(path)) for path in _LIMITS]
    found.append(_memory_of_windows() if sys.platform == "win32" else _memory_of_posix())
    sizes = [size for size in found if size]
    return min(sizes) + _swap() if sizes else None


def _memory_of_container(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):  # there is no such file, or no limit: "max"
        return None


def _memory_of_posix() -> int | None:
    try:
        return max(os.sysconf("SC_PHYS_PAGES"), 0) * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _swap() -> int:
    """Return the size of the swap, where Linux reports it."""
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        (kilobytes,) = (line.split()[1] for line in lines if line.startswith("SwapTotal:"))
        return int(kilobytes) * 1024
    except (OSError, ValueError):
        return 0


def _memory_of_windows() -> int | None:
    import ctypes

    class Status(ctypes.Structure):
        _fields_ = (
            ("length", ctypes.c_uint32),
            ("load", ctypes.c_uint32),
            *((name, ctypes.c_uint64) for name in ("total", "free", "total_with_page_file")),
            *((name, ctypes.c_uint64) for name in ("free_2", "virtual", "free_3", "free_4")),
        )

    status = Status(length=ctypes.sizeof(Status))
    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    return (
        status.total_with_page_file if kernel.GlobalMemoryStatusEx(ctypes.byref(status)) else None
    )
