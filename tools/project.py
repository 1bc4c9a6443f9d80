"""What `pyproject.toml` says of the project."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = Path(__file__).resolve().parents[1]


def settings() -> dict[str, Any]:
    """Return all that `pyproject.toml` says."""
    return dict(tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8")))


def project() -> dict[str, Any]:
    """Return what it says of the project, in its own table."""
    return dict(settings()["project"])


def repository() -> str:
    """Return the address of the repository on GitHub."""
    return str(project()["urls"]["Repository"])


def site() -> str:
    """Return the address under which GitHub publishes the site."""
    owner, name = repository().removeprefix("https://github.com/").split("/")
    return f"https://{owner}.github.io/{name}/"
