"""Puts numbagenn in the place of ``pygenn`` in a session of IPython, such as a Jupyter kernel.

``%load_ext numbagenn`` does so in a session of the user, and ``run`` in the kernel that it starts.
"""

from __future__ import annotations

import atexit
import logging
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import TransformerManager

import numbagenn
from numbagenn.compat import v4_9
from numbagenn.compat.api_version import pygenn_version
from numbagenn.compat.shim import ONLY_4_9, ONLY_5, put_in_place

_REMEDY = "run %reload_ext numbagenn, and then the cell again"


def python_of(cell: str) -> str:
    """Return the text of a cell as Python, as far as it is Python: without the magics."""
    first, _, others = cell.partition("\n")
    try:
        return str(TransformerManager().transform_cell(others if first[:2] == "%%" else cell))
    except SyntaxError:
        return cell


def prepare(version: str, arguments: Sequence[str]) -> None:
    """Prepare the kernel of a notebook that ``run`` executes."""
    put_in_place(version)
    sys.argv = list(arguments)
    warnings.filterwarnings("ignore", "To exit: use 'exit'")
    # A kernel that answers the request to end while it ends finds its sockets closed, and says so.
    atexit.register(logging.getLogger("tornado").setLevel, logging.CRITICAL)


class _Replacement:
    """numbagenn under the name ``pygenn``, in a session whose cells come one by one.

    It begins as PyGeNN 5, and becomes PyGeNN 4.9 at the first cell with names of 4.9 alone.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._version = "5"
        self._cells: list[str] = []
        self._take_back = put_in_place(self._version, _REMEDY)
        self._read(shell.history_manager.input_hist_raw[-1])
        shell.events.register("pre_run_cell", self._before_cell)

    def _before_cell(self, info: Any) -> None:
        self._read(info.raw_cell)

    def _read(self, cell: str) -> None:
        if self._version == "4.9":
            return
        self._cells.append(python_of(cell))
        if pygenn_version(self._cells, Path.cwd(), ONLY_4_9, ONLY_5) == "4.9":
            self._take_back()
            self._version = "4.9"
            self._take_back = put_in_place(self._version, _REMEDY)
            print("Note: from this cell on, pygenn is numbagenn with the names of PyGeNN 4.9.")

    def end(self) -> None:
        """Take numbagenn back."""
        self._shell.events.unregister("pre_run_cell", self._before_cell)
        self._take_back()


_replacements: list[_Replacement] = []


def load(shell: Any) -> None:
    """Put numbagenn in the place of ``pygenn``, from the running cell on, and say so.

    Raises
    ------
    UsageError
        If real PyGeNN is imported already: its objects would meet numbagenn's. IPython prints the
        message alone.
    """
    own = (numbagenn.GeNNModel, v4_9.GeNNModel)
    imported = sys.modules.get("pygenn")
    if imported is None:
        _replacements.append(_Replacement(shell))
    elif not issubclass(getattr(imported, "GeNNModel", object), own):
        raise UsageError(
            "PyGeNN itself is imported already; restart the kernel, and run %load_ext numbagenn "
            "before anything imports pygenn."
        )
    print("Note: pygenn is numbagenn now; %unload_ext numbagenn takes it back.")


def unload() -> None:
    """Take back what `load` did."""
    while _replacements:
        _replacements.pop().end()
