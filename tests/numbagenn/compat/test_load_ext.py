"""``%load_ext numbagenn``: ``pygenn`` is numbagenn in a session of IPython."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

LOADED = "Note: pygenn is numbagenn now; %unload_ext numbagenn takes it back.\n"
OLD = "Note: from this cell on, pygenn is numbagenn with the names of PyGeNN 4.9.\n"
SHOW = "import pygenn\nprint(pygenn.__version__)"


class Session:
    """Runs cells."""

    def __init__(self, shell: InteractiveShell, capsys: pytest.CaptureFixture[str]) -> None:
        self._shell, self._capsys = shell, capsys

    def run(self, cell: str) -> str:
        """Run a cell, and return what it prints."""
        self._shell.run_cell(cell, store_history=True)
        out, err = self._capsys.readouterr()
        return str(out + err)


@pytest.fixture
def session(capsys: pytest.CaptureFixture[str]) -> Iterator[Session]:
    main, finders = sys.modules["__main__"], list(sys.meta_path)
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    try:
        yield Session(shell, capsys)
    finally:
        shell.run_cell("%unload_ext numbagenn")
        InteractiveShell.clear_instance()
        sys.modules["__main__"] = main
    assert sys.meta_path == finders
    assert "pygenn" not in sys.modules


def test_load_and_unload(session: Session) -> None:
    assert session.run(f"%load_ext numbagenn\n{SHOW}") == f"{LOADED}5.4.0\n"
    code = "from pygenn.genn_model import GeNNModel, init_var\nprint(GeNNModel().backend_name)"
    assert session.run(code) == "bundled\n"
    assert session.run("%unload_ext numbagenn") == ""
    assert "pygenn" not in sys.modules
    assert session.run(f"%load_ext numbagenn\n{SHOW}") == f"{LOADED}5.4.0\n"


def test_a_cell_for_4_9(session: Session) -> None:
    assert session.run("%load_ext numbagenn") == LOADED
    assert session.run(SHOW) == "5.4.0\n"
    old = f"%time 1\nfrom pygenn.genn_model import create_custom_neuron_class\n{SHOW}"
    assert session.run(old).startswith(OLD)
    assert session.run(SHOW) == "4.9.0\n"
    remedy = "; run %reload_ext numbagenn, and then the cell again."
    assert session.run("from pygenn import create_neuron_model").endswith(f"{remedy}\n")
    assert session.run("%reload_ext numbagenn") == LOADED
    assert session.run("from pygenn import create_neuron_model") == ""


def test_the_cell_that_loads_it_is_for_4_9(session: Session) -> None:
    code = "%load_ext numbagenn\nfrom pygenn.genn_wrapper import NO_DELAY\nprint(NO_DELAY)"
    assert session.run(code) == f"{OLD}{LOADED}0\n"


def test_real_pygenn_is_imported_already(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    real = ModuleType("pygenn")
    monkeypatch.setitem(sys.modules, "pygenn", real)
    assert session.run("%load_ext numbagenn") == (
        "UsageError: PyGeNN itself is imported already; restart the kernel, and run "
        "%load_ext numbagenn before anything imports pygenn.\n"
    )
    assert sys.modules["pygenn"] is real
    monkeypatch.undo()
