"""What code strings of PyGeNN 4.9 may hold because they are C++ there."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.compat import v4_9 as legacy
from numbagenn.compat.v4_9.rewriting import rewrite, without_comments
from numbagenn.language.code_strings import CodeStringError

# By code for x and the whole number n: what x is afterwards, for x = 0.5, n = 13 and a step of 0.5.
CODE: dict[str, float] = {
    "$(x) = float($(n)) / 2 + scalar(1) + int(3.75);": 13 / 2 + 1 + 3,
    "$(x) = static_cast<scalar>($(n) / 2) + static_cast<int>(2.9);": 8.0,
    "$(x) = expf(1.0f) + powf(2.0f, 3.0f) + __expf(0.0f) + fminf(3.0f, $(x)) + roundf(2.5f);":
        math.exp(1) + 8 + 1 + 0.5 + 3,
    "$(x) = std::max(1.0, $(x)) + std::exp(0.0) + std :: sqrt(4.0);": 4.0,
    "$(x) = abs(-2.5) + abs(3) + fabs(-1.0) + abs($(x) - 1.0);": 7.0,
    "$(x) = sin(M_PI * 0.5) + 4.0 * M_PI_4 / M_PI + M_SQRT2 * M_SQRT1_2;": 1 + 1 + 2**.5 * .5**.5,
    "if ($(x) > 0.0 and not ($(n) == 3) or false) { $(x) = 9.0; }": 9.0,
    "const scalar dt = DT * 2.0; $(x) += dt + DT;": 2.0,
    "scalar t = $(t) + 3.0; scalar id = 4.0; $(x) = t + id + $(id);": 7.0,
    "$(n) = ($(n) >> 1) + (1 << 3); $(n) >>= 2; $(x) = $(n);": 3.0,
    "unsigned int m = 0x80000000; $(x) = (m >> 31) + (unsigned int)(m >> 30 & 1);": 1.0,
    "int m = -8; $(x) = m >> 1;": -4.0,
    "$(x) = 1.F + 1.0F + 2E1 + .5f + 3UL + 4ll + 5. + 0x1F;": 1 + 1 + 20 + .5 + 3 + 4 + 5 + 31,
    "$(x) = isnan($(x)) || isinf($(x)) || !isfinite($(x)) ? 1.0 : 2.0;": 2.0,
    "scalar y = INFINITY; $(x) = isinf(y) && isinf(-y) && isnan(NAN) ? 1.0 : 2.0;": 1.0,
    "$(x) = hypot(3.0, 4.0);  // abs(\n": 5.0,
    "$(x) = $(x) < FLT_MAX && 1.0 + DBL_EPSILON > 1.0 ? INT_MAX - 2147483646 : 0;": 1.0,
}  # fmt: skip


@pytest.mark.parametrize("code", CODE)
def test_code_of_cpp(code: str) -> None:
    cell = legacy.create_custom_neuron_class(
        "cell", var_name_types=[("x", "scalar"), ("n", "unsigned int")], sim_code=code
    )
    model = legacy.GeNNModel("double", "cpp")
    model.dT = 0.5
    pop = model.add_neuron_population("pop", 1, cell, {}, {"x": 0.5, "n": 13})
    model.build()
    model.load()
    model.step_time()
    pop.pull_state_from_device()
    assert pop.vars["x"].view[0] == CODE[code]


def test_every_kind_of_code_may_shift() -> None:
    code = "$(a) = $(a) >> 1;"
    update = legacy.create_custom_custom_update_class(
        "update", var_refs=[("a", "int")], update_code=code
    )
    source = legacy.create_custom_current_source_class(
        "source", var_name_types=[("a", "int")], injection_code=code
    )
    value = legacy.create_custom_init_var_snippet_class(
        "value", var_init_code="$(value) = $(id) >> 1;"
    )
    row = legacy.create_custom_sparse_connect_init_snippet_class(
        "row", row_build_code="$(addSynapse, $(id_pre) >> 1); $(endRow);"
    )
    for model in (update, source, value, row):
        assert ">>" in "".join(str(vars(model)[name]) for name in vars(model))
    with pytest.raises(CodeStringError, match=r"GeNN 5\.4 cannot read >>"):
        engine.create_custom_update_model("x", var_refs=[("a", "int")], update_code="a = a >> 1;")
    with pytest.raises(CodeStringError, match=r"Invalid operand types .* which needs integers"):
        legacy.create_custom_custom_update_class(
            "update", var_refs=[("a", "scalar")], update_code=code
        )


def test_what_only_gpus_have() -> None:
    with pytest.raises(NotImplementedError, match=r"line 1: .*__shfl_sync\(\) in code strings"):
        rewrite("m = fmin(m, __shfl_sync(0x7, m, 1));", "update code")


def test_comments_are_blanked() -> None:
    given = 'a; // $(b)\nshow("// %f", /* c\n */ d);'
    assert without_comments(given) == 'a;        \nshow("// %f",     \n    d);'


# --- What belongs to neurons ----------------------------------------------------------------------


def with_parameters(
    code: str, psm_code: str = "$(Isyn) += $(inSyn);", pre: Any = None
) -> tuple[float, Any]:
    """Return what a neuron receives through synapses whose code names parameters of neurons."""
    cell = legacy.create_custom_neuron_class(
        "cell",
        param_names=["a", "b"],
        derived_params=[("c", legacy.create_dpf_class(lambda pars, dt: pars[1] * dt)())],
        var_name_types=[("n", "scalar")],
        sim_code="$(n) += $(Isyn);",
    )
    model = legacy.GeNNModel("float", "parameters")
    model.dT = 0.5
    source = model.add_neuron_population("source", 1, "SpikeSource", {}, {})
    post = model.add_neuron_population("post", 1, cell, {"a": 3.0, "b": 5.0}, {"n": 0.0})
    rule = legacy.create_custom_weight_update_class("rule", sim_code=code)
    shape = legacy.create_custom_postsynaptic_class(
        "shape", apply_input_code=psm_code, decay_code="$(inSyn) = 0;"
    )
    ends = ((pre and post) or source), post
    model.add_synapse_population(
        "s", "DENSE_GLOBALG", 0, *ends, rule, {}, {}, {}, {}, shape, {}, {}
    )
    model.build()
    model.load()
    source.current_spikes = [0]
    source.push_current_spikes_to_device()
    model.step_time()
    post.pull_var_from_device("n")
    return float(post.vars["n"].view[0]), model


@pytest.mark.parametrize(
    ("code", "psm_code", "expected"),
    [
        ("$(addToInSyn, $(a_post) + $(c_post));", "$(Isyn) += $(inSyn);", 5.5),
        ("$(addToInSyn, 1.0);", "$(Isyn) += $(inSyn) * $(b) + $(c);", 7.5),
        ("$(addToInSyn, $(n_post) + $(b_post));", "$(Isyn) += $(inSyn) * $(a) - $(n);", 15.0),
    ],
)
def test_code_reads_parameters_of_neurons(code: str, psm_code: str, expected: float) -> None:
    assert with_parameters(code, psm_code)[0] == expected


def test_names_that_a_neuron_lacks() -> None:
    with pytest.raises(ValueError, match=r"no variable or parameter of .*'post'.*\$\(a_post\)"):
        with_parameters("$(addToInSyn, $(aa_post));")


# --- Extra global parameters, and names -----------------------------------------------------------


def test_a_number_may_be_given_late() -> None:
    cell = legacy.create_custom_neuron_class(
        "cell",
        var_name_types=[("x", "scalar"), ("n", "int")],
        extra_global_params=[("gain", "scalar"), ("shift", "int"), ("table", "scalar*")],
        sim_code="$(x) = $(gain) + $(table)[0]; $(n) = $(shift);",
    )
    model = legacy.GeNNModel("float", "late")
    pop = model.add_neuron_population("pop", 1, cell, {}, {"x": 0.0, "n": 1})
    params = pop.extra_global_params
    params["table"].set_values(np.array([2.0]))
    assert params["table"].values.tolist() == [2.0]
    assert [params[name].is_scalar for name in ("gain", "shift", "table")] == [True, True, False]
    model.load()
    seen = []
    for gain in (None, 3.0):
        if gain:
            params["gain"].view[:] = gain
        model.step_time()
        pop.pull_state_from_device()
        seen.append((float(pop.vars["x"].view[0]), int(pop.vars["n"].view[0])))
    assert seen == [(2.0, 0), (5.0, 0)]
