"""To look at something changes nothing."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import numbagenn as engine
from tests.numbagenn.every_part import models, variables
from tests.numbagenn.language.disturbed_code import plan_of
from tests.numbagenn.networks import steps

# Looks ------------------------------------------------------------------------------------------

pytestmark = pytest.mark.filterwarnings("ignore::FutureWarning")  # of deprecated names

# Methods that do something, as their names say.
ACTS = ("build", "load", "unload", "end", "step_time", "reinitialise", "push_", "pull_")


def takes_nothing(method: Any) -> bool:
    parameters = inspect.signature(method).parameters.values()
    return all(one.default is not one.empty or one.kind is one.VAR_KEYWORD for one in parameters)


def looks(model: Any) -> list[Callable[[], object]]:
    """Return all that can be looked at and referred to in a model, as functions."""
    found: list[Callable[[], object]] = []
    for thing in (model, *model._groups(), *variables(model)):
        for name in dir(thing):
            if name.startswith(("_", *ACTS)):
                continue

            def look(thing: Any = thing, name: str = name) -> None:
                value = getattr(thing, name)
                if inspect.ismethod(value) and takes_nothing(value):
                    value()

            found.append(look)
        found += [lambda thing=thing: repr(thing), lambda thing=thing: dir(thing)]
    names = {variable.name for variable in variables(model)}
    for factory in (getattr(engine, name) for name in engine.__all__ if name.endswith("_ref")):
        for group in model._groups():
            if len(inspect.signature(factory).parameters) == 1:
                found.append(lambda factory=factory, group=group: factory(group))
            else:
                found += [lambda f=factory, g=group, n=name: f(g, n) for name in sorted(names)]
    return found


def look_around(model: Any, seed: int) -> None:
    """Look at everything, in an order of its own; what cannot be looked at says so."""
    every = looks(model)
    random.Random(seed).shuffle(every)
    for look in every:
        try:
            look()
        except (RuntimeError, AttributeError, TypeError) as error:
            message = str(error).split("\n")[0]
            assert message[-1] in ".?", message


def results(describe: Callable[[], Any], look: Callable[[Any], None]) -> tuple[Any, list[Any]]:
    """Return what a model is built into, and what it does, if somebody looks all the time."""
    model = describe()
    look(model)
    model.build()
    plan = plan_of(model)
    look(model)
    assert plan_of(model) == plan
    seen: list[Any] = [model.generated_code]
    for _ in range(2):
        model.load(num_recording_timesteps=9)
        look(model)
        for count in (1, 3, 5):
            steps(model, count)
            look(model)
            if model.custom_updates:
                model.custom_update("Halve")
            look(model)
        model.pull_recording_buffers_from_device()
        seen += [
            array for pair in model.neuron_populations["a"].spike_recording_data for array in pair
        ]
        for variable in variables(model):
            if variable.buffer.device is not None:
                variable.pull_from_device()
                look(model)
                seen.append(variable.buffer.host.copy())
        model.unload()
        look(model)
    return plan, seen


@models
def test_looks_change_nothing(describe: Callable[[], Any]) -> None:
    plan, seen = results(describe, lambda model: None)
    assert sum(np.any(one) for one in seen[1:]) > len(seen) / 2
    for seed in range(3):
        other_plan, other_seen = results(
            describe, lambda model, seed=seed: look_around(model, seed)
        )
        assert other_plan == plan
        assert len(other_seen) == len(seen)
        for one, other in zip(seen, other_seen, strict=True):
            np.testing.assert_array_equal(one, other)
