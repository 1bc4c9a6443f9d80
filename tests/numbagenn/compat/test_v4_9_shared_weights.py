"""Populations of synapses that share the weights of another, as in PyGeNN 4.9."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from numbagenn.compat import v4_9 as legacy
from tests.numbagenn.networks import steps

PAIRS = ([0, 1, 1, 2, 3, 3], [2, 0, 1, 2, 0, 1])
READ_ONLY = 1 | 64
LEARNING = legacy.create_custom_weight_update_class(
    "noting",
    var_name_types=[("g", "scalar", READ_ONLY)],
    extra_global_params=[("sum", "scalar*")],
    sim_code="$(addToInSyn, $(g) + 0.001 * $(V_post));",
    learn_post_code="$(sum)[0] += $(g);",
)


def network(
    kind: str, rule: Any = "StaticPulse", *, shared: bool, batch_size: int = 1, delay: int = 2
) -> SimpleNamespace:
    """Two copies of a network; the second one shares the weights of the first, or has the same."""
    model = legacy.GeNNModel("float", "shared")
    model.dT = 0.3
    model.batch_size = batch_size
    cell = legacy.create_custom_neuron_class(
        "cell",
        param_names=["I"],
        var_name_types=[("V", "scalar")],
        sim_code="$(V) += DT * ($(Isyn) + $(I) * ($(id) + 1));",
        threshold_condition_code="$(V) >= 2.0",
        reset_code="$(V) = 0.0;",
    )
    pops: dict[str, Any] = {}
    for copy in range(2):
        for name, size, current in (("pre", 4, 0.5), ("post", 3, 0.0)):
            full, params = f"{name}{copy}", {"I": current * (copy + 1)}
            pops[full] = model.add_neuron_population(full, size, cell, params, {"V": 0.0})
            pops[full].spike_recording_enabled = True
    weights: Any = np.linspace(0.3, 1.7, 12 if kind.startswith("DENSE") else 6)
    weights = 0.8 if "GLOBALG" in kind else weights
    synapses = []
    for copy in range(2):
        ends = f"pre{copy}", f"post{copy}"
        psm: tuple[Any, ...] = ("ExpCurr", {"tau": 3.0 + copy}, {})
        if copy and shared:
            syn = model.add_slave_synapse_population("syn1", "syn0", copy * delay, *ends, *psm)
        else:
            syn = model.add_synapse_population(
                f"syn{copy}", kind, copy * delay, *ends, rule, {}, {"g": weights}, {}, {}, *psm
            )
            if kind.startswith("SPARSE"):
                syn.set_sparse_connections(*PAIRS)
            if rule is LEARNING:
                syn.set_extra_global_param("sum", [0.0])
        synapses.append(syn)
    model.build()
    model.load(num_recording_timesteps=120)
    return SimpleNamespace(model=model, pops=pops, synapses=synapses)


def results(parts: SimpleNamespace) -> list[Any]:
    steps(parts.model, 120)
    parts.model.pull_recording_buffers_from_device()
    found = []
    for pop in parts.pops.values():
        pop.pull_state_from_device()
        found.append(pop.vars["V"].view.copy())
        data = pop.spike_recording_data
        found += [array for one in (data if isinstance(data, list) else [data]) for array in one]
    return found


@pytest.mark.parametrize("batch_size", [1, 3])
@pytest.mark.parametrize("kind", ["DENSE_INDIVIDUALG", "SPARSE_INDIVIDUALG", "SPARSE_GLOBALG"])
def test_a_slave_gives_what_a_copy_of_its_master_gives(kind: str, batch_size: int) -> None:
    copies = network(kind, shared=False, batch_size=batch_size)
    shared = network(kind, shared=True, batch_size=batch_size)
    expected = results(copies)
    assert sum(map(np.size, expected)) > 100
    for one, other in zip(expected, results(shared), strict=True):
        np.testing.assert_array_equal(one, other)
    # It can be unloaded and loaded again.
    shared.model.unload()
    shared.model.load(num_recording_timesteps=120)
    for one, other in zip(expected, results(shared), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("kind", ["DENSE_INDIVIDUALG", "SPARSE_INDIVIDUALG"])
def test_code_of_both_sides_uses_the_memory_of_the_master(kind: str) -> None:
    copies, shared = (network(kind, LEARNING, shared=one) for one in (False, True))
    for one, other in zip(results(copies), results(shared), strict=True):
        np.testing.assert_array_equal(one, other)
    sums = []
    for parts in (copies, shared):
        for syn in parts.synapses:
            syn.pull_extra_global_param_from_device("sum")
        sums.append([syn.extra_global_params["sum"].view[0] for syn in parts.synapses])
    assert sums[0][0] > 0.0
    assert sums[0][1] > 0.0
    assert sums[1] == pytest.approx([sum(sums[0])] * 2)


def test_what_a_slave_has_is_its_masters() -> None:
    parts = network("DENSE_INDIVIDUALG", shared=True)
    master, slave = parts.synapses
    assert slave.weight_sharing_master is master
    assert master.weight_sharing_master is None
    assert slave.vars is master.vars
    assert slave.matrix_type == master.matrix_type
    assert (slave.max_row_length, slave.num_synapses) == (3, 12)
    assert not {buffer for buffer, _ in slave.buffers()} & {
        buffer for buffer, _ in master.buffers()
    }
    master.vars["g"].view[:] = 0.0
    slave.push_var_to_device("g")
    results(parts)
    for syn in (master, slave):
        syn.pull_in_syn_from_device()
        assert not syn.in_syn.any()


def test_only_one_of_both_posts_spikes() -> None:
    """A slave whose neurons spike finds its columns, though its master's neurons never do."""
    sums = []
    for shared in (False, True):
        model = legacy.GeNNModel("float", "columns")
        silent = legacy.create_custom_neuron_class("silent", sim_code="")
        pre = model.add_neuron_population("pre", 2, "SpikeSource", {}, {})
        posts = [
            model.add_neuron_population("silent", 2, silent, {}, {}),
            model.add_neuron_population(
                "noisy", 2, legacy.create_custom_neuron_class(
                    "noisy", threshold_condition_code="true", is_auto_refractory_required=False
                ), {}, {},
            ),
        ]  # fmt: skip
        rule = (LEARNING, {}, {"g": [1.0, 2.0]}, {}, {})
        psm = ("DeltaCurr", {}, {})
        code = "$(sum)[0] += $(g);"
        rule = (
            legacy.create_custom_weight_update_class(
                "counting",
                var_name_types=[("g", "scalar", READ_ONLY)],
                extra_global_params=[("sum", "scalar*")],
                learn_post_code=code,
            ),
            *rule[1:],
        )
        ends = pre, posts[0] if shared else posts[1]
        syn = model.add_synapse_population("m", "SPARSE_INDIVIDUALG", 0, *ends, *rule, *psm)
        syn.set_sparse_connections([0, 1], [1, 0])
        syn.set_extra_global_param("sum", [0.0])
        if shared:
            model.add_slave_synapse_population("s", syn, 0, pre, posts[1], *psm)
        model.build()
        model.load()
        steps(model, 5)
        syn.pull_extra_global_param_from_device("sum")
        sums.append(syn.extra_global_params["sum"].view[0])
    assert sums[0] == sums[1] == 12.0


def described(access: int = READ_ONLY, **more: Any) -> SimpleNamespace:
    model = legacy.GeNNModel("float", "mistakes")
    pops = [model.add_neuron_population(f"p{n}", n, "SpikeSource", {}, {}) for n in (2, 3)]
    rule = legacy.create_custom_weight_update_class(
        "rule",
        var_name_types=[("g", "scalar", access)],
        sim_code="$(addToInSyn, $(g));",
        **more,
    )
    pre_vars = {"x": 0.0} if more else {}
    model.add_synapse_population(
        "m", "SPARSE_INDIVIDUALG", 0, *pops, rule, {}, {"g": 1.0}, pre_vars, {}, "DeltaCurr", {}, {}
    )
    return SimpleNamespace(model=model, pops=pops)


def add_slave(parts: SimpleNamespace, *ends: str, name: str = "s", master: Any = "m") -> Any:
    ends = ends or ("p2", "p3")
    return parts.model.add_slave_synapse_population(name, master, 0, *ends, "DeltaCurr", {}, {})


def test_a_slave_of_a_slave_has_the_same_master() -> None:
    parts = described()
    first = add_slave(parts)
    second = add_slave(parts, name="t", master=first)
    assert second.weight_sharing_master is parts.model.synapse_populations["m"]


@pytest.mark.parametrize(
    ("mistake", "error", "message"),
    [
        (lambda p: add_slave(p, "p3", "p3"), ValueError, "must connect 2 to 3 neurons, not 3 to 3"),
        (lambda p: add_slave(p, master="n"), ValueError, "'n', is not a population of this model"),
        (lambda p: add_slave(p, master=p.pops[0]), TypeError, "The master of .* needs what add_sy"),
        (lambda p: add_slave(p, name="m"), RuntimeError, "duplicate name: m"),
        (lambda p: add_slave(p).set_sparse_connections([0], [0]), RuntimeError,
         "shares the synapses of synapse population 'm': use set_sparse_connections of that one"),
        (lambda p: add_slave(p).pop.set_max_connections(2), RuntimeError, "use max_connections of"),
        (lambda p: add_slave(p).pop.set_max_source_connections(2), RuntimeError,
         "use max_source_connections of"),
        (lambda p: add_slave(described(2 | 32)), ValueError,
         "cannot share variable 'g' of .*'m', which the code of synapses may change"),
        (lambda p: add_slave(described(pre_var_name_types=[("x", "scalar")])), ValueError,
         "because weight update model 'rule' has presynaptic or postsynaptic variables"),
    ],
)  # fmt: skip
def test_mistakes(mistake: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        mistake(described())
