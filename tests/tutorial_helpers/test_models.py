"""The classifier: which network is built from which weights, and what is refused."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from tests import a_few
from tutorial_helpers import models
from tutorial_helpers.models import build_classifier, layer_sizes


def matrices(*sizes: int) -> list[np.ndarray]:
    """Make weights between layers of the given sizes, of which some neurons will spike."""
    rng = np.random.default_rng(sum(sizes))
    return [rng.normal(0.5, 2.0, shape).astype(np.float32) for shape in pairwise(sizes)]


@pytest.mark.parametrize(
    ("sizes", "names"),
    a_few(
        [
            ((6, 5, 4, 3), ["input", "hidden1", "hidden2", "output"]),
            ((6, 3), ["input", "output"]),
            ((6, 5, 3), ["input", "hidden1", "output"]),
            ((6, 5, 4, 7, 3), ["input", "hidden1", "hidden2", "hidden3", "output"]),
        ]
    ),
)
def test_layers_are_those_of_the_weights(sizes: tuple[int, ...], names: list[str]) -> None:
    network = build_classifier(matrices(*sizes), batch_size=2)
    assert [population.name for population in network.populations] == names
    assert tuple(population.num_neurons for population in network.populations) == sizes
    synapses = network.model.synapse_populations
    assert list(synapses) == [f"{pre}_to_{post}" for pre, post in pairwise(names)]
    assert network.build_seconds > 0


@pytest.mark.parametrize(("batch_size", "shape"), [(1, (6,)), (3, (3, 6))])
def test_variables_have_a_copy_for_each_image(batch_size: int, shape: tuple[int, ...]) -> None:
    network = build_classifier(matrices(6, 5, 3), batch_size=batch_size)
    assert network.model.batch_size == batch_size
    assert network.source.vars["magnitude"].view.shape == shape
    assert network.populations[0].vars["V"].view.shape == shape


def test_weights_reach_the_device_as_they_are() -> None:
    weights = matrices(6, 5, 3)
    network = build_classifier(weights, batch_size=2)
    for matrix, synapses in zip(weights, network.model.synapse_populations.values(), strict=True):
        synapses.vars["g"].pull_from_device()
        assert (synapses.vars["g"].view.reshape(matrix.shape) == matrix).all()


def test_settings_reach_the_model() -> None:
    usual = build_classifier(matrices(6, 3), batch_size=1).model
    assert (usual.name, usual.precision.name, usual.timing_enabled, usual.optimize_code) == (
        "mnist_classifier",
        "float",
        False,
        False,
    )
    other = build_classifier(
        matrices(6, 3),
        batch_size=1,
        precision="double",
        name="other",
        timing_enabled=True,
        optimize_code=True,
    ).model
    assert (other.name, other.precision.name, other.timing_enabled, other.optimize_code) == (
        "other",
        "double",
        True,
        True,
    )
    with pytest.raises(ValueError, match="Unknown preference 'optimise_it'"):
        build_classifier(matrices(6, 3), optimise_it=True)


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64])
def test_weights_of_any_layout_and_type(order: str, dtype: type) -> None:
    matrix = np.arange(18).reshape(6, 3)
    network = build_classifier([np.array(matrix, dtype=dtype, order=order)], batch_size=1)
    synapses = network.model.synapse_populations["input_to_output"]
    assert (synapses.vars["g"].view.reshape(6, 3) == matrix).all()


def test_lists_of_numbers_are_weights_too() -> None:
    network = build_classifier([[[1.0, 2.0], [3.0, 4.0]]], batch_size=1)  # type: ignore[list-item]
    assert layer_sizes([[[1.0, 2.0], [3.0, 4.0]]]) == [2, 2]  # type: ignore[list-item]
    assert network.model.synapse_populations["input_to_output"].vars["g"].view.tolist() == [
        1.0,
        2.0,
        3.0,
        4.0,
    ]


@pytest.mark.parametrize(
    ("threshold", "spikes"), a_few([(2.5, 3), (1.0, 10), (0.5, 10), (100.0, 0)])
)
def test_threshold(threshold: float, spikes: int) -> None:
    network = build_classifier(matrices(4, 3), batch_size=1, threshold=threshold)
    magnitude, count = network.source.vars["magnitude"], network.populations[0].vars["SpikeCount"]
    magnitude.view[:] = 1.0
    magnitude.push_to_device()
    for _ in range(10):
        network.model.step_time()
    count.pull_from_device()
    assert (count.view == spikes).all()


def test_reset_starts_again() -> None:
    network = build_classifier(matrices(6, 5, 3), batch_size=2)
    magnitude = network.source.vars["magnitude"]
    variables = [p.vars[name] for p in network.populations for name in ("V", "SpikeCount")]

    def show() -> list[np.ndarray]:
        magnitude.view[:] = np.linspace(0.5, 4.0, 12).reshape(2, 6)
        magnitude.push_to_device()
        for _ in range(17):
            network.model.step_time()
        for variable in variables:
            variable.pull_from_device()
        return [variable.view.copy() for variable in variables]

    first = show()
    assert all(array.any() for array in first[:4])
    network.model.custom_update("Reset")
    for variable in variables:
        variable.pull_from_device()
        assert not variable.view.any()
    if models.CAN_DROP_SPIKES:  # else only `classify` knows how to start again
        for before, after in zip(first, show(), strict=True):
            assert (before == after).all()


@pytest.mark.parametrize("weights", [[], [np.zeros(6)], [np.zeros((6, 3)), np.zeros((2, 3, 4))]])
def test_weights_that_are_no_matrices(weights: list[np.ndarray]) -> None:
    with pytest.raises(ValueError, match=r"weights must be a list of matrices .* load_weights\(\)"):
        build_classifier(weights)


def test_weights_that_do_not_fit() -> None:
    with pytest.raises(ValueError, match=r"weights\[2\] must have 4 rows, .* weights\[1\], not 5"):
        build_classifier([np.zeros((6, 5)), np.zeros((5, 4)), np.zeros((5, 3))])


@pytest.mark.parametrize("batch_size", [0, -1, 1.5, "2"])
def test_batch_sizes_that_are_none(batch_size: object) -> None:
    with pytest.raises((TypeError, ValueError), match="batch_size"):
        build_classifier(matrices(6, 3), batch_size=batch_size)  # type: ignore[arg-type]


def test_weights_must_be_numbers() -> None:
    with pytest.raises((TypeError, ValueError)):
        build_classifier([np.full((6, 3), "one")])


def test_two_networks_do_not_disturb_each_other() -> None:
    small, large = (build_classifier(matrices(4, size), batch_size=1) for size in (2, 3))
    small.source.vars["magnitude"].view[:] = 5.0
    small.source.vars["magnitude"].push_to_device()
    for network in (small, large):
        network.model.step_time()
        network.populations[0].vars["SpikeCount"].pull_from_device()
    assert small.populations[0].vars["SpikeCount"].view.tolist() == [1, 1, 1, 1]
    assert large.populations[0].vars["SpikeCount"].view.tolist() == [0, 0, 0, 0]
