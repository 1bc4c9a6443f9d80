"""What maintainers run: ``nox`` for the daily checks, ``nox -s NAME`` for one, ``nox -l`` for all.

Sessions use the environment that nox is installed in, which is ``pip install -e ".[dev]"``. Those
that try an installation make an environment of their own.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import nox

nox.options.default_venv_backend = "none"
nox.options.sessions = ["lint", "types", "tests"]

# Tools are found beside this Python, whether its environment is activated or not.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])


@nox.session
def lint(session: nox.Session) -> None:
    """Check the style of code and notebooks, and what imports what."""
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-cache")


@nox.session
def types(session: nox.Session) -> None:
    """Check types."""
    session.run("mypy")


@nox.session
def tests(session: nox.Session) -> None:
    """Run what the README's command runs, or some of it: nox -s tests -- tests/conformance."""
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def full(session: nox.Session) -> None:
    """Run all tests, the slow ones as well."""
    session.run("python", "-m", "pytest", "-m", "", *session.posargs)


@nox.session
def notebooks(session: nox.Session) -> None:
    """Run the notebooks and compare them with what is stored."""
    session.run("python", "-m", "pytest", "notebooks", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure what the README tells of speed: nox -s bench -- --help."""
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def site(session: nox.Session) -> None:
    """Build the site in docs/_build/site, from stored notebooks. Warnings are errors."""
    shutil.rmtree("docs/_build", ignore_errors=True)  # what is no page any more would stay
    session.run(
        *("python", "-m", "sphinx", "-W", "--keep-going", "--jobs", "auto", "-q"),
        *("-b", "html", "-c", "docs", "-d", "docs/_build/doctrees"),
        *(*session.posargs, ".", "docs/_build/site"),
    )


@nox.session(venv_backend="uv")
def floor(session: nox.Session) -> None:
    """Compare the engine with the recordings, with the oldest versions allowed."""
    session.install("--resolution", "lowest-direct", "-e", ".[notebooks,test,cluster]")
    session.run("python", "-m", "pytest", *(session.posargs or ["tests/conformance"]))


@nox.session(venv_backend="uv")
def package(session: nox.Session) -> None:
    """Build sdist and wheel, install the wheel, and use all commands far from the checkout."""
    session.install("build")
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--outdir", folder)
        (wheel,) = Path(folder).glob("*.whl")
        session.install("--reinstall-package", "spiking-mnist-tutorials", str(wheel))
        script = Path(folder, "script.py")
        script.write_text("from pygenn import GeNNModel")
        with session.chdir(folder):
            helpers = ("python", "-m", "tutorial_helpers")
            said = session.run(*helpers, "classify", silent=True)
            if "mnist-test, 10,000 images" not in str(said):
                session.error(f"The wheel does not classify the test set of MNIST: {said}")
            session.run(*helpers, "evaluate", "--timesteps", "12")
            session.run(*helpers, "run", script.name)
            session.run(*helpers, "train", "--help", silent=True)


@nox.session
def lock(session: nox.Session) -> None:
    """Write requirements.lock, which CI installs: nox -s lock -- --upgrade takes newer versions."""
    session.run(
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.10",
        "--no-annotate",
        "--extra",
        "dev",
        "--custom-compile-command",
        "nox -s lock -- --upgrade",
        "--output-file",
        "requirements.lock",
        "pyproject.toml",
        *session.posargs,
    )
