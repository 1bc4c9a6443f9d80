"""Random graphs of populations: which of them run in blocks of steps changes no bit.

Some synapses can be summed up for a whole block of steps, and others need their neurons step by
step. Wherever they are in a graph, results are those of single steps.
"""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import event, given, note
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn.codegen.blocks import blocks_of_steps
from tests.numbagenn import interpreted
from tests.numbagenn.profiles import examples
from tests.numbagenn.random_models import RandomModel
from tests.numbagenn.test_random_models import assert_same, run

BATCH_SIZE = 2
READ_ONLY = engine.VarAccessMode.READ_ONLY

NEURON = engine.create_neuron_model(
    "drifting",
    params=["drift"],
    vars=[("V", "scalar"), ("last", "scalar")],
    sim_code="V = fmin(fmax(V + Isyn, -9.0), 9.0) + drift * (1.0 + id % 7); last = t - st;",
    threshold_condition_code="V >= 5.0",
    reset_code="V = 0.0;",
)


def _weight_update(**parts: Any) -> Any:
    return engine.create_weight_update_model("own", vars=[("g", "scalar")], **parts)


def _event(side: str, code: str, when: str = "V > 3.5", **parts: Any) -> Any:
    if "V" in when:
        parts[f"{side}_neuron_var_refs"] = [("V", "scalar", READ_ONLY)]
    parts[f"{side}_event_threshold_condition_code"] = when
    parts[f"{side}_event_syn_code"] = code
    return _weight_update(pre_spike_syn_code="addToPost(g);", **parts)


#: Weight update models of synapses that can be summed up ahead.
AHEAD = {
    "static": _weight_update(pre_spike_syn_code="addToPost(g);"),
    "counting": _weight_update(pre_spike_syn_code="addToPost(g); g += 0.01;"),
}
#: Those of synapses that cannot; the last two cannot for other reasons.
STEPWISE = {
    "presynaptic events": _event("pre", "g += 0.1; addToPost(0.1 * g);"),
    "presynaptic events at a time": _event("pre", "addToPost(0.1 * g);", "t >= 2.0 && id % 2u"),
    "postsynaptic events": _event("post", "g -= 0.1;"),
    "feedback of events": _event("post", "addToPre(0.1 * g);"),
    "feedback": _weight_update(pre_spike_syn_code="addToPost(g); addToPre(0.1 * g);"),
    "time": _weight_update(pre_spike_syn_code="addToPost(g + 0.1 * t);"),
    "presynaptic neurons": _weight_update(
        pre_neuron_var_refs=[("V", "scalar", READ_ONLY)],
        pre_spike_syn_code="addToPost(g * (1.0 + V));",
    ),
    "last presynaptic spike": _weight_update(pre_spike_syn_code="addToPost(g + (t - st_pre));"),
    "last postsynaptic spike": _weight_update(
        pre_spike_syn_code="addToPost(st_post < 0.0 ? g : g + 0.1 * (t - st_post));"
    ),
    "spike before the last": _weight_update(
        pre_spike_syn_code="addToPost(prev_st_pre < 0.0 ? g : 0.5 * g);"
    ),
    "dendritic delay": _weight_update(
        pre_spike_syn_code="addToPostDelay(g, id_post % 3u); addToPost(0.1 * g);"
    ),
    "dynamics": _weight_update(
        pre_spike_syn_code="addToPost(g);", synapse_dynamics_code="g *= 0.99; addToPost(0.01 * g);"
    ),
    "presynaptic variables": engine.create_weight_update_model(
        "own",
        vars=[("g", "scalar")],
        pre_vars=[("x", "scalar")],
        pre_dynamics_code="x *= 0.9;",
        pre_spike_code="x += 1.0;",
        pre_spike_syn_code="addToPost(g * x);",
    ),
    "postsynaptic variables": engine.create_weight_update_model(
        "own",
        vars=[("g", "scalar")],
        post_vars=[("x", "scalar")],
        post_dynamics_code="x *= 0.9;",
        post_spike_code="x += 1.0;",
        pre_spike_syn_code="addToPost(g * (1.0 - 0.1 * x));",
    ),
    "decaying": AHEAD["static"],
    "long delay": AHEAD["static"],
}


def random_graph(draw: Any, kind: str) -> RandomModel:
    """Draw a graph with synapses of a kind behind others, which can be summed up ahead."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    model = RandomModel("float", 0.5)
    names = "abcde"[: draw(st.integers(3, 5))]
    for name in names:
        _add_population(model, name, draw(st.sampled_from([3, 8, 9])), draw, rng)
    _add_synapses(model, "ahead", "a", "b", draw(st.sampled_from(sorted(AHEAD))), draw)
    _add_synapses(model, "behind", "b", "c", kind, draw)
    for number in range(draw(st.integers(0, 3))):
        ends = draw(st.lists(st.sampled_from(names), min_size=2, max_size=2))
        # Most graphs have no loop.
        source, target = ends if draw(st.integers(0, 9)) == 9 else sorted(ends)
        if source != target or number == 2:
            other = draw(st.sampled_from(sorted([*AHEAD, *AHEAD, *STEPWISE])))
            _add_synapses(model, f"more{number}", source, target, other, draw)
    steps = st.sampled_from([1, 2, 5, 12, 31, 32, 33, 40])
    parts = draw(st.lists(steps, min_size=1, max_size=3))
    model.script = [(number, "look") for number in parts]
    return model


def _add_population(
    model: RandomModel, name: str, size: int, draw: Any, rng: np.random.Generator
) -> None:
    drift, records = draw(st.sampled_from([0.0, 0.1, 0.7])), draw(st.booleans())
    model.text.append(f"{name}: {size} neurons, drift {drift}")

    def add(built: Any) -> None:
        start = {"V": 0.0, "last": 0.0}
        population = built.add_neuron_population(name, size, NEURON, {"drift": drift}, start)
        population.spike_recording_enabled = records
        population.spike_event_recording_enabled = records

    model.parts.append(add)
    start = rng.uniform(0.0, 5.0, (BATCH_SIZE, size))
    model.values.append((lambda built: built.neuron_populations[name].vars["V"], start))


def _add_synapses(
    model: RandomModel, name: str, source: str, target: str, kind: str, draw: Any
) -> None:
    weight_update = {**AHEAD, **STEPWISE}[kind]
    delay = 33 if kind == "long delay" else draw(st.sampled_from([0, 0, 0, 1, 4, 9, 31]))
    sparse = draw(st.booleans())
    model.text.append(f"{name}: {source} to {target}, {kind}, {delay=}, {sparse=}")
    shape = ("ExpCurr", {"tau": 2.0}) if kind == "decaying" else ("DeltaCurr",)

    def add(built: Any) -> None:
        g = engine.init_var("Uniform", {"min": -0.7, "max": 1.5})
        sides = {"pre": weight_update.pre_vars, "post": weight_update.post_vars}
        given_values: dict[str, Any] = {
            f"{side}_vars": {"x": 0.0} for side, own in sides.items() if own
        }
        refers = {
            "pre": weight_update.pre_neuron_var_refs,
            "post": weight_update.post_neuron_var_refs,
        }
        given_values |= {f"{side}_var_refs": {"V": "V"} for side, own in refers.items() if own}
        init = engine.init_sparse_connectivity("FixedProbability", {"prob": 0.5})
        group = built.add_synapse_population(
            name,
            "SPARSE" if sparse else "DENSE",
            *(built.neuron_populations[end] for end in (source, target)),
            engine.init_weight_update(weight_update, {}, {"g": g}, **given_values),
            engine.init_postsynaptic(*shape),
            *([init] if sparse else []),
        )
        group.axonal_delay_steps = delay
        group.max_dendritic_delay_timesteps = 3

    model.parts.append(add)


@pytest.mark.parametrize("kind", STEPWISE)
@examples(2, 200, shrink=False)
@given(data=st.data(), seed=st.integers(0, 2**32 - 1))
def test_blocks_change_no_bit_wherever_they_are(kind: str, data: Any, seed: int) -> None:
    graph = random_graph(data.draw, kind)
    note(repr(graph))
    every = list(range(BATCH_SIZE))
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        patch.setattr(
            "numbagenn.model.compiled",
            lambda source: SimpleNamespace(**interpreted.module(source)),
        )
        model, timed = graph.build(BATCH_SIZE), graph.build(BATCH_SIZE, timing=True)
        in_blocks = len(blocks_of_steps(model).order)
        event(f"{in_blocks} of {len(model.neuron_populations)} populations in blocks")
        expected = run(graph, timed, every)
        assert_same(run(graph, model, every), expected, "in blocks")
        rng = np.random.default_rng(seed)
        assert_same(run(graph, model, every, rng), expected, "looked at in between")
