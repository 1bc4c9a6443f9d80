"""What tests of evaluation and of its command share."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests import ROOT
from tutorial_helpers import data, evaluation, weight_sets


@pytest.fixture
def few_images(monkeypatch: pytest.MonkeyPatch) -> tuple[np.ndarray, np.ndarray]:
    """Few images in place of MNIST's test set."""
    pixels, labels = data.load_mnist("test")
    few = pixels[:30], labels[:30]

    def load(split: str) -> tuple[np.ndarray, np.ndarray]:
        assert split == "test"
        return few

    monkeypatch.setattr(evaluation, "load_mnist", load)
    return few


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of ``data/``, whose README may be changed."""
    home = tmp_path / "data"
    shutil.copytree(ROOT / "data", home, ignore=shutil.ignore_patterns("mnist"))
    monkeypatch.setattr(weight_sets, "DATA", home)
    return home / "README.md"
