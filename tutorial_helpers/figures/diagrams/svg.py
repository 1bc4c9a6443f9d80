"""What diagrams are drawn with: elements of SVG as text, and the picture made of them."""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tutorial_helpers.figures.style import BLUE, INK, VERMILION

Point = tuple[float, float]

WIDTH = 640  # of every diagram; text of 18 can still be read when that is shown in 400 pixels
PANEL = "#f4f4f1"  # opaque, so that ink can be read on dark pages; not white, which would glare
PAPER = "#ffffff"
QUIET, FAINT = "#666663", "#bdbdb8"  # of text and of lines that are not the subject

_FONTS = "system-ui, 'Segoe UI', Roboto, Helvetica, Arial, sans-serif"
_CODE_FONTS = "ui-monospace, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
_HEADS = {"ink": INK, "blue": BLUE, "vermilion": VERMILION, "quiet": QUIET}


@dataclass(frozen=True)
class Diagram:
    """A diagram that a notebook displays.

    Parameters
    ----------
    svg
        The picture, as the text of an SVG file.
    alt
        What the diagram says, in words.
    """

    svg: str
    alt: str

    def __repr__(self) -> str:
        """Return the description, for a terminal."""
        return self.alt

    def _repr_mimebundle_(
        self, include: object = None, exclude: object = None
    ) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
        """Return the forms that IPython may choose from.

        JupyterLab shows SVG only where it trusts the notebook, but it always shows images in HTML,
        and those have an alternative text.
        """
        data = base64.b64encode(self.svg.encode()).decode()
        image = f'<img alt="{html.escape(self.alt)}" src="data:image/svg+xml;base64,{data}">'
        forms = {"text/html": image, "image/svg+xml": self.svg, "text/plain": self.alt}
        return forms, {"image/svg+xml": {"alt": self.alt}}


def diagram(title: str, alt: str, height: int, parts: Iterable[str]) -> Diagram:
    """Put elements on a panel, with a title and a description for readers who cannot see it."""
    heads = "".join(
        f'<marker id="{name}" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="5.5" '
        f'markerHeight="5.5" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z" '
        f'fill="{colour}"/></marker>'
        for name, colour in _HEADS.items()
    )
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" role="img" aria-labelledby="title desc" '
        f'font-family="{_FONTS}" font-size="18">',
        f'<title id="title">{html.escape(title)}</title>',
        f'<desc id="desc">{html.escape(alt)}</desc>',
        f"<defs>{heads}</defs>",
        box(0, 0, WIDTH, height, fill=PANEL, radius=12),
        *parts,
        "</svg>",
    ]
    return Diagram("\n".join(lines) + "\n", alt)


def text(
    x: float,
    y: float,
    words: str,
    *,
    colour: str = INK,
    anchor: str = "middle",
    size: int = 18,
    bold: bool = False,
    code: bool = False,
) -> str:
    """Write a line of text, of which `y` is the base line.

    Examples
    --------
    >>> text(320, 30, "784", size=20)
    '<text x="320" y="30" fill="#222222" text-anchor="middle" font-size="20">784</text>'
    """
    style = f' font-size="{size}"' if size != 18 else ""
    style += ' font-weight="bold"' if bold else ""
    style += f' font-family="{_CODE_FONTS}"' if code else ""
    return (
        f'<text x="{x:g}" y="{y:g}" fill="{colour}" text-anchor="{anchor}"{style}>'
        f"{html.escape(words, quote=False)}</text>"
    )


def box(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    fill: str = PAPER,
    edge: str = "none",
    thickness: float = 1.5,
    radius: float = 6,
) -> str:
    """Draw a rectangle with round corners.

    Examples
    --------
    >>> box(0, 0, 20, 10, radius=0)
    '<rect x="0" y="0" width="20" height="10" rx="0" fill="#ffffff" stroke="none"/>'
    """
    line = f' stroke-width="{thickness:g}"' if edge != "none" else ""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" '
        f'fill="{fill}" stroke="{edge}"{line}/>'
    )


def circle(
    x: float,
    y: float,
    radius: float,
    *,
    fill: str = PAPER,
    edge: str = INK,
    thickness: float = 1.5,
) -> str:
    """Draw a circle.

    Examples
    --------
    >>> circle(5, 5, 2, edge="black")
    '<circle cx="5" cy="5" r="2" fill="#ffffff" stroke="black" stroke-width="1.5"/>'
    """
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="{fill}" stroke="{edge}" '
        f'stroke-width="{thickness:g}"/>'
    )


def line(
    points: Sequence[Point],
    *,
    colour: str = INK,
    thickness: float = 1.5,
    dashes: str = "",
    head: bool = False,
    bent: bool = False,
) -> str:
    """Draw a line through points, or with four of them a curve; `head` makes it an arrow.

    Examples
    --------
    >>> line([(0, 0), (10, 0)])
    '<path d="M0 0L10 0" fill="none" stroke="#222222" stroke-width="1.5"/>'
    """
    first, *others = (f"{x:g} {y:g}" for x, y in points)
    path = f"M{first}" + ("C" + " ".join(others) if bent else "".join(f"L{p}" for p in others))
    style = f' stroke-dasharray="{dashes}"' if dashes else ""
    if head:
        (name,) = [name for name, shade in _HEADS.items() if shade == colour]
        style += f' marker-end="url(#{name})"'
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{thickness:g}"{style}/>'
