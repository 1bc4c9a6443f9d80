"""What all widgets have in common: controls, an answer that follows them, and a still.

An answer is computed in the kernel's own thread, as a cell is. While one is being computed, the
front end collects what a learner does to a control, and sends the latest value when the answer is
there. So a fast drag skips values, and no answer comes late. No thread of ours is needed for that.
"""

from __future__ import annotations

import html
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ipywidgets import HTML, FloatSlider, IntSlider, Layout, SelectionSlider, VBox
from matplotlib.figure import Figure

from tutorial_helpers.figures.style import DARK_PAGES, VERMILION, image_tag, png

#: The form of an output that front ends show as a widget, if there is a kernel.
VIEW = "application/vnd.jupyter.widget-view+json"

_CSS = f"""
.turn {{ max-width: 36em; line-height: 1.4; overflow-x: auto; container-type: inline-size; }}
.turn p {{ margin: 0.3em 0; }}
.turn table {{ border-collapse: collapse; font-size: min(0.9em, 3.3cqi); }}
.turn caption {{ text-align: left; }}
.turn td, .turn th {{ padding: 0.15em 0.2em; min-width: 2.2em; text-align: right; }}
{DARK_PAGES}
"""


HINT = "This is a still. Run the cell to get sliders."


@dataclass(frozen=True)
class Panel:
    """Controls with an answer below them, which a notebook displays.

    Where there is no kernel, readers see a still instead, with its description. A terminal shows
    the description alone.

    Parameters
    ----------
    box
        The widget that holds the controls and the answer.
    still
        A picture that stands in for the widget, as HTML.
    alt
        What the still shows, in words.
    """

    box: VBox
    still: str
    alt: str

    def __repr__(self) -> str:
        """Return the description, for a terminal."""
        return self.alt

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        """Return the forms that a front end may choose from: the widget first, then its still."""
        return {
            VIEW: {"version_major": 2, "version_minor": 0, "model_id": self.box.model_id},
            "text/html": framed(f"<p>{HINT}</p>{self.still}"),
            "text/plain": self.alt,
        }


def panel(controls: Mapping[str, Any], answer: Callable[..., str], still: Figure) -> Panel:
    """Put controls above an answer that follows them.

    Parameters
    ----------
    controls : mapping of str to ipywidgets widget
        Under the name of each argument of `answer`, the control that sets it.
    answer : callable
        Takes the values of the controls and returns HTML. What it raises later, while a learner
        turns something, is shown in the place of the answer.
    still : matplotlib.figure.Figure
        What readers without a kernel see, described by its label.

    Returns
    -------
    Panel

    Examples
    --------
    >>> still = Figure()
    >>> still.set_label("Two times 4 is 8.")
    >>> doubled = panel({"x": slider("x", 4, 0, 9)}, lambda x: f"{2 * x}", still)
    >>> doubled
    Two times 4 is 8.
    >>> doubled.box.children[0].value = 5
    >>> "10" in doubled.box.children[-1].value
    True
    """
    place = HTML(layout=Layout(width="100%"))

    def current() -> str:
        return answer(**{name: control.value for name, control in controls.items()})

    def follow(change: object) -> None:
        try:
            shown = current()
        except Exception as error:
            shown = went_wrong(error)
        place.value = framed(shown)

    place.value = framed(current())
    for control in controls.values():
        control.observe(follow, names="value")
    return Panel(VBox([*controls.values(), place]), drawn(still), str(still.get_label()))


def slider(
    description: str, value: float, low: float, high: float, step: float = 1
) -> FloatSlider | IntSlider:
    """Make a slider that sends its value while it is dragged.

    Its numbers are whole if those given are. Its range is widened to hold `value`.

    Examples
    --------
    >>> slider("steps", 120, 1, 100).max
    120
    >>> slider("threshold (mV)", 5.0, 1.0, 10.0, 0.25).step
    0.25
    """
    kind = IntSlider if all(isinstance(n, int) for n in (value, low, high, step)) else FloatSlider
    bounds = {"min": min(low, value), "max": max(high, value), "step": step}
    return kind(value=value, description=description, **bounds, **_look())


def choice(description: str, value: object, options: Any) -> SelectionSlider:
    """Make a slider over a few options, which sends its value while it is dragged.

    Examples
    --------
    >>> choice("batch size", 4, [1, 2, 4]).index
    2
    """
    return SelectionSlider(value=value, options=options, description=description, **_look())


def _look() -> dict[str, Any]:
    return {
        "continuous_update": True,
        "style": {"description_width": "9em"},
        "layout": Layout(width="100%", max_width="36em"),
    }


def drawn(figure: Figure) -> str:
    """Return a figure as HTML, described by its label."""
    return image_tag(png(figure), str(figure.get_label()))


def framed(answer: str) -> str:
    """Return an answer with the look of all answers."""
    return f'<style>{_CSS}</style><div class="turn">{answer}</div>'


def went_wrong(error: Exception) -> str:
    """Say what went wrong where the learner looks, not in a log that nobody reads."""
    where = html.escape("".join(traceback.format_exception(error)))
    return (
        f'<p role="alert" style="border-left: 4px solid {VERMILION}; padding-left: 0.6em">'
        f"<b>{type(error).__name__}</b>: {html.escape(str(error))}</p>"
        f"<details><summary>Traceback</summary><pre>{where}</pre></details>"
    )
