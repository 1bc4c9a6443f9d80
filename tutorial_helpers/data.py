"""MNIST, the digits that stand in for it offline, the trained weights, and batches.

The notebooks start from `load_test_set` (MNIST, or else the offline digits with a notice) and
`load_weights`. All images share one layout: a row of 784 grey levels from 0 (paper) to 255 (ink),
with the digit from 0 to 9 as its label.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import io
import os
import tempfile
import warnings
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import mnist
import numpy as np
import platformdirs
import pooch
from numpy.typing import NDArray

from tutorial_helpers.weight_sets import WEIGHT_FILES, load_weights

__all__ = [
    "WEIGHT_FILES",
    "Dataset",
    "MnistUnavailableError",
    "batches",
    "load_digits",
    "load_mnist",
    "load_test_set",
    "load_weights",
]

# SHA-256 of each file's unpacked content: mirrors and folders may hold it packed differently.
MNIST_SHA256 = {
    "t10k-images-idx3-ubyte.gz": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte.gz": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    "train-images-idx3-ubyte.gz": (
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"
    ),
    "train-labels-idx1-ubyte.gz": (
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"
    ),
}

# The original host, yann.lecun.com, refuses downloads; these are tried in this order.
MNIST_MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
    "https://raw.githubusercontent.com/fgnt/mnist/master/",
)

_ROOT = Path(__file__).resolve().parents[1]
# Seconds to connect and to wait for the next piece. A host may have a dozen addresses, each tried
# for the first time: short, so that being offline behind a silent firewall is soon found out.
_TIMEOUT = (4, 30)
_FIELD, _BOX = 28, 20  # pixels: side of an MNIST image, and of the box that its digit fills

_DIGITS_NOTICE = (
    "MNIST could not be had, so these are scikit-learn's handwritten digits, not MNIST: to get "
    "MNIST, connect to the internet or set MNIST_DIR to a folder that holds its four files, and "
    "run again."
)


class MnistUnavailableError(OSError):
    """MNIST is neither in `MNIST_DIR` nor in the cache, and no mirror gives it."""


class _BadFileError(ValueError):
    """A file does not hold what its name says."""


class Dataset(NamedTuple):
    """Images with their labels, and what they are.

    Attributes
    ----------
    name : str
        ``"mnist-test"`` or ``"sklearn-digits"``.
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 (paper) to 255 (ink).
    labels : ndarray of uint8, shape (n,)
        The digits, 0 to 9.
    notice : str
        Empty for MNIST, otherwise one sentence to show beside every result.
    """

    name: str
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    notice: str


def load_test_set(*, download: bool = True) -> Dataset:
    """Load the MNIST test set or, where it cannot be had, the offline digits.

    Parameters
    ----------
    download : bool
        Whether to try the mirrors when neither `MNIST_DIR` nor the cache holds the files.

    Returns
    -------
    Dataset
        10,000 MNIST images, or 1,797 of scikit-learn's digits with a notice that says so.

    Warns
    -----
    UserWarning
        With the text of the notice, when the digits stand in for MNIST.

    Raises
    ------
    ValueError
        If a file in `MNIST_DIR` is damaged or is not the one its name says.

    Examples
    --------
    >>> test_set = load_test_set()  # doctest: +SKIP
    >>> test_set.name, test_set.images.shape  # doctest: +SKIP
    ('mnist-test', (10000, 784))
    """
    try:
        return Dataset("mnist-test", *load_mnist("test", download=download), notice="")
    except MnistUnavailableError:
        warnings.warn(_DIGITS_NOTICE, stacklevel=2)
        return Dataset("sklearn-digits", *load_digits(), notice=_DIGITS_NOTICE)


# --- MNIST --------------------------------------------------------------------------------------


def load_mnist(
    split: Literal["test", "train"] = "test", *, download: bool = True
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Load one half of MNIST from `MNIST_DIR`, the cache, or the mirrors, in this order.

    Every file is verified, wherever it comes from. A bad file in the cache is replaced; one in
    `MNIST_DIR` is yours and is only reported.

    Parameters
    ----------
    split : {"test", "train"}
        Which images: 10,000 for testing or 60,000 for training.
    download : bool
        Whether to try the mirrors when neither `MNIST_DIR` nor the cache holds the files.

    Returns
    -------
    images : ndarray of uint8, shape (n, 784)
        Grey levels, 0 (paper) to 255 (ink), each image row by row.
    labels : ndarray of uint8, shape (n,)
        The digits, 0 to 9.

    Warns
    -----
    UserWarning
        If `MNIST_DIR` lacks a file, or a bad file is removed from the cache.

    Raises
    ------
    MnistUnavailableError
        If a file is found nowhere. The message says what was tried.
    ValueError
        If `split` is neither of the two, or a file in `MNIST_DIR` is damaged or is not the one
        its name says.

    Examples
    --------
    >>> images, labels = load_mnist("test")  # doctest: +SKIP
    >>> images.shape, labels[:3]  # doctest: +SKIP
    ((10000, 784), array([7, 2, 1], dtype=uint8))
    """
    prefix = {"test": "t10k", "train": "train"}.get(str(split))
    if prefix is None:
        raise ValueError(f"split must be 'test' or 'train', not {split!r}.")
    images = _load_idx(f"{prefix}-images-idx3-ubyte.gz", download)
    labels = _load_idx(f"{prefix}-labels-idx1-ubyte.gz", download)
    return images.reshape(len(images), -1), labels


def _load_idx(name: str, download: bool) -> NDArray[np.uint8]:
    """Find the file `name`, verified, and parse it."""
    content = _from_user_folder(name)
    if content is None:
        content = _from_cache(name)
    if content is None:
        content = _from_mirrors(name, download)
    return np.asarray(mnist.parse_idx(io.BytesIO(content)), dtype=np.uint8)


def _from_user_folder(name: str) -> bytes | None:
    """Read `name` from `MNIST_DIR`; None, with a warning, if the folder lacks it."""
    setting = os.environ.get("MNIST_DIR")
    if not setting:
        return None
    folder = Path(os.path.expanduser(setting))  # noqa: PTH111 - leaves an unknown ~user as it is
    path = _find(folder, name)
    if path is None:
        # Path.is_dir() fails where a name is too long for the system.
        given = "does not hold it" if os.path.isdir(folder) else "is no folder"  # noqa: PTH112
        warnings.warn(
            f"MNIST_DIR should be a folder that holds {name}, packed or unpacked, but {folder} "
            f"{given}; looking elsewhere.",
            stacklevel=4,
        )
        return None
    try:
        return _verified(path.read_bytes(), name)
    except OSError as error:
        raise OSError(
            f"{path}, in MNIST_DIR, cannot be read: {error.strerror}; make it readable, or unset "
            "MNIST_DIR to have the file downloaded."
        ) from error
    except _BadFileError as error:
        raise ValueError(
            f"{path} {error}; replace it with an intact copy, or unset MNIST_DIR to have the file "
            "downloaded."
        ) from error


def _from_cache(name: str) -> bytes | None:
    """Read `name` from the cache; a bad file is removed with a warning, and None returned."""
    for folder in _cache_folders():
        path = folder / name
        try:
            return _verified(path.read_bytes(), name)
        except OSError:
            continue  # not there, or not readable, which is no better
        except _BadFileError as error:
            with contextlib.suppress(OSError):  # another process was quicker, or a read-only folder
                path.unlink()
            warnings.warn(f"{path}, in the cache, {error}; it is discarded.", stacklevel=4)
    return None


def _from_mirrors(name: str, download: bool) -> bytes:
    """Download `name` from the first mirror that gives it intact, and keep it in the cache."""
    tried = [
        f"MNIST_DIR ({os.environ.get('MNIST_DIR') or 'not set'})",
        f"the cache ({', '.join(map(str, _cache_folders()))})",
    ]
    cause: Exception | None = None
    for mirror in MNIST_MIRRORS if download else ():
        try:
            return _download(mirror + name, name)
        except (OSError, _BadFileError) as error:
            tried.append(f"{mirror} ({_reason(error)})")
            cause = error
    if not download:
        tried.append("no mirror, because of download=False")
    raise MnistUnavailableError(
        f"MNIST's {name} could not be had. Tried: {'; '.join(tried)}. Connect to the internet, or "
        "set MNIST_DIR to a folder that holds the file."
    ) from cause


def _download(url: str, name: str) -> bytes:
    """Download one file, verify it, and only then move it into the cache."""
    cache = _writable_cache()
    # Leaving the block removes the folder with all that is in it, on an interruption too.
    with tempfile.TemporaryDirectory(prefix=".download-", dir=cache) as folder:
        path = Path(folder, name)
        pooch.HTTPDownloader(progressbar=True, timeout=_TIMEOUT)(url, str(path), None)
        content = _verified(path.read_bytes(), name)
        if cache is not None:
            # With the content in hand, a failure to keep it costs no more than another download.
            with contextlib.suppress(OSError):
                path.replace(cache / name)
    return content


def _verified(raw: bytes, name: str) -> bytes:
    """Unpack `raw` and return its content if it is that of the MNIST file `name`."""
    try:
        # The first bytes tell, not the name: servers and browsers unpack files on the way.
        content = gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw
    except (EOFError, OSError, zlib.error) as error:
        raise _BadFileError(
            f"should be MNIST's {name}, but is a damaged or cut-off gzip file of {len(raw):,} bytes"
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest == MNIST_SHA256[name]:
        return content
    swapped = [other for other, known in MNIST_SHA256.items() if known == digest]
    given = f"the content of {swapped[0]}" if swapped else f"{len(content):,} bytes"
    raise _BadFileError(
        f"should be MNIST's {name} (SHA-256 of the unpacked file {MNIST_SHA256[name][:8]}…), "
        f"but holds {given} ({digest[:8]}…)"
    )


def _find(folder: Path, name: str) -> Path | None:
    """Return the path of `name` in `folder`, packed or unpacked, or None."""
    for path in (folder / name, folder / name.removesuffix(".gz")):
        if os.path.isfile(path):  # noqa: PTH113 - as above
            return path
    return None


def _cache_folders() -> list[Path]:
    """List the folders that may hold cached files: the repository's own, then the user's."""
    folders = [platformdirs.user_cache_path("spiking-mnist-tutorials") / "mnist"]
    if (_ROOT / "pyproject.toml").is_file():  # a checkout, not site-packages
        folders.insert(0, _ROOT / "data" / "cache")
    return folders


def _writable_cache() -> Path | None:
    """Return the first cache folder that can be written to, created if need be, or None."""
    for folder in _cache_folders():
        try:
            folder.mkdir(parents=True, exist_ok=True)
            # Trying is the one sure way to know: permission bits do not tell of every obstacle.
            with tempfile.TemporaryFile(dir=folder):
                return folder
        except OSError:
            continue
    return None


def _reason(error: Exception) -> str:
    """Say in a few words why a mirror failed."""
    response = getattr(error, "response", None)
    if response is not None:
        return f"HTTP {response.status_code}"
    return f"its file {error}" if isinstance(error, _BadFileError) else type(error).__name__


# --- The offline digits -------------------------------------------------------------------------


def load_digits() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Load scikit-learn's handwritten digits, brought to the layout of MNIST.

    Each 8x8 image is cropped to its ink, enlarged to a 20x20 box with its proportions kept, and
    placed with its centre of mass in the centre of a 28x28 field, as MNIST's images are. These
    are other digits by other writers: a network trained on MNIST recognises them less well.

    Returns
    -------
    images : ndarray of uint8, shape (1797, 784)
        Grey levels, 0 (paper) to 255 (ink), each image row by row.
    labels : ndarray of uint8, shape (1797,)
        The digits, 0 to 9.

    Examples
    --------
    >>> images, labels = load_digits()
    >>> images.shape, images.dtype, labels[:4]
    ((1797, 784), dtype('uint8'), array([0, 1, 2, 3], dtype=uint8))
    """
    from sklearn import datasets  # takes a second to import, and MNIST does without

    digits = datasets.load_digits()
    images = np.stack([_centred(_enlarged(image / 16)) for image in digits.images])
    return images.reshape(len(images), -1), digits.target.astype(np.uint8)


def _enlarged(image: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Crop `image` (0 to 1) to its ink and enlarge it to 20 pixels on its longer side."""
    from scipy import ndimage

    rows, columns = np.nonzero(image)
    ink = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    shape = [max(1, round(side * _BOX / max(ink.shape))) for side in ink.shape]
    factors = [new / old for new, old in zip(shape, ink.shape, strict=True)]
    smooth = ndimage.zoom(ink, factors, order=3, mode="grid-constant", grid_mode=True)
    # Twice the contrast gives the soft edges of the enlarged strokes the sharpness of MNIST's.
    grey = np.clip(2 * smooth - 0.5, 0, 1) * 255
    # Rounding in two goes keeps last-bit differences between machines out of the grey levels.
    return np.asarray(np.rint(grey.round(6)), dtype=np.uint8)


def _centred(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Place `ink` in a 28x28 field, its centre of mass as near the centre as whole pixels allow."""
    from scipy import ndimage

    centre = (_FIELD - 1) / 2
    corner = [
        min(max(round(centre - mass), 0), _FIELD - side)
        for mass, side in zip(ndimage.center_of_mass(ink), ink.shape, strict=True)
    ]
    field = np.zeros((_FIELD, _FIELD), dtype=np.uint8)
    field[corner[0] : corner[0] + ink.shape[0], corner[1] : corner[1] + ink.shape[1]] = ink
    return field


# --- Batches ------------------------------------------------------------------------------------


def batches(
    images: NDArray[Any], labels: NDArray[Any], size: int
) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
    """Cut images and labels into consecutive batches, without copying.

    Parameters
    ----------
    images : ndarray, shape (n, ...)
        One image per row.
    labels : ndarray, shape (n,)
        One label per image.
    size : int
        Images per batch, at least 1. The last batch may hold fewer.

    Returns
    -------
    iterator of (ndarray, ndarray)
        Views of the images and labels of each batch.

    Raises
    ------
    TypeError
        If `size` is not an integer.
    ValueError
        If `size` is less than 1, or there are not as many labels as images.

    Examples
    --------
    >>> images, labels = np.zeros((5, 784)), np.arange(5)
    >>> [batch_labels.tolist() for _, batch_labels in batches(images, labels, 2)]
    [[0, 1], [2, 3], [4]]
    """
    if isinstance(size, bool) or not isinstance(size, (int, np.integer)):
        raise TypeError(f"size should be an integer of at least 1, not {size!r}; try int(size).")
    if size < 1:
        raise ValueError(f"size should be at least 1, not {size}; give the images per batch.")
    if len(images) != len(labels):
        raise ValueError(
            f"images and labels should be equally many, but there are {len(images)} images and "
            f"{len(labels)} labels; slice both alike."
        )
    # A generator expression, not `yield`: so that the checks above run at the call.
    return (
        (images[start : start + size], labels[start : start + size])
        for start in range(0, len(images), size)
    )
