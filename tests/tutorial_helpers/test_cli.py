"""The command line: what it prints where, and how it ends."""

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

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests import ROOT, a_few
from tutorial_helpers import data, inference, pygenn
from tutorial_helpers.__main__ import _parser, main

# A batch size that other tests use, too, so that its kernels are compiled already.
QUICK = ("classify", "--images", "30", "--batch-size", "7", "--timesteps", "20")

KEYS = {
    "dataset": str,
    "images": int,
    "batch_size": int,
    "timesteps": int,
    "backend": str,
    "accuracy": float,
    "build_seconds": float,
    "simulate_seconds": float,
    "images_per_second": float,
    "spikes": list,
}


def python(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=300,
    )


# --- Results -------------------------------------------------------------------------------------


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(QUICK) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(
        r"dataset      mnist-test, 30 images\n"
        r"backend      (numbagenn, \d+ threads?|PyGeNN .+)\n"
        r"method       batches of 7, 20 steps of 1 ms\n"
        r"accuracy     \d+\.\d\d %\n"
        r"build        \d+\.\d\d s\n"
        r"simulation   \d+\.\d\d s\n"
        r"throughput   [\d,]+ images/s\n",
        out,
    )
    assert err == ""


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--json"]) == 0
    out, err = capsys.readouterr()
    assert (out.count("\n"), err) == (1, "")
    report = json.loads(out)
    assert {key: type(value) for key, value in report.items()} == KEYS
    assert list(report) == list(KEYS)
    assert (report["dataset"], report["images"]) == ("mnist-test", 30)
    assert (report["batch_size"], report["timesteps"]) == (7, 20)
    assert report["simulate_seconds"] >= 0
    assert report["images_per_second"] > 0
    images, labels = data.load_mnist()
    from tutorial_helpers.models import build_classifier

    network = build_classifier(data.load_weights(), batch_size=7)
    result = inference.classify(network, images[:30], timesteps=20)
    assert report["spikes"] == list(result.spikes)
    right = inference.accuracy(result.predictions, labels[:30])
    assert report["accuracy"] == pytest.approx(right, abs=1e-4)


def test_all_images_and_other_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = data.load_weights()
    # Other sizes would be other kernels to compile; without any weight no spike gets through.
    np.save(tmp_path / "weights_0_1.npy", np.zeros_like(first))
    np.save(tmp_path / "weights_1_2.npy", second)
    options = ("--batch-size", "128", "--timesteps", "2", "--weights", str(tmp_path), "--json")
    assert main(["classify", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["images"] == 10_000
    assert report["spikes"][1:] == [0, 0]


def pictures(folder: Path) -> tuple[list[Path], NDArray[np.uint8]]:
    """Save digits of MNIST, enlarged, as dark ink on paper; return the files and the originals."""
    images, _ = data.load_mnist()
    files = [folder / "seven.png", folder / "two.jpg"]
    for file, image in zip(files, images, strict=False):
        pixels = np.kron(255 - image.reshape(28, 28), np.ones((10, 10), np.uint8))
        Image.fromarray(pixels).save(file)
    return files, images[: len(files)]


OWN = ("classify", "--batch-size", "7", "--image")


def test_own_pictures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, _ = pictures(tmp_path)
    assert main([*OWN, *map(str, files)]) == 0
    out, err = capsys.readouterr()
    counts = r"((?: +\d+){10})"
    assert re.fullmatch(
        r"backend      (numbagenn, \d+ threads?|PyGeNN .+)\n"
        r"method       100 steps of 1 ms; spikes of the ten output neurons\n\n"
        r"answer     0    1    2    3    4    5    6    7    8    9   file\n"
        rf"     7  {counts}   {re.escape(str(files[0]))}\n"
        rf"     2  {counts}   {re.escape(str(files[1]))}\n",
        out,
    )
    assert err == ""


def test_own_pictures_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, images = pictures(tmp_path)
    assert main([*OWN, *map(str, files), "--ink", "dark", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert list(report) == ["timesteps", "backend", "images"]
    assert [list(row) for row in report["images"]] == [["file", "answer", "counts"]] * 2
    assert [row["answer"] for row in report["images"]] == [7, 2]
    assert [row["file"] for row in report["images"]] == [str(file) for file in files]
    from tutorial_helpers.models import build_classifier

    network = build_classifier(data.load_weights(), batch_size=7)
    result = inference.classify(network, images[:1])
    assert report["images"][0]["counts"] == result.counts[0].tolist()

    assert main([*OWN, str(files[0]), "--show", "--json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)["images"]
    assert np.abs(np.array(row["pixels"]) - images[0].reshape(28, 28)).max() <= 16


@pytest.mark.parametrize(("encoding", "ink"), [("utf-8", "█"), ("ascii", "@")])
def test_own_pictures_as_the_network_sees_them(
    encoding: str, ink: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, images = pictures(tmp_path)
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    assert main([*OWN, str(files[0]), "--show"]) == 0
    frame = written.getvalue().decode(encoding).splitlines()[5:]
    assert frame[0] == frame[-1] == f"+{56 * '-'}+"
    assert all(re.fullmatch(r"\|.{56}\|", line) for line in frame[1:-1])
    inked = [[pixel != " " for pixel in line[1:-1:2]] for line in frame[1:-1]]
    assert np.mean(np.array(inked) == (images[0].reshape(28, 28) > 0)) > 0.98
    assert ink in "".join(frame)


def test_no_spike_is_no_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files, _ = pictures(tmp_path)
    assert main([*OWN, str(files[0]), "--timesteps", "1"]) == 0
    assert re.match(r"  none  ( +0){10}   ", capsys.readouterr().out.splitlines()[-1])
    assert main([*OWN, str(files[0]), "--timesteps", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["images"][0]["answer"] is None


def test_a_process_prints_only_the_json_object() -> None:
    completed = python("-m", "tutorial_helpers", *QUICK, "--json")
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.count("\n") == 1
    report = json.loads(completed.stdout)
    assert {key: type(value) for key, value in report.items()} == KEYS


# --- Help ----------------------------------------------------------------------------------------


def test_help() -> None:
    completed = python("-m", "tutorial_helpers", "--help")
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.startswith("usage: python -m tutorial_helpers [-h] command ...")
    assert "classify the MNIST test set and report accuracy and speed" in completed.stdout


def test_help_of_classify() -> None:
    # The width of the terminal decides where argparse breaks lines.
    completed = python("-m", "tutorial_helpers", "classify", "--help", COLUMNS="100")
    assert (completed.returncode, completed.stderr) == (0, "")
    for option in (
        *("--batch-size B", "--timesteps T", "--images N", "--weights SET", "--json"),
        *("--image FILE [FILE ...]", "--ink {auto,dark,light}", "--show"),
    ):
        assert option in completed.stdout
    for default in ("(default: 128)", "(default: 100)", "(default: all)", "(default: default)"):
        assert default in completed.stdout
    for variable in ("TUTORIAL_BACKEND", "NUMBAGENN_THREADS", "NUMBAGENN_CACHE_DIR"):
        assert f"\n  {variable} " in completed.stdout
    examples = re.findall(r"^  python -m tutorial_helpers (.+)$", completed.stdout, re.MULTILINE)
    assert "classify" in examples


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            "train",
            [
                "--set {default,converted}",
                "--seed S",
                "--teacher-epochs E",
                "--copies C",
                " --epochs E",
                "--tuning-epochs E",
                "--output DIR",
                "--checkpoint FILE",
                "(default: 16)",
                "(default: 32)",
                "(default: 400)",
                "(default: 60)",
                "\n  teacher ",
                "\n  redraw ",
                "\n  rates ",
                "\n  conversion ",
                "\n  spikes ",
            ],
        ),
        ("evaluate", ["--weights SET", "--timesteps T", "--record", "12 20 30 50 100"]),
    ],
)
def test_help_of_training(command: str, words: list[str]) -> None:
    completed = python("-m", "tutorial_helpers", command, "--help", COLUMNS="100")
    assert (completed.returncode, completed.stderr) == (0, "")
    # Where lines break is decided by argparse, each version in its own way.
    flowing = " ".join(completed.stdout.split())
    for word in [*words, "--json", f"\n  python -m tutorial_helpers {command}\n"]:
        assert word in (completed.stdout if word.startswith("\n") else flowing)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("classify", "--help"),
        ("classify", "--x"),
        ("train", "--help"),
        ("train", "--set", "none"),
        ("evaluate", "--help"),
    ],
)
def test_help_and_mistakes_are_answered_at_once(arguments: Sequence[str]) -> None:
    code = f"""
import sys
from tutorial_helpers.__main__ import main
try:
    main({list(arguments)})
except SystemExit:
    print(sorted({{"numpy", "numba", "matplotlib", "mnist", "pygenn", "jax"}} & set(sys.modules)))
"""
    completed = python("-c", code)
    assert completed.stdout.splitlines()[-1] == "[]"


# --- Mistakes ------------------------------------------------------------------------------------


INTEGERS = {
    ("classify", "--batch-size"): (1, 10**9),
    ("classify", "--timesteps"): (1, 10**9),
    ("classify", "--images"): (1, 10**9),
    ("train", "--seed"): (0, 2**32 - 1),
    ("train", "--teacher-epochs"): (0, 10**6),
    ("train", "--copies"): (1, 10**9),
    ("train", "--epochs"): (1, 10**6),
    ("train", "--tuning-epochs"): (1, 10**6),
    ("train", "--images"): (1, 10**9),
    ("evaluate", "--timesteps"): (1, 10**9),
}
TEXTS = {
    ("classify", "--image"),
    ("classify", "--weights"),
    ("train", "--output"),
    ("train", "--checkpoint"),
    ("evaluate", "--weights"),
    ("run",),  # the script
}
NO_INTEGERS = [
    "",
    " ",
    "-1",
    "--1",
    "+1",
    "1.5",
    "1e3",
    "1,000",
    "1_000",
    "0x10",
    "nan",
    "inf",
    "-inf",
    "two",
    "None",
    "True",
    "²",
    "\uff14",
    "\u0661",
    "1 2",
    "1\n",
    "\0",
    "é",
    "\udcff",
    "99999999999999999999",
    5000 * "9",
    5000 * "0" + "1",
    "-" + 5000 * "9",
    5000 * "a",
]


def usage_error(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Give options that make no sense, and return what is said: usage, and one sentence."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    usage, error = err.rsplit("error: ", 1)
    assert out == ""
    assert usage.startswith("usage: ")
    assert len(error) < 300
    return error.removesuffix("\n")


@pytest.mark.parametrize("given", NO_INTEGERS, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("option", INTEGERS, ids=" ".join)
def test_no_integers(
    option: tuple[str, str], given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command, name = option
    least, most = INTEGERS[option]
    error = usage_error([command, f"{name}={given}"], capsys)
    expected = f"argument {name}: expected an integer from {least} to {most}, not {given!r}"
    assert error == expected or ("…" in error and error[:30] == expected[:30])


@pytest.mark.parametrize("option", INTEGERS, ids=" ".join)
def test_integers_out_of_range(option: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    command, name = option
    least, most = INTEGERS[option]
    for given in (least - 1, most + 1):
        error = usage_error([command, f"{name}={given}"], capsys)
        assert error.endswith(f"{name}: expected an integer from {least} to {most}, not '{given}'")


@pytest.mark.parametrize("given", ["", "\0", "a\0b"], ids=ascii)
@pytest.mark.parametrize("option", sorted(TEXTS), ids=" ".join)
def test_no_names_and_no_paths(
    option: tuple[str, ...], given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = usage_error([*option, given], capsys)
    assert error.endswith(f": expected a name or a path, not {given!r}")


def test_the_tables_above_are_complete() -> None:
    (commands,) = (one for one in _parser()._actions if isinstance(one.choices, dict))
    options = {
        (command, action.option_strings[-1]) if action.option_strings else (command,)
        for command, parser in commands.choices.items()
        for action in parser._actions
        # Neither a flag nor a choice, whose values argparse checks, nor what a script is given.
        if action.nargs != 0 and action.choices is None and action.dest != "arguments"
    }
    assert options == {*INTEGERS, *TEXTS}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "the following arguments are required: command"),
        (("classfy",), "invalid choice: 'classfy'"),
        (("train", "--set", "none"), "invalid choice: 'none'"),
        (("train", "--set", 5000 * "a"), "invalid choice: 'aaa"),
        (("run", "--api", "", "x.py"), "invalid choice: ''"),
        (("evaluate", "--timesteps"), "argument --timesteps: expected at least one argument"),
        (("classify", "--image"), "argument --image: expected at least one argument"),
        (("classify", "--ink", "red"), "invalid choice: 'red'"),
        (("classify", "extra"), "unrecognized arguments: extra"),
        (("classify", 5000 * "a"), "unrecognized arguments: aaa"),
        ((5000 * "a",), "invalid choice: 'aaa"),
    ],
)
def test_wrong_options(
    arguments: Sequence[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in usage_error(arguments, capsys)


def error_of(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that has to fail, and return what it says: one line, nothing else."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    (error,) = err.splitlines()
    assert error.startswith("Error: ")
    return error


def test_more_images_than_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(["classify", "--images", "10001"], capsys)
    assert "--images 10001 is more than the 10000 images of MNIST's test set; ask for" in error


def test_pictures_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (good, _), _ = pictures(tmp_path)
    blank, no_picture = tmp_path / "blank.png", tmp_path / "text.png"
    Image.new("L", (50, 50), 200).save(blank)
    no_picture.write_text("a seven")
    error = error_of([*OWN, str(good), str(blank)], capsys)
    assert error.startswith(f"Error: '{blank}': the picture is blank: nothing in it stands out")
    error = error_of([*OWN, str(no_picture)], capsys)
    assert error == (
        f"Error: '{no_picture}': the file is not a picture in PNG or JPEG format; save it as one "
        "of them."
    )
    for nothing in (tmp_path / "none.png", tmp_path):
        error = error_of([*OWN, str(nothing)], capsys)
        assert error.startswith(f"Error: '{nothing}': ")
        assert error.endswith("that you may use it, and that there is space left.")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--show",), "--show is for files of your own; name them with --image."),
        (("--ink", "dark"), "--ink is for files of your own; name them with --image."),
        (("--images", "3", "--image", "a.png"), "--images counts images of MNIST's test set, and"),
    ],
)
def test_options_that_do_not_fit(
    arguments: Sequence[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in error_of(["classify", *arguments], capsys)


def test_more_batches_than_fit_into_memory(capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(["classify", "--batch-size", "1000000000"], capsys)
    assert re.match(r"Error: The model needs \d+\.\d TB of memory, .+, and there are ", error)
    assert error.endswith(" here; make it smaller, or batch_size, which is 1000000000.")


def test_weights_that_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(["classify", "--weights", str(tmp_path / "none")], capsys)
    assert "there is no such file" in error
    assert "'none' is neither a set of" in error_of(["classify", "--weights", "none"], capsys)


def test_weights_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in data.WEIGHT_FILES:
        (tmp_path / name).write_text("no array")
    assert "cannot be read" in error_of(["classify", "--weights", str(tmp_path)], capsys)


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


# --- Environment variables -----------------------------------------------------------------------

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
@pytest.mark.parametrize("command", ["classify", "evaluate"])
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
    a_few(WRONG_SETTINGS),
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


# --- Where output goes ---------------------------------------------------------------------------


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
    ("redirected", "status"), a_few([("2>&-", 0), (">&- 2>&- <&-", 0), ("--x 2>&-", 2)])
)
def test_closed_streams(redirected: str, status: int) -> None:
    line = f'"$@" -m tutorial_helpers {" ".join(QUICK)} --json {redirected}'
    completed = in_shell(line)
    assert completed.returncode == status
    assert ("images_per_second" in completed.stdout) == (redirected == "2>&-")
    assert not re.search("Traceback|Error|Exception", completed.stderr)


MANY_LINES = "for number in range(100_000):\n    print('line', number)\n"


@shell
@pytest.mark.parametrize("command", a_few([f"{' '.join(QUICK)}", "run {script}"]))
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


@pytest.mark.parametrize("command", [(), ("classify",), ("train",), ("evaluate",), ("run",)])
def test_help_is_plain_ascii(command: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    assert capsys.readouterr().out.isascii()


# --- Interrupts ----------------------------------------------------------------------------------


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
