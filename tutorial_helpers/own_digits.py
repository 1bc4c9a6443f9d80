"""Pictures of your own, made into what the network knows: images as those of MNIST.

The makers of MNIST cut each digit out, scaled it so that its longer side has 20 pixels, and moved
its centre of mass to the middle of 28 by 28 pixels. A network that was trained on such images
reads other ones badly, so `digit_from_picture` does the same.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

__all__ = ["Ink", "digit_from_picture", "read_picture"]

#: Whether the ink is darker than the paper, or lighter; ``"auto"`` looks at the picture's edge.
Ink = Literal["auto", "dark", "light"]

SIDE = 28  # pixels of an image
LONGER_SIDE = 20  # pixels of the digit in it
SHORTEST = 8  # pixels of a digit in a picture, on its longer side
MOST_PIXELS = 100_000_000  # of a picture; to read one of them takes about 2 GB of memory

_LEAST_CONTRAST = 0.04  # between paper and ink, where 1 is that of white and black
# A digit ends where there is less than this share of its darkest ink, as JPEG leaves around lines.
_EDGE = 0.06
# A blot fills more of its box than a digit does. Of MNIST's 70,000 digits two fill as much, apart
# from those that are one and a half times as high as wide, as a 1 is.
_BLOT, _LONG = 0.745, 1.5

_SHRINK = "make it smaller, or cut out the digit."
_LUMINANCE = (0.299, 0.587, 0.114)  # of red, green and blue, as in television


def digit_from_picture(picture: NDArray[Any], *, ink: Ink = "auto") -> NDArray[np.uint8]:
    """Turn a picture of one digit into an image as MNIST's makers made theirs.

    Colours become grey levels. The paper becomes 0, and the darkest ink 255. The digit is cut out,
    scaled with anti-aliasing so that its longer side has 20 pixels, and placed on 28 by 28 pixels
    with its centre of mass in the middle.

    Parameters
    ----------
    picture : ndarray of numbers, shape (height, width) or (height, width, channels)
        Grey levels, or 1 to 4 channels: grey, grey and alpha, RGB, or RGBA. Integers reach from 0
        to 255 or 65,535, floats from 0 to 1 or 255. Where the picture is transparent, there is
        white paper, or black paper under light ink.
    ink : {"auto", "dark", "light"}
        Whether the ink is darker or lighter than the paper. By default the picture's edge is taken
        for paper.

    Returns
    -------
    ndarray of uint8, shape (784,)
        Grey levels, 0 (paper) to 255 (ink), row by row, as `load_mnist` returns them.

    Raises
    ------
    TypeError, ValueError
        If the picture is not as described above, has too many pixels, is blank, or shows a dot.

    Examples
    --------
    >>> picture = np.full((90, 60, 3), 255, np.uint8)
    >>> picture[10:70, 25:31] = [0, 0, 200]  # a blue 1, off the middle
    >>> image = digit_from_picture(picture).reshape(28, 28)
    >>> np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    (array([ 4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20,
           21, 22, 23]), array([13, 14]))
    """
    if ink not in get_args(Ink):
        raise ValueError(f"ink must be 'auto', 'dark' or 'light', not {ink!r}.")
    grey, alpha = _grey_and_alpha(_checked(picture))
    digit = _cut_out(_amount_of_ink(grey, alpha, ink))
    _refuse_dots(digit)
    return _centred(_scaled(digit)).ravel()


def read_picture(path: Path) -> NDArray[Any]:
    """Read a PNG or JPEG file, the right way up.

    Parameters
    ----------
    path
        The file.

    Returns
    -------
    ndarray
        What `digit_from_picture` takes.

    Raises
    ------
    OSError
        If the file cannot be read.
    ValueError
        If it is no PNG or JPEG, is damaged, or has too many pixels.
    """
    try:
        # Pillow warns of pictures that are large, and refuses those that are twice as large.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(path, formats=("PNG", "JPEG")) as file:
                size = file.height, file.width
                pixels = _pixels(file) if file.height * file.width <= MOST_PIXELS else None
    except UnidentifiedImageError:
        raise ValueError(
            "the file is not a picture in PNG or JPEG format; save it as one of them."
        ) from None
    except Image.DecompressionBombError:
        raise ValueError(f"the picture has more than {MOST_PIXELS:,} pixels; {_SHRINK}") from None
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # it is the system that cannot read the file, and it says why
        raise ValueError("the picture is damaged; save or copy it again.") from error
    _check_size(*size)
    return np.asarray(pixels)


def _pixels(file: Image.Image) -> NDArray[Any]:
    """Return the pixels of a file: grey levels of 16 bits, or 3 or 4 channels of 8 bits."""
    # Telephones store how they were held instead of turning the picture.
    upright = ImageOps.exif_transpose(file)
    if upright.mode.startswith("I"):
        return np.asarray(upright).astype(np.uint16)
    transparent = upright.has_transparency_data
    return np.asarray(upright.convert("RGBA" if transparent else "RGB"))


def _checked(picture: object) -> NDArray[Any]:
    """Return a picture as an array of height, width and channels."""
    array: NDArray[Any] = np.asarray(picture)
    if array.dtype.kind not in "buif":
        raise TypeError(f"picture must be an array of numbers, not of {array.dtype}.")
    channels = array.shape[2] if array.ndim == 3 else 1
    if array.ndim not in (2, 3) or not 1 <= channels <= 4 or not array.size:
        raise ValueError(
            "picture must have the shape (height, width), or (height, width, channels) with 1 to 4 "
            f"channels, not {array.shape}."
        )
    _check_size(*array.shape[:2])
    return array.reshape(*array.shape[:2], channels)


def _check_size(height: int, width: int) -> None:
    if height * width > MOST_PIXELS:
        raise ValueError(
            f"the picture has {width:,} x {height:,} pixels, which is more than {MOST_PIXELS:,}; "
            f"{_SHRINK}"
        )


def _white(picture: NDArray[Any]) -> float:
    """Return the number that stands for white; raise if there are numbers beyond it."""
    if picture.dtype.kind == "b":
        return 1.0
    if picture.dtype in (np.uint8, np.uint16):
        return float(np.iinfo(picture.dtype).max)
    least, most = float(picture.min()), float(picture.max())
    # Where one number is NaN, so are these.
    if not 0 <= least <= most <= 65535:
        raise ValueError(
            "picture must have numbers from 0 to 1, 255 or 65535, without infinite ones and NaN, "
            f"not from {least:g} to {most:g}."
        )
    if picture.dtype.kind == "f" and most <= 1:
        return 1.0
    return 255.0 if most <= 255 else 65535.0


def _grey_and_alpha(
    picture: NDArray[Any],
) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
    """Return grey levels and opacity, 0 to 1, on no more pixels than are of use."""
    white = _white(picture)
    channels = picture.shape[2]
    grey = np.zeros(picture.shape[:2], np.float32)
    for channel, share in enumerate(_LUMINANCE if channels >= 3 else (1.0,)):
        grey += picture[..., channel] * np.float32(share / white)
    if channels % 2:
        return _reduced(grey), None
    return _reduced(grey), _reduced(picture[..., -1] * np.float32(1 / white))


def _reduced(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Average blocks of pixels until the longer side has not many more than a thousand."""
    factor = max(grey.shape) // 1000
    return np.asarray(Image.fromarray(grey).reduce(factor)) if factor > 1 else grey


def _amount_of_ink(
    grey: NDArray[np.float32], alpha: NDArray[np.float32] | None, ink: Ink
) -> NDArray[np.float32]:
    """Return how much ink there is at each pixel, from 0 for paper."""
    if alpha is not None:
        visible = float(np.sum(grey * alpha)) / max(float(alpha.sum()), 1e-9)
        light = ink == "light" or (ink == "auto" and visible > 0.5)
        # Where the paper itself is opaque, its corners may not be: they are white then.
        black = light and np.median(_edge(alpha)) < 0.5
        grey = grey * alpha + (0 if black else 1 - alpha)
    amount = _difference_from_paper(grey, ink)
    if amount is None:
        raise ValueError(
            "the picture is blank: nothing in it stands out from the paper; use a picture of one "
            "digit, drawn in one colour."
        )
    return amount


def _edge(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the pixels at the edge of a picture."""
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def _difference_from_paper(grey: NDArray[np.float32], ink: Ink) -> NDArray[np.float32] | None:
    """Return by how much each pixel differs from the paper, or None if there is no ink."""
    paper, least, most = np.median(_edge(grey)), grey.min(), grey.max()
    dark = bool(paper - least >= most - paper)
    if ink not in ("auto", "dark" if dark else "light"):
        dark, paper = not dark, least if dark else most  # the ink reaches the edge
    amount: NDArray[np.float32] = paper - grey if dark else grey - paper
    # Paper in a photo is not of one grey. What is on the wrong side of its usual grey shows by how
    # much it differs, and on the other side it will not differ by much more.
    noise = 2 * max(0.0, -float(np.quantile(amount, 0.01)))
    if amount.max() < max(_LEAST_CONTRAST, noise):
        return None
    amount[amount <= noise] = 0
    return amount


def _cut_out(amount: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the smallest part of a picture that has all the ink."""
    inked = amount >= _EDGE * amount.max()
    rows, columns = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    return amount[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _refuse_dots(digit: NDArray[np.float32]) -> None:
    """Raise if there is only a dot, which scaling would make as large as a digit."""
    longer, shorter = max(digit.shape), min(digit.shape)
    filled = float(digit.mean() / digit.max())
    if longer < SHORTEST or (longer < _LONG * shorter and filled > _BLOT):
        raise ValueError(
            f"the picture shows a dot of {digit.shape[1]} x {digit.shape[0]} pixels, and no digit; "
            "draw a larger one, with paper between its lines."
        )


def _scaled(digit: NDArray[np.float32]) -> NDArray[np.float64]:
    """Scale the longer side to 20 pixels, and the darkest ink to 255."""
    scale = LONGER_SIDE / max(digit.shape)
    height, width = (max(1, round(side * scale)) for side in digit.shape)
    # A box, so that each pixel is the mean of what it stands for: the sharpest filter without
    # halos.
    scaled = Image.fromarray(digit).resize((width, height), Image.Resampling.BOX)
    pixels: NDArray[np.float64] = np.asarray(scaled, dtype=np.float64)
    return pixels * (255.0 / float(pixels.max()))


def _centred(digit: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Place a digit so that its centre of mass is in the middle, as near as whole pixels allow."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    corner = []
    for axis, size in enumerate(digit.shape):
        ink = digit.sum(axis=1 - axis)
        centre = float(ink @ np.arange(size)) / float(ink.sum())
        # In MNIST it is at 13.5 or more, and below 14.5, counted from the first pixel's middle.
        corner.append(min(max(int(np.ceil(SIDE / 2 - 0.5 - centre)), 0), SIDE - size))
    (top, left), (height, width) = corner, digit.shape
    image[top : top + height, left : left + width] = np.rint(digit)
    return image
