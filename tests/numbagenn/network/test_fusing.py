"""Fused postsynaptic models: which populations share their input, and what that changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from tests.numbagenn.networks import PIXEL, add_cells, connect, new_model, pulled, steps

SIZE, STEPS = 40, 75

SEES_SOURCE = engine.create_weight_update_model(
    "sees_source",
    vars=[("g", "scalar")],
    pre_neuron_var_refs=[("n", "unsigned int")],
    pre_spike_syn_code="addToPost(n < 1000u ? g : 0.0);",
)
FEEDS_BACK = engine.create_weight_update_model(
    "feeds_back",
    vars=[("g", "scalar")],
    pre_spike_syn_code="addToPost(g); addToPre(0.125);",
)


@pytest.fixture(autouse=True)
def threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


def network(postsynaptic: Any, others: str, fuse: bool, batch_size: int, **preferences: Any) -> Any:
    """Return a model of three sources of one population, and that population.

    All numbers are multiples of powers of two, so that no sum is rounded.
    """
    rng = np.random.default_rng(3)
    model = engine.GeNNModel("float", "fusing", **preferences)
    model.dt, model.batch_size = 1.0, batch_size
    model.fuse_postsynaptic_models = fuse
    target = add_cells(model, "target", SIZE, threshold=6.0)
    for number in range(3):
        source = add_cells(model, f"source{number}", 20, threshold=1.0)
        currents = {"magnitude": rng.integers(0, 16, 20) / 32}
        model.add_current_source(f"pixels{number}", PIXEL, source, {}, currents)
        update, references = "StaticPulse", {}
        if number == 1 and others == "state":
            update = SEES_SOURCE
            references = {"pre_var_refs": {"n": engine.create_var_ref(source, "count")}}
        elif number == 1 and others == "feedback":
            update = FEEDS_BACK
        weights = {"g": rng.integers(-12, 17, 20 * SIZE) / 64}
        group = model.add_synapse_population(
            f"to{number}", "DENSE", source, target,
            engine.init_weight_update(update, {}, weights, **references), postsynaptic,
        )  # fmt: skip
        group.axonal_delay_steps = 2 * (number == 2)
    model.build()
    return model, target


@pytest.mark.parametrize("others", ["alike", "state", "feedback"])
@pytest.mark.parametrize("preferences", [{}, {"optimize_code": True}])
def test_fusing_changes_nothing_but_how_sums_are_rounded(
    others: str, preferences: dict[str, bool]
) -> None:
    """Whether spikes of none, of some or of all sources are summed up block by block."""
    found = []
    for fuse, batch_size, number in ((False, 1, 1), (True, 1, 1), (True, 3, 2)):
        delta = engine.init_postsynaptic("DeltaCurr")
        model, target = network(delta, others, fuse, batch_size, **preferences)
        engine.set_num_threads(number)
        model.load()
        steps(model, STEPS // 3)
        pulled(target, "V")
        steps(model, STEPS - STEPS // 3)
        found.append([np.atleast_2d(pulled(target, name)) for name in ("V", "count")])
        assert (model.synapse_populations["to1"].out_post is None) is fuse
        if fuse:
            update = model.generated_code.partition("def update_target(")[2]
            assert update.partition("):")[0].count("inSyn") == 1
        model.unload()
    (voltages, counts), *rest = found
    assert counts.sum() > 100
    for other_voltages, other_counts in rest:
        for row in range(len(other_voltages)):
            np.testing.assert_array_equal(other_voltages[row], voltages[0])
            np.testing.assert_array_equal(other_counts[row], counts[0])


def test_only_equal_models_with_one_target_are_fused() -> None:
    model = new_model()
    model.fuse_postsynaptic_models = True
    a, b = add_cells(model, "a", 3), add_cells(model, "b", 2)
    fast, slow = (engine.init_postsynaptic("ExpCurr", {"tau": tau}) for tau in (2.0, 5.0))
    groups = [
        connect(model, a, target, np.ones(3 * target.num_neurons), model_, f"s{number}")
        for number, (target, model_) in enumerate(
            [(b, fast), (b, slow), (a, fast), (b, fast), (b, slow)]
        )
    ]
    groups[4].set_ps_param_dynamic("tau")
    assert groups[0].out_post is not None
    model.build()
    # The code of ExpCurr reads what was derived from tau, and not the parameter that may change.
    assert [group.out_post is None for group in groups] == [True, True, False, True, True]


def test_what_several_populations_share_is_read_in_none_of_them() -> None:
    model = new_model()
    model.fuse_postsynaptic_models = True
    a = add_cells(model, "a", 3)
    rising = engine.create_postsynaptic_model(
        "rising", vars=[("x", "scalar")], sim_code="x += inSyn; injectCurrent(x); inSyn = 0.0;"
    )
    psm = engine.init_postsynaptic(rising, {}, {"x": 0.5})
    groups = [connect(model, a, a, np.ones(9), psm, name) for name in ("one", "two")]
    model.build()
    model.load()
    for group in groups:
        assert group.out_post is None
        assert group.psm_vars["x"].view is None
        with pytest.raises(RuntimeError, match=r"'x' of synapse population .* share it"):
            group.psm_vars["x"].pull_from_device()
    model.step_time()
    assert pulled(a, "V").tolist() == [0.5, 0.5, 0.5]


def test_a_build_that_failed_leaves_nothing_fused() -> None:
    model = new_model()
    model.fuse_postsynaptic_models = True
    a = add_cells(model, "a", 3)
    psm = engine.init_postsynaptic("ExpCurr", {"tau": 3.0})
    groups = [connect(model, a, a, np.ones(9), psm, name) for name in ("one", "two")]
    broken = engine.create_neuron_model(
        "broken", params=[("p", "uint8_t")], derived_params=[], sim_code="p + 1;"
    )
    bad = model.add_neuron_population("bad", 1, broken, {"p": 300}, {})
    with pytest.raises(RuntimeError, match="300"):
        model.build()
    del model.neuron_populations[bad.name]
    model.fuse_postsynaptic_models = False
    model.build()
    model.load()
    steps(model, 3)
    for group in groups:
        group.out_post.pull_from_device()
        assert group.out_post.view.shape == (1, 3)
