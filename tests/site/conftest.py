"""The built site: its folder, and a server of it on this machine."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT

SITE = ROOT / "docs" / "_build" / "site"
SOURCES = ("docs", "notebooks", "numbagenn", "tutorial_helpers", "tools/*.py", "*.md")


def pages() -> list[str]:
    """Return the pages of the site, as addresses inside of it; the theme's templates are none."""
    every = (path.relative_to(SITE) for path in sorted(SITE.rglob("*.html")))
    return [path.as_posix() for path in every if path.parts[0] != "_static"]


def sources() -> Iterator[Path]:
    for pattern in SOURCES:
        for path in ROOT.glob(pattern):
            files = path.rglob("*") if path.is_dir() else [path]
            for file in files:
                built = SITE.parent in file.parents or "__pycache__" in file.parts
                if file.is_file() and not built:
                    yield file


@pytest.fixture(scope="session")
def site() -> Path:
    """Return the folder of the site, which is as new as what it is built from."""
    index = SITE / "index.html"
    if not index.exists():
        pytest.skip("needs the built site (nox -s site)")
    done = (SITE / "searchindex.js").stat().st_mtime
    newer = next((path for path in sources() if path.stat().st_mtime > done), None)
    if newer is not None:
        name = newer.relative_to(ROOT)
        pytest.skip(f"needs a site that is newer than {name} (nox -s site)")
    return SITE


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
