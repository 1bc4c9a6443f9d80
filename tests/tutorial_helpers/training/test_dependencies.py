"""What works where JAX or Optax are missing, and how the others say so."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests import ROOT
from tools.project import project
from tutorial_helpers import training
from tutorial_helpers.training import dependencies


def run_without(package, code):
    """Run code in a process of its own, where `package` cannot be imported."""
    return subprocess.run(
        [sys.executable, "-c", f"import sys; sys.modules[{package!r}] = None\n{code}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_missing_dependency_is_one_clear_sentence():
    code = "from tutorial_helpers.__main__ import main\nsys.exit(main(['train']))"
    finished = run_without("jax", code)
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == (
        "Error: Training needs the Python package jax, which is not installed; install it with: "
        "pip install jax optax\n"
    )


@pytest.mark.parametrize("name", ["train", "rates_from_pixels", "Checkpoint"])
def test_missing_dependency_is_named_where_a_name_needs_it(name):
    code = f"from tutorial_helpers import training\ntraining.{name}"
    finished = run_without("jax", code)
    assert finished.stderr.splitlines()[-1] == (
        "ImportError: Training needs the Python package jax, which is not installed; install it "
        "with: pip install jax optax"
    )


def test_what_needs_no_jax_works_without():
    code = """
from tutorial_helpers import training
print(training.missing_package(), training.Settings(seed=4).seed, training.save_weights.__name__)
from tutorial_helpers.__main__ import main
main(["train", "--help"])
"""
    finished = run_without("jax", code)
    first, *rest = finished.stdout.splitlines()
    assert first == "jax 4 save_weights"
    assert any("--checkpoint FILE" in line for line in rest)
    assert finished.stderr == ""


def test_all_names_are_there():
    pytest.importorskip("optax", reason="training needs Optax: the extra train")
    pytest.importorskip("jax", reason="training needs JAX: the extra train")
    for name in training.__all__:
        assert getattr(training, name).__name__ if name != "RECIPES" else training.RECIPES
    assert set(training.__all__) <= set(dir(training))
    with pytest.raises(AttributeError, match="no attribute 'trane'"):
        training.trane  # noqa: B018


def test_the_extra_installs_what_training_imports():
    listed = project()["optional-dependencies"]["train"]
    assert [line.split(">=")[0] for line in listed] == list(dependencies.PACKAGES)
