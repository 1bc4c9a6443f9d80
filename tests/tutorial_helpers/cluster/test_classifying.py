"""Answers of a cluster are those of one process, in order, whatever happens to single blocks."""

from __future__ import annotations

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
    classify_blocks,
    classify_many,
    count_right,
    running,
    sweep,
    workers,
)
from tutorial_helpers.data import load_mnist, load_weights
from tutorial_helpers.evaluation import evaluate
from tutorial_helpers.inference import Classification, accuracy, classify
from tutorial_helpers.models import build_classifier

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
        ({"timesteps": 21}, "timesteps was 20 and not 21"),
        ({"threshold": 4.0}, "threshold was 5.0 and not 4.0"),
        ({"images_per_block": 131}, "images_per_block was 130 and not 131"),
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
    with pytest.raises(ValueError, match="whose images was"):
        classify_many(images[1:11], weights, store=tmp_path, **SETTINGS)
    with pytest.raises(ValueError, match="whose weights was"):
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
        (classify_many, FEW, {"labels": [1] * 4}, ValueError, r"labels has 4 entries for 3 images"),
        (
            classify_many,
            FEW,
            {"labels": [[1]] * 3},
            ValueError,
            r"not shape \(3, 1\); give",
        ),
        (classify_many, [FEW], {"labels": [1, 2]}, ValueError, r"a digit for each of 3 images"),
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
        f"The worker at {address} has numba {here['numba']}, and here it is 0.1; install"
    )


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
