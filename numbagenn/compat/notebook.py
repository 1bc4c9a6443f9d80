"""Reads a notebook, and runs its code cells in IPython as one script.

Only this module needs IPython and nbformat, so it is imported when there is a notebook to run.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import nbformat
from IPython.core.compilerop import CachingCompiler
from IPython.core.displayhook import DisplayHook
from IPython.core.inputtransformer2 import TransformerManager
from IPython.core.interactiveshell import InteractiveShell
from matplotlib_inline.config import InlineBackend
from traitlets import Type
from traitlets.config import Config

# What IPython and Matplotlib warn of, and what a user who runs a notebook as a script has chosen.
_NO_WARNINGS = ("To exit: use 'exit'", "FigureCanvasAgg is non-interactive")


@dataclass(frozen=True)
class Cell:
    """A code cell.

    Parameters
    ----------
    source
        Its text.
    may_fail
        Whether it has the tag ``raises-exception``, after which the next cell runs all the same.
    """

    source: str
    may_fail: bool = False

    @property
    def python(self) -> str:
        """Its text as Python, as far as it is Python: without the magics."""
        first, _, others = self.source.partition("\n")
        try:
            text = others if first.startswith("%%") else self.source
            return str(TransformerManager().transform_cell(text))
        except SyntaxError:
            return self.source


def read_cells(text: bytes) -> list[Cell]:
    """Return the code cells of a notebook that have any code.

    Parameters
    ----------
    text
        What is in its file.

    Raises
    ------
    ValueError
        If there is nothing that can be run; the message says why.
    """
    if not text.strip():
        raise ValueError("the file is empty")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("a notebook is a JSON file, and this file is not JSON") from None
    if not isinstance(content, dict) or not isinstance(content.get("nbformat"), int):
        raise ValueError("the file is JSON, but it is not a notebook")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            notebook = nbformat.convert(nbformat.reader.reads(json.dumps(content)), 4)
        about = notebook.metadata
        language = about.get("language_info", {}).get("name") or about.get("kernelspec", {}).get(
            "language", "python"
        )
        cells = [
            Cell(cell.source, "raises-exception" in cell.metadata.get("tags", []))
            for cell in notebook.cells
            if cell.cell_type == "code" and cell.source.strip()
        ]
    except (AttributeError, KeyError, TypeError, ValueError, nbformat.ValidationError):
        raise ValueError("nbformat cannot read it as a notebook") from None
    if language.lower() not in ("python", "ipython"):
        raise ValueError(f"the notebook is written in {language}, not in Python")
    if not cells:
        raise ValueError("the notebook has no code")
    return cells


def run_cells(
    cells: Sequence[Cell], file: Path, main: ModuleType, report: Callable[[Exception], None]
) -> None:
    """Run cells in order; what they raise is raised.

    Parameters
    ----------
    cells
        The cells.
    file
        The notebook, which tracebacks name.
    main
        The module whose names they define.
    report
        Called with what a cell raises that may fail.
    """
    with _shell(main) as shell:
        for number, cell in enumerate(cells, start=1):
            shell.compile.name = f"{file}, cell {number}"
            shell.failure = None
            shell.run_cell(cell.source, store_history=True)
            _close_figures()
            try:
                if shell.failure is not None:
                    raise shell.failure
            except Exception as error:
                if not cell.may_fail:
                    raise
                report(error)


class _Value(DisplayHook):  # type: ignore[misc]
    """Prints the value of a cell's last line."""

    def write_output_prompt(self) -> None:
        """Leave out the prompt: a terminal shows no number beside the cell either."""


class _Compiler(CachingCompiler):  # type: ignore[misc]
    """Compiles a cell under the name that tracebacks show."""

    name = ""

    def get_code_name(self, raw_code: str, transformed_code: str, number: int) -> str:
        """Return the name, which is the same for code that the cell itself runs as a cell."""
        return self.name


class _Shell(InteractiveShell):  # type: ignore[misc]
    """An IPython that shows no figures, and keeps what a cell raises instead of printing it."""

    displayhook_class = Type(_Value)
    compiler_class = Type(_Compiler)
    failure: BaseException | None = None

    def showtraceback(self, exc_tuple: Any = None, *_: object, **__: object) -> None:
        """Keep what was raised."""
        self.failure = exc_tuple[1] if exc_tuple else sys.exc_info()[1]

    def showsyntaxerror(self, *_: object, **__: object) -> None:
        """Keep what was raised."""
        self.failure = sys.exc_info()[1]

    def ask_exit(self) -> None:
        """End the notebook, as ``exit()`` ends a script."""
        raise SystemExit

    def enable_gui(self, gui: object = None) -> None:
        """Start no event loop."""

    def enable_matplotlib(self, gui: object = None) -> tuple[object, str]:
        """Leave Matplotlib as it is, whatever ``%matplotlib`` asks for."""
        return gui, os.environ["MPLBACKEND"]

    def system(self, cmd: str) -> None:
        """Run a shell command, whose output comes after what was printed before."""
        sys.stdout.flush()
        self.system_raw(cmd)


@contextlib.contextmanager
def _shell(main: ModuleType) -> Iterator[_Shell]:
    """Give a shell that defines names in a module, and leaves nothing behind."""
    chosen = os.environ.get("MPLBACKEND")
    os.environ.setdefault("MPLBACKEND", "agg")
    try:
        with warnings.catch_warnings():
            for start in _NO_WARNINGS:
                warnings.filterwarnings("ignore", start)
            shell = _Shell.instance(
                user_module=main,
                user_ns=vars(main),
                config=Config({"HistoryManager": {"enabled": False}}),
            )
            # %config finds it here before there is a figure.
            shell.configurables.append(InlineBackend.instance(parent=shell, shell=shell))
            yield shell
    finally:
        InlineBackend.clear_instance()
        _Shell.clear_instance()
        if chosen is None:
            del os.environ["MPLBACKEND"]


def _close_figures() -> None:
    """Close all figures, as Jupyter does after a cell, so that the next cell begins its own."""
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
