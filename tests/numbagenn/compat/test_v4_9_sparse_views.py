"""Variables of sparse synapses have a view in PyGeNN 4.9, of rows that are equally long."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from numbagenn.compat import v4_9 as legacy

PRE, POST = [2, 0, 0, 2, 2], [1, 2, 0, 0, 3]


def network(batch_size: int = 1, connectivity: Any = None) -> SimpleNamespace:
    model = legacy.GeNNModel("float", "views")
    model.batch_size = batch_size
    pre = model.add_neuron_population("pre", 3, "SpikeSource", {}, {})
    cell = legacy.create_custom_neuron_class(
        "cell", var_name_types=[("n", "scalar")], sim_code="$(n) += $(Isyn);"
    )
    post = model.add_neuron_population("post", 4, cell, {}, {"n": 0.0})
    rule = legacy.create_custom_weight_update_class(
        "rule", var_name_types=[("g", "scalar")], sim_code="$(addToInSyn, $(g));",
        synapse_dynamics_code="$(g) += 10.0;",
    )  # fmt: skip
    weights = {"g": 1.0 if connectivity else np.arange(5.0)}
    syn = model.add_synapse_population(
        "syn", "SPARSE_INDIVIDUALG", 0, pre, post, rule, {}, weights, {}, {}, "DeltaCurr", {}, {},
        connectivity,
    )  # fmt: skip
    if connectivity is None:
        syn.set_sparse_connections(PRE, POST)
    double = legacy.create_custom_custom_update_class(
        "double", var_name_types=[("d", "scalar")], var_refs=[("g", "scalar")],
        update_code="$(d) = 2.0 * $(g);",
    )  # fmt: skip
    update = model.add_custom_update(
        "double", "Double", double, {}, {"d": 0.5}, {"g": legacy.create_wu_var_ref(syn, "g")}
    )
    model.build()
    model.load()
    return SimpleNamespace(model=model, syn=syn, pre=pre, post=post, update=update)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_rows_are_padded(batch_size: int) -> None:
    parts = network(batch_size)
    syn, view = parts.syn, parts.syn.vars["g"].view
    assert syn.max_row_length == 3
    # In the order of the rows: 0 -> 0, 0 -> 2, 2 -> 0, 2 -> 1, 2 -> 3.
    rows = np.broadcast_to([[2.0, 1.0, 0.0], [0.0] * 3, [3.0, 0.0, 4.0]], (batch_size, 3, 3))
    np.testing.assert_array_equal(view.reshape(batch_size, 3, 3), rows)
    parts.model.step_time()
    np.testing.assert_array_equal(view.reshape(batch_size, 3, 3), rows)
    syn.pull_var_from_device("g")
    assert syn.vars["g"].view is view
    used = np.array([[1, 1, 0], [0, 0, 0], [1, 1, 1]])
    np.testing.assert_array_equal(view.reshape(batch_size, 3, 3), rows + 10.0 * used)
    parts.model.custom_update("Double")
    parts.update.pull_var_from_device("d")
    found = parts.update.vars["d"].view.reshape(batch_size, 3, 3)
    np.testing.assert_array_equal(found, 2.0 * (rows + 10.0 * used))


@pytest.mark.parametrize("batch_size", [1, 3])
def test_what_is_written_is_used(batch_size: int) -> None:
    parts = network(batch_size)
    syn, view = parts.syn, parts.syn.vars["g"].view
    view[..., 6] = 7.0
    assert syn.get_var_values("g")[..., 2].max() == 7.0
    syn.push_var_to_device("g")
    parts.pre.current_spikes = [2] if batch_size == 1 else [[2]] * batch_size
    parts.pre.push_current_spikes_to_device()
    parts.model.step_time()
    parts.post.pull_var_from_device("n")
    # Dynamics, which add 10, run before spikes are delivered.
    expected = np.broadcast_to([17.0, 10.0, 0.0, 14.0], (batch_size, 4))
    np.testing.assert_array_equal(parts.post.vars["n"].view.reshape(batch_size, 4), expected)
    parts.model.reinitialise()
    assert syn.vars["g"].view is view
    assert view[..., 6].max() == 3.0
    parts.model.unload()
    assert syn.vars["g"].view is None
    parts.model.load()
    assert syn.vars["g"].view[..., 6].max() == 3.0


def test_connections_by_a_snippet() -> None:
    fixed = legacy.init_connectivity("FixedNumberPostWithReplacement", {"rowLength": 2})
    parts = network(connectivity=fixed)
    assert parts.syn.vars["g"].view.shape == (6,)
    assert parts.syn.vars["g"].view.tolist() == [1.0] * 6
    assert parts.syn.ind is parts.syn.row_lengths is None


def test_connections_that_were_given() -> None:
    syn = network().syn
    assert syn.row_lengths.tolist() == [2, 0, 3]
    assert syn.ind.tolist() == [0, 2, 0, 1, 3]
