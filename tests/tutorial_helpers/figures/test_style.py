"""How figures are shown and drawn, whatever is on them."""

from __future__ import annotations

import base64
import html
import re
import subprocess
import sys

import matplotlib
import pytest
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from tests import ROOT
from tutorial_helpers import figures
from tutorial_helpers.figures import style


def image_in(output: dict) -> tuple[str, bytes]:
    """Return the alternative text of the only image of an output, and its file."""
    (tag,) = re.findall("<img [^>]*>", output["data"]["text/html"])
    alt, png = re.search('alt="([^"]*)" src="data:image/png;base64,([^"]*)"', tag).groups()
    return html.unescape(alt), base64.b64decode(png)


class TestShow:
    def test_image_with_its_description(self, published: list[dict]):
        figure = figures.plot_batches(300, 128)
        figures.show(figure)
        (output,) = published
        alt, png = image_in(output)
        assert png == style.png(figure)
        assert alt == output["data"]["text/plain"] == figure.get_label()

    def test_the_picture_is_stored_once(self, published: list[dict]):
        figures.show(figures.plot_batches(300, 128))
        assert set(published[0]["data"]) == {"text/html", "text/plain"}

    def test_other_words(self, published: list[dict]):
        figures.show(figures.plot_batches(300, 128), alt='Three "bars" < four')
        assert published[0]["data"]["text/plain"] == 'Three "bars" < four'
        assert image_in(published[0])[0] == 'Three "bars" < four'

    def test_figures_made_elsewhere(self, published: list[dict]):
        figures.show(Figure(), alt="Nothing")
        assert image_in(published[0])[0] == "Nothing"

    def test_colours_are_inverted_on_dark_pages(self, published: list[dict]):
        figures.show(figures.plot_batches(300, 128))
        page = published[0]["data"]["text/html"]
        (rule,) = re.findall("<style>(.*?)</style>", page)
        assert "[data-jp-theme-light='false'] .on-white, " in rule
        assert 'class="on-white"' in page

    @pytest.mark.parametrize("alt", ["", " ", "\n\t"])
    def test_empty_words(self, published: list[dict], alt: str):
        with pytest.raises(ValueError, match="alt should say in words what the figure shows"):
            figures.show(figures.plot_batches(300, 128), alt)
        assert not published

    def test_no_words(self):
        with pytest.raises(ValueError, match="alt should say in words what the figure shows"):
            figures.show(Figure())

    def test_outside_a_notebook(self, capsys: pytest.CaptureFixture[str]):
        InteractiveShell.clear_instance()
        figure = figures.plot_batches(300, 128)
        figures.show(figure)
        assert capsys.readouterr().out == f"{figure.get_label()}\n"


def test_settings_of_matplotlib_are_left_alone():
    before = dict(matplotlib.rcParams)
    style.png(figures.plot_batches(300, 128))
    assert dict(matplotlib.rcParams) == before


def test_importing_is_quick():
    """IPython takes seconds, and not every user of the module needs it."""
    code = "import sys, tutorial_helpers.figures; print({'IPython', 'scipy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("set()\n", "")
