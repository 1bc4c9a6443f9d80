"""Matrix types beside DENSE and SPARSE: bits, kernels, and what code computes."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.codegen import block_steps
from tests.numbagenn.networks import PIXEL, add_cells, connect, new_model, pulled, steps

NUMBERS = {"kh": 3, "kw": 3, "ih": 6, "iw": 5, "ic": 2, "oh": 4, "ow": 3, "oc": 2}
SIZES = {f"conv_{name}": size for name, size in NUMBERS.items()}
STRIDES = {"conv_sh": 1, "conv_sw": 1, "conv_padh": 0, "conv_padw": 0}
KERNEL = np.random.default_rng(3).standard_normal(3 * 3 * 2 * 2).astype(np.float32)
DIAGONALS = engine.init_toeplitz_connectivity("Conv2D", SIZES)
ROWS = engine.init_sparse_connectivity("Conv2D", {**SIZES, **STRIDES})
EVERY_OTHER = engine.create_sparse_connect_init_snippet(
    "every_other",
    row_build_code="for (unsigned int j = id_pre % 2; j < num_post; j += 2) { addSynapse(j); }",
)


def weight_update(kind: str, value: Any) -> Any:
    return engine.init_weight_update(kind, {}, {"g": value})


def add(
    matrix_type: str, weights: Any, connectivity: Any = None, batch_size: int = 1, size: int = 24
) -> tuple[Any, Any, Any]:
    model = new_model(batch_size=batch_size)
    pre, post = add_cells(model, "pre", 60), add_cells(model, "post", size, 1e6)
    group = model.add_synapse_population(
        "link", matrix_type, pre, post, weights, engine.init_postsynaptic("DeltaCurr"), connectivity
    )
    return model, group, (pre, post)


def run(model: Any, cells: tuple[Any, Any]) -> np.ndarray:
    """Let some neurons of each batch element spike, and return what the others got."""
    pre, post = cells
    model.build()
    model.load()
    rng = np.random.default_rng(5)
    potential = pre.vars["V"]
    potential.values = (rng.random((5, 60)) < 0.4)[: model.batch_size].squeeze() * 2.0
    potential.push_to_device()
    steps(model, 2)
    return pulled(post, "V")


def convolved(matrix_type: str, batch_size: int = 1) -> np.ndarray:
    weights = engine.init_var("Kernel") if matrix_type == "SPARSE" else KERNEL
    by_diagonals = matrix_type == "TOEPLITZ"
    model, group, cells = add(
        matrix_type,
        weight_update("StaticPulse", weights),
        DIAGONALS if by_diagonals else ROWS,
        batch_size,
    )
    if matrix_type == "SPARSE":
        group.vars["g"].extra_global_params["kernel"].set_init_values(KERNEL)
    return run(model, cells)


def test_a_convolution_is_the_same_in_all_forms() -> None:
    by_diagonals = convolved("TOEPLITZ")
    assert np.ptp(by_diagonals) > 0
    np.testing.assert_allclose(convolved("SPARSE"), by_diagonals, rtol=1e-5, atol=1e-6)


def test_procedural_kernels_equal_those_by_diagonals() -> None:
    expected = convolved("SPARSE")
    np.testing.assert_array_equal(convolved("PROCEDURAL_KERNELG"), expected)
    np.testing.assert_allclose(convolved("TOEPLITZ"), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("matrix_type", ["TOEPLITZ", "PROCEDURAL_KERNELG"])
def test_batch_elements_are_separate_runs(matrix_type: str) -> None:
    np.testing.assert_array_equal(convolved(matrix_type, 5)[0], convolved(matrix_type))


def test_neurons_that_one_stands_for_reach_a_kernel_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps that run one by one simulate every neuron."""
    monkeypatch.setattr(block_steps, "_FEWEST_NEURONS_TO_FOLD", 60)
    results = []
    for timing_enabled in (False, True):
        model, _, (pre, post) = add("TOEPLITZ", weight_update("StaticPulse", KERNEL), DIAGONALS)
        other = add_cells(model, "other", 30)
        weights = np.arange(1800.0) / 1024
        connect(model, pre, other, weights)
        drive = np.where(np.arange(60) % 7 == 0, 0.75, 0.5)
        model.add_current_source("drive", PIXEL, pre, {}, {"magnitude": drive})
        model.timing_enabled = timing_enabled
        model.build()
        assert ("move_together(" in model.generated_code) is not timing_enabled
        model.load()
        steps(model, 40)
        results.append(np.concatenate([pulled(one, "V") for one in (pre, post, other)]))
    assert np.ptp(results[0][60:84]) > 0
    np.testing.assert_array_equal(*results)


def test_a_kernel_starts_from_the_kernel_snippet() -> None:
    model, group, cells = add(
        "TOEPLITZ", weight_update("StaticPulse", engine.init_var("Kernel")), DIAGONALS
    )
    group.vars["g"].extra_global_params["kernel"].set_init_values(KERNEL)
    np.testing.assert_array_equal(run(model, cells), convolved("TOEPLITZ"))
    np.testing.assert_array_equal(group.vars["g"].view, KERNEL)


def test_diagonals_index_arrays_and_loop_as_often_as_they_like() -> None:
    snippet = engine.create_toeplitz_connect_init_snippet(
        "shifted",
        extra_global_params=[("shift", "int*")],
        diagonal_build_code=(
            "for (int k = 0; k < 2; k++) {"
            " for_each_synapse { addSynapse((id_pre + shift[id_diag] + k) % num_post, k); } }"
        ),
        calc_max_row_len_func=lambda num_pre, num_post, pars: 3,
        calc_kernel_size_func=lambda pars: [2],
    )
    model, group, cells = add(
        "TOEPLITZ",
        weight_update("StaticPulse", [1.0, 10.0]),
        engine.init_toeplitz_connectivity(snippet),
    )
    group.connectivity_extra_global_params["shift"].set_init_values([0, 5, 7])
    got = run(model, cells)
    assert got.sum() == 3 * 11.0 * (np.random.default_rng(5).random((5, 60)) < 0.4)[0].sum()


def test_procedural_synapses_equal_sparse_ones() -> None:
    normal = engine.init_var("Normal", {"mean": 0.0, "sd": 1.0})
    results = []
    for matrix_type in ("SPARSE", "PROCEDURAL"):
        chance = engine.init_sparse_connectivity("FixedProbability", {"prob": 0.3})
        model, _, cells = add(matrix_type, weight_update("StaticPulse", normal), chance)
        model.seed = 7
        results.append(run(model, cells))
    np.testing.assert_array_equal(*results)


def test_computed_weights_are_nowhere_to_be_seen() -> None:
    model, group, cells = add("DENSE_PROCEDURALG", weight_update("StaticPulse", 0.5))
    run(model, cells)
    assert group.vars["g"].view is None
    with pytest.raises(RuntimeError, match="is computed whenever it is needed"):
        group.vars["g"].pull_from_device()


def test_postsynaptic_code_obeys_the_bits() -> None:
    back = engine.create_weight_update_model(
        "back",
        pre_spike_syn_code="addToPost(1.0);",
        post_spike_syn_code="addToPre(1.0);",
    )
    results = []
    for matrix_type in ("BITMASK", "SPARSE"):
        model, _, (pre, post) = add(
            matrix_type,
            engine.init_weight_update(back),
            engine.init_sparse_connectivity(EVERY_OTHER),
        )
        post.vars["V"].set_init_values(2e6)
        model.build()
        model.load()
        steps(model, 2)
        results.append(pulled(pre, "V"))
    np.testing.assert_array_equal(*results)
    assert results[0][0] != 24


def test_a_kernel_is_known_once_it_is_added() -> None:
    model, group, _ = add("TOEPLITZ", weight_update("StaticPulse", KERNEL), DIAGONALS)
    assert model.synapse_populations["link"] is group
    assert group.kernel_size == [3, 3, 2, 2]
    assert (group.max_connections, group.max_source_connections) == (18, 0)
    assert group.weight_update_var_size == 36
    assert group.toeplitz_connectivity_initialiser is DIAGONALS
    assert group.sparse_connectivity_initialiser.snippet.class_name == "Uninitialised"


PULSE = weight_update("StaticPulse", 1.0)
BITS = engine.init_weight_update("StaticPulseConstantWeight", {"g": 1.0})
UPDATE = engine.create_weight_update_model
DYNAMICS = engine.init_weight_update(UPDATE("flow", synapse_dynamics_code="addToPost(1.0);"))
NUMBERED = engine.init_weight_update(UPDATE("count", pre_spike_syn_code="addToPost(id_syn);"))
LEARNING = engine.init_weight_update(UPDATE("learn", post_spike_syn_code="addToPre(1.0);"))
NORMAL = weight_update("StaticPulse", engine.init_var("Normal", {"mean": 0.0, "sd": 1.0}))
OTHERS = engine.init_sparse_connectivity(EVERY_OTHER)
ONE_BY_ONE = engine.init_sparse_connectivity("OneToOne")


@pytest.mark.parametrize(
    ("matrix_type", "weights", "connectivity", "message"),
    [
        ("TOEPLITZ", PULSE, None, "requires toeplitz connectivity initialisation snippet"),
        ("TOEPLITZ", PULSE, ONE_BY_ONE, "Cannot use TOEPLITZ connectivity with sparse"),
        ("SPARSE", PULSE, DIAGONALS, "Cannot use SPARSE connectivity with toeplitz"),
        ("TOEPLITZ", PULSE, engine.init_toeplitz_connectivity("Uninitialised"), "a kernel size"),
        ("TOEPLITZ", LEARNING, DIAGONALS, "postsynaptic spike-triggered learning"),
        ("TOEPLITZ", DYNAMICS, DIAGONALS, "Only DENSE and SPARSE format"),
        ("BITMASK", PULSE, OTHERS, "BITMASK connectivity can only be used with"),
        ("BITMASK", DYNAMICS, OTHERS, "Only DENSE and SPARSE format"),
        ("BITMASK", NUMBERED, OTHERS, "Undefined identifier 'id_syn'"),
        ("BITMASK", BITS, ROWS, "no place in a kernel"),
        ("PROCEDURAL", PULSE, None, "row building code"),
        ("PROCEDURAL", LEARNING, OTHERS, "postsynaptic spike-triggered learning"),
        ("PROCEDURAL", DYNAMICS, OTHERS, "continuous synapse dynamics"),
        ("PROCEDURAL", weight_update("StaticPulse", [1.0]), OTHERS, "cannot start from an array"),
        ("PROCEDURAL_KERNELG", PULSE, OTHERS, "PROCEDURAL_KERNELG needs a kernel"),
        ("DENSE_PROCEDURALG", NORMAL, None, "cannot currently access RNG"),
        ("DENSE", PULSE, OTHERS, "Cannot use DENSE connectivity"),
        (
            "SPARSE",
            weight_update("StaticPulse", engine.init_var("Kernel")),
            OTHERS,
            "'id_kernel'",
        ),
    ],
)
def test_what_a_matrix_type_cannot_do(
    matrix_type: str, weights: Any, connectivity: Any, message: str
) -> None:
    with pytest.raises(RuntimeError, match=re.escape(message)):
        add(matrix_type, weights, connectivity)


@pytest.mark.parametrize(
    ("code", "size", "error", "message"),
    [
        ("addSynapse(id_pre, 0);", [2, 2], RuntimeError, "takes 3 arguments, 2 given"),
        ("addSynapse(60, 0);", [2], IndexError, "id_post must be at least 0"),
        ("addSynapse(0, 2);", [2], IndexError, "index 0 of the kernel must be at least 0"),
        ("addSynapse(0, 0);", [2.5], RuntimeError, "write int(…)"),
        ("addSynapse(0, 0);", [], RuntimeError, "1 to"),
        ("addSynapse(0, gennrand() % 2u);", [2], RuntimeError, "random numbers are not drawn"),
    ],
)
def test_wrong_diagonals(code: str, size: list[Any], error: Any, message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        _run_diagonals(code, size)


def _run_diagonals(code: str, size: list[Any]) -> None:
    snippet = engine.create_toeplitz_connect_init_snippet(
        "wrong",
        diagonal_build_code=f"for_each_synapse {{ {code} }}",
        calc_max_row_len_func=lambda num_pre, num_post, pars: 1,
        calc_kernel_size_func=lambda pars: size,
    )
    model, _, cells = add("TOEPLITZ", PULSE, engine.init_toeplitz_connectivity(snippet))
    run(model, cells)


def test_code_must_not_assign_what_synapses_share() -> None:
    rule = engine.create_weight_update_model(
        "assigns", vars=[("g", "scalar")], pre_spike_syn_code="g += 1.0;"
    )
    model, _, _ = add("TOEPLITZ", engine.init_weight_update(rule, {}, {"g": 0.0}), DIAGONALS)
    with pytest.raises(RuntimeError, match="kernel variable"):
        model.build()
