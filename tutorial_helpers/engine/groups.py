"""What a model is made of: populations of neurons and synapses, current sources, custom updates."""

from __future__ import annotations

import difflib
import re
import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, Protocol

import numpy as np

from tutorial_helpers.engine.access import SynapseMatrixType
from tutorial_helpers.engine.bodies import Bound
from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.components import (
    CurrentSourceModel,
    CustomUpdateModel,
    Model,
    NeuronModel,
)
from tutorial_helpers.engine.factories import unsupported
from tutorial_helpers.engine.initialisers import (
    PostsynapticInit,
    WeightUpdateInit,
    check_shape,
    evaluate_parameters,
)
from tutorial_helpers.engine.recording import Recorder
from tutorial_helpers.engine.types import SCALAR, TIMEPOINT, Precision, TypeLike
from tutorial_helpers.engine.variables import Variable, VariableDict

Values = Mapping[str, Any]


class Network(Protocol):
    """What a group needs to know of the model that it belongs to."""

    @property
    def dt(self) -> float:
        """Length of a step in ms."""

    @property
    def types(self) -> Precision:
        """What ``scalar`` and ``timepoint`` stand for."""

    def refuse_if_built(self, action: str) -> None:
        """Raise if the model is built."""

    def flush(self) -> None:
        """Run all steps that have been asked for so far."""


class Group:
    """What all parts of a model share: a name, a model, and no attributes by accident."""

    kind = "group"

    def __init__(self, model: Network, name: str) -> None:
        self._model = weakref.ref(model)
        self.name = name
        self.extra_global_params: dict[str, Any] = {}

    def __setattr__(self, name: str, value: object) -> None:
        attribute = getattr(type(self), name, None)
        settable = isinstance(attribute, property) and attribute.fset is not None
        if name.startswith("_") or settable or name in self._hints or not self._complete:
            super().__setattr__(name, value)
            return
        known = [item for item in (*dir(type(self)), *vars(self)) if not item.startswith("_")]
        if name in known:
            raise AttributeError(f"'{name}' of {self.title} cannot be assigned.")
        close = difflib.get_close_matches(name, known, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else "."
        raise AttributeError(f"{self.title} has no attribute '{name}'{hint}")

    # Becomes true at the end of each constructor; from then on a misspelt attribute is an error.
    _complete = False

    # Plain attributes that may be set at any time.
    _hints: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.title}>"

    @property
    def title(self) -> str:
        """What the group is called in messages."""
        return f"{self.kind} '{self.name}'"

    @property
    def genn_model(self) -> Network:
        """The model that the group belongs to."""
        model = self._model()
        if model is None:
            raise ReferenceError(f"The model of {self.title} is gone; keep a reference to it.")
        return model

    def flush(self) -> None:
        """Run all steps that have been asked for so far."""
        self.genn_model.flush()

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the group, with the variable that each block belongs to."""
        raise NotImplementedError

    def set_param_dynamic(self, name: str, dynamic: bool = True) -> NoReturn:
        """Refuse: dynamic parameters are not supported by the bundled engine."""
        raise unsupported(f"dynamic parameters (parameter '{name}' of {self.title})")

    def _variables(
        self, model: Model, initial: Values, count: int, columns: int = 0
    ) -> VariableDict:
        """Create the variables of a description."""
        result = VariableDict(self.title[0].upper() + self.title[1:])
        for var in model.vars:
            buffer = Buffer(
                f"{self.name}_{var.name}",
                var.type,
                count if var.access.per_element else 1,
                var.access.per_batch,
                var.access.per_element,
                # One value for all synapses is still stored as a matrix, with one column.
                columns if var.access.per_element else min(columns, 1),
            )
            variable = Variable(var.name, buffer, self, initial[var.name])
            array = np.asarray(variable.initial) if np.iterable(variable.initial) else None
            if array is not None:
                what = f"variable '{var.name}' of {self.title}"
                check_shape(what, array, buffer.count, None, columns=buffer.columns)
            result[var.name] = variable
        return result

    def _bound(
        self,
        prefix: str,
        model: Model,
        params: Mapping[str, float],
        variables: Mapping[str, Variable],
        references: Mapping[str, str] | None = None,
    ) -> Bound:
        owner = self.genn_model
        values = evaluate_parameters(self.title, model, params, owner.dt, owner.types)
        memory = {name: variable.buffer for name, variable in variables.items()}
        return Bound(prefix, model, values, memory, references or {})


class NeuronGroup(Group):
    """A population of neurons, made by `GeNNModel.add_neuron_population`."""

    kind = "neuron population"

    def __init__(
        self,
        model: Network,
        name: str,
        num_neurons: int,
        neuron: NeuronModel,
        params: Mapping[str, float],
        initial: Values,
    ) -> None:
        super().__init__(model, name)
        self.num_neurons = num_neurons
        self.model = neuron
        self.params = dict(params)
        self.vars = self._variables(neuron, initial, num_neurons)
        self.recorder = Recorder(self.title, num_neurons)
        self.spikes_buffer = Buffer(f"{name}_spikes", "uint32_t", num_neurons)
        self.spike_count_buffer = Buffer(f"{name}_num_spikes", "uint32_t", 1, per_element=False)
        self.spike_time_buffer = Buffer(f"{name}_st", TIMEPOINT, num_neurons)
        self._spike_times = Variable("spike_times", self.spike_time_buffer, self)
        self._spike_recording_enabled = False
        self._spike_times_referenced = False
        self._complete = True

    @property
    def spike_recording_enabled(self) -> bool:
        """Whether spikes are recorded; to be set before the model is built."""
        return self._spike_recording_enabled

    @spike_recording_enabled.setter
    def spike_recording_enabled(self, enabled: bool) -> None:
        self.genn_model.refuse_if_built(f"set spike_recording_enabled of {self.title}")
        self._spike_recording_enabled = bool(enabled)

    @property
    def spike_event_recording_enabled(self) -> bool:
        """Whether spike-like events are recorded: never, in the bundled engine."""
        return False

    @spike_event_recording_enabled.setter
    def spike_event_recording_enabled(self, enabled: bool) -> None:
        if enabled:
            raise unsupported(f"the recording of spike-like events ({self.title})")

    @property
    def spike_recording_data(self) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
        """Recorded spikes, as pulled last.

        Returns
        -------
        list of tuple of ndarray
            One ``(times, ids)`` for each batch: times in ms as float64, neurons as int32, ordered
            by time step, then by word of 32 neurons, then by descending neuron.

        Raises
        ------
        RuntimeError
            If the population does not record, or the buffer has not been filled yet.
        """
        if not self._spike_recording_enabled:
            raise RuntimeError(
                f"Nothing is recorded from {self.title}; set its spike_recording_enabled = True "
                "before model.build()."
            )
        counts = self.spike_count_buffer.device
        if counts is not None and not self.can_spike:
            # Nothing is recorded where nothing can spike.
            return [(np.zeros(0), np.zeros(0, np.int32)) for _ in counts]
        return self.recorder.data(self.genn_model.dt)

    @property
    def spike_times(self) -> Variable:
        """Time of the last spike of each neuron in ms, a large negative number if there is none.

        Raises
        ------
        RuntimeError
            If no code asks for these times by the name ``st``, so that they are not kept.
        """
        if not self.keeps_spike_times:
            raise RuntimeError(
                f"Spike times of {self.title} are not kept, as nothing uses them; use 'st' in code."
            )
        return self._spike_times

    @property
    def keeps_spike_times(self) -> bool:
        """Whether anything in the model uses the times of the last spikes."""
        code = self.model
        snippets = (code.sim_code, code.threshold_condition_code, code.reset_code)
        in_code = any(re.search(r"\bst\b", snippet.text) for snippet in snippets)
        return in_code or self._spike_times_referenced

    def refer_to_spike_times(self) -> Buffer:
        """Have the times of the last spikes kept, and return their memory."""
        self._spike_times_referenced = True
        return self.spike_time_buffer

    @property
    def can_spike(self) -> bool:
        """Whether the model has a threshold condition."""
        return not self.model.threshold_condition_code.is_blank

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the population."""
        own: list[tuple[Buffer, Variable | None]] = [(v.buffer, v) for v in self.vars.values()]
        hidden = (self.spikes_buffer, self.spike_count_buffer, self.spike_time_buffer)
        return own + [(buffer, None) for buffer in hidden]

    def bound(self) -> Bound:
        """Return the neuron model with its values and memory."""
        return self._bound("", self.model, self.params, self.vars)


class SynapseGroup(Group):
    """Synapses from one population to another, made by `GeNNModel.add_synapse_population`."""

    kind = "synapse population"
    _hints = ("parallelism_hint", "num_threads_per_spike")

    def __init__(
        self,
        model: Network,
        name: str,
        src: NeuronGroup,
        trg: NeuronGroup,
        weight_update: WeightUpdateInit,
        postsynaptic: PostsynapticInit,
        psm_references: Mapping[str, str],
    ) -> None:
        super().__init__(model, name)
        self.src = src
        self.trg = trg
        self.matrix_type = SynapseMatrixType.DENSE
        self.weight_update = weight_update
        self.postsynaptic = postsynaptic
        self.vars = self._variables(
            weight_update.model,
            weight_update.vars,
            src.num_neurons * trg.num_neurons,
            columns=trg.num_neurons,
        )
        self.psm_vars = self._variables(postsynaptic.model, postsynaptic.vars, trg.num_neurons)
        for variable in self.psm_vars.values():
            variable.buffer.name = f"{name}_psm_{variable.name}"
        self.pre_vars = VariableDict(self.title)
        self.post_vars = VariableDict(self.title)
        self.psm_references = dict(psm_references)
        buffer = Buffer(f"{name}_out_post", SCALAR, trg.num_neurons)
        self.out_post = _OutPost("out_post", buffer, self)
        # Hints to a GPU, which are kept and not needed here.
        self.parallelism_hint: object = None
        self.num_threads_per_spike = 1
        self._post_target_var = "Isyn"
        self._complete = True

    @property
    def post_target_var(self) -> str:
        """Name of the input of the postsynaptic neurons that the synapses drive."""
        return self._post_target_var

    @post_target_var.setter
    def post_target_var(self, name: str) -> None:
        self.genn_model.refuse_if_built(f"set post_target_var of {self.title}")
        check_input(self.trg, name)
        self._post_target_var = name

    @property
    def axonal_delay_steps(self) -> int:
        """Steps by which spikes are delayed beyond the one that every synapse takes: 0."""
        return 0

    @axonal_delay_steps.setter
    def axonal_delay_steps(self, steps: int) -> None:
        if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
            raise TypeError(
                f"axonal_delay_steps of {self.title} must be an integer of at least 0, "
                f"not {steps!r}."
            )
        if steps:
            raise unsupported(f"axonal delays ({self.title})")

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the synapses."""
        variables = [*self.vars.values(), *self.psm_vars.values(), self.out_post]
        return [(variable.buffer, variable) for variable in variables]

    def bound_weight_update(self) -> Bound:
        """Return the weight update model with its values and memory."""
        return self._bound("", self.weight_update.model, self.weight_update.params, self.vars)

    def bound_postsynaptic(self) -> Bound:
        """Return the postsynaptic model with its values and memory."""
        init = self.postsynaptic
        prefix = f"{self.name}_"
        return self._bound(prefix, init.model, init.params, self.psm_vars, self.psm_references)


class _OutPost(Variable):
    """Accumulated input of a synapse population: two-dimensional, whatever the batch size."""

    @property
    def _view(self) -> np.ndarray[Any, Any] | None:
        host = self.buffer.host
        return None if host is None else np.atleast_2d(host)


class CurrentSource(Group):
    """A source of current for a population, made by `GeNNModel.add_current_source`."""

    kind = "current source"

    def __init__(
        self,
        model: Network,
        name: str,
        source: CurrentSourceModel,
        pop: NeuronGroup,
        params: Mapping[str, float],
        initial: Values,
        references: Mapping[str, str],
    ) -> None:
        super().__init__(model, name)
        self.model = source
        self.target_pop = pop
        self.params = dict(params)
        self.vars = self._variables(source, initial, pop.num_neurons)
        self.references = dict(references)
        self._target_var = "Isyn"
        self._complete = True

    @property
    def target_var(self) -> str:
        """Name of the input of the neurons that the source drives."""
        return self._target_var

    @target_var.setter
    def target_var(self, name: str) -> None:
        self.genn_model.refuse_if_built(f"set target_var of {self.title}")
        check_input(self.target_pop, name)
        self._target_var = name

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the source."""
        return [(variable.buffer, variable) for variable in self.vars.values()]

    def bound(self) -> Bound:
        """Return the model with its values and memory."""
        return self._bound(f"{self.name}_", self.model, self.params, self.vars, self.references)


@dataclass(frozen=True)
class VariableReference:
    """A variable of a group, to be used under another name elsewhere.

    Parameters
    ----------
    name
        Name of the variable in its group.
    group
        What owns it.
    buffer
        Its memory.
    size
        Number of elements of what it can be combined with.
    """

    name: str
    group: Group
    buffer: Buffer
    size: int

    @property
    def type(self) -> TypeLike:
        """Type of the variable, as written in its model."""
        return self.buffer.type


class CustomUpdate(Group):
    """An operation on variables, made by `GeNNModel.add_custom_update`."""

    kind = "custom update"

    def __init__(
        self,
        model: Network,
        name: str,
        update_group_name: str,
        update: CustomUpdateModel,
        params: Mapping[str, float],
        initial: Values,
        references: Mapping[str, VariableReference],
    ) -> None:
        super().__init__(model, name)
        self.update_group_name = update_group_name
        self.model = update
        self.params = dict(params)
        self.references = dict(references)
        elements = [reference.buffer for reference in references.values()]
        # The update has every dimension that something it refers to has.
        self.num_neurons = max(buffer.count for buffer in elements)
        self.columns = max(buffer.columns for buffer in elements)
        self.per_batch = any(buffer.per_batch for buffer in elements)
        self.vars = self._variables(update, initial, self.num_neurons)
        for variable in self.vars.values():
            if not self.per_batch:
                variable.buffer.per_batch = False
        self._complete = True

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory that the update owns."""
        return [(variable.buffer, variable) for variable in self.vars.values()]

    def bound(self) -> Bound:
        """Return the model with its values, its memory and what it refers to."""
        bound = self._bound("", self.model, self.params, self.vars)
        referred = {name: reference.buffer for name, reference in self.references.items()}
        return Bound(bound.prefix, bound.model, bound.params, {**bound.buffers, **referred})


def check_input(population: NeuronGroup, name: str) -> None:
    """Raise unless the neurons of a population have an input of this name."""
    known = ["Isyn", *(item.name for item in population.model.additional_input_vars)]
    if name not in known:
        listed = ", ".join(f"'{item}'" for item in known)
        raise RuntimeError(
            f"Target neuron group has no input variable '{name}': the inputs of "
            f"{population.title} are {listed}."
        )
