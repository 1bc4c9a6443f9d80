"""Convolutions that scripts for PyGeNN 4.9 describe themselves."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.compat import v4_9 as legacy

# A convolution in one dimension, whose kernel is turned round.
NAMES = ["kernel", "padding"]
MOVED = legacy.create_custom_toeplitz_connect_init_snippet_class(
    "moved",
    param_names=NAMES,
    derived_params=[("last", legacy.create_dpf_class(lambda pars, dt: pars[0] - 1)())],
    diagonal_build_state_vars=[
        ("moved", "int", "(int)$(id_diag) - (int)$(padding)"),
        ("place", "int", "(int)$(last) - (int)$(id_diag)"),
    ],
    diagonal_build_code="""
    const int post = (int)$(id_pre) + $(moved);
    if (post >= 0 && post < (int)$(num_post)) {
        $(addSynapse, post, $(place));
    }
    """,
    calc_max_row_len_func=legacy.create_cmlf_class(lambda pre, post, pars: int(pars[0]))(),
    calc_kernel_size_func=legacy.create_cksf_class(lambda pars: [int(pars[0])])(),
)
MOVED_IN_5 = engine.create_toeplitz_connect_init_snippet(
    "moved",
    params=NAMES,
    derived_params=[("last", lambda pars, dt: pars["kernel"] - 1)],
    diagonal_build_code="""
    int moved = (int)id_diag - (int)padding;
    int place = (int)last - (int)id_diag;
    for_each_synapse {
        const int post = (int)id_pre + moved;
        if (post >= 0 && post < (int)num_post) {
            addSynapse(post, place);
        }
    }
    """,
    calc_max_row_len_func=lambda num_pre, num_post, pars: int(pars["kernel"]),
    calc_kernel_size_func=lambda pars: [int(pars["kernel"])],
)


def received(snippet: Any) -> Any:
    """Return what each of six neurons receives when the third and the fourth of them spike."""
    model = legacy.GeNNModel("float", "convolution")
    model.dT = 1.0
    times = {"startSpike": [0, 0, 0, 1, 2, 2], "endSpike": [0, 0, 1, 2, 2, 2]}
    pre = model.add_neuron_population("pre", 6, "SpikeSourceArray", {}, times)
    pre.set_extra_global_param("spikeTimes", [0.0, 0.0])
    cell = legacy.create_custom_neuron_class(
        "cell", var_name_types=[("n", "scalar")], sim_code="$(n) += $(Isyn);"
    )
    post = model.add_neuron_population("post", 6, cell, {}, {"n": 0.0})
    model.add_synapse_population(
        "syn", "TOEPLITZ_KERNELG", 0, pre, post, "StaticPulse", {}, {"g": [1.0, 10.0, 100.0]}, {},
        {}, "DeltaCurr", {}, {},
        legacy.init_toeplitz_connectivity(snippet, {"kernel": 3.0, "padding": 1.0}),
    )  # fmt: skip
    model.build()
    model.load()
    for _ in range(3):
        model.step_time()
    post.pull_var_from_device("n")
    return post.vars["n"].view.copy()


def test_diagonals_have_states() -> None:
    found = received(MOVED)
    np.testing.assert_array_equal(found, [0.0, 100.0, 110.0, 11.0, 1.0, 0.0])
    np.testing.assert_array_equal(found, received(MOVED_IN_5))


def test_mistakes() -> None:
    create = legacy.create_custom_toeplitz_connect_init_snippet_class
    with pytest.raises(TypeError, match=r"A state variable of diagonal_build_code .* must be"):
        create("x", diagonal_build_code="", diagonal_build_state_vars=[("a", "int")])
    with pytest.raises(TypeError, match=r"calc_kernel_size_func of .* must be what create_cksf_cl"):
        create("x", calc_kernel_size_func=lambda pars: [1])
    with pytest.raises(NotImplementedError, match="'custom_body'"):
        create("x", custom_body={"a": 1})
