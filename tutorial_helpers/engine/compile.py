"""From the text of a generated module to the module, compiled, through a cache on disk.

An entry of the cache is a directory, named by a hash of the text and of everything else that
decides what it compiles to. It is built in a temporary directory and moved into place whole, so
other processes see all of it or nothing; a list of checksums tells a damaged entry, which is
built again.
An entry that can only be read is loaded all the same, as one that an administrator filled. Where
nothing can be written the module is compiled in memory: that costs time and nothing else.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import linecache
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import ModuleType

import llvmlite
import llvmlite.binding
import numba
import numpy as np
import platformdirs

from tutorial_helpers.engine import (
    arrays,
    c_functions,
    jit,
    random_numbers,
    spike_lists,
    spike_trains,
    turns,
)
from tutorial_helpers.engine.threads import aside

_SOURCE = "kernels.py"
_CHECKSUMS = "checksums.json"

_modules: dict[str, ModuleType] = {}


def cache_directory() -> Path:
    """Return where compiled modules are kept.

    It is the directory in the environment variable ``TUTORIAL_CACHE_DIR`` if that is set, and the
    user's cache directory otherwise.
    """
    given = os.environ.get("TUTORIAL_CACHE_DIR")
    return Path(given) if given else Path(platformdirs.user_cache_dir("spiking-mnist-tutorials"))


def compiled(source: str) -> ModuleType:
    """Return the module that a text defines, its kernels compiled.

    Parameters
    ----------
    source
        Text of a Python module whose functions are decorated with `jit.kernel` and `jit.part`.

    Returns
    -------
    ModuleType
        The module. The same text gives the same module within a process.
    """
    key = _key(source)
    return _modules[key] if key in _modules else aside(partial(_compiled, key, source))


def _compiled(key: str, source: str) -> ModuleType:
    with jit.COMPILER_LOCK:
        if key not in _modules:
            _modules[key] = _from_cache(key) or _built(key, source) or _in_memory(key, source)
        return _modules[key]


def _key(source: str) -> str:
    """Return a hash of all that decides what a text compiles to."""
    parts = [
        source,
        sys.version,
        numba.__version__,
        llvmlite.__version__,
        np.__version__,
        llvmlite.binding.get_host_cpu_name(),
        llvmlite.binding.get_host_cpu_features().flatten(),
        # These are compiled into every kernel, without Numba noticing when they change.
        *(
            Path(module.__file__ or "").read_text(encoding="utf-8")
            for module in (
                arrays,
                c_functions,
                jit,
                random_numbers,
                spike_lists,
                spike_trains,
                turns,
            )
        ),
    ]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _execute(key: str, source: str, file: str, *, cached: bool) -> ModuleType:
    """Run the text as a module, which compiles its kernels or loads them from beside `file`."""
    module = ModuleType(f"tutorial_helpers_kernels_{key}")
    module.__file__ = file
    # Numba finds the globals of cached functions by the name of their module.
    sys.modules[module.__name__] = module
    # Tracebacks and inspect.getsource find the text here even where no file holds it.
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    with jit.disk_cache(cached), _garbage_kept():
        exec(compile(source, file, "exec"), module.__dict__)
    return module


@contextlib.contextmanager
def _garbage_kept() -> Iterator[None]:
    """Keep Python from looking for garbage, which is a tenth of the time that Numba takes.

    Nearly all that it makes stays in use until the module is compiled.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _checksums(directory: Path) -> dict[str, str]:
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(directory.rglob("*"))
        if path.is_file() and path.name != _CHECKSUMS
    }


def _from_cache(key: str) -> ModuleType | None:
    directory = cache_directory() / key
    try:
        expected = json.loads((directory / _CHECKSUMS).read_text(encoding="utf-8"))
        intact = expected == _checksums(directory)
        source = (directory / _SOURCE).read_text(encoding="utf-8")
    except (OSError, ValueError):
        if not os.path.exists(directory):  # noqa: PTH110 - false where the name is too long
            return None
        intact = False
    if not intact:
        shutil.rmtree(directory, ignore_errors=True)
        return None
    with contextlib.suppress(OSError):
        if _is_writable(directory):
            return _execute(key, source, str(directory / _SOURCE), cached=True)
        # Numba loads nothing from where it could not write.
        with tempfile.TemporaryDirectory(prefix="kernels-") as temporary:
            for name in (_SOURCE, *expected):
                copy = Path(temporary) / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(directory / name, copy)
                # The time of the source is how Numba knows it.
                shutil.copystat(directory / name, copy)
            return _execute(key, source, str(Path(temporary) / _SOURCE), cached=True)
    return None


def _is_writable(directory: Path) -> bool:
    """Return whether files can be made in a directory and in those below it."""
    paths = [directory, *(path for path in directory.rglob("*") if path.is_dir())]
    try:
        for path in paths:
            with tempfile.TemporaryFile(dir=path):
                pass
    except OSError:
        return False
    return True


def _built(key: str, source: str) -> ModuleType | None:
    """Compile into the cache; None where that cannot be written."""
    root = cache_directory()
    try:
        root.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix="building-", dir=root))
    except OSError:
        return None
    try:
        try:
            (temporary / _SOURCE).write_text(source, encoding="utf-8", newline="\n")
            module = _execute(key, source, str(temporary / _SOURCE), cached=True)
        except OSError:
            return None
        # Another process may have been faster, which is as good; and a full disk costs only time.
        with contextlib.suppress(OSError):
            checksums = json.dumps(_checksums(temporary), indent=1)
            (temporary / _CHECKSUMS).write_text(checksums, encoding="utf-8")
            temporary.replace(root / key)
        return module
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _in_memory(key: str, source: str) -> ModuleType:
    return _execute(key, source, f"<kernels {key}>", cached=False)
