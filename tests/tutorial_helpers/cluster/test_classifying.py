"""Answers of a cluster are those of one process, in order, whatever happens to single blocks."""

from __future__ import annotations

import contextlib
import re
import shutil
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("distributed", reason="clusters need Dask: the extra cluster")
pytest.importorskip("zarr", reason="clusters need Zarr: the extra cluster")

import dask.array as da
import zarr
from distributed import Client

from tests.tutorial_helpers.cluster.conftest import STEPS
from tutorial_helpers.cluster import (
    BadBlocksError,
    VersionsDifferError,
    answer_store,
    classify_blocks,
    classify_many,
    count_right,
    running,
    sweep,
    workers,
)
from tutorial_helpers.cluster.classifying import Tally
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.evaluation import evaluate
from tutorial_helpers.inference import Classification, accuracy, classify
from tutorial_helpers.models import build_classifier
from tutorial_helpers.redrawn_digits import RedrawnDigits

Weights = list[NDArray[np.float32]]
Images = NDArray[np.uint8]

SETTINGS: dict[str, Any] = {"timesteps": STEPS, "images_per_block": 130}


def agree(found: Classification, expected: Classification) -> None:
    for name in ("predictions", "counts"):
        given, wanted = getattr(found, name)[:], getattr(expected, name)
        assert given.dtype == wanted.dtype
        np.testing.assert_array_equal(given, wanted)
    assert found.spikes == expected.spikes


KINDS = {
    "array": lambda images: images,
    "dask": lambda images: da.from_array(images, chunks=(170, 392)),
    "iterable": lambda images: (images[n : n + 150] for n in range(0, len(images), 150)),
    "dask pieces": lambda images: [da.from_array(images[:400]), da.from_array(images[400:])],
    "zarr": lambda images: zarr.array(images, chunks=(300, 784)),
}


@pytest.mark.parametrize("kind", KINDS)
def test_bits_and_order(
    kind: str, client: Client, weights: Weights, images: Images, expected: Classification
) -> None:
    agree(classify_many(KINDS[kind](images), weights, client=client, **SETTINGS), expected)


@pytest.mark.parametrize("size", [1, 64, 1000, 5000])
def test_blocks_of_any_size(
    size: int, client: Client, weights: Weights, images: Images, expected: Classification
) -> None:
    few = images[:60] if size == 1 else images
    found = classify_many(few, weights, client=client, timesteps=STEPS, images_per_block=size)
    np.testing.assert_array_equal(found.counts, expected.counts[: len(few)])


def test_without_a_cluster(weights: Weights, images: Images, expected: Classification) -> None:
    agree(classify_many(images, weights, **SETTINGS), expected)


def test_blocks_as_they_are_finished(
    client: Client, weights: Weights, images: Images, expected: Classification
) -> None:
    answers = list(classify_blocks(images, weights, client=client, **SETTINGS))
    assert sorted(answer.block.number for answer in answers) == list(range(8))
    for answer in answers:
        np.testing.assert_array_equal(answer.counts, expected.counts[answer.block.rows_of_all])


def test_a_worker_builds_its_network_once(client: Client, weights: Weights, images: Images) -> None:
    def built() -> dict[str, Any]:
        return client.run(lambda: {key: id(one) for key, one in workers._networks.items()})

    classify_many(images, weights, client=client, **SETTINGS)
    before = built()
    classify_many(images[:500], weights, client=client, threshold=4.0, **SETTINGS)
    assert built() == before
    assert all(len(networks) >= 1 for networks in before.values())


@pytest.mark.slow
def test_a_worker_keeps_few_networks(client: Client, images: Images) -> None:
    draw = np.random.default_rng(1)
    many = {f"{n}": [draw.normal(0.1, 1.0, (784, 3)).astype(np.float32)] for n in range(11)}
    digits = np.arange(200) % 3
    rows = sweep([5.0], [3], many, client=client, images=images[:200], labels=digits)
    assert [row.weights for row in rows] == list(many)
    kept = client.run(lambda: len(workers._networks)).values()
    assert max(kept) <= workers.MOST_NETWORKS
    for row in rows:
        predictions = classify(build_classifier(many[row.weights]), images[:200], timesteps=3)
        assert row.accuracy == accuracy(predictions.predictions, digits)


def read_ahead(client: Client, weights: Weights, images: Images) -> list[int]:
    """Classify 20 blocks; return, for each when it is read, how many are not finished before it."""
    read: list[int] = []
    finished = 0

    def pieces() -> Iterator[Images]:
        for number in range(20):
            read.append(number - finished)
            yield images

    for _ in classify_blocks(pieces(), weights, client=client, timesteps=STEPS):
        finished += 1
    return read


def test_little_is_on_its_way(client: Client, weights: Weights, images: Images) -> None:
    read = read_ahead(client, weights, images[:50])
    threads = sum(client.nthreads().values())
    assert len(read) == 20
    assert max(read) <= 2 * threads + 1  # one is read ahead


def test_images_on_their_way_have_a_bound(
    client: Client, weights: Weights, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "MOST_ON_THE_WAY", 2 * images[:50].nbytes)
    assert max(read_ahead(client, weights, images[:50])) <= 3


# --- Bad blocks and stores ------------------------------------------------------------------------


def cut_with_a_bad_one(images: Images) -> list[Any]:
    pieces: list[Any] = [images[n : n + 100] for n in range(0, 1000, 100)]
    pieces[3] = pieces[3].astype(np.float32)
    pieces[7] = pieces[7][:, :700]
    return pieces


def test_bad_blocks_are_named_and_others_finished(
    client: Client, weights: Weights, images: Images, expected: Classification, tmp_path: Path
) -> None:
    store = tmp_path / "answers"
    pieces = cut_with_a_bad_one(images)
    with pytest.raises(BadBlocksError) as raised:
        classify_many(pieces, weights, client=client, timesteps=STEPS, store=store)
    message = str(raised.value)
    assert "block 3 (images 300 to 399): TypeError: images must be an array of uint8" in message
    assert "block 7 (images 700 to 799): ValueError: images must have shape (n, 784)" in message
    assert f"All other blocks are finished, and kept in {store}" in message
    assert [failure.block.number for failure in raised.value.failures] == [3, 7]
    # Only what is missing is classified now: blank images in the place of the others do not count.
    pieces = [np.zeros_like(images[:100])] * 10
    pieces[3], pieces[7] = images[300:400], images[700:800]
    found = classify_many(pieces, weights, client=client, timesteps=STEPS, store=store)
    agree(found, expected)
    again = da.from_zarr(str(store / "counts"))
    np.testing.assert_array_equal(again.compute(), expected.counts)


def test_a_bad_part_of_a_dask_array(client: Client, weights: Weights, images: Images) -> None:
    def read(block: Images, block_info: Any = None) -> Images:
        if block_info[0]["chunk-location"][0] == 2:
            raise OSError("the disk is gone")
        return block

    array = da.from_array(images, chunks=(200, -1)).map_blocks(read, dtype=np.uint8)
    with pytest.raises(BadBlocksError) as raised:
        classify_many(array, weights, client=client, timesteps=STEPS, images_per_block=200)
    (failure,) = raised.value.failures
    assert str(failure) == "block 2 (images 400 to 599): OSError: the disk is gone"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"timesteps": 21}, r"timesteps: 20, and now 21"),
        ({"threshold": 4.0}, r"threshold: 5.0, and now 4.0"),
        ({"images_per_block": 131}, r"images_per_block: 130, and now 131"),
    ],
)
def test_a_store_of_another_run(
    changed: dict[str, Any], named: str, weights: Weights, images: Images, tmp_path: Path
) -> None:
    classify_many(images[:10], weights, store=tmp_path, **SETTINGS)
    with pytest.raises(ValueError, match=named):
        classify_many(images[:10], weights, store=tmp_path, **(SETTINGS | changed))


def test_a_store_of_other_images_or_weights(
    weights: Weights, images: Images, tmp_path: Path
) -> None:
    classify_many(images[:10], weights, store=tmp_path, **SETTINGS)
    with pytest.raises(ValueError, match=r"another run \(images: an array of shape"):
        classify_many(images[1:11], weights, store=tmp_path, **SETTINGS)
    with pytest.raises(ValueError, match=r"another run \(weights: 784-16-10, SHA-256"):
        classify_many(images[:10], [-matrix for matrix in weights], store=tmp_path, **SETTINGS)


def test_what_is_no_array_is_named(weights: Weights) -> None:
    with pytest.raises(TypeError, match="piece 1 of images must be an array"):
        classify_many([np.zeros((2, 784), np.uint8), None], weights, **SETTINGS)


FEW = np.zeros((3, 784), np.uint8)


@pytest.mark.parametrize(
    ("function", "images", "given", "error", "message"),
    [
        (classify_many, FEW[0], {}, ValueError, r"images must have shape \(n, 784\)"),
        (classify_many, FEW[:0], {}, ValueError, r"images must have shape \(n, 784\) with n > 0"),
        (classify_many, FEW.reshape(3, 28, 28), {}, ValueError, r"not \(3, 28, 28\); use images"),
        (classify_many, FEW / 255, {}, TypeError, "images must be an array of uint8"),
        (
            classify_many,
            da.from_array(FEW / 255),
            {},
            TypeError,
            "images must be an array of uint8",
        ),
        (classify_many, FEW, {"client": "tcp://a"}, TypeError, "client must be a distributed.Cl"),
        (classify_blocks, FEW, {"client": 8786}, TypeError, "client must be a distributed.Client"),
        (classify_many, FEW, {"labels": [1, 2]}, ValueError, r"a digit for each of 3 images"),
        (classify_many, FEW, {"labels": [1] * 4}, ValueError, r"each of 3 images, not 4 of them"),
        (
            classify_many,
            FEW,
            {"labels": [[1]] * 3},
            ValueError,
            r"an array of shape \(3, 1\)",
        ),
        (classify_many, [FEW], {"labels": [1, 2]}, ValueError, "there are more than 2 images"),
        (classify_many, FEW, {"labels": ["7"] * 3}, ValueError, r"shape \(3,\) and type <U1"),
        (classify_many, FEW, {"threshold": "5"}, TypeError, "threshold must be a number of mV"),
        (
            classify_many,
            FEW,
            {"threshold": np.nan},
            ValueError,
            "threshold must be a finite",
        ),
        (classify_many, FEW, {"threshold": 1e39}, ValueError, "threshold must be a finite"),
        (
            classify_many,
            FEW,
            {"threshold": np.inf},
            ValueError,
            "threshold must be a finite",
        ),
        (classify_many, None, {}, TypeError, "an iterable of arrays, not NoneType"),
        (classify_many, 5, {}, TypeError, "an iterable of arrays, not int"),
        (classify_many, np.uint8(5), {}, ValueError, "images must have shape"),
        (classify_many, FEW, {"store": "s3://bucket/x"}, ValueError, "a folder of this computer"),
        (count_right, FEW, {}, ValueError, r"the accuracy needs labels="),
        (count_right, [FEW], {}, ValueError, r"the accuracy needs labels="),
    ],
)
def test_wrong_arguments(
    function: Callable[..., object],
    images: Any,
    given: dict[str, Any],
    error: type[Exception],
    message: str,
    weights: Weights,
) -> None:
    with pytest.raises(error, match=message):
        function(images, weights, **given)


def test_other_versions_are_named(
    client: Client, weights: Weights, images: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = workers.versions(workers.PACKAGES)
    monkeypatch.setattr(workers, "versions", lambda packages: here | {"numba": "0.1"})
    with pytest.raises(VersionsDifferError) as raised:
        classify_many(images, weights, client=client, **SETTINGS)
    (address, *_) = client.nthreads()
    assert str(raised.value).startswith(
        f"The worker at {address} has numba {here['numba']} (here 0.1); install"
    )


def test_images_of_one_number_in_blocks_of_another(client: Client, weights: Weights) -> None:
    """A Dask array may not have the rows that it says."""
    short = da.from_array(FEW, chunks=(3, 784)).map_blocks(lambda block: block[:1], dtype=np.uint8)
    for where in (client, None):
        with pytest.raises(BadBlocksError, match=r"0 to 2\): ValueError: its array has 1 images"):
            classify_many(short, weights, client=where, **SETTINGS)


def test_weights_that_differ_in_shape_alone() -> None:
    for inputs, outputs in ((4, 6), (6, 4)):
        weights = [np.full((inputs, outputs), 9, np.float32)]
        found = classify_many(np.full((2, inputs), 255, np.uint8), weights, timesteps=5)
        assert found.counts.shape == (2, outputs)


def test_a_client_that_is_closed(client: Client, weights: Weights) -> None:
    with Client(client.scheduler.address) as closed:
        pass
    with pytest.raises(ValueError, match=r"client is closed; connect one with Client\(address\)"):
        classify_many(FEW, weights, client=closed)


# --- Stores -------------------------------------------------------------------------------------


def test_a_store_of_the_same_images_in_other_pieces(
    weights: Weights, images: Images, tmp_path: Path
) -> None:
    """Whatever was cut otherwise is classified again, and counts once."""
    few = images[:60]
    expected = classify_many(few, weights, timesteps=STEPS)
    small = np.split(few, 12)
    for bad in ([1], range(6), range(6, 12)):
        pieces = [
            piece.astype(np.float32) if number in bad else piece
            for number, piece in enumerate(small)
        ]
        store = tmp_path / str(min(bad))
        with pytest.raises(BadBlocksError, match=re.escape(f"kept in {store}; correct")):
            classify_many(pieces, weights, store=store, **SETTINGS)
        for cuts in (6, 12, [3, 7, 31], [10, 15, 20], 6):
            agree(classify_many(np.split(few, cuts), weights, store=store, **SETTINGS), expected)
        with pytest.raises(ValueError, match="has answers to 60 images, and now there were only"):
            classify_many(small[:4], weights, store=store, **SETTINGS)


def test_pieces_that_share_their_memory(
    client: Client, weights: Weights, images: Images, expected: Classification
) -> None:
    def pieces() -> Iterator[Images]:
        buffer = np.empty((100, 784), np.uint8)
        for start in range(0, len(images), 100):
            buffer[:] = images[start : start + 100]
            yield buffer

    agree(classify_many(pieces(), weights, client=client, **SETTINGS), expected)


def test_a_store_that_was_begun(weights: Weights, images: Images, tmp_path: Path) -> None:
    """A run may end while it makes the arrays."""
    zarr.open_array(store=str(tmp_path / "predictions"), mode="w", shape=(0,), dtype="i8")
    assert classify_many(images[:9], weights, store=tmp_path, **SETTINGS).counts.shape[0] == 9


@pytest.mark.parametrize("writes", range(12))
def test_an_interrupt_at_any_write_to_a_store(
    writes: int, weights: Weights, images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = [writes]
    lengthen = answer_store._lengthen

    def interrupted(array: Any, rows: int) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        lengthen(array, rows)

    few = images[:40]
    settings = {"timesteps": STEPS, "images_per_block": 10, "store": tmp_path}
    with monkeypatch.context() as changed:
        changed.setattr(answer_store, "_lengthen", interrupted)
        with contextlib.suppress(KeyboardInterrupt):
            classify_many(few, weights, **settings)
    agree(classify_many(few, weights, **settings), classify_many(few, weights, timesteps=STEPS))


@pytest.mark.parametrize("name", ["predictions", "counts", "blocks"])
def test_a_store_that_lost_an_array(
    name: str, weights: Weights, images: Images, tmp_path: Path
) -> None:
    classify_many(images[:9], weights, store=tmp_path, **SETTINGS)
    shutil.rmtree(tmp_path / name)
    with pytest.raises(ValueError, match=r"something other than the answers|cannot be read"):
        classify_many(images[:9], weights, store=tmp_path, **SETTINGS)


def test_labels_of_redrawn_digits_are_not_made_at_once() -> None:
    pytest.importorskip("jax", reason="redrawing digits needs JAX: the extra train")
    tracemalloc.start()
    with Tally(RedrawnDigits(10**9), None, progress=False, needs_labels=True):
        pass
    assert tracemalloc.get_traced_memory()[1] < 2**24
    tracemalloc.stop()


def test_a_store_in_use(weights: Weights, images: Images, tmp_path: Path) -> None:
    def pieces() -> Iterator[Images]:
        yield images[:10]
        with pytest.raises(ValueError, match="is in use by another run; wait until that has ended"):
            classify_many(images[:10], weights, store=tmp_path, **SETTINGS)
        yield images[10:20]

    assert classify_many(pieces(), weights, store=tmp_path, **SETTINGS).counts.shape[0] == 20


def test_folders_that_are_no_stores(weights: Weights, images: Images, tmp_path: Path) -> None:
    zarr.open_array(store=str(tmp_path / "counts"), mode="w", shape=(9, 10), dtype="f8")[:] = 1.0
    with pytest.raises(ValueError, match="something other than the answers of a run"):
        classify_many(images[:10], weights, store=tmp_path, **SETTINGS)
    assert (zarr.open_array(store=str(tmp_path / "counts"), mode="r")[:] == 1.0).all()
    place = tmp_path / "answers"
    classify_many(images[:10], weights, store=place, **SETTINGS)
    for name in ("zarr.json", ".zarray"):  # of Zarr 3 and 2
        if (place / "blocks" / name).exists():
            (place / "blocks" / name).write_text("")
    with pytest.raises(ValueError, match=r"cannot be read .*; remove it, and run again"):
        classify_many(images[:10], weights, store=place, **SETTINGS)


def test_a_store_without_a_finished_block_takes_another_run(
    weights: Weights, images: Images, tmp_path: Path
) -> None:
    with pytest.raises(BadBlocksError):
        classify_many([images[:10] / 255], weights, store=tmp_path, **SETTINGS)
    agree(
        classify_many(images[:10], weights, store=tmp_path, **SETTINGS),
        classify_many(images[:10], weights, **SETTINGS),
    )


def test_lazy_arrays_go_on(weights: Weights, images: Images, tmp_path: Path) -> None:
    """Dask gives many arrays another name in each process, so only their shapes are compared."""
    for _ in range(2):
        lazy = da.from_array(images[:10], chunks=5, name=False)
        counted = count_right(lazy, weights, store=tmp_path, labels=[1] * 10, **SETTINGS)
    assert (counted.images, counted.classified) == (10, 0)
    with pytest.raises(ValueError, match=r"images: an array of shape \(10, 784\), and now"):
        classify_many(da.from_array(images[:9]), weights, store=tmp_path, **SETTINGS)


def test_large_blocks_take_no_more_memory(weights: Weights, images: Images, tmp_path: Path) -> None:
    for store in (None, tmp_path):
        found = classify_many(
            images[:10], weights, store=store, images_per_block=10**9, timesteps=2
        )
        assert found.counts.shape[0] == 10
    found = classify_many(images[:10], weights, batch_size=10**9, timesteps=2)
    assert found.counts.shape[0] == 10


# --- The tutorials' network -----------------------------------------------------------------------


def test_count_right(client: Client) -> None:
    images, labels = load_mnist("test")
    counted = count_right(images, load_weights(), client=client, timesteps=12, labels=labels)
    assert (counted.images, round(counted.accuracy, 2)) == (10_000, 98.39)
    result = classify(build_classifier(load_weights()), images, timesteps=12)
    assert counted.spikes == result.spikes


def test_evaluate(client: Client) -> None:
    found = evaluate("default", [3, 12], client=client)
    assert found.mnist == evaluate("default", [3, 12]).mnist
    assert found.backend.startswith("numbagenn, 2 workers, ")


def test_sweep(client: Client, weights: Weights, images: Images) -> None:
    labels = load_mnist("test")[1][:1000]
    sets = {"drawn": weights, "negative": [-matrix for matrix in weights]}
    arguments = ([3.0, 5.0], [5, 20], sets)
    rows = sweep(*arguments, client=client, images=images, labels=labels)
    assert rows == sweep(*arguments, images=images, labels=labels)
    assert [row[:3] for row in rows][:3] == [
        ("drawn", 3.0, 5), ("drawn", 3.0, 20), ("drawn", 5.0, 5),
    ]  # fmt: skip
    network = build_classifier(weights, threshold=3.0)
    result = classify(network, images, timesteps=5)
    assert rows[0].accuracy == accuracy(result.predictions, labels)
    assert rows[0].spikes_per_image == sum(result.spikes) / len(images)


def test_a_sweep_of_points_that_are_alike(client: Client, images: Images) -> None:
    """Points that are named twice, and names that look like numbers."""
    labels = load_mnist("test")[1][:1000]
    sets = {"a": load_weights(), "a-": load_weights()}
    arguments = ([-1.0, 1.0, 1], [5, 5], sets)
    rows = sweep(*arguments, client=client, images=images, labels=labels)
    assert rows == sweep(*arguments, images=images, labels=labels)
    assert len(rows) == 12
    assert rows[0][3:] == rows[1][3:] == rows[6][3:]
    assert rows[2][3:] == rows[4][3:] == rows[8][3:]


def test_a_sweep_over_iterators(weights: Weights, images: Images) -> None:
    labels = load_mnist("test")[1][:20]
    rows = sweep(
        iter([5.0]), (steps for steps in (5, 9)), {"w": weights}, images=images[:20], labels=labels
    )
    assert [row.timesteps for row in rows] == [5, 9]


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"thresholds": 5.0}, TypeError, r"thresholds must be a list, not 5.0; write \[5.0\]"),
        ({"thresholds": [np.nan]}, ValueError, "threshold must be a finite"),
        ({"timesteps": 5}, TypeError, r"timesteps must be a list, not 5; write \[5\]"),
        ({"timesteps": [0]}, ValueError, "timesteps must be at least 1, not 0"),
        ({"weight_sets": [FEW]}, TypeError, "weight_sets must be a dictionary of weights by name"),
        (
            {"weight_sets": {"d": "default"}},
            ValueError,
            r"weight_sets\['d'\]: weights must be",
        ),
        ({"labels": None}, ValueError, "images and labels belong together"),
        ({"images": None}, ValueError, "images and labels belong together"),
        ({"images": [FEW]}, TypeError, "images must be an array of uint8"),
        ({"images": FEW[:0]}, ValueError, "images must have shape"),
        ({"labels": [1]}, ValueError, "a digit for each of 3 images, not 1 of them"),
        ({"labels": [[1], [2], [3]]}, ValueError, "labels must be a digit for each image"),
        ({"client": "tcp://a"}, TypeError, "client must be a distributed.Client, not str"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
    ],
)
def test_wrong_arguments_of_a_sweep(
    changed: dict[str, Any], error: type[Exception], message: str, weights: Weights
) -> None:
    arguments = {"thresholds": [5.0], "timesteps": [5], "weight_sets": {"w": weights}}
    arguments |= {"images": FEW, "labels": [1, 2, 3]}
    with pytest.raises(error, match=message):
        sweep(**(arguments | changed))
