"""Tests of `tutorial_helpers.data`.

MNIST is played by four tiny files with checksums of their own, its mirrors by servers on this
machine, so that nothing here reaches for the network.
"""

import doctest
import gzip
import hashlib
import struct
import threading
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import platformdirs
import pooch
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutorial_helpers import data

TEST_IMAGES = "t10k-images-idx3-ubyte.gz"
TEST_LABELS = "t10k-labels-idx1-ubyte.gz"
TRAIN_IMAGES = "train-images-idx3-ubyte.gz"
TRAIN_LABELS = "train-labels-idx1-ubyte.gz"
MIRRORS = data.MNIST_MIRRORS


def idx(array: np.ndarray) -> bytes:
    """Return `array` (uint8) as the content of an idx file."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def tiny_arrays() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {
        TEST_IMAGES: rng.integers(0, 256, (3, 28, 28), dtype=np.uint8),
        TEST_LABELS: np.array([7, 2, 1], dtype=np.uint8),
        TRAIN_IMAGES: rng.integers(0, 256, (5, 28, 28), dtype=np.uint8),
        TRAIN_LABELS: np.array([5, 0, 4, 1, 9], dtype=np.uint8),
    }


ARRAYS = tiny_arrays()
CONTENT = {name: idx(array) for name, array in ARRAYS.items()}
PACKED = {name: gzip.compress(content, mtime=0) for name, content in CONTENT.items()}

# What can be wrong with the file under the name TEST_IMAGES, and how the message puts it.
DAMAGE = {
    "empty": (b"", "0 bytes"),
    "cut off": (PACKED[TEST_IMAGES][:-40], "cut-off gzip"),
    "cut off in the header": (PACKED[TEST_IMAGES][:4], "cut-off gzip"),
    "flipped bits": (
        PACKED[TEST_IMAGES][:500] + b"\x00\xff" * 8 + PACKED[TEST_IMAGES][516:],
        "gzip|bytes",
    ),
    "garbage at the end": (PACKED[TEST_IMAGES] + b"garbage", "gzip"),
    "other pixels": (gzip.compress(CONTENT[TEST_IMAGES][:-1] + b"\x00"), "bytes"),
    "unpacked and cut off": (CONTENT[TEST_IMAGES][:-1], "bytes"),
    "the labels": (PACKED[TEST_LABELS], TEST_LABELS),
    "the training images": (PACKED[TRAIN_IMAGES], TRAIN_IMAGES),
    "a web page": (b"<!doctype html><title>Log in</title>", "36 bytes"),
}
damaged = pytest.mark.parametrize(
    ("damage", "words"), list(DAMAGE.values()), ids=[name.replace(" ", "-") for name in DAMAGE]
)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MNIST_MIRRORS", ())
    for variable in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(variable, "127.0.0.1")


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the tiny MNIST in place of the real one; return its cache, empty and not yet created."""
    folder = tmp_path / "cache"
    known = {name: hashlib.sha256(content).hexdigest() for name, content in CONTENT.items()}
    monkeypatch.setattr(data, "MNIST_SHA256", known)
    monkeypatch.setattr(data, "_cache_folders", lambda: [folder])
    monkeypatch.delenv("MNIST_DIR", raising=False)
    return folder


@pytest.fixture
def user_folder(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that MNIST_DIR names, holding all four files."""
    folder = tmp_path / "mine"
    fill(folder)
    monkeypatch.setenv("MNIST_DIR", str(folder))
    return folder


def fill(folder: Path) -> None:
    """Put the four files into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, raw in PACKED.items():
        (folder / name).write_bytes(raw)


def left_in(folder: Path) -> list[str]:
    """Name everything in `folder`, hidden files and subfolders included."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


class Mirror:
    """An HTTP server on this machine.

    `files` maps a name to its body, or to the HTTP status that refuses it. A `promised` length
    differs from the true one where the connection is to break off in the middle.
    """

    def __init__(self, files: dict[str, bytes | int], promised: int | None = None, **headers: str):
        self.requests: list[str] = []
        mirror = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                name = self.path.rpartition("/")[2]
                mirror.requests.append(name)
                body = files.get(name, 404)
                if isinstance(body, int):
                    self.send_error(body)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(promised or len(body)))
                for header, value in headers.items():
                    self.send_header(header.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/mnist/"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def mirrors(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return a function that makes the given servers MNIST's mirrors, in this order."""
    running: list[Mirror] = []

    def use(*servers: Mirror) -> None:
        running.extend(servers)
        monkeypatch.setattr(data, "MNIST_MIRRORS", tuple(server.url for server in servers))

    yield use
    for server in running:
        server.close()


def dead_url() -> str:
    """Return an address on this machine at which nothing listens."""
    mirror = Mirror({})
    mirror.close()
    return mirror.url


def assert_tiny(images: np.ndarray, labels: np.ndarray, split: str = "t10k") -> None:
    expected = ARRAYS[f"{split}-images-idx3-ubyte.gz"]
    assert images.dtype == labels.dtype == np.uint8
    np.testing.assert_array_equal(images, expected.reshape(len(expected), 784))
    np.testing.assert_array_equal(labels, ARRAYS[f"{split}-labels-idx1-ubyte.gz"])


class TestLoadMnistFromFolders:
    @pytest.mark.parametrize(("split", "prefix"), [("test", "t10k"), ("train", "train")])
    def test_reads_mnist_dir(self, user_folder: Path, split: str, prefix: str):
        assert_tiny(*data.load_mnist(split), prefix)

    def test_the_default_is_the_test_set(self, user_folder: Path):
        assert_tiny(*data.load_mnist())

    def test_reads_unpacked_files(self, user_folder: Path):
        for name, content in CONTENT.items():
            (user_folder / name).unlink()
            (user_folder / name.removesuffix(".gz")).write_bytes(content)
        assert_tiny(*data.load_mnist())

    def test_reads_files_unpacked_under_their_packed_name(self, user_folder: Path):
        (user_folder / TEST_IMAGES).write_bytes(CONTENT[TEST_IMAGES])
        assert_tiny(*data.load_mnist())

    def test_reads_files_packed_another_way(self, user_folder: Path):
        (user_folder / TEST_IMAGES).write_bytes(gzip.compress(CONTENT[TEST_IMAGES], 1, mtime=1))
        assert_tiny(*data.load_mnist())

    def test_mnist_dir_may_start_at_home(self, user_folder: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("HOME", str(user_folder.parent))
        monkeypatch.setenv("USERPROFILE", str(user_folder.parent))
        monkeypatch.setenv("MNIST_DIR", "~/mine")
        assert_tiny(*data.load_mnist())

    def test_arrays_may_be_written_to(self, user_folder: Path):
        images, labels = data.load_mnist()
        images[0], labels[0] = 0, 0
        assert_tiny(*data.load_mnist())

    def test_mnist_dir_comes_before_cache_and_mirrors(
        self, user_folder: Path, cache: Path, mirrors: Callable[..., None]
    ):
        fill(cache)
        (cache / TEST_IMAGES).write_bytes(b"bad")
        mirror = Mirror(dict(PACKED))
        mirrors(mirror)
        assert_tiny(*data.load_mnist())
        assert mirror.requests == []
        assert (cache / TEST_IMAGES).read_bytes() == b"bad"

    @pytest.mark.parametrize("setting", [None, ""])
    def test_cache_comes_before_mirrors(
        self,
        cache: Path,
        mirrors: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
        setting: str | None,
    ):
        if setting is not None:
            monkeypatch.setenv("MNIST_DIR", setting)
        fill(cache)
        mirror = Mirror(dict(PACKED))
        mirrors(mirror)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert_tiny(*data.load_mnist())
        assert mirror.requests == []

    def test_a_lacking_file_is_looked_for_elsewhere(self, user_folder: Path, cache: Path):
        fill(cache)
        (user_folder / TEST_LABELS).unlink()
        with pytest.warns(UserWarning, match=f"{TEST_LABELS}.*{user_folder} does not hold"):
            assert_tiny(*data.load_mnist())

    @pytest.mark.parametrize("kind", ["missing", "file"])
    def test_mnist_dir_that_is_no_folder(
        self, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
    ):
        fill(cache)
        path = tmp_path / "nothing"
        if kind == "file":
            path.write_bytes(b"")
        monkeypatch.setenv("MNIST_DIR", str(path))
        with pytest.warns(UserWarning, match=f"MNIST_DIR .*{path} is no folder"):
            assert_tiny(*data.load_mnist())

    def test_warnings_point_at_the_caller(
        self, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        fill(cache)
        monkeypatch.setenv("MNIST_DIR", str(tmp_path / "nothing"))
        with pytest.warns(UserWarning, match="MNIST_DIR") as caught:
            data.load_mnist()
        assert {warning.filename for warning in caught} == {__file__}

    @damaged
    def test_bad_file_in_mnist_dir_is_reported_and_left(
        self, user_folder: Path, cache: Path, damage: bytes, words: str
    ):
        fill(cache)  # which must not hide the damage
        path = user_folder / TEST_IMAGES
        path.write_bytes(damage)
        with pytest.raises(ValueError, match=words) as caught:
            data.load_mnist()
        assert str(path) in str(caught.value)
        assert f"should be MNIST's {TEST_IMAGES}" in str(caught.value)
        assert "unset MNIST_DIR" in str(caught.value)
        assert path.read_bytes() == damage

    @damaged
    def test_bad_file_in_cache_is_replaced(
        self, cache: Path, mirrors: Callable[..., None], damage: bytes, words: str
    ):
        fill(cache)
        (cache / TEST_IMAGES).write_bytes(damage)
        mirror = Mirror(dict(PACKED))
        mirrors(mirror)
        with pytest.warns(UserWarning, match=words) as caught:
            assert_tiny(*data.load_mnist())
        assert str(cache / TEST_IMAGES) in str(caught[0].message)
        assert mirror.requests == [TEST_IMAGES]
        assert left_in(cache) == sorted(PACKED)
        assert (cache / TEST_IMAGES).read_bytes() == PACKED[TEST_IMAGES]

    def test_bad_file_in_cache_is_removed_offline_too(self, cache: Path):
        fill(cache)
        (cache / TEST_LABELS).write_bytes(b"bad")
        with (
            pytest.warns(UserWarning, match="discarded"),
            pytest.raises(data.MnistUnavailableError, match=TEST_LABELS),
        ):
            data.load_mnist(download=False)
        assert not (cache / TEST_LABELS).exists()

    @pytest.mark.parametrize("split", ["", "TEST", "t10k", "validation", None, 0, ["test"]])
    def test_unknown_split(self, split: object):
        with pytest.raises(ValueError, match="split must be 'test' or 'train'"):
            data.load_mnist(split)

    def test_download_is_given_by_name(self):
        with pytest.raises(TypeError):
            data.load_mnist("test", False)


class TestLoadMnistFromMirrors:
    def test_downloads_once(self, cache: Path, mirrors: Callable[..., None]):
        mirror = Mirror(dict(PACKED))
        mirrors(mirror)
        assert_tiny(*data.load_mnist())
        assert_tiny(*data.load_mnist())
        assert mirror.requests == [TEST_IMAGES, TEST_LABELS]
        assert left_in(cache) == [TEST_IMAGES, TEST_LABELS]

    def test_shows_progress(
        self, cache: Path, mirrors: Callable[..., None], capfd: pytest.CaptureFixture[str]
    ):
        mirrors(Mirror(dict(PACKED)))
        data.load_mnist()
        assert "100%" in capfd.readouterr().err

    @pytest.mark.parametrize("status", [403, 404, 500, 503])
    def test_refusal_leads_to_the_next(
        self, cache: Path, mirrors: Callable[..., None], status: int
    ):
        refusing = Mirror(dict.fromkeys(PACKED, status))
        good = Mirror(dict(PACKED))
        mirrors(refusing, good)
        assert_tiny(*data.load_mnist())
        assert refusing.requests == good.requests == [TEST_IMAGES, TEST_LABELS]

    @damaged
    def test_bad_file_leads_to_the_next(
        self, cache: Path, mirrors: Callable[..., None], damage: bytes, words: str
    ):
        good = Mirror(dict(PACKED))
        mirrors(Mirror({**PACKED, TEST_IMAGES: damage}), good)
        assert_tiny(*data.load_mnist())
        assert good.requests == [TEST_IMAGES]
        assert left_in(cache) == [TEST_IMAGES, TEST_LABELS]

    def test_broken_connection_leads_to_the_next(self, cache: Path, mirrors: Callable[..., None]):
        mirrors(
            Mirror({name: raw[:9] for name, raw in PACKED.items()}, promised=999),
            Mirror(dict(PACKED)),
        )
        assert_tiny(*data.load_mnist())
        assert left_in(cache) == [TEST_IMAGES, TEST_LABELS]

    def test_server_that_unpacks_on_the_way(self, cache: Path, mirrors: Callable[..., None]):
        mirror = Mirror(dict(PACKED), Content_Encoding="gzip")
        mirrors(mirror)
        assert_tiny(*data.load_mnist())
        assert_tiny(*data.load_mnist())
        assert mirror.requests == [TEST_IMAGES, TEST_LABELS]

    def test_nothing_listens_anywhere(self, cache: Path, monkeypatch: pytest.MonkeyPatch):
        urls = (dead_url(), dead_url())
        monkeypatch.setattr(data, "MNIST_MIRRORS", urls)
        with pytest.raises(data.MnistUnavailableError, match="ConnectionError") as caught:
            data.load_mnist()
        for words in (TEST_IMAGES, *urls, "MNIST_DIR (not set)", str(cache), "set MNIST_DIR to"):
            assert words in str(caught.value)
        assert isinstance(caught.value, OSError)
        assert left_in(cache) == []

    def test_no_mirror_is_any_good(self, cache: Path, mirrors: Callable[..., None]):
        mirrors(
            Mirror({TEST_IMAGES: 403}),
            Mirror({TEST_IMAGES: PACKED[TEST_LABELS]}),
            Mirror({TEST_IMAGES: PACKED[TEST_IMAGES][:9]}, promised=999),
        )
        with pytest.raises(data.MnistUnavailableError) as caught:
            data.load_mnist()
        # Between one mirror's address and the next stands the reason why it failed.
        refused, swapped, broken = data.MNIST_MIRRORS
        message = str(caught.value)
        assert "HTTP 403" in message[message.index(refused) : message.index(swapped)]
        assert f"content of {TEST_LABELS}" in message[message.index(swapped) :]
        assert f"{broken} (" in message
        assert left_in(cache) == []

    def test_download_can_be_switched_off(self, cache: Path, mirrors: Callable[..., None]):
        mirror = Mirror(dict(PACKED))
        mirrors(mirror)
        with pytest.raises(data.MnistUnavailableError, match="download=False"):
            data.load_mnist(download=False)
        assert mirror.requests == []
        assert not cache.exists()

    @pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, MemoryError])
    def test_interruption_leaves_nothing(
        self, cache: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
    ):
        def interrupted(self: object, url: str, output_file: str, pooch: object) -> None:
            Path(output_file).write_bytes(PACKED[TEST_IMAGES][:100])
            raise error

        monkeypatch.setattr(pooch.HTTPDownloader, "__call__", interrupted)
        monkeypatch.setattr(data, "MNIST_MIRRORS", ("http://127.0.0.1/",))
        with pytest.raises(error):
            data.load_mnist()
        assert left_in(cache) == []

    def test_several_at_once(self, cache: Path, mirrors: Callable[..., None]):
        mirrors(Mirror(dict(PACKED)))
        with ThreadPoolExecutor(4) as pool:
            for images, labels in pool.map(data.load_mnist, ["test"] * 8):
                assert_tiny(images, labels)
        assert left_in(cache) == [TEST_IMAGES, TEST_LABELS]

    def test_silent_server_is_given_up(self, cache: Path, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(data, "_TIMEOUT", (0.2, 0.2))
        silent = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)  # accepts nobody
        try:
            url = f"http://127.0.0.1:{silent.server_port}/"
            monkeypatch.setattr(data, "MNIST_MIRRORS", (url,))
            with pytest.raises(data.MnistUnavailableError, match="Timeout"):
                data.load_mnist()
        finally:
            silent.server_close()


class TestCacheFolder:
    def test_falls_back_to_the_next_folder(
        self,
        cache: Path,
        tmp_path: Path,
        mirrors: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ):
        blocked = tmp_path / "file"
        blocked.write_bytes(b"")
        monkeypatch.setattr(data, "_cache_folders", lambda: [blocked / "cache", cache])
        mirrors(Mirror(dict(PACKED)))
        assert_tiny(*data.load_mnist())
        assert left_in(cache) == [TEST_IMAGES, TEST_LABELS]

    def test_does_without_a_cache(
        self,
        cache: Path,
        tmp_path: Path,
        mirrors: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch,
    ):
        blocked = tmp_path / "file"
        blocked.write_bytes(b"")
        monkeypatch.setattr(data, "_cache_folders", lambda: [blocked / "cache"])
        mirror = Mirror(dict(PACKED))
        mirrors(mirror)
        assert_tiny(*data.load_mnist())
        assert_tiny(*data.load_mnist())
        assert len(mirror.requests) == 4

    def test_a_checkout_has_a_cache_of_its_own(self):
        repository, user = data._cache_folders()
        assert repository == Path(__file__).resolve().parents[1] / "data" / "cache"
        assert user.is_relative_to(platformdirs.user_cache_path())

    def test_installed_there_is_the_user_cache_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(data, "_ROOT", tmp_path)
        (folder,) = data._cache_folders()
        assert folder.is_relative_to(platformdirs.user_cache_path())


def test_mirrors_are_secure_and_alive():
    assert len(MIRRORS) >= 2
    assert all(url.startswith("https://") and url.endswith("/") for url in MIRRORS)
    assert not any("yann.lecun.com" in url for url in MIRRORS)


class TestLoadTestSet:
    def test_is_mnist_where_it_can_be_had(self, user_folder: Path):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            test_set = data.load_test_set()
        assert isinstance(test_set, data.Dataset)
        assert (test_set.name, test_set.notice) == ("mnist-test", "")
        assert_tiny(test_set.images, test_set.labels)

    def test_downloads(self, cache: Path, mirrors: Callable[..., None]):
        mirrors(Mirror(dict(PACKED)))
        assert data.load_test_set().name == "mnist-test"

    @pytest.mark.parametrize("download", [False, True])
    def test_falls_back_on_the_digits(self, cache: Path, download: bool):
        with pytest.warns(UserWarning, match="scikit-learn's handwritten digits") as caught:
            test_set = data.load_test_set(download=download)
        assert test_set.name == "sklearn-digits"
        assert test_set.images.shape == (1797, 784)
        assert test_set.labels.shape == (1797,)
        assert test_set.notice == str(caught[0].message)
        assert caught[0].filename == __file__

    def test_notice_is_one_plain_sentence(self, cache: Path):
        with pytest.warns(UserWarning, match="MNIST"):
            notice = data.load_test_set(download=False).notice
        for words in ("MNIST could not be had", "not MNIST", "MNIST_DIR", "internet"):
            assert words in notice
        assert "\n" not in notice
        assert notice.endswith(".")

    def test_images_without_labels_are_no_mnist(self, cache: Path):
        fill(cache)
        (cache / TEST_LABELS).unlink()
        with pytest.warns(UserWarning, match="could not be had"):
            assert data.load_test_set(download=False).name == "sklearn-digits"

    def test_a_bad_file_of_the_user_is_not_passed_over(self, user_folder: Path):
        (user_folder / TEST_IMAGES).write_bytes(b"bad")
        with pytest.raises(ValueError, match=TEST_IMAGES):
            data.load_test_set()


@pytest.fixture(scope="module")
def digits() -> tuple[np.ndarray, np.ndarray]:
    return data.load_digits()


class TestLoadDigits:
    def test_shape_and_type(self, digits: tuple[np.ndarray, np.ndarray]):
        images, labels = digits
        assert (images.shape, images.dtype) == ((1797, 784), np.uint8)
        assert (labels.shape, labels.dtype) == ((1797,), np.uint8)

    def test_labels(self, digits: tuple[np.ndarray, np.ndarray]):
        np.testing.assert_array_equal(
            np.bincount(digits[1]), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
        )

    def test_grey_levels_are_like_those_of_mnist(self, digits: tuple[np.ndarray, np.ndarray]):
        images, _ = digits
        assert images.min() == 0
        assert images.max() == 255
        # MNIST: mean 33.8, 81 % paper.
        assert 30 < images.mean() < 45
        assert 0.75 < (images == 0).mean() < 0.85

    def test_ink_fills_a_box_of_20_pixels(self, digits: tuple[np.ndarray, np.ndarray]):
        for image in digits[0].reshape(-1, 28, 28):
            rows, columns = np.nonzero(image)
            assert 19 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= 20

    def test_centre_of_mass_is_in_the_centre(self, digits: tuple[np.ndarray, np.ndarray]):
        fields = digits[0].reshape(-1, 28, 28).astype(float)
        for axis in (1, 2):
            mass = (fields.sum(axis=axis) * np.arange(28)).sum(axis=1) / fields.sum(axis=(1, 2))
            assert np.abs(mass - 13.5).max() <= 0.5

    def test_each_shows_its_own_digit(self, digits: tuple[np.ndarray, np.ndarray]):
        """Of the ten average images, the one nearest to an image is mostly that of its digit."""
        images, labels = digits[0].astype(float), digits[1]
        averages = np.stack([images[labels == digit].mean(axis=0) for digit in range(10)])
        distances = ((images[:, None] - averages) ** 2).sum(axis=2)
        assert (distances.argmin(axis=1) == labels).mean() > 0.85

    def test_is_the_same_everywhere(self, digits: tuple[np.ndarray, np.ndarray]):
        """The digest has been the same from SciPy 1.10 with NumPy 1.26 to 1.18 with 2.5."""
        assert hashlib.sha256(digits[0].tobytes()).hexdigest() == (
            "18293f89858e939a14f31143470e4ec785b4ae35eee2ed371469bff00625ca4c"
        )

    def test_proportions_are_kept(self):
        upright = np.zeros((8, 8))
        upright[:, 3:5] = 1
        assert data._enlarged(upright).shape == (20, 5)
        assert data._enlarged(upright.T).shape == (5, 20)

    def test_a_single_pixel_fills_the_box(self):
        dot = np.zeros((8, 8))
        dot[2, 6] = 1
        assert data._enlarged(dot).shape == (20, 20)


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
        with pytest.raises(TypeError, match="size should be an integer of at least 1, not"):
            data.batches(np.zeros((5, 1)), np.zeros(5), size)

    @pytest.mark.parametrize("size", [0, -1, np.int64(0)])
    def test_size_below_one(self, size: int):
        with pytest.raises(ValueError, match="size should be at least 1"):
            data.batches(np.zeros((5, 1)), np.zeros(5), size)

    @pytest.mark.parametrize(("n_images", "n_labels"), [(5, 4), (0, 1), (1, 0)])
    def test_lengths_that_differ(self, n_images: int, n_labels: int):
        words = f"{n_images} images and {n_labels} labels"
        with pytest.raises(ValueError, match=words):
            data.batches(np.zeros((n_images, 784)), np.zeros(n_labels), 2)


@pytest.mark.mnist
@pytest.mark.parametrize(
    ("split", "counts"),
    [
        ("test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
        ("train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
    ],
)
def test_the_real_mnist(split: str, counts: list[int]):
    try:
        images, labels = data.load_mnist(split, download=False)
    except data.MnistUnavailableError as error:
        pytest.skip(str(error))
    assert (images.shape, images.dtype) == ((sum(counts), 784), np.uint8)
    assert (labels.shape, labels.dtype) == ((sum(counts),), np.uint8)
    assert (images.min(), images.max()) == (0, 255)
    np.testing.assert_array_equal(np.bincount(labels), counts)


def test_docstring_examples():
    outcome = doctest.testmod(data)
    assert outcome.attempted > 0
    assert outcome.failed == 0
