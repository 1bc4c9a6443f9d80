"""Draw a digit with the mouse, in a notebook in JupyterLab, and see the network's answer."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytest.importorskip("anywidget", reason="needs anywidget (pip install anywidget)")
pytest.importorskip("playwright", reason="needs Playwright (pip install playwright)")

from tests.notebooks.test_browser import (
    OUTPUT,
    page,  # noqa: F401
    pytestmark,  # noqa: F401
    server,  # noqa: F401
    sync_api,
    wait_until_idle,
)

CELL = """\
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.models import build_classifier
from tutorial_helpers.widgets.pad import drawing_pad

images, labels = load_mnist("test")
network = build_classifier(load_weights(), batch_size=1)
drawing_pad(network, images[:30], labels[:30])
"""
# Points as shares of the pad's side.
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]
ONE = [(0.52, 0.15), (0.48, 0.85)]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    folder = tmp_path / "copy"
    folder.mkdir()
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    # Without it, JupyterLab asks for a kernel.
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, folder / "pad.ipynb")
    return folder


def draw(page: Page, points: list[tuple[float, float]]) -> None:  # noqa: F811
    paper = page.locator(".digit-pad .paper")
    paper.scroll_into_view_if_needed()
    box = paper.bounding_box()
    assert box is not None
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=10)
    page.mouse.up()


def test_draw_in_jupyterlab(server: dict[str, Any], page: Page) -> None:  # noqa: F811
    page.goto(f"{server['url']}lab/tree/pad.ipynb?token={server['token']}")
    wait_until_idle(page)
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    pad = page.locator(f"{OUTPUT} .digit-pad")
    expect, status = sync_api.expect, pad.get_by_role("status")
    expect(status).to_contain_text("This is an example", timeout=60_000)
    expect(status).to_contain_text("It reads a 7")

    pad.get_by_role("button", name="Clear").click()
    expect(status).to_have_text("Draw a digit in the square.")
    draw(page, ONE)
    expect(status).to_have_text(re.compile(r"^It reads a 1\d+ spikes of neuron 1 in 100 ms\.$"))
    expect(pad.get_by_role("img", name=re.compile("made an image of 28 by 28"))).to_be_visible()
    raster = pad.get_by_role("img", name=re.compile("Spikes of each output neuron"))
    # The bars grow for a while, up to the number that is said.
    count = re.search(r"(\d+) spikes of", status.inner_text())[1]
    expect(raster.locator(".wins text").last).to_have_text(count)
    expect(raster.locator(".wins .spike")).to_have_count(int(count))

    # A dot is no digit, which is said in the widget; undone, the 1 is back.
    pad.get_by_role("button", name="Clear").click()
    draw(page, [(0.5, 0.5), (0.5, 0.5)])
    expect(pad.get_by_role("alert")).to_contain_text("The picture shows a dot")
    for _ in range(2):
        pad.get_by_role("button", name="Undo").click()
    expect(status).to_contain_text("It reads a 1")

    pad.get_by_role("button", name="Clear").click()
    draw(page, SEVEN)
    expect(status).to_contain_text("It reads a 7")

    # Without a mouse: the arrow keys, and the keys of digits.
    pad.get_by_role("listbox").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(pad.get_by_role("option", selected=True)).to_have_accessible_name("image 1, a 2")
    expect(status).to_contain_text("It reads a 2")
    page.keyboard.press("4")
    expect(status).to_contain_text("It reads a 4")
    expect(page.locator(f"{OUTPUT}").filter(has_text="Traceback (")).to_have_count(0)
