"""Kernels that synapses share, convolutions, bits for pairs, and weights that code computes."""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from tests.conformance.case_parts import (
    accumulators,
    keep,
    pull,
    push,
    read,
    read_values,
    senders,
    sixteenths,
    trace,
    wide,
)
from tests.conformance.casebook import Arrays, case
from tests.conformance.cases_sparse import connectivity


def sizes(**numbers: int) -> dict[str, int]:
    """Give the parameters of a convolution."""
    return {f"conv_{name}": value for name, value in numbers.items()}


def convolved(
    pygenn: ModuleType,
    model: Any,
    name: str,
    source: Any,
    target: Any,
    weights: Any,
    snippet: str,
    params: dict[str, int],
) -> Any:
    """Add a convolution by diagonals."""
    return model.add_synapse_population(
        name,
        "TOEPLITZ",
        source,
        target,
        pygenn.init_weight_update("StaticPulse", {}, {"g": weights}),
        pygenn.init_postsynaptic("DeltaCurr"),
        pygenn.init_toeplitz_connectivity(snippet, params),
    )


@case("float", "double")
def toeplitz_convolutions(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Without a border and with one, two channels to three, one of them delayed."""
    rng = np.random.default_rng(2101)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre = senders(pygenn, model, rng, 6 * 7 * 2)
    inner = accumulators(pygenn, model, 4 * 5 * 3, "inner")
    whole = accumulators(pygenn, model, 6 * 7 * 3, "whole")
    valid = sizes(kh=3, kw=3, ih=6, iw=7, ic=2, oh=4, ow=5, oc=3)
    same = sizes(kh=3, kw=5, ih=6, iw=7, ic=2, oh=6, ow=7, oc=3)
    first = convolved(pygenn, model, "first", pre, inner, wide(rng, 3 * 3 * 2 * 3), "Conv2D", valid)
    second = convolved(
        pygenn, model, "second", pre, whole, wide(rng, 3 * 5 * 2 * 3), "Conv2D", same
    )
    second.axonal_delay_steps = 3
    model.build()
    model.load()
    arrays = trace(model, 24, inner=(inner, "I"), whole=(whole, "I"))
    push(first, "g", wide(rng, 3 * 3 * 2 * 3))
    arrays |= {f"{key}_later": rows for key, rows in trace(model, 8, inner=(inner, "I")).items()}
    arrays["g"], arrays["V"] = pull(first, "g"), pull(whole, "V")
    arrays["limits"] = np.array(
        [
            *(first.max_connections, first.max_source_connections, first.weight_update_var_size),
            *first.kernel_size,
        ]
    )
    return arrays


@case("float", "double")
def toeplitz_pooling(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Average pooling before a convolution, with windows that leave pixels out."""
    rng = np.random.default_rng(2102)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre = senders(pygenn, model, rng, 8 * 9 * 2)
    arrays: Arrays = {}
    groups = {}
    for key, window, stride, height, width in (("tight", 2, 2, 3, 3), ("loose", 2, 3, 3, 3)):
        post = accumulators(pygenn, model, height * width * 2, key)
        params = sizes(kh=2, kw=3, oh=height, ow=width, oc=2)
        params |= {"pool_kh": window, "pool_kw": window, "pool_sh": stride, "pool_sw": stride}
        params |= {"pool_ih": 8, "pool_iw": 9, "pool_ic": 2}
        weights = wide(rng, 2 * 3 * 2 * 2)
        convolved(pygenn, model, f"{key}s", pre, post, weights, "AvgPoolConv2D", params)
        groups[key] = (post, "I")
    model.build()
    model.load()
    return arrays | trace(model, 24, **groups)


@case("float", "double")
def toeplitz_code(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Diagonals of one's own; code that learns in the kernel, and adds to both sides.

    Some diagonals loop twice, or not at all.
    """
    rng = np.random.default_rng(2103)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre, post = senders(pygenn, model, rng, 12), accumulators(pygenn, model, 10)
    behind = accumulators(pygenn, model, 12, "behind")
    diagonals = keep(
        model,
        pygenn.create_toeplitz_connect_init_snippet(
            "band",
            params=[("width", "int")],
            derived_params=[("half", lambda pars, dt: pars["width"] // 2, "int")],
            diagonal_build_code="""
            const int offset = (int)id_diag - half + (int)(id_diag * id_diag % 4) - 1;
            if (id_diag != 1) {
                for_each_synapse {
                    const int target = (int)id_pre + offset;
                    if (target >= 0 && target < num_post) {
                        addSynapse(target, id_diag, id_pre % 2);
                        if (id_pre == 3) { addSynapse(0, id_diag, 0); }
                    }
                }
            }
            if (id_diag == 2) {
                for_each_synapse { addSynapse(num_post - 1, 0, id_pre % 2); }
            }
            """,
            calc_max_row_len_func=lambda num_pre, num_post, pars: int(pars["width"]),
            calc_kernel_size_func=lambda pars: [int(pars["width"]), 2],
        ),
    )
    rule = keep(
        model,
        pygenn.create_weight_update_model(
            "shared",
            params=["rate"],
            vars=[("g", "scalar"), ("n", "int")],
            pre_vars=[("trace", "scalar")],
            pre_spike_code="trace = (trace * 0.7) + 1.0;",
            pre_spike_syn_code="""
            addToPost((g * trace) + (scalar)(id_kernel + (10u * id_kernel_0)) / 7.0);
            addToPre(g / (1.0 + id_kernel_1 + id_post));
            atomic_add_g(rate / (1.0 + id_pre));
            atomic_add_n(1);
            """,
        ),
    )
    group = model.add_synapse_population(
        "link",
        "TOEPLITZ",
        pre,
        post,
        pygenn.init_weight_update(
            rule, {"rate": 0.37}, {"g": wide(rng, 10), "n": 0}, {"trace": 0.0}
        ),
        pygenn.init_postsynaptic("DeltaCurr"),
        pygenn.init_toeplitz_connectivity(diagonals, {"width": 5}),
    )
    model.add_synapse_population(
        "back",
        "TOEPLITZ",
        post,
        behind,
        pygenn.init_weight_update("StaticPulse", {}, {"g": sixteenths(rng, 10)}),
        pygenn.init_postsynaptic("DeltaCurr"),
        pygenn.init_toeplitz_connectivity(diagonals, {"width": 5}),
    )
    model.build()
    model.load()
    arrays = trace(model, 20, I=(post, "I"))
    arrays |= {key: pull(group, key) for key in ("g", "n")}
    arrays["trace"] = read(group.pre_vars["trace"])
    return arrays


@case("float", "double")
def kernel_updates(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Initial values of a kernel by code, custom updates of it, and variables of these."""
    rng = np.random.default_rng(2104)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre, post = senders(pygenn, model, rng, 20), accumulators(pygenn, model, 12)
    places = keep(
        model,
        pygenn.create_var_init_snippet(
            "places", params=["scale"], var_init_code="value = scale * (id_syn + 1) / 3.0;"
        ),
    )
    group = convolved(
        pygenn,
        model,
        "link",
        pre,
        post,
        pygenn.init_var(places, {"scale": 0.7}),
        "Conv2D",
        sizes(kh=2, kw=3, ih=4, iw=5, ic=1, oh=3, ow=2, oc=2),
    )
    decay = keep(
        model,
        pygenn.create_custom_update_model(
            "decay",
            params=["rate"],
            vars=[("m", "scalar")],
            var_refs=[("g", "scalar")],
            update_code="m = (m * 0.9) + (g * rate); g -= m / (1.0 + id_syn + id_kernel_1);",
        ),
    )
    update = model.add_custom_update(
        "decay",
        "learn",
        decay,
        {"rate": 0.3},
        {"m": 0.1},
        {"g": pygenn.create_wu_var_ref(group, "g")},
    )
    model.build()
    model.load()
    arrays = {"g_first": pull(group, "g")} | trace(model, 6, I=(post, "I"))
    for turn in range(3):
        model.custom_update("learn")
        arrays |= {f"g_{turn}": pull(group, "g"), f"m_{turn}": pull(update, "m")}
        arrays |= {f"I_{turn}": trace(model, 4, I=(post, "I"))["I"]}
    return arrays


def sparse_convolution(
    pygenn: ModuleType,
    model: Any,
    rng: np.random.Generator,
    snippet: Any,
    stride: int,
    padding: int,
    height: int,
    width: int,
) -> Arrays:
    """Run a convolution of 7 x 8 pixels whose synapses are stored one by one."""
    pre = senders(pygenn, model, rng, 7 * 8 * 2)
    post = accumulators(pygenn, model, height * width * 3)
    params = sizes(kh=3, kw=3, sh=stride, sw=stride, padh=padding, padw=padding)
    params |= sizes(ih=7, iw=8, ic=2, oh=height, ow=width, oc=3)
    group = model.add_synapse_population(
        "link",
        "SPARSE",
        pre,
        post,
        pygenn.init_weight_update("StaticPulse", {}, {"g": pygenn.init_var(snippet)}),
        pygenn.init_postsynaptic("DeltaCurr"),
        pygenn.init_sparse_connectivity("Conv2D", params),
    )
    group.vars["g"].extra_global_params["kernel"].set_init_values(wide(rng, 3 * 3 * 2 * 3))
    arrays = {"limits": np.array([group.max_connections, *group.kernel_size])}
    model.build()
    model.load()
    arrays |= connectivity(group) | {"g": read_values(group.vars["g"])}
    return arrays | trace(model, 20, I=(post, "I"))


@case("float", "double")
def sparse_convolution_of_a_kernel(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Weights from a kernel, as they are."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    return sparse_convolution(pygenn, model, np.random.default_rng(2105), "Kernel", 1, 0, 5, 6)


@case("float", "double")
def sparse_convolution_with_strides(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Strides and padding; weights from a kernel, changed by code."""
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    halved = keep(
        model,
        pygenn.create_var_init_snippet(
            "halved",
            extra_global_params=[("kernel", "scalar*")],
            var_init_code=(
                "value = (kernel[id_kernel] * 0.37) + id_kernel_0 - (id_kernel_3 / 3.0) + id_post;"
            ),
        ),
    )
    return sparse_convolution(pygenn, model, np.random.default_rng(2109), halved, 2, 1, 4, 4)


@case("float", "double")
def sparse_kernel_by_columns(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Code that builds columns, and says for each synapse where in the kernel its weight is."""
    rng = np.random.default_rng(2106)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre, post = senders(pygenn, model, rng, 9), accumulators(pygenn, model, 7)
    columns = keep(
        model,
        pygenn.create_sparse_connect_init_snippet(
            "columns",
            col_build_code="""
            for (unsigned int k = 0; k < 3; k++) {
                addSynapse((id_post + (4 * k)) % num_pre, k, id_post % 2);
            }
            """,
            calc_max_col_len_func=lambda num_pre, num_post, pars: 3,
            calc_max_row_len_func=lambda num_pre, num_post, pars: 7,
            calc_kernel_size_func=lambda pars: [3, 2],
        ),
    )
    group = model.add_synapse_population(
        "link",
        "SPARSE",
        pre,
        post,
        pygenn.init_weight_update("StaticPulse", {}, {"g": pygenn.init_var("Kernel")}),
        pygenn.init_postsynaptic("DeltaCurr"),
        pygenn.init_sparse_connectivity(columns),
    )
    group.vars["g"].extra_global_params["kernel"].set_init_values(wide(rng, 6))
    model.build()
    model.load()
    arrays = connectivity(group) | {"g": read_values(group.vars["g"])}
    return arrays | trace(model, 16, I=(post, "I"))


@case("float", "double")
def bitmask(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Bits set by rows and by columns, some twice and in no order; code for both sides."""
    rng = np.random.default_rng(2107)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre, post = senders(pygenn, model, rng, 40), accumulators(pygenn, model, 35)
    mixed = accumulators(pygenn, model, 35, "mixed")
    rows = keep(
        model,
        pygenn.create_sparse_connect_init_snippet(
            "rows",
            row_build_code="""
            for (unsigned int k = 0; k < 9; k++) {
                addSynapse(((11 * id_pre) + (k * k * 5)) % num_post);
            }
            """,
        ),
    )
    columns = keep(
        model,
        pygenn.create_sparse_connect_init_snippet(
            "columns",
            col_build_code="addSynapse((3 * id_post) % num_pre); addSynapse(id_post % num_pre);",
        ),
    )
    rule = keep(
        model,
        pygenn.create_weight_update_model(
            "both",
            params=["g"],
            pre_vars=[("x", "scalar")],
            pre_spike_code="x = (x * 0.6) + 1.0;",
            pre_spike_syn_code=(
                "addToPost((g * x) / (1.0 + id_post)); addToPre(g / (3.0 + id_post));"
            ),
        ),
    )
    for key, model_of, params, state, target, snippet in (
        ("constant", "StaticPulseConstantWeight", {"g": 0.37}, {}, post, rows),
        ("coded", rule, {"g": 0.37}, {"x": 0.1}, mixed, columns),
    ):
        group = model.add_synapse_population(
            key,
            "BITMASK",
            pre,
            target,
            pygenn.init_weight_update(model_of, params, {}, state),
            pygenn.init_postsynaptic("DeltaCurr"),
            pygenn.init_sparse_connectivity(snippet),
        )
        if key == "constant":
            group.parallelism_hint = pygenn.ParallelismHint.WORD_PACKED_BITMASK
    model.build()
    model.load()
    return trace(model, 20, I=(post, "I"), mixed=(mixed, "I"))


@case("float", "double")
def computed_weights(pygenn: ModuleType, name: str, precision: str) -> Arrays:
    """Weights by code from both ends, and as a number; and dynamics with them."""
    rng = np.random.default_rng(2108)
    model = pygenn.GeNNModel(precision, name)
    model.dt = 0.3
    pre, post = senders(pygenn, model, rng, 11), accumulators(pygenn, model, 9)
    moved = accumulators(pygenn, model, 9, "moved")
    ends = keep(
        model,
        pygenn.create_var_init_snippet(
            "ends",
            params=["scale"],
            var_init_code="value = scale * (id_pre + 1) / (id_post + 3);",
        ),
    )
    rule = keep(
        model,
        pygenn.create_weight_update_model(
            "flow",
            vars=[("g", "scalar"), ("offset", "scalar")],
            synapse_dynamics_code="addToPost((g * t) + offset);",
            pre_spike_syn_code="addToPost(g * 3.0);",
        ),
    )
    for key, model_of, state, target in (
        ("static", "StaticPulse", {}, post),
        ("flow", rule, {"offset": 0.1}, moved),
    ):
        model.add_synapse_population(
            key,
            "DENSE_PROCEDURALG",
            pre,
            target,
            pygenn.init_weight_update(
                model_of, {}, {"g": pygenn.init_var(ends, {"scale": 0.7}), **state}
            ),
            pygenn.init_postsynaptic("DeltaCurr"),
        )
    model.build()
    model.load()
    return trace(model, 20, I=(post, "I"), moved=(moved, "I"))
