"""Compiles the text of a generated module, with a cache on disk.

Each kernel of a module has an entry in the cache, which is one file. It starts with a checksum of
its content and of everything that decides this content; the machine code follows. The file is
written under another name and then moved into place, so other processes see all of it or nothing. A
damaged entry is replaced. The text of the module always decides what runs: an entry only saves
compiling it.

Machine code cannot be checked before it runs. So entries are used only from a folder that nobody
but the user and the administrator can write to. Where others can write, and where nothing can be
written, modules are compiled in memory, which costs time and nothing else.

One more entry, that of an empty text, holds the functions that modules have in common, so that the
next model is compiled faster.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import linecache
import os
import pickle
import re
import shlex
import shutil
import stat
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import platformdirs

from numbagenn.base.garbage import garbage_kept
from numbagenn.base.user_warnings import warn_user
from numbagenn.codegen.kernels_apart import kernels_apart

# Generated modules import these. Importing them here saves the time when a model is built.
from numbagenn.kernels import jit
from numbagenn.runtime.threads import run_off_main_thread

# Names of unfinished entries begin like this. Writing takes less than a second, so an unfinished
# entry that is an hour old was left by a process that was killed.
_UNFINISHED = "building-"
_SECONDS_TO_FINISH = 3600.0

# No module compiles to more bytes than this, so a larger file is damaged.
_MOST_BYTES = 1 << 28
_CHECKSUM_BYTES = hashlib.sha256().digest_size

_modules: dict[str, ModuleType] = {}


def cache_directory() -> Path | None:
    """Return the folder of compiled modules, which is made if missing; None if none is safe.

    It is the folder in the environment variable ``NUMBAGENN_CACHE_DIR`` if that is set. Otherwise
    it is in the user's cache folder or, where that is not the user's alone, among temporary files.
    """
    problems = []
    for place in _places():
        try:
            folder = place.absolute()
            for path in (*reversed(folder.parents), folder):
                path.mkdir(mode=0o700, exist_ok=True)
            problem = _problem(folder)
        except (OSError, ValueError):
            continue
        if problem is None:
            return folder
        problems.append(problem)
    if problems:
        _warn_once(f"Compiled kernels are not kept: {problems[0]}")
    return None


_warn_once = functools.cache(warn_user)


def _places() -> Iterator[Path]:
    """Yield possible folders for the cache, the best first."""
    given = os.environ.get("NUMBAGENN_CACHE_DIR")
    if given:
        # Path.expanduser raises if there is no home folder.
        yield Path(os.path.expanduser(given))  # noqa: PTH111
        return
    name = "numbagenn"
    # For a user without a home, platformdirs raises, or returns a path that begins with "~".
    with contextlib.suppress(OSError, RuntimeError):
        user_cache = Path(platformdirs.user_cache_dir(name))
        if user_cache.is_absolute():
            yield user_cache
    with contextlib.suppress(OSError):
        user = "" if sys.platform == "win32" else f"-{os.geteuid()}"
        yield Path(tempfile.gettempdir(), name + user)


def compiled(source: str) -> ModuleType:
    """Return the module that a text defines, with compiled kernels.

    Parameters
    ----------
    source
        Text of a Python module whose functions are decorated with `jit.kernel` and
        `jit.device_function`.

    Returns
    -------
    ModuleType
        The module. The same text gives the same module within a process.
    """
    key = _key(source)
    if key not in _modules:
        run_off_main_thread(functools.partial(_compile_apart, key, source, cache_directory()))
    return _modules[key]


def _compile_apart(key: str, source: str, folder: Path | None) -> None:
    """Compile the kernels of a module one by one: some may be known from other modules."""
    with jit.COMPILER_LOCK:
        # Another thread may have compiled it in the meantime.
        if key in _modules:
            return
        parts = {_key(part): part for part in kernels_apart(source)}
        for one, part in parts.items():
            if one not in _modules:
                _modules[one] = _compiled(one, part, folder)
        if key not in parts:
            module = _modules[key] = ModuleType(f"{jit.GENERATED}{key}")
            for one in parts:
                module.__dict__.update(jit.kernels_of(_modules[one]))


def _compiled(key: str, source: str, folder: Path | None) -> ModuleType:
    """Return a compiled module, with the help of the cache in a folder if there is one."""
    stored = _read(folder / key) if folder else {}
    known = dict(stored)
    module = None
    if known:
        # A damaged entry can fail in any way.
        with contextlib.suppress(Exception):
            module = _execute(key, source, known, {})
    if module is None:
        known = {}
        device = _read(folder / _key("")) if folder else {}
        before = dict(device)
        module = _execute(key, source, known, device)
        if folder and device != before:
            _write(folder / _key(""), device)
    if folder and known != stored:
        _write(folder / key, known)
    return module


def _key(source: str) -> str:
    """Return a hash of all that decides what a text compiles to."""
    parts = [
        source,
        sys.version,
        np.__version__,
        *jit.target(),
        *_SOURCES,
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _sources() -> list[str]:
    """Return the text of what generated modules are compiled with: kernels, and what they import.

    Other changes, such as to the words of messages in ``base``, leave what was compiled as it was.
    """
    package = Path(__file__).parents[1]
    kernels = [file.read_text("utf-8") for file in sorted((package / "kernels").glob("*.py"))]
    imported = re.findall(r"^from numbagenn\.base\.(\w+) import", "\n".join(kernels), re.MULTILINE)
    base = [package / "base" / f"{name}.py" for name in sorted({*imported})]
    return kernels + [file.read_text("utf-8") for file in base]


# Read together with the modules: a file that changes later has no effect on this process.
_SOURCES = _sources()


def _execute(
    key: str, source: str, known: dict[str, bytes], device: dict[str, bytes]
) -> ModuleType:
    """Run the text as a module; compile kernels without known machine code, and add them."""
    module = ModuleType(f"{jit.GENERATED}{key}")
    module.__file__ = file = f"<kernels {key}>"
    # Numba finds the globals of stored functions by the name of their module.
    sys.modules[module.__name__] = module
    # Tracebacks and inspect.getsource find the text here, because no file holds it.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    with jit.machine_code(known, device), garbage_kept():
        exec(compile(source, file, "exec"), module.__dict__)
    return module


def _problem(folder: Path) -> str | None:
    """Return how others could change the content of a folder, and the fix; None if they cannot.

    Whoever can write to a folder above it can put another one in its place.
    """
    if sys.platform == "win32":
        # On Windows files have no such owner and mode, and a profile belongs to one user alone.
        return None
    fix = "set NUMBAGENN_CACHE_DIR to a folder of your own"
    for path in (*reversed(folder.parents), folder):
        status = path.lstat()
        if not _is_ours(status):
            return f"'{path}' belongs to another user; {fix}."
        if stat.S_ISLNK(status.st_mode):
            # All folders that the link leads through count as well, starting at the root.
            return _problem(path.parent / path.readlink() / folder.relative_to(path))
        # In a sticky folder, such as /tmp, others cannot replace the user's files.
        sticky = status.st_mode & stat.S_ISVTX
        if _is_open(status) and (path == folder or not sticky):
            if status.st_uid == os.geteuid() and not sticky:
                fix = f"run chmod go-w {shlex.quote(str(path))}, or {fix}"
            return f"other users could change them in '{path}'; {fix}."
    return None


def _is_ours(status: os.stat_result) -> bool:
    """Return whether a file belongs to the user or, like Python itself, to the administrator."""
    return status.st_uid in (0, os.geteuid())


def _is_open(status: os.stat_result) -> bool:
    """Return whether others can write to something."""
    return bool(status.st_mode & (stat.S_IWGRP | stat.S_IWOTH))


def _read(entry: Path) -> dict[str, bytes]:
    """Return the machine code in an entry, by kernel; empty if missing or unusable."""
    try:
        checksum, content = _content(entry)
        if checksum == _checksum(entry.name, content):
            return dict(pickle.loads(content))
    except FileNotFoundError:
        return {}
    # A damaged entry can fail in any way.
    except Exception:
        pass
    _remove(entry)
    return {}


def _content(entry: Path) -> tuple[bytes, bytes]:
    """Return the two parts of an entry, if it is a file that nobody else could have written."""
    # Do not follow links, and do not wait.
    flags = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(entry, "rb", opener=lambda path, mode: os.open(path, mode | flags)) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            raise ValueError("not an entry")
        if sys.platform != "win32" and (_is_open(status) or not _is_ours(status)):
            raise PermissionError("not the user's own")
        return file.read(_CHECKSUM_BYTES), file.read()


def _write(entry: Path, known: dict[str, bytes]) -> None:
    """Write an entry; a failure, such as a full disk, only costs time."""
    content = pickle.dumps(known)
    unfinished = entry.with_name(f"{_UNFINISHED}{uuid.uuid4().hex}")
    with contextlib.suppress(OSError):
        try:
            # Others may read it, but not write to it, whatever the umask says.
            unfinished.touch(mode=0o644, exist_ok=False)
            unfinished.write_bytes(_checksum(entry.name, content) + content)
            unfinished.replace(entry)
        finally:
            unfinished.unlink(missing_ok=True)
        for path in entry.parent.glob(f"{_UNFINISHED}*"):
            if time.time() - path.lstat().st_mtime > _SECONDS_TO_FINISH:
                _remove(path)


def _checksum(key: str, content: bytes) -> bytes:
    """Return a hash of the content of an entry and of its key."""
    return hashlib.sha256(key.encode() + content).digest()


def _remove(path: Path) -> None:
    """Remove a file or a folder, if that is possible."""
    with contextlib.suppress(Exception):
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
