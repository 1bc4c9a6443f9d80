"""Evaluation of weights: the network of the tutorials, MNIST's test set, one row on record."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests import ROOT
from tutorial_helpers import data, evaluation, weight_sets
from tutorial_helpers.evaluation import BEGIN, END, TIMESTEPS, Evaluation

PAGE = ROOT / "data" / "README.md"


def rows(page: Path) -> list[str]:
    table = page.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    return [line for line in table.splitlines() if line.startswith("| `")]


def made_up(name: str = "some", digest: str = "ab" * 32, percent: float = 50) -> Evaluation:
    shares = {steps: percent + steps / 100 for steps in TIMESTEPS}
    versions = {"python": "3.11.7", "numpy": "2.4.6", "numba": "0.68.1"}
    return Evaluation(name, digest, "numbagenn, 2 threads", versions, shares)


def test_accuracies_are_those_of_the_tutorials_network(
    few_images: tuple[np.ndarray, np.ndarray],
) -> None:
    from tutorial_helpers.inference import accuracy, classify
    from tutorial_helpers.models import build_classifier

    found = evaluation.evaluate("default", [20, 7])
    network = build_classifier(data.load_weights())
    pixels, labels = few_images
    assert list(found.mnist) == [20, 7]
    for steps, share in found.mnist.items():
        predictions = classify(network, pixels, timesteps=steps).predictions
        assert share == accuracy(predictions, labels)
    assert found.digest == weight_sets.set_digest(data.load_weights())
    assert found.versions["numpy"] == np.__version__


def test_a_new_row_goes_below_the_others(page: Path) -> None:
    before, old = page.read_text(encoding="utf-8"), rows(page)
    evaluation.record(made_up())
    *kept, new = rows(page)
    assert kept == old
    assert re.fullmatch(
        r"\| `some` \| `abababababab` \| \d{4}-\d\d-\d\d \| 50.12 % \| 50.20 % \| 50.30 % \| "
        r"50.50 % \| 51.00 % \| "
        r"numbagenn, Python 3.11.7, NumPy 2.4.6, Numba 0.68.1 \|",
        new,
    )
    # All else is as it was.
    assert page.read_text(encoding="utf-8").replace(new + "\n", "") == before
    assert [path.name for path in page.parent.glob(".*")] == []


def test_the_same_weights_have_one_row(page: Path) -> None:
    evaluation.record(made_up())
    evaluation.record(made_up(digest="cd" * 32))
    evaluation.record(made_up(name="other"))
    count = len(rows(page))
    evaluation.record(made_up(percent=60))
    assert len(rows(page)) == count
    assert "`abababababab`" in rows(page)[-3]
    assert "| 60.12 % |" in rows(page)[-3]
    assert "| 50.12 % |" in rows(page)[-2]


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}\n{BEGIN}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
def test_a_page_without_the_table(tmp_path: Path, text: str) -> None:
    page = tmp_path / "README.md"
    page.write_text(text)
    with pytest.raises(ValueError, match=r"README.md should have a line '<!-- evaluations: begin"):
        evaluation.record(made_up(), page)
    assert page.read_text() == text


def test_a_record_needs_every_number(page: Path) -> None:
    before = page.read_text(encoding="utf-8")
    with pytest.raises(ValueError, match="needs MNIST's test set at 12, 20, 30, 50, 100 steps"):
        evaluation.record(made_up()._replace(mnist={30: 97.0}))
    assert page.read_text(encoding="utf-8") == before
