"""The benchmark runs and reports; how fast anything is, is for nobody to assert."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "whole_test_set.py"
IMAGES = 256

# A proxy that refuses at once: where MNIST is not at hand, the offline digits serve.
NO_NETWORK = {"HTTPS_PROXY": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(SCRIPT), *arguments],
        env=os.environ | NO_NETWORK,
        capture_output=True,
        text=True,
        timeout=600,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run the benchmark once, and return what it prints and what it writes."""
    file = tmp_path_factory.mktemp("benchmark") / "numbers.json"
    completed = benchmark("--images", str(IMAGES), "--rounds", "1", "--json", str(file))
    assert completed.returncode == 0, completed.stderr
    values = json.loads(file.read_text(encoding="utf-8"))
    return completed.stdout, values


def test_table(run: tuple[str, dict[str, Any]]) -> None:
    printed, values = run
    lines = printed.splitlines()
    assert lines[0] == f"{values['dataset']}: {IMAGES} images, 100 steps, 784-128-10"
    assert bool(values["notice"]) == (values["dataset"] != "mnist-test")
    assert values["notice"] in printed
    head = next(line for line in lines if "images/s" in line)
    for column in ("name", "threads", "seconds (range)", "accuracy %", "= 1", "build s"):
        assert column in head
    for result in values["results"]:
        row = next(line for line in lines if f"  {result['key']}  " in line)
        assert row.startswith(result["title"])
        assert f"{result['accuracy']:.2f}" in row
    assert values["cpu"] in printed
    assert sum(line.startswith("check: ") for line in lines) >= 3


def test_numbers(run: tuple[str, dict[str, Any]]) -> None:
    _, values = run
    assert (values["images"], values["rounds"], values["layers"]) == (IMAGES, 1, [784, 128, 10])
    results = {result["key"]: result for result in values["results"]}
    assert {"engine", "engine-1", "engine-single", "numpy", "numpy-1"} <= set(results)
    assert values["baseline"] == ("pygenn" if "pygenn" in results else "numpy")
    assert results[values["baseline"]]["ratios"] == [1.0]
    assert sorted(values["orders"][0]) == sorted(results)
    for result in results.values():
        assert len(result["seconds"]) == len(result["ratios"]) == 1
        assert result["seconds"][0] > 0
        assert result["images_per_second"] == pytest.approx(IMAGES / result["median_seconds"])
        assert {"python"} < set(result["versions"])
        assert result["first_build_seconds"] >= 0
        assert result["build_seconds"] >= 0
    assert results["engine-1"]["threads"] == results["engine-single"]["threads"] == 1


def test_answers(run: tuple[str, dict[str, Any]]) -> None:
    _, values = run
    pairs = {(pair["first"], pair["second"]): pair for pair in values["comparisons"]}
    assert pairs["engine", "engine-1"]["identical"]
    # The products of NumPy's library add in an order of its own, so that a voltage close to the
    # threshold may fall on its other side.
    assert pairs["engine", "numpy"]["images_with_other_counts"] <= 0.02 * IMAGES
    # One at a time, the spikes of the last step reach the next image: nearly always another count,
    # and rarely another answer.
    single = pairs["engine", "engine-single"]
    assert not single["identical"]
    assert single["images_with_other_answers"] <= 0.05 * IMAGES
    assert single["other_spikes"][0] == 0
    if ("engine-single", "pygenn") in pairs:
        assert pairs["engine-single", "pygenn"]["identical"]
    least = 95 if values["dataset"] == "mnist-test" else 75
    for result in values["results"]:
        assert result["accuracy"] >= least
        assert len(result["spikes"]) == 3


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--images", "100000"), "Error: --images 100000 is more than the "),
        (("--images", "0"), "expected a positive integer, not '0'"),
        (("--rounds", "x"), "expected a positive integer, not 'x'"),
    ],
)
def test_mistakes(arguments: tuple[str, ...], words: str) -> None:
    completed = benchmark(*arguments)
    assert completed.returncode in (1, 2)
    assert words in completed.stderr
    assert "Traceback" not in completed.stderr
    assert completed.stdout == ""


def test_an_interpreter_without_pygenn() -> None:
    # What is asked for has to be there: it is not left out in silence.
    if importlib.util.find_spec("pygenn") is not None:
        pytest.skip("real PyGeNN is installed")
    script = f"""
import sys, tempfile
from pathlib import Path
sys.path.insert(0, {str(SCRIPT.parent)!r})
sys.path.insert(0, {str(SCRIPT.parents[1])!r})
import numpy as np
from whole_test_set import BenchmarkError, entries, measure, write_job
with tempfile.TemporaryDirectory() as name:
    weights = [np.ones((4, 3), np.float32)]
    write_job(Path(name), np.zeros((2, 4), np.uint8), weights)
    for entry in entries(sys.executable)[-1:]:
        try:
            measure([entry], Path(name), 1)
        except BenchmarkError as error:
            print(error)
        entry.optional = True
        print(measure([entry], Path(name), 1))
"""
    completed = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert completed.stdout.splitlines() == [
        "PyGeNN, one at a time ended with status 1: ModuleNotFoundError: No module named 'pygenn'",
        "[[]]",
    ]
    assert "left out: PyGeNN, one at a time ended" in completed.stderr
