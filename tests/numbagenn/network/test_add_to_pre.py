"""What events send back: summed over a row in the order of the postsynaptic neurons."""

from __future__ import annotations

import numpy as np

import numbagenn as engine
from numbagenn import VarAccess, VarAccessMode, create_var_ref
from numbagenn.codegen.reserved_names import SPIKES_PER_PASS_BACK
from tests.numbagenn.networks import new_model, pulled, pushed, steps

POST = 35
# What is done several rows at a time, and whatever is left of it.
PRE = 2 * SPIKES_PER_PASS_BACK + 3

CELL = engine.create_neuron_model(
    "cell",
    vars=[("asks", "scalar"), ("dense", "scalar"), ("sparse", "scalar")],
    additional_input_vars=[("Idense", "scalar", 0.0), ("Isparse", "scalar", 0.0)],
    sim_code="dense = Idense; sparse = Isparse;",
)
BACKWARD = engine.create_weight_update_model(
    "backward",
    vars=[("g", "scalar", VarAccess.READ_ONLY), ("seen", "scalar")],
    pre_neuron_var_refs=[("asks", "scalar", VarAccessMode.READ_ONLY)],
    post_neuron_var_refs=[("error", "scalar", VarAccessMode.READ_ONLY)],
    pre_event_threshold_condition_code="asks > 0.0",
    pre_event_syn_code="seen = asks * error; addToPre(g * error);",
)


def test_rows_are_summed_in_order_however_many_there_are() -> None:
    rng = np.random.default_rng(31)
    model = new_model("back", batch_size=PRE + 1)
    start = {"asks": 0.0, "dense": 0.0, "sparse": 0.0}
    pre, post = (
        model.add_neuron_population(n, c, CELL, {}, start) for n, c in (("A", PRE), ("B", POST))
    )
    weights = rng.normal(0.0, 1.0, (PRE, POST)).astype(np.float32)
    connected = rng.random((PRE, POST)) < 0.4
    for kind, chosen in (("dense", np.ones_like(connected)), ("sparse", connected)):
        group = model.add_synapse_population(
            kind, kind.upper(), pre, post,
            engine.init_weight_update(
                BACKWARD, {}, {"g": weights[chosen], "seen": 0.0}, {}, {},
                {"asks": create_var_ref(pre, "asks")}, {"error": create_var_ref(post, "asks")},
            ),
            engine.init_postsynaptic("DeltaCurr"),
        )  # fmt: skip
        group.pre_target_var = f"I{kind}"
        if kind == "sparse":
            group.set_sparse_connections(*np.nonzero(connected))
    model.build()
    assert f"back_{SPIKES_PER_PASS_BACK - 1} = back" in model.generated_code
    model.load()
    # As many neurons ask as the number of the batch element says, and not the first ones alone.
    asks = np.array([rng.permutation(np.arange(PRE) < number) for number in range(PRE + 1)])
    errors = rng.normal(0.0, 1.0, (PRE + 1, POST)).astype(np.float32)
    pushed(pre, "asks", asks)
    pushed(post, "asks", errors)
    steps(model, 2)
    for kind, chosen in (("dense", np.ones_like(connected)), ("sparse", connected)):
        products = np.where(chosen, weights * errors[:, np.newaxis], np.float32(0))
        sums = np.cumsum(products, axis=2, dtype=np.float32)[:, :, -1]
        np.testing.assert_array_equal(pulled(pre, kind), np.where(asks, sums, 0))
