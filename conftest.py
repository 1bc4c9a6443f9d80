"""What all tests share: what JAX compiles, and, as a plugin, how the chapters are run."""

from __future__ import annotations

import os
import tempfile

import pytest

pytest_plugins = ["tests.notebooks.chapters"]


def pytest_configure(config: pytest.Config) -> None:
    """Have JAX keep compiled code for this run of the tests, in a folder that all processes share.

    Every training run compiles the redrawing of images again, which takes seconds of its time.
    """
    if "JAX_COMPILATION_CACHE_DIR" in os.environ:  # by the user, or in the process that began
        return
    folder = tempfile.TemporaryDirectory(prefix="jax-", ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    os.environ["JAX_COMPILATION_CACHE_DIR"] = folder.name
    os.environ["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0.3"
