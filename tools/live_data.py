"""Put together what the live network in `docs/live/` needs beside its page, and look at it.

    python -m tools.live_data

serves the live network on a page of its own, until you press Ctrl-C. Reload the page after a
change. The site calls `write_static`.
"""

from __future__ import annotations

import functools
import http.server
import shutil
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.project import ROOT
from tutorial_helpers.data import load_mnist, load_weights

SOURCES = ROOT / "docs" / "live"
PORT = 8642
#: Where `live.html` looks for everything else, from the folder of its page.
STATIC = "_static/live"
OF_EACH_DIGIT = 3

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The live network</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="_static/live/live.css">
<style>
:root { color-scheme: light dark; }
html[data-theme="light"] { color-scheme: light; }
html[data-theme="dark"] { color-scheme: dark; }
body { margin: 0; padding: 16px; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#ffffff, #14181e); }
</style>
</head>
<body>
<main>
FRAGMENT
</main>
</body>
</html>
"""


def write_static(folder: Path) -> None:
    """Write the modules, the style, the weights and the test digits of the live network.

    Parameters
    ----------
    folder : Path
        Where to; it is made if it is missing. The page looks for it under `STATIC`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for path in [*SOURCES.glob("*.js"), *SOURCES.glob("*.css")]:
        shutil.copyfile(path, folder / path.name)
    # One matrix after the other, row by row: the form that network.js reads.
    weights = [np.asarray(matrix, "<f4").tobytes() for matrix in load_weights()]
    (folder / "weights.bin").write_bytes(b"".join(weights))
    images, labels = chosen_digits()
    (folder / "digits.bin").write_bytes(labels.tobytes() + images.tobytes())


def chosen_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the first three images of each digit in the test set, and their labels.

    Examples
    --------
    >>> images, labels = chosen_digits()
    >>> images.shape, labels[:7]
    ((30, 784), array([0, 0, 0, 1, 1, 1, 2], dtype=uint8))
    """
    images, labels = load_mnist("test")
    places = [np.flatnonzero(labels == digit)[:OF_EACH_DIGIT] for digit in range(10)]
    chosen = np.concatenate(places)
    return images[chosen], labels[chosen]


def write_page(folder: Path) -> None:
    """Write the live network as a page of its own, `index.html`, with all that it needs."""
    write_static(folder / STATIC)
    fragment = (SOURCES / "live.html").read_text(encoding="utf-8")
    (folder / "index.html").write_text(_PAGE.replace("FRAGMENT", fragment), encoding="utf-8")


class _FreshPages(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, with the live network as it is at each request for its page."""

    def do_GET(self) -> None:
        if self.path == "/":
            write_page(Path(self.directory))
        super().do_GET()

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()


def serve() -> None:
    """Serve the live network on this computer alone."""
    with tempfile.TemporaryDirectory() as folder:
        handler = functools.partial(_FreshPages, directory=folder)
        with http.server.ThreadingHTTPServer(("127.0.0.1", PORT), handler) as server:
            print(f"http://127.0.0.1:{PORT}/ (Ctrl-C ends it)")
            server.serve_forever()


if __name__ == "__main__":
    serve()
