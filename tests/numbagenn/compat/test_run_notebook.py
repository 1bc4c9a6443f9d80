"""``python -m numbagenn run NOTEBOOK.ipynb``: existing notebooks run unchanged."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from numbagenn.__main__ import main
from tests import ROOT

Run = Callable[..., tuple[int, str, str]]


def write(
    file: Path, cells: tuple[str, ...], tags: tuple[str, ...] = (), **metadata: object
) -> None:
    """Write a notebook, whose cells all have some tags, with text between them."""
    book = nbformat.v4.new_notebook(metadata=metadata)
    for cell in cells:
        book.cells.append(nbformat.v4.new_markdown_cell("Text."))
        book.cells.append(nbformat.v4.new_code_cell(cell, metadata={"tags": list(tags)}))
    nbformat.write(book, file)


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a notebook in this process: its status and what it printed."""
    monkeypatch.delenv("MPLBACKEND", raising=False)

    def running(
        *cells: str, tags: tuple[str, ...] = (), options: tuple[str, ...] = ()
    ) -> tuple[int, str, str]:
        book = tmp_path / "book.ipynb"
        write(book, cells, tags)
        before = book.read_bytes(), dict(sys.modules)["__main__"], list(sys.path), list(sys.argv)
        status = main(["run", *options, str(book), "a", "--b"])
        after = book.read_bytes(), sys.modules["__main__"], sys.path, sys.argv
        assert after == before
        assert "MPLBACKEND" not in os.environ
        assert "pygenn" not in sys.modules
        return (status, *capfd.readouterr())

    return running


def test_cells_are_one_script(run: Run, tmp_path: Path) -> None:
    status, out, err = run(
        "import sys, os, pygenn\nx = 1",
        "",
        "print(x, __name__, sys.argv[1:], pygenn.__version__)",
        "print(sys.modules['__main__'].x, sys.path[0] == os.path.dirname(sys.argv[0]))",
        "print(os.getcwd(), '__file__' in globals())",
    )
    assert (status, err) == (0, "")
    assert out.splitlines() == [
        "1 __main__ ['a', '--b'] 5.4.0",
        "1 True",
        f"{Path.cwd()} False",
    ]


def test_a_network(run: Run) -> None:
    status, out, err = run(
        "from pygenn import GeNNModel, create_neuron_model\n"
        "cell = create_neuron_model('cell', vars=[('V', 'scalar')], sim_code='V += 1.0;')",
        "model = GeNNModel()\n"
        "pop = model.add_neuron_population('pop', 2, cell, {}, {'V': 0.0})\n"
        "model.build(); model.load(); model.step_time()",
        "pop.vars['V'].pull_from_device()\npop.vars['V'].view.tolist()",
    )
    assert (status, out, err) == (0, "[1.0, 1.0]\n", "")


@pytest.mark.parametrize(
    ("cells", "printed"),
    [
        (("1 + 1",), "2\n"),
        (("1 + 1;",), ""),
        (("2", "_ + 1"), "2\n3\n"),
        (("import asyncio\nawait asyncio.sleep(0)\nprint('slept')",), "slept\n"),
        (("%%capture shown\nprint('quiet')", "shown.stdout"), "'quiet\\n'\n"),
        (("from IPython.display import display\ndisplay('x', 3)",), "'x'\n3\n"),
        (("exit()", "print('after')"), ""),
        (("from IPython import get_ipython as g\ng() is get_ipython()",), "True\n"),
    ],
)
def test_cells_run_in_ipython(run: Run, cells: tuple[str, ...], printed: str) -> None:
    assert run(*cells) == (0, printed, "")


@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_shell_commands_keep_their_place(run: Run) -> None:
    status, out, _ = run("print('one')\n!echo two\nprint('three')")
    assert (status, out) == (0, "one\ntwo\nthree\n")


def test_figures_are_not_shown(run: Run, tmp_path: Path) -> None:
    status, out, err = run(
        "%matplotlib inline\n%config InlineBackend.figure_format = 'svg'\n"
        "import os\nimport matplotlib.pyplot as plt",
        "plt.plot([1, 2])\nplt.show()",
        "print(plt.get_fignums(), os.environ['MPLBACKEND'])",
        "%matplotlib qt",
    )
    assert (status, out, err) == (0, "[] agg\n", "")


@pytest.mark.parametrize(
    ("code", "options", "version"),
    [
        ("from pygenn.genn_model import create_custom_neuron_class", (), "4.9.0"),
        ("%%time\nfrom pygenn.genn_model import create_custom_neuron_class", (), "4.9.0"),
        ("%matplotlib inline\nfrom pygenn.genn_wrapper import NO_DELAY", (), "4.9.0"),
        ("", ("--api", "4.9"), "4.9.0"),
        ("import pygenn", (), "5.4.0"),
    ],
)
def test_version(run: Run, code: str, options: tuple[str, ...], version: str) -> None:
    status, out, _ = run(code, "x = (", "", tags=("raises-exception",), options=options)
    assert status == 0
    status, out, _ = run(code, "import pygenn\nprint(pygenn.__version__)", options=options)
    assert (status, out.splitlines()[-1]) == (0, version)


# --- How a notebook ends --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "status", "err"),
    [
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('no images')", 1, "no images\n"),
        ("raise KeyboardInterrupt", 130, "Interrupted.\n"),
    ],
)
def test_exit_status(run: Run, code: str, status: int, err: str) -> None:
    assert run(code, "print('after')") == (status, "", err)


BROKEN = """\
def build(model):
    model.add_neuron_population("pop", 3, "LFI", {}, {})

build(GeNNModel())"""


def test_an_error_is_shown_with_the_lines_of_the_cell(run: Run, tmp_path: Path) -> None:
    status, out, err = run("from pygenn import GeNNModel", BROKEN, "print('after')")
    name = f"{tmp_path / 'book.ipynb'}, cell 2"
    assert (status, out) == (1, "")
    assert [line for line in err.splitlines() if set(line) - set(" ^~")] == [
        "Traceback (most recent call last):",
        f'  File "{name}", line 4, in <module>',
        "    build(GeNNModel())",
        f'  File "{name}", line 2, in build',
        '    model.add_neuron_population("pop", 3, "LFI", {}, {})',
        "AttributeError: module 'pygenn.neuron_models' has no attribute 'LFI'; did you mean 'LIF'?",
    ]


@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("if True:\nprint()", "IndentationError: expected an indented block"),
        ("x = = 1", "SyntaxError: invalid syntax"),
        ("%nothing", "IPython.core.error.UsageError: Line magic function `%nothing` not found."),
        ("%%capture\n1 / 0", "ZeroDivisionError: division by zero"),
        ("%%time\n1 / 0", "ZeroDivisionError: division by zero"),
        ("import asyncio\nawait asyncio.sleep(0)\n1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_every_error_ends_the_notebook(run: Run, code: str, last: str) -> None:
    status, _, err = run("1", code, "print('after')")
    assert status == 1
    assert "book.ipynb, cell 2" in err
    assert err.splitlines()[-1].startswith(last)
    assert f"compat{os.sep}notebook" not in err


def test_cells_that_may_fail(run: Run) -> None:
    status, out, err = run("1 / 0", "print('after')", tags=("raises-exception",))
    assert (status, out) == (0, "after\n")
    assert err.splitlines()[1].endswith('book.ipynb, cell 1", line 1, in <module>')
    assert err.splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert run("import sys; sys.exit(3)", tags=("raises-exception",))[0] == 3


# --- What cannot be run ---------------------------------------------------------------------------

R = {"language_info": {"name": "R"}}
JULIA = {"kernelspec": {"name": "julia", "display_name": "Julia", "language": "julia"}}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "the file is empty"),
        ("import pygenn", "this file is not JSON"),
        ("[" * 100_000, "this file is not JSON"),
        ("{}", "the file is JSON, but it is not a notebook"),
        ("[1]", "the file is JSON, but it is not a notebook"),
        ('{"nbformat": 4}', "nbformat cannot read it as a notebook"),
        ('{"nbformat": 4, "cells": 3, "metadata": {}}', "nbformat cannot read it as a notebook"),
        ('{"nbformat": 99, "cells": []}', "nbformat cannot read it as a notebook"),
    ],
)
def test_files_that_are_no_notebooks(
    text: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "book.ipynb").write_text(text)
    refused(tmp_path / "book.ipynb", words, capsys)


@pytest.mark.parametrize(
    ("cells", "metadata", "words"),
    [
        ((), {}, "the notebook has no code"),
        (("", "  \n"), {}, "the notebook has no code"),
        (("x <- 1",), R, "the notebook is written in R, not in Python"),
        (("x = 1",), JULIA, "the notebook is written in julia, not in Python"),
    ],
)
def test_notebooks_that_cannot_be_run(
    cells: tuple[str, ...],
    metadata: dict[str, object],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(tmp_path / "book.ipynb", cells, **metadata)
    refused(tmp_path / "book.ipynb", words, capsys)


@pytest.mark.parametrize("package", ["IPython", "nbformat"])
def test_a_package_that_is_missing(
    package: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path / "book.ipynb", ("1",))
    monkeypatch.delitem(sys.modules, "numbagenn.compat.notebook", raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    words = f"need {package}, which the extra run-notebooks has; install it with: pip install "
    refused(tmp_path / "book.ipynb", words, capsys)


def refused(book: Path, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(book)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"Error: cannot run '{book}': ")
    assert words in err


def test_an_older_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = {"cell_type": "code", "input": "print('old')", "outputs": [], "language": "python"}
    sheet = {"cells": [{**cell, "metadata": {}}], "metadata": {}}
    book = tmp_path / "book.ipynb"
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}
    book.write_text(json.dumps(content))
    assert main(["run", str(book)]) == 0
    assert capsys.readouterr() == ("old\n", "")


@pytest.mark.parametrize("package", ["numbagenn", "tutorial_helpers"])
def test_a_process(package: str, tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", ("import pygenn\nprint(pygenn.__version__)",))
    completed = subprocess.run(
        [sys.executable, "-m", package, "run", str(tmp_path / "book.ipynb")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "5.4.0\n", "")


def test_scripts_need_no_ipython() -> None:
    code = "import sys, numbagenn.compat.running; print({'IPython', 'nbformat'} & set(sys.modules))"
    completed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert completed.stdout == "set()\n"
