"""How commands end, whatever they do: wrong settings, where output goes, and interrupts."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests import ROOT
from tests.tutorial_helpers.commands.command_lines import QUICK, error_of, python
from tutorial_helpers import data, inference, pygenn
from tutorial_helpers.__main__ import main


@pytest.mark.parametrize("command", ["classify", "evaluate"])
def test_images_that_are_damaged_or_missing(
    command: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(data, "MNIST", tmp_path)
    file = tmp_path / "t10k-images-idx3-ubyte.gz"
    assert error_of([command], capsys).startswith(f"Error: {file} cannot be read: No such file")
    file.write_bytes(b"damaged")
    error = error_of([command], capsys)
    assert error.startswith(f"Error: {file} is damaged or another file: its 7 bytes, unpacked")
    assert "restore it with 'git checkout data/mnist'" in error


# --- Environment variables ------------------------------------------------------------------------


NO_THREADS = [
    "0",
    "-1",
    "+1",
    "1.5",
    "1e2",
    "two",
    "nan",
    "inf",
    " ",
    " 2",
    "2 ",
    "²",
    "\uff14",
    "0x4",
    "1025",
    "99999",
    5000 * "9",
    5000 * "a",
]


@pytest.mark.parametrize("value", NO_THREADS, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("command", ["classify", "evaluate", "learn"])
def test_no_number_of_threads(
    command: str, value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBAGENN_THREADS", value)
    # Said before there is any work.
    monkeypatch.setattr(inference, "classify", None)
    error = error_of([command], capsys)
    assert error.startswith(
        "Error: Environment variable NUMBAGENN_THREADS must be an integer from 1 to 1024, not "
        f"'{value[:9]}"
    )
    assert error.endswith("; correct or unset it.")
    assert len(error) < 200


@pytest.mark.parametrize("value", ["", "1", "1024"])
def test_a_number_of_threads(
    value: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBAGENN_THREADS", value)
    assert main([*QUICK, "--json"]) == 0
    threads = value or len(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else "")
    if threads:
        plural = "" if int(threads) == 1 else "s"
        expected = f"numbagenn, {threads} thread{plural}"
        assert json.loads(capsys.readouterr().out)["backend"] == expected


WRONG_SETTINGS = [
    ("TUTORIAL_BACKEND", "gpu", "must be 'bundled' or 'pygenn', not 'gpu'; correct or unset"),
    ("NUMBA_DISABLE_JIT", "1", "must be 0 or unset, as the engine runs nothing but compiled"),
    ("NUMBA_DISABLE_JIT", "yes", "defined but its associated value 'yes' could not be parsed"),
    ("NUMBA_NUM_THREADS", "0", "0: Number of threads specified must be > 0; correct or unset"),
]


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    WRONG_SETTINGS,
)
def test_wrong_settings_in_a_process(variable: str, value: str, words: str) -> None:
    completed = python("-m", "tutorial_helpers", *QUICK, "--json", **{variable: value})
    assert (completed.returncode, completed.stdout) == (1, "")
    (error,) = completed.stderr.splitlines()
    assert error.startswith("Error: ")
    assert variable in error
    assert words in error


def test_settings_of_numba_that_change_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "from numbagenn.runtime.compilation import compiled\n"
        "source = 'from numbagenn.kernels import jit\\n'\n"
        "source += '@jit.kernel(\"int64(int64)\")\\ndef one_more(n):\\n    return n + 1\\n'\n"
        "print(compiled(source).one_more(1))\n"
    )
    settings = {
        "NUMBA_NUM_THREADS": "",
        "NUMBA_CACHE_DIR": os.devnull,
        "NUMBA_CACHE_LOCATOR_CLASSES": "none",
        "NUMBAGENN_CACHE_DIR": str(tmp_path / "cache"),
    }
    completed = python("-m", "tutorial_helpers", "run", str(script), **settings)
    assert (completed.returncode, completed.stdout, completed.stderr) == (0, "2\n", "")
    assert list((tmp_path / "cache").iterdir())


# --- Where output goes ----------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [("stdout",), ("stderr",), ("stdout", "stderr")], ids=str)
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ((*QUICK, "--json"), 0),
        (("classify", "--images", "10001"), 1),
        (("classify", "--images", "0"), 2),
        (("--help",), 0),
        (("run", "nowhere.py"), 2),
    ],
    ids=str,
)
def test_without_streams(
    arguments: Sequence[str],
    status: int,
    missing: Sequence[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    # As under pythonw, or with >&- and 2>&- in a shell.
    for name in missing:
        monkeypatch.setattr(sys, name, None)
    try:
        ended = main(arguments)
    except SystemExit as end:
        ended = end.code
    assert ended == status
    assert [getattr(sys, name) for name in missing] == [None for _ in missing]
    monkeypatch.undo()
    out, err = capsys.readouterr()
    # What has nowhere to go does not go elsewhere.
    assert not out or ("stdout" not in missing and status == 0)
    assert not err or "stderr" not in missing


shell = pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")


def in_shell(line: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell, in which "$@" is Python."""
    return subprocess.run(
        ["sh", "-c", line, "sh", sys.executable],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=300,
    )


@shell
@pytest.mark.parametrize(
    ("redirected", "status"), [("2>&-", 0), (">&- 2>&- <&-", 0), ("--x 2>&-", 2)]
)
def test_closed_streams(redirected: str, status: int) -> None:
    line = f'"$@" -m tutorial_helpers {" ".join(QUICK)} --json {redirected}'
    completed = in_shell(line)
    assert completed.returncode == status
    assert ("images_per_second" in completed.stdout) == (redirected == "2>&-")
    assert not re.search("Traceback|Error|Exception", completed.stderr)


MANY_LINES = "for number in range(100_000):\n    print('line', number)\n"


@shell
@pytest.mark.parametrize("command", [f"{' '.join(QUICK)}", "run {script}"])
def test_nobody_reads_the_output(command: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(MANY_LINES)
    command = command.format(script=script)
    line = f'{{ "$@" -m tutorial_helpers {command}; echo $? >&2; }} | true'
    assert in_shell(line).stderr == "141\n"


def test_other_broken_pipes_of_a_script_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "script.py").write_text("raise BrokenPipeError(32, 'of a socket')\n")
    assert main(["run", str(tmp_path / "script.py")]) == 1
    assert capsys.readouterr().err.endswith("BrokenPipeError: [Errno 32] of a socket\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main([*QUICK, "--json"]) == 1
        monkeypatch.undo()
    # Closing it did not fail: what could not be written is given up.
    error = capsys.readouterr().err
    assert error.startswith("Error: cannot read or write: No space left on device; check")


def test_a_script_that_closes_its_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nsys.stdout.close()\nsys.exit(3)\n")
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert main(["run", str(script)]) == 3


def test_warnings_are_notes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def warning(*arguments: Any, **options: Any) -> inference.Classification:
        warnings.warn("this is slow", stacklevel=1)
        return classify(*arguments, **options)

    classify = inference.classify
    monkeypatch.setattr(inference, "classify", warning)
    assert main([*QUICK, "--json"]) == 0
    out, err = capsys.readouterr()
    assert (out.count("\n"), err) == (1, "Note: this is slow\n")


def test_letters_that_a_terminal_does_not_have(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.BytesIO()
    terminal = io.TextIOWrapper(written, encoding="ascii", errors="strict")
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(pygenn, "backend_description", lambda: "Zürich…")
    assert main(QUICK) == 0
    assert rb"backend      Z\xfcrich\u2026" in written.getvalue()
    assert terminal.errors == "strict"


# --- Interrupts -----------------------------------------------------------------------------------


def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inference, "classify", interrupted)
    assert main([*QUICK, "--json"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == "Interrupted."


# Runs the command line and says when simulation begins, which would take minutes.
LONG_RUN = """
import signal, sys
from pathlib import Path
from tutorial_helpers import inference
from tutorial_helpers.__main__ import main

# Where tests run in the background, the signal is ignored unless it is restored.
signal.signal(signal.SIGINT, signal.default_int_handler)

def announced(*arguments, **options):
    print("simulating", flush=True)
    return original(*arguments, **options)

original, inference.classify = inference.classify, announced
sys.exit(main(["classify", "--timesteps", "100000", "--batch-size", "7", "--json"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_interrupted_by_a_signal() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", LONG_RUN],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "simulating\n"
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        finally:
            process.kill()
    assert (process.returncode, out) == (130, "")
    assert err.splitlines()[-1] == "Interrupted."
    assert "Traceback" not in err


# Builds a model that nobody has built before, for which a compiler takes seconds.
COMPILING = """
import signal, sys, tempfile, os, threading
os.environ["NUMBAGENN_CACHE_DIR"] = tempfile.mkdtemp()
from tutorial_helpers import command_line, data
from numbagenn.runtime import compilation as compiling

signal.signal(signal.SIGINT, signal.default_int_handler)
begun, original = threading.Event(), compiling._execute

def announced(*arguments):
    begun.set()
    original(*arguments)
    print("compiled", flush=True)

compiling._execute = announced

def build():
    from tutorial_helpers.models import build_classifier
    threading.Thread(target=lambda: (begun.wait(), signal.raise_signal(signal.SIGINT))).start()
    build_classifier(data.load_weights())

command_line.leave(command_line.status_of(build))
"""


def test_a_compiler_is_not_waited_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", COMPILING],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (130, "")
    assert done.stderr.splitlines()[-1] == "Interrupted."
