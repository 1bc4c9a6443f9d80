"""How figures are shown and drawn, whatever is on them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import pytest
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from matplotlib.figure import Figure

from tests import ROOT
from tutorial_helpers import figures
from tutorial_helpers.figures import style


@pytest.fixture
def published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict]]:
    """Run in an IPython shell, and collect what it displays."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.display_pub = CapturingDisplayPublisher(parent=shell)
    yield shell.display_pub.outputs
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


class TestShow:
    def test_image_with_its_description(self, published: list[dict]):
        figure = figures.plot_batches(300, 128)
        figures.show(figure)
        (output,) = published
        assert output["data"] == {
            "image/png": style.png(figure),
            "text/plain": figure.get_label(),
        }
        assert output["metadata"] == {"image/png": {"alt": figure.get_label()}}

    def test_other_words(self, published: list[dict]):
        figures.show(figures.plot_batches(300, 128), alt='Three "bars" < four')
        assert published[0]["data"]["text/plain"] == 'Three "bars" < four'
        assert published[0]["metadata"] == {"image/png": {"alt": 'Three "bars" < four'}}

    def test_figures_made_elsewhere(self, published: list[dict]):
        figures.show(Figure(), alt="Nothing")
        assert published[0]["metadata"]["image/png"]["alt"] == "Nothing"

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
