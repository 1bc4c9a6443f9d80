"""Groups that are alike share a function, and get the bits that functions of their own give."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable
from types import FrameType

import numpy as np
import pytest

from numbagenn import (
    GeNNModel,
    create_custom_connectivity_update_model,
    create_custom_update_model,
    create_neuron_model,
    create_var_ref,
    create_wu_var_ref,
    init_postsynaptic,
    init_sparse_connectivity,
    init_var,
    init_weight_update,
)
from numbagenn.codegen import alike, blocks
from numbagenn.codegen.blocks import blocks_of_steps
from numbagenn.codegen.plan import make_plan
from numbagenn.codegen.shares import can_be_shared
from tests import a_few

NEURON = create_neuron_model(
    "leaky",
    params=["tau", "number_1"],
    vars=[("V", "scalar"), ("last", "scalar")],
    sim_code="V += (Isyn + number_1 * (1.0 + 0.1 * gennrand_normal()) - V) / tau; last = t - st;",
    threshold_condition_code="V >= 1.0",
    reset_code="V = 0.0;",
)


def network(count: int, *, first: str = "DENSE") -> GeNNModel:
    """Return populations of different sizes and parameters, each connected with all.

    Spikes of the last one are delayed.
    """
    model = GeNNModel("float", "alike")
    model.dt, model.batch_size, model.seed = 0.5, 2, 7
    populations = []
    for number in range(count):
        values = {"tau": 4.0 + number, "number_1": 1.5 - 0.1 * number}
        population = model.add_neuron_population(
            f"p{number}", 20 + 3 * number, NEURON, values, {"V": 0.0, "last": 0.0}
        )
        population.spike_recording_enabled = True
        populations.append(population)
    for pre in populations:
        for post in populations:
            name = f"{pre.name}_{post.name}"
            matrix = first if name == "p0_p0" else "SPARSE"
            weights = np.full(pre.num_neurons * post.num_neurons, 0.1, np.float32)
            link = model.add_synapse_population(
                name,
                matrix,
                pre,
                post,
                init_weight_update(
                    "StaticPulse", {}, {"g": weights if matrix == "DENSE" else -0.05}
                ),
                init_postsynaptic("ExpCurr", {"tau": 2.0 + pre.num_neurons / 10}),
                *(
                    [init_sparse_connectivity("FixedProbability", {"prob": 0.3})]
                    if matrix == "SPARSE"
                    else []
                ),
            )
            link.axonal_delay_steps = 2 if pre is populations[-1] else 0
    return model


def results(model: GeNNModel) -> list[np.ndarray]:
    model.build()
    model.load(num_recording_timesteps=100)
    for _ in range(100):
        model.step_time()
    model.pull_recording_buffers_from_device()
    seen = []
    for population in model.neuron_populations.values():
        for variable in population.vars.values():
            variable.pull_from_device()
            seen.append(variable.values)
        for times, ids in population.spike_recording_data:
            seen += [times, ids]
    return seen


def functions(model: GeNNModel) -> set[str]:
    tree = ast.parse(model.generated_code)
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("first", a_few(["SPARSE", "DENSE"]))
def test_the_same_bits_as_with_a_function_for_each(
    first: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = network(5, first=first)
    found = results(shared)
    monkeypatch.setattr(alike, "_FEWEST_ALIKE", 100)
    apart = network(5, first=first)
    expected = results(apart)
    assert len(functions(shared)) < 12 < len(functions(apart))
    assert sum(array.size for array in found[2::6]) > 100
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_as_many_functions_for_many_groups_as_for_some() -> None:
    counts = []
    for count in (5, 7):
        model = network(count)
        model.build()
        counts.append(len(functions(model)))
    assert counts[0] == counts[1]


def test_work_grows_with_the_number_of_groups_and_no_faster() -> None:
    """No group is compared with all others, which takes seconds from a thousand groups on."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    make_plan(network(4))  # reads the templates
    counts = []
    for number in (6, 12, 24):
        model, calls = network(number), 0
        sys.setprofile(count)
        try:
            make_plan(model)
        finally:
            sys.setprofile(None)
        counts.append(calls)
    # Twice as many populations have four times as many synapse populations between them.
    assert counts[2] - counts[1] < 4.4 * (counts[1] - counts[0])


def chain(count: int, smallest: int = 9) -> GeNNModel:
    """Return populations that could run in blocks, each connected with the next, and reset."""
    model = GeNNModel("float", "chain")
    model.dt, model.batch_size = 1.0, 2
    neuron = create_neuron_model(
        "counting",
        vars=[("V", "scalar"), ("Count", "unsigned int")],
        sim_code="V += Isyn + 0.5;",
        threshold_condition_code="V >= 1.0",
        reset_code="V = 0.0; Count++;",
    )
    reset = create_custom_update_model(
        "reset", var_refs=[("Count", "unsigned int")], update_code="Count = id;"
    )
    before = None
    for number in range(count):
        size = smallest + number % 3
        population = model.add_neuron_population(
            f"p{number}", size, neuron, {}, {"V": 0.0, "Count": 0}
        )
        population.spike_recording_enabled = True
        references = {"Count": create_var_ref(population, "Count")}
        model.add_custom_update(f"reset_{number}", "Reset", reset, {}, {}, references)
        if before is not None:
            model.add_synapse_population(
                f"to_{number}",
                "DENSE",
                before,
                population,
                init_weight_update("StaticPulse", {}, {"g": 0.01 * (number + 1)}),
                init_postsynaptic("DeltaCurr"),
            )
        before = population
    return model


def test_many_populations_share_functions_rather_than_run_in_blocks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert blocks_of_steps(chain(5)).order
    assert blocks_of_steps(chain(12, smallest=64)).order
    assert not blocks_of_steps(chain(30, smallest=64)).order
    single = chain(12)
    found = results(single)
    many = chain(40)
    many.build()
    assert len(functions(many)) == len(functions(single)) < 12
    monkeypatch.setattr(blocks, "_MOST_POPULATIONS", 100)
    in_blocks = chain(12)
    expected = results(in_blocks)
    assert len(functions(in_blocks)) > 24
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_hundreds_of_populations_can_be_updated_together() -> None:
    model = chain(300)
    model.build()
    model.load(num_recording_timesteps=1)
    for _ in range(2):
        model.custom_update("Reset")
        for population in model.neuron_populations.values():
            count = population.vars["Count"]
            count.pull_from_device()
            np.testing.assert_array_equal(count.values, [[*range(population.num_neurons)]] * 2)
            count.view[:] = 77
            count.push_to_device()


@pytest.mark.parametrize(
    ("count", "kernels", "precision"), [(3, 3, "float"), (7, 1, "float"), (7, 1, "double")]
)
def test_many_updates_share_a_kernel_that_takes_their_parameters(
    count: int, kernels: int, precision: str
) -> None:
    model = GeNNModel(precision, "decay")
    number_of = np.dtype(precision.replace("float", "float32")).type
    neuron = create_neuron_model("still", vars=[("V", "scalar")], sim_code="V += Isyn;")
    decay = create_custom_update_model(
        "decay",
        params=["Factor", "Offset", "Rate", ("Divisor", "int"), ("IsOn", "bool")],
        var_refs=[("g", "scalar")],
        update_code="g = g * Factor + Offset + Rate + id_syn % Divisor + (IsOn ? 1 : 0);",
    )
    groups = []
    for number in range(count):
        pre, post = (
            model.add_neuron_population(f"{side}{number}", 4 + number, neuron, {}, {"V": 0.0})
            for side in ("pre", "post")
        )
        group = model.add_synapse_population(
            f"s{number}",
            "DENSE",
            pre,
            post,
            init_weight_update("StaticPulse", {}, {"g": 1.0}),
            init_postsynaptic("DeltaCurr"),
        )
        update = model.add_custom_update(
            f"decay_{number}",
            "Decay",
            decay,
            {
                "Factor": 0.1 * number,
                "Offset": -number * 1e-6,
                "Rate": 0.0,
                "Divisor": number + 1,
                "IsOn": number % 2,
            },
            {},
            {"g": create_wu_var_ref(group, "g")},
        )
        update.set_param_dynamic("Rate")
        groups.append((group, update))
    model.build()
    model.load()
    groups[-1][1].set_dynamic_param_value("Rate", 0.5)
    model.custom_update("Decay")
    assert len([name for name in functions(model) if name.startswith("custom_update")]) == kernels
    for number, (group, _) in enumerate(groups):
        weights = group.vars["g"]
        weights.pull_from_device()
        expected = number_of(0.1 * number) + number_of(-number * 1e-6)
        if number == count - 1:
            expected += number_of(0.5)
        rest = (np.arange(weights.values.size) % (number + 1)).astype(number_of)
        np.testing.assert_array_equal(weights.values, expected + rest + number_of(number % 2))


REWIRE = create_custom_connectivity_update_model(
    "rewire",
    params=["Least", "New"],
    pre_vars=[("drawn", "scalar")],
    var_refs=[("g", "scalar")],
    row_update_code="""
    for_each_synapse {
        if (g < Least) { remove_synapse(); }
    }
    const unsigned int drawn_post = (unsigned int)(gennrand_uniform() * num_post);
    add_synapse(drawn_post % num_post, New + drawn);
    """,
    host_update_code="""
    for (int i = 0; i < num_pre; i++) { drawn[i] = gennrand_uniform(); }
    pushdrawnToDevice();
    """,
)


def rewired(numbers: Iterable[int], precision: str) -> tuple[GeNNModel, dict[int, list[bytes]]]:
    """Return a model with updates of connectivity, and the synapses of each after two runs."""
    model = GeNNModel(precision, "rewired")
    model.seed = 5
    neuron = create_neuron_model("still", vars=[("V", "scalar")], sim_code="V += Isyn;")
    groups = {}
    for number in numbers:
        pre, post = (
            model.add_neuron_population(f"{side}{number}", size, neuron, {}, {"V": 0.0})
            for side, size in (("pre", 6 + number % 2), ("post", 9 + number % 3))
        )
        weight = init_var("Uniform", {"min": 0.0, "max": 1.0})
        groups[number] = model.add_synapse_population(
            f"s{number}",
            "SPARSE",
            pre,
            post,
            init_weight_update("StaticPulse", {}, {"g": weight}),
            init_postsynaptic("DeltaCurr"),
            init_sparse_connectivity("FixedProbability", {"prob": 0.5}),
        )
        groups[number].max_connections = post.num_neurons
        model.add_custom_connectivity_update(
            f"rewire_{number}",
            "Rewire",
            groups[number],
            REWIRE,
            {"Least": 0.3 + 0.02 * number, "New": float(number)},
            pre_vars={"drawn": 0.0},
            var_refs={"g": create_wu_var_ref(groups[number], "g")},
        )
    model.build()
    model.load()
    for _ in range(2):
        model.custom_update("Rewire")
    found = {}
    for number, group in groups.items():
        group.pull_connectivity_from_device()
        drawn = model.custom_connectivity_updates[f"rewire_{number}"].pre_vars["drawn"]
        arrays = [group.get_sparse_pre_inds(), group.get_sparse_post_inds()]
        for variable in (group.vars["g"], drawn):
            variable.pull_from_device()
            arrays.append(variable.values)
        found[number] = [np.asarray(array).tobytes() for array in arrays]
    return model, found


@pytest.mark.parametrize("precision", ["float", "double"])
def test_many_updates_of_connectivity_share_kernels(precision: str) -> None:
    """Each has its own sizes, parameters and random numbers, as if it were alone."""
    model, together = rewired(range(8), precision)
    assert sum(name.startswith("connectivity_update") for name in functions(model)) == 2
    for number in (0, 5, 6):
        few, alone = rewired([number], precision)
        assert sum(name.startswith("connectivity_update") for name in functions(few)) == 2
        assert alone[number] == together[number]
    assert len({drawn for *_, drawn in together.values()}) == 8


def test_threads_share_large_populations_rather_than_many() -> None:
    """They would wait while one of them lists the spikes of all populations."""
    for populations, neurons, shared in ((2, 5_000, True), (300, 30, False)):
        model = GeNNModel("float", "sizes")
        for number in range(populations):
            model.add_neuron_population(
                f"p{number}",
                neurons,
                NEURON,
                {"tau": 2.0, "number_1": 1.0},
                {"V": 0.0, "last": 0.0},
            )
        assert can_be_shared(model) == shared


def test_a_few_have_functions_of_their_own() -> None:
    """The compiler knows their sizes then."""
    model = network(3)
    model.build()
    assert {"update_p0", "update_p1", "update_p2"} <= functions(model)


def test_the_function_says_for_whom_it_is() -> None:
    model = network(5, first="SPARSE")
    model.build()
    assert "neuron population 'p0' and 3 like it." in model.generated_code
    # All lines of a loop are of one group, under names that are not those of the first.
    assert "V_row = vector(memory, first + " in model.generated_code


def test_a_function_may_take_nothing_but_numbers() -> None:
    cell = create_neuron_model("cell", params=["k"], sim_code="const scalar x = k;")
    model = GeNNModel("float", "nothing")
    model.timing_enabled = True
    for number in range(5):
        model.add_neuron_population(f"p{number}", 3, cell, {"k": number}, {})
    model.build()
    model.load()
    model.step_time()
    assert "neuron population 'p0' and 4 like it." in model.generated_code
