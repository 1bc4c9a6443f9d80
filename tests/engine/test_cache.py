"""The cache of compiled modules: it saves time, and nothing that happens to it does harm."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numba
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba.core import caching
from profiles import examples

from tutorial_helpers.engine import compile as compiling

# A module as the engine generates them, but tiny: it takes a fraction of a second to compile.
SOURCE = '''"""A module for a test."""

from numpy import int64

from tutorial_helpers.engine.jit import kernel, part


@part
def twice(x):
    return x + x


@kernel("void(int64, int64[::1])")
def run(number, result):
    result[0] = twice(number) + {constant}
'''


def source(constant: int = 1) -> str:
    return SOURCE.replace("{constant}", str(constant))


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    directory = tmp_path / "cache"
    monkeypatch.setenv("TUTORIAL_CACHE_DIR", str(directory))
    # What was compiled before this test counts for nothing.
    monkeypatch.setattr(compiling, "_modules", {})
    return directory


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("tutorial_helpers_kernels_"):
            del sys.modules[name]


def result(constant: int = 1) -> int:
    import numpy as np

    out = np.zeros(1, np.int64)
    compiling.compiled(source(constant)).run(20, out)
    return int(out[0])


def snapshot(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(directory).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def forget() -> None:
    """Stand in for a new process."""
    compiling._modules.clear()


def test_directory_is_the_users_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TUTORIAL_CACHE_DIR", raising=False)
    assert compiling.cache_directory().name == "spiking-mnist-tutorials"
    assert compiling.cache_directory().is_absolute()
    monkeypatch.setenv("TUTORIAL_CACHE_DIR", str(tmp_path))
    assert compiling.cache_directory() == tmp_path


def test_an_entry_is_whole_and_alone(cache: Path) -> None:
    assert result() == 41
    (entry,) = cache.iterdir()
    assert entry.name == compiling._key(source())
    assert (entry / "kernels.py").read_text(encoding="utf-8") == source()
    files = {path.relative_to(entry).as_posix() for path in entry.rglob("*") if path.is_file()}
    checksums = json.loads((entry / "checksums.json").read_text(encoding="utf-8"))
    assert set(checksums) == files - {"checksums.json"}
    assert {Path(name).suffix for name in files} >= {".py", ".nbi", ".nbc", ".json"}


def test_a_text_is_compiled_once_in_a_process(cache: Path) -> None:
    module = compiling.compiled(source())
    assert compiling.compiled(source()) is module
    assert compiling.compiled(source(2)) is not module
    assert len(list(cache.iterdir())) == 2


def test_what_is_in_the_cache_is_not_compiled_again(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert result() == 41
    before = snapshot(cache)
    forget()
    monkeypatch.setattr(compiling, "_built", None)
    monkeypatch.setattr(compiling, "_in_memory", None)
    assert result() == 41
    assert compiling.compiled(source()).run.stats.cache_hits
    assert snapshot(cache) == before


def test_another_version_is_another_entry(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = compiling._key(source())
    assert compiling._key(source(2)) != key
    monkeypatch.setattr(numba, "__version__", "0.0.1")
    assert compiling._key(source()) != key
    monkeypatch.undo()
    monkeypatch.setattr(compiling.llvmlite.binding, "get_host_cpu_name", lambda: "abacus")
    assert compiling._key(source()) != key


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def removed(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    path.unlink()
    path.mkdir()


@examples(5, 300)
@given(data=st.data())
def test_any_bit_of_an_entry_may_flip(data: Any) -> None:
    """Wherever it is: the result is the same, and the entry whole again."""
    with TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        patch.setenv("TUTORIAL_CACHE_DIR", directory)
        patch.setattr(compiling, "_modules", {})
        assert result() == 41
        (entry,) = Path(directory).iterdir()
        files = sorted(path for path in entry.rglob("*") if path.is_file())
        path = data.draw(st.sampled_from(files))
        content = bytearray(path.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        if data.draw(st.booleans(), "cut"):
            del content[place:]
        else:
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        path.write_bytes(content)
        forget()
        assert result() == 41
        assert compiling._checksums(entry) == json.loads(
            (entry / "checksums.json").read_text(encoding="utf-8")
        )


@pytest.mark.parametrize("damage", [emptied, halved, flipped, removed, replaced])
@pytest.mark.parametrize("suffix", [".py", ".nbi", ".nbc", ".json"])
def test_a_damaged_entry_is_built_again(
    cache: Path, suffix: str, damage: Callable[[Path], None]
) -> None:
    assert result() == 41
    (entry,) = cache.iterdir()
    for path in [path for path in entry.rglob(f"*{suffix}") if path.is_file()]:
        damage(path)
    forget()
    assert result() == 41
    # And it is whole afterwards: the damage costs time once.
    assert [path.name for path in cache.iterdir()] == [entry.name]
    assert json.loads((entry / "checksums.json").read_text("utf-8")) == compiling._checksums(entry)
    before = snapshot(cache)
    forget()
    assert result() == 41
    assert snapshot(cache) == before


def test_a_foreign_file_in_an_entry_is_damage_too(cache: Path) -> None:
    assert result() == 41
    (entry,) = cache.iterdir()
    (entry / "kernels.py.orig").write_text("?")
    forget()
    assert result() == 41
    assert not (entry / "kernels.py.orig").exists()


def a_file(cache: Path) -> None:
    cache.write_text("not a directory")


def below_a_file(cache: Path) -> None:
    cache.write_text("not a directory")
    os.environ["TUTORIAL_CACHE_DIR"] = str(cache / "below" / "it")


def no_room(cache: Path) -> None:
    os.environ["TUTORIAL_CACHE_DIR"] = os.devnull


def too_long_a_name(cache: Path) -> None:
    os.environ["TUTORIAL_CACHE_DIR"] = 5000 * "a"


@pytest.mark.parametrize("spoil", [a_file, below_a_file, no_room, too_long_a_name])
def test_where_nothing_can_be_written_it_is_compiled_in_memory(
    cache: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(cache)
    assert result() == 41
    assert not cache.is_dir()
    forget()
    assert result() == 41


def test_a_full_disk_costs_only_time(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(caching.IndexDataCacheFile, "save", full)
    assert result() == 41
    assert list(cache.iterdir()) == []


def test_a_move_that_fails_costs_only_time(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise PermissionError(errno.EACCES, "in use")

    monkeypatch.setattr(Path, "replace", fail)
    assert result() == 41
    assert list(cache.iterdir()) == []


def test_an_entry_that_another_process_made_first_is_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert result() == 41
    before = snapshot(cache)
    forget()
    # As if the entry had not been there when this process looked.
    monkeypatch.setattr(compiling, "_from_cache", lambda key: None)
    assert result() == 41
    assert snapshot(cache) == before
    assert len(list(cache.iterdir())) == 1


def test_what_a_killed_process_left_is_harmless(cache: Path) -> None:
    left = cache / "building-abc"
    left.mkdir(parents=True)
    (left / "kernels.py").write_text("half of a mod")
    assert result() == 41
    forget()
    assert result() == 41
    assert (left / "kernels.py").read_text() == "half of a mod"


@pytest.mark.parametrize("given", ["", "somewhere"])
def test_numbas_own_setting_is_left_as_it_was(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    directory = str(tmp_path / given) if given else ""
    monkeypatch.setattr(numba.config, "CACHE_DIR", directory)
    assert result() == 41
    assert directory == numba.config.CACHE_DIR
    assert not (tmp_path / "somewhere").exists()
    with pytest.raises(SyntaxError):
        compiling.compiled("def")
    assert directory == numba.config.CACHE_DIR
    from tutorial_helpers.engine import jit

    assert jit._cached is False


def test_a_module_that_fails_leaves_nothing_behind(cache: Path) -> None:
    with pytest.raises(SyntaxError):
        compiling.compiled("def")
    assert list(cache.iterdir()) == []
    assert compiling._modules == {}


# Whole models, in processes of their own ------------------------------------------------------

MODEL = """
import json, sys
import numba
from tutorial_helpers import engine
from tutorial_helpers.engine import compile as compiling

if sys.argv[1] == "warm":
    def refuse(*_):
        raise AssertionError("compiled although it is in the cache")
    compiling._built = compiling._in_memory = refuse

cell = engine.create_neuron_model(
    "cell", vars=[("V", "scalar"), ("n", "unsigned int")], sim_code="V += 0.7 * Isyn - 0.1 * V;",
    threshold_condition_code="V >= 1.0", reset_code="V = 0.0; n++;",
)
reset = engine.create_custom_update_model(
    "reset", var_refs=[("V", "scalar")], update_code="V = 0.5;"
)
model = engine.GeNNModel("float", "cached")
pop = model.add_neuron_population("A", 4, cell, {}, {"V": [0.0, 0.1, 0.2, 0.3], "n": 0})
model.add_current_source("dc", "DC", pop, {"amp": 0.4})
model.add_custom_update("U", "U", reset, {}, {}, {"V": engine.create_var_ref(pop, "V")})
model.build()
model.load()
model.custom_update("U")
for _ in range(30):
    model.step_time()
result = []
for name in ("V", "n"):
    pop.vars[name].pull_from_device()
    result.append(pop.vars[name].values.tolist())
print(json.dumps([result, numba.config.CACHE_DIR]))
"""


def start(directory: Path, how: str, **environment: str) -> subprocess.Popen[str]:
    root = Path(compiling.__file__).parents[2]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-c", MODEL, how],
        env={**os.environ, "PYTHONPATH": path, "TUTORIAL_CACHE_DIR": str(directory), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def outcome(process: subprocess.Popen[str]) -> Any:
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return json.loads(output)


def test_processes_share_the_cache(tmp_path: Path) -> None:
    """Two at once, and then one that finds all done; with a cache directory for Numba's own use."""
    cache, numbas = tmp_path / "cache", tmp_path / "numba"
    racing = [start(cache, "cold", NUMBA_CACHE_DIR=str(numbas)) for _ in range(2)]
    first, second = (outcome(process) for process in racing)
    assert first == second
    assert first[1] == str(numbas)
    assert not numbas.exists()
    assert len(list(cache.iterdir())) == 1
    before = snapshot(cache)
    assert outcome(start(cache, "warm", NUMBA_CACHE_DIR=str(numbas))) == first
    assert snapshot(cache) == before
    assert not numbas.exists()


# Directories that cannot be written, in processes that may not -----------------------------------

TINY = """
import ctypes, os, sys

if hasattr(os, "geteuid") and os.geteuid() == 0:
    # The superuser writes wherever it likes, unless it gives up the right to.
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    assert ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) == 0

import numpy as np
from tutorial_helpers.engine import compile as compiling

out = np.zeros(1, np.int64)
run = compiling.compiled(sys.argv[1]).run
run(20, out)
print(out[0], len(run.stats.cache_hits))
"""

unless_posix = pytest.mark.skipif(
    sys.platform not in ("linux", "darwin") or (sys.platform == "darwin" and os.geteuid() == 0),
    reason="nothing is read-only for this user",
)


def start_tiny(directory: Path, **environment: str) -> subprocess.Popen[str]:
    root = Path(compiling.__file__).parents[2]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-B", "-c", TINY, source()],
        env={**os.environ, "PYTHONPATH": path, "TUTORIAL_CACHE_DIR": str(directory), **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> tuple[int, int]:
    """Return the result, and how many functions were loaded rather than compiled."""
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    number, loaded = map(int, output.split())
    return number, loaded


@contextmanager
def read_only(directory: Path) -> Iterator[None]:
    """Take away the right to write a directory and all below it."""
    paths = [directory, *(path for path in directory.rglob("*") if path.is_dir())]
    for path in paths:
        path.chmod(0o555)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(0o755)


@unless_posix
def test_a_read_only_directory_costs_only_time(cache: Path) -> None:
    cache.mkdir()
    with read_only(cache):
        assert told(start_tiny(cache)) == (41, 0)
    assert list(cache.iterdir()) == []


@unless_posix
def test_a_read_only_cache_can_be_used(cache: Path, tmp_path: Path) -> None:
    """As one that an administrator filled, even if nothing else can be written, either."""
    assert result() == 41
    before = snapshot(cache)
    home = tmp_path / "home"
    home.mkdir()
    with read_only(cache), read_only(home):
        assert told(start_tiny(cache, HOME=str(home), XDG_CACHE_HOME=str(home))) == (41, 1)
    assert snapshot(cache) == before
    assert list(home.iterdir()) == []


@unless_posix
@pytest.mark.parametrize("suffix", [".nbc", ".json"])
def test_a_read_only_cache_may_be_damaged(cache: Path, tmp_path: Path, suffix: str) -> None:
    assert result() == 41
    for path in cache.rglob(f"*{suffix}"):
        flipped(path)
    before = snapshot(cache)
    with read_only(cache):
        assert told(start_tiny(cache)) == (41, 0)
    assert snapshot(cache) == before


def test_processes_share_a_damaged_cache(cache: Path) -> None:
    assert result() == 41
    for path in cache.rglob("*.nbi"):
        halved(path)
    racing = [start_tiny(cache) for _ in range(3)]
    assert {told(process)[0] for process in racing} == {41}
    (entry,) = cache.iterdir()
    assert json.loads((entry / "checksums.json").read_text("utf-8")) == compiling._checksums(entry)
