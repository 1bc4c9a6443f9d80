"""The cases in batches: five networks side by side, of which three must do as the recorded one.

The other two start from, and are given, the same numbers in another order of the neurons, so that
whatever leaks from one network of a batch into another shows.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

import numpy as np

from numbagenn.memory.variables import ComputedVariable
from tests.conformance.case_parts import Access

SIZE = 5
LIKE_THE_RECORDED = [0, 2, 4]
DISTURBED = [1, 3]

# Cases that mean something else in a batch, and what it is.
NOT_IN_BATCHES: dict[str, str] = {
    "expressions_of_integers": "num_batch is asked for",
    "expressions_of_floats": "num_batch is asked for",
    "initial_snippets": "num_batch is asked for",
    "custom_updates": "batch is asked for",
    "reductions_of_weights": "sums over the batch",
    "learning_rounds": "sums over the batch",
    "rivals_compete": "sums over the batch",
    "arrays_of_neurons": "networks of a batch share the arrays that code writes to",
    "arrays_everywhere": "networks of a batch share the arrays that code writes to",
    "arrays_and_updates": "networks of a batch share the arrays that code writes to",
    "draws_in_code": "networks of a batch draw apart",
    "draws_of_initial_values": "distributions are compared, not numbers",
    "draws_of_models": "networks of a batch draw apart",
    "poisson_exp_at_time_steps": "networks of a batch draw apart",
    "printing": "every network of a batch prints",
    "printed_formats": "every network of a batch prints",
    "initial_values": "host arrays are looked at as they are",
    "initial_values_broadcast": "host arrays are looked at as they are",
}


class InBatches(Access):
    """Reads one of the networks that must be alike, once they are; writes to all of them."""

    def read(self, variable: Any) -> np.ndarray:
        return one_of(super().read(variable), variable.name)

    def read_values(self, variable: Any) -> np.ndarray:
        return one_of(super().read_values(variable), variable.name)

    def read_current(self, variable: Any) -> np.ndarray:
        return one_of(super().read_current(variable), variable.name)

    def write(self, variable: Any, values: Any) -> None:
        variable.view[:] = values
        disturb(variable)

    def write_values(self, variable: Any, values: Any) -> None:
        variable.values = values
        disturb(variable)

    def spikes(self, data: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
        assert len(data) == SIZE
        first, *others = (data[copy] for copy in LIKE_THE_RECORDED)
        for other in others:
            for found, expected in zip(other, first, strict=True):
                np.testing.assert_array_equal(found, expected, "recorded of networks of a batch")
        return first


def one_of(array: np.ndarray, name: str) -> np.ndarray:
    """Give what belongs to the first network of a batch, once the others have the same bits."""
    if array.ndim < 2 or len(array) != SIZE:
        return array
    first, *others = (array[copy] for copy in LIKE_THE_RECORDED)
    for other in others:
        assert other.tobytes() == first.tobytes(), f"'{name}' differs in the batch: {array}"
    # accumulated input has an axis for the batch even where that is 1
    return array[:1] if name == "out_post" else first


def disturb(variable: Any) -> None:
    """Give some networks of a batch the same values in another order, and push them all."""
    values = np.array(variable.values)
    if values.ndim >= 2 and len(values) == SIZE:
        values[DISTURBED] = np.roll(values[DISTURBED], 1, axis=-1)
        variable.values = values
    variable.push_to_device()


def in_batches(module: ModuleType) -> ModuleType:
    """Give a module like the given one, whose models are batches."""

    class Batch(module.GeNNModel):  # type: ignore[name-defined,misc]
        def __init__(self, *arguments: Any, **keywords: Any) -> None:
            super().__init__(*arguments, **keywords)
            self.batch_size = SIZE

        def load(self, *arguments: Any, **keywords: Any) -> None:
            super().load(*arguments, **keywords)
            for variable in variables(self):
                # Fused models have no view of their own, and code computes the same for all.
                if variable.buffer.is_shared or isinstance(variable, ComputedVariable):
                    continue
                variable.pull_from_device()
                disturb(variable)

    result = ModuleType(f"{module.__name__} in batches")
    result.__dict__.update({name: getattr(module, name) for name in module.__all__})
    result.__dict__["GeNNModel"] = Batch
    return result


def variables(model: Any) -> list[Any]:
    """Give all variables of a model."""
    families = (
        model.neuron_populations,
        model.synapse_populations,
        model.current_sources,
        model.custom_updates,
    )
    return [
        variable
        for family in families
        for group in family.values()
        for kind in ("vars", "pre_vars", "post_vars", "psm_vars")
        for variable in getattr(group, kind, {}).values()
    ]
