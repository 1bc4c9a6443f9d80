"""Runs a notebook in a kernel of its own, in which ``pygenn`` is numbagenn.

Only this module needs a kernel and what talks to it, so it is imported when there is a notebook to
run.
"""

from __future__ import annotations

import contextlib
import copy
import json
import os
import re
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from tqdm import tqdm

# What the kernel runs before the first cell; it leaves no names behind.
_SET_UP = """\
__import__("sys").path[:] = {path!r}
__import__("numbagenn.compat.jupyter", fromlist=["prepare"]).prepare({version!r}, {arguments!r})"""

_INTERRUPTED = 130

# A line with those that it continues in.
_LINE = re.compile(r"(?:.*\\\n)*.*\n?")
_COMMAND = re.compile(r"\s*(?:[!%]|(?:pip|conda|mamba)\s)")
_SHELL_CELL = re.compile(r"%%(?:!|(?:bash|sh|shell|script\b.*sh)\b)")

# Commands that get PyGeNN, or that set up CUDA for it. Data of its project are something else.
_NAME = r"(?<![\w-])(?:py)?genn(?!\w|-team)"
_GETS_PYGENN = re.compile(
    rf"\b(?:pip3?|conda|mamba|uv)\s.*\binstall\s.*{_NAME}|\bgit\s+clone\s.*{_NAME}(?!-)"
    rf"|\b(?:wget|curl|gdown)\s.*{_NAME}.*\.(?:whl|zip|tar\.gz)",
    re.IGNORECASE | re.DOTALL,
)
_CUDA = re.compile(r"\s*%(?:set_)?env\s+CUDA_PATH\b")
# What belongs to them only beside one of them.
_BESIDE = re.compile(r"\b(?:gdown|wget|curl|cd|make)\s|\bsetup\.py\b|\bpip3?\s+install\s+\.")

_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_INSIDE = f"{os.sep}numbagenn{os.sep}"


def read_notebook(text: bytes) -> Any:
    """Return a notebook that has any code.

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
        sources = sources_of(notebook)
    except (AttributeError, KeyError, TypeError, ValueError, nbformat.ValidationError):
        raise ValueError("nbformat cannot read it as a notebook") from None
    if language.lower() not in ("python", "ipython"):
        raise ValueError(f"the notebook is written in {language}, not in Python")
    if not sources:
        raise ValueError("the notebook has no code")
    return notebook


def sources_of(notebook: Any) -> list[str]:
    """Return the text of the code cells of a notebook that have any."""
    return [cell.source for _, cell in _code_cells(notebook)]


def _code_cells(notebook: Any) -> list[tuple[int, Any]]:
    """Return the code cells that have any code, with their places."""
    return [
        (place, cell)
        for place, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.source.strip()
    ]


def run_notebook(
    notebook: Any, file: Path, version: str, arguments: Sequence[str], output: Path | None
) -> int:
    """Run the cells of a notebook, in order.

    Parameters
    ----------
    notebook
        The notebook.
    file
        Where it is; the cells can import what lies beside it.
    version
        ``"4.9"`` or ``"5"``: the PyGeNN that it was written for.
    arguments
        What the cells find in `sys.argv`.
    output
        Where a copy with the outputs is written if all cells run; without it the outputs are
        printed.

    Returns
    -------
    int
        Exit status: 0, or that of the cell that called `sys.exit`, or 1 if a cell fails, which is
        printed with its number.
    """
    executed = copy.deepcopy(notebook)
    set_up = _SET_UP.format(
        path=[str(file.parent), *sys.path], version=version, arguments=list(arguments)
    )
    cells = _code_cells(executed)
    with tqdm(
        total=len(cells), desc=file.name, unit="cell", disable=None if output is None else False
    ) as bar:
        client = _Client(executed, file.name, bar, echo=output is None)
        status = client.run(set_up, cells)
    if output is not None and status == 0:
        executed.metadata["language_info"] = IPythonKernel.language_info
        try:
            _write(f"{nbformat.writes(executed)}\n", output)
        except OSError as error:
            print(f"Error: cannot write '{output}': {error.strerror}.", file=sys.stderr)
            return 1
    return status


class _ThisPython(KernelSpecManager):  # type: ignore[misc]
    """Knows the kernel of this Python alone, whatever the notebook or the computer names."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        """Return that kernel."""
        return KernelSpec(**get_kernel_dict())


class _Client(NotebookClient):  # type: ignore[misc]
    """Runs cells in a kernel, and prints what they print where that is wanted."""

    def __init__(self, notebook: Any, name: str, bar: tqdm[Any], echo: bool) -> None:
        super().__init__(
            notebook,
            km=AsyncKernelManager(kernel_spec_manager=_ThisPython()),
            timeout=None,
            iopub_timeout=60,
            record_timing=False,
            # Without what ipykernel says about itself.
            extra_arguments=["--log-level=ERROR"],
        )
        # It starts the manager's kernel, so it ends it, too.
        self.owns_km = True
        self._name = name
        self._bar = bar
        self._echo = echo
        self._begun: dict[str, str] = {}
        self._failure: dict[str, Any] = {}
        self._left = False
        self.on_cell_executed = self._look_for_exit

    def run(self, set_up: str, cells: list[tuple[int, Any]]) -> int:
        """Run cells, after what sets up the kernel, and return the exit status."""
        with self.setup_kernel():
            try:
                first = self.nb.cells[0]
                self.execute_cell(nbformat.v4.new_code_cell(set_up), 0, store_history=False)
                self.nb.cells[0] = first  # whose place it has taken
                for number, (place, cell) in enumerate(cells, start=1):
                    status = self._run_cell(number, place, cell)
                    if status is not None:
                        return status
                    self._bar.update()
                self.set_widgets_metadata()
                return 0
            except BaseException:
                self.shutdown_kernel = "immediate"
                raise

    def _run_cell(self, number: int, place: int, cell: Any) -> int | None:
        """Run a cell, and return the exit status if it ends the notebook."""
        self._failure = {}
        source, note = cell.source, ""
        cell.source = without_installation(source)
        if cell.source != source:
            note = f"Note: cell {number} sets up PyGeNN, which is passed over.\n"
            self._say(note, sys.stderr)
        try:
            self.execute_cell(cell, place, execution_count=number)
        except CellExecutionError as error:
            return self._failed(number, error.ename, error.evalue)
        except DeadKernelError:
            return self._failed(number, "", "its kernel has died")
        finally:
            self._finish_lines()
            cell.source = source
        if note:
            cell.outputs.insert(0, nbformat.v4.new_output("stream", name="stderr", text=note))
        if self._failure and "raises-exception" not in cell.metadata.get("tags", []):
            # Inside a magic such as %%capture: for the kernel, the cell itself has not failed.
            return self._failed(number, self._failure["ename"], self._failure["evalue"])
        if self._failure:
            self._say(f"{self._lines()}{_named(**self._failure)}\n", sys.stderr)
        return 0 if self._left else None

    def _failed(self, number: int, name: str, value: str) -> int:
        """Print why a cell failed, and return the exit status."""
        if name == "SystemExit":
            if re.fullmatch(r"-?\d+|None|", value):
                return int(value) if value[-1:].isdigit() else 0
            self._say(f"{value}\n", sys.stderr)
            return 1
        if name == "KeyboardInterrupt":
            self._say("Interrupted.\n", sys.stderr)
            return _INTERRUPTED
        error = f"Error in cell {number} of '{self._name}': {_named(name, value)}"
        self._say(f"{self._lines()}{error}\n", sys.stderr)
        return 1

    def _lines(self) -> str:
        """Return the lines in which the last failure happened, without those of numbagenn."""
        if not self._failure:
            return ""
        parts = [_ANSI.sub("", part) for part in self._failure["traceback"]]
        lines = [
            line
            for part in parts
            if _INSIDE not in part.partition("\n")[0]
            for line in part.splitlines()
        ]
        # The exception itself is printed with the number of the cell.
        hidden = (20 * "-", self._failure["ename"])
        return "".join(f"{line}\n" for line in lines if not line.startswith(hidden))

    def process_message(self, message: Any, cell: Any, place: int) -> Any:
        """Take what the kernel sends: it belongs into the notebook, and perhaps on the terminal."""
        kind, content = message["msg_type"], message["content"]
        if kind == "error":
            self._failure = {name: content[name] for name in ("ename", "evalue", "traceback")}
        elif self._echo and kind == "stream":
            self._print(content["text"], content["name"])
        elif self._echo and kind in ("execute_result", "display_data"):
            self._show(content["data"])
        return super().process_message(message, cell, place)

    def _show(self, data: dict[str, Any]) -> None:
        """Print a value as text; a terminal shows no figures."""
        if not any(form.startswith("image/") for form in data):
            self._print(f"{data.get('text/plain', '')}\n", "stdout")

    def _print(self, text: str, stream: str) -> None:
        """Print what a cell prints; the bar stands below whole lines only."""
        if not self._bar.disable:
            text = self._begun.pop(stream, "") + text
            text, newline, self._begun[stream] = text.rpartition("\n")
            text += newline
        self._say(text, getattr(sys, stream))

    def _finish_lines(self) -> None:
        for stream, text in self._begun.items():
            if text:
                self._say(f"{text}\n", getattr(sys, stream))
        self._begun.clear()

    def _say(self, text: str, stream: Any) -> None:
        tqdm.write(text, file=stream, end="")
        stream.flush()

    def _look_for_exit(self, execute_reply: Any, **_: Any) -> None:
        """Note that a cell has called ``exit()``, which ends the kernel."""
        payload = execute_reply["content"].get("payload", ())
        self._left = any(each.get("source") == "ask_exit" for each in payload)


def _named(ename: str, evalue: str, **_: object) -> str:
    """Return an exception as Python prints it, without the name that IPython gives to a cell."""
    evalue = re.sub(r" \(\d+\.py, (line \d+)\)$", r" (\1)", evalue)
    return f"{ename}: {evalue}" if ename and evalue else ename or evalue


def without_installation(cell: str) -> str:
    r"""Return a cell without the commands that install PyGeNN, or download it.

    Parameters
    ----------
    cell
        Its text.

    Examples
    --------
    >>> without_installation("if colab:\n    !pip install pygenn\nimport numpy")
    'if colab:\n    pass\nimport numpy'
    """
    shell = _SHELL_CELL.match(cell) is not None
    lines = _LINE.findall(cell)
    commands = [shell or _COMMAND.match(line) is not None for line in lines]
    gets = any(
        command and _GETS_PYGENN.search(line) for line, command in zip(lines, commands, strict=True)
    )
    nothing = ":" if shell else "pass"

    def replaced(line: str) -> str:
        if not (_GETS_PYGENN.search(line) or _CUDA.match(line) or (gets and _BESIDE.search(line))):
            return line
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}{nothing}{line.count(chr(10)) * chr(10)}"

    return "".join(
        replaced(line) if command else line for line, command in zip(lines, commands, strict=True)
    )


def _write(text: str, file: Path) -> None:
    """Write a file whole or not at all."""
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
