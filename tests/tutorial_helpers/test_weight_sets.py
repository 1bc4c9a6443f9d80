"""Sets of weights: by name or by folder, checked before anything is made of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tutorial_helpers import data, weight_sets
from tutorial_helpers.training import weight_files


def save_weights(
    folder: Path, first: object = (784, 6), second: object = (6, 10)
) -> tuple[np.ndarray, np.ndarray]:
    """Write the two weight files; a tuple stands for random weights of that shape."""
    rng = np.random.default_rng(2)
    arrays = [
        rng.normal(size=item).astype(np.float32) if isinstance(item, tuple) else item
        for item in (first, second)
    ]
    for name, array in zip(data.WEIGHT_FILES, arrays, strict=True):
        np.save(folder / name, array)
    return arrays[0], arrays[1]


class TestLoadWeights:
    @pytest.mark.parametrize("kind", [Path, str])
    @pytest.mark.parametrize("hidden", [1, 6, 300])
    def test_gives_back_what_was_saved(
        self, tmp_path: Path, kind: Callable[[Path], object], hidden: int
    ):
        saved = save_weights(tmp_path, (784, hidden), (hidden, 10))
        loaded = data.load_weights(kind(tmp_path))
        for before, after in zip(saved, loaded, strict=True):
            assert after.dtype == np.float32
            np.testing.assert_array_equal(before, after)

    def test_the_repository_holds_trained_weights(self):
        first, second = data.load_weights()
        assert first.any(axis=0).all(), "a hidden neuron without any input"
        assert second.any(axis=0).all(), "an output neuron without any input"

    @pytest.mark.parametrize("name", data.WEIGHT_FILES)
    def test_missing_file(self, tmp_path: Path, name: str):
        save_weights(tmp_path)
        (tmp_path / name).unlink()
        with pytest.raises(FileNotFoundError, match=f"{name} should hold .*no such file; give"):
            data.load_weights(tmp_path)

    def test_missing_folder(self, tmp_path: Path):
        with pytest.raises(FileNotFoundError, match=r"weights_0_1\.npy"):
            data.load_weights(tmp_path / "nowhere")

    def test_folder_in_place_of_a_file(self, tmp_path: Path):
        (tmp_path / data.WEIGHT_FILES[0]).mkdir()
        with pytest.raises(FileNotFoundError, match=r"weights_0_1\.npy"):
            data.load_weights(tmp_path)

    @pytest.mark.parametrize(
        ("first", "second", "words"),
        [
            ((783, 6), (6, 10), r"weights_0_1.npy should have 784 rows.*\(783, 6\)"),
            ((6, 784), (6, 10), r"weights_0_1.npy should have 784 rows.*\(6, 784\)"),
            ((784, 6), (6, 9), r"weights_1_2.npy should have 10 columns.*\(6, 9\)"),
            ((784, 6), (10, 6), r"weights_1_2.npy should have 10 columns.*\(10, 6\)"),
            ((784, 6), (7, 10), r"weights_1_2.npy should have 6 rows.*\(7, 10\).*one training"),
            ((784,), (6, 10), r"weights_0_1.npy should be a matrix.*\(784,\)"),
            ((784, 6), (6, 10, 1), r"weights_1_2.npy should be a matrix.*\(6, 10, 1\)"),
            ((784, 6), (), r"weights_1_2.npy should be a matrix.*\(\)"),
        ],
    )
    def test_shapes_that_do_not_fit(
        self, tmp_path: Path, first: tuple[int, ...], second: tuple[int, ...], words: str
    ):
        save_weights(tmp_path, np.ones(first, np.float32), np.ones(second, np.float32))
        with pytest.raises(ValueError, match=words):
            data.load_weights(tmp_path)

    @pytest.mark.parametrize("dtype", ["f2", "f8", ">f4", "i4", "c8", "?", "U3"])
    def test_other_types(self, tmp_path: Path, dtype: str):
        save_weights(tmp_path, np.zeros((784, 6), dtype))
        with pytest.raises(ValueError, match=r"0_1.npy should be of type float32.*astype"):
            data.load_weights(tmp_path)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    def test_values_that_are_not_finite(self, tmp_path: Path, value: float):
        weights = np.ones((6, 10), np.float32)
        weights[2, 3] = value
        save_weights(tmp_path, second=weights)
        with pytest.raises(ValueError, match=r"1_2.npy should hold finite numbers, but 1 of 60"):
            data.load_weights(tmp_path)

    def test_pickles_are_not_loaded(self, tmp_path: Path):
        save_weights(tmp_path, np.array([{"a": 1}], dtype=object))
        with pytest.raises(ValueError, match=r"weights_0_1.npy should be a NumPy array of numbers"):
            data.load_weights(tmp_path)

    @pytest.mark.parametrize("size", [0, 5, 20, 200])
    def test_cut_off_file(self, tmp_path: Path, size: int):
        save_weights(tmp_path)
        path = tmp_path / data.WEIGHT_FILES[1]
        path.write_bytes(path.read_bytes()[:size])
        with pytest.raises(ValueError, match=r"weights_1_2.npy .*cannot be read.*numpy.save"):
            data.load_weights(tmp_path)

    @pytest.mark.parametrize("header", [b"{(", b",4", b"{1: 0}", b"{'descr': 'f4'}", b"\xff"])
    def test_damaged_header(self, tmp_path: Path, header: bytes):
        save_weights(tmp_path)
        path = tmp_path / data.WEIGHT_FILES[0]
        raw = path.read_bytes()
        end = raw.index(b"\n")
        path.write_bytes(raw[:10] + header.ljust(end - 10) + raw[end:])
        with pytest.raises(ValueError, match=r"weights_0_1.npy .*cannot be read.*numpy.save"):
            data.load_weights(tmp_path)

    def test_archive_in_place_of_an_array(self, tmp_path: Path):
        save_weights(tmp_path)
        with (tmp_path / data.WEIGHT_FILES[0]).open("wb") as file:
            np.savez(file, weights=np.ones((784, 6), np.float32))
        with pytest.raises(ValueError, match=r"weights_0_1.npy .*cannot be read"):
            data.load_weights(tmp_path)


# --- Sets with a name ----------------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that plays ``data/``, with two sets of random weights."""
    home = tmp_path / "data"
    monkeypatch.setattr(weight_sets, "DATA", home)
    for number, name in enumerate(("default", "quick")):
        trained = tmp_path / name
        weights = [np.full((784, 6), number, np.float32), np.ones((6, 10), np.float32)]
        weight_files.save_weights(weights, trained)
        weight_files.save_provenance({"command": f"make {name}"}, trained)
        weight_files.install(trained, name, f"to be {name}", home)
    return home


@pytest.mark.parametrize(("number", "name"), [(0, "default"), (1, "quick")])
def test_sets_are_found_by_name(home: Path, number: int, name: str) -> None:
    first, second = data.load_weights(name)
    assert (first.shape, second.shape) == ((784, 6), (6, 10))
    assert (first == number).all()


def test_the_default_is_called_so(home: Path) -> None:
    for one, other in zip(data.load_weights(), data.load_weights("default"), strict=True):
        np.testing.assert_array_equal(one, other)


def test_what_is_listed(home: Path) -> None:
    sets = weight_sets.weight_sets()
    assert list(sets) == ["default", "quick"]
    assert [one.folder for one in sets.values()] == [home, home / "quick"]
    assert sets["quick"].description == "to be quick"
    assert sets["quick"].provenance == {"command": "make quick"}
    assert sets["quick"].files["weights_0_1.npy"]["shape"] == [784, 6]


def test_a_name_goes_before_a_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(home.parent)
    save_weights(home.parent / "quick", (784, 3), (3, 10))
    assert data.load_weights("quick")[0].shape == (784, 6)
    assert data.load_weights("./quick")[0].shape == (784, 3)
    assert data.load_weights(Path("quick"))[0].shape == (784, 3)


def test_a_folder_in_the_working_directory(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.parent / "mine").mkdir()
    monkeypatch.chdir(home.parent)
    saved = save_weights(home.parent / "mine")
    np.testing.assert_array_equal(data.load_weights("mine")[0], saved[0])


def test_unknown_names_list_what_there_is(home: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        data.load_weights("quik")
    assert str(caught.value) == (
        "'quik' is neither a set of weights nor a folder that holds one; the sets are: 'default', "
        "to be default; 'quick', to be quick."
    )


@pytest.mark.parametrize("file", data.WEIGHT_FILES)
def test_weights_that_are_not_the_listed_ones(home: Path, file: str) -> None:
    path = home / "quick" / file
    np.save(path, np.load(path) + 1)
    words = rf"{file} should have the SHA-256 \w{{8}}…, as weights.json lists for the set 'quick', "
    with pytest.raises(ValueError, match=words + r"but has \w{8}…; restore it"):
        data.load_weights("quick")
    data.load_weights("default")
    data.load_weights(home / "quick")  # as a folder, they are anybody's


def test_one_bit_is_enough(home: Path) -> None:
    path = home / "quick" / data.WEIGHT_FILES[0]
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"weights_0_1.npy should have the SHA-256"):
        data.load_weights("quick")


def test_a_missing_file_of_a_set(home: Path) -> None:
    (home / "quick" / data.WEIGHT_FILES[1]).unlink()
    with pytest.raises(FileNotFoundError, match=r"1_2.npy should hold weights of the set 'quick'"):
        data.load_weights("quick")


def test_a_missing_list(home: Path) -> None:
    (home / "weights.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"weights.json should list the sets of weights"):
        data.load_weights()
    data.load_weights(home)


@pytest.mark.parametrize("text", ["", "[]", '{"default": {}}', '{"default": 3}', "{", "\x00"])
def test_a_damaged_list(home: Path, text: str) -> None:
    (home / "weights.json").write_text(text)
    with pytest.raises(ValueError, match=r"weights.json should list the .*cannot be read as such"):
        data.load_weights()


def test_installing_again_replaces_one_set_only(home: Path) -> None:
    before = json.loads((home / "weights.json").read_text())
    weight_files.save_weights([np.full((784, 2), 7), np.ones((2, 10))], home.parent / "quick")
    paths = weight_files.install(home.parent / "quick", "quick", "quicker", home)
    assert paths == [*(home / "quick" / name for name in data.WEIGHT_FILES), home / "weights.json"]
    assert (data.load_weights("quick")[0] == 7).all()
    after = json.loads((home / "weights.json").read_text())
    assert after["default"] == before["default"]
    assert after["quick"]["description"] == "quicker"
    assert not list(home.rglob("*.part"))


def test_one_hash_for_a_set(home: Path) -> None:
    digests = [weight_sets.set_digest(data.load_weights(name)) for name in ("default", "quick")]
    assert digests[0] != digests[1]
    assert digests[0] == weight_sets.set_digest(data.load_weights(home))


# --- The sets of the project ---------------------------------------------------------------------


@pytest.mark.parametrize("name", weight_sets.weight_sets())
def test_the_sets_of_the_project(name: str) -> None:
    one = weight_sets.weight_sets()[name]
    for matrix, file in zip(data.load_weights(name), data.WEIGHT_FILES, strict=True):
        assert list(matrix.shape) == one.files[file]["shape"]
        assert matrix.flags.c_contiguous
    assert "\n" not in one.description
    assert {"command", "date", "settings", "images", "versions", "held_out"} <= set(one.provenance)
