"""MNIST, as it lies in the repository and when it is damaged; batches."""

import gzip
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import ROOT
from tutorial_helpers import data

IMAGES, LABELS = "t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"


class TestLoadMnist:
    @pytest.mark.parametrize(
        ("split", "counts"),
        [
            ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
            ("train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
        ],
    )
    def test_what_is_returned(self, split: str, counts: list[int]):
        images, labels = data.load_mnist(split)
        assert (images.shape, images.dtype) == ((sum(counts), 784), np.uint8)
        assert (labels.shape, labels.dtype) == ((sum(counts),), np.uint8)
        assert (images.min(), images.max()) == (0, 255)
        np.testing.assert_array_equal(np.bincount(labels), counts)

    def test_the_default_is_the_test_set(self):
        np.testing.assert_array_equal(data.load_mnist()[1], data.load_mnist("test")[1])

    def test_arrays_may_be_written_to(self):
        images, labels = data.load_mnist()
        images[0], labels[0] = 255, 0
        images, labels = data.load_mnist()
        assert (images[0, 0], labels[0]) == (0, 7)

    def test_the_files_are_all_that_is_listed(self):
        assert {path.stem for path in data.MNIST.glob("*.gz")} == set(data.MNIST_SHA256)

    def test_from_any_working_directory(self, tmp_path: Path):
        code = (
            f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
            "from tutorial_helpers.data import load_mnist, load_weights\n"
            "print(load_mnist()[0].shape, load_weights()[0].shape)"
        )
        command = [sys.executable, "-c", code]
        ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert (ran.stdout, ran.stderr) == ("(10000, 784) (784, 128)\n", "")

    @pytest.mark.parametrize("split", ["", "TEST", "t10k", "validation", None, 0, ["test"]])
    def test_unknown_split(self, split: object):
        with pytest.raises(ValueError, match="split must be 'test' or 'train'"):
            data.load_mnist(split)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the test set, to be damaged."""
    for name in (IMAGES, LABELS):
        (tmp_path / name).write_bytes((data.MNIST / name).read_bytes())
    monkeypatch.setattr(data, "MNIST", tmp_path)
    return tmp_path


FIX = "; restore it with 'git checkout data/mnist', or fetch or install the repository again."
PACKED = (data.MNIST / LABELS).read_bytes()
CONTENT = gzip.decompress(PACKED)
DAMAGE = {
    "empty": b"",
    "cut off": PACKED[:-40],
    "cut off in the header": PACKED[:4],
    "flipped bits": PACKED[:500] + bytes(255 - byte for byte in PACKED[500:516]) + PACKED[516:],
    "garbage at the end": PACKED + b"garbage",
    "another label": gzip.compress(CONTENT[:-1] + b"\x00"),
    "a label too few": gzip.compress(CONTENT[:-1]),
    "not packed": CONTENT,
    "the labels for training": (data.MNIST / "train-labels-idx1-ubyte.gz").read_bytes(),
    "a pointer of Git LFS": b"version https://git-lfs.github.com/spec/v1\n",
}


class TestDamagedFiles:
    def test_the_copy_is_read(self, folder: Path):
        assert len(data.load_mnist()[0]) == 10_000

    def test_what_counts_is_what_they_unpack_to(self, folder: Path):
        (folder / LABELS).write_bytes(gzip.compress(CONTENT, 1, mtime=1))
        assert len(data.load_mnist()[0]) == 10_000

    @pytest.mark.parametrize("damage", DAMAGE)
    def test_damaged(self, folder: Path, damage: str):
        path, content = folder / LABELS, DAMAGE[damage]
        path.write_bytes(content)
        message = (
            f"{path} is damaged or another file: its {len(content):,} bytes, unpacked, should have "
            f"the SHA-256 ff7bcfd4…{FIX}"
        )
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            data.load_mnist()
        assert path.read_bytes() == content

    @pytest.mark.parametrize("name", [IMAGES, LABELS])
    def test_missing(self, folder: Path, name: str):
        (folder / name).unlink()
        message = f"{folder / name} cannot be read: No such file or directory{FIX}"
        with pytest.raises(FileNotFoundError, match=f"^{re.escape(message)}$"):
            data.load_mnist()

    def test_unreadable(self, folder: Path, monkeypatch: pytest.MonkeyPatch):
        def refuse(path: Path) -> bytes:
            raise PermissionError(13, "Permission denied", str(path))

        monkeypatch.setattr(Path, "read_bytes", refuse)
        message = f"{folder / IMAGES} cannot be read: Permission denied{FIX}"
        with pytest.raises(PermissionError, match=f"^{re.escape(message)}$"):
            data.load_mnist()


class TestBatches:
    @given(n=st.integers(0, 40), size=st.integers(1, 50))
    def test_together_they_are_the_input(self, n: int, size: int):
        images, labels = np.arange(n * 4).reshape(n, 4), np.arange(n)
        parts = list(data.batches(images, labels, size))
        np.testing.assert_array_equal(np.concatenate([images[:0], *(i for i, _ in parts)]), images)
        np.testing.assert_array_equal(np.concatenate([labels[:0], *(k for _, k in parts)]), labels)
        assert all(len(i) == len(k) == size for i, k in parts[:-1])
        assert all(1 <= len(i) == len(k) <= size for i, k in parts[-1:])

    def test_batches_are_views(self):
        images, labels = np.zeros((5, 784), np.uint8), np.zeros(5, np.uint8)
        for batch_images, batch_labels in data.batches(images, labels, 2):
            assert np.shares_memory(batch_images, images)
            assert np.shares_memory(batch_labels, labels)

    def test_is_an_iterator(self):
        assert next(data.batches(np.arange(3), np.arange(3), 2))[1].tolist() == [0, 1]

    @pytest.mark.parametrize("size", [np.int64(2), np.uint8(2)])
    def test_numpy_integers_will_do(self, size: int):
        assert len(list(data.batches(np.zeros((5, 1)), np.zeros(5), size))) == 3

    @pytest.mark.parametrize("size", [True, False, np.True_, 2.0, np.float64(2), "2", None, [2]])
    def test_size_of_another_type(self, size: object):
        with pytest.raises(TypeError, match="size must be an integer, not"):
            data.batches(np.zeros((5, 1)), np.zeros(5), size)

    @pytest.mark.parametrize("size", [0, -1, np.int64(0)])
    def test_size_below_one(self, size: int):
        with pytest.raises(ValueError, match="size must be at least 1"):
            data.batches(np.zeros((5, 1)), np.zeros(5), size)

    @pytest.mark.parametrize(("n_images", "n_labels"), [(5, 4), (0, 1), (1, 0)])
    def test_lengths_that_differ(self, n_images: int, n_labels: int):
        words = f"{n_images} images and {n_labels} labels"
        with pytest.raises(ValueError, match=words):
            data.batches(np.zeros((n_images, 784)), np.zeros(n_labels), 2)
