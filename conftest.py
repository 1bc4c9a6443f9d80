"""What all tests share: whether MNIST is at hand, and how strictly notebooks are compared."""

from __future__ import annotations

import pytest

from tutorial_helpers.data import MnistUnavailableError, load_mnist


def mnist_is_at_hand() -> bool:
    """Return whether the MNIST test set can be loaded without a download."""
    try:
        load_mnist("test", download=False)
    except MnistUnavailableError:
        return False
    return True


def pytest_configure(config: pytest.Config) -> None:
    """Compare the notebooks' outputs only where they run on the data that they were stored with."""
    if config.getoption("nbval", False) and not mnist_is_at_hand():
        config.option.nbval, config.option.nbval_lax = False, True


def pytest_report_header(config: pytest.Config) -> str:
    """Say at the top which of the two it is."""
    if config.getoption("nbval", False):
        return "MNIST: at hand; the outputs of the notebooks are compared"
    return (
        "MNIST: not at hand (set MNIST_DIR); notebooks run on scikit-learn's digits, and their "
        "outputs are not compared"
    )
