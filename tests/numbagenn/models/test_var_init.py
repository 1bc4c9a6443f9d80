"""Initial values by code: what a snippet sees, what it draws, and mistakes in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from scipy import stats

import numbagenn as engine
from numbagenn import (
    VarAccess,
    create_neuron_model,
    create_var_init_snippet,
    create_var_ref,
    create_wu_var_ref,
    init_var,
)
from numbagenn.language.code_strings import CodeStringError
from numbagenn.memory.variables import ExtraGlobalArray, Variable, VariableDict
from numbagenn.runtime import compilation as compile
from numbagenn.runtime.value_snippets import value_kernel
from tests.numbagenn.every_part import described
from tests.numbagenn.networks import add_cells, new_model, pulled

CHANCE = 1e-6


def neuron(*variables: tuple[Any, ...], name: str = "holder") -> Any:
    return create_neuron_model(name, vars=list(variables))


def snippet(code: str, **parts: Any) -> Any:
    return create_var_init_snippet("own", var_init_code=code, **parts)


def loaded(
    number: int, initial: Mapping[str, tuple[Any, ...]], batch_size: int = 1, **properties: Any
) -> Any:
    """Return a loaded population: name → (type, initial value[, access])."""
    model = new_model("start", batch_size, properties.pop("precision", "float"))
    for name, value in properties.items():
        setattr(model, name, value)
    holder = neuron(*((name, given[0], *given[2:]) for name, given in initial.items()))
    pop = model.add_neuron_population(
        "pop", number, holder, {}, {name: given[1] for name, given in initial.items()}
    )
    model.build()
    model.load()
    pop._keep = model
    return pop


def started(number: int, init: Any, ctype: str = "scalar", **properties: Any) -> np.ndarray:
    """Return what a variable of a population of neurons starts from."""
    return pulled(loaded(number, {"x": (ctype, init)}, **properties), "x")


# What code sees ----------------------------------------------------------------------------------

NEURONS = "value = 1000 * id + 100 * num_neurons + 10 * num_batch + dt;"
SYNAPSES = """
    value = 100000 * id_syn + 10000 * id_pre + 1000 * id_post
            + 100 * num_pre + 10 * num_post + num_batch;
"""


@pytest.mark.parametrize("batch_size", [1, 3])
def test_every_kind_of_variable_can_start_from_code(batch_size: int) -> None:
    model = new_model("kinds", batch_size, "double")
    model.dt = 0.25
    here, there = snippet(NEURONS), snippet(SYNAPSES)
    double = ("x", "scalar")
    shared = ("one", "scalar", VarAccess.READ_ONLY_SHARED_NEURON)
    fixed = ("fixed", "scalar", VarAccess.READ_ONLY)
    a = model.add_neuron_population(
        "A", 4, neuron(double, shared, fixed), {},
        {"x": init_var(here), "one": init_var(here), "fixed": init_var(here)},
    )  # fmt: skip
    b = model.add_neuron_population("B", 3, neuron(double), {}, {"x": 0.0})
    source_model = engine.create_current_source_model(
        "source", vars=[double], injection_code="injectCurrent(x);"
    )
    source = model.add_current_source("S", source_model, a, {}, {"x": init_var(here)})
    weights = engine.create_weight_update_model(
        "weights", vars=[("g", "scalar"), fixed], pre_spike_syn_code="addToPost(g);"
    )
    summed = engine.create_postsynaptic_model(
        "summed", vars=[double], sim_code="injectCurrent(x * inSyn); inSyn = 0;"
    )
    synapses = model.add_synapse_population(
        "AB", "DENSE", a, b,
        engine.init_weight_update(weights, {}, {"g": init_var(there), "fixed": init_var(there)}),
        engine.init_postsynaptic(summed, {}, {"x": init_var(here)}),
    )  # fmt: skip
    update = engine.create_custom_update_model(
        "update", vars=[("y", "scalar")], var_refs=[("x", "scalar")], update_code="y = x;"
    )
    of_neurons = model.add_custom_update(
        "of_neurons", "G", update, {}, {"y": init_var(here)}, {"x": create_var_ref(a, "x")}
    )
    of_synapses = model.add_custom_update(
        "of_synapses", "G", update, {}, {"y": init_var(there)},
        {"x": create_wu_var_ref(synapses, "g")},
    )  # fmt: skip
    model.build()
    model.load()

    def same(found: np.ndarray, expected: np.ndarray, batched: bool = True) -> None:
        rows = (batch_size,) if batched and batch_size > 1 else ()
        np.testing.assert_array_equal(found, np.broadcast_to(expected, (*rows, expected.size)))

    for_four = 1000 * np.arange(4) + 400 + 10 * batch_size + 0.25
    pre, post = (part.ravel() for part in np.indices((4, 3)))
    matrix = 100000 * np.arange(12) + 10000 * pre + 1000 * post + 430 + batch_size
    same(pulled(a, "x"), for_four)
    same(pulled(a, "one"), for_four[:1])
    same(pulled(a, "fixed"), for_four, batched=False)
    same(pulled(source, "x"), for_four)
    same(pulled(synapses, "g"), matrix)
    same(pulled(synapses, "fixed"), matrix, batched=False)
    psm = synapses.psm_vars["x"]
    psm.pull_from_device()
    same(psm.values, 1000 * np.arange(3) + 300 + 10 * batch_size + 0.25)
    same(pulled(of_neurons, "y"), for_four)
    same(pulled(of_synapses, "y"), matrix)


def test_other_batch_elements_and_the_next_load_start_alike() -> None:
    pop = loaded(50, {"x": ("scalar", init_var("Normal", {"mean": 1.0, "sd": 2.0}))}, 4, seed=3)
    first = pulled(pop, "x")
    assert (first == first[0]).all()
    assert len(np.unique(first[0])) == 50
    model = pop.genn_model
    model.unload()
    model.load()
    np.testing.assert_array_equal(pulled(pop, "x"), first)


@pytest.mark.parametrize(
    ("ctype", "expected"),
    [
        ("scalar", [-1.5, -0.5, 0.5, 1.5]),
        ("double", [-1.5, -0.5, 0.5, 1.5]),
        ("int", [-1, 0, 0, 1]),
        ("uint8_t", [255, 0, 0, 1]),
        ("bool", [True, True, True, True]),
        ("int64_t", [-1, 0, 0, 1]),
    ],
)
def test_a_value_is_converted_to_the_type_of_its_variable(ctype: str, expected: list[Any]) -> None:
    found = started(4, init_var(snippet("value = id - 1.5;")), ctype)
    dtype = engine.types.Precision().resolve(ctype).dtype
    np.testing.assert_array_equal(found, np.array(expected, dtype))
    assert found.dtype == dtype


def test_parameters_have_their_types() -> None:
    own = snippet(
        "value = whole / 2 + single * 0.5f + twice + (flag ? 100 : 200);",
        params=[("whole", "int"), "single", ("flag", "bool")],
        derived_params=[("twice", lambda pars, dt: 2 * pars["single"] + dt)],
    )
    found = started(2, init_var(own, {"whole": 7, "single": 10.5, "flag": True}))
    np.testing.assert_array_equal(found, 3 + 5.25 + 22 + 100)


def test_code_that_assigns_nothing_starts_from_zero() -> None:
    for init in (init_var("Uninitialised"), init_var(snippet("")), init_var(snippet("dt;"))):
        assert (started(3, init) == 0).all()


def test_all_that_the_language_has_works_in_a_snippet() -> None:
    own = snippet(
        """
        // Collatz
        unsigned int n = id + 1;
        value = 0;
        while (n != 1) {
            n = (n % 2 == 0) ? n / 2 : 3 * n + 1;
            value += 1;
        }
        """
    )
    np.testing.assert_array_equal(started(7, init_var(own)), [0, 1, 7, 2, 5, 8, 16])


def test_single_precision_is_that_of_the_model() -> None:
    own = snippet("value = third * 3.0 - 1.0;", params=["third"])
    for precision, dtype in (("float", np.float32), ("double", np.float64)):
        found = started(1, init_var(own, {"third": 1 / 3 + 1e-5}), precision=precision)
        expected = dtype(dtype(1 / 3 + 1e-5) * dtype(3)) - dtype(1)
        assert found.dtype == dtype
        assert found[0] == expected


# Distributions -----------------------------------------------------------------------------------

NUMBER = 50_000


def random_start(init: Any, ctype: str = "scalar", precision: str = "float") -> np.ndarray:
    return started(NUMBER, init, ctype, seed=12, precision=precision)


@pytest.mark.parametrize("precision", ["float", "double"])
@pytest.mark.parametrize(
    ("name", "params", "distribution"),
    [
        ("Uniform", {"min": -2.0, "max": 3.0}, stats.uniform(-2, 5)),
        ("Normal", {"mean": 2.0, "sd": 0.5}, stats.norm(2, 0.5)),
        (
            "NormalClipped",
            {"mean": 0.5, "sd": 2.0, "min": -1.0, "max": 3.0},
            stats.truncnorm(-0.75, 1.25, 0.5, 2.0),
        ),
        ("Exponential", {"lambda": 4.0}, stats.expon(scale=4.0)),
        ("Gamma", {"a": 4.0, "b": 0.5}, stats.gamma(4.0, scale=0.5)),
        ("Gamma", {"a": 0.5, "b": 2.0}, stats.gamma(0.5, scale=2.0)),
    ],
)
def test_built_in_distributions(
    name: str, params: dict[str, float], distribution: Any, precision: str
) -> None:
    found = random_start(init_var(name, params), precision=precision)
    assert stats.kstest(found.astype(np.float64), distribution.cdf).pvalue > CHANCE


def test_clipped_numbers_lie_within_their_limits() -> None:
    params = {"mean": 0.5, "sd": 2.0, "min": -1.0, "max": 3.0}
    found = random_start(init_var("NormalClipped", params))
    assert found.min() >= -1
    assert found.max() <= 3


def test_binomial_numbers() -> None:
    found = random_start(init_var("Binomial", {"n": 20, "p": 0.25}), "unsigned int")
    expected = stats.binom(20, 0.25).pmf(np.arange(13)) * NUMBER
    counts = np.bincount(found, minlength=13)[:13]
    assert stats.chisquare(counts, expected * counts.sum() / expected.sum()).pvalue > CHANCE


def test_delays_are_given_in_ms_and_rounded_to_steps() -> None:
    params = {"mean": 4.0, "sd": 1.0, "min": 2.0, "max": 6.0}
    model_dt = 0.5
    found = started(NUMBER, init_var("NormalClippedDelay", params), "uint8_t", seed=2, dt=model_dt)
    assert (found.min(), found.max()) == (4, 12)
    exact = stats.truncnorm(-2, 2, 4.0, 1.0)
    edges = np.clip((np.arange(4, 14) - 0.5) * model_dt, 2, 6)
    expected = np.diff(exact.cdf(edges)) * NUMBER
    counts = np.bincount(found, minlength=13)[4:13]
    assert stats.chisquare(counts, expected).pvalue > CHANCE


def test_limits_may_be_exchanged_and_deviations_negative() -> None:
    """As PyGeNN has it: a sign that was put before all parameters of a weight."""
    swapped = random_start(init_var("Uniform", {"min": 1.0, "max": -1.0}))
    assert stats.kstest(swapped, stats.uniform(-1, 2).cdf).pvalue > CHANCE
    negative = random_start(init_var("Normal", {"mean": -2.0, "sd": -0.5}))
    assert stats.kstest(negative, stats.norm(-2, 0.5).cdf).pvalue > CHANCE
    scale = random_start(init_var("Exponential", {"lambda": -2.0}))
    assert stats.kstest(-scale, stats.expon(scale=2.0).cdf).pvalue > CHANCE


def test_a_fixed_number_drawn_without_spread() -> None:
    params = {"mean": 2.0, "sd": 0.0, "min": 1.0, "max": 3.0}
    assert (started(5, init_var("NormalClipped", params)) == 2).all()
    assert (started(5, init_var("Uniform", {"min": 2.0, "max": 2.0})) == 2).all()


def correlation(a: np.ndarray, b: np.ndarray) -> float:
    """Return a correlation in units of its error where there is none."""
    return float(stats.pearsonr(a, b)[0] * math.sqrt(a.size))


def test_variables_elements_and_seeds_draw_apart() -> None:
    uniform = init_var("Uniform", {"min": 0.0, "max": 1.0})
    results = {}
    for seed in (1, 2):
        pop = loaded(NUMBER, {"x": ("scalar", uniform), "y": ("scalar", uniform)}, seed=seed)
        results[seed] = pulled(pop, "x"), pulled(pop, "y")
    (x, y), (x2, _) = results[1], results[2]
    for a, b in [(x, y), (x, x2), (x[1:], x[:-1]), (x[1:], y[:-1])]:
        assert (a != b).mean() > 0.99
        assert abs(correlation(a, b)) < 5


def test_seed_0_is_another_each_time() -> None:
    uniform = init_var("Uniform", {"min": 0.0, "max": 1.0})
    pop = loaded(100, {"x": ("scalar", uniform)})
    first = pulled(pop, "x")
    pop.genn_model.unload()
    pop.genn_model.load()
    assert (pulled(pop, "x") != first).mean() > 0.9


@pytest.mark.parametrize("threads", [1, 3])
def test_threads_and_the_batch_do_not_matter(threads: int) -> None:
    """More elements than one thread takes at a time."""
    normal = init_var("Normal", {"mean": 0.0, "sd": 1.0})
    expected = started(300_000, normal, seed=7)
    engine.set_num_threads(threads)
    try:
        found = started(300_000, normal, seed=7, batch_size=2)
    finally:
        engine.set_num_threads(None)
    np.testing.assert_array_equal(found, np.stack([expected, expected]))


def test_names_decide_the_stream_and_not_neighbours() -> None:
    uniform = init_var("Uniform", {"min": 0.0, "max": 1.0})
    alone = pulled(loaded(10, {"x": ("scalar", uniform)}, seed=1), "x")
    beside = loaded(10, {"w": ("scalar", uniform), "x": ("scalar", uniform)}, seed=1)
    np.testing.assert_array_equal(pulled(beside, "x"), alone)


def test_variables_of_one_name_in_one_synapse_population_draw_apart() -> None:
    uniform = init_var("Uniform", {"min": 0.0, "max": 1.0})
    model = new_model("namesakes")
    model.seed = 1
    a = model.add_neuron_population("A", 8, neuron(("x", "scalar")), {}, {"x": uniform})
    one = model.add_neuron_population("B", 1, neuron(("x", "scalar")), {}, {"x": 0.0})
    weights = engine.create_weight_update_model(
        "weights", vars=[("x", "scalar")], pre_spike_syn_code="addToPost(x);"
    )
    summed = engine.create_postsynaptic_model("summed", vars=[("x", "scalar")], sim_code="x = 1;")
    synapses = model.add_synapse_population(
        "S", "DENSE", one, a, engine.init_weight_update(weights, {}, {"x": uniform}),
        engine.init_postsynaptic(summed, {}, {"x": uniform}),
    )  # fmt: skip
    model.build()
    model.load()
    synapses.psm_vars["x"].pull_from_device()
    found = [pulled(a, "x"), pulled(synapses, "x"), synapses.psm_vars["x"].values]
    assert len(np.unique(found)) == 24


def every_variable(model: Any) -> dict[str, Variable]:
    """Return all variables of the model, under the names that they have there."""
    found = {}
    for group in model._groups():
        for name, value in vars(group).items():
            table = value if isinstance(value, VariableDict) else {"": value}
            for key, variable in table.items():
                if isinstance(variable, Variable) and not isinstance(variable, ExtraGlobalArray):
                    found[f"{group.name} {name} {key}".strip()] = variable
    return found


def test_every_variable_can_start_from_code_or_says_why_not() -> None:
    model = described()
    wide = init_var("Uniform", {"min": 1000.0, "max": 1e6})
    started = every_variable(model)
    for name in [name for name in started if "spike_times" in name]:
        with pytest.raises(RuntimeError, match="starts from no spikes"):
            started.pop(name).set_init_values(wide)
    assert {"ab own_out_post", "ba own_out_post", "a vars V", "a_halve vars n"} <= started.keys()
    for variable in started.values():
        variable.set_init_values(wide)
    model.build()
    model.load(num_recording_timesteps=1)
    drawn = []
    for variable in started.values():
        variable.pull_from_device()
        values = variable.current_values.reshape(-1, variable.buffer.count)
        assert ((values >= 1000) & (values < 1e6)).all()
        assert (values == values[0]).all()
        drawn.append(values[0])
    # Each variable has a stream of its own.
    assert len(np.unique(np.concatenate(drawn))) == sum(map(len, drawn))


def test_the_input_of_synapses_can_start_from_code() -> None:
    for postsynaptic in ("DeltaCurr", "ExpCurr"):
        voltages = []
        for given in ("code", "values"):
            model = new_model("arrived")
            pops = [add_cells(model, name, 4, threshold=100.0) for name in "AB"]
            params = {"tau": 4.0} if postsynaptic == "ExpCurr" else {}
            synapses = model.add_synapse_population(
                "AB", "DENSE", *pops,
                engine.init_weight_update("StaticPulseConstantWeight", {"g": 1.0}),
                engine.init_postsynaptic(postsynaptic, params),
            )  # fmt: skip
            code = init_var(snippet("value = id + num_neurons;"))
            synapses.out_post.set_init_values(code if given == "code" else [4, 5, 6, 7])
            model.build()
            model.load()
            synapses.out_post.pull_from_device()
            np.testing.assert_array_equal(synapses.out_post.view, [[4, 5, 6, 7]])
            for _ in range(3):
                model.step_time()
            voltages.append(pulled(pops[1], "V"))
        assert voltages[0].all()
        np.testing.assert_array_equal(*voltages)


# Around ------------------------------------------------------------------------------------------


def test_values_set_before_loading_take_the_place_of_code() -> None:
    model = new_model("replaced")
    ramp = init_var(snippet("value = 3 * id;"))
    pop = model.add_neuron_population("A", 3, neuron(("x", "scalar")), {}, {"x": ramp})
    model.build()
    pop.vars["x"].set_init_values([5.0, 6.0, 7.0])
    model.load()
    np.testing.assert_array_equal(pulled(pop, "x"), [5, 6, 7])
    model.unload()
    pop.vars["x"].set_init_values(ramp)
    model.load()
    np.testing.assert_array_equal(pulled(pop, "x"), [0, 3, 6])


def test_code_of_one_type_is_compiled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = []
    real = compile.compiled

    def counted(source: str) -> Any:
        texts.append(source)
        return real(source)

    monkeypatch.setattr("numbagenn.runtime.value_snippets.compiled", counted)
    value_kernel.cache_clear()
    own = snippet("value = scale * id + 17;", params=["scale"])
    initial = {
        name: ("scalar", init_var(own, {"scale": float(number)}))
        for number, name in enumerate("abcdef")
    }
    pop = loaded(4, initial)
    for number, name in enumerate("abcdef"):
        np.testing.assert_array_equal(pulled(pop, name), number * np.arange(4) + 17)
    assert len(texts) == 1
    loaded(9, {"x": ("scalar", init_var(own, {"scale": 0.5}))})
    assert len(texts) == 1
    # A description of the same text is another object, with the same code.
    twin = create_var_init_snippet(
        "twin", params=["scale"], var_init_code="value = scale * id + 17;"
    )
    loaded(9, {"x": ("scalar", init_var(twin, {"scale": 0.5}))})
    assert len(set(texts)) == 1


@pytest.mark.parametrize("when", ["described", "built", "loaded"])
def test_a_snippet_can_bring_its_arrays_later(when: str) -> None:
    model = new_model()
    a = add_cells(model, "a", 3)
    table = engine.create_var_init_snippet(
        "table",
        extra_global_params=[("values", "scalar*")],
        var_init_code="value = values[id % 2];",
    )
    actions: list[Callable[[], object]] = [model.build, model.load]
    for action in actions[: ["described", "built", "loaded"].index(when)]:
        action()
    assert not a.vars["V"].extra_global_params
    a.vars["V"].set_init_values(engine.init_var(table))
    a.vars["V"].extra_global_params["values"].set_init_values([0.25, 0.5])
    if when == "described":
        model.build()
    if when == "loaded":
        assert pulled(a, "V").tolist() == [0.0] * 3
        model.unload()
    model.load()
    assert pulled(a, "V").tolist() == [0.25, 0.5, 0.25]
    model.unload()
    a.vars["V"].set_init_values(1.5)
    assert not a.vars["V"].extra_global_params
    model.load()
    assert pulled(a, "V").tolist() == [1.5] * 3


def test_numbers_and_constants_need_no_code(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("numbagenn.runtime.value_snippets.compiled")
    initial = {
        "a": ("scalar", 1.5),
        "b": ("int", init_var("Constant", {"constant": 2.75})),
        "c": ("scalar", init_var("Uninitialised")),
        "d": ("scalar", None),
    }
    pop = loaded(2, initial)
    assert [pulled(pop, name)[0] for name in "abcd"] == [1.5, 2, 0, 0]


def test_a_constant_by_code_is_the_built_in_constant() -> None:
    own = snippet("value = constant;", params=["constant"])
    for ctype, number in [("int", 16777217.0), ("scalar", 0.1), ("uint8_t", 2.7)]:
        by_code = started(1, init_var(own, {"constant": number}), ctype)
        built_in = started(1, init_var("Constant", {"constant": number}), ctype)
        assert by_code[0] == built_in[0]


# Mistakes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("value = x;", "Undefined name 'x'"),
        ("value = gennrand_norml();", r"did you mean 'gennrand_normal'\?"),
        ("value = t;", "'t' cannot be used here: this code runs when the model is loaded"),
        ("value = batch;", "'batch' cannot be used here: all batch elements start from the same"),
        ("value = id + id_pre;", "cannot be used here"),
        ("value = num_pre + num_neurons;", "cannot be used here"),
        ("id = 1;", "built-in 'id' is read-only"),
        ("num_batch = 1;", "'num_batch' is read-only"),
        ("a = 1;", "parameter 'a' is read-only"),
        ("value = 1", "Parse error"),
        ("valeu = 1;", r"did you mean 'value'\?"),
        ("addSynapse(1);", "'addSynapse' cannot be used here: it belongs"),
        ("value = gennrand_uniform(1);", "it takes 0 arguments, 1 given"),
        ("value = gennrand_binomial(1);", "it takes 2 arguments, 1 given"),
        ("value = gennrand;", "'gennrand' is a function"),
        ("value = Isyn;", "Undefined name 'Isyn'"),
        ("return 1;", "no 'return' statement"),
    ],
)
def test_wrong_code_fails_when_the_snippet_is_made(code: str, message: str) -> None:
    with pytest.raises(CodeStringError, match=message) as caught:
        snippet(code, params=["a"])
    assert str(caught.value).startswith(
        "Variable initialisation code of variable initialisation snippet 'own'"
    )


def test_code_for_whole_numbers_is_right_for_some_variables() -> None:
    """What is wrong for a real variable can be right for another, and is found when used."""
    own = snippet("value = id; value %= 2;")
    np.testing.assert_array_equal(started(4, init_var(own), "int"), [0, 1, 0, 1])
    with pytest.raises(CodeStringError, match="needs integers"):
        started(4, init_var(own), "scalar")


def test_code_of_synapses_is_refused_for_neurons_and_the_other_way_round() -> None:
    model = new_model("mixed")
    holder = neuron(("x", "scalar"))
    with pytest.raises(
        CodeStringError, match="'id_pre' cannot be used here: the variable is one of"
    ):
        model.add_neuron_population("A", 2, holder, {}, {"x": init_var(snippet("value = id_pre;"))})
    pop = model.add_neuron_population("A", 2, holder, {}, {"x": 0.0})
    with pytest.raises(CodeStringError, match=r"'num_neurons' cannot be .* is one of synapses"):
        model.add_synapse_population(
            "S", "DENSE", pop, pop,
            engine.init_weight_update(
                "StaticPulse", {}, {"g": init_var(snippet("value = num_neurons;"))}
            ),
            engine.init_postsynaptic("DeltaCurr"),
        )  # fmt: skip
    with pytest.raises(CodeStringError, match="'id_post' cannot be used here"):
        pop.vars["x"].set_init_values(init_var(snippet("value = id_post;")))
    assert list(model.neuron_populations) == ["A"]
    assert not model.synapse_populations


@pytest.mark.parametrize(
    ("parts", "error", "message"),
    [
        ({"params": "a"}, TypeError, "params of variable initialisation snippet 'own' must be"),
        ({"params": ["a", "a"]}, RuntimeError, "Redeclaration of 'a'"),
        ({"params": ["value"]}, RuntimeError, "Redeclaration of 'value'"),
        ({"params": ["1a"]}, RuntimeError, "starts with a digit"),
        ({"params": [("a", "scaler")]}, RuntimeError, r"did you mean 'scalar'\?"),
        ({"derived_params": [("d", 1)]}, TypeError, "needs a function"),
        ({"var_init_code": 1}, TypeError, "must be a string of code"),
        ({"unknown": 1}, TypeError, "unknown"),
    ],
)
def test_wrong_descriptions(parts: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        create_var_init_snippet("own", **parts)


@pytest.mark.parametrize(
    ("name", "params", "error", "message"),
    [
        ("Uniform", {}, RuntimeError, "'Uniform' expected 2 parameters but got 0"),
        ("Uniform", {"min": 0, "mix": 1}, RuntimeError, "missing value for parameter: 'max'"),
        ("Uniform", {"min": "a", "max": 1}, TypeError, "parameter 'min' must be a number"),
        ("Normal", {"mean": 0, "sd": [1]}, TypeError, "parameter 'sd' must be a number"),
        ("Gamma", {"a": 0, "b": 1}, ValueError, "shape a must be above 0, not 0"),
        ("Gamma", {"a": math.nan, "b": 1}, ValueError, "above 0, not nan"),
        ("Binomial", {"n": 2.5, "p": 0.5}, ValueError, "n must be a whole number"),
        ("Binomial", {"n": -1, "p": 0.5}, ValueError, "from 0 to 4294967295, not -1"),
        ("Binomial", {"n": 2, "p": 1.5}, ValueError, "p must be from 0 to 1, not 1.5"),
        (
            "NormalClipped", {"mean": 0, "sd": 1, "min": 6, "max": 9}, ValueError,
            "almost no number .* lies between min 6 and max 9; widen",
        ),
        (
            "NormalClipped", {"mean": 0, "sd": 1, "min": -9, "max": -6}, ValueError, "almost no",
        ),
        ("NormalClipped", {"mean": 0, "sd": 1, "min": 1, "max": -1}, ValueError, "almost no"),
        ("NormalClipped", {"mean": 0, "sd": 0, "min": 1, "max": 2}, ValueError, "almost no"),
        (
            "NormalClippedDelay", {"mean": 0, "sd": 1, "min": 9, "max": 10}, ValueError,
            "almost no",
        ),
        ("Unifrom", {}, AttributeError, r"has no attribute 'Unifrom'; did you mean 'Uniform'\?"),
        ("LIF", {}, AttributeError, "'pygenn.init_var_snippets' has no attribute 'LIF'"),
        (3, {}, TypeError, "expected a variable initialisation snippet"),
    ],
)  # fmt: skip
def test_wrong_initialisers(
    name: Any, params: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        init_var(name, params)


@pytest.mark.parametrize(
    "params",
    [
        {"mean": 0, "sd": 1, "min": -40, "max": -4.0},
        {"mean": 0, "sd": 1, "min": 4.0, "max": 40},
        {"mean": 5, "sd": -1, "min": 5, "max": 50},
    ],
)
def test_limits_in_the_tail_are_wide_enough(params: dict[str, float]) -> None:
    found = started(20, init_var("NormalClipped", params), seed=1)
    assert found.min() >= params["min"]
    assert found.max() <= params["max"]


def test_parameters_that_do_not_fit_fail_when_the_model_is_built() -> None:
    model = new_model("large")
    holder = neuron(("x", "scalar"))
    model.add_neuron_population(
        "A", 2, holder, {}, {"x": init_var("Normal", {"mean": 1e300, "sd": 1.0})}
    )
    with pytest.raises(RuntimeError, match=r"too large .* parameter 'mean' of .*'Normal'.*'x'"):
        model.build()


def test_a_derived_parameter_that_fails_is_named() -> None:
    own = snippet("value = d;", derived_params=[("d", lambda pars, dt: 1 / 0)])
    with pytest.raises(RuntimeError, match=r"Derived parameter 'd' of .*'own'.*ZeroDivisionError"):
        started(2, init_var(own))


def test_a_model_is_no_initialiser_of_numbers() -> None:
    model = new_model("assigned")
    pop = model.add_neuron_population("A", 2, neuron(("x", "scalar")), {}, {"x": 0.0})
    model.build()
    model.load()
    with pytest.raises(TypeError, match="must be set to numbers"):
        pop.vars["x"].values = init_var("Uniform", {"min": 0.0, "max": 1.0})
