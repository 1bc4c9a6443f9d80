"""Pictures become images as MNIST's makers would have made them."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.inference import accuracy, classify
from tutorial_helpers.models import build_classifier
from tutorial_helpers.own_digits import MOST_PIXELS, digit_from_picture, read_picture

IMAGES, LABELS = load_mnist("test")
SEVEN = IMAGES[0]
Pixels = NDArray[Any]


def enlarged(image: Pixels, top: int = 60, left: int = 30) -> Pixels:
    """A digit of MNIST as dark ink on a sheet of paper, ten times as large."""
    paper = np.full((400, 360), 255, np.uint8)
    pixels = np.kron(image.reshape(28, 28), np.ones((10, 10), np.uint8))
    paper[top : top + 280, left : left + 280] -= pixels
    return paper


def difference(image: Pixels, other: Pixels) -> Pixels:
    return np.abs(image.astype(int) - other)


# --- MNIST's own digits --------------------------------------------------------------------------


def test_digits_of_mnist_come_back() -> None:
    images = np.array([digit_from_picture(enlarged(image)) for image in IMAGES[:1000]])
    differences = difference(images, IMAGES[:1000])
    # All 784 numbers are the same, but for rounding, in 9 of 10 digits. Others lose a row or a
    # column of the faintest ink.
    assert np.mean(differences.max(axis=1) <= 1) > 0.9
    assert np.mean(differences.max(axis=1) <= 16) > 0.99
    assert differences.mean() < 0.05

    network = build_classifier(load_weights())
    original, returned = (
        accuracy(classify(network, shown).predictions, LABELS[:1000])
        for shown in (IMAGES[:1000], images)
    )
    assert abs(original - returned) <= 0.5


@pytest.mark.slow
def test_all_digits_of_mnist_are_taken() -> None:
    images = np.array([digit_from_picture(image.reshape(28, 28)) for image in IMAGES])
    assert difference(images, IMAGES).mean() < 0.05


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param(lambda picture: 255 - picture, id="light on dark"),
        pytest.param(lambda picture: np.roll(picture, (50, -25), (0, 1)), id="elsewhere"),
        pytest.param(lambda picture: picture / 255, id="floats up to 1"),
        pytest.param(lambda picture: picture.astype(float), id="floats up to 255"),
        pytest.param(lambda picture: picture.astype(np.int64), id="integers"),
        pytest.param(lambda picture: picture * np.uint16(257), id="16 bits"),
        pytest.param(lambda picture: picture[..., np.newaxis], id="one channel"),
        pytest.param(lambda picture: np.dstack([picture] * 3), id="RGB"),
        pytest.param(lambda picture: np.kron(picture, np.ones((7, 7), np.uint8)), id="huge"),
        pytest.param(lambda picture: np.asfortranarray(picture)[::1], id="another order"),
        pytest.param(lambda picture: 100 + picture // 2, id="grey paper"),
    ],
)
def test_the_same_digit_in_other_pictures(changed: Any) -> None:
    picture = enlarged(SEVEN)
    expected = digit_from_picture(picture)
    assert difference(digit_from_picture(changed(picture)), expected).max() <= 3


def test_what_comes_back_is_an_image_of_mnist() -> None:
    image = digit_from_picture(enlarged(SEVEN))
    assert (image.shape, image.dtype, image.max()) == ((784,), np.dtype(np.uint8), 255)
    rows, columns = (np.flatnonzero(image.reshape(28, 28).any(axis)) for axis in (1, 0))
    assert max(np.ptp(rows), np.ptp(columns)) == 19
    centre = (np.indices((28, 28)).reshape(2, -1) @ image) / image.sum()
    assert np.all(np.abs(centre - 14) <= 0.5)


def test_ink_may_be_given() -> None:
    # A zero that is cut out so narrowly that all of the edge is ink.
    zero = np.full((60, 40), 30, np.uint8)
    zero[10:50, 10:30] = 220
    ring = digit_from_picture(zero, ink="dark").reshape(28, 28)
    assert ring[4].any()
    assert not ring[10:18, 13:15].any()
    assert digit_from_picture(zero, ink="light").reshape(28, 28)[10:18, 13:15].all()
    with pytest.raises(ValueError, match=r"^ink must be 'auto', 'dark' or 'light', not 'grey'\.$"):
        digit_from_picture(zero, ink="grey")  # type: ignore[arg-type]


@pytest.mark.parametrize("colour", [(200, 30, 30), (0, 0, 255), (0, 0, 0), (240, 200, 0)], ids=str)
def test_coloured_ink(colour: tuple[int, int, int]) -> None:
    ink = (255 - enlarged(SEVEN))[..., np.newaxis] / 255
    picture = (255 * (1 - ink) + np.array(colour) * ink).astype(np.uint8)
    assert difference(digit_from_picture(picture), SEVEN).mean() < 1


@pytest.mark.parametrize("paper", ["even", "uneven"])
def test_a_photo(paper: str) -> None:
    light = np.full((400, 360), 190.0) + (paper == "uneven") * np.linspace(-30, 30, 360)
    picture = light * (0.25 + 0.75 * enlarged(SEVEN) / 255)
    picture += np.random.default_rng(1).normal(0, 5, picture.shape)
    image = digit_from_picture(np.clip(picture, 0, 255).astype(np.uint8))
    assert difference(image, SEVEN).mean() < 8
    assert classify(build_classifier(load_weights()), image[np.newaxis]).predictions[0] == 7


@pytest.mark.parametrize("ink", [0, 255], ids=["black", "white"])
@pytest.mark.parametrize("channels", [2, 4])
def test_ink_on_transparent_paper(ink: int, channels: int) -> None:
    picture = np.full((400, 360, channels), ink, np.uint8)
    picture[..., -1] = 255 - enlarged(SEVEN)
    assert difference(digit_from_picture(picture), SEVEN).max() <= 3
    with pytest.raises(ValueError, match="is blank"):
        digit_from_picture(picture, ink="light" if ink == 0 else "dark")


# --- Pictures that are none ----------------------------------------------------------------------


def test_blank_pictures() -> None:
    faint = np.full((50, 50), 250, np.uint8)
    faint[10:40, 20:25] = 245
    noise = np.random.default_rng(2).normal(128, 20, (50, 50)).clip(0, 255).astype(np.uint8)
    for picture in (np.zeros((9, 9)), np.full((28, 28), 255, np.uint8), np.ones((1, 1)), faint):
        with pytest.raises(ValueError, match=r"^the picture is blank: [^.]*\.$"):
            digit_from_picture(picture)
    with pytest.raises(ValueError, match="is blank"):
        digit_from_picture(noise[:1, :1])


@pytest.mark.parametrize("radius", [0, 3, 20, 60])
def test_dots(radius: int) -> None:
    rows, columns = np.indices((280, 280))
    picture = np.where((rows - 90) ** 2 + (columns - 150) ** 2 <= radius**2, 0, 255)
    size = 2 * radius + 1
    dot = f"^the picture shows a dot of {size} x {size} pixels, and no digit; "
    with pytest.raises(ValueError, match=dot):
        digit_from_picture(picture)


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        (np.full((30, 30), np.nan), "without infinite ones and NaN, not from nan to nan"),
        (np.array([[0, np.inf]]), "not from 0 to inf"),
        (np.array([[-1, 3]]), "not from -1 to 3"),
        (np.array([[0, 70000]]), "not from 0 to 70000"),
        (np.zeros((784,)), r"not \(784,\)"),
        (np.zeros((28, 28, 5)), r"not \(28, 28, 5\)"),
        (np.zeros((28, 28, 0)), r"not \(28, 28, 0\)"),
        (np.zeros((2, 28, 28, 3)), r"not \(2, 28, 28, 3\)"),
        (np.zeros((0, 28)), r"not \(0, 28\)"),
        (np.float64(3), r"not \(\)"),
        (np.broadcast_to(np.uint8(0), (MOST_PIXELS // 10000 + 1, 10000)), "cut out the digit"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_pictures(picture: Pixels, words: str) -> None:
    with pytest.raises(ValueError, match=words) as raised:
        digit_from_picture(picture)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("picture", [None, "seven.png", np.zeros((3, 3), complex), [["a"]]])
def test_no_numbers(picture: Any) -> None:
    with pytest.raises(TypeError, match=r"^picture must be an array of numbers, not of "):
        digit_from_picture(picture)


# --- Files ---------------------------------------------------------------------------------------


def saved(picture: Image.Image, file: Path, **options: Any) -> Pixels:
    picture.save(file, **options)
    return digit_from_picture(read_picture(file))


MODES = ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"]


@pytest.mark.parametrize("mode", MODES)
def test_modes_of_png(mode: str, tmp_path: Path) -> None:
    grey = Image.fromarray(enlarged(SEVEN))
    if mode == "I;16":
        picture = Image.fromarray(enlarged(SEVEN).astype(np.uint16) * 257)
    else:
        picture = grey.point(lambda level: 255 * (level > 127)) if mode == "1" else grey
        picture = picture.convert(mode)
    assert picture.mode == mode
    image = saved(picture, tmp_path / "seven.png")
    assert difference(image, SEVEN).mean() < (8 if mode == "1" else 1)


def test_a_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    picture = Image.fromarray((enlarged(SEVEN) < 128).astype(np.uint8), mode=None)
    picture = picture.convert("P")
    picture.putpalette([9, 9, 9, 0, 0, 0])
    image = saved(picture, tmp_path / "seven.png", transparency=0)
    assert difference(image, SEVEN).mean() < 8


def test_a_transparent_grey(tmp_path: Path) -> None:
    ink = Image.fromarray(255 - enlarged(SEVEN))
    assert difference(saved(ink, tmp_path / "a.png", transparency=0), SEVEN).mean() < 8


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg(mode: str, tmp_path: Path) -> None:
    picture = Image.fromarray(enlarged(SEVEN)).convert(mode)
    assert difference(saved(picture, tmp_path / "seven.jpeg"), SEVEN).mean() < 3


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_the_right_way_up(orientation: int, suffix: str, tmp_path: Path) -> None:
    turned = {
        1: lambda upright: upright,
        2: np.fliplr,
        3: lambda upright: np.rot90(upright, 2),
        4: np.flipud,
        5: np.transpose,
        6: np.rot90,
        7: lambda upright: np.rot90(upright, 2).T,
        8: lambda upright: np.rot90(upright, -1),
    }
    pixels = turned[orientation](enlarged(SEVEN))
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(np.ascontiguousarray(pixels))
    image = saved(picture, tmp_path / f"seven.{suffix}", exif=exif)
    assert difference(image, SEVEN).mean() < 3


def png_of_size(width: int, height: int) -> bytes:
    """The beginning of a PNG file, which says how large it is."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = zlib.compress(b"\0")
    idat = struct.pack(">I", len(data)) + b"IDAT" + data
    return b"\x89PNG\r\n\x1a\n" + chunk + idat + struct.pack(">I", zlib.crc32(b"IDAT" + data))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file is not a picture in PNG or JPEG format; save it as one of them."),
        (b"GIF89a\1\0\1\0\0\0\0;", "the file is not a picture in PNG or JPEG format; save it"),
        (png_of_size(11_000, 10_000), "the picture has 11,000 x 10,000 pixels, which is more"),
        (png_of_size(60_000, 60_000), "the picture has more than 100,000,000 pixels; make it"),
        (png_of_size(300, 300), "the picture is damaged; save or copy it again."),
    ],
    ids=["empty", "gif", "large", "huge", "damaged"],
)
def test_files_that_are_no_pictures(
    content: bytes, words: str, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    file = tmp_path / "seven.png"
    file.write_bytes(content)
    with pytest.raises(ValueError) as raised:
        read_picture(file)
    assert str(raised.value).startswith(words)
    assert not recwarn.list


@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_damaged_files(suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"seven.{suffix}"
    Image.fromarray(enlarged(SEVEN)).save(file)
    intact = file.read_bytes()
    random = np.random.default_rng(3)
    for _ in range(60):
        content = bytearray(intact[: random.integers(1, len(intact) + 1)])
        for place in random.integers(0, len(content), random.integers(1, 9)):
            content[place] = random.integers(0, 256)
        file.write_bytes(content)
        try:
            digit_from_picture(read_picture(file))
        except ValueError as error:
            assert str(error).endswith(".")  # noqa: PT017


def test_files_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_picture(tmp_path / "none.png")
    with pytest.raises(OSError):
        read_picture(tmp_path)
