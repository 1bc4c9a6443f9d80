"""Random models: results depend on nothing but the model.

Not on how many batch elements run side by side, on when somebody looks, on the number of threads,
on whether populations are simulated in blocks of steps, nor on who runs the generated code.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn.runtime import loaded_model, value_snippets
from tests.numbagenn import interpreted
from tests.numbagenn.profiles import examples
from tests.numbagenn.random_models import BATCH_SIZE, RandomModel, act, random_models, variables

Seen = dict[str, np.ndarray]


@pytest.fixture(autouse=True)
def default_threads() -> Iterator[None]:
    yield
    engine.set_num_threads(None)


def look(model: Any) -> Seen:
    """Return all values, each with an axis of batch elements in front."""
    seen = {}
    for name, variable in variables(model).items():
        variable.pull_from_device()
        values = variable.values
        if variable.buffer.per_batch and model.batch_size == 1 and not name.endswith("out_post"):
            values = values[np.newaxis]
        seen[name] = values if variable.buffer.per_batch else values[np.newaxis]
    return seen


def recordings(model: Any) -> Seen:
    """Return all that was recorded, as one array of steps and neurons for each batch element."""
    seen = {}
    sources = {
        name: pop.spike_recording_data
        for name, pop in model.neuron_populations.items()
        if pop.spike_recording_enabled
    }
    sources |= {
        f"{name} {side}": getattr(group, f"{side}_spike_event_recording_data")
        for name, group in model.synapse_populations.items()
        for side in ("pre", "post")
        if group.records_events(side)
    }
    for name, data in sources.items():
        for batch, (times, ids) in enumerate(data):
            seen[f"{name} recorded in batch element {batch}"] = np.array([times, ids])
    return seen


def run(
    random_model: RandomModel,
    model: Any,
    elements: list[int],
    splits: np.random.Generator | None = None,
) -> list[Seen]:
    """Carry out the script, and return what is there after each of its parts.

    With `splits` somebody looks at something now and then, which must not matter.
    """
    seen = []
    with np.errstate(all="ignore"):
        random_model.load(model, elements)
        for steps, action in random_model.script:
            for _ in range(steps):
                model.step_time()
                if splits is not None and splits.random() < 0.2:
                    peek(model, splits)
            act(model, action)
            seen.append(look(model))
        recording = [
            *(pop.spike_recording_enabled for pop in model.neuron_populations.values()),
            *(
                group.records_events(side)
                for group in model.synapse_populations.values()
                for side in ("pre", "post")
            ),
        ]
        if any(recording):
            model.pull_recording_buffers_from_device()
            seen.append(recordings(model))
        model.unload()
    return seen


def peek(model: Any, rng: np.random.Generator) -> None:
    """Look at something, chosen at random."""
    choice = int(rng.integers(3))
    if choice == 0:
        model.flush()
    elif choice == 1:
        every = list(variables(model).values())
        every[int(rng.integers(len(every)))].pull_from_device()
    else:
        assert model.t == model.timestep * model.dt


def assert_same(found: list[Seen], expected: list[Seen], what: str) -> None:
    """Raise unless all bits are the same, but for those inside a NaN."""
    assert len(found) == len(expected)
    for number, (one, other) in enumerate(zip(found, expected, strict=True)):
        assert one.keys() == other.keys()
        for name, values in one.items():
            title = f"{what}: {name} after part {number}"
            assert values.dtype == other[name].dtype, title
            np.testing.assert_array_equal(values, other[name], err_msg=title)
            if values.dtype.kind == "f":
                numbers = ~np.isnan(values)
                np.testing.assert_array_equal(
                    np.signbit(values[numbers]), np.signbit(other[name][numbers]), err_msg=title
                )


def of_batch_element(seen: list[Seen], batch: int) -> list[Seen]:
    """Return what is there of one batch element, as a run of it alone would show it."""
    result = []
    for part in seen:
        mine = {}
        for name, values in part.items():
            title, found, number = name.partition(" recorded in batch element ")
            if not found:
                mine[name] = values[[batch]] if len(values) == BATCH_SIZE else values
            elif int(number) == batch:
                mine[f"{title}{found}0"] = values
        result.append(mine)
    return result


@pytest.mark.slow
@examples(6, 300, shrink=False)
@given(random_model=random_models(), seed=st.integers(0, 2**32 - 1))
def test_nothing_but_the_model_matters(random_model: RandomModel, seed: int) -> None:
    note(repr(random_model))
    every = list(range(BATCH_SIZE))
    with warnings.catch_warnings():
        # min() and abs() of real numbers, which programs are full of.
        warnings.simplefilter("ignore", UserWarning)
        model = random_model.build(BATCH_SIZE)
        timed = random_model.build(BATCH_SIZE, timing=True)
        alone = random_model.build(1)
    engine.set_num_threads(1)
    expected = run(random_model, model, every)
    assert_same(run(random_model, model, every), expected, "loaded again")
    rng = np.random.default_rng(seed)
    assert_same(run(random_model, model, every, rng), expected, "looked at in between")
    with pytest.MonkeyPatch.context() as patch:
        # As if there were more to do than one thread should do.
        patch.setattr(loaded_model, "_ELEMENTS_PER_PART", 4)
        patch.setattr(value_snippets, "_ELEMENTS_PER_CALL", 4)
        patch.setattr("numbagenn.runtime.loaded_model.LONGEST_QUEUE", 10)
        for number in (2, 7):
            engine.set_num_threads(number)
            assert_same(run(random_model, model, every), expected, f"{number} threads")
    assert_same(run(random_model, timed, every), expected, "one step at a time")
    short = replace(random_model, script=[(min(n, 3), what) for n, what in random_model.script])
    engine.set_num_threads(1)
    compiled = run(short, model, every)
    model._kernels = SimpleNamespace(**interpreted.module(model.generated_code))
    assert_same(run(short, model, every), compiled, "interpreted")
    if not random_model.mixes:
        # Random numbers are those of the first batch, wherever it is alone.
        for batch in every[:1] if random_model.draws else every:
            found = run(random_model, alone, [batch])
            assert_same(found, of_batch_element(expected, batch), f"batch {batch} alone")
