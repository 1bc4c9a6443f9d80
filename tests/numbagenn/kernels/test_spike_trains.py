"""Neurons of the same spike train: how they are found, and what summing their weights changes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn import GeNNModel, create_neuron_model, init_postsynaptic, init_weight_update
from numbagenn.base.array_conventions import table_size
from numbagenn.kernels.spike_trains import group_trains
from tests.numbagenn.compiled import njit

SIZES = (150, 40)

CELL = create_neuron_model(
    "cell",
    params=["Vthr"],
    vars=[("V", "scalar"), ("drive", "scalar")],
    sim_code="V += Isyn + drive;",
    threshold_condition_code="V >= Vthr",
    reset_code="V = 0.0;",
)


#: As kernels call it, with a way in for Python.
_group_trains = njit(group_trains.py_func, error_model="numpy")


def grouped(trains: list[int]) -> tuple[list[int], list[list[int]]]:
    """Return the distinct trains and, for each, the places of the neurons that have it."""
    count = len(trains)
    distinct, firsts, lasts, nexts = (np.zeros(count, np.uint32) for _ in range(4))
    table = np.full(table_size(count), 7, np.uint32)  # what the last block has left there
    arrays = (distinct, firsts, lasts, nexts, table)
    number = _group_trains(np.array(trains, np.uint32), count, *arrays)
    members: list[list[int]] = [[] for _ in range(number)]
    for group, place in enumerate(firsts[:number]):
        while place < count:
            members[group].append(int(place))
            place = nexts[place]
    return distinct[:number].tolist(), members


@settings(deadline=None)  # the first call compiles
@given(
    st.lists(st.sampled_from([1, 2, 3, 2**31, 2**32 - 1, 0x55555555]) | st.integers(1, 2**32 - 1))
)
def test_neurons_are_sorted_by_their_trains(trains: list[int]) -> None:
    distinct, members = grouped(trains)
    assert distinct == list(dict.fromkeys(trains))
    assert members == [[i for i, one in enumerate(trains) if one == t] for t in distinct]


@pytest.mark.parametrize("count", [1, 2, 3, 31, 32, 784, 1000])
def test_the_table_has_room_for_all_different_trains(count: int) -> None:
    assert table_size(count) > 2 * count
    assert grouped(list(range(1, count + 1)))[0] == list(range(1, count + 1))


def simulated(
    *,
    optimize_code: bool,
    batch_size: int = 4,
    matrix_type: str = "DENSE",
    decaying: bool = False,
    precision: str = "float",
    splits: tuple[int, ...] = (70,),
) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(8)
    model = GeNNModel(precision, "trains", optimize_code=optimize_code)
    model.dt, model.batch_size = 1.0, batch_size
    source, target = (
        model.add_neuron_population(
            name, size, CELL, {"Vthr": 5.0}, {"V": 0.0, "drive": rng.integers(0, 6, size) / 4.0}
        )
        for name, size in zip("st", SIZES, strict=True)
    )
    weights = rng.normal(0.0, 0.3, SIZES)
    link = model.add_synapse_population(
        "forward",
        matrix_type,
        source,
        target,
        init_weight_update("StaticPulse", {}, {"g": weights.ravel()}),
        init_postsynaptic(*(("ExpCurr", {"tau": 2.0}) if decaying else ("DeltaCurr",))),
    )
    if matrix_type == "SPARSE":
        link.set_sparse_connections(*np.divmod(np.arange(weights.size), SIZES[1]))
    target.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=sum(splits))
    drive = source.vars["drive"]
    rows = drive.view.reshape(batch_size, -1)
    for number, row in enumerate(rows):
        row[:] = np.roll(row, number)
    drive.push_to_device()
    for steps in splits:
        for _ in range(steps):
            model.step_time()
        target.vars["V"].pull_from_device()
    voltages = target.vars["V"].view.reshape(batch_size, -1).copy()
    model.pull_recording_buffers_from_device()
    spikes = np.array([len(ids) for _, ids in target.spike_recording_data])
    model.unload()
    return {"V": voltages, "spikes": spikes}


precisions = pytest.mark.parametrize(
    "precision", ["float", pytest.param("double", marks=pytest.mark.slow)]
)


@pytest.mark.slow
@precisions
def test_summing_first_changes_nothing_but_how_sums_are_rounded(precision: str) -> None:
    exact = simulated(optimize_code=False, precision=precision)
    fast = simulated(optimize_code=True, precision=precision)
    assert exact["spikes"].sum() > 100
    np.testing.assert_array_equal(exact["spikes"], fast["spikes"])
    np.testing.assert_allclose(exact["V"], fast["V"], atol=1e-4 if precision == "float" else 1e-12)
    # If not, nothing would have been summed in another order, and this test would test nothing.
    assert (exact["V"] != fast["V"]).any()


def test_neither_the_batch_nor_the_threads_matter() -> None:
    expected = simulated(optimize_code=True)
    try:
        for number in (1, 2, 7):
            engine.set_num_threads(number)
            for name, values in simulated(optimize_code=True).items():
                np.testing.assert_array_equal(values, expected[name])
    finally:
        engine.set_num_threads(None)
    alone = simulated(optimize_code=True, batch_size=1)
    np.testing.assert_array_equal(alone["V"][0], expected["V"][0])


@pytest.mark.parametrize(
    "arguments", [{"matrix_type": "SPARSE"}, {"decaying": True}], ids=["sparse", "decaying"]
)
def test_where_sums_are_not_taken_first_all_bits_are_the_same(arguments: dict[str, object]) -> None:
    exact = simulated(optimize_code=False, **arguments)  # type: ignore[arg-type]
    fast = simulated(optimize_code=True, **arguments)  # type: ignore[arg-type]
    for name, values in exact.items():
        np.testing.assert_array_equal(values, fast[name])


def test_only_who_asks_for_it_gets_other_sums() -> None:
    for arguments, expected in [
        ({}, False),
        ({"optimize_code": False}, False),
        ({"optimize_code": True}, True),
        ({"optimise_code": True}, True),
    ]:
        assert GeNNModel("float", "asked", **arguments).optimize_code is expected
