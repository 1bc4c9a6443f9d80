"""The cache of compiled modules: it saves time, and nothing that happens to it does harm."""

from __future__ import annotations

import errno
import inspect
import json
import os
import pickle
import re
import shlex
import socket
import stat
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any

import numba
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numba import types
from numba.core.compiler import CompileResult

import numbagenn
from numbagenn.codegen.rendering import rendered
from numbagenn.kernels import jit, target
from numbagenn.language.kernel_names import IMPORTS
from numbagenn.runtime import compilation as compiling
from tests.numbagenn.profiles import examples

# A module as the engine generates them, but tiny: it takes a fraction of a second to compile.
SOURCE = '''"""A module for a test."""

from numpy import int64

from numbagenn.kernels.jit import kernel, device_function


@device_function
def twice(x):
    return x + x


@kernel("void(int64, int64[::1])")
def run(number, result):
    result[0] = twice(number) + {constant}
'''

posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no owners and modes")


def source(constant: int = 1) -> str:
    return SOURCE.replace("{constant}", str(constant))


def skip_unless_private(folder: Path) -> None:
    problem = compiling._problem(folder)
    if problem:
        pytest.skip(f"nothing can be kept among temporary files: {problem}")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    skip_unless_private(tmp_path)
    directory = tmp_path / "cache"
    monkeypatch.setenv("NUMBAGENN_CACHE_DIR", str(directory))
    # What was compiled before this test, and what was warned of, counts for nothing.
    monkeypatch.setattr(compiling, "_modules", {})
    compiling._warn_once.cache_clear()
    return directory


@pytest.fixture(scope="module")
def whole() -> dict[str, bytes]:
    """Hold an entry that is whole, once a test has needed one."""
    return {}


@pytest.fixture
def filled(cache: Path, whole: dict[str, bytes]) -> Path:
    """Return a cache that has been used."""
    entry = entry_of(cache)
    if not whole:
        assert result() == 41
        whole[entry.name] = entry.read_bytes()
        forget()
    cache.mkdir(mode=0o700, exist_ok=True)
    entry.write_bytes(whole[entry.name])
    entry.chmod(0o644)
    return cache


@pytest.fixture(autouse=True)
def modules() -> Iterator[None]:
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        if name.startswith("numbagenn_kernels_"):
            del sys.modules[name]


def result(constant: int = 1) -> int:
    out = np.zeros(1, np.int64)
    compiling.compiled(source(constant)).run(20, out)
    return int(out[0])


def loaded(constant: int = 1) -> bool:
    """Return whether the kernel was loaded rather than compiled."""
    return bool(compiling.compiled(source(constant)).run.stats.cache_hits)


def entry_of(cache: Path, constant: int = 1) -> Path:
    return cache / compiling._key(source(constant))


def snapshot(directory: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(directory).as_posix(): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


def forget() -> None:
    """Stand in for a new process."""
    compiling._modules.clear()
    for name in [name for name in sys.modules if name.startswith("numbagenn_kernels_")]:
        del sys.modules[name]


def check_it_is_whole(cache: Path) -> None:
    """The cache holds an entry and nothing else, and that can be used."""
    (entry,) = cache.iterdir()
    assert entry == entry_of(cache)
    forget()
    assert result() == 41
    assert loaded()


# Where the cache is ----------------------------------------------------------------------------


@pytest.fixture
def temporary(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the cache is that is among temporary files, with no other one set."""
    monkeypatch.delenv("NUMBAGENN_CACHE_DIR")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    user = "" if sys.platform == "win32" else f"-{os.geteuid()}"
    return tmp_path / f"numbagenn{user}"


@pytest.mark.parametrize("given", [None, ""])
def test_it_is_in_the_users_cache_folder(
    cache: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    if given is not None:
        monkeypatch.setenv("NUMBAGENN_CACHE_DIR", given)
    monkeypatch.setattr(compiling.platformdirs, "user_cache_dir", lambda name: str(cache / name))
    assert compiling.cache_directory() == cache / "numbagenn"
    assert not temporary.exists()


def test_it_is_where_it_is_set_to_be(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert compiling.cache_directory() == cache
    monkeypatch.setenv("NUMBAGENN_CACHE_DIR", str(Path("~", "kernels")))
    assert compiling.cache_directory() == tmp_path / "kernels"


def test_a_relative_folder_is_relative_to_the_working_directory(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBAGENN_CACHE_DIR", "kernels")
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        forget()
        assert result() == 41
        check_it_is_whole(tmp_path / name / "kernels")


@posix
def test_the_working_directory_may_be_gone(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    monkeypatch.setenv("NUMBAGENN_CACHE_DIR", "kernels")
    assert result() == 41


def open_to_all(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)
    return folder


def no_home(folder: Path) -> Path:
    raise RuntimeError("could not determine the home directory")


NO_CACHE_FOLDER: dict[str, Callable[[Path], Path]] = {
    "no home": no_home,
    "no home, in older versions": lambda folder: Path("~/.cache/numbagenn"),
    "a home that is no folder": lambda folder: Path(os.devnull, ".cache"),
    "a name that is too long": lambda folder: folder / ("x" * 300),
    "a path that is too long": lambda folder: folder.joinpath(*["x" * 200] * 30),
    "a folder that others can write to": open_to_all,
}


@posix
@pytest.mark.parametrize("kind", NO_CACHE_FOLDER)
def test_without_a_cache_folder_it_is_among_temporary_files(
    cache: Path,
    temporary: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    recwarn: pytest.WarningsRecorder,
    kind: str,
) -> None:
    monkeypatch.setattr(
        compiling.platformdirs,
        "user_cache_dir",
        lambda name: str(NO_CACHE_FOLDER[kind](tmp_path / "home")),
    )
    monkeypatch.chdir(tmp_path)
    assert result() == 41
    check_it_is_whole(temporary)
    assert stat.S_IMODE(temporary.stat().st_mode) == 0o700
    assert not (tmp_path / "~").exists()
    assert not recwarn.list


@posix
def test_the_place_among_temporary_files_may_be_taken(
    cache: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By somebody who got there first: the folder that is warned of is the user's own."""
    monkeypatch.setattr(compiling.platformdirs, "user_cache_dir", lambda name: str(cache))
    for folder in (cache, temporary):
        folder.mkdir()
        folder.chmod(0o777)
    with pytest.warns(UserWarning, match=rf"^Compiled kernels .* '{re.escape(str(cache))}'"):
        assert result() == 41
    assert list(temporary.iterdir()) == []


@posix
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("home", [None, "", os.devnull, "nowhere"])
def test_any_home_will_do(
    cache: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, home: str | None, known: bool
) -> None:
    """Also for a user of whom the system knows none, as in a container."""
    import pwd

    def unknown(user: int) -> None:
        raise KeyError(user)

    if not known:
        monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.delenv("HOME", raising=False)
    if home is not None:
        monkeypatch.setenv("HOME", home)
    monkeypatch.chdir(cache.parent)
    with monkeypatch.context() as patch:
        # The home of whoever runs the tests is left alone.
        patch.setattr(Path, "mkdir", read_only_file_system)
        assert result() == 41
    assert list(cache.parent.iterdir()) == []


def read_only_file_system(*_: object, **__: object) -> None:
    raise OSError(errno.EROFS, "Read-only file system")


# What is in it ---------------------------------------------------------------------------------


def test_an_entry_is_one_file_that_others_cannot_write(cache: Path) -> None:
    mask = os.umask(0)
    try:
        assert result() == 41
    finally:
        os.umask(mask)
    (entry,) = cache.iterdir()
    assert entry == entry_of(cache)
    if sys.platform != "win32":
        assert stat.S_IMODE(entry.stat().st_mode) == 0o644
        assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    check_it_is_whole(cache)


def test_a_text_is_compiled_once_in_a_process(cache: Path) -> None:
    module = compiling.compiled(source())
    assert compiling.compiled(source()) is module
    assert compiling.compiled(source(2)) is not module
    assert len(list(cache.iterdir())) == 2


def test_what_is_in_the_cache_is_not_compiled_again(cache: Path) -> None:
    assert result() == 41
    assert not loaded()
    before = snapshot(cache)
    forget()
    assert result() == 41
    assert loaded()
    assert snapshot(cache) == before


SECOND_KERNEL = """

@kernel("void(int64[::1])")
def add(result):
    result[0] += {constant}
"""


def test_a_kernel_of_two_modules_is_compiled_once(cache: Path) -> None:
    modules = [
        compiling.compiled(source() + SECOND_KERNEL.replace("{constant}", str(constant)))
        for constant in (2, 3)
    ]
    one, other = modules
    assert one.run is other.run
    out = np.zeros(1, np.int64)
    for module in modules:
        module.add(out)
    assert out[0] == 5
    assert len(list(cache.iterdir())) == 3


def test_a_kernel_of_another_module_is_in_the_cache(cache: Path) -> None:
    compiling.compiled(source() + SECOND_KERNEL.replace("{constant}", "2"))
    forget()
    module = compiling.compiled(source() + SECOND_KERNEL.replace("{constant}", "3"))
    assert module.run.stats.cache_hits
    assert not module.add.stats.cache_hits


def test_the_text_at_hand_can_be_looked_at(cache: Path) -> None:
    for _ in range(2):
        text = inspect.getsource(compiling.compiled(source()).run.py_func)
        assert text == source()[source().index("@kernel") :]
        forget()


def test_another_version_is_another_entry(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = compiling._key(source())
    assert compiling._key(source(2)) != key
    changes = [
        (numba, "__version__", "0.0.1"),
        (np, "__version__", "0.0.1"),
        (sys, "version", "2.7"),
        (numba.config, "BOUNDSCHECK", 1),
        (numba.config, "OPT", 0),
    ]
    for owner, name, value in changes:
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, value)
            assert compiling._key(source()) != key, name
    codegen = type(target.context.codegen())
    monkeypatch.setattr(codegen, "_get_host_cpu_name", lambda self: "abacus")
    assert compiling._key(source()) != key


# What kernels are made of ------------------------------------------------------------------------

PACKAGE = Path(numbagenn.__file__).parent


def imported_by(text: str) -> set[Path]:
    """Return the files of the engine that a text imports, or imports from."""
    found = set()
    for module, names in re.findall(
        r"^(?:from|import) (numbagenn[\w.]*)(?: import (.*))?", text, re.MULTILINE
    ):
        path = PACKAGE.parent / module.replace(".", "/")
        if path.with_suffix(".py").exists():
            found.add(path.with_suffix(".py"))
        else:
            found.add(path / "__init__.py")
            files = (path / f"{name}.py" for name in re.findall(r"\w+", names))
            found |= {file for file in files if file.exists()}
    return found


def test_all_that_generated_modules_reach_is_part_of_the_key() -> None:
    """They import from ``kernels``, and that from ``base``: a number would be compiled in."""
    reached: set[Path] = set()
    texts = [rendered("imports.jinja", title="All", imports=IMPORTS)]
    while texts:
        new = imported_by(texts.pop()) - reached
        reached |= new
        texts += [file.read_text("utf-8") for file in new]
    assert {file.parent.name for file in reached} == {"kernels", "base"}
    assert {file.read_text("utf-8") for file in reached} <= {*compiling._SOURCES}
    assert (PACKAGE / "base" / "wording.py").read_text("utf-8") not in compiling._SOURCES


def test_a_change_of_what_kernels_are_made_of_is_another_entry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = compiling._key(source())
    for number, text in enumerate(compiling._SOURCES):
        changed = [*compiling._SOURCES]
        changed[number] = text + "# changed\n"
        monkeypatch.setattr(compiling, "_SOURCES", changed)
        assert compiling._key(source()) != key


def test_files_that_change_while_they_are_in_use_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is compiled from modules as they were must not be kept as from those that are there."""
    key = compiling._key(source())
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: "changed")
    assert compiling._key(source()) == key


# Damaged entries -------------------------------------------------------------------------------


def changed(change: Callable[[bytes], bytes]) -> Callable[[Path], None]:
    return lambda entry: void(entry.write_bytes(change(entry.read_bytes())))


def instead(make: Callable[[Path], object]) -> Callable[[Path], None]:
    """Put something else where the entry is."""

    def damage(entry: Path) -> None:
        entry.unlink()
        make(entry)

    return damage


def void(_: object) -> None:
    pass


def flipped(content: bytes, place: int) -> bytes:
    place %= len(content)
    return content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]


def full_folder(entry: Path) -> None:
    (entry / "below").mkdir(parents=True)
    (entry / "below" / "file").write_text("?")


def listening(entry: Path) -> None:
    """Make a socket, from beside it: its address must be short."""
    before = Path.cwd()
    os.chdir(entry.parent)
    try:
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(entry.name)
    finally:
        os.chdir(before)


def loop(entry: Path) -> None:
    other = entry.parent.parent / "other"
    entry.symlink_to(other)
    other.symlink_to(entry)


def linked(entry: Path) -> None:
    """Move it elsewhere, from where it is linked to."""
    other = entry.parent.parent / "other"
    entry.rename(other)
    entry.symlink_to(other)


def huge(entry: Path) -> None:
    with entry.open("r+b") as file:
        file.truncate(1 << 40)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": changed(lambda content: b""),
    "one byte": changed(lambda content: content[:1]),
    "a checksum alone": changed(lambda content: content[:32]),
    "half": changed(lambda content: content[: len(content) // 2]),
    "the last byte missing": changed(lambda content: content[:-1]),
    "the first byte missing": changed(lambda content: content[1:]),
    "a byte too many": changed(lambda content: content + b"\0"),
    "twice": changed(lambda content: content * 2),
    "another first byte": changed(lambda content: flipped(content, 0)),
    "another byte of the checksum": changed(lambda content: flipped(content, 31)),
    "another first byte of the content": changed(lambda content: flipped(content, 32)),
    "another byte in the middle": changed(lambda content: flipped(content, len(content) // 2)),
    "another last byte": changed(lambda content: flipped(content, -1)),
    "zeros": changed(lambda content: bytes(len(content))),
    "text": changed(lambda content: b"half of a mod"),
    "no text": changed(lambda content: b"\xff\xfe\xfd" * 100),
    "Python": changed(lambda content: b"raise SystemExit\n"),
    "a list": changed(lambda content: b"[]"),
    "a deep list": changed(lambda content: b"[" * 100_000),
    "a pickle": changed(lambda content: pickle.dumps({"run": b""})),
    "nothing": instead(lambda entry: None),
    "an empty folder": instead(Path.mkdir),
    "a full folder": instead(full_folder),
}
POSIX_DAMAGES: dict[str, Callable[[Path], object]] = {
    "a pipe": instead(lambda entry: os.mkfifo(entry)),
    "a socket": instead(listening),
    "a link to nothing": instead(lambda entry: entry.symlink_to("nothing")),
    "a link to itself": instead(lambda entry: entry.symlink_to(entry)),
    "a loop of links": instead(loop),
    "a link to a folder": instead(lambda entry: entry.symlink_to(entry.parent)),
    "a link to endless zeros": instead(lambda entry: entry.symlink_to("/dev/zero")),
    "a link to a whole entry": linked,
    "a terabyte": huge,
    "a file that cannot be read": lambda entry: entry.chmod(0),
    "a file that the group can write": lambda entry: entry.chmod(0o664),
    "a file that others can write": lambda entry: entry.chmod(0o646),
    "a file that all can write": lambda entry: entry.chmod(0o666),
}


@pytest.mark.parametrize(
    "damage",
    [
        *(pytest.param(damage, id=name) for name, damage in DAMAGES.items()),
        *(pytest.param(damage, id=name, marks=posix) for name, damage in POSIX_DAMAGES.items()),
    ],
)
def test_a_damaged_entry_is_replaced(
    filled: Path, recwarn: pytest.WarningsRecorder, damage: Callable[[Path], object]
) -> None:
    damage(entry_of(filled))
    assert result() == 41
    # The damage costs time once.
    check_it_is_whole(filled)
    assert stat.S_ISREG(entry_of(filled).lstat().st_mode)
    assert not recwarn.list


@examples(5, 300)
@given(data=st.data())
def test_any_bit_of_an_entry_may_flip(data: Any) -> None:
    """Wherever it is: the result is the same, and the entry whole again."""
    with TemporaryDirectory() as directory, pytest.MonkeyPatch.context() as patch:
        skip_unless_private(Path(directory))
        patch.setenv("NUMBAGENN_CACHE_DIR", directory)
        patch.setattr(compiling, "_modules", {})
        assert result() == 41
        (entry,) = Path(directory).iterdir()
        content = bytearray(entry.read_bytes())
        # An entry of the same text is not always of the same length.
        place = data.draw(st.integers(0, 2**20)) % len(content)
        if data.draw(st.booleans(), "cut"):
            del content[place:]
        else:
            content[place] ^= 1 << data.draw(st.integers(0, 7))
        entry.write_bytes(content)
        forget()
        assert result() == 41
        assert not loaded()
        check_it_is_whole(Path(directory))


# Entries that are wrong, with checksums that are right -------------------------------------------


class Raising:
    """Raises, when it is loaded."""

    def __init__(self, kind: type[BaseException], *arguments: object) -> None:
        self.how = kind, arguments

    def __reduce__(self) -> Any:
        return raise_it, self.how


def raise_it(kind: type[BaseException], arguments: tuple[object, ...]) -> None:
    raise kind(*arguments)


class StrangeError(Exception):
    """One of which nobody has heard."""


def deep(levels: int = 100_000) -> bytes:
    """Return the pickle of a list in a list in a list, and so on."""
    return b"\x80\x04" + b"]" * levels + b"a" * (levels - 1) + b"."


WRONG_PICKLES: dict[str, bytes] = {
    **{
        f"{kind.__name__} is raised": pickle.dumps(Raising(kind, *arguments))
        for kind, *arguments in (
            (OSError, errno.EIO, "Input/output error"),
            (FileNotFoundError, errno.ENOENT, "No such file"),
            (PermissionError, errno.EACCES, "Permission denied"),
            (ValueError, "wrong"),
            (TypeError, "wrong"),
            (KeyError, "missing"),
            (IndexError, "missing"),
            (AttributeError, "missing"),
            (ImportError, "missing"),
            (EOFError, "over"),
            (MemoryError,),
            (RecursionError, "deep"),
            (OverflowError, "large"),
            (UnicodeDecodeError, "utf-8", b"\xff", 0, 1, "wrong"),
            (AssertionError,),
            (NotImplementedError,),
            (StopIteration,),
            (RuntimeError, "LLVM"),
            (UserWarning, "careful"),
            (pickle.UnpicklingError, "wrong"),
            (numba.core.errors.TypingError, "wrong"),
            (StrangeError,),
        )
    },
    "nothing": b"",
    "no end": pickle.dumps({"run": b""})[:-1],
    "a length that is no length": b"\x80\x04\x8e" + b"\xff" * 8 + b"x.",
    "a length beyond all memory": b"\x80\x04\x8e" + (1 << 46).to_bytes(8, "little") + b"x.",
    "an unknown protocol": b"\x80\xff.",
    "an unknown letter": b"\x80\x04\xff.",
    "what was never stored": b"\x80\x04h\x07.",
    "an empty stack": b"\x80\x04.",
    "a missing module": b"cno.such.module\nname\n.",
    "a missing name": b"cpickle\nno_such_name\n.",
    "another missing name": b"cnumba\nno_such_name\n.",
    "no text": b"\x80\x04X\x02\x00\x00\x00\xff\xfe.",
    "a number": pickle.dumps(5),
    "none": pickle.dumps(None),
    "a list": pickle.dumps([1, 2, 3]),
    "a deep list": deep(),
    "a string": pickle.dumps("run"),
    "a table of a number": pickle.dumps({"run": 5}),
    "a table of none": pickle.dumps({"run": None}),
    "a table of a string": pickle.dumps({"run": "run"}),
    "a table of numbers": pickle.dumps({1: 2}),
    "another function": pickle.dumps({"walk": b""}),
    "an empty table": pickle.dumps({}),
    "nine numbers": pickle.dumps(tuple(range(9))),
    "ten numbers": pickle.dumps(tuple(range(10))),
}


def overwrite(entry: Path, content: bytes) -> None:
    """Write an entry whose checksum is right."""
    entry.write_bytes(compiling._checksum(entry.name, content) + content)


@pytest.mark.parametrize("name", WRONG_PICKLES)
def test_the_content_may_be_anything(
    filled: Path, recwarn: pytest.WarningsRecorder, name: str
) -> None:
    overwrite(entry_of(filled), WRONG_PICKLES[name])
    assert result() == 41
    assert not loaded()
    check_it_is_whole(filled)
    assert not recwarn.list


@pytest.mark.parametrize("name", WRONG_PICKLES)
def test_the_machine_code_may_be_anything(
    filled: Path, recwarn: pytest.WarningsRecorder, name: str
) -> None:
    overwrite(entry_of(filled), pickle.dumps({"run": WRONG_PICKLES[name]}))
    assert result() == 41
    assert not loaded()
    check_it_is_whole(filled)
    assert not recwarn.list


def stored(cache: Path, constant: int = 1) -> tuple[Any, ...]:
    """Return what Numba has stored of a kernel: library, description, environment, and more."""
    entry = entry_of(cache, constant)
    # It names its module.
    name = f"numbagenn_kernels_{entry.name}"
    sys.modules.setdefault(name, ModuleType(name))
    return pickle.loads(pickle.loads(entry.read_bytes()[32:])["run"])  # type: ignore[no-any-return]


def store(cache: Path, parts: object) -> None:
    overwrite(entry_of(cache), pickle.dumps({"run": jit.serialize.dumps(parts)}))
    forget()


@pytest.mark.parametrize("wrong", [None, 5, [[]]])
@pytest.mark.parametrize("place", range(9))
def test_each_part_may_be_anything(filled: Path, place: int, wrong: object) -> None:
    parts = list(stored(filled))
    parts[place] = wrong
    store(filled, parts)
    assert result() == 41
    forget()
    assert result() == 41


def other_name(parts: list[Any]) -> None:
    parts[1].qualname = "walk"


def other_module(parts: list[Any]) -> None:
    parts[1].modname = "os"


def no_module(parts: list[Any]) -> None:
    parts[1].modname = "no.such.module"


def no_types(parts: list[Any]) -> None:
    parts[1].argtypes = parts[1].restype = None


def other_signature(parts: list[Any]) -> None:
    parts[3] = types.void(types.float64)


def other_library(parts: list[Any], *change: Any) -> None:
    parts[0] = (parts[0][0], *change)


WRONG_PARTS: dict[str, Callable[[list[Any]], None]] = {
    "the name of another function": other_name,
    "the name of another module": other_module,
    "the name of a missing module": no_module,
    "no types": no_types,
    "the signature of another function": other_signature,
    "a part too few": lambda parts: void(parts.pop()),
    "a part too many": lambda parts: parts.append(None),
    "bitcode that is none": lambda parts: other_library(parts, "bitcode", b"nonsense"),
    "bitcode with the head of bitcode": lambda parts: other_library(
        parts, "bitcode", b"BC\xc0\xde" + b"x" * 100
    ),
    "an unknown kind of library": lambda parts: other_library(parts, "spell", b"abracadabra"),
    "a library without parts": lambda parts: other_library(parts, "object", ()),
    "a library without an interface": lambda parts: other_library(
        parts, "object", (parts[0][2][0], b"nonsense")
    ),
}


@pytest.mark.parametrize("change", WRONG_PARTS.values(), ids=WRONG_PARTS)
def test_parts_may_be_wrong(filled: Path, change: Callable[[list[Any]], None]) -> None:
    parts = list(stored(filled))
    change(parts)
    store(filled, parts)
    assert result() == 41
    assert not loaded()
    check_it_is_whole(filled)


def test_the_entry_of_another_text_is_not_taken(filled: Path) -> None:
    """Neither its file, whose checksum is that of the other one, nor its machine code."""
    assert result(2) == 42
    content = entry_of(filled, 2).read_bytes()
    entry_of(filled).write_bytes(content)
    forget()
    assert result() == 41
    assert not loaded()
    overwrite(entry_of(filled), content[32:])
    stored(filled, 2)
    compiling._modules.clear()
    assert result() == 41
    assert not loaded()


def test_code_that_refers_to_this_process_is_not_kept(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Result:
        class library:  # noqa: N801
            has_dynamic_globals = True

    known: dict[str, bytes] = {}
    jit._MachineCode(raise_it, known).save_overload("void()", Result)
    assert known == {}


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_the_user_can_interrupt_loading(
    filled: Path, monkeypatch: pytest.MonkeyPatch, kind: type[BaseException]
) -> None:
    before = snapshot(filled)

    def interrupt(*_: object) -> None:
        raise kind

    for owner, name in ((compiling, "_content"), (CompileResult, "_rebuild")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, interrupt)
            with pytest.raises(kind):
                compiling.compiled(source())
        assert compiling._modules == {}
    assert snapshot(filled) == before
    assert result() == 41
    assert loaded()


# Folders that nothing can be done with -----------------------------------------------------------


def a_file(cache: Path) -> None:
    cache.write_text("not a directory")


def below_a_file(cache: Path) -> None:
    cache.write_text("not a directory")
    os.environ["NUMBAGENN_CACHE_DIR"] = str(cache / "below" / "it")


def a_device(cache: Path) -> None:
    os.environ["NUMBAGENN_CACHE_DIR"] = os.devnull


def a_long_name(cache: Path) -> None:
    os.environ["NUMBAGENN_CACHE_DIR"] = str(cache.parent / ("x" * 256))


def a_long_path(cache: Path) -> None:
    os.environ["NUMBAGENN_CACHE_DIR"] = str(cache.parent.joinpath(*["x" * 200] * 30))


def a_loop_of_links(cache: Path) -> None:
    cache.symlink_to(cache)


def a_link_to_nothing(cache: Path) -> None:
    cache.symlink_to("nothing")


@pytest.mark.parametrize(
    "spoil",
    [
        a_file,
        below_a_file,
        a_device,
        a_long_name,
        a_long_path,
        pytest.param(a_loop_of_links, marks=posix),
        pytest.param(a_link_to_nothing, marks=posix),
    ],
)
def test_where_nothing_can_be_written_it_is_compiled_in_memory(
    cache: Path, recwarn: pytest.WarningsRecorder, spoil: Callable[[Path], None]
) -> None:
    spoil(cache)
    assert result() == 41
    assert not cache.is_dir()
    forget()
    assert result() == 41
    assert not recwarn.list


@pytest.mark.parametrize("step", ["touch", "write_bytes", "replace"])
@pytest.mark.parametrize("reason", [errno.ENOSPC, errno.EACCES, errno.EDQUOT, errno.ENAMETOOLONG])
def test_a_full_disk_costs_only_time(
    cache: Path, monkeypatch: pytest.MonkeyPatch, step: str, reason: int
) -> None:
    do = getattr(Path, step)

    def fail(path: Path, *arguments: Any, **options: Any) -> None:
        if step == "write_bytes":
            do(path, arguments[0][:100])
        raise OSError(reason, os.strerror(reason))

    with monkeypatch.context() as patch:
        patch.setattr(Path, step, fail)
        assert result() == 41
    assert list(cache.iterdir()) == []
    forget()
    assert result() == 41
    check_it_is_whole(cache)


@pytest.mark.parametrize("then", [lambda cache: None, a_file])
def test_the_cache_may_vanish_in_the_middle(
    cache: Path, monkeypatch: pytest.MonkeyPatch, then: Callable[[Path], None]
) -> None:
    execute = compiling._execute

    def remove(*arguments: Any) -> ModuleType:
        module = execute(*arguments)
        cache.rmdir()
        then(cache)
        return module

    monkeypatch.setattr(compiling, "_execute", remove)
    assert result() == 41


def test_an_entry_that_another_process_made_first_does_no_harm(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As if it had not been there when this process looked.
    with monkeypatch.context() as patch:
        patch.setattr(compiling, "_read", lambda entry: {})
        assert result() == 41
    check_it_is_whole(filled)


def test_what_a_killed_process_left_is_removed_in_time(cache: Path) -> None:
    """A file or, as they were once, a folder; but not what another process is writing."""
    cache.mkdir()
    ages = {"building-old": 7200, "building-new": 60, "building-folder": 7200, "other": 7200}
    for name, age in ages.items():
        left = cache / name
        if name == "building-folder":
            left.mkdir()
            (left / "kernels.py").write_text("half of a mod")
        else:
            left.write_text("half of a mod")
        os.utime(left, (time.time() - age,) * 2)
    assert result() == 41
    assert {path.name for path in cache.iterdir()} == {
        "building-new",
        "other",
        compiling._key(source()),
    }


@pytest.mark.parametrize("given", ["", "somewhere"])
def test_numbas_own_setting_is_without_effect(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    directory = str(tmp_path / given) if given else ""
    monkeypatch.setattr(numba.config, "CACHE_DIR", directory)
    assert result() == 41
    check_it_is_whole(cache)
    assert directory == numba.config.CACHE_DIR
    assert not (tmp_path / "somewhere").exists()


def test_a_module_that_fails_leaves_nothing_behind(cache: Path) -> None:
    with pytest.raises(SyntaxError):
        compiling.compiled("def")
    assert list(cache.iterdir()) == []
    assert compiling._modules == {}
    assert jit._machine_code is None


# Folders that others can write to ----------------------------------------------------------------


@pytest.fixture
def trap(filled: Path, tmp_path: Path) -> Path:
    """Make the entry run code that is not the user's, which leaves this file."""
    sprung = tmp_path / "sprung"
    content = pickle.dumps(Touching(sprung))
    overwrite(entry_of(filled), content)
    assert result() == 41
    # Where it is trusted, it does: the tests below would notice.
    assert sprung.exists()
    sprung.unlink()
    forget()
    overwrite(entry_of(filled), content)
    return sprung


class Touching:
    """Makes a file, when it is loaded."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> Any:
        return Path.touch, (self.file,)


@posix
@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o775, 0o770, 0o757, 0o702, 0o720, 0o2775])
@pytest.mark.parametrize("where", ["the folder", "above it", "far above it"])
def test_nothing_is_taken_from_where_others_can_write(
    filled: Path,
    trap: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    mode: int,
) -> None:
    far, near = tmp_path / "far", tmp_path / "far" / "near folder"
    near.mkdir(parents=True)
    folder = filled.rename(near / "cache")
    monkeypatch.setenv("NUMBAGENN_CACHE_DIR", str(folder))
    spoilt = {"the folder": folder, "above it": near, "far above it": far}[where]
    spoilt.chmod(mode)
    before = snapshot(folder)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert result() == 41
        forget()
        assert (result(), result(2)) == (41, 42)
    if mode & stat.S_ISVTX and where != "the folder":
        # As /tmp is: what is in it is safe there.
        assert not caught
        return
    assert not trap.exists()
    assert snapshot(folder) == before
    # It is said once, at the line that led to it, with what to do.
    (warning,) = caught
    message = str(warning.message)
    start = f"Compiled kernels are not kept: other users could change them in '{spoilt}'; "
    assert message.startswith(start)
    command, _, otherwise = message.removeprefix(start).rpartition("set ")
    assert otherwise == "NUMBAGENN_CACHE_DIR to a folder of your own."
    assert warning.filename == __file__
    # What to do does it.
    if mode & stat.S_ISVTX:
        assert command == ""
    else:
        assert command == f"run chmod go-w {shlex.quote(str(spoilt))}, or "
        subprocess.run(shlex.split(command.removeprefix("run ").removesuffix(", or ")), check=True)
        entry_of(folder).unlink()
        forget()
        assert result() == 41
        check_it_is_whole(folder)


@contextmanager
def owner(path: Path, user: int) -> Iterator[None]:
    """Have a file or a folder belong to another user, as far as Python can tell."""
    there = path.lstat()

    def seen_by(look: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        def changed(*arguments: Any) -> os.stat_result:
            status = look(*arguments)
            if not os.path.samestat(status, there):
                return status
            return os.stat_result([*status[:4], user, *status[5:10]])

        return changed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "lstat", seen_by(Path.lstat))
        patch.setattr(os, "fstat", seen_by(os.fstat))
        yield


SOMEBODY = 54321


@posix
@pytest.mark.parametrize("where", ["the folder", "above it"])
def test_nothing_is_taken_from_somebody_elses_folder(
    filled: Path, trap: Path, tmp_path: Path, where: str
) -> None:
    theirs = filled if where == "the folder" else tmp_path
    before = snapshot(filled)
    message = (
        f"^Compiled kernels are not kept: '{re.escape(str(theirs))}' belongs to another user; "
        r"set NUMBAGENN_CACHE_DIR to a folder of your own\.$"
    )
    with owner(theirs, SOMEBODY):
        with pytest.warns(UserWarning, match=message):
            assert result() == 41
        forget()
        assert result() == 41
    assert not trap.exists()
    assert snapshot(filled) == before


@posix
def test_an_entry_of_somebody_else_is_replaced(filled: Path, trap: Path) -> None:
    with owner(entry_of(filled), SOMEBODY):
        assert result() == 41
    assert not trap.exists()
    check_it_is_whole(filled)


@posix
@pytest.mark.parametrize("mode", [0o664, 0o646, 0o666])
def test_an_entry_that_others_can_write_is_replaced(filled: Path, trap: Path, mode: int) -> None:
    entry_of(filled).chmod(mode)
    assert result() == 41
    assert not trap.exists()
    check_it_is_whole(filled)


@posix
def test_links_of_ones_own_are_followed(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, recwarn: Any
) -> None:
    """To the folder, and to one above it, by a path from here and from the root."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "link").symlink_to(filled)
    (tmp_path / "b").symlink_to("a/../a")
    for path in (tmp_path / "a" / "link", tmp_path / "b" / "link"):
        monkeypatch.setenv("NUMBAGENN_CACHE_DIR", str(path))
        forget()
        assert result() == 41
        assert loaded()
    assert not recwarn.list


@posix
@pytest.mark.parametrize("link", ["direct", "above it", "of a link"])
@pytest.mark.parametrize(
    "spoilt", ["the link's owner", "what it leads to", "where it leads through"]
)
def test_links_of_others_are_not_followed(
    filled: Path,
    trap: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    link: str,
    spoilt: str,
) -> None:
    through = tmp_path / "through"
    through.mkdir()
    target = filled.rename(through / "cache")
    first = tmp_path / "first"
    if link == "above it":
        first.symlink_to(through)
        path = first / "cache"
    elif link == "direct":
        first.symlink_to(target)
        path = first
    else:
        first.symlink_to(target)
        (tmp_path / "second").symlink_to("first")
        path = tmp_path / "second"
    monkeypatch.setenv("NUMBAGENN_CACHE_DIR", str(path))
    who = SOMEBODY if spoilt == "the link's owner" else first.lstat().st_uid
    if spoilt == "what it leads to":
        target.chmod(0o777)
    elif spoilt == "where it leads through":
        through.chmod(0o777)
    with owner(first, who), pytest.warns(UserWarning, match="^Compiled kernels are not kept: "):
        assert result() == 41
    assert not trap.exists()


@posix
def test_windows_has_no_such_bits(filled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    filled.chmod(0o777)
    entry_of(filled).chmod(0o666)
    assert result() == 41
    assert loaded()


# Whole models, in processes of their own ------------------------------------------------------

MODEL = """
import json, sys
import numba
import numbagenn as engine
from numbagenn.kernels import jit, target

if sys.argv[1] == "warm":
    def refuse(*_):
        raise AssertionError("compiled although it is in the cache")
    jit._MachineCode.save_overload = refuse

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
        env={
            **os.environ,
            "PYTHONPATH": path,
            "NUMBAGENN_CACHE_DIR": str(directory),
            **environment,
        },
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
    # The model's own, and what models have in common.
    assert len(list(cache.iterdir())) == 2
    before = snapshot(cache)
    assert outcome(start(cache, "warm", NUMBA_CACHE_DIR=str(numbas))) == first
    assert snapshot(cache) == before
    assert not numbas.exists()


# Small modules, in processes of their own --------------------------------------------------------

TINY = """
import ctypes, os, signal, sys
from pathlib import Path

import numpy as np
from numbagenn.runtime import compilation as compiling
from numbagenn.kernels import jit, target

text, how = sys.argv[1:]
if how == "as another user":
    os.setuid(54321)
elif how == "without rights":
    # The superuser writes wherever it likes, unless it gives up the right to.
    if os.geteuid() == 0:
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        assert ctypes.CDLL(None).capset(header, (ctypes.c_uint32 * 6)()) == 0
elif how:
    compiling._read = lambda entry: {}
    owner = jit._MachineCode if how == "save_overload" else Path
    setattr(owner, how, lambda *_: os.kill(os.getpid(), signal.SIGKILL))

out = np.zeros(1, np.int64)
run = compiling.compiled(text).run
run(20, out)
print(out[0], len(run.stats.cache_hits))
"""

unless_posix = pytest.mark.skipif(
    sys.platform not in ("linux", "darwin") or (sys.platform == "darwin" and os.geteuid() == 0),
    reason="nothing is read-only for this user",
)


def start_tiny(directory: Path, how: str = "", **environment: str) -> subprocess.Popen[str]:
    root = Path(compiling.__file__).parents[2]
    path = os.pathsep.join([str(root), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-B", "-c", TINY, source(), how],
        env={
            **os.environ,
            "PYTHONPATH": path,
            "NUMBAGENN_CACHE_DIR": str(directory),
            **environment,
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> tuple[int, int]:
    """Return the result, and how many functions were loaded rather than compiled."""
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert errors == ""
    number, loaded = map(int, output.split())
    return number, loaded


@contextmanager
def read_only(directory: Path) -> Iterator[None]:
    """Take away the right to write to a directory."""
    directory.chmod(0o555)
    try:
        yield
    finally:
        directory.chmod(0o755)


@unless_posix
def test_a_read_only_directory_costs_only_time(cache: Path) -> None:
    cache.mkdir()
    with read_only(cache):
        assert told(start_tiny(cache, "without rights")) == (41, 0)
    assert list(cache.iterdir()) == []


@unless_posix
def test_a_read_only_cache_can_be_used(filled: Path, tmp_path: Path) -> None:
    """Even if nothing else can be written, either."""
    before = snapshot(filled)
    home = tmp_path / "home"
    home.mkdir()
    with read_only(filled), read_only(home):
        process = start_tiny(filled, "without rights", HOME=str(home), XDG_CACHE_HOME=str(home))
        assert told(process) == (41, 1)
    assert snapshot(filled) == before
    assert list(home.iterdir()) == []


@unless_posix
def test_a_read_only_cache_may_be_damaged(filled: Path) -> None:
    DAMAGES["another byte in the middle"](entry_of(filled))
    before = snapshot(filled)
    with read_only(filled):
        assert told(start_tiny(filled, "without rights")) == (41, 0)
    assert snapshot(filled) == before


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only the superuser can be another one"
)
@pytest.mark.parametrize(
    ("mode", "loaded"), [(0o755, 1), (0o777, 0), (0o1777, 0), (0o775, 0)], ids=oct
)
def test_a_cache_that_the_administrator_filled_serves_all(
    filled: Path, mode: int, loaded: int
) -> None:
    """Unless others could have filled it, too."""
    with TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        folder = Path(directory) / "cache"
        folder.mkdir()
        (folder / entry_of(filled).name).write_bytes(entry_of(filled).read_bytes())
        before = snapshot(folder)
        folder.chmod(mode)
        process = start_tiny(folder, "as another user", PYTHONWARNINGS="ignore::UserWarning")
        assert told(process) == (41, loaded)
        assert snapshot(folder) == before


@posix
@pytest.mark.parametrize("step", ["save_overload", "write_bytes", "replace"])
def test_a_killed_process_does_no_harm(cache: Path, step: str) -> None:
    """Wherever it is killed, and whoever else is at it."""
    racing = [start_tiny(cache, how) for how in ("", step, "", step)]
    assert [process.wait(timeout=120) for process in racing] == [0, -9, 0, -9]
    assert {told(process)[0] for process in racing[::2]} == {41}
    left = [path for path in cache.iterdir() if path != entry_of(cache)]
    assert len(left) == (0 if step == "save_overload" else 2)
    for path in left:
        os.utime(path, (0, 0))
    entry_of(cache).unlink()
    assert result() == 41
    check_it_is_whole(cache)


def test_processes_share_a_damaged_cache(filled: Path) -> None:
    DAMAGES["half"](entry_of(filled))
    racing = [start_tiny(filled) for _ in range(3)]
    assert {told(process)[0] for process in racing} == {41}
    check_it_is_whole(filled)


@pytest.mark.parametrize("damaged", [False, True])
def test_what_modules_have_in_common_is_compiled_once(*, damaged: bool) -> None:
    device: dict[str, bytes] = {}

    def doubled(x: Any) -> Any:
        return _inner(x) * 2

    def kernel_and_hits() -> tuple[Any, int]:
        double = jit.device_function(doubled)
        with jit.machine_code({}, device):

            @jit.kernel("void(int64[::1])")
            def run(numbers: Any) -> None:
                numbers[0] = double(numbers[0])

        return run, sum(double.stats.cache_hits.values())

    _, hits = kernel_and_hits()
    assert hits == 0
    assert [name for name in device if "doubled" in name]
    if damaged:
        device.update(dict.fromkeys(device, b"nonsense"))
    run, hits = kernel_and_hits()
    assert hits == (0 if damaged else 1)
    numbers = np.array([20])
    run(numbers)
    assert numbers[0] == 42


@jit.device_function
def _inner(x: Any) -> Any:
    return x + 1


def test_the_next_model_takes_what_it_has_in_common_from_the_cache(cache: Path) -> None:
    script = """
import sys
from numbagenn import GeNNModel
from numbagenn.kernels import spike_lists

model = GeNNModel("float", "model")
population = model.add_neuron_population(
    "cells", int(sys.argv[1]), "LIF",
    {"C": 1.0, "TauM": 20.0, "Vrest": -65.0, "Vreset": -70.0, "Vthresh": -50.0,
     "Ioffset": 2.0, "TauRefrac": 5.0},
    {"V": -60.0, "RefracTime": 0.0},
)
model.dt = 1.0
model.timing_enabled = True
population.spike_recording_enabled = True
model.build()
model.load(num_recording_timesteps=100)
for _ in range(100):
    model.step_time()
model.pull_recording_buffers_from_device()
hits = spike_lists.collect.stats.cache_hits
print(len(hits), len(population.spike_recording_data[0][0]) // int(sys.argv[1]))
"""
    outputs = []
    for neurons in ("10", "20"):
        done = subprocess.run(
            [sys.executable, "-c", script, neurons],
            cwd=Path(numbagenn.__file__).parents[1],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        outputs.append(done.stdout.split())
    (first, spikes), (second, others) = outputs
    assert (first, second) == ("0", "1")
    assert spikes == others != "0"
