"""Which implementation serves behind `tutorial_helpers.pygenn`, played by PyGeNNs of paper."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import pytest

import numbagenn as engine
from tests import ROOT
from tutorial_helpers import pygenn as chosen
from tutorial_helpers.pygenn import backend_description, choose_backend

GPU = [["cuda"], ["hip"], ["cuda", "single_threaded_cpu"], ["cuda", "hip", "single_threaded_cpu"]]
NO_GPU = [["single_threaded_cpu"], []]


def install(monkeypatch: pytest.MonkeyPatch, backends: Sequence[str]) -> ModuleType:
    """Put a PyGeNN in place that was built with the given backends."""
    module, genn_model = ModuleType("pygenn"), ModuleType("pygenn.genn_model")
    module.__path__ = []  # what makes it a package
    genn_model.backend_modules = dict.fromkeys(backends)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pygenn", module)
    monkeypatch.setitem(sys.modules, "pygenn.genn_model", genn_model)
    return module


def uninstall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `import pygenn` fail as where it is not installed, even where it is."""

    class Absent:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name == "pygenn":
                raise ModuleNotFoundError("No module named 'pygenn'", name="pygenn")

    monkeypatch.delitem(sys.modules, "pygenn", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Absent, *sys.meta_path])


@pytest.fixture(autouse=True)
def _nothing_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUTORIAL_BACKEND", raising=False)


# --- The choice ----------------------------------------------------------------------------------


def test_without_pygenn(monkeypatch: pytest.MonkeyPatch) -> None:
    uninstall(monkeypatch)
    assert choose_backend() is engine


@pytest.mark.parametrize("backends", GPU)
def test_pygenn_with_a_gpu(monkeypatch: pytest.MonkeyPatch, backends: list[str]) -> None:
    module = install(monkeypatch, backends)
    assert choose_backend() is module


@pytest.mark.parametrize("backends", NO_GPU)
def test_pygenn_without_a_gpu(monkeypatch: pytest.MonkeyPatch, backends: list[str]) -> None:
    install(monkeypatch, backends)
    assert choose_backend() is engine


@pytest.mark.parametrize("backends", GPU + NO_GPU)
@pytest.mark.parametrize("forced", ["bundled", "pygenn"])
def test_forced(monkeypatch: pytest.MonkeyPatch, backends: list[str], forced: str) -> None:
    module = install(monkeypatch, backends)
    monkeypatch.setenv("TUTORIAL_BACKEND", forced)
    assert choose_backend() is (engine if forced == "bundled" else module)


def test_an_empty_setting_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    module = install(monkeypatch, ["cuda"])
    monkeypatch.setenv("TUTORIAL_BACKEND", "")
    assert choose_backend() is module


@pytest.mark.parametrize("setting", ["Bundled", "cuda", "genn", " pygenn"])
def test_a_setting_that_is_none_of_the_two(monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
    monkeypatch.setenv("TUTORIAL_BACKEND", setting)
    with pytest.raises(ValueError, match=f"must be 'bundled' or 'pygenn', not '{setting}'; corr"):
        choose_backend()


def test_pygenn_forced_but_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    uninstall(monkeypatch)
    monkeypatch.setenv("TUTORIAL_BACKEND", "pygenn")
    with pytest.raises(ImportError, match=r"PyGeNN is not installed; .* unset TUTORIAL_BACKEND"):
        choose_backend()


def test_a_broken_installation_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        @staticmethod
        def find_spec(name: str, *_: object) -> None:
            if name == "pygenn":
                raise ModuleNotFoundError("No module named 'psutil'", name="psutil")

    monkeypatch.delitem(sys.modules, "pygenn", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken, *sys.meta_path])
    with pytest.raises(ModuleNotFoundError, match="psutil"):
        choose_backend()


# --- The description -----------------------------------------------------------------------------


@pytest.mark.parametrize(("threads", "text"), [(1, "1 thread"), (3, "3 threads")])
def test_description_of_the_engine(
    monkeypatch: pytest.MonkeyPatch, threads: int, text: str
) -> None:
    monkeypatch.setattr(chosen, "_backend", engine)
    monkeypatch.setattr(engine, "get_num_threads", lambda: threads)
    assert backend_description() == f"numbagenn, {text}"


@pytest.mark.parametrize(
    ("version", "text"), [("5.4.0", "PyGeNN 5.4.0 (cuda)"), (None, "PyGeNN (cuda)")]
)
def test_description_of_pygenn(
    monkeypatch: pytest.MonkeyPatch, version: str | None, text: str
) -> None:
    module = install(monkeypatch, ["cuda", "single_threaded_cpu"])
    if version:
        module.__version__ = version  # type: ignore[attr-defined]
    monkeypatch.setattr(chosen, "_backend", module)
    assert backend_description() == text


# --- The import, in processes of their own -------------------------------------------------------


def run(code: str, *path: Path, **settings: str) -> str:
    environment = {k: v for k, v in os.environ.items() if k != "TUTORIAL_BACKEND"}
    environment["PYTHONPATH"] = os.pathsep.join(map(str, [*path, ROOT]))
    completed = subprocess.run(
        [sys.executable, "-c", code],
        env=environment | settings,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout.strip()


def paper(folder: Path, backends: Sequence[str]) -> Path:
    """Write a PyGeNN whose functions return their names, as of 5.4.0 where one is missing."""
    package = folder / "pygenn"
    package.mkdir()
    own = {"backend_description", "create_src_spike_count_var_ref", "VarAccessMode"}
    lines = [
        "__version__ = '5.4.0'",
        "class VarAccessMode: READ_ONLY, READ_WRITE, BROADCAST = range(3)",
        *(f"def {name}(*_, **__): return '{name}'" for name in chosen.__all__ if name not in own),
    ]
    (package / "__init__.py").write_text("\n".join(lines))
    (package / "genn_model.py").write_text(f"backend_modules = dict.fromkeys({list(backends)})")
    return folder


def test_every_name_comes_from_pygenn(tmp_path: Path) -> None:
    code = """
import pygenn
from tutorial_helpers import models
from tutorial_helpers import pygenn as chosen
own = {"backend_description", "create_src_spike_count_var_ref"}
assert all(getattr(chosen, name) is getattr(pygenn, name) for name in set(chosen.__all__) - own)
assert not hasattr(chosen, "create_src_spike_count_var_ref")
print(chosen.backend_description(), models.CAN_DROP_SPIKES)
"""
    assert run(code, paper(tmp_path, ["cuda"])) == "PyGeNN 5.4.0 (cuda) False"


def test_every_name_comes_from_the_engine(tmp_path: Path) -> None:
    code = """
import numbagenn as engine
from tutorial_helpers import models
from tutorial_helpers import pygenn as chosen
names = set(chosen.__all__) - {"backend_description"}
assert all(getattr(chosen, name) is getattr(engine, name) for name in names)
print(chosen.backend_description(), models.CAN_DROP_SPIKES)
"""
    out = run(code, paper(tmp_path, ["single_threaded_cpu"]), NUMBAGENN_THREADS="2")
    assert out == "numbagenn, 2 threads True"


IMPORT_ALL = """
import importlib, pkgutil, sys
import tutorial_helpers
assert set(sys.modules) & {"pygenn", "numba", "matplotlib"} == set(), "done by the first import"
for module in pkgutil.walk_packages(tutorial_helpers.__path__, "tutorial_helpers."):
    # Most modules of training need JAX, which the package itself does without.
    if not module.name.startswith(("tutorial_helpers.__main__", "tutorial_helpers.training.")):
        importlib.import_module(module.name)
print([name for name in sys.modules if name.partition(".")[0] == "pygenn"])
"""


def test_nothing_stands_in_for_pygenn() -> None:
    if importlib.util.find_spec("pygenn") is not None:
        pytest.skip("real PyGeNN is installed, and rightly imported")
    assert run(IMPORT_ALL) == "[]"


def test_pygenn_is_not_touched_when_the_engine_is_forced(tmp_path: Path) -> None:
    assert run(IMPORT_ALL, paper(tmp_path, ["cuda"]), TUTORIAL_BACKEND="bundled") == "[]"
