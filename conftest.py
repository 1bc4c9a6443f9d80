"""What all tests share: what JAX compiles, and, as a plugin, how the chapters are run."""

from __future__ import annotations

import os
import tempfile

import pytest
import tqdm.auto  # noqa: F401  Before any test imports ipykernel: tqdm takes that for a notebook.

pytest_plugins = ["tests.notebooks.chapters"]

# Modules whose tests are all slow: they take longest and break seldom, and every run is to take
# less than four minutes. Single tests are marked where they are.
SLOW_MODULES = {
    "tests/conformance/test_recorded_in_double.py",
    "tests/notebooks/test_set_up.py",
    "tests/notebooks/test_skipping.py",
    "tests/numbagenn/codegen/test_ahead.py",
    "tests/numbagenn/codegen/test_alike.py",
    "tests/numbagenn/codegen/test_folding.py",
    "tests/numbagenn/codegen/test_late_dynamics.py",
    "tests/numbagenn/codegen/test_pieces.py",
    "tests/numbagenn/codegen/test_schedule.py",
    "tests/numbagenn/compat/test_run_script.py",
    "tests/numbagenn/kernels/test_jit.py",
    "tests/numbagenn/kernels/test_random_numbers.py",
    "tests/numbagenn/language/test_code_fuzz.py",
    "tests/numbagenn/models/test_var_init.py",
    "tests/numbagenn/network/test_fusing.py",
    "tests/numbagenn/network/test_reductions.py",
    "tests/numbagenn/runtime/test_cache.py",
    "tests/numbagenn/runtime/test_sharing.py",
    "tests/repository/test_wheel.py",
    "tests/site/test_built_pages.py",
    "tests/site/test_live.py",
    "tests/tutorial_helpers/cluster/test_losses.py",
    "tests/tutorial_helpers/commands/test_learn.py",
    "tests/tutorial_helpers/learning/test_epochs.py",
    "tests/tutorial_helpers/test_command_line.py",
    "tests/tutorial_helpers/widgets/test_every_widget.py",
}


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


@pytest.hookimpl(tryfirst=True)  # before pytest's own leaves out what -m does not ask for
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of the slow modules."""
    for item in items:
        if item.nodeid.partition("::")[0] in SLOW_MODULES:
            item.add_marker(pytest.mark.slow)
