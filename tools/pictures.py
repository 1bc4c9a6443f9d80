"""Draw the diagrams and animations that documents and notebooks show.

    python -m tools.pictures

Diagrams become `docs/diagrams/*.svg`, with PNG files beside them, as Chromium draws the SVG. The
animation of a batch becomes a GIF file in `docs/`.

`stamp_notebooks.py` writes the PNG files into the notebooks.
"""

from __future__ import annotations

import base64
import hashlib
import io
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tools.project import ROOT
from tools.stamp_notebooks import DIAGRAMS
from tutorial_helpers import figures
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.figures.diagrams import EVERY
from tutorial_helpers.figures.diagrams.svg import PANEL
from tutorial_helpers.inference import counts_over_time
from tutorial_helpers.models import build_classifier

SIXTEEN = ROOT / "docs" / "sixteen_images.gif"
BROWSERS = ("chromium", "google-chrome", "chromium-browser")
WIDTH = 840  # pixels: as wide as a notebook shows a picture in a window of 1,280
COLOURS = 64
STEPS = 30


def drawn(svgs: dict[str, str]) -> Iterator[tuple[str, bytes]]:
    """Draw SVG files; give PNG files that say what they were drawn from."""
    from playwright.sync_api import sync_playwright  # diagrams need it, animations do not

    browser_path = next(filter(None, map(shutil.which, BROWSERS)), None)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": WIDTH, "height": WIDTH})
        for name, svg in svgs.items():
            data = base64.b64encode(svg.encode()).decode()
            page.set_content(
                f'<body style="margin: 0; background: {PANEL}">'
                f'<img style="width: 100%" src="data:image/svg+xml;base64,{data}">'
            )
            shot = Image.open(io.BytesIO(page.locator("img").screenshot())).convert("RGB")
            source = PngInfo()
            source.add_text("Source", hashlib.sha256(svg.encode()).hexdigest())
            file = io.BytesIO()
            with_its_main_colours(shot).save(file, "PNG", optimize=True, pnginfo=source)
            yield name, file.getvalue()
        browser.close()


def with_its_main_colours(picture: Image.Image) -> Image.Image:
    """Return a picture in its most frequent colours, which stay what they are."""
    found: list[Any] = picture.getcolors(picture.width * picture.height) or []
    palette = Image.new("P", (1, 1))
    palette.putpalette(
        [part for _, colour in sorted(found)[: -COLOURS - 1 : -1] for part in colour]
    )
    return picture.quantize(palette=palette, dither=Image.Dither.NONE)


def draw_diagrams() -> None:
    """Write all diagrams as SVG and PNG files, and remove what is no diagram any more."""
    DIAGRAMS.mkdir(exist_ok=True)
    svgs = {name: draw().svg for name, draw in EVERY.items()}
    for path in DIAGRAMS.iterdir():
        if path.stem not in svgs:
            path.unlink()
    for name, svg in svgs.items():
        (DIAGRAMS / f"{name}.svg").write_text(svg, encoding="utf-8")
    for name, png in drawn(svgs):
        write(DIAGRAMS / f"{name}.png", png)


def sixteen_images() -> figures.player.Animation:
    """Animate a batch of the first 16 images of the test set."""
    images, labels = (part[:16] for part in load_mnist("test"))
    network = build_classifier(load_weights(), batch_size=16)
    counts, _ = counts_over_time(network, images, timesteps=STEPS)
    return figures.animate_batch(images, labels, counts)


def write(path: Path, content: bytes) -> None:
    """Write a file, and say how large it is."""
    path.write_bytes(content)
    print(f"{len(content):8,} bytes  {path.relative_to(ROOT)}")


def main() -> None:
    """Draw everything."""
    draw_diagrams()
    write(SIXTEEN, sixteen_images().gif)


if __name__ == "__main__":
    main()
