"""``python -m numbagenn run NOTEBOOK.ipynb``: existing notebooks run unchanged."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from numbagenn.__main__ import main
from numbagenn.compat.notebook import without_installation
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
    """Return a function that runs a notebook: the status, and what was printed."""
    monkeypatch.delenv("MPLBACKEND", raising=False)

    def running(
        *cells: str, tags: tuple[str, ...] = (), options: tuple[str, ...] = ()
    ) -> tuple[int, str, str]:
        book = tmp_path / "book.ipynb"
        write(book, cells, tags)
        before = book.read_bytes()
        status = main(["run", str(book), "a", *options, "--b"])
        assert book.read_bytes() == before
        assert "pygenn" not in sys.modules
        return (status, *capfd.readouterr())

    return running


def outputs_of(file: Path) -> list[list[object]]:
    """Return the outputs of each code cell: text, or the kinds of what else there is."""
    return [
        [output.get("text") or sorted(output.data) for output in cell.outputs]
        for cell in nbformat.read(file, 4).cells
        if cell.cell_type == "code"
    ]


@pytest.mark.slow
def test_cells_run_in_a_kernel(run: Run) -> None:
    status, out, err = run(
        "import sys, os, pygenn\nx = 1",
        "",
        "print(x, __name__, sys.argv[1:], pygenn.__version__)",
        "print(sys.modules['__main__'].x, sys.path[0] == os.path.dirname(sys.argv[0]))",
        "print(os.getcwd(), '__file__' in globals())",
        "1 + 1",
        "1 + 1;",
        "import asyncio\nawait asyncio.sleep(0)\nprint('slept')",
        "%%capture shown\nprint('quiet')",
        "shown.stdout",
        "from IPython.display import display\ndisplay('x', 3)",
        "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "print('to stderr', file=sys.stderr)",
        "%load_ext numbagenn",
        "exit()",
        "print('after')",
    )
    assert (status, err) == (0, "to stderr\n")
    assert out.splitlines() == [
        "1 __main__ ['a', '--b'] 5.4.0",
        "1 True",
        f"{Path.cwd()} False",
        "2",
        "slept",
        r"'quiet\n'",
        "'x'",
        "3",
        "Note: pygenn is numbagenn now; %unload_ext numbagenn takes it back.",
    ]


INSTALLATION = """\
if "google.colab" not in str(get_ipython()):
    !gdown 128FKTJ1GVF7TgwT9-4o7r4eWqduMYVO4
    !pip install pygenn-5.4.0-cp312-cp312-linux_x86_64.whl
    %env CUDA_PATH=/usr/local/cuda"""

NETWORK = (
    INSTALLATION,
    "from pygenn import GeNNModel, create_neuron_model\n"
    "cell = create_neuron_model('cell', vars=[('V', 'scalar')], sim_code='V += 1.0;')",
    "model = GeNNModel()\n"
    "pop = model.add_neuron_population('pop', 2, cell, {}, {'V': 0.0})\n"
    "model.build(); model.load(); model.step_time()",
    "pop.vars['V'].pull_from_device()\npop.vars['V'].view.tolist()",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "print(1)",
)


@pytest.mark.slow
def test_a_copy_with_outputs(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.ipynb"
    status, out, err = run(*NETWORK, options=("--output", str(copy)))
    note = "Note: cell 1 sets up PyGeNN, which is passed over.\n"
    assert (status, out) == (0, "")
    assert note in err
    assert "book.ipynb: 100%" in err
    assert "6/6" in err
    figure = ["image/png", "text/plain"]
    assert outputs_of(copy) == [[note], [], [], [["text/plain"]], [figure], ["1\n"]]
    book, executed = (nbformat.read(file, 4) for file in (tmp_path / "book.ipynb", copy))
    assert [cell.source for cell in executed.cells] == [cell.source for cell in book.cells]
    code = [cell for cell in executed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == [1, 2, 3, 4, 5, 6]
    assert code[3].outputs[0].data["text/plain"] == "[1.0, 1.0]"
    nbformat.validate(executed)


OLD = (
    "import pygenn\nprint(pygenn.__version__)",
    "%%time\nfrom pygenn.genn_model import create_custom_neuron_class",
    "x = (",
)


@pytest.mark.slow
def test_the_version_is_that_of_all_cells(run: Run) -> None:
    status, out, err = run(*OLD, tags=("raises-exception",))
    assert (status, out.splitlines()[0]) == (0, "4.9.0")
    assert err.splitlines()[-1].startswith("SyntaxError: ")
    status, out, _ = run(OLD[0], options=("--api", "4.9"))
    assert (status, out) == (0, "4.9.0\n")


# --- How a notebook ends --------------------------------------------------------------------------

BROKEN = """\
def build(model):
    model.add_neuron_population("pop", 3, "LFI", {}, {})

build(GeNNModel())"""


@pytest.mark.slow
def test_a_cell_that_fails(run: Run, tmp_path: Path) -> None:
    copy = str(tmp_path / "copy.ipynb")
    first = "from pygenn import GeNNModel"
    status, out, err = run(first, BROKEN, "print('after')", options=("--output", copy))
    assert (status, out) == (1, "")
    assert "In[2], line 4" in err
    assert "----> 4 build(GeNNModel())" in err
    assert f"numbagenn{os.sep}" not in err
    assert (
        "Error in cell 2 of 'book.ipynb': AttributeError: module 'pygenn.neuron_models' has no "
        "attribute 'LFI'; did you mean 'LIF'?\n"
    ) in err
    # Neither a copy nor a part of one.
    assert [file.name for file in tmp_path.iterdir()] == ["book.ipynb"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "status", "err"),
    [
        ("import sys; sys.exit(7)", 7, ""),
        ("import sys; sys.exit('no images')", 1, "no images\n"),
        ("raise KeyboardInterrupt", 130, "Interrupted.\n"),
        ("import os; os._exit(0)", 1, "Error in cell 2 of 'book.ipynb': its kernel has died\n"),
    ],
)
def test_exit_status(run: Run, code: str, status: int, err: str) -> None:
    assert run("1;", code, "print('after')") == (status, "", err)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("code", "last"),
    [
        ("x = = 1", "SyntaxError: invalid syntax (line 1)"),
        ("%%capture\n1 / 0", "ZeroDivisionError: division by zero"),
    ],
)
def test_every_error_ends_the_notebook(run: Run, code: str, last: str) -> None:
    status, _, err = run("1", code, "print('after')")
    assert (status, err.splitlines()[-1]) == (1, f"Error in cell 2 of 'book.ipynb': {last}")


@pytest.mark.slow
def test_cells_that_may_fail(run: Run) -> None:
    status, out, err = run("1 / 0", "print('after')", tags=("raises-exception",))
    assert (status, out) == (0, "after\n")
    assert "----> 1 1 / 0" in err
    assert err.splitlines()[-1] == "ZeroDivisionError: division by zero"


# --- What is passed over --------------------------------------------------------------------------

WHEEL = "https://github.com/genn-team/genn/releases/download/5.4.0/pygenn-5.4.0-cp312.whl"


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        (INSTALLATION, INSTALLATION.splitlines()[0] + 3 * "\n    pass"),
        ("!pip install pygenn", "pass"),
        ("pip install pygenn", "pass"),
        ("%pip install -q pygenn==5.4.0", "pass"),
        ("%conda install -c conda-forge pygenn", "pass"),
        ("!{sys.executable} -m pip install \\\n  pygenn\nx = 1", "pass\n\nx = 1"),
        (f"!wget -q {WHEEL}\nimport numpy", "pass\nimport numpy"),
        (f"!pip install {WHEEL}", "pass"),
        ("!pip install git+https://github.com/genn-team/genn.git@5.4.0", "pass"),
        ("%env CUDA_PATH=/usr/local/cuda-12", "pass"),
        (
            "!git clone https://github.com/genn-team/genn.git\n%cd genn\n!python setup.py install",
            "pass\npass\npass",
        ),
        (f"%%!\nwget {WHEEL}", "%%!\n:"),
        ("%%bash\ngit clone https://github.com/genn-team/genn\necho a", "%%bash\n:\necho a"),
    ],
)
def test_commands_that_install_pygenn(cell: str, left: str) -> None:
    assert without_installation(cell) == left


@pytest.mark.parametrize(
    "cell",
    [
        "!pip install mnist",
        "!gdown 1cmNL8W0QZZtn3dPHiOQnVjGAYTk6Rhpc",
        "!pip install ml_genn",
        "!git clone https://github.com/genn-team/ml_genn",
        "!wget https://github.com/genn-team/genn/raw/master/weights.npy",
        "!ls pygenn",
        "!git clone https://github.com/someone/genn-networks",
        "import pygenn  # pip install pygenn",
        "%%time\nmodel.build()",
        "%cd genn",
    ],
)
def test_commands_that_run(cell: str) -> None:
    assert without_installation(cell) == cell


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


@pytest.mark.parametrize("package", ["IPython", "ipykernel", "nbclient", "nbformat"])
def test_a_package_that_is_missing(
    package: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    write(tmp_path / "book.ipynb", ("1",))
    for name in ("jupyter", "notebook"):
        monkeypatch.delitem(sys.modules, f"numbagenn.compat.{name}", raising=False)
    for name in [name for name in sys.modules if name.split(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    words = f"need {package}, which the extra run-notebooks has; install it with: pip install "
    refused(tmp_path / "book.ipynb", words, capsys)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("copy.html", "has to end in .ipynb"),
        ("nowhere/copy.ipynb", "its copy cannot be written as"),
        ("folder.ipynb", "its copy cannot be written as"),
    ],
)
def test_a_copy_that_cannot_be_written(
    name: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.ipynb").mkdir()
    write(tmp_path / "book.ipynb", ("1",))
    refused(tmp_path / "book.ipynb", words, capsys, "--output", str(tmp_path / name))


def test_scripts_have_no_copy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys; print(sys.argv[1:])")
    assert main(["run", "--output", "copy.ipynb", str(script)]) == 2
    assert "--output is for notebooks, and this is a script" in capsys.readouterr().err
    assert main(["run", str(script), "--output", "x"]) == 0
    assert capsys.readouterr().out == "['--output', 'x']\n"


def refused(book: Path, words: str, capsys: pytest.CaptureFixture[str], *options: str) -> None:
    assert main(["run", str(book), *options]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"Error: cannot run '{book}': ")
    assert words in err


@pytest.mark.slow
def test_an_older_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    cell = {"cell_type": "code", "input": "print('old')", "outputs": [], "language": "python"}
    sheet = {"cells": [{**cell, "metadata": {}}], "metadata": {}}
    book = tmp_path / "book.ipynb"
    content = {"nbformat": 3, "nbformat_minor": 0, "metadata": {"name": ""}, "worksheets": [sheet]}
    book.write_text(json.dumps(content))
    assert main(["run", str(book)]) == 0
    assert capsys.readouterr() == ("old\n", "")


@pytest.mark.slow
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
    # On a busy machine, ipykernel may complain of its sockets while it ends.
    ours = re.sub(r".*operation on non-socket\n", "", completed.stderr, flags=re.DOTALL)
    assert (completed.returncode, completed.stdout, ours) == (0, "5.4.0\n", "")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_nobody_reads(tmp_path: Path) -> None:
    write(tmp_path / "book.ipynb", ("print('x\\n' * 100_000)", "print('after')"))
    command = f"({sys.executable} -m numbagenn run {tmp_path}/book.ipynb; echo $? >&2) | true"
    completed = subprocess.run(
        command, shell=True, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert completed.stderr == "141\n"


def test_scripts_need_no_ipython() -> None:
    code = "import sys, numbagenn.compat.running; print({'IPython', 'nbformat'} & set(sys.modules))"
    completed = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert completed.stdout == "set()\n"
