"""What a model is made of: populations of neurons and synapses, current sources, custom updates."""

from __future__ import annotations

import re
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn, Protocol

import numpy as np

from tutorial_helpers.engine.access import SynapseMatrixType
from tutorial_helpers.engine.bodies import Bound
from tutorial_helpers.engine.buffers import Buffer
from tutorial_helpers.engine.components import (
    CurrentSourceModel,
    CustomUpdateModel,
    Model,
    NeuronModel,
    Var,
)
from tutorial_helpers.engine.connectivity import (
    build_connectivity,
    connectivity_kernel,
    max_row_length,
)
from tutorial_helpers.engine.dynamic import DynamicParams, find
from tutorial_helpers.engine.events import EventSide, events_of
from tutorial_helpers.engine.factories import unsupported
from tutorial_helpers.engine.init_code import Layout, value_code
from tutorial_helpers.engine.initialisation import initial_values, value_kernel
from tutorial_helpers.engine.initialisers import (
    ConnectivityInit,
    PostsynapticInit,
    VarInit,
    WeightUpdateInit,
    check_shape,
    evaluate_parameters,
    initial_array,
)
from tutorial_helpers.engine.random_numbers import stream_number
from tutorial_helpers.engine.recording import Recorder
from tutorial_helpers.engine.sparse import SparseConnectivity
from tutorial_helpers.engine.suggestions import did_you_mean
from tutorial_helpers.engine.types import SCALAR, TIMEPOINT, Precision, ResolvedType, TypeLike
from tutorial_helpers.engine.user_warnings import warn_user
from tutorial_helpers.engine.variables import (
    ExtraGlobalArray,
    ExtraGlobalArrayDict,
    SparseVariable,
    Variable,
    VariableDict,
    arrays_on_device,
)

Values = Mapping[str, Any]


class Network(Protocol):
    """What a group needs to know of the model that it belongs to."""

    @property
    def dt(self) -> float:
        """Length of a step in ms."""

    @property
    def types(self) -> Precision:
        """What ``scalar`` and ``timepoint`` stand for."""

    @property
    def steps_done(self) -> int:
        """Number of steps since the model was loaded."""

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory."""

    def refuse_if_built(self, action: str) -> None:
        """Raise if the model is built."""

    def flush(self) -> None:
        """Run all steps that have been asked for so far."""


class Group:
    """What all parts of a model share: a name, a model, and no attributes by accident."""

    kind = "group"

    # What its variables are; models that speak another dialect of the API have others.
    variable_type: ClassVar[type[Variable]] = Variable
    sparse_variable_type: ClassVar[type[SparseVariable]] = SparseVariable

    def __init__(self, model: Network, name: str) -> None:
        self._model = weakref.ref(model)
        self.name = name
        self.extra_global_params = ExtraGlobalArrayDict(self.title)
        self._dynamic_params: dict[str, DynamicParams] = {}

    def __setattr__(self, name: str, value: object) -> None:
        attribute = getattr(type(self), name, None)
        settable = isinstance(attribute, property) and attribute.fset is not None
        if name.startswith("_") or settable or name in self._hints or not self._complete:
            super().__setattr__(name, value)
            return
        known = [item for item in (*dir(type(self)), *vars(self)) if not item.startswith("_")]
        if name in known:
            raise AttributeError(
                f"'{name}' of {self.title} cannot be assigned; give it when adding the {self.kind}."
            )
        raise AttributeError(f"{self.title} has no attribute '{name}'{did_you_mean(name, known)}")

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

    @property
    def steps_done(self) -> int:
        """Number of steps since the model was loaded."""
        return self.genn_model.steps_done

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the group, with the variable that each block belongs to."""
        raise NotImplementedError

    def push_var_to_device(self, var_name: str) -> None:
        """Copy a variable from the host to the device: deprecated, as in PyGeNN."""
        self._deprecated("push_var_to_device", f"vars['{var_name}'].push_to_device()")
        self._own_variables()[var_name].push_to_device()

    def pull_var_from_device(self, var_name: str) -> None:
        """Copy a variable from the device to the host: deprecated, as in PyGeNN."""
        self._deprecated("pull_var_from_device", f"vars['{var_name}'].pull_from_device()")
        self._own_variables()[var_name].pull_from_device()

    def _own_variables(self) -> Mapping[str, Variable]:
        variables: Mapping[str, Variable] = getattr(self, "vars", {})
        return variables

    def _deprecated(self, method: str, instead: str) -> None:
        warn_user(f"{method} of {self.title} is deprecated; use {instead}.", FutureWarning)

    def all_buffers(self) -> list[Buffer]:
        """Return all blocks of memory that belong to the group."""
        return [
            *(buffer for buffer, _ in self.buffers()),
            *(array.buffer for array in self.extra_global_arrays()),
            *(buffer for params in self.dynamic_params() for buffer in params.buffers.values()),
        ]

    def extra_global_arrays(self) -> list[ExtraGlobalArray]:
        """Return the extra global parameters of the group and of how its variables start."""
        variables = [variable for _, variable in self.buffers() if variable is not None]
        return [
            *self.extra_global_params.values(),
            *(array for variable in variables for array in variable.extra_global_params.values()),
        ]

    def dynamic_params(self) -> list[DynamicParams]:
        """Return the dynamic parameters of each model that the group uses."""
        return list(self._dynamic_params.values())

    def set_param_dynamic(self, name: str, dynamic: bool = True) -> None:
        """Declare that a parameter may change while the model is loaded, or may not.

        Parameters
        ----------
        name
            Name of the parameter.
        dynamic
            Whether `set_dynamic_param_value` is to be possible.

        Raises
        ------
        RuntimeError
            If there is no such parameter, or the model is built already.
        """
        self._declare_dynamic("", name, dynamic)

    def _declare_dynamic(self, which: str, name: str, dynamic: bool) -> None:
        self.genn_model.refuse_if_built(f"declare parameter '{name}' of {self.title} dynamic")
        self._dynamic_params[which].require(name)
        for other, params in self._dynamic_params.items():
            if dynamic and other != which and name in params.buffers:
                raise RuntimeError(
                    f"Unable to add dynamic parameter with duplicate name '{name}' to "
                    f"{self.title}: rename the parameter of one of its two models."
                )
        self._dynamic_params[which].declare(name, dynamic)

    def set_dynamic_param_value(self, name: str, value: float) -> None:
        """Change a parameter that was declared dynamic, from the next step on.

        Derived parameters keep the values they were built with, and `params` those that were
        given. `GeNNModel.load` starts from these again.

        Parameters
        ----------
        name
            Name of the parameter.
        value
            A number; an integer parameter takes it without its fraction.

        Raises
        ------
        IndexError
            If no parameter of this name was declared dynamic.
        RuntimeError
            If the model is not loaded, or the value is out of the range of the parameter's type.
        TypeError
            If the value is not a number.
        """
        params = find(self.dynamic_params(), name, self.title)
        if np.ndim(value) or np.asarray(value).dtype.kind not in "biuf":
            raise TypeError(
                f"Dynamic parameter '{name}' of {self.title} must be a number, not {value!r}."
            )
        if params.buffers[name].device is None:
            raise RuntimeError(
                f"Cannot set dynamic parameter '{name}' of {self.title}: the model is not loaded; "
                "call model.load() first."
            )
        self.flush()
        params.set(name, float(value), self.genn_model.types)

    def _arrays(self, model: Model, prefix: str = "") -> ExtraGlobalArrayDict:
        """Create the extra global parameters of a description."""
        return ExtraGlobalArrayDict(
            self.title[0].upper() + self.title[1:],
            [
                ExtraGlobalArray(
                    item.name,
                    Buffer(f"{self.name}_{prefix}{item.name}", item.type, 0, per_batch=False),
                    self,
                    self.title,
                )
                for item in model.extra_global_params
            ],
        )

    def _prepare(self, variable: Variable, prefix: str = "") -> None:
        """Give a new variable its own stream of random numbers, and check its initial value."""
        variable.stream = stream_number(f"{prefix} {variable.name} of {self.title}")
        if isinstance(variable.initial, VarInit):
            variable.extra_global_params = self._arrays(
                variable.initial.snippet, f"{prefix}{variable.name}_"
            )
        if isinstance(variable.initial, VarInit):
            self.check_initialiser(variable, variable.initial)

    def check_initialiser(self, variable: Variable, init: VarInit) -> None:
        """Raise unless the code of an initialiser can be that of a variable of the group.

        Raises
        ------
        SnippetError
            If it uses what such a variable does not have.
        """
        if init.number is None:
            value_code(init.snippet, *self._kind(variable))

    def _kind(self, variable: Variable) -> tuple[Precision, ResolvedType, Layout]:
        types = self.genn_model.types
        layout: Layout = "neurons"
        if len(variable.shape) == 2:
            layout = "sparse" if isinstance(variable, SparseVariable) else "dense"
        return types, types.resolve(variable.type), layout

    def compile_initialisers(self) -> None:
        """Compile the code from which variables of the group get their initial values.

        Raises
        ------
        RuntimeError
            If a parameter of an initialiser does not fit into its type.
        """
        for _, variable in self.buffers():
            if variable is None or not isinstance(variable.initial, VarInit):
                continue
            self._snippet_params(variable, variable.initial)
            if variable.initial.number is None:
                value_kernel(variable.initial.snippet, *self._kind(variable))

    def _snippet_params(self, variable: Variable, init: VarInit) -> dict[str, float]:
        owner = self.genn_model
        what = f"{init.snippet.title} (variable '{variable.name}' of {self.title})"
        return evaluate_parameters(what, init.snippet, init.params, owner.dt, owner.types)

    def size_memory(self, batch_size: int, seed: int) -> None:
        """Find out how much memory there has to be, where that is not known before loading."""

    def initial_values(
        self, variable: Variable, batch_size: int, seed: int
    ) -> np.ndarray[Any, Any]:
        """Return what a variable of the group starts from.

        Parameters
        ----------
        variable
            The variable.
        batch_size, seed
            Properties of the model.

        Returns
        -------
        ndarray
            Of no dimensions for a single number, of one for values that all batches share, or of
            two.

        Raises
        ------
        ValueError
            If values were given whose shape does not fit.
        """
        init, buffer, owner = variable.initial, variable.buffer, self.genn_model
        types, ctype, _ = self._kind(variable)
        if isinstance(init, VarInit) and init.number is None:
            return initial_values(
                init.snippet,
                self._snippet_params(variable, init),
                ctype,
                types,
                owner.dt,
                variable.shape,
                count=None if buffer.per_element else 1,
                inds=variable.synapses if isinstance(variable, SparseVariable) else None,
                num_batch=batch_size,
                seed=seed,
                stream=variable.stream,
                arrays=arrays_on_device(variable.extra_global_params),
                title=f"variable '{variable.name}' of {self.title}",
            )
        what = f"variable '{variable.name}' of {self.title}"
        initial = initial_array(what, init, ctype, types)
        if initial.ndim:
            check_shape(
                what, initial, buffer.count, buffer.rows(batch_size), columns=buffer.columns
            )
            initial = variable.arranged(initial)
        return initial

    def _variables(
        self,
        variables: Sequence[Var],
        initial: Values,
        count: int,
        *,
        columns: int = 0,
        prefix: str = "",
        shape: tuple[int, ...] = (),
    ) -> VariableDict:
        """Create variables that have a value for each of `count` elements.

        `shape` is that of what they describe, where `count` and `columns` do not tell.
        """
        result = VariableDict(self.title[0].upper() + self.title[1:])
        for var in variables:
            buffer = Buffer(
                f"{self.name}_{prefix}{var.name}",
                var.type,
                count if var.access.per_element else 1,
                var.access.per_batch,
                var.access.per_element,
                # One value for all synapses is still stored as a matrix, with one column.
                columns if var.access.per_element else min(columns, 1),
            )
            variable = self.variable_type(var.name, buffer, self, initial[var.name])
            variable.shape = shape or ((count // columns, columns) if columns else (count,))
            self._prepare(variable, prefix)
            array = np.asarray(variable.initial) if np.iterable(variable.initial) else None
            if array is not None:
                what = f"variable '{var.name}' of {self.title}"
                check_shape(what, array, buffer.count, None, columns=buffer.columns)
            result[var.name] = variable
        return result

    def _sparse_variables(
        self,
        variables: Sequence[Var],
        initial: Values,
        shape: tuple[int, int],
        connectivity: SparseConnectivity,
    ) -> VariableDict:
        """Create variables of synapses whose number is not known yet."""
        result = VariableDict(self.title[0].upper() + self.title[1:])
        for var in variables:
            buffer = Buffer(
                f"{self.name}_{var.name}",
                var.type,
                0 if var.access.per_element else 1,
                var.access.per_batch,
                var.access.per_element,
            )
            variable = self.sparse_variable_type(
                var.name, buffer, self, initial[var.name], connectivity
            )
            variable.shape = shape
            self._prepare(variable)
            result[var.name] = variable
        return result

    def _bound(
        self,
        prefix: str,
        model: Model,
        params: Mapping[str, float],
        variables: Mapping[str, Variable],
        references: Mapping[str, str] | None = None,
        which: str = "",
    ) -> Bound:
        owner = self.genn_model
        values = evaluate_parameters(self.title, model, params, owner.dt, owner.types)
        memory = {name: variable.buffer for name, variable in variables.items()}
        memory |= self._dynamic_params[which].buffers
        return Bound(prefix, model, values, memory, references or {}, self.title)


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
        self.vars = self._variables(neuron.vars, initial, num_neurons)
        self.extra_global_params = self._arrays(neuron)
        self._dynamic_params[""] = DynamicParams(self.title, name, neuron, self.params)
        self.recorder = Recorder(self.title, num_neurons)
        self.spikes_buffer = Buffer(f"{name}_spikes", "uint32_t", num_neurons)
        self.spike_count_buffer = Buffer(f"{name}_num_spikes", "uint32_t", 1, per_element=False)
        self.spike_time_buffer = Buffer(f"{name}_st", TIMEPOINT, num_neurons)
        self.prev_spike_time_buffer = Buffer(f"{name}_prev_st", TIMEPOINT, num_neurons)
        self._spike_times = Variable("spike_times", self.spike_time_buffer, self)
        self._prev_spike_times = Variable("prev_spike_times", self.prev_spike_time_buffer, self)
        self._spike_recording_enabled = False
        self._spike_event_recording_enabled = False
        self._spike_times_referenced = False
        self._prev_spike_times_referenced = False
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
        """Whether spike-like events are recorded, for each synapse population that defines some."""
        return self._spike_event_recording_enabled

    @spike_event_recording_enabled.setter
    def spike_event_recording_enabled(self, enabled: bool) -> None:
        self.genn_model.refuse_if_built(f"set spike_event_recording_enabled of {self.title}")
        self._spike_event_recording_enabled = bool(enabled)

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
    def prev_spike_times(self) -> Variable:
        """Time of each neuron's last spike before the last step, in ms.

        Raises
        ------
        RuntimeError
            If nothing in the model asks for these times, so that they are not kept.
        """
        if not self.keeps_prev_spike_times:
            raise RuntimeError(
                f"Previous spike times of {self.title} are not kept, as nothing uses them; use "
                "'prev_st_pre' or 'prev_st_post' in the code of synapses."
            )
        return self._prev_spike_times

    @property
    def keeps_spike_times(self) -> bool:
        """Whether anything in the model uses the times of the last spikes."""
        code = self.model
        snippets = (code.sim_code, code.threshold_condition_code, code.reset_code)
        in_code = any(re.search(r"\bst\b", snippet.text) for snippet in snippets)
        return in_code or self._spike_times_referenced or self.keeps_prev_spike_times

    @property
    def keeps_prev_spike_times(self) -> bool:
        """Whether anything in the model uses the times of the spikes before the last step."""
        return self._prev_spike_times_referenced

    def refer_to_spike_times(self) -> Buffer:
        """Have the times of the last spikes kept, and return their memory."""
        self._spike_times_referenced = True
        return self.spike_time_buffer

    def refer_to_prev_spike_times(self) -> Buffer:
        """Have the times of the spikes before the last step kept, and return their memory."""
        self._prev_spike_times_referenced = True
        return self.prev_spike_time_buffer

    @property
    def can_spike(self) -> bool:
        """Whether the model has a threshold condition."""
        return not self.model.threshold_condition_code.is_blank

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the population."""
        own: list[tuple[Buffer, Variable | None]] = [(v.buffer, v) for v in self.vars.values()]
        hidden = (
            *(self.spikes_buffer, self.spike_count_buffer),
            *(self.spike_time_buffer, self.prev_spike_time_buffer),
        )
        return own + [(buffer, None) for buffer in hidden]

    def bound(self) -> Bound:
        """Return the neuron model with its values and memory."""
        variables = {**self.vars, **self.extra_global_params}
        return self._bound("", self.model, self.params, variables)


@dataclass(frozen=True)
class SynapseReferences:
    """What the local references of a synapse population are to: names of variables by name.

    Parameters
    ----------
    psm
        References of the postsynaptic model to variables of the postsynaptic neuron.
    pre, post
        References of the weight update model to variables of the presynaptic and of the
        postsynaptic neuron.
    post_psm
        References of the weight update model to variables of the postsynaptic model.
    """

    psm: Mapping[str, str]
    pre: Mapping[str, str]
    post: Mapping[str, str]
    post_psm: Mapping[str, str]


class SynapseGroup(Group):
    """Synapses from one population to another, made by `GeNNModel.add_synapse_population`."""

    kind = "synapse population"
    # Hints to a GPU, which are kept and not needed here.
    _hints = ("parallelism_hint", "num_threads_per_spike", "narrow_sparse_ind_enabled")

    def __init__(
        self,
        model: Network,
        name: str,
        matrix_type: SynapseMatrixType,
        src: NeuronGroup,
        trg: NeuronGroup,
        weight_update: WeightUpdateInit,
        postsynaptic: PostsynapticInit,
        references: SynapseReferences,
        connectivity_init: ConnectivityInit | None = None,
    ) -> None:
        super().__init__(model, name)
        self.src = src
        self.trg = trg
        self.matrix_type = matrix_type
        self.weight_update = weight_update
        self.postsynaptic = postsynaptic
        self.references = references
        self.connectivity_init = connectivity_init
        num_pre, num_post = src.num_neurons, trg.num_neurons
        if connectivity_init is not None:
            # What the user's function returns is wrong here, if it is.
            max_row_length(connectivity_init, num_pre, num_post)
        wum, psm = weight_update.model, postsynaptic.model
        self.connectivity: SparseConnectivity | None = None
        if matrix_type is SynapseMatrixType.SPARSE:
            self.connectivity = SparseConnectivity(self.title, name, num_pre, num_post)
            self.vars = self._sparse_variables(
                wum.vars, weight_update.vars, (num_pre, num_post), self.connectivity
            )
        else:
            self.vars = self._variables(
                wum.vars, weight_update.vars, num_pre * num_post, columns=num_post
            )
        self.pre_vars = self._variables(
            wum.pre_vars, weight_update.pre_vars, num_pre, prefix="pre_"
        )
        self.post_vars = self._variables(
            wum.post_vars, weight_update.post_vars, num_post, prefix="post_"
        )
        self.psm_vars = self._variables(psm.vars, postsynaptic.vars, num_post, prefix="psm_")
        self.out_post = _OutPost("out_post", Buffer(f"{name}_out_post", SCALAR, num_post), self)
        self.den_delay_buffer = Buffer(f"{name}_den_delay", SCALAR, num_post)
        self.out_pre_buffer = Buffer(f"{name}_out_pre", SCALAR, num_pre)
        #: Spike-like events of either side, where the model says when there is one.
        self.events = events_of(wum, name, self.title, {"pre": num_pre, "post": num_post})
        if self.connectivity is not None:
            self.connectivity.has_columns = "post" in self.events
        self.extra_global_params = self._arrays(wum)
        self.psm_extra_global_params = self._arrays(psm, "psm_")
        self.connectivity_extra_global_params = ExtraGlobalArrayDict(self.title)
        if connectivity_init is not None:
            self.connectivity_extra_global_params = self._arrays(
                connectivity_init.snippet, "connectivity_"
            )
        for which, init in (("weight update", weight_update), ("postsynaptic", postsynaptic)):
            self._dynamic_params[which] = DynamicParams(self.title, name, init.model, init.params)
        # Hints to a GPU, which are kept and not needed here.
        self.parallelism_hint: object = None
        self.num_threads_per_spike = 1
        self.narrow_sparse_ind_enabled = False
        self._post_target_var = "Isyn"
        self._pre_target_var = "Isyn"
        self._axonal_delay_steps = 0
        self._max_dendritic_delay_timesteps = 1
        self._max_connections: int | None = None
        for side, population in (("pre", src), ("post", trg)):
            if self.uses(rf"st_{side}\b") or wum.neurons_use(side, rf"st_{side}\b"):
                population.refer_to_spike_times()
            if self.uses(rf"prev_st_{side}\b"):
                population.refer_to_prev_spike_times()
        self._complete = True

    # What users set before the model is built ---------------------------------------------------

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
    def pre_target_var(self) -> str:
        """Name of the input of the presynaptic neurons that ``addToPre`` drives."""
        return self._pre_target_var

    @pre_target_var.setter
    def pre_target_var(self, name: str) -> None:
        self.genn_model.refuse_if_built(f"set pre_target_var of {self.title}")
        check_input(self.src, name)
        self._pre_target_var = name

    @property
    def axonal_delay_steps(self) -> int:
        """Steps by which spikes are delayed beyond the one that every synapse takes."""
        return self._axonal_delay_steps

    @axonal_delay_steps.setter
    def axonal_delay_steps(self, steps: int) -> None:
        self._axonal_delay_steps = self._steps("axonal_delay_steps", steps, 0)

    @property
    def back_prop_delay_steps(self) -> int:
        """Steps by which postsynaptic spikes are delayed for learning: 0."""
        return 0

    @back_prop_delay_steps.setter
    def back_prop_delay_steps(self, steps: int) -> None:
        if self._steps("back_prop_delay_steps", steps, 0):
            raise unsupported(f"back-propagation delays ({self.title})")

    @property
    def max_dendritic_delay_timesteps(self) -> int:
        """Steps that ``addToPostDelay`` can tell apart: its delays are smaller than this."""
        return self._max_dendritic_delay_timesteps

    @max_dendritic_delay_timesteps.setter
    def max_dendritic_delay_timesteps(self, steps: int) -> None:
        self._max_dendritic_delay_timesteps = self._steps("max_dendritic_delay_timesteps", steps, 1)

    def _steps(self, name: str, steps: object, least: int) -> int:
        self.genn_model.refuse_if_built(f"set {name} of {self.title}")
        if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < least:
            raise TypeError(
                f"{name} of {self.title} must be an integer of at least {least}, not {steps!r}."
            )
        return int(steps)

    # Connectivity -------------------------------------------------------------------------------

    def _sparse(self, action: str) -> SparseConnectivity:
        if self.connectivity is None:
            raise RuntimeError(
                f"{action} only supports SPARSE connectivity, and {self.title} is "
                f"{self.matrix_type.name}; add it as 'SPARSE'."
            )
        return self.connectivity

    def set_sparse_connections(self, pre_indices: object, post_indices: object) -> None:
        """Give the connections of sparse synapses: one for each pair of indices.

        Parameters
        ----------
        pre_indices, post_indices
            Index of the presynaptic and of the postsynaptic neuron of each synapse. Synapses are
            stored ordered by these; initial values of variables are in the order given here.

        Raises
        ------
        RuntimeError
            If the synapses are dense, or the model is loaded.
        TypeError, ValueError
            If the indices are not integers, differ in number, or are out of range.
        """
        connectivity = self._sparse("set_sparse_connections")
        if self.genn_model.is_loaded:
            raise RuntimeError(
                f"The connections of {self.title} cannot be set while the model is loaded; do it "
                "before model.load()."
            )
        connectivity.give(pre_indices, post_indices)

    @property
    def synapse_order(self) -> np.ndarray[Any, Any] | None:
        """For connections that were given: where each stored one was in what was given."""
        return self._sparse("synapse_order").order

    @property
    def max_connections(self) -> int:
        """Largest number of synapses that a presynaptic neuron has, or may have."""
        if self.connectivity is None:
            return self.trg.num_neurons
        if self._max_connections is not None:
            return self._max_connections
        if not self.connectivity.is_known and self.connectivity_init is not None:
            return max_row_length(
                self.connectivity_init, self.src.num_neurons, self.trg.num_neurons
            )
        return self.connectivity.longest_row or self.trg.num_neurons

    @max_connections.setter
    def max_connections(self, number: int) -> None:
        self._sparse("max_connections")
        self._max_connections = self._steps("max_connections", number, 1)

    def get_sparse_pre_inds(self) -> np.ndarray[Any, Any]:
        """Return the presynaptic neuron of each sparse synapse, in the order of storage."""
        return self._sparse("get_sparse_pre_inds").indices()[0]

    def get_sparse_post_inds(self) -> np.ndarray[Any, Any]:
        """Return the postsynaptic neuron of each sparse synapse, in the order of storage."""
        return self._sparse("get_sparse_post_inds").indices()[1]

    def pull_connectivity_from_device(self) -> None:
        """Let `get_sparse_pre_inds` and `get_sparse_post_inds` see what was made on the device."""
        self._loaded_sparse("pull_connectivity_from_device").pull()

    def push_connectivity_to_device(self) -> None:
        """Do nothing: the connectivity on the device is the one that was given."""
        self._loaded_sparse("push_connectivity_to_device")

    def _loaded_sparse(self, action: str) -> SparseConnectivity:
        connectivity = self._sparse(action)
        if not self.genn_model.is_loaded:
            raise RuntimeError(
                f"{action} of {self.title} needs a loaded model; call model.load() first."
            )
        return connectivity

    def compile_initialisers(self) -> None:
        """Compile the code from which connections and variables get what they start from."""
        init = self.connectivity_init
        if init is not None:
            types = self.genn_model.types
            evaluate_parameters(self.title, init.snippet, init.params, self.genn_model.dt, types)
            if not (init.snippet.row_build_code.is_blank and init.snippet.col_build_code.is_blank):
                connectivity_kernel(init.snippet, types)
        super().compile_initialisers()

    def size_memory(self, batch_size: int, seed: int) -> None:
        """Make the connections where they are not given, and size memory by their number."""
        if self.connectivity is None:
            return
        if not self.connectivity.is_given:
            if self.connectivity_init is None:
                raise RuntimeError(
                    "For sparse projections, the connections must be set before loading a model: "
                    f"give {self.title} an init_sparse_connectivity(…), or call its "
                    "set_sparse_connections."
                )
            pre, post = build_connectivity(
                self.connectivity_init,
                self.src.num_neurons,
                self.trg.num_neurons,
                title=self.title,
                dt=self.genn_model.dt,
                precision=self.genn_model.types,
                num_batch=batch_size,
                seed=seed,
                stream=stream_number(f"connectivity of {self.title}"),
                arrays=arrays_on_device(self.connectivity_extra_global_params),
            )
            self.connectivity.set(pre, post)
        _size_by(self.connectivity, self.vars)

    # What the plan asks -------------------------------------------------------------------------

    def records_events(self, side: EventSide) -> bool:
        """Whether spike-like events of the neurons on one side are recorded."""
        population = self.src if side == "pre" else self.trg
        return side in self.events and population.spike_event_recording_enabled

    @property
    def pre_spike_event_recording_data(
        self,
    ) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
        """Recorded presynaptic spike-like events, in the form of `spike_recording_data`.

        Raises
        ------
        RuntimeError
            If they are not recorded, or the buffer has not been filled yet.
        """
        return self._recorded_events("pre", "source")

    @property
    def post_spike_event_recording_data(
        self,
    ) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
        """Recorded postsynaptic spike-like events, in the form of `spike_recording_data`.

        Raises
        ------
        RuntimeError
            If they are not recorded, or the buffer has not been filled yet.
        """
        return self._recorded_events("post", "target")

    def _recorded_events(
        self, side: EventSide, population: str
    ) -> list[tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]]:
        if not self.records_events(side):
            raise RuntimeError(
                f"No {side}synaptic events are recorded from {self.title}; its weight update model "
                f"needs a {side}_event_threshold_condition_code, and its {population} "
                "spike_event_recording_enabled = True before model.build()."
            )
        return self.events[side].recorder.data(self.genn_model.dt)

    def calls(self, function: str) -> bool:
        """Return whether the code of the synapses calls a function, such as ``addToPre``."""
        return self.uses(rf"{function}\s*\(")

    def uses(self, pattern: str) -> bool:
        """Return whether the code of the synapses holds a word that matches a pattern."""
        return self.weight_update.model.uses(pattern)

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory of the synapses."""
        groups = (self.vars, self.pre_vars, self.post_vars, self.psm_vars)
        variables = [variable for group in groups for variable in group.values()]
        result: list[tuple[Buffer, Variable | None]] = [
            (variable.buffer, variable) for variable in [*variables, self.out_post]
        ]
        hidden: list[Buffer] = []
        if self.connectivity is not None:
            hidden += self.connectivity.buffers()
        if self.calls("addToPostDelay"):
            hidden.append(self.den_delay_buffer)
        if self.calls("addToPre"):
            hidden.append(self.out_pre_buffer)
        hidden += [buffer for events in self.events.values() for buffer in events.buffers()]
        return result + [(buffer, None) for buffer in hidden]

    def extra_global_arrays(self) -> list[ExtraGlobalArray]:
        """Return the extra global parameters of both models and of what runs during load."""
        return [
            *super().extra_global_arrays(),
            *self.psm_extra_global_params.values(),
            *self.connectivity_extra_global_params.values(),
        ]

    def set_param_dynamic(self, name: str, dynamic: bool = True) -> NoReturn:
        """Refuse: a synapse population uses two models, with a method for each."""
        raise AttributeError(
            f"{self.title} has two sets of parameters: use set_wu_param_dynamic for those of its "
            "weight update model, and set_ps_param_dynamic for those of its postsynaptic model."
        )

    def set_wu_param_dynamic(self, name: str, dynamic: bool = True) -> None:
        """Declare a parameter of the weight update model dynamic, see `set_param_dynamic`."""
        self._declare_dynamic("weight update", name, dynamic)

    def set_ps_param_dynamic(self, name: str, dynamic: bool = True) -> None:
        """Declare a parameter of the postsynaptic model dynamic, see `set_param_dynamic`."""
        self._declare_dynamic("postsynaptic", name, dynamic)

    def bound_weight_update(self) -> Bound:
        """Return the weight update model with its values and the memory of its synapses."""
        init = self.weight_update
        variables = {**self.vars, **self.extra_global_params}
        return self._bound("", init.model, init.params, variables, which="weight update")

    def bound_side(self, side: str) -> Bound:
        """Return the weight update model as its ``"pre"`` or ``"post"`` neurons run it."""
        variables, references = (
            (self.pre_vars, self.references.pre)
            if side == "pre"
            else (self.post_vars, self.references.post)
        )
        init = self.weight_update
        prefix = f"{self.name}_{side}_"
        memory = {**variables, **self.extra_global_params}
        return self._bound(prefix, init.model, init.params, memory, references, "weight update")

    def bound_postsynaptic(self) -> Bound:
        """Return the postsynaptic model with its values and memory."""
        init = self.postsynaptic
        prefix = f"{self.name}_"
        variables = {**self.psm_vars, **self.psm_extra_global_params}
        return self._bound(
            prefix, init.model, init.params, variables, self.references.psm, "postsynaptic"
        )


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
        self.vars = self._variables(source.vars, initial, pop.num_neurons)
        self.extra_global_params = self._arrays(source)
        self._dynamic_params[""] = DynamicParams(self.title, name, source, self.params)
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
        variables = {**self.vars, **self.extra_global_params}
        return self._bound(f"{self.name}_", self.model, self.params, variables, self.references)


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
        Number of neurons or synapses that it belongs to, whether or not it has a value for each.
    synapses
        For a variable of synapses, their population.
    transposed
        For a variable that an update transposes, the variable that it is copied to.
    """

    name: str
    group: Group
    buffer: Buffer
    size: int
    synapses: SynapseGroup | None = None
    transposed: VariableReference | None = None

    @property
    def type(self) -> TypeLike:
        """Type of the variable, as written in its model."""
        return self.buffer.type


@dataclass(frozen=True)
class ExtraGlobalParamReference:
    """An extra global parameter of a group, to be used under another name in a custom update."""

    group: Group
    array: ExtraGlobalArray

    @property
    def type(self) -> TypeLike:
        """Type of the elements, as written in its model."""
        return self.array.type


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
        array_references: Mapping[str, ExtraGlobalParamReference],
    ) -> None:
        super().__init__(model, name)
        self.update_group_name = update_group_name
        self.model = update
        self.params = dict(params)
        # Not to be changed later: so an update refers to older ones alone, never in a cycle.
        self.references = MappingProxyType(dict(references))
        self.array_references = MappingProxyType(dict(array_references))
        first, *_ = references.values()
        self.size = first.size
        self._synapses = first.synapses
        self.columns = 0 if first.synapses is None else first.synapses.trg.num_neurons
        # The update has every dimension that something it refers to has.
        elements = [reference.buffer for reference in references.values()]
        self.per_batch = any(buffer.per_batch for buffer in elements)
        self.per_element = any(buffer.per_element for buffer in elements)
        columns = self.columns if self.per_element else 0
        if self.connectivity is not None and first.synapses is not None:
            shape = (first.synapses.src.num_neurons, first.synapses.trg.num_neurons)
            self.vars = self._sparse_variables(update.vars, initial, shape, self.connectivity)
        else:
            self.vars = self._variables(update.vars, initial, self.count, columns=columns)
        for variable in self.vars.values():
            variable.buffer.per_batch &= self.per_batch
            variable.buffer.per_element &= self.per_element
        self.extra_global_params = self._arrays(update)
        self._dynamic_params[""] = DynamicParams(self.title, name, update, self.params)
        self._complete = True

    @property
    def count(self) -> int:
        """Number of elements that the code is run for, in each batch."""
        return self.size if self.per_element else 1

    @property
    def num_neurons(self) -> int:
        """Number of neurons of what the update refers to; not for an update of synapses."""
        if self._synapses is not None:
            raise AttributeError(
                f"{self.title} is of synapses and has no num_neurons; see its synapse_group."
            )
        return self.size

    @property
    def synapse_group(self) -> SynapseGroup:
        """The synapse population that the update refers to; not for an update of neurons."""
        if self._synapses is None:
            raise AttributeError(
                f"{self.title} is of neurons and has no synapse_group; see its num_neurons."
            )
        return self._synapses

    @property
    def connectivity(self) -> SparseConnectivity | None:
        """The connections of the synapses that the update is of, where these are sparse."""
        return None if self._synapses is None else self._synapses.connectivity

    def size_memory(self, batch_size: int, seed: int) -> None:
        """Size the memory of variables of sparse synapses by their number."""
        if self.connectivity is not None:
            _size_by(self.connectivity, self.vars)

    @property
    def of_synapses(self) -> bool:
        """Whether the update is of synapses rather than neurons."""
        return self._synapses is not None

    @property
    def transposing(self) -> VariableReference | None:
        """The reference whose variable the update copies to transposed positions, if any."""
        for reference in self.references.values():
            if reference.transposed is not None:
                return reference
        return None

    @property
    def memory(self) -> dict[str, Buffer]:
        """Memory by name in the code: the update's own, and what it refers to."""
        own = {name: variable.buffer for name, variable in self.vars.items()}
        return own | {name: reference.buffer for name, reference in self.references.items()}

    def buffers(self) -> list[tuple[Buffer, Variable | None]]:
        """Return the memory that the update owns."""
        return [(variable.buffer, variable) for variable in self.vars.values()]

    def bound(self) -> Bound:
        """Return the model with its values, its memory and what it refers to."""
        variables = {**self.vars, **self.extra_global_params}
        bound = self._bound("", self.model, self.params, variables)
        arrays = {name: item.array.buffer for name, item in self.array_references.items()}
        return replace(bound, buffers={**bound.buffers, **self.memory, **arrays})


def _size_by(connectivity: SparseConnectivity, variables: Mapping[str, Variable]) -> None:
    for variable in variables.values():
        if variable.buffer.per_element:
            variable.buffer.count = connectivity.num_synapses


def check_input(population: NeuronGroup, name: str) -> None:
    """Raise unless the neurons of a population have an input of this name."""
    known = ["Isyn", *(item.name for item in population.model.additional_input_vars)]
    if name not in known:
        listed = ", ".join(f"'{item}'" for item in known)
        raise RuntimeError(
            f"Target neuron group has no input variable '{name}': the inputs of "
            f"{population.title} are {listed}{did_you_mean(str(name), known)}"
        )
