"""How tests run commands, in this process or in one of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests import ROOT
from tutorial_helpers.__main__ import main

# A batch size that other tests use, too, so that its kernels are compiled already.
QUICK = ("classify", "--images", "30", "--batch-size", "7", "--timesteps", "20")


def python(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=300,
    )


def error_of(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that has to fail, and return what it says: one line, nothing else."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    (error,) = err.splitlines()
    assert error.startswith("Error: ")
    return error
