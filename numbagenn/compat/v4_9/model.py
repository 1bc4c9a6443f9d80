"""`GeNNModel` as in PyGeNN 4.9, and what is given with the populations of one."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

import numpy as np

from numbagenn import model as current
from numbagenn.base.enumerations import VarAccessMode, VarLocation
from numbagenn.base.number_checks import float_if_huge
from numbagenn.base.suggestions import closest, did_you_mean
from numbagenn.base.types import SCALAR, ResolvedType
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import quoted, shown
from numbagenn.codegen.code_checks import check_code
from numbagenn.compat.v4_9.builtin_models import find
from numbagenn.compat.v4_9.enums import MATRIX_TYPE_NAMES, MATRIX_TYPES, location_of
from numbagenn.compat.v4_9.groups import (
    CurrentSource,
    CustomUpdate,
    CustomUpdateWU,
    ExtraGlobalNumber,
    SparseVariable,
    SynapseGroup,
)
from numbagenn.compat.v4_9.memory_usage import MemoryUsage
from numbagenn.compat.v4_9.neuron_groups import NeuronGroup
from numbagenn.compat.v4_9.shared_library import SharedLibraryModel
from numbagenn.compat.v4_9.shared_weights import SlaveSynapseGroup, check_sharing
from numbagenn.compat.v4_9.wrapped import Wrapped, wrapped_model
from numbagenn.models.descriptions import (
    AdditionalInput,
    AnyModel,
    CurrentSourceModel,
    DeclaredReference,
    DerivedParameter,
    NeuronModel,
    Parameter,
    PostsynapticModel,
    WeightUpdateModel,
)
from numbagenn.models.given_values import (
    ConnectivityInit,
    PostsynapticInit,
    ToeplitzInit,
    VarInit,
    check_names,
    plain_numbers,
)
from numbagenn.models.initialisers import init_postsynaptic, init_weight_update
from numbagenn.network.addition_checks import check_kind, check_population
from numbagenn.network.reference_checks import synapse_references
from numbagenn.network.settings import BACKEND_NAME, GPU_PREFERENCES
from numbagenn.runtime.memory_footprint import group_sizes

Space = Mapping[str, Any] | None

#: Names of the backends of 4.9.
BACKENDS = ("CUDA", "OpenCL", "SingleThreadedCPU")


# By name in C++: the times that a population keeps.
_TIMES = {
    "SpikeTimes": "spike_times",
    "PreviousSpikeTimes": "prev_spike_times",
    "SpikeEventTimes": "spike_event_times",
    "PreviousSpikeEventTimes": "prev_spike_event_times",
}


class GeNNModel(current.GeNNModel):
    """A network of spiking neurons, with the defaults and methods of PyGeNN 4.9.

    Everything is done by `numbagenn.GeNNModel`; see there for the life of a model.

    Parameters
    ----------
    precision
        What ``scalar`` stands for: ``"float"`` (as None) or ``"double"``.
    model_name
        Name of the model.
    backend
        ``"CUDA"``, ``"SingleThreadedCPU"`` and ``"OpenCL"`` are accepted, with a warning:
        numbagenn takes their place.
    time_precision
        What ``timepoint`` stands for; the same as `precision` by default.
    genn_log_level, code_gen_log_level, backend_log_level, **preferences
        Accepted, without effect: ``selected_gpu`` and preferences such as ``optimizeCode``.

    Examples
    --------
    >>> model = GeNNModel("float", "demo")
    >>> model.dT
    0.1
    """

    neuron_class = NeuronGroup
    synapse_class = SynapseGroup
    source_class = CurrentSource
    update_class = CustomUpdate
    synapse_update_class = CustomUpdateWU

    known_preferences: ClassVar[tuple[str, ...]] = (
        *current.GeNNModel.known_preferences,
        *GPU_PREFERENCES,
    )

    def __init__(
        self,
        precision: str | ResolvedType | None = "float",
        model_name: str = "GeNNModel",
        backend: str | None = None,
        time_precision: str | ResolvedType | None = None,
        genn_log_level: object = None,
        code_gen_log_level: object = None,
        backend_log_level: object = None,
        **preferences: object,
    ) -> None:
        if backend in BACKENDS:
            self._serve_instead_of(backend)
            backend = None
        super().__init__(
            "float" if precision is None else precision,
            model_name,
            backend,
            time_precision,
            **self._known(preferences),
        )
        self._dt = 0.1
        self._numbers: list[ExtraGlobalNumber] = []

    def _known(self, preferences: Mapping[str, object]) -> dict[str, object]:
        """Return preferences by the names of 5.x, and warn of others, which 4.9 ignores."""
        known = {}
        for name, value in preferences.items():
            now = _snake_case(name)
            if now in self.known_preferences:
                known[now] = value
            else:
                hint = did_you_mean(now, self.known_preferences)
                warn_user(f"Unknown preference '{name}' has no effect{hint}")
        return known

    def _serve_instead_of(self, backend: str) -> None:
        """Say that another backend runs the model than the one that was asked for."""
        warn_user(f"numbagenn serves instead of the backend '{backend}'.")

    # Properties ------------------------------------------------------------------------------

    @property
    def _model(self) -> Wrapped:
        """What PyGeNN 4.9 wraps, for settings such as ``_model.set_seed(1)``."""
        return wrapped_model(self)

    @property
    def _slm(self) -> SharedLibraryModel:
        """The compiled model."""
        return SharedLibraryModel(self)

    @property
    def dT(self) -> float:  # noqa: N802 - the name is PyGeNN's
        """Length of a step in ms; 0.1 by default, to be set before `build`."""
        return self.dt

    @dT.setter
    def dT(self, value: float) -> None:  # noqa: N802 - the name is PyGeNN's
        self.dt = value

    @property
    def t(self) -> float:
        """Time of the next step in ms; a multiple of `dT`."""
        return super().t

    @t.setter
    def t(self, value: float) -> None:
        if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
            raise TypeError(f"t must be a number of milliseconds, not {shown(value)}.")
        steps = float(float_if_huge("t", value)) / self.dt
        if not math.isfinite(steps) or abs(round(steps) - steps) > 1e-6:
            raise ValueError(f"t must be a multiple of dT = {self.dt}, not {shown(value)}.")
        self.timestep = round(steps)

    @property
    def model_name(self) -> str:
        """Name of the model; to be set before `build`."""
        return self.name

    @model_name.setter
    def model_name(self, name: str) -> None:
        self.refuse_if_built("set model_name")
        if not isinstance(name, str):
            raise TypeError(f"model_name must be a string, not {shown(name)}.")
        self.name = name

    @property
    def default_var_location(self) -> VarLocation:
        """Where a GPU would hold the variables of what is added from now on."""
        return super().default_var_location

    @default_var_location.setter
    def default_var_location(self, location: object) -> None:
        self.refuse_if_built("set default_var_location")
        self._default_var_location = location_of(location)

    @property
    def default_sparse_connectivity_location(self) -> VarLocation:
        """Where a GPU would hold the sparse connections of what is added from now on."""
        return super().default_sparse_connectivity_location

    @default_sparse_connectivity_location.setter
    def default_sparse_connectivity_location(self, location: object) -> None:
        self.refuse_if_built("set default_sparse_connectivity_location")
        self._default_sparse_connectivity_location = location_of(location)

    @property
    def use_backend(self) -> str:
        """Name of the backend: ``"bundled"``; setting another name has no effect."""
        return self.backend_name

    @use_backend.setter
    def use_backend(self, name: str) -> None:
        self.refuse_if_built("set use_backend")
        known = (BACKEND_NAME, *BACKENDS)
        if name not in known:
            listed = ", ".join(f"'{other}'" for other in known)
            raise ValueError(f"use_backend must be one of {listed}, not {shown(name)}.")
        if name in BACKENDS:
            self._serve_instead_of(name)

    @property
    def free_device_mem_bytes(self) -> int:
        """Free memory of a GPU in bytes: 0, as there is none."""
        return 0

    # Description -----------------------------------------------------------------------------

    def add_neuron_population(  # type: ignore[override]
        self,
        pop_name: str,
        num_neurons: int,
        neuron: NeuronModel | str,
        param_space: Space,
        var_space: Space,
    ) -> NeuronGroup:
        """Add a population of neurons.

        Parameters
        ----------
        pop_name, num_neurons
            Name and size.
        neuron
            From `create_custom_neuron_class`, or the name of a built-in model.
        param_space, var_space
            Parameters and initial values by name.
        """
        model = find(neuron, NeuronModel, f"population '{pop_name}'")
        group = super().add_neuron_population(pop_name, num_neurons, model, param_space, var_space)
        assert isinstance(group, NeuronGroup)
        return group

    def add_synapse_population(  # type: ignore[override]
        self,
        pop_name: str,
        matrix_type: str | int,
        delay_steps: int,
        source: NeuronGroup | str,
        target: NeuronGroup | str,
        w_update_model: WeightUpdateModel | str,
        wu_param_space: Space,
        wu_var_space: Space,
        wu_pre_var_space: Space,
        wu_post_var_space: Space,
        postsyn_model: PostsynapticModel | str,
        ps_param_space: Space,
        ps_var_space: Space,
        connectivity_initialiser: ConnectivityInit | ToeplitzInit | None = None,
    ) -> SynapseGroup:
        """Add synapses from one population to another.

        Parameters
        ----------
        pop_name
            Name of the synapse population.
        matrix_type
            Such as ``"DENSE_INDIVIDUALG"``, or ``"DENSE_GLOBALG"`` where all synapses have the same
            constant variables.
        delay_steps
            Steps that a spike takes beyond the first, or ``NO_DELAY``.
        source, target
            Populations or their names.
        w_update_model, wu_param_space, wu_var_space, wu_pre_var_space, wu_post_var_space
            Weight update model, its parameters and initial values.
        postsyn_model, ps_param_space, ps_var_space
            Postsynaptic model, its parameters and initial values.
        connectivity_initialiser
            From `init_connectivity`.

        Raises
        ------
        ValueError
            If PyGeNN 4.9 has no such matrix type.
        """
        title = f"synapse population '{pop_name}'"
        self.refuse_if_built(f"add {title}")
        kind, one_weight = _matrix_type(title, matrix_type)
        pre = self._population(source, f"source of {title}")
        post = self._population(target, f"target of {title}")
        weight_update = find(w_update_model, WeightUpdateModel, title)
        params, variables = wu_param_space, wu_var_space
        if one_weight:
            weight_update, params = _with_constant_variables(
                title, weight_update, params, variables
            )
            variables = {}
        weight_update, references = _with_references(weight_update, pre, post, title)
        postsynaptic = _postsynaptic(postsyn_model, ps_param_space, ps_var_space, post, title)
        group = super().add_synapse_population(
            pop_name,
            kind,
            pre,
            post,
            init_weight_update(
                weight_update,
                params,
                variables,
                wu_pre_var_space,
                wu_post_var_space,
                **references,
            ),
            postsynaptic,
            connectivity_initialiser,
        )
        assert isinstance(group, SynapseGroup)
        try:
            group.axonal_delay_steps = delay_steps
        except BaseException:
            # The call fails as a whole.
            self._borrowed.subtract(group.borrowed)
            del self.synapse_populations[pop_name]
            raise
        return group

    def add_slave_synapse_population(
        self,
        pop_name: str,
        master_pop: SynapseGroup | str,
        delay_steps: int,
        source: NeuronGroup | str,
        target: NeuronGroup | str,
        postsyn_model: PostsynapticModel | str,
        ps_param_space: Space,
        ps_var_space: Space,
    ) -> SynapseGroup:
        """Add synapses that share the connections and weights of another population.

        Parameters
        ----------
        pop_name, delay_steps, source, target, postsyn_model, ps_param_space, ps_var_space
            As for `add_synapse_population`.
        master_pop
            The population, or its name, whose weights are shared. They are read-only.

        Raises
        ------
        ValueError
            If the sizes differ, or the weights are not read-only.
        """
        title = f"synapse population '{pop_name}'"
        self._check_new("synapse population", pop_name, self.synapse_populations)
        master = _found(self.synapse_populations, master_pop, f"master of {title}")
        check_kind(f"The master of {title}", master, SynapseGroup, "add_synapse_population")
        master = master.weight_sharing_master or master
        pre = self._population(source, f"source of {title}")
        post = self._population(target, f"target of {title}")
        for side, group in (("source", pre), ("target", post)):
            check_population(self.neuron_populations, group, f"{side} of {title}")
        check_sharing(title, master, pre, post)
        model, references = _with_references(master.weight_update.model, pre, post, title)
        weight_update = replace(master.weight_update, model=model, **references)
        postsynaptic = _postsynaptic(postsyn_model, ps_param_space, ps_var_space, post, title)
        group = SlaveSynapseGroup(
            master,
            self,
            pop_name,
            master.matrix_type,
            pre,
            post,
            weight_update,
            postsynaptic,
            synapse_references(title, pre, post, weight_update, postsynaptic),
            master.connectivity_init,
        )
        group.axonal_delay_steps = delay_steps
        self._borrowed.update(group.borrowed)
        self.synapse_populations[pop_name] = group
        return group

    def add_current_source(  # type: ignore[override]
        self,
        cs_name: str,
        current_source_model: CurrentSourceModel | str,
        pop: NeuronGroup | str,
        param_space: Space,
        var_space: Space,
    ) -> CurrentSource:
        """Add a source that injects a current into every neuron of a population.

        Parameters
        ----------
        cs_name
            Name of the current source.
        current_source_model
            From `create_custom_current_source_class`, or the name of a built-in model.
        pop
            Population or its name.
        param_space, var_space
            Parameters and initial values by name.
        """
        title = f"current source '{cs_name}'"
        self.refuse_if_built(f"add {title}")
        population = self._population(pop, f"population of {title}")
        source = find(current_source_model, CurrentSourceModel, title)
        source, found = _refer(source, "neuron_var_refs", population, title)
        group = super().add_current_source(
            cs_name, source, population, param_space, var_space, found
        )
        assert isinstance(group, CurrentSource)
        return group

    def _population(self, given: NeuronGroup | str, what: str) -> Any:
        return _found(self.neuron_populations, given, what)

    # Life ------------------------------------------------------------------------------------

    def build(  # type: ignore[override]
        self, path_to_model: str = "./", force_rebuild: bool = False
    ) -> MemoryUsage:
        """Generate and compile the code of the model; return how much memory it needs.

        Parameters
        ----------
        path_to_model, force_rebuild
            Accepted for compatibility; no files are written beside the model.
        """
        super().build(path_to_model)
        sizes = group_sizes(self._groups(), self.batch_size, self.types)
        return MemoryUsage(sizes.total())

    def load(  # type: ignore[override]
        self, path_to_model: object = "./", num_recording_timesteps: int | None = None
    ) -> None:
        """Allocate the memory of the model and initialise it.

        A model that was not built is built now. In 4.9, scripts leave `build` out where an earlier
        run has left the compiled model on the disk.

        Parameters
        ----------
        path_to_model
            Ignored.
        num_recording_timesteps
            Number of steps that recordings hold; needed if any population records, and else
            ignored, whatever it is.
        """
        if isinstance(path_to_model, (int, np.integer)):
            raise TypeError(
                f"path_to_model must be a path, not {shown(path_to_model)}; write "
                f"model.load(num_recording_timesteps={path_to_model})."
            )
        if self._plan is None:
            self.build()
        if not any(
            group.spike_recording_enabled or group.spike_event_recording_enabled
            for group in self.neuron_populations.values()
        ):
            num_recording_timesteps = None
        super().load(num_recording_timesteps)
        self._num_recording_timesteps = num_recording_timesteps
        arrays = [array for group in self._groups() for array in group.extra_global_arrays()]
        self._numbers = [array for array in arrays if isinstance(array, ExtraGlobalNumber)]

    def step_time(self) -> None:
        """Simulate one step; see `numbagenn.GeNNModel.step_time`."""
        for number in self._numbers:
            number.update()
        super().step_time()

    def custom_update(self, group_name: str) -> None:
        """Run all custom updates of a group; see `numbagenn.GeNNModel.custom_update`."""
        for number in self._numbers:
            number.update()
        super().custom_update(group_name)

    def unload(self) -> None:
        """Drop the memory of the model, if it is loaded."""
        if self._loaded:
            super().unload()

    def end(self) -> None:
        """Drop the memory of the model, if it is loaded."""
        self.unload()

    def reinitialise(self) -> None:
        """Put the loaded model back to where `load` left it: variables, spikes, and time 0.

        Views of variables stay what they are.

        Raises
        ------
        RuntimeError
            If the model is not loaded.
        """
        runtime = self._require_loaded("reinitialising")
        hosts = [(buffer, buffer.host) for buffer in runtime.buffers if not buffer.constant]
        super().unload()
        super().load(self._num_recording_timesteps)
        for buffer, host in hosts:
            # Sparse connectivity that is drawn may have another number of synapses now.
            if host is not None and buffer.host is not None and host.shape == buffer.host.shape:
                host[...] = buffer.host
                buffer.host = host
        for group in self._groups():
            for variable in getattr(group, "vars", {}).values():
                if isinstance(variable, SparseVariable):
                    variable.show_rows()

    # Copies ----------------------------------------------------------------------------------

    def _named(self, name: str | None) -> list[Any]:
        tables: list[Mapping[str, Any]] = [
            self.neuron_populations,
            self.synapse_populations,
            self.current_sources,
            self.custom_updates,
        ]
        found = [table[key] for table in tables for key in table if name in (None, key)]
        if not found and name is not None:
            known = [key for table in tables for key in table]
            hint = did_you_mean(str(name), known)
            raise ValueError(f"The model has no population, source or update '{name}'{hint}")
        return found

    def push_state_to_device(self, pop_name: str | None = None) -> None:
        """Copy all variables of a population, or of all, from the host to the device."""
        for group in self._named(pop_name):
            group.push_state_to_device()

    def pull_state_from_device(self, pop_name: str | None = None) -> None:
        """Copy all variables of a population, or of all, from the device to the host."""
        for group in self._named(pop_name):
            group.pull_state_from_device()

    def push_var_to_device(self, pop_name: str, var_name: str) -> None:
        """Copy a variable of a population from the host to the device."""
        if pop_name in _TIMES:  # They had their names in this order.
            population = self._population(var_name, "population")
            getattr(population, f"push_{_TIMES[pop_name]}_to_device")()
            return
        for group in self._named(pop_name):
            group.push_var_to_device(var_name)

    def pull_var_from_device(self, pop_name: str, var_name: str) -> None:
        """Copy a variable of a population from the device to the host."""
        if pop_name in _TIMES:  # They had their names in this order.
            population = self._population(var_name, "population")
            getattr(population, f"pull_{_TIMES[pop_name]}_from_device")()
            return
        for group in self._named(pop_name):
            group.pull_var_from_device(var_name)

    def push_extra_global_param_to_device(
        self, pop_name: str, egp_name: str, size: int | None = None
    ) -> None:
        """Copy an extra global parameter of a population from the host to the device.

        PyGeNN 4.9 copies only its first `size` values, or one without it.
        """
        for group in self._named(pop_name):
            group.push_extra_global_param_to_device(egp_name)

    def pull_extra_global_param_from_device(
        self, pop_name: str, egp_name: str, size: int | None = None
    ) -> None:
        """Copy an extra global parameter of a population from the device to the host.

        PyGeNN 4.9 copies only its first `size` values, or one without it.
        """
        for group in self._named(pop_name):
            group.pull_extra_global_param_from_device(egp_name)

    def push_connectivity_to_device(self, pop_name: str) -> None:
        """Do nothing: the connectivity on the device is the one that was given."""
        for group in self._named(pop_name):
            group.push_connectivity_to_device()

    def pull_connectivity_from_device(self, pop_name: str) -> None:
        """Let the host see connections that were made on the device."""
        for group in self._named(pop_name):
            group.pull_connectivity_from_device()

    def pull_spikes_from_device(self, pop_name: str) -> None:
        """Copy all spikes that the memory of a population holds to the host."""
        self._population(pop_name, "argument").pull_spikes_from_device()

    def pull_current_spikes_from_device(self, pop_name: str) -> None:
        """Copy the spikes that a population emitted in the last step to the host."""
        self._population(pop_name, "argument").pull_current_spikes_from_device()

    def pull_spike_events_from_device(self, pop_name: str) -> None:
        """Copy all spike-like events that the memory of a population holds to the host."""
        self._population(pop_name, "argument").pull_spike_events_from_device()

    def pull_current_spike_events_from_device(self, pop_name: str) -> None:
        """Copy the spike-like events of a population in the last step to the host."""
        self._population(pop_name, "argument").pull_current_spike_events_from_device()

    def push_spikes_to_device(self, pop_name: str) -> None:
        """Copy all spikes that the memory of a population holds to the device."""
        self._population(pop_name, "argument").push_spikes_to_device()

    def push_current_spikes_to_device(self, pop_name: str) -> None:
        """Copy the spikes that a population emitted in the last step to the device."""
        self._population(pop_name, "argument").push_current_spikes_to_device()

    def push_spike_events_to_device(self, pop_name: str) -> None:
        """Copy all spike-like events that the memory of a population holds to the device."""
        self._population(pop_name, "argument").push_spike_events_to_device()

    def push_current_spike_events_to_device(self, pop_name: str) -> None:
        """Copy the spike-like events of a population in the last step to the device."""
        self._population(pop_name, "argument").push_current_spike_events_to_device()


def _snake_case(name: str) -> str:
    """Return a name in the spelling of PyGeNN 5.

    Examples
    --------
    >>> [_snake_case(name) for name in ("optimizeCode", "manualDeviceID", "userCxxFlagsGNU")]
    ['optimize_code', 'manual_device_id', 'user_cxx_flags_gnu']
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _matrix_type(title: str, given: object) -> tuple[str, bool]:
    """Return the matrix type in PyGeNN 5, and whether all synapses share constant variables."""
    if isinstance(given, int):
        given = MATRIX_TYPE_NAMES.get(given, given)
    if not isinstance(given, str):
        raise TypeError(
            f"matrix_type of {title} must be a string such as 'DENSE_INDIVIDUALG', not "
            f"{shown(given)}."
        )
    if given not in MATRIX_TYPES:
        wish = f"{given}_INDIVIDUALG"
        wish = wish if wish in MATRIX_TYPES else given
        hint = did_you_mean(wish, MATRIX_TYPES, f"; use one of {', '.join(MATRIX_TYPES)}.")
        raise ValueError(f"Matrix type '{given}' of {title} is not one of PyGeNN 4.9{hint}")
    return MATRIX_TYPES[given]


def _with_constant_variables(
    title: str, model: WeightUpdateModel, params: Space, variables: Space
) -> tuple[WeightUpdateModel, dict[str, Any]]:
    """Return a weight update model with its variables replaced by parameters."""
    names = [var.name for var in model.vars]
    values = check_names("Weight update model", "variable", "initialiser", names, variables)
    for name, value in values.items():
        if isinstance(value, VarInit) and value.snippet.class_name == "Constant":
            values[name] = value.params["constant"]
        elif np.ndim(value) or not np.isscalar(value):
            raise TypeError(
                f"Variable '{name}' of {title} must be one number, as all synapses of a GLOBALG "
                "matrix type share it; use an INDIVIDUALG type for others."
            )
    constants = tuple(Parameter(var.name, var.type) for var in model.vars)
    constant = replace(model, params=(*model.params, *constants), vars=())
    # Its code may write what has become constant.
    check_code(constant)
    return constant, {**(params or {}), **values}


def _with_references(
    model: WeightUpdateModel, pre: NeuronGroup, post: NeuronGroup, title: str
) -> tuple[WeightUpdateModel, dict[str, Any]]:
    """Refer to the variables of both populations that a weight update model reads."""
    references: dict[str, Any] = {}
    for name in model.neuron_locals if isinstance(pre, NeuronGroup) else ():
        if name not in pre.model.sim_code.usage.declared:
            raise ValueError(
                f"The condition for spike-like events of {model.title} uses '{name}', which is no "
                f"local variable of the sim code of {pre.title} ({title}); write $({name}_pre) "
                "for a variable."
            )
    for side, population in (("pre", pre), ("post", post)):
        model, found = _refer(model, f"{side}_neuron_var_refs", population, title, f"_{side}")
        if found:
            references[f"{side}_var_refs"] = found
    return model, references


def _postsynaptic(
    given: PostsynapticModel | str, params: Space, variables: Space, post: object, title: str
) -> PostsynapticInit:
    """Return a postsynaptic model with its values, for neurons of one population."""
    model = _with_inputs(find(given, PostsynapticModel, title), post, title)
    model, references = _refer(model, "neuron_var_refs", post, title)
    return init_postsynaptic(model, params, variables, references)


def _found(known: Mapping[str, Any], given: object, what: str) -> Any:
    """Return a population, which may be given by its name."""
    if not isinstance(given, str):
        return given
    if given in known:
        return known[given]
    hint = did_you_mean(given, known, f"; there are {quoted(known)}.")
    raise ValueError(f"The {what}, '{given}', is not a population of this model{hint}")


def _with_inputs(model: PostsynapticModel, post: object, title: str) -> PostsynapticModel:
    """Return a postsynaptic model whose code uses what its neurons have.

    As long as these were unknown, what the code assigned looked like an input, and what it only
    read looked like a variable.
    """
    if not isinstance(post, NeuronGroup):
        return model
    inputs = {item.name: item for item in post.model.additional_input_vars}
    inputs["Isyn"] = AdditionalInput("Isyn", SCALAR, 0.0)
    read, assigned = model.neuron_var_refs, model.neuron_inputs
    mode = VarAccessMode.READ_WRITE
    variables = [DeclaredReference(item.name, item.type, mode) for item in assigned]
    named = [*(item.name for item in assigned), *(item.name for item in read)]
    used = [name for name in named if name in inputs]
    if not used and not variables:
        return model
    changed = replace(
        model,
        neuron_var_refs=tuple(one for one in (*read, *variables) if one.name not in inputs),
        assigned_neuron_vars=frozenset(one.name for one in variables if one.name not in inputs),
        neuron_inputs=tuple(inputs[name] for name in used),
    )
    check_code(changed)
    return changed


def _refer(
    model: AnyModel, attribute: str, population: object, title: str, ending: str = ""
) -> tuple[AnyModel, dict[str, str]]:
    """Return a model with references of the right types, and what they refer to.

    In PyGeNN 4.9 code just uses the variables and the parameters of a neuron, so which these are,
    and their types, are only known when the population is.
    """
    declared = getattr(model, attribute, ())
    if not declared or not isinstance(population, NeuronGroup):
        return model, {}
    constants = {item.name: item for item in population.model.constants}
    known = [*population.vars, *constants]
    targets = {item.name: item.name.removesuffix(ending) for item in declared}
    for name, target in targets.items():
        if target not in known:
            close = closest(name, [f"{other}{ending}" for other in known])
            listed = ", ".join(f"{other}{ending}" for other in known)
            hint = f"did you mean $({close})?" if close else f"those are {listed}."
            raise ValueError(
                f"Code of {model.title} uses $({name}), which it does not declare and which is no "
                f"variable or parameter of {population.title} ({title}); {hint}"
            )
    typed = tuple(
        replace(item, type=population.vars[targets[item.name]].type)
        for item in declared
        if targets[item.name] in population.vars
    )
    own = tuple(
        _own_constant(name, constants[target], population)
        for name, target in targets.items()
        if target not in population.vars
    )
    if typed != declared:
        changed: dict[str, Any] = {attribute: typed}
        model = replace(model, **changed, derived_params=(*model.derived_params, *own))
        check_code(model)
    return model, {item.name: targets[item.name] for item in typed}


def _own_constant(
    name: str, constant: Parameter | DerivedParameter, population: NeuronGroup
) -> DerivedParameter:
    """Return a parameter of a model that always has the value of one of a neuron model."""

    def value(_: Mapping[str, float], dt: float) -> float:
        given = population.params
        if isinstance(constant, DerivedParameter):
            return constant.function(plain_numbers(given), dt)
        return given[constant.name]

    return DerivedParameter(name, value, constant.type)
