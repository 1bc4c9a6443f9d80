"""The benchmark runs and reports; how fast anything is, is for nobody to assert."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from benchmarks import documents, figures, learning, memory, networks, report, roofline, scaling
from benchmarks.__main__ import RESULTS, main, parser
from benchmarks.entries import BARS, LEARNING, PAIRS, Entry, able, all_entries
from benchmarks.environments import LIBRARIES, Interpreter, interpreters
from benchmarks.job import (
    BenchmarkError,
    Job,
    Lesson,
    load_job,
    load_lesson,
    save_job,
    save_lesson,
    widened,
)
from benchmarks.machine import ROOT
from benchmarks.rounds import Worker
from numbagenn import set_num_threads

IMAGES = 130  # more than one batch, and the last not full
CONTESTANTS = "engine,engine-1,engine-opt,engine-single,engine-loop,numpy,numpy-1,scipy"


def benchmark(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *arguments],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=900,
    )


@pytest.fixture(autouse=True)
def default_threads() -> Iterator[None]:
    yield
    set_num_threads(None)


@pytest.fixture(scope="module")
def job() -> Job:
    random = np.random.default_rng(1)
    images = random.integers(0, 256, (20, 12), dtype=np.uint8)
    weights = [random.random(shape, dtype=np.float32) for shape in ((12, 8), (8, 3))]
    return Job(images, weights, batch_size=8, timesteps=10, threshold=5.0, grey_levels=100.0)


# --- A quick run ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, Any]]:
    """Run some of the contestants once, and return what is printed and what is written."""
    file = tmp_path_factory.mktemp("benchmark") / "numbers.json"
    arguments = ("--images", str(IMAGES), "--rounds", "1", "--only", "speed,roofline")
    completed = benchmark(*arguments, "--contestants", CONTESTANTS, "--json", str(file))
    assert completed.returncode == 0, completed.stderr
    return completed.stdout, json.loads(file.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_report(run: tuple[str, dict[str, Any]]) -> None:
    printed, values = run
    lines = printed.splitlines()
    assert lines[0] == f"{values['dataset']}: {IMAGES} images, 100 steps, 784-128-10"
    for result in values["results"]:
        row = next(line for line in lines if f"  {result['key']}  " in line)
        assert row.startswith(result["title"])
        assert f"{result['accuracy']:.2f}" in row
        for name, number in result["versions"].items():
            assert f"{name} {number}" in printed
    assert values["machine"]["cpu"] in printed
    assert sum(line.startswith("check: ") for line in lines) == len(values["comparisons"])


@pytest.mark.slow
def test_numbers(run: tuple[str, dict[str, Any]]) -> None:
    _, values = run
    assert (values["images"], values["rounds"], values["layers"]) == (IMAGES, 1, [784, 128, 10])
    results = {result["key"]: result for result in values["results"]}
    assert sorted(results) == sorted(values["orders"][0]) == sorted(CONTESTANTS.split(","))
    assert values["baseline"] == "numpy"
    assert values["left_out"] == []
    assert results["numpy"]["ratios"] == [1.0]
    for result in results.values():
        assert len(result["seconds"]) == len(result["ratios"]) == 1
        assert result["images_per_second"] == pytest.approx(IMAGES / result["median_seconds"])
        assert {"python"} < set(result["versions"])
        assert result["accuracy"] >= (95 if values["dataset"] == "mnist-test" else 75)
    assert results["engine-1"]["threads"] == results["engine-single"]["threads"] == 1


@pytest.mark.slow
def test_answers(run: tuple[str, dict[str, Any]]) -> None:
    _, values = run
    pairs = {(pair["first"], pair["second"]): pair for pair in values["comparisons"]}
    assert pairs["engine", "engine-1"]["identical"]
    assert pairs["engine-single", "engine-loop"]["identical"]
    # Sparse products add in the order of the neurons, as the engine does.
    assert pairs["engine", "scipy"]["identical"]
    # The products of NumPy's library add in an order of its own, so that a voltage close to the
    # threshold may fall on its other side.
    assert pairs["engine", "numpy"]["images_with_other_counts"] <= 0.02 * IMAGES
    # One at a time, the spikes of the last step reach the next image: nearly always another count,
    # and rarely another answer.
    single = pairs["engine", "engine-single"]
    assert not single["identical"]
    assert single["images_with_other_answers"] <= 0.05 * IMAGES
    assert single["other_spikes"][0] == 0
    assert report.failures(values) == []


@pytest.mark.slow
def test_roofline(run: tuple[str, dict[str, Any]]) -> None:
    _, values = run
    spikes = next(r["spikes"] for r in values["results"] if r["key"] == "engine")
    for answer in values["roofline"].values():
        counted = answer["kernels"]["exact"]["per_image"]
        assert counted["rows"] * IMAGES == pytest.approx(sum(spikes[:-1]))
        assert all(rate > 0 for rates in answer["rates"].values() for rate in rates.values())
        for kernel in answer["kernels"].values():
            shares = [
                kernel["least_seconds"][at] / kernel["seconds_per_image"]
                for at in kernel["share_of_bound"]
            ]
            assert shares == pytest.approx(list(kernel["share_of_bound"].values()))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--images", "100000"), "Error: --images 100000 is more than the "),
        (("--images", "0"), "expected an integer from 1 to 1000000000, not '0'"),
        (("--rounds", "x"), "expected an integer from 1 to 1000000000, not 'x'"),
        (("--only", "sped"), "no 'sped' here; known: speed, costs,"),
        (("--contestants", "engine,nest"), "no 'nest' here; known: engine-opt,"),
        (
            ("--publish", "--only", "costs"),
            "Error: --publish needs all parts and contestants; leave",
        ),
        (("--python", "nest=python"), "Error: There is no library 'nest' here; known are numpy,"),
        (("--python", "torch"), "Error: --python must be LIBRARY=PATH, not 'torch'."),
        (
            ("--python", "torch=nowhere"),
            "Error: The interpreter for torch, nowhere, does not exist",
        ),
    ],
)
def test_mistakes(
    arguments: tuple[str, ...],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["benchmarks", *arguments])
    try:
        status = main()
    except SystemExit as end:
        status = end.code
    printed, errors = capsys.readouterr()
    assert status in (1, 2)
    assert words in errors
    assert "Traceback" not in errors
    assert printed == ""


# --- Its parts ------------------------------------------------------------------------------------


def test_job_survives_its_files(job: Job, tmp_path: Path) -> None:
    save_job(job, tmp_path / "job")
    read = load_job(tmp_path / "job")
    np.testing.assert_array_equal(read.images, job.images)
    for one, other in zip(read.weights, job.weights, strict=True):
        np.testing.assert_array_equal(one, other)
    assert (read.sizes, read.batch_size, read.threshold) == ([12, 8, 3], 8, 5.0)


@pytest.mark.parametrize("width", [4, 8, 16, 20])
def test_widened_weights_drive_as_much(job: Job, width: int) -> None:
    incoming, outgoing = widened(job.weights, width)
    assert (incoming.shape, outgoing.shape) == ((12, width), (width, 3))
    if width % 8 == 0:
        # If all hidden neurons spike, as much arrives as before.
        np.testing.assert_allclose(outgoing.sum(axis=0), job.weights[1].sum(axis=0), rtol=1e-5)


def test_an_interpreter_without_the_library(job: Job, tmp_path: Path) -> None:
    save_job(job, tmp_path / "tutorial")
    entry = Entry("none", "none", "brian2_standalone", library="brian2")
    code = "import sys; sys.modules['brian2'] = None; import runpy; "
    code += "sys.argv = sys.argv[2:]; runpy.run_module('benchmarks.worker', run_name='__main__')"
    stand_in = tmp_path / "python"
    stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n', encoding="utf-8")
    stand_in.chmod(0o755)
    entry.python = str(stand_in)
    with pytest.raises(BenchmarkError, match=r"^none ended with status 1: ModuleNotFoundError: .*"):
        Worker(entry, tmp_path)


def test_other_spikes_in_a_later_round_are_an_error(job: Job, tmp_path: Path) -> None:
    save_job(job, tmp_path / "tutorial")
    with Worker(Entry("numpy", "NumPy", "numpy_dense"), tmp_path) as worker:
        worker.run(20)
        worker.run(20)
        with pytest.raises(BenchmarkError, match="numpy gave other spikes than in the round"):
            worker.run(10)


def test_interpreters(tmp_path: Path) -> None:
    file = tmp_path / "environments.json"
    assert all(not found.asked_for for found in interpreters([], file).values())
    assert interpreters([], file)["numpy"] == Interpreter(sys.executable, False)
    file.write_text(json.dumps({"torch": sys.executable}), encoding="utf-8")
    assert interpreters([], file)["torch"] == Interpreter(sys.executable, True)
    other = tmp_path / "python"
    other.touch()
    assert interpreters([f"torch={other}"], file)["torch"].python == str(other)
    for text, words in (("{", "is not JSON"), ('["torch"]', "must hold an object of libraries")):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(BenchmarkError, match=words):
            interpreters([], file)


def test_contestants_without_an_interpreter_are_left_out() -> None:
    entries = all_entries()
    keys = [entry.key for entry in entries]
    assert len(keys) == len(set(keys))
    assert {
        key for pair in (*PAIRS, *BARS) for key in (pair[:2] if pair in PAIRS else pair[1:3])
    } <= set(keys)
    assert {entry.library for entry in entries} - {None} <= set(LIBRARIES)
    can, cannot = able(entries, {"brian2": Interpreter("elsewhere", True)})
    assert [entry.python for entry in can if entry.library] == ["elsewhere"] * 2
    assert len(can) + len(cannot) == len(keys)
    for entry in entries:
        assert (ROOT / "benchmarks" / "contestants" / f"{entry.module}.py").is_file()


def entry(key: str, seconds: list[float], counts: list[list[int]], spikes: list[int]) -> Entry:
    made = Entry(key, key, "numpy_dense", seconds=seconds, spikes=spikes)
    made.counts = np.array(counts, dtype=np.uint32)
    return made


def test_ratios_and_comparisons() -> None:
    slow = entry("pygenn", [4.0, 8.0, 6.0], [[1, 2], [3, 1]], [7, 3])
    fast = entry("engine", [0.5, 0.5, 1.0], [[1, 2], [1, 3]], [8, 3])
    few = entry("engine-single", [0.25, 0.25, 0.25], [[1, 2]], [9, 9])
    assert report.ratios(fast, slow) == [8, 16, 6]
    assert report.ratios(few, slow) == [8, 16, 12]  # half the images
    pair = report.compare(slow, fast, must_be_identical=True)
    assert (pair["identical"], pair["other_spikes"]) == (False, [1, 0])
    assert pair["images_with_other_counts"] == pair["images_with_other_answers"] == 1
    assert report.compare(few, slow, must_be_identical=False)["identical"]
    values = report.speed([fast, slow, few], np.array([1, 0], dtype=np.uint8))
    assert values["baseline"] == "pygenn"
    assert [result["median_ratio"] for result in values["results"]] == [8, 1, 12]
    assert [result["accuracy"] for result in values["results"]] == [50, 100, 100]
    assert [bar["median_ratio"] for bar in values["bars"]] == [8]
    assert report.failures(values) == []
    few.counts[0] = [2, 2]
    wrong = report.failures(report.speed([slow, few], np.array([1, 0], dtype=np.uint8)))
    assert len(wrong) == 1
    assert wrong[0].startswith("engine-single and pygenn: 1 of 1 images differ")


def test_too_many_other_answers_of_the_optimised_mode_are_an_error() -> None:
    counts = [[0, 1]] * 1000
    exact = entry("engine", [1.0], counts, [1])
    optimised = entry("engine-opt", [1.0], [[1, 0], *counts[1:]], [1])
    labels = np.zeros(1000, np.uint8)
    assert report.failures(report.speed([exact, optimised], labels)) == []
    optimised.counts[1] = [1, 0]
    (wrong,) = report.failures(report.speed([exact, optimised], labels))
    assert wrong.endswith("At most 0.1 % may differ.")


def test_growth() -> None:
    values = [1, 2, 4, 8, 16]
    assert scaling.growth(values, [5, 4, 4, 8, 16]) == pytest.approx(1)
    assert scaling.growth(values, [5, 4, 3, 3, 3]) == 0
    assert scaling.growth([1, 2], [6, 3]) == pytest.approx(-1)
    assert scaling.growth([1], [6]) == 0


@pytest.mark.slow
def test_points_of_scaling(job: Job) -> None:
    chosen = [
        scaling.Point("steps", 5, 20, steps=5, width=8, batch_size=8),
        scaling.Point("steps", 10, 20, steps=10, width=8, batch_size=8),
        scaling.Point("brightness", 0.5, 20, steps=10, width=8, batch_size=8, brightness=0.5),
        scaling.Point("brightness", 1.0, 20, steps=10, width=8, batch_size=8),
    ]
    measured = scaling.run_points(job, 1, chosen)
    assert set(measured) == {"steps", "spikes"}
    assert measured["steps"]["values"] == [5, 10]
    for axis in measured.values():
        for mode in scaling.MODES:
            low, high = axis[mode]["spikes_per_image"]
            assert low < high
            assert all(seconds > 0 for seconds in axis[mode]["seconds_per_image"])
    all_points = scaling.points(10_000, 100, 4)
    assert {point.axis for point in all_points} == {"brightness", *figures.AXES} - {"spikes"}
    assert [point.value for point in all_points if point.axis == "threads"] == [1, 2, 3, 4]


def test_work_of_an_image() -> None:
    counted = roofline.work([4, 3, 2], [10, 5, 1], timesteps=7, itemsize=4)
    assert counted["rows"] == 15
    assert counted["additions"] == 10 * 3 + 5 * 2
    assert counted["weight_bytes"] == 160
    assert counted["updates"] == 63
    assert counted["operations"] == 40 + 3 * 63
    assert counted["bytes"] == 160 + 63 * 12
    rates = {"weights": 16.0, "nearest": 160.0, "additions": 40.0, "updates": 21.0}
    assert roofline.least_seconds(counted, rates, "weights") == 13
    assert roofline.least_seconds(counted, rates, "nearest") == 4
    assert roofline.least_seconds(counted, rates, "registers") == 4


@pytest.fixture
def lesson() -> Lesson:
    """Return dots in one of two halves of an image, which a small network learns to tell apart."""
    random = np.random.default_rng(1)
    labels = random.integers(0, 2, 120, dtype=np.uint8)
    images = np.zeros((120, 784), np.uint8)
    images.reshape(-1, 2, 392)[np.arange(120), labels] = random.integers(0, 256, (120, 392))
    return Lesson(
        images, labels, images[:40], labels[:40], [784, 8, 2], learning.EPOCHS, 16, 20, 1, 500
    )


def test_lesson_survives_its_files(lesson: Lesson, tmp_path: Path) -> None:
    save_lesson(lesson, tmp_path / LEARNING)
    read = load_lesson(tmp_path / LEARNING)
    for field in fields(Lesson):
        before, after = (getattr(one, field.name) for one in (lesson, read))
        assert type(after) is type(before)
        np.testing.assert_array_equal(after, before)


@pytest.mark.slow
def test_learning(lesson: Lesson, tmp_path: Path) -> None:
    save_lesson(lesson, tmp_path / LEARNING)
    entry = next(entry for entry in all_entries() if entry.key == "learn-engine")
    learnt = learning.measure([entry], {}, tmp_path, seeds=1)
    assert (learnt["seeds"], learnt["left_out"]) == (1, [])
    (result,) = learnt["results"]
    (run,) = result["runs"]
    assert run["build_seconds"] > 0
    assert len(run["accuracy"]) == learning.EPOCHS
    assert run["accuracy"][-1] > 90
    assert all(seconds > 0 for name in ("seconds", "cpu_seconds") for seconds in run[name])


def test_summary_of_learning() -> None:
    accuracy = [[80, 90], [70, 95], [75, 70]]
    runs = [{"accuracy": a, "seconds": [2, 3], "cpu_seconds": [4, 5]} for a in accuracy]
    assert learning.summary({"runs": runs}, 75) == (75, 90, 2.5, 4.5, 2)
    assert learning.summary({"runs": runs}, 85).seconds_to == 5
    assert learning.summary({"runs": runs}, 92).seconds_to is None


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the peak")
def test_memory(tmp_path: Path) -> None:
    size = memory.Size("tiny", (12, 8, 3), 4, 100)
    measured = memory.measure(tmp_path, [size])
    assert [(row["steps"], row["optimize_code"]) for row in measured] == [
        (1, False),
        (100, False),
        (1, True),
        (100, True),
    ]
    for row in measured:
        # on the host and on the device
        assert row["bytes"] == 2 * (4 * (12 * 8 + 8 * 3) + 4 * 4 * (3 * 23 + 12))
        assert 0 <= row["grown"] <= row["bytes"] + memory.ALLOWANCE


# --- A cluster ------------------------------------------------------------------------------------


def test_the_model_of_a_cluster() -> None:
    cluster = pytest.importorskip("benchmarks.cluster", reason="clusters need the extra cluster")
    # Workers are busy: a block each takes a second, and the tenth has waited for ten blocks.
    assert cluster.modelled(100, 10, 1, 1.0, 0.01) == pytest.approx(10.1)
    # The scheduler is busy: a hundred blocks go out, and the last one is classified.
    assert cluster.modelled(100, 1000, 1, 1.0, 0.5) == pytest.approx(51.0)


def test_workers_that_sleep_take_what_the_model_says() -> None:
    slept = STORED["cluster"]["sleepers"]
    ideal = slept["blocks"] / slept["workers"] * slept["sleep"]
    predicted = documents.cluster.predicted(STORED["cluster"])
    assert ideal < predicted
    assert abs(predicted - slept["seconds"]) < 0.5 * slept["seconds"]


# --- What is stored -------------------------------------------------------------------------------

STORED: dict[str, Any] = json.loads(RESULTS.read_text(encoding="utf-8"))


PLACES = [documents.SPEED, documents.LEARNING, documents.EVERYTHING, documents.CLUSTER]


@pytest.mark.parametrize("place", PLACES, ids=[place.name for place in PLACES])
def test_documents_are_of_the_stored_run(place: documents.Place) -> None:
    assert place.split()[1] == documents.sections(STORED)[place]


def test_figures_are_of_the_stored_run(tmp_path: Path) -> None:
    drawn = {name: tmp_path / f"{name}.svg" for name in figures.FILES}
    figures.draw(STORED, drawn)
    for name, file in figures.FILES.items():
        assert words(file) == words(drawn[name])
    shown = " ".join(words(figures.FILES["speed"]))
    for result in report.tutorial_results(STORED):
        assert f"{result['images_per_second']:,.0f}" in shown


def words(svg: Path) -> list[str]:
    """Return all text in a drawing."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg.read_text(encoding="utf-8"))


def test_stored_numbers_follow_from_the_raw_ones() -> None:
    seconds = {r["key"]: [s / r["images"] for s in r["seconds"]] for r in STORED["results"]}
    for result in STORED["results"]:
        own = seconds[result["key"]]
        assert len(own) == STORED["rounds"]
        assert result["images_per_second"] == pytest.approx(1 / median(own))
    for bar in STORED["bars"]:
        pairs = zip(seconds[bar["fast"]], seconds[bar["slow"]], strict=True)
        assert bar["median_ratio"] == pytest.approx(median([slow / fast for fast, slow in pairs]))
    assert report.failures(STORED) == []
    identical = {(p["first"], p["second"]) for p in STORED["comparisons"] if p["identical"]}
    assert {
        ("engine", "engine-1"),
        ("engine-single", "pygenn"),
        ("engine-single-64", "pygenn-64"),
        ("wide-single", "wide-pygenn"),
    } <= identical


def test_stored_numbers_of_learning_follow_from_the_raw_ones() -> None:
    learnt = STORED["learning"]
    exact = [r["runs"] for r in learnt["results"] if r["title"] == "numbagenn"]
    assert learnt["results"][0]["runs"] == exact[0]
    for run, other in zip(*exact, strict=True):  # whatever the threads
        assert run["accuracy"] == other["accuracy"]
    head, *rows = report.learning_rows(learnt)
    assert head[5] == "seconds to 97 %"
    assert np.max([run["accuracy"][0] for r in learnt["results"] for run in r["runs"]]) < 97
    for row, result in zip(rows, learnt["results"], strict=True):
        runs = result["runs"]
        accuracy, seconds, cpu_seconds = (
            np.array([run[name] for run in runs]) for name in learning.MEASURED
        )
        assert accuracy.shape == seconds.shape == (learnt["seeds"], learnt["epochs"])
        first, last = np.median(accuracy, axis=0)[[0, -1]]
        assert row[1:3] == (f"{first:.2f}", f"{last:.2f}")
        assert row[3:5] == (f"{np.median(seconds):.1f}", f"{np.median(cpu_seconds):.1f}")
        reached = accuracy >= 97
        until = np.where(reached, np.cumsum(seconds, axis=1), np.inf).min(axis=1)
        assert row[5] == ("never" if np.isinf(np.median(until)) else f"{np.median(until):.1f}")


def test_stored_numbers_of_networks_follow_from_the_raw_ones() -> None:
    measured = STORED["networks"]
    results = {(r["network"], r["key"].removeprefix("networks-")): r for r in measured["results"]}
    for result in measured["results"]:
        for name in networks.MEASURED:
            assert len(result[name]) == measured["rounds"]
    found = networks.compared(measured)
    assert [row.network for row in found] == list(networks.TITLES)
    for row in found:
        own, other = (
            np.array(results[row.network, key]["cpu_seconds"]) for key in ("engine-1", "pygenn")
        )
        assert row.ratios[0] == pytest.approx(np.median(other / own))
        assert row.speeds[0] == pytest.approx(
            np.median(own) / results[row.network, "engine-1"]["model_seconds"]
        )
        assert (row.speeds[3] is None) == (row.network in networks.NOT_IN_BRIAN2)
    assert networks.failures(measured) == []


def test_other_spikes_of_networks_are_an_error() -> None:
    results = [
        {
            "network": network,
            "key": f"networks-{key}",
            "model_seconds": 2.0,
            "build_cpu_seconds": 1.0,
            "threads": 1,
            "cpu_seconds": [seconds, 2 * seconds],
            "seconds": [seconds, seconds],
            "spikes": spikes,
        }
        for network, key, seconds, spikes in (
            ("cuba", "engine-1", 1.0, [[100, 0], [100, 0]]),
            ("cuba", "pygenn", 3.0, [[96, 0], [100, 0]]),
            (networks.SHARED, "engine-1", 4.0, [[7], [8]]),
            (networks.SHARED, "engine", 3.0, [[7], [8]]),
            (networks.SHARED, "pygenn", 2.0, [[7], [8]]),
        )
    ]
    measured = {"results": results}
    cuba, shared, *_ = networks.compared(measured)
    assert cuba.speeds[0] == 0.75
    assert cuba.ratios == (3.0, None)
    assert cuba.spikes["engine-1"] == pytest.approx(200 / 196 - 1)
    assert shared.spikes == {"engine-1": None}
    assert networks.slower(measured) == [networks.SHARED]
    assert networks.failures(measured) == []
    results[1]["spikes"] = [[80, 0], [100, 0]]
    results[3]["spikes"] = [[7], [9]]
    wrong = networks.failures(measured)
    assert [one.split()[0] for one in wrong] == ["engine-1", "engine"]


def test_help_names_all_contestants() -> None:
    text = parser().format_help().replace("\n", "").replace(" ", "")
    for one in all_entries():
        assert one.key in text
