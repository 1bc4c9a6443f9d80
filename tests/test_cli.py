"""The command line: what it prints where, and how it ends."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tutorial_helpers import data, inference
from tutorial_helpers.__main__ import main

ROOT = Path(__file__).resolve().parents[1]

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


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Leave no way to get MNIST."""
    monkeypatch.setattr(data, "MNIST_MIRRORS", ())
    monkeypatch.setattr(data, "_cache_folders", lambda: [tmp_path / "cache"])
    monkeypatch.delenv("MNIST_DIR", raising=False)


# A proxy that refuses at once: where MNIST is not at hand, the offline digits serve.
NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


def python(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | NO_NETWORK | settings,
        capture_output=True,
        text=True,
        timeout=300,
    )


# --- Results -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("offline")
def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(QUICK) == 0
    out, err = capsys.readouterr()
    assert re.fullmatch(
        r"dataset      sklearn-digits, 30 images\n"
        r"backend      (bundled engine, \d+ threads?|PyGeNN .+)\n"
        r"method       batches of 7, 20 steps of 1 ms\n"
        r"accuracy     \d+\.\d\d %\n"
        r"build        \d+\.\d\d s\n"
        r"simulation   \d+\.\d\d s\n"
        r"throughput   [\d,]+ images/s\n",
        out,
    )
    assert err.startswith("Note: MNIST could not be had")
    assert err.count("\n") == 1


@pytest.mark.usefixtures("offline")
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*QUICK, "--json"]) == 0
    out, err = capsys.readouterr()
    assert err.startswith("Note: MNIST could not be had")
    assert out.count("\n") == 1
    report = json.loads(out)
    assert {key: type(value) for key, value in report.items()} == KEYS
    assert list(report) == list(KEYS)
    assert (report["dataset"], report["images"]) == ("sklearn-digits", 30)
    assert (report["batch_size"], report["timesteps"]) == (7, 20)
    assert report["simulate_seconds"] >= 0
    assert report["images_per_second"] > 0
    images, labels = data.load_digits()
    from tutorial_helpers.models import build_classifier

    network = build_classifier(data.load_weights(), batch_size=7)
    result = inference.classify(network, images[:30], timesteps=20)
    assert report["spikes"] == list(result.spikes)
    right = inference.accuracy(result.predictions, labels[:30])
    assert report["accuracy"] == pytest.approx(right, abs=1e-4)


@pytest.mark.usefixtures("offline")
def test_all_images_and_other_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = data.load_weights()
    # Other sizes would be other kernels to compile; without any weight no spike gets through.
    np.save(tmp_path / "weights_0_1.npy", np.zeros_like(first))
    np.save(tmp_path / "weights_1_2.npy", second)
    options = ("--batch-size", "128", "--timesteps", "2", "--weights", str(tmp_path), "--json")
    assert main(["classify", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["images"] == 1797
    assert report["spikes"][1:] == [0, 0]


def test_a_process_prints_only_the_json_object() -> None:
    # Whether MNIST is at hand decides what is classified, and not what is printed where.
    completed = python("-m", "tutorial_helpers", *QUICK, "--json")
    assert completed.returncode == 0, completed.stderr
    assert completed.stdout.count("\n") == 1
    report = json.loads(completed.stdout)
    assert {key: type(value) for key, value in report.items()} == KEYS
    assert completed.stderr == "" or report["dataset"] == "sklearn-digits"


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
    for option in ("--batch-size B", "--timesteps T", "--images N", "--weights SET", "--json"):
        assert option in completed.stdout
    for default in ("(default: 128)", "(default: 100)", "(default: all)", "(default: default)"):
        assert default in completed.stdout
    for variable in ("MNIST_DIR", "TUTORIAL_BACKEND", "TUTORIAL_THREADS", "TUTORIAL_CACHE_DIR"):
        assert f"\n  {variable} " in completed.stdout
    examples = re.findall(r"^  python -m tutorial_helpers (.+)$", completed.stdout, re.MULTILINE)
    assert "classify" in examples


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            "train",
            [
                "--set {default,few_steps}",
                "--seed S",
                "--teacher-epochs E",
                "--copies C",
                " --epochs E",
                "--few-epochs E",
                "--output DIR",
                "--checkpoint FILE",
                "(default: 16)",
                "(default: 32)",
                "(default: 320)",
                "(default: 30)",
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
    print(sorted({{"numpy", "numba", "matplotlib", "sklearn", "pygenn", "jax"}} & set(sys.modules)))
"""
    completed = python("-c", code)
    assert completed.stdout.splitlines()[-1] == "[]"


# --- Mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "the following arguments are required: command"),
        (("classfy",), "invalid choice: 'classfy'"),
        (("classify", "--batch-size", "0"), "--batch-size: expected a positive integer, not '0'"),
        (("classify", "--timesteps", "-3"), "--timesteps: expected a positive integer, not '-3'"),
        (("classify", "--images", "1.5"), "--images: expected a positive integer, not '1.5'"),
        (("classify", "--images", "many"), "--images: expected a positive integer, not 'many'"),
        (("classify", "--images", ""), "--images: expected a positive integer, not ''"),
        (("train", "--set", "none"), "invalid choice: 'none'"),
        (("train", "--epochs", "0"), "--epochs: expected a positive integer, not '0'"),
        (("train", "--copies", "0"), "--copies: expected a positive integer, not '0'"),
        (("train", "--few-epochs", "0"), "--few-epochs: expected a positive integer, not '0'"),
        (("train", "--teacher-epochs", "x"), "--teacher-epochs: expected an integer of at least 0"),
        (("train", "--seed", "-1"), "--seed: expected an integer of at least 0, not '-1'"),
        (("evaluate", "--timesteps", "0"), "--timesteps: expected a positive integer, not '0'"),
        (("classify", "extra"), "unrecognized arguments: extra"),
    ],
)
def test_wrong_options(
    arguments: Sequence[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert words in err


def error_of(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that has to fail, and return what it says: one line, nothing else."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    *notes, error = err.splitlines()
    assert all(note.startswith("Note: ") for note in notes)
    assert error.startswith("Error: ")
    return error


@pytest.mark.usefixtures("offline")
def test_more_images_than_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(["classify", "--images", "1798"], capsys)
    assert "--images 1798 is more than the 1797 images of sklearn-digits; ask for fewer" in error


@pytest.mark.usefixtures("offline")
def test_weights_that_are_missing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = error_of(["classify", "--weights", str(tmp_path / "none")], capsys)
    assert "there is no such file" in error
    assert "'none' is neither a set of" in error_of(["classify", "--weights", "none"], capsys)


@pytest.mark.usefixtures("offline")
def test_weights_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in data.WEIGHT_FILES:
        (tmp_path / name).write_text("no array")
    assert "cannot be read" in error_of(["classify", "--weights", str(tmp_path)], capsys)


def test_a_damaged_file_in_mnist_dir(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t10k-images-idx3-ubyte.gz").write_bytes(b"damaged")
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    assert "replace it with an intact copy" in error_of(["classify"], capsys)


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("TUTORIAL_BACKEND", "gpu", "must be 'bundled' or 'pygenn', not 'gpu'; correct or unset"),
        ("TUTORIAL_THREADS", "none", "must be a positive integer, not 'none'; correct or unset"),
    ],
)
def test_wrong_settings_in_a_process(variable: str, value: str, words: str) -> None:
    completed = python("-m", "tutorial_helpers", *QUICK, "--json", **{variable: value})
    assert (completed.returncode, completed.stdout) == (1, "")
    error = completed.stderr.splitlines()[-1]
    assert error == f"Error: Environment variable {variable} {words} it."
    assert "Traceback" not in completed.stderr


# --- Interrupts ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("offline")
def test_interrupted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(inference, "classify", interrupted)
    assert main([*QUICK, "--json"]) == 130
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1] == "Interrupted."


# Runs the command line, offline, and says when simulation begins, which would take minutes.
LONG_RUN = """
import signal, sys
from pathlib import Path
from tutorial_helpers import data, inference
from tutorial_helpers.__main__ import main

# Where tests run in the background, the signal is ignored unless it is restored.
signal.signal(signal.SIGINT, signal.default_int_handler)

def announced(*arguments, **options):
    print("simulating", flush=True)
    return original(*arguments, **options)

original, inference.classify = inference.classify, announced
data.MNIST_MIRRORS = ()
data._cache_folders = lambda: []
sys.exit(main(["classify", "--timesteps", "100000", "--batch-size", "7", "--json"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="sends a signal")
def test_interrupted_by_a_signal() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "MNIST_DIR"}
    with subprocess.Popen(
        [sys.executable, "-c", LONG_RUN],
        cwd=ROOT,
        env=environment,
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
