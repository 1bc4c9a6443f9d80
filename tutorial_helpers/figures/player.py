"""How animations play: as a GIF file wherever images are shown, and in a player with buttons."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from matplotlib.figure import Figure
from PIL import Image  # Matplotlib brings it

from tutorial_helpers.figures.style import described, image_tag


@dataclass(frozen=True)
class Animation:
    """An animation that a notebook displays.

    Parameters
    ----------
    html
        A player with all frames in it, or the GIF file as an image. Where scripts may not run, as
        in a notebook that is not trusted, the player shows the GIF file.
    gif
        All frames as a GIF file, which plays wherever images are shown.
    alt
        What the animation shows, in words.
    """

    html: str
    gif: bytes
    alt: str

    def __repr__(self) -> str:
        """Return the description, for a terminal."""
        return self.alt

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        """Return the forms that IPython may choose from."""
        return described(self.html, self.alt)


# Characters instead of the icons that Matplotlib's player takes from a font on the web.
_ICONS = {
    "fa fa-minus": "-",
    "fa fa-fast-backward": "|◁",
    "fa fa-step-backward": "◁",
    "fa fa-play fa-flip-horizontal": "◀",
    "fa fa-pause": "❚❚",
    "fa fa-play": "▶",
    "fa fa-step-forward": "▷",
    "fa fa-fast-forward": "▷|",
    "fa fa-plus": "+",
}


_COLOURS = 64  # in a frame


def self_contained(player: str, gif: bytes, alt: str) -> str:
    """Return Matplotlib's player with what it shows as a picture and in words, without web links.

    Its random identifiers are replaced by ones that depend only on what it shows.
    """
    player = re.sub(r"<link\b[^>]*>", "", player)
    player = re.sub(r"(?<=data:image/png;base64,)[^\"]*", _with_few_colours, player)
    for icon, character in _ICONS.items():
        player = player.replace(f'<i class="{icon}"></i>', character)
    # Until it is played, it shows the last frame, because the first one is empty.
    player = player.replace("this.current_frame = 0;", "this.current_frame = frames.length - 1;")
    player = player.replace(
        '<div class="animation">', '<div class="animation" style="display: block; max-width: 36em">'
    )
    # Matplotlib's slider has no name, and is as wide as on a large screen.
    player = player.replace('class="anim-slider"', 'class="anim-slider" aria-label="frame"')
    player = re.sub(
        r"(input\[type=range\]\.anim-slider \{)[^}]*", r"\1 width: 100%; max-width: 374px; ", player
    )
    still = image_tag(gif, alt, "gif").removeprefix("<img").replace("max-width", "width")
    player = re.sub(r'<img id="(\w+)">', rf'<img id="\1"{still}', player)
    found = re.search(r"_anim_img([0-9a-f]{32})", player)
    if found:
        player = player.replace(found[1], hashlib.sha256(gif).hexdigest()[:32])
    return player


def _with_few_colours(frame: re.Match[str]) -> str:
    """Return a frame of the player as a PNG file with as few colours as the GIF file has.

    That makes it a third as large.
    """
    full = base64.b64decode(frame[0].replace("\\\n", ""))
    file = io.BytesIO()
    with Image.open(io.BytesIO(full)) as image:
        few = image.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE)
    few.save(file, "PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()


def gif_file(
    figure: Figure,
    draw: Callable[[int], object],
    steps: Iterable[int],
    alt: str,
    *,
    milliseconds: int,
) -> bytes:
    """Draw the frames of a GIF file, which rests on its last frame before it starts again.

    Its comment says what it shows.
    """
    frames = []
    for step in steps:
        draw(step)
        file = io.BytesIO()
        figure.savefig(file, format="png", facecolor="white")
        frames.append(Image.open(file).convert("RGB"))
    # One palette for all, so that nothing flickers and only what changes is stored. It is made of
    # frames from start to end, because most colours are not in all of them.
    height = frames[0].height
    some = frames[:: -max(len(frames) // 8, 1)]
    strip = Image.new("RGB", (frames[0].width, height * len(some)))
    for n, frame in enumerate(some):
        strip.paste(frame, (0, n * height))
    palette = strip.quantize(_COLOURS, Image.Quantize.MAXCOVERAGE)
    frames = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in frames]
    durations = [milliseconds] * (len(frames) - 1) + [4000]
    file = io.BytesIO()
    frames[0].save(
        file,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=durations,
        loop=0,
        comment=alt.encode(),
    )
    return file.getvalue()
