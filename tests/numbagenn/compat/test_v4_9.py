"""The API of PyGeNN 4.9: code strings, descriptions, models, and what is wrong with them.

Most of it is compared with the same in the API of 5.x, which is what the layer calls.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn.base.enumerations import CustomUpdateVarAccess, VarAccess, VarAccessMode
from numbagenn.compat import v4_9 as legacy
from numbagenn.compat.v4_9.enums import (
    MATRIX_TYPES,
    MODELS,
    NO_DELAY,
    REFERENCE_MODE,
    UPDATE_ACCESS,
    VARIABLE_ACCESS,
    WRAPPER,
)
from numbagenn.compat.v4_9.rewriting import local_variables, rewrite
from numbagenn.language.code_strings import CodeStringError
from numbagenn.models.builtin_models import find_model
from numbagenn.models.descriptions import CurrentSourceModel, NeuronModel, PostsynapticModel
from tests.numbagenn.networks import steps

# --- Code strings --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("", ""),
        ("$(V) += $(Isyn) * DT;", "V += Isyn * dt;"),
        ("$( V )=$(V)-1;", "V=V-1;"),
        ("$(id) < $(num) && $(t) > DT", "id < num_neurons && t > dt"),
        ("$(injectCurrent, $(a));", "injectCurrent(a);"),
        ("$(injectCurrent,$(a)*($(b)+1));", "injectCurrent(a*(b+1));"),
        ("$(addToInSyn, f(g(1), 2));", "addToPost(f(g(1), 2));"),
        ("$(addToInSynDelay, $(g), $(d));", "addToPostDelay(g, d);"),
        ("$(addToPre, p[i[0], 1]);", "addToPre(p[i[0], 1]);"),
        ("$(addToInSyn, $(addToPre, $(g)));", "addToPost(addToPre(g));"),
        ("$(addToInSyn, a /* ) */);", "addToPost(a);"),
        ("$(addToInSyn,\n  $(g)\n);\n$(n)++;", "addToPost(\n  g\n);\nn++;"),
        ("$(V) += $(gennrand_uniform) + $(gennrand_normal);", "V += gennrand_uniform() + "
         "gennrand_normal();"),
        ("$(V) = $(gennrand_gamma, $(a));", "V = gennrand_gamma(a);"),
        ("$(t) - $(sT_pre) < $(prev_sT_post)", "t - st_pre < prev_st_post"),
        ("$(t) - $(sT)", "t - st"),
        ("x = .5 + 1.5 - .25e-3 + 2.f;", "x = 0.5 + 1.5 - 0.25e-3 + 2.f;"),
        ("a[.5 > x] = y.z;", "a[0.5 > x] = y.z;"),
        ("// $(V) DT is not code\n$(V);", f"{' ' * 22}\nV;"),
        ("// x /= 2 is not code\n$(V) /= 2;", f"{' ' * 21}\nV = V / (2);"),
        ("$(a) /* one\ntwo */ + 1", "a       \n       + 1"),
        ("$(x) /= $(y) + 1;", "x = x / (y + 1);"),
        ("$(p)[$(i)] /= 2;", "p[i] = p[i] / (2);"),
        ("SDT + DTS + DT", "SDT + DTS + dt"),
        ("std::exp($(x)) + std :: max(a, std::abs(b))", "exp(x) +  max(a, fabs(b))"),
        ('printf("$(V) DT .5 %f", $(V));', 'printf("$(V) DT .5 %f", V);'),
    ],
)  # fmt: skip
def test_code_is_rewritten(old: str, new: str) -> None:
    assert rewrite(old, "code") == new


def test_names_of_the_model_come_first() -> None:
    assert rewrite("$(num) + $(sT)", "code", own={"num", "sT"}) == "num + sT"


@pytest.mark.parametrize(
    ("code", "message", "column"),
    [
        ("$(V = 1;", "'$' must be followed by a name in brackets", 1),
        ("x = $V;", "'$' must be followed by a name in brackets", 5),
        ("$()", "'$' must be followed by a name in brackets", 1),
        ("$(1a)", "'$' must be followed by a name in brackets", 1),
        ("$(a b)", "'$' must be followed by a name in brackets", 1),
        ("$(injectCurrent, $(a) + (b;", "$(injectCurrent, …) is not closed; is a ')' missing?", 1),
        ("$(addToInSyn, g[1)];", "$(addToInSyn, …) is not closed", 1),
        ("1; $(addToInSyn, $(g);", "$(addToInSyn, …) is not closed", 4),
        ("$(injectCurent, 1);", "no such function; did you mean 'injectCurrent'?", 1),
        ("$(foo, 1);", "no such function; they are injectCurrent, addToInSyn,", 1),
        ("$(injectCurrent);", "$(injectCurrent) needs arguments: $(injectCurrent, x).", 1),
        ("if (1) $(endRow);", "$(endRow) ends the loop of row_build_code", 8),
        ("x; /* open", "a comment that begins with /* needs a */.", 4),
    ],
)
def test_mistakes_in_code(code: str, message: str, column: int) -> None:
    with pytest.raises(CodeStringError) as raised:
        rewrite("\n" + code, "sim code of 'x'")
    first, shown, caret = str(raised.value).split("\n")
    assert first.startswith("Sim code of 'x', line 2: ")
    assert message in first
    assert (shown, caret.index("^") + 1 - 4) == (f"    {code}", column)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("scalar a = $(b);", {"a"}),
        ("const unsigned int a = 1, b = f(c, d), e; $(g) = 2;", {"a", "b", "e"}),
        ("for (int i = 0; i < $(n); i++) { scalar *p = $(q) + i; }", {"i", "p"}),
        ("x = (int)y; z = (unsigned int)$(V);", set()),
        ("scalar a = $(gennrand_gamma, b, c), d = 1;", {"a", "d"}),
        ("// int a;\n/* int b; */ int c;", {"c"}),
        ("scalar /* int */ x // y\n = 1.0, /* z */ y;", {"x", "y"}),
    ],
)
def test_local_variables_are_found(code: str, names: set[str]) -> None:
    assert local_variables(code) == names


def test_a_local_variable_may_have_the_name_of_a_variable() -> None:
    model = legacy.create_custom_neuron_class(
        "x",
        var_name_types=[("V", "scalar"), ("local_V", "scalar")],
        sim_code="scalar V = $(V) + $(local_V); $(V) = V;",
        threshold_condition_code="V > 1",
        is_auto_refractory_required=False,
    )
    assert model.sim_code.text == "scalar local_V_ = V + local_V; V = local_V_;"
    assert model.threshold_condition_code.text == "local_V_ > 1"


names = st.sampled_from(["V", "a", "Isyn", "n_1"])
numbers = st.sampled_from(["0", "1.5", "2u", "3.0f", "1e-3"])
leaves = st.one_of(
    names.map(lambda name: (f"$({name})", name)),
    numbers.map(lambda number: (number, number)),
    st.just(("DT", "dt")),
    st.just(("$(gennrand_uniform)", "gennrand_uniform()")),
    st.just(("$(num)", "num_neurons")),
    st.just(("local", "local")),
)


def combined(parts: Any) -> Any:
    def joined(
        form: Callable[..., str], old_form: Callable[..., str] | None = None
    ) -> Callable[[list[tuple[str, str]]], tuple[str, str]]:
        return lambda items: (
            (old_form or form)(*(old for old, _ in items)),
            form(*(new for _, new in items)),
        )

    two, one = st.tuples(parts, parts).map(list), parts.map(lambda part: [part])
    return st.one_of(
        two.map(joined(lambda x, y: f"({x} + {y})")),
        two.map(joined(lambda x, y: f"fmax({x}, {y})")),
        one.map(joined(lambda x: f"table[{x}]")),
        one.map(joined(lambda x: f"injectCurrent({x})", lambda x: f"$(injectCurrent, {x})")),
        two.map(
            joined(
                lambda x, y: f"addToPostDelay({x}, {y})",
                lambda x, y: f"$(addToInSynDelay,{x},\n{y} )",
            )
        ),
    )


@given(st.recursive(leaves, combined, max_leaves=12))
def test_any_nesting_is_rewritten(pair: tuple[str, str]) -> None:
    old, new = pair
    rewritten = rewrite(f"x = {old};", "code")
    assert "".join(rewritten.split()) == "".join(f"x = {new};".split())
    # What has no $ any more is left alone.
    assert rewrite(rewritten, "code") == rewritten


@given(st.text(alphabet='$(),[]{}/*.VDTab1 \n"', max_size=30))
def test_any_text_is_rewritten_or_refused(text: str) -> None:
    try:
        result = rewrite(text, "code")
    except CodeStringError:
        return
    outside = re.sub(r'//[^\n]*|"[^"\n]*"', "", result)
    assert "$" not in outside
    # Messages about what is wrong with the result name its lines.
    assert result.count("\n") == text.count("\n")


# --- Descriptions --------------------------------------------------------------------------------


def test_descriptions_are_those_of_5() -> None:
    assert legacy.create_custom_neuron_class(
        "if",
        param_names=["Vthr"],
        var_name_types=[("V", "scalar"), ("n", "unsigned int", VarAccess.READ_ONLY)],
        sim_code="$(V) += $(Isyn) * $(gain);",
        threshold_condition_code="$(V) >= $(Vthr)",
        reset_code="$(V) = 0;",
        additional_input_vars=[("gain", "scalar", 1.0)],
    ) == engine.create_neuron_model(
        "if",
        params=["Vthr"],
        vars=[("V", "scalar"), ("n", "unsigned int", VarAccess.READ_ONLY)],
        sim_code="V += Isyn * gain;",
        threshold_condition_code="V >= Vthr",
        reset_code="V = 0;",
        additional_input_vars=[("gain", "scalar", 1.0)],
        auto_refractory_required=True,
    )
    assert legacy.create_custom_current_source_class(
        "noise", ["a"], [("b", "scalar")], injection_code="$(injectCurrent, $(a) * $(b) + $(U));"
    ) == engine.create_current_source_model(
        "noise",
        params=["a"],
        vars=[("b", "scalar")],
        neuron_var_refs=[("U", "scalar")],
        injection_code="injectCurrent(a * b + U);",
    )
    assert legacy.create_custom_postsynaptic_class(
        "psm",
        ["E"],
        [("x", "scalar")],
        decay_code="$(inSyn) *= 0.5;",
        apply_input_code="$(Isyn) += $(x) * ($(E) - $(V)); $(Isyn) -= $(inSyn);",
    ) == engine.create_postsynaptic_model(
        "psm",
        params=["E"],
        vars=[("x", "scalar")],
        neuron_var_refs=[("V", "scalar")],
        sim_code="injectCurrent(x * (E - V)); injectCurrent(-(inSyn));\ninSyn *= 0.5;",
    )
    assert legacy.create_custom_weight_update_class(
        "wum",
        var_name_types=[("g", "scalar")],
        pre_var_name_types=[("x", "scalar")],
        sim_code="$(addToInSyn, $(g) * $(x) * $(V_pre) + $(U_post) + $(id_pre));",
        synapse_dynamics_code="$(g) *= 0.5;",
        pre_spike_code="$(x) += 1;",
        event_code="$(addToPre, $(g));",
        event_threshold_condition_code="$(V_pre) > 1",
        is_pre_spike_time_required=False,
    ) == engine.create_weight_update_model(
        "wum",
        vars=[("g", "scalar")],
        pre_vars=[("x", "scalar")],
        pre_neuron_var_refs=[("V_pre", "scalar")],
        post_neuron_var_refs=[("U_post", "scalar")],
        pre_spike_syn_code="addToPost(g * x * V_pre + U_post + id_pre);",
        synapse_dynamics_code="g *= 0.5;",
        pre_spike_code="x += 1;",
        pre_event_syn_code="addToPre(g);",
        pre_event_threshold_condition_code="V_pre > 1",
    )
    assert legacy.create_custom_custom_update_class(
        "cu",
        ["a"],
        [
            ("s", "scalar", MODELS["VarAccess_READ_ONLY"]),
            ("d", "scalar", MODELS["VarAccess_READ_ONLY_DUPLICATE"]),
        ],
        var_refs=[("V", "scalar", VarAccessMode.READ_WRITE)],
        update_code="$(V) = $(a) + $(s) + $(d) + $(batch);",
    ) == engine.create_custom_update_model(
        "cu",
        params=["a"],
        vars=[
            ("s", "scalar", CustomUpdateVarAccess.READ_ONLY_SHARED),
            ("d", "scalar", CustomUpdateVarAccess.READ_ONLY),
        ],
        var_refs=[("V", "scalar")],
        update_code="V = a + s + d + batch;",
    )


def test_code_strings_are_those_of_5() -> None:
    assert legacy.create_custom_init_var_snippet_class(
        "ramp", ["a"], var_init_code="$(value) = $(a) * $(id) + $(num) + $(gennrand_normal);"
    ) == engine.create_var_init_snippet(
        "ramp",
        params=["a"],
        var_init_code="value = a * id + num_neurons + gennrand_normal();",
    )
    every = legacy.create_custom_sparse_connect_init_snippet_class(
        "every",
        param_names=["other", "step"],
        derived_params=[("twice", legacy.create_dpf_class(lambda pars, dt: 2 * pars[1]))],
        row_build_state_vars=[("j", "unsigned int", "$(id_pre)"), ("k", "int", 0)],
        row_build_code="if ($(j) >= $(num_post)) $(endRow);\n$(addSynapse, $(j));\n$(j) += 2;",
        calc_max_row_len_func=legacy.create_cmlf_class(
            lambda num_pre, num_post, pars: int(num_pre + 10 * num_post + 100 * pars[1])
        )(),
    )
    assert every.row_build_code.text == (
        "unsigned int j = id_pre;\nint k = 0;\nwhile (true) {\n"
        "if (j >= num_post) break;\naddSynapse(j);\nj += 2;\n}"
    )
    assert every.calc_max_row_len_func is not None
    assert every.calc_max_row_len_func(1, 2, {"step": 3.0, "other": 0.0}) == 321
    assert every.derived_params[0].function({"step": 3.0, "other": 0.0}, 1.0) == 6.0
    columns = legacy.create_custom_sparse_connect_init_snippet_class(
        "columns", col_build_code="$(addSynapse, $(id_post)); $(endCol);"
    )
    assert columns.col_build_code.text == "while (true) {\naddSynapse(id_post); break;\n}"


def test_connectivity_has_the_parameters_of_5() -> None:
    for name, parameter in (
        ("FixedNumberPostWithReplacement", "rowLength"),
        ("FixedNumberPreWithReplacement", "colLength"),
        ("FixedNumberTotalWithReplacement", "total"),
    ):
        init = legacy.init_connectivity(name, {parameter: 3})
        assert init == engine.init_sparse_connectivity(name, {"num": 3})
    assert legacy.init_connectivity("OneToOne", {}) == engine.init_sparse_connectivity("OneToOne")


def test_parts_of_a_postsynaptic_model_may_have_the_same_locals() -> None:
    model = legacy.create_custom_postsynaptic_class(
        "psm",
        decay_code="const scalar x = 0.5; $(inSyn) *= x;",
        apply_input_code="const scalar x = 2.0; $(Isyn) += x * $(inSyn);",
    )
    assert model.sim_code.text.count("const scalar x") == 2


def test_derived_parameters_get_a_list() -> None:
    function = legacy.create_dpf_class(lambda pars, dt: pars[0] - 10 * pars[1] + dt)
    for given_function in (function, function()):
        model = legacy.create_custom_neuron_class(
            "x", ["b", "a"], derived_params=[("d", given_function)]
        )
        (derived,) = model.derived_params
        assert derived.function({"a": 1.0, "b": 100.0}, 0.5) == 90.5


def test_callbacks_of_connectivity() -> None:
    length = legacy.create_cmlf_class(lambda num_pre, num_post, pars: num_pre + num_post + pars[0])
    assert length()(1, 2, [3]) == 6
    assert legacy.create_cksf_class(lambda pars: pars[::-1])()([1, 2]) == [2, 1]


def test_flat_enumerations() -> None:
    assert (WRAPPER["NO_DELAY"], NO_DELAY) == (0, 0)
    duplicate = MODELS["VarAccess_READ_ONLY_DUPLICATE"]
    assert duplicate == 1 | 32
    assert duplicate & MODELS["VarAccessDuplication_DUPLICATE"]
    assert not duplicate & MODELS["VarAccessDuplication_SHARED"]
    assert VARIABLE_ACCESS[duplicate] is VarAccess.READ_ONLY_DUPLICATE
    assert MODELS["VarAccess_REDUCE_BATCH_SUM"] == 4 | 8 | 64
    assert UPDATE_ACCESS[4 | 8 | 64] is CustomUpdateVarAccess.REDUCE_BATCH_SUM
    assert UPDATE_ACCESS[4 | 16 | 128] is CustomUpdateVarAccess.REDUCE_NEURON_MAX
    assert REFERENCE_MODE[MODELS["VarAccessMode_REDUCE_MAX"]] is VarAccessMode.REDUCE_MAX
    assert (WRAPPER["VarLocation_HOST"], WRAPPER["VarLocation_HOST_DEVICE"]) == (1, 3)
    assert WRAPPER["SynapseMatrixConnectivity_SPARSE"] == 4
    assert "VarAccessMode_BROADCAST" not in MODELS
    assert {kind for kind, _ in MATRIX_TYPES.values()} <= set(engine.SynapseMatrixType.__members__)


# --- A network in both APIs ----------------------------------------------------------------------

WEIGHTS = np.linspace(-0.5, 3.0, 12)


def described_in_4_9(batch_size: int = 1) -> SimpleNamespace:
    cell = legacy.create_custom_neuron_class(
        "cell",
        param_names=["tau", "Vthr"],
        var_name_types=[("V", "scalar"), ("n", "unsigned int")],
        derived_params=[
            ("decay", legacy.create_dpf_class(lambda pars, dt: np.exp(-dt / pars[0]))())
        ],
        additional_input_vars=[("Iexc", "scalar", 1.0)],
        sim_code="$(V) = $(V) * $(decay) + $(Isyn) * $(Iexc) * DT;",
        threshold_condition_code="$(V) >= $(Vthr)",
        reset_code="$(V) -= .5 * $(Vthr); $(n)++;",
    )
    pixel = legacy.create_custom_current_source_class(
        "pixel", var_name_types=[("x", "scalar")], injection_code="$(injectCurrent, $(x));"
    )
    graded = legacy.create_custom_weight_update_class(
        "graded",
        var_name_types=[("g", "scalar", VarAccess.READ_ONLY)],
        pre_var_name_types=[("trace", "scalar")],
        sim_code="$(addToInSyn, $(g) * $(trace) + 0.01 * $(n_pre));",
        pre_spike_code="$(trace) = 0.5 * $(trace) + 1.0;",
    )
    shunt = legacy.create_custom_postsynaptic_class(
        "shunt",
        ["E"],
        apply_input_code="$(Isyn) += $(inSyn) * ($(E) - $(V));",
        decay_code="$(inSyn) = 0;",
    )
    reset = legacy.create_custom_custom_update_class(
        "reset",
        var_refs=[("V", "scalar"), ("n", "unsigned int")],
        update_code="$(V) = 0; $(n) = $(batch);",
    )
    model = legacy.GeNNModel("float", "old")
    model.dT = 1.0
    model.batch_size = batch_size
    params = {"tau": 20.0, "Vthr": 3.0}
    a = model.add_neuron_population("a", 4, cell, params, {"V": 0.0, "n": 0})
    b = model.add_neuron_population("b", 3, cell, params, {"V": [0.0, 0.5, 1.0], "n": 0})
    model.add_synapse_population(
        "ab",
        "DENSE_INDIVIDUALG",
        2,
        "a",
        b,
        graded,
        {},
        {"g": WEIGHTS},
        {"trace": 0.0},
        {},
        shunt,
        {"E": 4.0},
        {},
    )
    # The population may come by name, and the variables of a GLOBALG type are one number each.
    ba = model.add_synapse_population(
        "ba",
        "DENSE_GLOBALG",
        NO_DELAY,
        b,
        "a",
        "StaticPulse",
        {},
        {"g": 0.125},
        {},
        {},
        "ExpCurr",
        {"tau": 5.0},
        {},
    )
    ba.ps_target_var = "Isyn"
    source = model.add_current_source("in", pixel, "a", {}, {"x": np.arange(4.0)})
    references = {name: legacy.create_var_ref(a, name) for name in ("V", "n")}
    model.add_custom_update("reset_a", "Reset", reset, {}, {}, references)
    for pop in (a, b):
        pop.spike_recording_enabled = True
    return SimpleNamespace(model=model, a=a, b=b, source=source, ba=ba)


def described_in_5(batch_size: int = 1) -> SimpleNamespace:
    cell = engine.create_neuron_model(
        "cell",
        params=["tau", "Vthr"],
        vars=[("V", "scalar"), ("n", "unsigned int")],
        derived_params=[("decay", lambda pars, dt: np.exp(-dt / pars["tau"]))],
        additional_input_vars=[("Iexc", "scalar", 1.0)],
        sim_code="V = V * decay + Isyn * Iexc * dt;",
        threshold_condition_code="V >= Vthr",
        reset_code="V -= 0.5 * Vthr; n++;",
        auto_refractory_required=True,
    )
    pixel = engine.create_current_source_model(
        "pixel", vars=[("x", "scalar")], injection_code="injectCurrent(x);"
    )
    graded = engine.create_weight_update_model(
        "graded",
        vars=[("g", "scalar", VarAccess.READ_ONLY)],
        pre_vars=[("trace", "scalar")],
        pre_neuron_var_refs=[("n_pre", "unsigned int")],
        pre_spike_syn_code="addToPost(g * trace + 0.01 * n_pre);",
        pre_spike_code="trace = 0.5 * trace + 1.0;",
    )
    shunt = engine.create_postsynaptic_model(
        "shunt",
        params=["E"],
        neuron_var_refs=[("V", "scalar")],
        sim_code="injectCurrent(inSyn * (E - V)); inSyn = 0;",
    )
    reset = engine.create_custom_update_model(
        "reset",
        var_refs=[("V", "scalar"), ("n", "unsigned int")],
        update_code="V = 0; n = batch;",
    )
    model = engine.GeNNModel("float", "new")
    model.dt = 1.0
    model.batch_size = batch_size
    params = {"tau": 20.0, "Vthr": 3.0}
    a = model.add_neuron_population("a", 4, cell, params, {"V": 0.0, "n": 0})
    b = model.add_neuron_population("b", 3, cell, params, {"V": [0.0, 0.5, 1.0], "n": 0})
    update = engine.init_weight_update(
        graded, {}, {"g": WEIGHTS}, {"trace": 0.0}, {}, {"n_pre": "n"}
    )
    psm = engine.init_postsynaptic(shunt, {"E": 4.0}, {}, {"V": "V"})
    model.add_synapse_population("ab", "DENSE", a, b, update, psm).axonal_delay_steps = 2
    constant = engine.init_weight_update("StaticPulseConstantWeight", {"g": 0.125})
    exponential = engine.init_postsynaptic("ExpCurr", {"tau": 5.0})
    model.add_synapse_population("ba", "DENSE", b, a, constant, exponential)
    source = model.add_current_source("in", pixel, a, {}, {"x": np.arange(4.0)})
    references = {name: engine.create_var_ref(a, name) for name in ("V", "n")}
    model.add_custom_update("reset_a", "Reset", reset, {}, {}, references)
    for pop in (a, b):
        pop.spike_recording_enabled = True
    return SimpleNamespace(model=model, a=a, b=b, source=source)


def sorted_spikes(recorded: tuple[Any, Any]) -> list[tuple[float, int]]:
    times, ids = recorded
    return sorted(zip(times.tolist(), ids.tolist(), strict=True))


@pytest.mark.parametrize("batch_size", [1, 3])
def test_the_same_network_gives_the_same_kernels_and_spikes(batch_size: int) -> None:
    old, new = described_in_4_9(batch_size), described_in_5(batch_size)
    for parts in (old, new):
        parts.model.build()
        parts.model.load(num_recording_timesteps=40)
    assert old.model.generated_code == new.model.generated_code
    x = np.linspace(0.1, 2.5, 4) + np.arange(batch_size)[:, np.newaxis]
    for parts in (old, new):
        parts.source.vars["x"].view[:] = x if batch_size > 1 else x[0]
    old.source.push_var_to_device("x")
    new.source.vars["x"].push_to_device()
    for parts in (old, new):
        steps(parts.model, 20)
        parts.model.custom_update("Reset")
        steps(parts.model, 20)
        parts.model.pull_recording_buffers_from_device()
    for before, after in ((old.a, new.a), (old.b, new.b)):
        recorded = before.spike_recording_data
        batches = recorded if batch_size > 1 else [recorded]
        assert isinstance(recorded, list if batch_size > 1 else tuple)
        expected = after.spike_recording_data
        assert list(map(sorted_spikes, batches)) == list(map(sorted_spikes, expected))
        for times, ids in batches:
            assert (times.dtype, ids.dtype) == (np.float64, np.int64)
            assert list(zip(times, ids, strict=True)) == sorted_spikes((times, ids))
            assert len(times) > 5
        before.pull_state_from_device()
        for variable in after.vars.values():
            variable.pull_from_device()
            assert before.vars[variable.name].view.tobytes() == variable.view.tobytes()


@pytest.fixture
def loaded() -> SimpleNamespace:
    parts = described_in_4_9()
    parts.model.build()
    parts.model.load("./", num_recording_timesteps=6)
    return parts


def test_state_is_copied_by_groups_and_by_the_model(loaded: SimpleNamespace) -> None:
    model, a, b = loaded.model, loaded.a, loaded.b
    view = a.vars["V"].view
    view[:] = 2.0
    a.pull_var_from_device("V")
    assert view.tolist() == [0.0] * 4, "what was not pushed is gone"
    for push, pull in (
        (a.push_state_to_device, a.pull_state_from_device),
        (model.push_state_to_device, model.pull_state_from_device),
        (lambda: model.push_state_to_device("a"), lambda: model.pull_state_from_device("a")),
        (lambda: model.push_var_to_device("a", "V"), lambda: model.pull_var_from_device("a", "V")),
    ):
        view[:] = 2.0
        push()
        view[:] = 0.0
        pull()
        assert view.tolist() == [2.0] * 4
        view[:] = 0.0
        a.push_var_to_device("V")
    synapses = model.synapse_populations["ab"]
    synapses.pre_vars["trace"].view[:] = 7.0
    synapses.push_pre_var_to_device("trace")
    synapses.pull_state_from_device()
    assert synapses.pre_vars["trace"].view.reshape(-1, 4)[0].tolist() == [7.0] * 4
    assert (a.size, b.size, loaded.source.size) == (4, 3, 4)
    assert synapses.get_var_values("g").tolist() == WEIGHTS.astype(np.float32).tolist()


def test_values_are_the_initial_ones(loaded: SimpleNamespace) -> None:
    variable = loaded.b.vars["V"]
    loaded.b.vars["V"].view[:] = 9.0
    assert variable.values.tolist() == [0.0, 0.5, 1.0]
    assert loaded.a.vars["V"].values is None
    with pytest.raises(RuntimeError, match=r"Variable 'V' of .* is in use, .*write view\[:\] = …"):
        variable.values = [1.0, 2.0, 3.0]
    assert variable.current_values.tolist() == [9.0] * 3
    loaded.model.unload()
    variable.set_values([3.0, 2.0, 1.0])
    loaded.model.load(num_recording_timesteps=1)
    assert variable.view.tolist() == [3.0, 2.0, 1.0]


def test_current_spikes(loaded: SimpleNamespace) -> None:
    model, a, b = loaded.model, loaded.a, loaded.b
    assert a.current_spikes.tolist() == []
    seen: dict[str, list[tuple[float, int]]] = {"a": [], "b": []}
    for _ in range(6):
        time = model.t
        model.step_time()
        for pop in (a, b):
            pop.pull_current_spikes_from_device()
            seen[pop.name] += [(time, spike) for spike in pop.current_spikes.tolist()]
    model.pull_recording_buffers_from_device()
    # The spikes of a are kept for as long as they are delayed, those of b are not.
    assert seen == {pop.name: sorted_spikes(pop.spike_recording_data) for pop in (a, b)}
    assert seen["a"]
    model.pull_current_spikes_from_device("a")
    model.unload()
    for action in (a.pull_current_spikes_from_device, lambda: a.current_spikes):
        with pytest.raises(RuntimeError, match="'a' cannot be read: the model is not loaded"):
            action()


# Which populations send spikes to which, after how many steps of delay.
WIRINGS: dict[str, list[tuple[str, str, int]]] = {
    "nobody sends anything": [],
    "b listens": [("a", "b", 0)],
    "b listens with a delay": [("a", "b", 7)],
    "a chain": [("a", "b", 3), ("b", "c", 0)],
    "a loop, in blocks": [("a", "b", 4), ("b", "a", 4)],
    "a loop, step by step": [("a", "b", 0), ("b", "a", 0)],
}
LISTENER = legacy.create_custom_neuron_class(
    "listener",
    var_name_types=[("V", "scalar")],
    sim_code="$(V) += $(Isyn) + 0.125 * (scalar)($(id) % 4 + 1);",
    threshold_condition_code="$(V) >= 1.0",
    reset_code="$(V) = 0.0;",
)


def wired(wiring: str, batch_size: int, *, recorded: bool) -> Any:
    """Return a built model of three populations."""
    model = legacy.GeNNModel("float", "listening")
    model.dT = 1.0
    model.batch_size = batch_size
    for name, size in {"a": 40, "b": 5, "c": 3}.items():
        pop = model.add_neuron_population(name, size, LISTENER, {}, {"V": 0.0})
        pop.spike_recording_enabled = recorded
    for source, target, delay in WIRINGS[wiring]:
        model.add_synapse_population(
            f"{source}_{target}",
            "DENSE_GLOBALG",
            delay,
            source,
            target,
            "StaticPulse",
            {},
            {"g": 0.03},
            {},
            {},
            "DeltaCurr",
            {},
            {},
        )
    model.build()
    return model


def load_wired(model: Any) -> None:
    """Load it, with batch elements that differ."""
    model.load(num_recording_timesteps=1)
    view = model.neuron_populations["a"].vars["V"].view
    view[...] = np.linspace(0.0, 0.9, view.size).reshape(view.shape)
    model.push_state_to_device("a")


def elements_of(given: Any) -> list[Any]:
    """Return what 4.9 gives as a list only in a batch of several elements."""
    return given if isinstance(given, list) else [given]


first, *others = WIRINGS


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize(
    "wiring", [first, *(pytest.param(name, marks=pytest.mark.slow) for name in others)]
)
def test_current_spikes_are_there_whoever_listens(wiring: str, batch_size: int) -> None:
    recording = wired(wiring, batch_size, recorded=True)
    load_wired(recording)
    expected: list[dict[str, list[list[int]]]] = []
    for _ in range(70):
        recording.step_time()
        recording.pull_recording_buffers_from_device()
        expected.append(
            {
                name: [ids.tolist() for _, ids in elements_of(pop.spike_recording_data)]
                for name, pop in recording.neuron_populations.items()
            }
        )
    for name in "abc":
        assert any(any(step[name]) for step in expected)

    model = wired(wiring, batch_size, recorded=False)
    for parts in ([1] * 70, [1, 4, 31, 1, 32, 1]):
        load_wired(model)
        done = 0
        for part in parts:
            steps(model, part)
            done += part
            for name, pop in model.neuron_populations.items():
                model.pull_current_spikes_from_device(name)
                seen = [spikes.tolist() for spikes in elements_of(pop.current_spikes)]
                assert seen == expected[done - 1][name], (name, done)
        # What was pulled stays what it was until the next pull.
        model.step_time()
        assert [spikes.tolist() for spikes in elements_of(pop.current_spikes)] == seen
        model.unload()


def test_time(loaded: SimpleNamespace) -> None:
    model = loaded.model
    steps(model, 3)
    assert (model.t, model.timestep) == (3.0, 3)
    model.t = 7.0
    assert model.timestep == 7
    model.timestep = 2
    assert model.t == 2.0
    with pytest.raises(ValueError, match=r"t must be a multiple of dT = 1.0, not 0.5"):
        model.t = 0.5
    with pytest.raises(TypeError, match="t must be a number of milliseconds, not 'now'"):
        model.t = "now"


def test_reinitialise_keeps_views(loaded: SimpleNamespace) -> None:
    model, a, source = loaded.model, loaded.a, loaded.source
    views = [a.vars["V"].view, a.vars["n"].view, source.vars["x"].view]
    start = [view.copy() for view in views]

    def simulated() -> tuple[Any, ...]:
        source.vars["x"].view[:] = 2.5
        source.push_var_to_device("x")
        steps(model, 6)
        model.pull_state_from_device()
        model.pull_recording_buffers_from_device()
        return a.spike_recording_data

    times, ids = simulated()
    assert len(times) > 3
    model.reinitialise()
    assert model.t == 0.0
    for view, values, now in zip(
        views, start, (a.vars["V"], a.vars["n"], source.vars["x"]), strict=True
    ):
        assert now.view is view
        assert view.tolist() == values.tolist()
    again = simulated()
    assert [array.tolist() for array in again] == [times.tolist(), ids.tolist()]
    model.end()
    with pytest.raises(RuntimeError, match="has to be loaded before reinitialising"):
        model.reinitialise()


# --- Built-in models -----------------------------------------------------------------------------

_STATE = {"V": -65.0, "U": -13.3, "preV": -65.0, "RefracTime": 0.0, "timeStepToSpike": 0.0}
_STATE |= {"m": 0.05, "h": 0.3, "n": 0.6, "startSpike": 0, "endSpike": 0}
_PARAMS = {"tau": 5.7, "E": -70.0, "amp": 0.1, "mean": 0.0, "sd": 1.0, "weight": 0.1, "rate": 5.0}


def values(model: Any) -> dict[str, dict[str, float]]:
    """Return some value for each parameter and variable of a model."""
    params = {param.name: _PARAMS.get(param.name, 1.0) for param in model.params}
    return {"params": params, "vars": {var.name: _STATE.get(var.name, 0.0) for var in model.vars}}


@pytest.mark.parametrize(
    "name",
    [
        "LIF",
        "Izhikevich",
        "IzhikevichVariable",
        "SpikeSourceArray",
        "PoissonNew",
    ],
)
def test_built_in_neurons_are_those_of_5(name: str) -> None:
    model = legacy.GeNNModel()
    assert model.dT == 0.1
    expected = find_model({"PoissonNew": "Poisson"}.get(name, name), NeuronModel, "a test")
    given = values(expected)
    assert model.add_neuron_population("a", 1, name, *given.values()).model is expected


@pytest.mark.parametrize("name", ["DeltaCurr", "ExpCurr", "ExpCond"])
def test_built_in_postsynaptic_models_are_those_of_5(name: str) -> None:
    model = legacy.GeNNModel()
    izhikevich = values(find_model("Izhikevich", NeuronModel, "a test"))
    a = model.add_neuron_population("a", 1, "Izhikevich", *izhikevich.values())
    expected = find_model(name, PostsynapticModel, "a test")
    synapses = model.add_synapse_population(
        "aa",
        "DENSE_INDIVIDUALG",
        NO_DELAY,
        a,
        a,
        "StaticPulse",
        {},
        {"g": 1.0},
        {},
        {},
        name,
        *values(expected).values(),
    )
    assert synapses.postsynaptic.model is expected


@pytest.mark.parametrize("name", ["DC", "GaussianNoise", "PoissonExp"])
def test_built_in_current_sources_are_those_of_5(name: str) -> None:
    model = legacy.GeNNModel()
    izhikevich = values(find_model("Izhikevich", NeuronModel, "a test"))
    model.add_neuron_population("a", 1, "Izhikevich", *izhikevich.values())
    expected = find_model(name, CurrentSourceModel, "a test")
    source = model.add_current_source("source", name, "a", *values(expected).values())
    assert source.model is expected


# --- Sparse synapses -----------------------------------------------------------------------------


@pytest.mark.parametrize("matrix_type", ["SPARSE_INDIVIDUALG", "SPARSE_GLOBALG"])
def test_sparse_synapses(matrix_type: str) -> None:
    model = legacy.GeNNModel("float", "sparse")
    model.dT = 1.0
    cell = legacy.create_custom_neuron_class(
        "sum",
        var_name_types=[("V", "scalar")],
        sim_code="$(V) += $(Isyn);",
        threshold_condition_code="$(t) == $(id)",
        # The condition holds before the update as well.
        is_auto_refractory_required=False,
    )
    a = model.add_neuron_population("a", 3, cell, {}, {"V": 0.0})
    b = model.add_neuron_population("b", 3, cell, {}, {"V": 0.0})
    weights = np.array([4.0, 2.0, 1.0]) if matrix_type == "SPARSE_INDIVIDUALG" else 2.0
    synapses = model.add_synapse_population(
        "ab",
        matrix_type,
        NO_DELAY,
        a,
        b,
        "StaticPulse",
        {},
        {"g": weights},
        {},
        {},
        "DeltaCurr",
        {},
        {},
    )
    synapses.set_sparse_connections([2, 0, 0], [1, 2, 0])
    model.build()
    model.load()
    steps(model, 5)
    b.pull_var_from_device("V")
    if matrix_type == "SPARSE_INDIVIDUALG":
        assert b.vars["V"].view.tolist() == [1.0, 4.0, 2.0]
        # In the order of storage: by presynaptic, then by postsynaptic neuron.
        assert synapses.get_var_values("g").tolist() == [1.0, 2.0, 4.0]
        assert synapses.vars["g"].values.tolist() == [4.0, 2.0, 1.0]
    else:
        assert b.vars["V"].view.tolist() == [2.0, 2.0, 2.0]
        assert not synapses.vars


def test_connectivity_and_weights_by_code() -> None:
    every_second = legacy.create_custom_sparse_connect_init_snippet_class(
        "every_second",
        param_names=["step"],
        row_build_state_vars=[("j", "unsigned int", "$(id_pre)")],
        row_build_code="""
        if ($(j) >= $(num_post)) {
            $(endRow);
        }
        $(addSynapse, $(j));
        $(j) += $(step);
        """,
        calc_max_row_len_func=legacy.create_cmlf_class(
            lambda num_pre, num_post, pars: int(num_post / pars[0]) + 1
        )(),
    )
    place = legacy.create_custom_init_var_snippet_class(
        "place", param_names=["rows"], var_init_code="$(value) = $(rows) * $(id_pre) + $(id_post);"
    )
    cell = legacy.create_custom_neuron_class(
        "sum",
        var_name_types=[("V", "scalar")],
        sim_code="$(V) += $(Isyn);",
        threshold_condition_code="$(t) == 0.0",
        is_auto_refractory_required=False,
    )
    model = legacy.GeNNModel("float", "by_code")
    a = model.add_neuron_population("a", 3, cell, {}, {"V": 0.0})
    b = model.add_neuron_population("b", 5, cell, {}, {"V": 0.0})
    synapses = model.add_synapse_population(
        "ab",
        "SPARSE_INDIVIDUALG",
        NO_DELAY,
        a,
        b,
        "StaticPulse",
        {},
        {"g": legacy.init_var(place, {"rows": 10.0})},
        {},
        {},
        "DeltaCurr",
        {},
        {},
        legacy.init_connectivity(every_second, {"step": 2.0}),
    )
    # The old name of the only parameter, and a constant weight.
    model.add_synapse_population(
        "two",
        "SPARSE_GLOBALG",
        NO_DELAY,
        a,
        b,
        "StaticPulse",
        {},
        {"g": 100.0},
        {},
        {},
        "DeltaCurr",
        {},
        {},
        legacy.init_connectivity("FixedNumberPostWithReplacement", {"rowLength": 2}),
    )
    model.build()
    model.load()
    synapses.pull_connectivity_from_device()
    pre, post = synapses.get_sparse_pre_inds(), synapses.get_sparse_post_inds()
    assert (pre.tolist(), post.tolist()) == ([0, 0, 0, 1, 1, 2, 2], [0, 2, 4, 1, 3, 2, 4])
    synapses.pull_var_from_device("g")
    assert synapses.get_var_values("g").tolist() == [0, 2, 4, 11, 13, 22, 24]
    steps(model, 2)
    b.pull_var_from_device("V")
    weights = b.vars["V"].view
    assert (weights % 100).tolist() == [0.0, 11.0, 24.0, 13.0, 28.0]
    assert weights.sum() == 600.0 + 76.0


# --- Defaults ------------------------------------------------------------------------------------


def test_a_neuron_above_its_threshold_does_not_spike_by_default() -> None:
    model = legacy.GeNNModel()
    assert (model.dT, model.model_name, model.use_backend) == (0.1, "GeNNModel", "bundled")
    pops = [
        model.add_neuron_population(
            f"pop{required}",
            1,
            legacy.create_custom_neuron_class(
                "above",
                var_name_types=[("V", "scalar")],
                sim_code="$(V) += DT;",
                threshold_condition_code="$(V) >= 1",
                is_auto_refractory_required=required,
            ),
            {},
            {"V": 0.75},
        )
        for required in (None, True, False)
    ]
    for pop in pops:
        pop.spike_recording_enabled = True
    model.build()
    model.load(num_recording_timesteps=6)
    steps(model, 6)
    model.pull_recording_buffers_from_device()
    # 0.75 + 3 * 0.1 is above 1.
    counts = [len(pop.spike_recording_data[0]) for pop in pops]
    assert counts == [1, 1, 4]


def test_no_warnings_but_for_another_backend() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = legacy.GeNNModel(
            None, "x", optimizeCode=True, selected_gpu=0, manualDeviceID=1, userCxxFlagsGNU="-O3"
        )
        model.dT = 0.5
        assert model.dT == 0.5
        model.model_name = "y"
        assert model.name == "y"
    for name in ("CUDA", "OpenCL", "SingleThreadedCPU"):
        with pytest.warns(UserWarning, match=f"numbagenn serves instead of the backend '{name}'"):
            legacy.GeNNModel("float", "x", name)
        with pytest.warns(UserWarning, match=f"numbagenn serves instead of the backend '{name}'"):
            model.use_backend = name


def test_locals_may_begin_with_an_underscore() -> None:
    code = "const scalar _x = $(V), local_x = 2; $(V) = _x * local_x;"
    model = legacy.create_custom_neuron_class("x", var_name_types=[("V", "scalar")], sim_code=code)
    rewritten = "const scalar local_x_ = V, local_x = 2; V = local_x_ * local_x;"
    assert model.sim_code.text == rewritten


def test_a_model_that_an_earlier_run_has_built_is_loaded_at_once() -> None:
    model = legacy.GeNNModel("float", "built_before")
    model.add_neuron_population("a", 1, "LIF", LIF, {"V": 0.5, "RefracTime": 0.0})
    model.load()
    model.step_time()
    assert model.timestep == 1


def test_an_unknown_preference_has_no_effect() -> None:
    said = "Unknown preference 'optimiseCod' has no effect; did you mean 'optimise_code'"
    with pytest.warns(UserWarning, match=said):
        legacy.GeNNModel("float", "x", optimiseCod=True)


def test_load_build_and_unload_as_in_4_9() -> None:
    model = legacy.GeNNModel("float", "empty")
    model.add_neuron_population("a", 1, "LIF", LIF, {"V": 0.0, "RefracTime": 0.0})
    model.unload()
    model.end()
    model.build("./somewhere", force_rebuild=True)
    with pytest.raises(TypeError, match=r"write model.load\(num_recording_timesteps=100\)"):
        model.load(100)
    model.load("./somewhere")
    model.end()
    model.end()
    for name, value in (("dT", 1.0), ("batch_size", 2), ("timing_enabled", True),
                        ("model_name", "b"), ("use_backend", "CUDA")):  # fmt: skip
        with pytest.raises(RuntimeError, match="already built"):
            setattr(model, name, value)


LIF = {
    "C": 1.0, "TauM": 20.0, "Vrest": 0.0, "Vreset": 0.0, "Vthresh": 1.0, "Ioffset": 0.0,
    "TauRefrac": 0.0,
}  # fmt: skip


# --- Wrong input ---------------------------------------------------------------------------------

neuron, source = legacy.create_custom_neuron_class, legacy.create_custom_current_source_class
weights, update = legacy.create_custom_weight_update_class, legacy.create_custom_custom_update_class
psm = legacy.create_custom_postsynaptic_class
connect = legacy.create_custom_sparse_connect_init_snippet_class


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: neuron("x", sim_code="$(V) += 1;"), CodeStringError, "Undefined name 'V'"),
        (lambda: neuron("x", ["V"], sim_code="$(V) = 1;"), CodeStringError, "'V'"),
        (lambda: neuron("x", sim_code="$(V += 1;"), CodeStringError, "Sim code of neuron model"),
        (lambda: neuron("x", sim_code=1), TypeError, "sim_code of neuron model 'x' must be a str"),
        (lambda: neuron("x", "Vthr"), TypeError, "params of neuron model 'x' must be a list"),
        (lambda: neuron("x", [1]), TypeError, "parameter of neuron model 'x'"),
        (lambda: neuron("x", None, ["V"]), TypeError, "A variable of neuron model 'x' must be"),
        (lambda: neuron("x", None, [("V", "scaler")]), RuntimeError, "did you mean 'scalar'?"),
        (lambda: neuron("x", support_code="int f();"), NotImplementedError,
         "does not support 'support_code' (neuron model 'x'): it compiles no C++"),
        (lambda: neuron("x", custom_body={"f": 1}), NotImplementedError, "'custom_body'"),
        (lambda: neuron("x", derived_params=[("d", lambda pars, dt: 1.0)]), TypeError,
         "Derived parameter 'd' of neuron model 'x' must be what create_dpf_class(…)() returns"),
        (lambda: neuron("x", derived_params=["d"]), TypeError,
         "must be (name, create_dpf_class(…)()), not 'd'"),
        (lambda: legacy.create_dpf_class(1.0), TypeError,
         "create_dpf_class needs a function of (pars, dt), not 1.0"),
        (lambda: legacy.create_cmlf_class("f"), TypeError, "(num_pre, num_post, pars), not 'f'"),
        (lambda: source("x", injection_code="$(injectCurrent $(a));"), CodeStringError,
         "'$' must be followed by a name in brackets"),
        (lambda: source("x", injection_code="$(injectCurrent, 1, 2);"), CodeStringError,
         "injectCurrent"),
        (lambda: source("x", injection_code=b"1"), TypeError, "injection_code of current source"),
        (lambda: psm("x", apply_input_code="$(t) = 1;"), CodeStringError, "'t'"),
        (lambda: psm("x", decay_code="$(inSyn) *= 0.5"), CodeStringError, "Parse error"),
        (lambda: psm("x", support_code="x"), NotImplementedError, "'support_code'"),
        (lambda: weights("x", sim_code="$(addToInSyn, $(h));"), CodeStringError, "'h'"),
        (lambda: weights("x", sim_code="$(addToPost, 1);"), CodeStringError,
         "no such function; did you mean"),
        (lambda: weights("x", sim_support_code="x"), NotImplementedError, "'sim_support_code'"),
        (lambda: update("x", var_name_types=[("V", "scalar", "READ_ONLY")]), TypeError,
         "must be a CustomUpdateVarAccess, not 'READ_ONLY'"),
        (lambda: connect("x", row_build_code="$(endCol)"), CodeStringError, "Row build code of"),
        (lambda: connect("x", row_build_state_vars=["j"], row_build_code="$(endRow);"), TypeError,
         "A state variable of row_build_code (sparse connectivity snippet 'x') must be (name, "
         "type, initial value), not 'j'"),
        (lambda: connect("x", row_build_code="$(endRow);", calc_max_row_len_func=lambda *_: 1),
         TypeError, "calc_max_row_len_func of sparse connectivity snippet 'x' must be what "
         "create_cmlf_class(…)() returns"),
        (lambda: connect("x", custom_body={}, row_build_code=3), TypeError, "row_build_code of"),
        (lambda: legacy.init_connectivity("OneToTwo", {}), AttributeError, "'OneToOne'"),
        (lambda: legacy.init_connectivity("FixedProbability", {"p": 0.5}), RuntimeError, "'prob'"),
        (lambda: legacy.init_var("Constantt", {}), AttributeError, "did you mean 'Constant'?"),
        (lambda: legacy.init_var("Constant", {}), RuntimeError, "expected 1 parameter"),
    ],
)  # fmt: skip
def test_wrong_descriptions(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()


@pytest.fixture
def scene() -> SimpleNamespace:
    return described_in_4_9()


def synapses(
    scene: SimpleNamespace, *first: Any, update: Any = None, psm: Any = None, conn: Any = None
) -> Any:
    kind, delay, src, trg, *_ = [*first, *("DENSE_INDIVIDUALG", 0, "a", "b")[len(first) :]]
    return scene.model.add_synapse_population(
        "s",
        kind,
        delay,
        src,
        trg,
        *(update or ("StaticPulse", {}, {"g": 1.0}, {}, {})),
        *(psm or ("DeltaCurr", {}, {})),
        *([] if conn is None else [conn]),
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda s: synapses(s, "DENSE"), ValueError,
         "'DENSE' of synapse population 's' is not one of PyGeNN 4.9; did you mean "
         "'DENSE_INDIVIDUALG'?"),
        (lambda s: synapses(s, "SPARSE"), ValueError, "did you mean 'SPARSE_INDIVIDUALG'?"),
        (lambda s: synapses(s, "DENSE_GLOBAL"), ValueError, "did you mean 'DENSE_GLOBALG'?"),
        (lambda s: synapses(s, "matrix"), ValueError, "use one of DENSE_INDIVIDUALG,"),
        (lambda s: synapses(s, 1), TypeError, "matrix_type of synapse population 's' must be a"),
        (lambda s: synapses(s, "TOEPLITZ_KERNELG"), RuntimeError, "TOEPLITZ connectivity requires"),
        (lambda s: synapses(s, "DENSE_INDIVIDUALG", -1), TypeError, "axonal_delay_steps"),
        (lambda s: synapses(s, "DENSE_INDIVIDUALG", 1.5), TypeError, "axonal_delay_steps"),
        (lambda s: synapses(s, "DENSE_INDIVIDUALG", 0, "A"), ValueError,
         "The source of synapse population 's', 'A', is not a population of this model; did you "
         "mean 'a'?"),
        (lambda s: synapses(s, "DENSE_INDIVIDUALG", 0, "a", "bb"), ValueError,
         "The target of synapse population 's', 'bb', is not a population of this model; did you "
         "mean 'b'?"),
        (lambda s: synapses(s, "DENSE_INDIVIDUALG", 0, s.source), TypeError,
         "must be a neuron population"),
        (lambda s: synapses(s, "DENSE_GLOBALG",
                            update=("StaticPulse", {}, {"g": [1.0, 2.0]}, {}, {})), TypeError,
         "Variable 'g' of synapse population 's' must be one number"),
        (lambda s: synapses(s, "DENSE_GLOBALG", update=("StaticPulse", {}, {}, {}, {})),
         RuntimeError, "expected 1 variable"),
        (lambda s: synapses(s, update=("StaticPuls", {}, {"g": 1.0}, {}, {})), AttributeError,
         "did you mean 'StaticPulse'?"),
        (lambda s: synapses(s, update=("StaticPulse", {}, {"h": 1.0}, {}, {})), RuntimeError,
         "missing initialiser for variable: 'g'"),
        (lambda s: synapses(s, psm=("ExpCurr", {}, {})), RuntimeError, "expected 1 parameter"),
        (lambda s: synapses(s, psm=(psm("x", apply_input_code="$(Isyn) += $(W);"), {}, {})),
         ValueError, "uses $(W), which it does not declare and which is no variable or parameter "
         "of neuron population 'b' (synapse population 's'); those are V, n, tau, Vthr, decay."),
        (lambda s: synapses(
            s, update=(weights("x", sim_code="$(addToInSyn, $(v_pre));"), {}, {}, {}, {})),
         ValueError, "uses $(v_pre), which it does not declare"),
        (lambda s: synapses(
            s, update=(weights("x", sim_code="$(addToInSyn, $(nn_pre));"), {}, {}, {}, {})),
         ValueError, "did you mean $(n_pre)?"),
        (lambda s: s.model.add_neuron_population("c", 1, "LIFF", {}, {}), AttributeError,
         "did you mean 'LIF'?"),
        (lambda s: s.model.add_neuron_population("c", 1, "Poisson", {}, {}), RuntimeError,
         "expected 4 parameters but got 0: expected 'trefract'"),
        (lambda s: s.model.add_neuron_population("a", 1, "LIF", {}, {}), RuntimeError,
         "duplicate name: a"),
        (lambda s: s.model.add_neuron_population("c", 1, "LIF"), TypeError, "missing 2 required"),
        (lambda s: s.model.add_current_source("c", "DC", "q", {"amp": 1.0}, {}), ValueError,
         "The population of current source 'c', 'q', is not a population"),
        (lambda s: s.model.add_current_source(
            "c", source("x", injection_code="$(injectCurrent, $(U));"), "a", {}, {}), ValueError,
         "uses $(U), which it does not declare"),
        (lambda s: s.model.add_custom_update("c", "Reset", "reset", {}, {}, {}), AttributeError,
         "reset"),
        (lambda s: s.a.push_var_to_device("W"), KeyError, "has no variable 'W'"),
        (lambda s: s.a.pull_var_from_device("V"), RuntimeError, "the model is not loaded"),
        (lambda s: s.a.set_extra_global_param("e", [1.0]), KeyError,
         "Neuron population 'a' has no extra global parameter 'e'; it has none."),
        (lambda s: s.model.push_state_to_device("inn"), ValueError,
         "The model has no population, source or update 'inn'; did you mean 'in'?"),
        (lambda s: s.model.pull_state_from_device(), RuntimeError, "the model is not loaded"),
        (lambda s: setattr(s.model, "dT", 0.0), ValueError, "dt must be a positive number"),
        (lambda s: setattr(s.model, "dT", "1"), TypeError, "dt must be a number"),
        (lambda s: setattr(s.model, "model_name", 1), TypeError, "model_name must be a string"),
        (lambda s: setattr(s.model, "use_backend", "cpu"), ValueError,
         "use_backend must be one of 'bundled', 'CUDA'"),
        (lambda s: setattr(s.a, "size", 3), AttributeError, "'size'"),
        (lambda s: legacy.GeNNModel("float", "x", "cuda"), KeyError, "cuda"),
        (lambda s: legacy.GeNNModel("half"), RuntimeError, "'half'"),
    ],
)  # fmt: skip
def test_wrong_calls(
    scene: SimpleNamespace, call: Callable[[Any], object], error: type[Exception], message: str
) -> None:
    before = list(scene.model.synapse_populations)
    with pytest.raises(error, match=re.escape(message)):
        call(scene)
    assert list(scene.model.synapse_populations) == before


def test_constant_weights_cannot_be_written(scene: SimpleNamespace) -> None:
    learning = weights("x", var_name_types=[("g", "scalar")], sim_code="$(g) += 1;")
    with pytest.raises(CodeStringError, match="'g'"):
        synapses(scene, "DENSE_GLOBALG", update=(learning, {}, {"g": 1.0}, {}, {}))


def test_arrays_of_4_9() -> None:
    cell = legacy.create_custom_neuron_class(
        "cell",
        var_name_types=[("x", "scalar")],
        sim_code="$(x) = $(table)[$(id)];",
        extra_global_params=[("table", "scalar*")],
    )
    update = legacy.create_custom_custom_update_class(
        "update",
        var_refs=[("x", "scalar")],
        update_code="$(table)[$(id)] = 2.0 * $(x);",
        extra_global_param_refs=[("table", "scalar*")],
    )
    model = legacy.GeNNModel("float", "arrays")
    pop = model.add_neuron_population("pop", 3, cell, {}, {"x": 0.0})
    pop.set_extra_global_param("table", [1.0, 2.0, 3.0])
    references = {"x": legacy.create_var_ref(pop, "x")}
    arrays = {"table": legacy.create_egp_ref(pop, "table")}
    model.add_custom_update("double", "Double", update, {}, {}, references, arrays)
    model.build()
    model.load()
    model.step_time()
    model.custom_update("Double")
    model.step_time()
    pop.pull_var_from_device("x")
    assert pop.vars["x"].view.tolist() == [2.0, 4.0, 6.0]
    pop.extra_global_params["table"].view[:] = 5.0
    pop.push_extra_global_param_to_device("table")
    model.step_time()
    pop.pull_var_from_device("x")
    assert pop.vars["x"].view.tolist() == [5.0, 5.0, 5.0]
