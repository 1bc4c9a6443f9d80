"""`GeNNModel`: a network is described, built, loaded, and stepped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, ClassVar

import numpy as np

from numbagenn.base.enumerations import SynapseMatrixType
from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import Precision, ResolvedType, precision_type
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import (
    LARGEST,
    LARGEST_COUNT,
    checked_integer,
    number_of,
    shown,
    unsupported,
)
from numbagenn.codegen.code_checks import check_update_code
from numbagenn.codegen.plan import Plan, make_plan
from numbagenn.create import check_name
from numbagenn.memory.buffers import Buffer
from numbagenn.memory.variables import Variable
from numbagenn.models.builtin_models import find_model
from numbagenn.models.descriptions import CurrentSourceModel, CustomUpdateModel, NeuronModel
from numbagenn.models.initialisers import (
    ConnectivityInit,
    PostsynapticInit,
    VarInit,
    WeightUpdateInit,
    check_names,
    check_parameters,
    check_variables,
)
from numbagenn.network.current_sources import CurrentSource
from numbagenn.network.custom_updates import CustomUpdate
from numbagenn.network.delays import assign_slots
from numbagenn.network.groups import Group
from numbagenn.network.neuron_groups import NeuronGroup
from numbagenn.network.reference_checks import (
    check_array_references,
    neuron_references,
    postsynaptic_references,
    update_references,
)
from numbagenn.network.synapse_groups import SynapseGroup, SynapseReferences
from numbagenn.network.update_shapes import check_dimensions, check_targets
from numbagenn.runtime.compilation import compiled
from numbagenn.runtime.initialise import check_initialiser, compile_initialisers
from numbagenn.runtime.loaded_model import Runtime

Params = Mapping[str, float] | None
Values = Mapping[str, Any] | None

BACKEND_NAME = "bundled"

# Preferences of PyGeNN's backends. They choose how code is generated and compiled there, and change
# nothing here.
_PREFERENCES = (
    *("optimize_code", "optimise_code", "debug_code", "log_level"),
    *("genn_log_level", "code_gen_log_level", "transpiler_log_level"),
    *("runtime_log_level", "backend_log_level"),
)

#: Preferences of PyGeNN's GPU backends, which mean as little here. Scripts that ask for such a
#: backend set them.
GPU_PREFERENCES = (
    *("selected_gpu", "device_select_method", "manual_device_id", "manual_platform_id"),
    *("block_size_select_method", "manual_block_sizes", "constant_cache_overhead"),
    *("user_nvcc_flags", "user_cxx_flags_gnu", "show_ptx_info", "generate_line_info"),
    *("generate_empty_state_push_pull", "generate_extra_global_param_pull"),
    *("generate_simple_errors", "automatic_copy", "enable_bitmask_optimisations"),
    *("enable_nccl_reductions", "include_model_name_in_dll"),
)


# What a model is made of, and what to do instead of assigning it.
_FIXED = {
    "types": "give precision and time_precision to GeNNModel(…)",
    "neuron_populations": "call add_neuron_population",
    "synapse_populations": "call add_synapse_population",
    "current_sources": "call add_current_source",
    "custom_updates": "call add_custom_update",
    "custom_connectivity_updates": "the bundled engine has none",
}


class GeNNModel:
    """A network of spiking neurons.

    The life of a model: set `dt` and `batch_size`, add populations, `build`, `load`, then
    `step_time` and `custom_update` as often as needed, pushing and pulling variables in between.

    Parameters
    ----------
    precision
        What ``scalar`` stands for: ``"float"`` or ``"double"``.
    model_name
        Name of the model.
    backend
        None or ``"bundled"``: the only backend here.
    time_precision
        What ``timepoint`` stands for; the same as `precision` by default.
    **preferences
        Preferences of PyGeNN's backends. ``optimize_code=True`` lets sums be taken in another
        order, as it does there: weights of neurons with the same spike train are summed up first,
        which is faster and rounds differently. The last bits then also depend on how many steps
        run before anything is looked at; on batches and threads nothing ever depends. All others
        are accepted, without effect.

    Raises
    ------
    KeyError
        If `backend` is one that only real PyGeNN has.
    ValueError
        If a preference is unknown.

    Examples
    --------
    >>> model = GeNNModel("float", "demo")
    >>> model.dt = 1.0
    >>> cell = create_neuron_model(
    ...     "if", vars=[("V", "scalar")], sim_code="V += Isyn;",
    ...     threshold_condition_code="V >= 5.0", reset_code="V = 0.0;",
    ... )
    >>> pop = model.add_neuron_population("pop", 3, cell, {}, {"V": [0.0, 1.0, 2.0]})
    >>> source = model.add_current_source("dc", "DC", pop, {"amp": 1.5})
    >>> model.build()
    >>> model.load()
    >>> for _ in range(3):
    ...     model.step_time()
    >>> pop.vars["V"].pull_from_device()
    >>> pop.vars["V"].values
    array([4.5, 0. , 0. ], dtype=float32)
    """

    # What its parts are made of; models that speak another dialect of the API have others.
    neuron_class: ClassVar[type[NeuronGroup]] = NeuronGroup
    synapse_class: ClassVar[type[SynapseGroup]] = SynapseGroup
    source_class: ClassVar[type[CurrentSource]] = CurrentSource
    update_class: ClassVar[type[CustomUpdate]] = CustomUpdate
    known_preferences: ClassVar[tuple[str, ...]] = _PREFERENCES

    def __init__(
        self,
        precision: str | ResolvedType = "float",
        model_name: str = "GeNNModel",
        backend: str | None = None,
        time_precision: str | ResolvedType | None = None,
        **preferences: object,
    ) -> None:
        if backend not in (None, BACKEND_NAME):
            raise KeyError(
                f"Backend {shown(backend)} is not available: the bundled engine has only "
                f"'{BACKEND_NAME}'; leave the backend out, or install PyGeNN with a GPU backend."
            )
        for name in preferences:
            if name not in self.known_preferences:
                hint = did_you_mean(name, self.known_preferences)
                raise ValueError(f"Unknown preference '{name}'{hint}")
        if not isinstance(model_name, str):
            raise TypeError(f"model_name must be a string, not {shown(model_name)}.")
        scalar = precision_type(precision, "precision")
        time = (
            scalar if time_precision is None else precision_type(time_precision, "time_precision")
        )
        self.types = Precision(scalar, time)
        self.name = model_name
        self.neuron_populations: dict[str, NeuronGroup] = {}
        self.synapse_populations: dict[str, SynapseGroup] = {}
        self.current_sources: dict[str, CurrentSource] = {}
        self.custom_updates: dict[str, CustomUpdate] = {}
        self.custom_connectivity_updates: dict[str, Any] = {}
        self._dt = 0.5
        self._batch_size = 1
        self._seed = 0
        self._timing_enabled = False
        self._optimize_code = any(
            bool(preferences.get(name)) for name in ("optimize_code", "optimise_code")
        )
        self._plan: Plan | None = None
        self._kernels: ModuleType | None = None
        self._runtime: Runtime | None = None

    def __setattr__(self, name: str, value: object) -> None:
        attribute = getattr(type(self), name, None)
        if isinstance(attribute, property) and attribute.fset is None:
            fix = "; set timestep" if name == "t" else ""
            raise AttributeError(f"'{name}' of a GeNNModel can only be read, not assigned{fix}.")
        if name in _FIXED and name in vars(self):
            raise AttributeError(f"'{name}' of a GeNNModel cannot be assigned; {_FIXED[name]}.")
        # Any attribute may be set, as in PyGeNN, but hardly on purpose if it is like one there is.
        new = not (name.startswith("_") or name in vars(self) or hasattr(type(self), name))
        if new and "_runtime" in vars(self):
            known = [one for one in dir(self) if not one.startswith("_")]
            hint = did_you_mean(name, known, "", cutoff=0.8)
            if hint:
                warn_user(f"GeNNModel has no setting '{name}', so it is without effect{hint}")
        super().__setattr__(name, value)

    def __repr__(self) -> str:
        state = "loaded" if self._loaded else "built" if self._built else "not built"
        return (
            f"<GeNNModel '{self.name}': {len(self.neuron_populations)} neuron and "
            f"{len(self.synapse_populations)} synapse populations, {state}>"
        )

    # Properties ------------------------------------------------------------------------------

    @property
    def _built(self) -> bool:
        return self._plan is not None

    @property
    def _loaded(self) -> bool:
        return self._runtime is not None

    def refuse_if_built(self, action: str) -> None:
        """Raise if the model is built, which is too late for an action."""
        if self._built:
            raise RuntimeError(
                f"GeNN model already built: cannot {action}; do it before model.build()."
            )

    def check_initialiser(self, variable: Variable, init: VarInit) -> None:
        """Raise if a variable cannot start from what the code of an initialiser computes."""
        check_initialiser(variable, init, self.types)

    def needs(self, buffer: Buffer) -> bool:
        """Return whether synapses or custom updates need memory of another group."""
        return any(
            buffer in group.borrowed
            for groups in (self.synapse_populations, self.custom_updates)
            for group in groups.values()
        )

    @property
    def precision(self) -> ResolvedType:
        """What ``scalar`` stands for."""
        return self.types.scalar

    @property
    def time_precision(self) -> ResolvedType:
        """What ``timepoint`` stands for."""
        return self.types.time

    @property
    def backend_name(self) -> str:
        """Name of the backend: ``"bundled"``."""
        return BACKEND_NAME

    @property
    def dt(self) -> float:
        """Length of a step in ms; 0.5 by default, to be set before `build`."""
        return self._dt

    @dt.setter
    def dt(self, value: float) -> None:
        self.refuse_if_built("set dt")
        if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
            raise TypeError(f"dt must be a number of milliseconds, not {shown(value)}.")
        value = number_of("dt", value)
        if not (math.isfinite(value) and value > 0):
            raise ValueError(f"dt must be a positive number of milliseconds, not {shown(value)}.")
        self._dt = float(value)

    @property
    def dT(self) -> float:  # noqa: N802 - the name is PyGeNN's
        """Deprecated name of `dt`."""
        warn_user("GeNNModel.dT is deprecated; use dt.", FutureWarning)
        return self.dt

    @dT.setter
    def dT(self, value: float) -> None:  # noqa: N802 - the name is PyGeNN's
        warn_user("GeNNModel.dT is deprecated; use dt.", FutureWarning)
        self.dt = value

    @property
    def batch_size(self) -> int:
        """Number of copies of the network that run side by side; to be set before `build`."""
        return self._batch_size

    @batch_size.setter
    def batch_size(self, value: int) -> None:
        self.refuse_if_built("set batch_size")
        self._batch_size = checked_integer("batch_size", value, 1, LARGEST_COUNT)

    @property
    def seed(self) -> int:
        """Seed of the random numbers, up to 32 bits; 0 for others at each `load`.

        What is drawn depends on the seed, the names of what draws, the batch, the element and the
        number of the step, and on nothing else: not on the batch size, the number of threads, or
        when results are looked at.
        """
        return self._seed

    @seed.setter
    def seed(self, value: int) -> None:
        self._seed = checked_integer("seed", value, 0, 2**32 - 1, error=TypeError)

    @property
    def optimize_code(self) -> bool:
        """Whether sums may be taken in another order, which rounds them differently."""
        return self._optimize_code

    @property
    def timing_enabled(self) -> bool:
        """Whether the timers run; to be set before `build`. Steps are then not fused."""
        return self._timing_enabled

    @timing_enabled.setter
    def timing_enabled(self, value: bool) -> None:
        self.refuse_if_built("set timing_enabled")
        self._timing_enabled = bool(value)

    @property
    def num_neurons(self) -> int:
        """Number of neurons of all populations."""
        return sum(group.num_neurons for group in self.neuron_populations.values())

    @property
    def timestep(self) -> int:
        """Number of the next step, counted from 0 at `load`."""
        return self._require_loaded("reading timestep").timestep

    @timestep.setter
    def timestep(self, value: int) -> None:
        runtime = self._require_loaded("setting timestep")
        runtime.timestep = checked_integer("timestep", value, 0, LARGEST, error=TypeError)

    @property
    def is_loaded(self) -> bool:
        """Whether the model is in memory, between `load` and `unload`."""
        return self._loaded

    @property
    def steps_done(self) -> int:
        """Number of steps since `load`, whatever `timestep` was set to."""
        return self._require_loaded("reading steps_done").steps_asked

    @property
    def t(self) -> float:
        """Time of the next step in ms."""
        return self._require_loaded("reading t").timestep * self._dt

    # Description -----------------------------------------------------------------------------

    def add_neuron_population(
        self,
        pop_name: str,
        num_neurons: int,
        neuron: NeuronModel | str,
        params: Params = None,
        vars: Values = None,
    ) -> NeuronGroup:
        """Add a population of neurons.

        Parameters
        ----------
        pop_name
            Name of the population: letters, digits and underscores.
        num_neurons
            Number of neurons.
        neuron
            A neuron model, or the name of a built-in one.
        params
            Parameters by name.
        vars
            Initial values by name: a number, or one for each neuron.

        Returns
        -------
        NeuronGroup
            The population.

        Raises
        ------
        RuntimeError
            If the name is taken or invalid, or parameters or variables are missing or unknown.
        TypeError, ValueError
            If a value has the wrong type or shape.
        """
        self._check_new("neuron population", pop_name, self.neuron_populations)
        prefix = f"Neuron group {pop_name}"
        size = _population_size(prefix, num_neurons)
        model = find_model(neuron, NeuronModel, f"neuron population '{pop_name}'")
        values = check_parameters(prefix, model, params)
        initial = check_variables(prefix, model.vars, vars)
        group = self.neuron_class(self, pop_name, size, model, values, initial)
        self.neuron_populations[pop_name] = group
        return group

    def add_synapse_population(
        self,
        pop_name: str,
        matrix_type: str | SynapseMatrixType,
        source: NeuronGroup,
        target: NeuronGroup,
        weight_update_init: WeightUpdateInit,
        postsynaptic_init: PostsynapticInit,
        connectivity_init: ConnectivityInit | None = None,
    ) -> SynapseGroup:
        """Add synapses from the neurons of one population to those of another.

        Parameters
        ----------
        pop_name
            Name of the synapse population.
        matrix_type
            ``"DENSE"``: from every neuron to every neuron; or ``"SPARSE"``: between some of them.
            The bundled engine has no others.
        source, target
            Presynaptic and postsynaptic population; they may be the same.
        weight_update_init
            From `init_weight_update`.
        postsynaptic_init
            From `init_postsynaptic`.
        connectivity_init
            For sparse synapses, from `init_sparse_connectivity`, unless
            `SynapseGroup.set_sparse_connections` is called; None for dense ones.

        Returns
        -------
        SynapseGroup
            The synapse population. Its spikes arrive one step after they are emitted, and later if
            its `axonal_delay_steps` is set.
        """
        self._check_new("synapse population", pop_name, self.synapse_populations)
        matrix = _check_matrix_type(pop_name, matrix_type)
        title = f"synapse population '{pop_name}'"
        self._check_population(source, f"source of {title}")
        self._check_population(target, f"target of {title}")
        for given, kind, function in (
            (weight_update_init, WeightUpdateInit, "init_weight_update"),
            (postsynaptic_init, PostsynapticInit, "init_postsynaptic"),
        ):
            if not isinstance(given, kind):
                raise TypeError(f"{title} needs what {function}(…) returns, not {shown(given)}.")
        if connectivity_init is not None and not isinstance(connectivity_init, ConnectivityInit):
            raise TypeError(
                f"{title} needs what init_sparse_connectivity(…) returns, not "
                f"{shown(connectivity_init)}."
            )
        if connectivity_init is not None and matrix is SynapseMatrixType.DENSE:
            raise RuntimeError(
                f"Cannot use DENSE connectivity with connectivity initialisation snippet ({title})."
            )
        psm, update = postsynaptic_init, weight_update_init
        references = SynapseReferences(
            neuron_references(title, psm.model.neuron_var_refs, psm.var_refs, target),
            neuron_references(title, update.model.pre_neuron_var_refs, update.pre_var_refs, source),
            neuron_references(
                title, update.model.post_neuron_var_refs, update.post_var_refs, target
            ),
            postsynaptic_references(
                title, update.model.psm_var_refs, update.psm_var_refs, psm.model
            ),
        )
        group = self.synapse_class(
            self, pop_name, matrix, source, target, update, psm, references, connectivity_init
        )
        self.synapse_populations[pop_name] = group
        return group

    def add_current_source(
        self,
        cs_name: str,
        current_source_model: CurrentSourceModel | str,
        pop: NeuronGroup,
        params: Params = None,
        vars: Values = None,
        var_refs: Values = None,
    ) -> CurrentSource:
        """Add a source that injects a current into every neuron of a population.

        Parameters
        ----------
        cs_name
            Name of the current source.
        current_source_model
            A current source model, or the name of a built-in one.
        pop
            The population.
        params
            Parameters by name.
        vars
            Initial values by name: a number, or one for each neuron.
        var_refs
            For each neuron variable reference of the model: the name of a variable of `pop`, or a
            `create_var_ref` to one.

        Returns
        -------
        CurrentSource
            The current source.
        """
        self._check_new("current source", cs_name, self.current_sources)
        title = f"current source '{cs_name}'"
        self._check_population(pop, f"population of {title}")
        model = find_model(current_source_model, CurrentSourceModel, title)
        prefix = f"Current source {cs_name}"
        values = check_parameters(prefix, model, params)
        initial = check_variables(prefix, model.vars, vars)
        names = [reference.name for reference in model.neuron_var_refs]
        given = check_names(prefix, "Neuron variable reference", "target", names, var_refs)
        references = neuron_references(title, model.neuron_var_refs, given, pop)
        group = self.source_class(self, cs_name, model, pop, values, initial, references)
        self.current_sources[cs_name] = group
        return group

    def add_custom_update(
        self,
        cu_name: str,
        group_name: str,
        custom_update_model: CustomUpdateModel | str,
        params: Params = None,
        vars: Values = None,
        var_refs: Values = None,
        egp_refs: Values = None,
    ) -> CustomUpdate:
        """Add an operation that `custom_update` runs on the device.

        Parameters
        ----------
        cu_name
            Name of the custom update.
        group_name
            Name under which it is run, together with all others of that name.
        custom_update_model
            A custom update model, or ``"Transpose"``.
        params
            Parameters by name.
        vars
            Initial values of its own variables.
        var_refs
            For each variable reference of the model, what `create_var_ref` or a relative returns.
            All have to be to as many neurons, or to synapses of one population.
        egp_refs
            For each extra global parameter reference of the model, what `create_egp_ref` or a
            relative returns.

        Returns
        -------
        CustomUpdate
            The custom update.

        Raises
        ------
        RuntimeError
            If references are missing, differ in size or type, or cannot be written.
        """
        self._check_new("custom update", cu_name, self.custom_updates)
        check_name(group_name, "Custom update group", may_start_with_digit=True)
        title = f"custom update '{cu_name}'"
        model = find_model(custom_update_model, CustomUpdateModel, title)
        prefix = f"Custom update {cu_name}"
        values = check_parameters(prefix, model, params)
        initial = check_variables(prefix, model.vars, vars)
        names = [reference.name for reference in model.var_refs]
        references = check_names(prefix, "Variable reference", "target", names, var_refs)
        if not references:
            raise RuntimeError(f"Custom update models must reference variables: {title} has none.")
        targets = update_references(title, model.var_refs, references, self)
        check_targets(title, model, targets)
        declared = model.extra_global_param_refs
        kind, names = "Extra global parameter reference", [item.name for item in declared]
        arrays = check_names(prefix, kind, "target", names, egp_refs)
        check_array_references(title, declared, arrays, self)
        group = self.update_class(
            self, cu_name, group_name, model, values, initial, targets, arrays
        )
        check_dimensions(group, self._batch_size)
        check_update_code(model, of_synapses=group.of_synapses)
        self.custom_updates[cu_name] = group
        return group

    def _check_new(self, kind: str, name: str, existing: Mapping[str, Group]) -> None:
        self.refuse_if_built(f"add {kind} {shown(name)}")
        check_name(name, kind[0].upper() + kind[1:], may_start_with_digit=True)
        if name in existing:
            article = "a" if kind[0] not in "aeiou" else "an"
            raise RuntimeError(
                f"Cannot add {article} {kind} with duplicate name: {name}; choose another."
            )

    def _check_population(self, group: object, what: str) -> None:
        if isinstance(group, str):
            known = self.neuron_populations.get(group)
            fix = " the object that add_neuron_population returned" if known else " a population"
            raise TypeError(f"The {what} must be{fix}, not the string '{group}'.")
        if not isinstance(group, NeuronGroup):
            given = group.title if isinstance(group, Group) else repr(group)
            raise TypeError(f"The {what} must be a neuron population, not {given}.")
        if self.neuron_populations.get(group.name) is not group:
            raise ValueError(
                f"The {what}, {group.title}, belongs to another model; give one of this model."
            )

    # Life ------------------------------------------------------------------------------------

    def build(
        self, path_to_model: str = "./", always_rebuild: bool = False, never_rebuild: bool = False
    ) -> None:
        """Generate and compile the code of the model.

        What was compiled before, on this machine, is taken from a cache. If building fails the
        model can be corrected and built again.

        Parameters
        ----------
        path_to_model, always_rebuild, never_rebuild
            Accepted for compatibility; no files are written beside the model.

        Raises
        ------
        RuntimeError
            If the model is built already, or a parameter does not fit into its type.
        """
        if self._built:
            raise RuntimeError("GeNN model already built: call model.load() next, or make another.")
        for update in self.custom_updates.values():
            # The batch size may have been set since the update was added.
            check_dimensions(update, self._batch_size)
        assign_slots(self.neuron_populations.values(), self.synapse_populations.values())
        plan = make_plan(self)
        compile_initialisers(self._groups())
        self._kernels = compiled(plan.source)
        self._plan = plan

    @property
    def generated_code(self) -> str:
        """Python text of the kernels that the model was built into.

        PyGeNN has no such property: it writes its C++ or CUDA to a folder.

        Raises
        ------
        RuntimeError
            If the model is not built.
        """
        if self._plan is None:
            raise RuntimeError(
                "GeNN model has not been built: call model.build() before generated_code."
            )
        return self._plan.source

    def load(self, num_recording_timesteps: int | None = None) -> None:
        """Allocate the memory of the model and initialise it.

        Parameters
        ----------
        num_recording_timesteps
            Number of steps that recordings hold; needed if any population records.

        Raises
        ------
        RuntimeError
            If the model is not built, is loaded already, or records without a number of steps.
        ValueError
            If initial values have the wrong shape.
        """
        if self._plan is None or self._kernels is None:
            raise RuntimeError("GeNN model has not been built: call model.build() before load().")
        if self._loaded:
            raise RuntimeError("GeNN model already loaded: call model.unload() first.")
        steps = num_recording_timesteps
        if steps is not None:
            steps = checked_integer("num_recording_timesteps", steps, 1, LARGEST)
        elif self._plan.recorders:
            raise RuntimeError(
                "Cannot use recording system without passing number of recording timesteps to "
                "GeNNModel.load: call model.load(num_recording_timesteps=…)."
            )
        groups = self._groups()
        try:
            self._runtime = Runtime(
                self._plan,
                self._kernels,
                groups,
                self._batch_size,
                self.types,
                self._timing_enabled,
                self._seed,
                steps,
            )
            _warn_of_nan(groups)
            for population in self.neuron_populations.values():
                population.warn_of_doubt()
        except BaseException as error:
            # An interrupt, or a warning that is an error, may come at any line.
            self._runtime = None
            for group in groups:
                for buffer in group.all_buffers():
                    buffer.release()
            if isinstance(error, MemoryError) and type(error) is not MemoryError:
                # NumPy's own: the system gives less than it has, as with a limit for processes.
                raise MemoryError(
                    f"The model needs more memory than this process may use ({error}); make it or "
                    "its batch_size smaller."
                ) from error
            raise

    def _groups(self) -> list[Group]:
        return [
            *self.neuron_populations.values(),
            *self.synapse_populations.values(),
            *self.current_sources.values(),
            *self.custom_updates.values(),
        ]

    def unload(self) -> None:
        """Drop the memory of the model; `load` starts afresh.

        Raises
        ------
        RuntimeError
            If the model is not loaded.
        """
        runtime = self._require_loaded("unloading")
        self._runtime = None
        runtime.release()

    def step_time(self) -> None:
        """Simulate one step of `dt`, of all batches.

        The step may run later, together with others: at the latest when something is pulled,
        pushed, recorded, timed or updated. If Ctrl-C interrupts that, the steps that are left run
        at the next such call. A loop in the code of the model that does not end is left in the
        middle of a step; then the model says that it has to be loaded again.
        """
        runtime = self._runtime
        if runtime is None:
            raise RuntimeError(
                "GeNN model has to be loaded before stepping: call model.load() first."
            )
        # Counted here, as another call would take as long again.
        runtime.steps_asked += 1
        if runtime.steps_asked >= runtime.steps_at_flush:
            runtime.flush()

    def custom_update(self, group_name: str) -> None:
        """Run all custom updates that were added under a name.

        On a GPU they all run at once, so none should need what another of the same name writes.
        Here those of neurons run first, then those of synapses, then those that transpose, each
        kind in the order in which they were added.

        Raises
        ------
        IndexError
            If there are none.
        RuntimeError
            If the model is not loaded.
        """
        runtime = self._require_loaded("performing custom update")
        runtime.custom_update(group_name, self._updates_of(group_name, IndexError))

    def pull_recording_buffers_from_device(self) -> None:
        """Copy the recorded spikes of all populations to the host.

        Raises
        ------
        RuntimeError
            If the model is not loaded or nothing records.
        """
        runtime = self._require_loaded("pulling recording buffers")
        if not any(
            group.spike_recording_enabled or group.spike_event_recording_enabled
            for group in self.neuron_populations.values()
        ):
            raise RuntimeError(
                "Cannot pull recording buffer if recording system is not in use: set "
                "spike_recording_enabled = True on a population before model.build()."
            )
        runtime.pull_recordings()

    def flush(self) -> None:
        """Run all steps that have been asked for and are still waiting."""
        if self._runtime is not None:
            self._runtime.flush()

    def _require_loaded(self, action: str) -> Runtime:
        if self._runtime is None:
            if action == "unloading":
                raise RuntimeError("GeNN model has not been loaded: there is nothing to unload.")
            raise RuntimeError(
                f"GeNN model has to be loaded before {action}: call model.load() first."
            )
        return self._runtime

    def _updates_of(self, group_name: str, error: type[Exception]) -> list[str]:
        names = [
            name
            for name, update in self.custom_updates.items()
            if update.update_group_name == group_name
        ]
        if not names:
            known = sorted({update.update_group_name for update in self.custom_updates.values()})
            listed = ", ".join(f"'{name}'" for name in known) or "none"
            hint = did_you_mean(str(group_name), known, f"; the groups are {listed}.")
            raise error(f"Unknown custom update group '{group_name}'{hint}")
        return names

    # Timers ----------------------------------------------------------------------------------

    def _time(self, name: str) -> float:
        runtime = self._require_loaded("reading a timer")
        runtime.flush()
        return runtime.times.get(name, 0.0)

    @property
    def init_time(self) -> float:
        """Seconds spent on initialising since `load`; 0 unless `timing_enabled`."""
        return self._time("init")

    @property
    def init_sparse_time(self) -> float:
        """Seconds spent on making sparse connections; 0 unless `timing_enabled`."""
        return self._time("init_sparse")

    @property
    def neuron_update_time(self) -> float:
        """Seconds spent on updating neurons since `load`; 0 unless `timing_enabled`."""
        return self._time("neuron_update")

    @property
    def presynaptic_update_time(self) -> float:
        """Seconds spent on presynaptic spikes since `load`; 0 unless `timing_enabled`."""
        return self._time("presynaptic_update")

    @property
    def postsynaptic_update_time(self) -> float:
        """Seconds spent on postsynaptic events since `load`; 0 unless `timing_enabled`."""
        return self._time("postsynaptic_update")

    @property
    def synapse_dynamics_time(self) -> float:
        """Seconds spent on synapse dynamics since `load`; 0 unless `timing_enabled`."""
        return self._time("synapse_dynamics")

    def get_custom_update_time(self, group_name: str) -> float:
        """Return the seconds spent on a group of custom updates since `load`.

        Raises
        ------
        RuntimeError
            If there is no such group.
        """
        return self._update_time("update", group_name)

    def get_custom_update_transpose_time(self, group_name: str) -> float:
        """Return the seconds spent on those updates of a group that transpose, since `load`.

        Raises
        ------
        RuntimeError
            If there is no such group.
        """
        return self._update_time("transpose", group_name)

    def get_custom_update_remap_time(self, group_name: str) -> float:
        """Return the seconds spent on remapping connectivity after a group of updates: 0."""
        return self._update_time("remap", group_name)

    def get_custom_update_host_time(self, group_name: str) -> float:
        """Return the seconds spent on host code of a group of updates: 0."""
        return self._update_time("host", group_name)

    def _update_time(self, part: str, group_name: str) -> float:
        runtime = self._require_loaded("reading a timer")
        self._updates_of(group_name, RuntimeError)
        return runtime.custom_update_times.get((part, group_name), 0.0)


def _warn_of_nan(groups: Sequence[Group]) -> None:
    """Warn of variables that start from NaN or infinity, which PyGeNN accepts without a word."""
    for group in groups:
        for buffer, variable in group.buffers():
            if variable is None or buffer.host is None or buffer.host.dtype.kind != "f":
                continue
            # Extremes tell without more memory.
            if not buffer.host.size or np.isfinite([buffer.host.min(), buffer.host.max()]).all():
                continue
            wrong = buffer.host.size - int(np.count_nonzero(np.isfinite(buffer.host)))
            what = "NaN" if np.isnan(buffer.host).any() else "infinity"
            warn_user(
                f"Variable '{variable.name}' of {group.title} starts from {what} in {wrong} of "
                f"{buffer.host.size} values; check what it was given."
            )


def _population_size(prefix: str, num_neurons: object) -> int:
    # What comes out of a division is taken, too, if it is whole.
    if isinstance(num_neurons, (float, np.floating)) and float(num_neurons).is_integer():
        num_neurons = int(num_neurons)
    return checked_integer(f"{prefix}: num_neurons", num_neurons, 1, LARGEST_COUNT)


def _check_matrix_type(pop_name: str, given: object) -> SynapseMatrixType:
    name = given.name if isinstance(given, SynapseMatrixType) else given
    if not isinstance(name, str):
        raise TypeError(
            f"matrix_type of synapse population '{pop_name}' must be 'DENSE' or 'SPARSE', "
            f"not {shown(given)}."
        )
    known = SynapseMatrixType.__members__
    if name not in known:
        # GeNN 4 had several names that start so, for what is one type now.
        start = [kind for kind in ("DENSE", "SPARSE") if name.upper().startswith(kind)]
        hint = did_you_mean(start[0] if start else name, known, "; use 'DENSE' or 'SPARSE'.")
        raise AttributeError(
            f"SynapseMatrixType has no attribute '{name}' (synapse population '{pop_name}'){hint}"
        )
    if name not in ("DENSE", "SPARSE"):
        raise unsupported(f"matrix type '{name}' (synapse population '{pop_name}')")
    return SynapseMatrixType[name]
