"""What user code can write and a kernel uses as an index or a number never harms, and is told."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import warnings
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn.language.code_strings import CodeStringError
from tests import ROOT, a_few
from tests.numbagenn.memory.attacks import NUM_PRE, STEPS, memory, network
from tests.numbagenn.networks import new_model, pulled, pushed, steps

# Every way in which spikes reach synapses.
NETWORKS = [
    {"in_blocks": True, "sparse": False},
    {"in_blocks": True, "sparse": False, "batch_size": 3, "delay": 2, "optimize_code": True},
    {"in_blocks": True, "sparse": True, "batch_size": 3},
    {"in_blocks": False, "sparse": False, "batch_size": 3, "delay": 2},
    {"in_blocks": False, "sparse": True, "optimize_code": True},
    {"in_blocks": False, "sparse": True, "batch_size": 3, "delay": 2},
]


NETWORKS_TO_ATTACK = [
    pytest.param(
        options,
        id=", ".join(f"{key}={value}" for key, value in options.items()),
        # To compile and to attack one takes long; this one has a batch, delays and sparse lists.
        marks=[] if options == NETWORKS[5] else pytest.mark.slow,
    )
    for options in NETWORKS
]


def outcome(attack: str, options: dict[str, Any]) -> Any:
    """Return what came of attacks, which were made in a process that may crash."""
    script = [sys.executable, "-m", "tests.numbagenn.memory.attacks"]
    done = subprocess.run(
        [*script, attack, json.dumps(options)],
        cwd=ROOT, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.returncode}: {done.stderr}"
    return json.loads(done.stdout)


# What decides where a kernel reads and writes ----------------------------------------------------


class Decisive(ast.NodeVisitor):
    """Finds of which arguments a generated function makes indices, and numbers of rounds.

    What goes through `arrays.fetch` and `arrays.put` is checked there, and so is what a comparison
    with two limits has let through.
    """

    def __init__(self, function: ast.FunctionDef) -> None:
        self.origins = {argument.arg: {argument.arg} for argument in function.args.args}
        self.found: set[str] = set()
        self.generic_visit(function)

    def origin(self, node: ast.AST) -> set[str]:
        """Return the arguments that a value is made of."""
        names = (one.id for one in ast.walk(node) if isinstance(one, ast.Name))
        return set().union(*(self.origins.get(one, set()) for one in names))

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        pairs = [(node.targets[0], node.value)]
        if isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = list(zip(node.targets[0].elts, node.value.elts, strict=True))
        for target, value in pairs:
            if isinstance(target, ast.Name):
                self.origins[target.id] = self.origin(value)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self.generic_visit(node)
        self.found |= self.origin(node.slice)

    def visit_For(self, node: ast.For) -> None:
        self.found |= self.origin(node.iter)
        assert isinstance(node.target, ast.Name)
        self.origins[node.target.id] = self.origin(node.iter)
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self.found |= self.origin(node.test)
        self.generic_visit(node)

    def visit_If(self, node: ast.If) -> None:
        test, before = node.test, dict(self.origins)
        if isinstance(test, ast.Compare) and len(test.ops) == 2:
            assert isinstance(test.comparators[0], ast.Name)
            self.origins[test.comparators[0].id] = set()
        for statement in node.body:
            self.visit(statement)
        self.origins = before
        for statement in node.orelse:
            self.visit(statement)


def functions_of(source: str) -> dict[str, ast.FunctionDef]:
    return {one.name: one for one in ast.parse(source).body if isinstance(one, ast.FunctionDef)}


def trusted(source: str) -> set[str]:
    """Return what memory a kernel passes on unchecked that decides where is read and written."""
    functions = functions_of(source)
    passed: set[str] = set()
    checked: set[str] = set()
    for call in ast.walk(functions["simulate"]):
        called = (
            call.func.id if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) else ""
        )
        if called in functions:
            names = Decisive(functions[called]).found
            pairs = zip(functions[called].args.args, call.args, strict=True)
            passed |= {ast.unparse(value) for argument, value in pairs if argument.arg in names}
        elif called == "to_deliver":
            # The number, and the neurons of the list that it is the number of.
            checked |= {ast.unparse(call), ast.unparse(call.args[0])}
    # What has another name is the clock, or kept by a kernel for itself while it runs.
    return {text for text in passed - checked if re.search(r"_row\b", text)}


@pytest.mark.parametrize("options", NETWORKS_TO_ATTACK)
def test_a_kernel_trusts_nothing_but_connections(options: dict[str, Any]) -> None:
    """It is found out from the generated code, so no memory can be forgotten."""
    model = network(**options)
    model.build()
    code = model.generated_code
    constant = {f"{buffer.name}_row" for buffer in memory(model) if buffer.constant}
    assert bool(constant) is options["sparse"]
    assert trusted(code) <= constant
    for name, function in functions_of(code).items():
        if name.startswith("custom_update"):
            arguments = [one.arg for one in function.args.args]
            arrays = {one for one in arguments if one.startswith("all_")}
            assert arrays
            assert not Decisive(function).found & arrays
    # The same without the checks shows that they are looked for.
    if options["in_blocks"]:
        assert re.findall(r"unpack_history\((\w+), (\w+),", code) == [
            (f"{name}_spikes_row", f"{name}_num_spikes_row") for name in ("pre", "post")
        ]
    else:
        unchecked = re.sub(r"to_deliver\(.+?, (\w+_row\[[^,]+\]), \w+, t\)", r"\1", code)
        assert len(trusted(unchecked) - constant) == 6
        unchecked = code.replace("if 0 <= delay < 4:", "if True:")
        assert trusted(unchecked) - constant == {"synapses_d_row"}


# Attacks ------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("options", NETWORKS_TO_ATTACK)
def test_no_memory_of_a_model_can_make_it_crash(options: dict[str, Any]) -> None:
    result = outcome("memory", options)
    attacks = [(name, value, told) for name, row in result.items() for value, told in row.items()]
    assert len(attacks) > 100
    assert {told.partition(":")[0] for *_, told in attacks} <= {"ran", "told", "refused"}
    connections = [
        told for name, _, told in attacks if name.endswith(("_inds", "_start", "_column"))
    ]
    assert bool(connections) is options["sparse"]
    assert all("read-only" in told for told in connections)
    batch = ", batch element 0" if options.get("batch_size") else ""
    for name, value, told in attacks:
        number = int(value) if value.lstrip("-").isdigit() else 0
        if name == "pre_num_spikes" and not 0 <= number <= NUM_PRE // 2:
            given = number % 2**32
            assert told == (
                f"told: The count of spikes is {given}, but there are {NUM_PRE // 2} to deliver; "
                f"it can only be lowered (neuron population 'pre', t = {STEPS} ms{batch})."
            )
        elif name == "pre_spikes" and not 0 <= number < NUM_PRE:
            assert "The count of spikes is 20, but there are 0 to deliver" in told
        elif name.endswith("_at") and not 0 <= number < 3:
            assert "is outside extra global parameter 'table', which has 3 elements" in told
        elif name == "synapses_d" and signed(number) < 0:
            assert f"a dendritic delay of {signed(number)} steps is not from 0 to 3" in told
            where = f"synapse from 0 to {options['sparse']:d} of synapse population 'synapses'"
            assert f"({where}, t = {STEPS} ms{batch})" in told
        elif name.endswith("events") and "num" in name and not 0 <= number <= NUM_PRE:
            assert "synaptic events is" in told


def signed(number: int) -> int:
    return (number + 2**31) % 2**32 - 2**31


@pytest.mark.parametrize("options", NETWORKS_TO_ATTACK)
def test_a_custom_update_can_lower_the_count_of_spikes_and_not_raise_it(
    options: dict[str, Any],
) -> None:
    result = {int(number): row for number, row in outcome("counts", options).items()}
    spikes = NUM_PRE // 2
    batch = ", batch element 0" if options.get("batch_size") else ""
    assert len(result) == 12
    for number, (told, received) in result.items():
        np.testing.assert_array_equal(received, result[min(number, spikes)][1])
        assert told == (number > spikes) * (
            f"The count of spikes is {number}, but there are {spikes} to deliver; it can only be "
            f"lowered (neuron population 'pre', t = {STEPS} ms{batch})."
        )
    # Each spike that there is brings something, to each neuron that it is connected with.
    totals = [np.sum(result[number][1]) for number in (0, 1, spikes - 1, spikes)]
    assert totals == sorted(set(totals))


@pytest.mark.slow
@pytest.mark.parametrize("in_blocks", [True, False])
def test_before_the_first_step_there_are_no_spikes_to_deliver(in_blocks: bool) -> None:
    model = network(in_blocks=in_blocks, sparse=False)
    model.build()
    model.load(num_recording_timesteps=9)
    pushed(model.custom_updates["set_count"], "wanted", 3)
    model.custom_update("SetCount")
    model.step_time()
    with pytest.raises(RuntimeError, match=r"is 3, but there are 0 to deliver.*'pre', t = 0 ms"):
        model.flush()


# Dendritic delays --------------------------------------------------------------------------------

SPIKING = engine.create_neuron_model("spiking", threshold_condition_code="true")
RECEIVING = engine.create_neuron_model(
    "receiving", vars=[("first", "scalar")], sim_code="if (first < 0.0 && Isyn > 0.0) first = t;"
)


def delayed(
    wum: Any,
    values: dict[str, Any],
    slots: int | None = 4,
    *,
    params: dict[str, float] | None = None,
    sparse: bool = False,
    batch_size: int = 1,
) -> tuple[Any, Any]:
    """Return two neurons that spike in every step, with synapses to five others."""
    model = new_model("delayed", batch_size)
    pre = model.add_neuron_population("pre", 2, SPIKING, {}, {})
    post = model.add_neuron_population("post", 5, RECEIVING, {}, {"first": -1.0})
    synapses = model.add_synapse_population(
        "synapses",
        "SPARSE" if sparse else "DENSE",
        pre,
        post,
        engine.init_weight_update(wum, params, values),
        engine.init_postsynaptic("DeltaCurr"),
    )
    if sparse:
        synapses.set_sparse_connections([1] * 5, range(5))
    if slots is not None:
        synapses.max_dendritic_delay_timesteps = slots
    return model, post


def delays(code: str, ctype: str = "int", where: str = "pre_spike_syn_code") -> Any:
    return engine.create_weight_update_model("delays", vars=[("d", ctype)], **{where: code})


def odd_delay(ctype: str, delay: float, *, sparse: bool, batch_size: int) -> tuple[Any, Any]:
    """Return the network, in which one synapse of the last neuron with some has a `delay`."""
    model, post = delayed(
        delays("addToPostDelay(1.0, d);", ctype), {"d": 0.0}, sparse=sparse, batch_size=batch_size
    )
    model.build()
    model.load()
    d = model.synapse_populations["synapses"].vars["d"]
    values = d.values
    values.reshape(-1, 5)[-1] = np.array([0, 1, 2, 3, 0])
    values.reshape(-1, 5)[-1, 4] = delay
    d.values = values
    d.push_to_device()
    steps(model, 9)
    return model, post


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(
    ("ctype", "bad", "shown"),
    [
        *(("int", bad, bad) for bad in (-1, -4, -(2**31))),
        ("int64_t", -1, -1),
        ("uint64_t", 2**63, -(2**63)),
        *(("scalar", bad, int(bad)) for bad in (-1.0, -7.5)),
        *(("scalar", bad, -(2**63)) for bad in (np.nan, np.inf, -np.inf, 1e30)),
    ],
)
def test_a_dendritic_delay_below_zero_is_an_error(
    ctype: str, bad: float, shown: int, sparse: bool, batch_size: int
) -> None:
    model, post = odd_delay(ctype, bad, sparse=sparse, batch_size=batch_size)
    batch = f", batch element {batch_size - 1}" if batch_size > 1 else ""
    with pytest.raises(CodeStringError) as caught:
        model.flush()
    assert str(caught.value).startswith(
        f"Presynaptic spike code of weight update model 'delays', line 1: a dendritic delay of "
        f"{shown} steps is not from 0 to 3; correct it "
        f"(synapse from 1 to 4 of synapse population 'synapses', t = 1 ms{batch}).\n"
        "    addToPostDelay(1.0, d);\n    ^"
    )
    # All others arrive, and what has no slot does not.
    first = pulled(post, "first").reshape(batch_size, 5)[-1].tolist()
    assert first[:4] == ([1, 2, 3, 4] if sparse else [1, 1, 1, 1])
    assert first[4] == (-1 if sparse else 1)


@pytest.mark.slow
@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(
    ("ctype", "long"),
    [
        *(("int", long) for long in (4, 5, 2**31 - 1)),
        *(("uint8_t", long) for long in (4, 255)),
        *(("unsigned int", long) for long in (4, 2**31, 2**32 - 1)),
        *(("int64_t", long) for long in (4, 2**62, 2**63 - 1)),
        *(("scalar", long) for long in (4.0, 1e9)),
    ],
)
def test_a_dendritic_delay_of_no_slot_is_taken_modulo_their_number(
    ctype: str, long: float, sparse: bool, batch_size: int
) -> None:
    model, post = odd_delay(ctype, long, sparse=sparse, batch_size=batch_size)
    batch = f", batch element {batch_size - 1}" if batch_size > 1 else ""
    with pytest.warns(UserWarning, match=f"of {int(long)} steps") as caught:
        model.flush()
    assert str(caught.pop().message).startswith(
        f"Presynaptic spike code of weight update model 'delays', line 1: a dendritic delay of "
        f"{int(long)} steps is not from 0 to 3, so it counts as one of {int(long) % 4}, as in "
        f"PyGeNN; correct it, or raise max_dendritic_delay_timesteps, which is 4 "
        f"(synapse from 1 to 4 of synapse population 'synapses', t = 1 ms{batch}).\n"
        "    addToPostDelay(1.0, d);\n    ^"
    )
    assert len(caught) == 0
    first = pulled(post, "first").reshape(batch_size, 5)[-1].tolist()
    assert first == ([1, 2, 3, 4, 1 + int(long) % 4] if sparse else [1] * 5)
    # It is told once.
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        steps(model, 3)
        model.flush()


def test_a_warning_hides_no_error() -> None:
    model, _ = delayed(
        delays("addToPostDelay(1.0, d); if (t > 3.5) addToPostDelay(1.0, d - 9);", "int"), {"d": 7}
    )
    model.build()
    model.load()
    steps(model, 9)
    told = r"delay of -2 steps .*synapse from 0 to 0 .*t = 4 ms"
    with pytest.raises(CodeStringError, match=told):
        model.flush()


@pytest.mark.parametrize(
    "where", ["pre_spike_syn_code", "synapse_dynamics_code", "pre_event_syn_code"]
)
def test_delays_are_checked_in_all_code_that_has_them(where: str) -> None:
    model, _ = delayed(
        engine.create_weight_update_model(
            "computed",
            pre_event_threshold_condition_code="true" if "event" in where else None,
            **{where: "int k = 1; if (t > 1.5) { addToPostDelay(1.0, k - (int)id_post); }"},
        ),
        {},
    )
    model.build()
    model.load()
    steps(model, 9)
    with pytest.raises(
        CodeStringError, match=r"delay of -1 steps .*synapse from 0 to 2 .*t = 2 ms"
    ):
        model.flush()


def test_a_delay_that_is_written_down_is_checked_when_the_model_is_built() -> None:
    model, post = delayed(delays("addToPostDelay(1.0, 3);"), {"d": 0})
    model.build()
    assert "arrays.report" not in model.generated_code
    model.load()
    steps(model, 9)
    assert pulled(post, "first").tolist() == [4] * 5
    model, _ = delayed(delays("addToPostDelay(1.0, -1);"), {"d": 0})
    with pytest.raises(CodeStringError, match="line 1: a dendritic delay of -1 steps is not from"):
        model.build()
    model, post = delayed(delays("addToPostDelay(1.0, 5);"), {"d": 0})
    with pytest.warns(UserWarning, match="line 1: a dendritic delay of 5 steps .* as one of 1"):
        model.build()
    model.load()
    steps(model, 9)
    assert pulled(post, "first").tolist() == [2] * 5


def test_how_many_delays_there_are_has_to_be_said() -> None:
    model, _ = delayed(delays("addToPostDelay(1.0, d);"), {"d": 0}, slots=None)
    with pytest.raises(RuntimeError, match="maximum dendritic delay timesteps has not been set"):
        model.build()
    model.synapse_populations["synapses"].max_dendritic_delay_timesteps = 1
    model.build()


@pytest.mark.parametrize(
    ("ctype", "values"),
    a_few(
        [
            ("scalar", [4, -1, 1e30, np.nan]),
            ("int", [4, -1, 2**31 - 1, -(2**31)]),
            ("unsigned int", [4, 2**31, 2**32 - 1]),
            ("int64_t", [4, -1, 2**62]),
        ]
    ),
)
def test_a_dynamic_parameter_is_a_delay_and_an_index_like_any_other(
    ctype: str, values: list[float]
) -> None:
    chosen = engine.create_weight_update_model(
        "chosen",
        params=[("k", ctype)],
        extra_global_params=[("table", "scalar*")],
        synapse_dynamics_code="addToPost(table[(int64_t)k]);",
        pre_spike_syn_code="addToPostDelay(1.0, k);",
    )
    model, _ = delayed(chosen, {}, params={"k": 0})
    synapses = model.synapse_populations["synapses"]
    synapses.set_wu_param_dynamic("k")
    synapses.extra_global_params["table"].set_init_values([0.0] * 4)
    model.build()
    model.load()
    for value in values:
        synapses.set_dynamic_param_value("k", value)
        steps(model, 3)
        # Both go wrong, and one of them is told of.
        with pytest.raises(CodeStringError, match=r"is outside extra global parameter|delay of"):
            model.flush()
        synapses.set_dynamic_param_value("k", 3)
        steps(model, 3)
        model.flush()


# Spike sources -----------------------------------------------------------------------------------


def source(
    start: Any, end: Any, times: Any, batch_size: int = 1, load: bool = True
) -> tuple[Any, Any]:
    model = new_model("source", batch_size)
    pop = model.add_neuron_population(
        "pop", len(start), "SpikeSourceArray", {}, {"startSpike": start, "endSpike": end}
    )
    pop.extra_global_params["spikeTimes"].set_init_values(times)
    pop.spike_recording_enabled = True
    model.build()
    if load:
        model.load(num_recording_timesteps=8)
    return model, pop


def recorded(model: Any, pop: Any) -> list[list[tuple[float, int]]]:
    steps(model, 8 - model.timestep)
    model.pull_recording_buffers_from_device()
    return [list(zip(*batch, strict=True)) for batch in pop.spike_recording_data]


@pytest.mark.parametrize("times", [[1.0, 2.0, 6.0, 5.0, 3.0], [0.0, 0.0, 6.0, 7.0, np.nan]])
def test_spike_times_out_of_order_are_told_of_and_taken_as_they_come(times: list[float]) -> None:
    model, pop = source([0, 2], [2, 5], times, load=False)
    with pytest.warns(UserWarning, match="pop': the spike times of neuron 1 are not in ascending"):
        model.load(num_recording_timesteps=8)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        spikes = [time for time, neuron in recorded(model, pop)[0] if neuron == 1]
    # Those that are late come in the steps after.
    assert spikes == [6, 7]


def test_spike_times_are_looked_at_again_once_all_of_them_are_pushed() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        # The times of different neurons are in no order, and the same time may come twice.
        model, pop = source([0, 2], [2, 5], [4.0, 5.0, 1.0, 1.0, 3.0], 2)
        pushed(pop, "startSpike", [[0, 2], [0, 2]])
        times = pop.extra_global_params["spikeTimes"]
        times.view[:] = [1.0, 5.0, 0.0, 3.0, np.inf]
        times.push_to_device()
        # With the old ends that would be out of order.
        pushed(pop, "startSpike", [[0, 2], [0, 2]])
        steps(model, 1)
        model.flush()
        times.view[:] = [1.0, 2.0, 3.0, 0.0, 4.0]
        times.push_to_device()
        pushed(pop, "startSpike", [[0, 3], [0, 3]])
        pushed(pop, "endSpike", [[3, 5], [3, 5]])
        steps(model, 1)
        model.flush()
    pushed(pop, "endSpike", [[3, 5], [4, 5]])
    steps(model, 1)
    with pytest.warns(UserWarning, match=r"neuron 0 .* as 0 ms comes after 3 ms"):
        model.flush()


def test_what_the_spike_times_of_a_neuron_warn_of_may_be_an_error() -> None:
    model, pop = source([0], [2], [1.0, 2.0])
    times = pop.extra_global_params["spikeTimes"]
    times.view[:] = [2.0, 1.0]
    times.push_to_device()
    steps(model, 3)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="not in ascending order"):
            model.flush()
        # The steps are still to be run.
        assert [time for time, _ in recorded(model, pop)[0]] == [2, 3]


@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_start_after_the_end_is_an_error(batch_size: int) -> None:
    model, _ = source([0, 4, 4], [2, 4, 3], [0.0, 1.0, 2.0, 3.0], batch_size)
    steps(model, 3)
    batch = ", batch element 0" if batch_size > 1 else ""
    with pytest.raises(CodeStringError) as caught:
        model.flush()
    assert str(caught.value).startswith(
        "Sim code of neuron model 'SpikeSourceArray', line 1: Assertion failed: 4 <= 3 (neuron 2 "
        f"of neuron population 'pop', t = 0 ms{batch})."
    )


@pytest.mark.parametrize("number", [4, 5, 2**31 - 1, 2**31, 2**32 - 1])
def test_spikes_beyond_the_times_are_an_error(number: int) -> None:
    model, pop = source([0, 4], [4, 4], [0.0, 0.0, 0.0, 0.0])
    pushed(pop, "startSpike", [0, number])
    pushed(pop, "endSpike", [4, 2**32 - 1])
    steps(model, 3)
    if number == 2**32 - 1:
        model.flush()  # it has no spikes
        return
    message = f"index {number} is outside extra global parameter 'spikeTimes', which has 4 elements"
    with pytest.raises(CodeStringError, match=rf"{message} \(neuron 1 of .*t = 0 ms"):
        model.flush()


def test_a_rate_is_not_negative() -> None:
    model = new_model("negative")
    model.add_neuron_population("pop", 2, "Poisson", {"rate": -1.0}, {"timeStepToSpike": 0.0})
    with pytest.raises(RuntimeError, match=r"pop'.*rate must be at least 0, not -1\.0"):
        model.build()
    model = new_model("negative")
    pop = model.add_neuron_population("pop", 2, SPIKING, {}, {})
    noise = {"weight": 1.0, "tauSyn": 5.0, "rate": -1.0}
    model.add_current_source("noise", "PoissonExp", pop, noise, {"current": 0.0})
    with pytest.raises(RuntimeError, match=r"noise'.*rate must be at least 0, not -1\.0"):
        model.build()


# Numbers that a type does not have ---------------------------------------------------------------

TYPES = {"u": "unsigned int", "i": "int", "b": "uint8_t", "l": "int64_t"}
TYPED = engine.create_neuron_model("typed", vars=list(TYPES.items()), sim_code="")


@pytest.mark.parametrize(
    ("variable", "number", "becomes"),
    [
        ("b", 256, 0), ("b", -1, 255), ("b", 300.5, 44), ("u", -1, 2**32 - 1), ("u", 2**32, 0),
        ("i", 2**31, -(2**31)), ("i", -(2**31) - 1, 2**31 - 1), ("l", 1e30, None),
        ("i", np.nan, None), ("i", np.inf, None),
    ],
)  # fmt: skip
def test_a_number_that_becomes_another_is_told_of(
    variable: str, number: float, becomes: int | None
) -> None:
    model = new_model("typed")
    start = {**dict.fromkeys(TYPES, 0), variable: np.array([0, number, 0])}
    pop = model.add_neuron_population("pop", 3, TYPED, {}, start)
    model.build()
    message = (
        rf"Variable '{variable}' of neuron population 'pop' takes integers from .* \(element 1\)"
    )
    with pytest.warns(UserWarning, match=message):
        model.load()
    found = [pop.vars[variable].values[1]]
    for given in (np.array([0, number, 0]), number):
        pushed(pop, variable, 0)
        with pytest.warns(UserWarning, match=f"{variable}' of .*, not {re.escape(str(number))}"):
            pop.vars[variable].values = given
        found.append(pop.vars[variable].values[1])
    assert len(set(found)) == 1
    assert becomes in (None, found[0])


def test_a_number_that_a_type_has_is_not_told_of() -> None:
    model = new_model("typed")
    start = {
        "u": [0, 2.0**32 - 0.5, 7],
        "i": -(2**31),
        "b": [255.9, -0.9, 0],
        "l": [2**63 - 1, -(2**63), 0],
    }
    pop = model.add_neuron_population("pop", 3, TYPED, {}, start)
    model.build()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.load()
        for variable, values in start.items():
            pop.vars[variable].values = values
    assert pop.vars["l"].values.tolist() == start["l"]
    assert pop.vars["b"].values.tolist() == [255, 0, 0]


@pytest.mark.parametrize("in_array", [False, True])
@pytest.mark.parametrize(
    ("code", "index"),
    a_few([
        ("(int)1.0e30", -(2**31)), ("(int)(big * big)", -(2**31)), ("(int64_t)big", -(2**63)),
        ("(int)(big * big - big * big)", -(2**31)), ("(short)1.0e30", 0),
        ("(uint64_t)(-big)", -(2**63)), ("(int)V", -(2**31)), ("(int64_t)V", -(2**63)),
        ("(int)-2.7", -2), ("(int64_t)-1125899906842624.0", -(2**50)),
    ], 2),
)  # fmt: skip
def test_conversions_of_numbers_out_of_range_are_indices_like_any_other(
    code: str, index: int, in_array: bool
) -> None:
    """C leaves them undefined, and a compiler that knows the number may make anything of it."""
    model = new_model("converted")
    neuron = engine.create_neuron_model(
        "converted",
        params=["big"],
        vars=[("V", "scalar"), ("x", "scalar")],
        sim_code=f"V = V * V; e[{code}] = 5.0;" if in_array else f"V = V * V; x = e[{code}];",
        extra_global_params=[("e", "scalar*")],
    )
    pop = model.add_neuron_population("pop", 2, neuron, {"big": 3e38}, {"V": 3e38, "x": 0})
    pop.extra_global_params["e"].set_init_values([1.0, 2.0])
    model.build()
    model.load()
    model.step_time()
    if index == 0:
        model.flush()
        x, e = pulled(pop, "x").tolist(), pop.extra_global_params["e"]
        e.pull_from_device()
        assert (e.values.tolist() == [5.0, 2.0]) if in_array else (x == [1.0, 1.0])
        return
    with pytest.raises(CodeStringError, match=f"index {index} is outside"):
        model.flush()
    assert pulled(pop, "x").tolist() == [0.0, 0.0]


def test_an_assertion_tells_what_it_compares() -> None:
    model = new_model("asserting")
    neuron = engine.create_neuron_model(
        "asserting",
        vars=[("V", "scalar"), ("n", "int64_t")],
        sim_code="V += 0.1; n++;\nassert(n * 1000000 <= 2000000);\nassert(V < 100 && n < 100);",
    )
    pop = model.add_neuron_population("pop", 2, neuron, {}, {"V": 0.0, "n": [0, -5]})
    model.build()
    model.load()
    steps(model, 4)
    with pytest.raises(
        CodeStringError, match=r"line 2: Assertion failed: 3000000 <= 2000000 \(neur"
    ):
        model.flush()
    pushed(pop, "n", -100)
    pushed(pop, "V", np.nan)
    steps(model, 1)
    with pytest.raises(CodeStringError, match=r"line 3: Assertion failed \(neuron 0 of"):
        model.flush()


# Numbers of steps and synapses -------------------------------------------------------------------


@pytest.mark.parametrize("timestep", [2**62 + 1, 2**63 - 1, 2**63, 2**64])
def test_a_timestep_leaves_room_for_more(timestep: int) -> None:
    model, _ = source([0], [1], [1.0])
    with pytest.raises(TypeError, match=f"timestep must be at most .*, not {timestep}"):
        model.timestep = timestep
    model.timestep = 2**62
    steps(model, 3)
    model.flush()
    assert model.timestep == 2**62 + 3


@pytest.mark.parametrize("longest", [2**31, 2**63 - 1, 2**63, 2**70])
def test_the_longest_row_may_be_any_number(longest: int) -> None:
    model = new_model("rows")
    pop = model.add_neuron_population("pop", 3, SPIKING, {}, {})
    snippet = engine.create_sparse_connect_init_snippet(
        "one", row_build_code="addSynapse(id_pre);", calc_max_row_len_func=lambda *_: longest
    )
    synapses = model.add_synapse_population(
        "synapses",
        "SPARSE",
        pop,
        pop,
        engine.init_weight_update("StaticPulseConstantWeight", {"g": 1.0}),
        engine.init_postsynaptic("DeltaCurr"),
        engine.init_sparse_connectivity(snippet),
    )
    model.build()
    model.load()
    synapses.pull_connectivity_from_device()
    assert synapses.get_sparse_post_inds().tolist() == [0, 1, 2]
