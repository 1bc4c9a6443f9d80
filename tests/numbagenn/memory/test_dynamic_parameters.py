"""Parameters that change while the model is loaded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from numbagenn import (
    create_current_source_model,
    create_custom_update_model,
    create_neuron_model,
    create_postsynaptic_model,
    create_var_ref,
    create_weight_update_model,
    init_postsynaptic,
    init_weight_update,
)
from tests.numbagenn.networks import new_model, pulled, pushed, steps

NEURON = create_neuron_model(
    "neuron",
    params=["theta", ("whole", "uint8_t"), ("flag", "bool"), ("wide", "double"), "fixed"],
    derived_params=[("twice", lambda pars, dt: 2 * pars["theta"])],
    vars=[("V", "scalar"), ("w", "scalar"), ("d", "double"), ("n", "int")],
    sim_code="V += Isyn; w = whole + twice * 1000.0; d = wide; n = flag;",
    threshold_condition_code="V >= theta",
    reset_code="V = fixed;",
)
SOURCE = create_current_source_model("dc", params=["amp"], injection_code="injectCurrent(amp);")
WEIGHTS = create_weight_update_model(
    "scaled", params=["scale"], pre_spike_syn_code="addToPost(scale);"
)
RECEPTOR = create_postsynaptic_model(
    "receptor", params=["gain", "scale"], sim_code="injectCurrent(gain * inSyn); inSyn = 0.0;"
)
UPDATE = create_custom_update_model(
    "fill", params=["value"], var_refs=[("V", "scalar")], update_code="V = value;"
)
GIVEN = {"theta": 10.0, "whole": 3.7, "flag": True, "wide": 0.1, "fixed": -1.0}


@pytest.fixture(autouse=True)
def default_threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


def scene(batch_size: int = 1) -> SimpleNamespace:
    model = new_model("dynamic", batch_size)
    state = {"V": 0, "w": 0, "d": 0, "n": 0}
    a = model.add_neuron_population("a", 2, NEURON, GIVEN, state)
    b = model.add_neuron_population("b", 3, NEURON, GIVEN, state)
    source = model.add_current_source("source", SOURCE, a, {"amp": 1.0})
    synapses = model.add_synapse_population(
        "ab", "DENSE", a, b,
        init_weight_update(WEIGHTS, {"scale": 0.5}),
        init_postsynaptic(RECEPTOR, {"gain": 1.0, "scale": 1.0}),
    )  # fmt: skip
    update = model.add_custom_update(
        "cu", "Fill", UPDATE, {"value": 7.0}, {}, {"V": create_var_ref(a, "V")}
    )
    return SimpleNamespace(m=model, a=a, b=b, src=source, s=synapses, u=update)


def declared(batch_size: int = 1) -> SimpleNamespace:
    parts = scene(batch_size)
    for name in ("theta", "whole", "flag", "wide"):
        parts.a.set_param_dynamic(name)
    parts.src.set_param_dynamic("amp")
    parts.s.set_wu_param_dynamic("scale")
    parts.s.set_ps_param_dynamic("gain", dynamic=True)
    parts.u.set_param_dynamic("value")
    return parts


@pytest.fixture
def parts(request: pytest.FixtureRequest) -> SimpleNamespace:
    made = declared(getattr(request, "param", 1))
    made.m.build()
    made.m.load()
    return made


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("parts", [1, 5], indirect=True)
def test_every_kind_of_group_follows(parts: SimpleNamespace, threads: int) -> None:
    engine.set_num_threads(threads)
    s = parts
    steps(s.m, 3)
    assert (pulled(s.a, "V") == 3).all()
    s.m.step_time()
    # The steps so far run with the value of their time.
    s.src.set_dynamic_param_value("amp", 0.5)
    steps(s.m, 2)
    assert (pulled(s.a, "V") == 5).all()
    s.a.set_dynamic_param_value("theta", 5.5)
    s.m.step_time()
    assert (pulled(s.a, "V") == -1).all()
    s.s.set_dynamic_param_value("scale", 2.0)
    s.m.step_time()
    assert (pulled(s.b, "V") == 4).all()
    pushed(s.a, "V", 6)
    s.m.step_time()
    s.s.set_dynamic_param_value("gain", -0.25)
    s.m.step_time()
    assert (pulled(s.b, "V") == 3).all()
    s.m.custom_update("Fill")
    assert (pulled(s.a, "V") == 7).all()
    s.u.set_dynamic_param_value("value", -7)
    s.m.custom_update("Fill")
    assert (pulled(s.a, "V") == -7).all()


def test_values_are_cast_and_derived_parameters_stay(parts: SimpleNamespace) -> None:
    pop = parts.a
    parts.m.step_time()
    assert pulled(pop, "w").tolist() == [20003] * 2
    assert pulled(pop, "n").tolist() == [1, 1]
    pop.set_dynamic_param_value("whole", 7.9)
    pop.set_dynamic_param_value("theta", 100.0)
    pop.set_dynamic_param_value("flag", 0)
    pop.set_dynamic_param_value("wide", np.float64(1 / 3))
    parts.m.step_time()
    assert pulled(pop, "w").tolist() == [20007] * 2
    assert pulled(pop, "n").tolist() == [0, 0]
    assert pulled(pop, "d").tolist() == [1 / 3] * 2
    pop.set_dynamic_param_value("flag", 0.5)
    parts.m.step_time()
    assert pulled(pop, "n").tolist() == [1, 1]
    assert pop.params == GIVEN
    for name, value in GIVEN.items():  # as PyGeNN has them, which knows no other way to the number
        assert pop.params[name].value == value
        assert isinstance(pop.params[name].value, float)


def test_every_load_starts_from_what_was_given(parts: SimpleNamespace) -> None:
    parts.src.set_dynamic_param_value("amp", 5)
    parts.m.unload()
    parts.m.load()
    parts.m.step_time()
    assert pulled(parts.a, "V").tolist() == [1, 1]


@pytest.mark.slow
def test_only_what_is_declared_is_memory_of_the_kernels() -> None:
    fixed, dynamic = scene(), declared()
    dynamic.a.set_param_dynamic("wide", dynamic=False)
    for parts in (fixed, dynamic):
        parts.m.build()
    plain, changing = (
        re.findall(r"(\w+) = (?:vector|matrix)\(", parts.m.generated_code)
        for parts in (fixed, dynamic)
    )
    names = {"a_theta", "a_whole", "a_flag", "source_amp", "ab_scale", "ab_gain", "cu_value"}
    assert set(changing) - set(plain) == {f"{name}_row" for name in names}
    # Blocks of steps are as good with values that change between them.
    assert "block = timestep" in dynamic.m.generated_code


def test_single_precision_is_cast_directly() -> None:
    """PyGeNN rounds constants to ten digits on the way, but not values that are set."""
    model = new_model("rounding")
    cell = create_neuron_model("x", params=["p"], vars=[("V", "scalar")], sim_code="V = p;")
    value = 1.00000005959
    pops = [model.add_neuron_population(n, 1, cell, {"p": value}, {"V": 0}) for n in "ab"]
    pops[1].set_param_dynamic("p")
    model.build()
    model.load()
    model.step_time()
    found = [pulled(pop, "V")[0] for pop in pops]
    assert found == [np.float32(f"{value:.9e}"), np.float32(value)]
    assert found[0] != found[1]


Mistake = tuple[Callable[[SimpleNamespace], object], type[Exception], str]
BEFORE: dict[str, Mistake] = {
    "unknown": (
        lambda s: s.a.set_param_dynamic("thta"), RuntimeError,
        "Unknown neuron model parameter 'thta': .* 'a' are 'theta', 'whole', 'flag'",
    ),
    "variable": (lambda s: s.a.set_param_dynamic("V"), RuntimeError, "Unknown neuron model param"),
    "no string": (lambda s: s.a.set_param_dynamic(3), RuntimeError, "Unknown .* parameter '3'"),
    "derived": (
        lambda s: s.a.set_param_dynamic("twice"), RuntimeError,
        "Derived parameter 'twice' .* cannot be dynamic",
    ),
    "of a source": (
        lambda s: s.src.set_param_dynamic("theta"), RuntimeError,
        "Unknown current source model parameter 'theta': .*'amp'",
    ),
    "of an update": (
        lambda s: s.u.set_param_dynamic("amp"), RuntimeError,
        "Unknown custom update model parameter 'amp'",
    ),
    "of the receptor": (
        lambda s: s.s.set_wu_param_dynamic("gain"), RuntimeError,
        "Unknown weight update model parameter 'gain': .*'scale'",
    ),
    "of the weights": (
        lambda s: s.s.set_ps_param_dynamic("theta"), RuntimeError,
        "Unknown postsynaptic model parameter 'theta'",
    ),
    "of which model": (
        lambda s: s.s.set_param_dynamic("scale"), AttributeError,
        "use set_wu_param_dynamic .* set_ps_param_dynamic",
    ),
    "in both models": (
        lambda s: s.s.set_ps_param_dynamic("scale"), RuntimeError, "duplicate name 'scale'",
    ),
    "set before load": (
        lambda s: s.a.set_dynamic_param_value("theta", 1.0), RuntimeError, "is not loaded",
    ),
}  # fmt: skip
LOADED: dict[str, Mistake] = {
    "declared late": (
        lambda s: s.a.set_param_dynamic("fixed"), RuntimeError,
        "already built: cannot declare parameter 'fixed'",
    ),
    "taken back late": (
        lambda s: s.s.set_wu_param_dynamic("scale", False), RuntimeError, "already built",
    ),
    "not dynamic": (
        lambda s: s.a.set_dynamic_param_value("fixed", 1), IndexError,
        "'a' has no dynamic parameter 'fixed': .* are 'theta', 'whole', 'flag', 'wide'",
    ),
    "unknown value": (
        lambda s: s.s.set_dynamic_param_value("x", 1), IndexError, "are 'scale', 'gain'",
    ),
    "none at all": (
        lambda s: s.b.set_dynamic_param_value("theta", 1), IndexError, "are none",
    ),
    "text": (lambda s: s.a.set_dynamic_param_value("theta", "5"), TypeError, "number, not '5'"),
    "nothing": (lambda s: s.a.set_dynamic_param_value("theta", None), TypeError, "not None"),
    "list": (lambda s: s.a.set_dynamic_param_value("theta", [1.0]), TypeError, "be a number"),
    "complex": (lambda s: s.a.set_dynamic_param_value("theta", 1j), TypeError, "be a number"),
    "too large": (
        lambda s: s.a.set_dynamic_param_value("whole", 256), RuntimeError,
        "too large to be represented using const uint8_t: dynamic parameter 'whole'",
    ),
    "negative": (
        lambda s: s.a.set_dynamic_param_value("whole", -1), RuntimeError, "value too small",
    ),
    "too large a float": (
        lambda s: s.a.set_dynamic_param_value("theta", 1e39), RuntimeError, "value too large",
    ),
    "not a number": (
        lambda s: s.a.set_dynamic_param_value("whole", float("nan")), RuntimeError, "value too",
    ),
}  # fmt: skip


def built() -> SimpleNamespace:
    made = declared()
    made.m.build()
    made.m.load()
    return made


SCENES = {"before": declared(), "loaded": None}


@pytest.mark.parametrize("mistake", [*BEFORE, *LOADED])
def test_mistakes_are_named(mistake: str) -> None:
    if mistake in LOADED and SCENES["loaded"] is None:
        SCENES["loaded"] = built()
    made: Any = SCENES["loaded" if mistake in LOADED else "before"]
    act, kind, message = {**BEFORE, **LOADED}[mistake]
    with pytest.raises(kind) as caught:
        act(made)
    text = str(caught.value.args[0])
    assert re.search(message, text), text
    assert text.endswith((".", "?"))
    if mistake in LOADED:
        made.m.step_time()
        assert pulled(made.a, "d").tolist() == [0.1, 0.1]
