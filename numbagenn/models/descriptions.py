"""What a model is: descriptions of neurons, synapses, current sources and custom updates.

Each class is what one ``create_…_model`` function returns: names, types and code strings, without
sizes or values. They are immutable, so one description can serve any number of populations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property, reduce
from operator import or_
from typing import ClassVar, TypeVar

from numbagenn.base.array_conventions import Array
from numbagenn.base.enumerations import CustomUpdateVarAccess, VarAccess, VarAccessMode
from numbagenn.base.numeric_value import numeric_value
from numbagenn.base.types import SCALAR, TypeLike
from numbagenn.language.code_strings import CodeString
from numbagenn.language.usage import Usage
from numbagenn.models.asking import code_of, items_of


@dataclass(frozen=True)
class Parameter:
    """A parameter: one number, the same for every element."""

    name: str
    type: TypeLike = SCALAR


@dataclass(frozen=True)
class DerivedParameter:
    """A number computed from the parameters and ``dt`` when the model is built."""

    name: str
    function: Callable[[Mapping[str, float], float], float]
    type: TypeLike = SCALAR

    @property
    def func(self) -> Callable[[Mapping[str, float], float], float]:
        """Its function of the parameters and ``dt``, as PyGeNN has it: with a result in `value`."""
        return lambda params, dt: numeric_value(self.function(params, dt))


@dataclass(frozen=True)
class Var:
    """A variable: numbers that the model owns, laid out as `access` says."""

    name: str
    type: TypeLike
    access: VarAccess | CustomUpdateVarAccess


@dataclass(frozen=True)
class DeclaredReference:
    """A name under which a variable of something else is used."""

    name: str
    type: TypeLike
    mode: VarAccessMode

    @property
    def access(self) -> VarAccessMode:
        """How code uses the variable, under PyGeNN's name."""
        return self.mode


@dataclass(frozen=True)
class ExtraGlobalParam:
    """An array that all elements and the whole batch share; its length is known when it is loaded.

    `type` is that of its elements. It describes a reference to such an array, too.
    """

    name: str
    type: TypeLike


@dataclass(frozen=True)
class AdditionalInput:
    """An input beside ``Isyn`` that starts every step at `initial`."""

    name: str
    type: TypeLike
    initial: float

    @property
    def value(self) -> float:
        """The value that it starts from, which PyGeNN holds as its `value` again."""
        return numeric_value(self.initial)


@dataclass(frozen=True, repr=False, kw_only=True)
class Model:
    """What all descriptions share."""

    family: ClassVar[str]

    class_name: str
    params: tuple[Parameter, ...]
    vars: tuple[Var, ...]
    derived_params: tuple[DerivedParameter, ...]
    extra_global_params: tuple[ExtraGlobalParam, ...] = ()

    get_params = items_of("params")
    get_derived_params = items_of("derived_params")
    get_extra_global_params = items_of("extra_global_params")

    @property
    def constants(self) -> tuple[Parameter | DerivedParameter, ...]:
        """Parameters and derived parameters."""
        return (*self.params, *self.derived_params)

    @property
    def names(self) -> list[str]:
        """All names that it declares. They hide names of the language."""
        parts = [getattr(self, one.name) for one in fields(self)]
        return [item.name for part in parts if isinstance(part, tuple) for item in part]

    def built_in(self, usage: Usage) -> frozenset[str]:
        """Return the names that some of its code uses and does not declare."""
        return usage.names.difference(self.names)

    @property
    def code_strings(self) -> list[CodeString]:
        """All of its code."""
        parts = [getattr(self, one.name) for one in fields(self)]
        return [part for part in parts if isinstance(part, CodeString)]

    @property
    def assigns_elements(self) -> bool:
        """Whether any of its code assigns elements of arrays."""
        return any(code.usage.assigns_elements for code in self.code_strings)

    @property
    def prints(self) -> bool:
        """Whether any of its code prints."""
        return any("printf" in code.usage.called for code in self.code_strings)

    @property
    def title(self) -> str:
        """What the description is called in messages."""
        return f"{self.family} '{self.class_name}'"

    def __repr__(self) -> str:
        return f"<{self.title}>"


#: Some kind of description.
AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(frozen=True, repr=False, kw_only=True)
class NeuronModel(Model):
    """Description of a neuron.

    `value_warning` returns the text of a warning if values that a population holds are suspicious,
    else an empty one. It gets them by name, with a row for each batch element. `knows_events` says
    whether its code may read ``set``, the time of the last spike-like event, as in PyGeNN 4.9.
    """

    family: ClassVar[str] = "neuron model"

    sim_code: CodeString
    threshold_condition_code: CodeString
    reset_code: CodeString
    additional_input_vars: tuple[AdditionalInput, ...]
    auto_refractory_required: bool
    value_warning: Callable[[Mapping[str, Array]], str] | None = None
    knows_events: bool = False

    get_vars = items_of("vars")
    get_additional_input_vars = items_of("additional_input_vars")
    get_sim_code = code_of("sim_code")
    get_threshold_condition_code = code_of("threshold_condition_code")
    get_reset_code = code_of("reset_code")

    def is_auto_refractory_required(self) -> bool:
        """Return whether the condition must have been false before `sim_code`."""
        return self.auto_refractory_required

    @cached_property
    def usage(self) -> Usage:
        """What its code uses; the condition and the reset code see the locals of `sim_code`."""
        condition = self.threshold_condition_code.usage
        step = self.sim_code.usage.then(condition).then(self.reset_code.usage)
        return condition | step if self.auto_refractory_required else step


@dataclass(frozen=True, repr=False, kw_only=True)
class CurrentSourceModel(Model):
    """Description of a source that injects a current into every neuron of a population.

    `draws_poisson` says whether its code may call ``poisson(mean)``, which code of users cannot.
    """

    family: ClassVar[str] = "current source model"

    neuron_var_refs: tuple[DeclaredReference, ...]
    injection_code: CodeString
    draws_poisson: bool = False

    get_vars = items_of("vars")
    get_neuron_var_refs = items_of("neuron_var_refs")
    get_injection_code = code_of("injection_code")


@dataclass(frozen=True, repr=False, kw_only=True)
class WeightUpdateModel(Model):
    """Description of what happens at a synapse.

    Code that ends in ``syn_code``, and `synapse_dynamics_code`, is run for synapses; the other code
    for the presynaptic or postsynaptic neurons, whose variables are `pre_vars` and `post_vars`.
    `neuron_locals` are locals of the presynaptic neurons' own code that the condition for their
    spike-like events reads. Only models of PyGeNN 4.9 have such conditions.
    """

    family: ClassVar[str] = "weight update model"

    pre_vars: tuple[Var, ...]
    post_vars: tuple[Var, ...]
    pre_neuron_var_refs: tuple[DeclaredReference, ...]
    post_neuron_var_refs: tuple[DeclaredReference, ...]
    psm_var_refs: tuple[DeclaredReference, ...]
    pre_spike_syn_code: CodeString
    pre_event_syn_code: CodeString
    pre_event_threshold_condition_code: CodeString
    post_event_syn_code: CodeString
    post_event_threshold_condition_code: CodeString
    post_spike_syn_code: CodeString
    synapse_dynamics_code: CodeString
    pre_spike_code: CodeString
    post_spike_code: CodeString
    pre_dynamics_code: CodeString
    post_dynamics_code: CodeString
    neuron_locals: frozenset[str] = frozenset()

    get_vars = items_of("vars")
    get_pre_vars = items_of("pre_vars")
    get_post_vars = items_of("post_vars")
    get_pre_neuron_var_refs = items_of("pre_neuron_var_refs")
    get_post_neuron_var_refs = items_of("post_neuron_var_refs")
    get_psm_var_refs = items_of("psm_var_refs")
    get_pre_spike_syn_code = code_of("pre_spike_syn_code")
    get_pre_event_syn_code = code_of("pre_event_syn_code")
    get_pre_event_threshold_condition_code = code_of("pre_event_threshold_condition_code")
    get_post_spike_syn_code = code_of("post_spike_syn_code")
    get_post_event_syn_code = code_of("post_event_syn_code")
    get_post_event_threshold_condition_code = code_of("post_event_threshold_condition_code")
    get_synapse_dynamics_code = code_of("synapse_dynamics_code")
    get_pre_spike_code = code_of("pre_spike_code")
    get_post_spike_code = code_of("post_spike_code")
    get_pre_dynamics_code = code_of("pre_dynamics_code")
    get_post_dynamics_code = code_of("post_dynamics_code")

    @property
    def synapse_code(self) -> tuple[CodeString, ...]:
        """All code that is run for synapses."""
        return (
            self.pre_spike_syn_code,
            self.pre_event_syn_code,
            self.post_event_syn_code,
            self.post_spike_syn_code,
            self.synapse_dynamics_code,
        )

    @cached_property
    def synapse_usage(self) -> Usage:
        """What the code of the synapses uses."""
        return reduce(or_, (code.usage for code in self.synapse_code))

    def neuron_usage(self, side: str) -> Usage:
        """Return what the code of the neurons on the ``"pre"`` or ``"post"`` side uses."""
        if side == "pre":
            return self.pre_dynamics_code.usage.then(self.pre_spike_code.usage)
        return self.post_dynamics_code.usage.then(self.post_spike_code.usage)

    def with_read_only_variables(self) -> WeightUpdateModel:
        """Return the same model whose code must not assign variables of synapses."""
        fixed = VarAccess.READ_ONLY_DUPLICATE
        variables = [
            replace(var, access=fixed) if var.access.writable else var for var in self.vars
        ]
        return replace(self, vars=tuple(variables))

    def event_condition(self, side: str) -> CodeString:
        """Return when neurons of the ``"pre"`` or ``"post"`` side have a spike-like event."""
        if side == "pre":
            return self.pre_event_threshold_condition_code
        return self.post_event_threshold_condition_code


@dataclass(frozen=True, repr=False, kw_only=True)
class PostsynapticModel(Model):
    """Description of how summed synaptic input becomes a current.

    `neuron_inputs` are inputs of the neuron that the code uses by name, where ``Isyn`` is the one
    that ``injectCurrent`` adds to, and `assigned_neuron_vars` those of `neuron_var_refs` that it
    assigns. Only models of PyGeNN 4.9 have such code.
    """

    family: ClassVar[str] = "postsynaptic model"

    neuron_var_refs: tuple[DeclaredReference, ...]
    sim_code: CodeString
    neuron_inputs: tuple[AdditionalInput, ...] = ()
    assigned_neuron_vars: frozenset[str] = frozenset()

    get_vars = items_of("vars")
    get_neuron_var_refs = items_of("neuron_var_refs")
    get_sim_code = code_of("sim_code")


@dataclass(frozen=True, repr=False, kw_only=True)
class CustomUpdateModel(Model):
    """Description of an operation that is run on request."""

    family: ClassVar[str] = "custom update model"

    var_refs: tuple[DeclaredReference, ...]
    update_code: CodeString
    extra_global_param_refs: tuple[ExtraGlobalParam, ...] = ()

    get_vars = items_of("vars")
    get_var_refs = items_of("var_refs")
    get_extra_global_param_refs = items_of("extra_global_param_refs")
    get_update_code = code_of("update_code")

    @property
    def reductions(self) -> dict[str, str]:
        """How many values are combined into one, by name: ``"sum"`` or ``"max"``."""
        operations = {
            **{var.name: var.access.reduction for var in self.vars},
            **{reference.name: reference.mode.reduction for reference in self.var_refs},
        }
        return {name: operation for name, operation in operations.items() if operation}


@dataclass(frozen=True, repr=False, kw_only=True)
class CustomConnectivityUpdateModel(Model):
    """Description of an operation that adds and removes synapses on request."""

    family: ClassVar[str] = "custom connectivity update model"

    pre_vars: tuple[Var, ...]
    post_vars: tuple[Var, ...]
    var_refs: tuple[DeclaredReference, ...]
    pre_var_refs: tuple[DeclaredReference, ...]
    post_var_refs: tuple[DeclaredReference, ...]
    row_update_code: CodeString
    host_update_code: CodeString
    extra_global_param_refs: tuple[ExtraGlobalParam, ...] = ()

    get_vars = items_of("vars")
    get_pre_vars = items_of("pre_vars")
    get_post_vars = items_of("post_vars")
    get_var_refs = items_of("var_refs")
    get_pre_var_refs = items_of("pre_var_refs")
    get_post_var_refs = items_of("post_var_refs")
    get_extra_global_param_refs = items_of("extra_global_param_refs")
    get_row_update_code = code_of("row_update_code")
    get_host_update_code = code_of("host_update_code")


@dataclass(frozen=True, repr=False, kw_only=True)
class VarInitSnippet(Model):
    """Description of how a variable gets its initial values."""

    family: ClassVar[str] = "variable initialisation snippet"

    var_init_code: CodeString
    # The problem with values of the parameters, blank if there is none; for built-in snippets only.
    mistake: Callable[[Mapping[str, float]], str] | None = None

    get_code = code_of("var_init_code")


#: Returns the most synapses of a row or column from (num_pre, num_post, parameters).
CountFunction = Callable[[int, int, Mapping[str, float]], int]

#: Returns the size of a kernel in each dimension from the parameters.
KernelFunction = Callable[[Mapping[str, float]], Sequence[int]]


@dataclass(frozen=True, repr=False, kw_only=True)
class SparseConnectivityInitSnippet(Model):
    """Description of which neurons are connected: by rows or by columns."""

    family: ClassVar[str] = "sparse connectivity initialisation snippet"

    row_build_code: CodeString
    col_build_code: CodeString
    calc_max_row_len_func: CountFunction | None
    calc_max_col_len_func: CountFunction | None
    # Name of the parameter that holds a number of synapses to be shared out among the rows at
    # random; the code of each row sees its share as ``row_length``.
    shared_total: str = ""
    mistake: Callable[[Mapping[str, float]], str] | None = None
    # The number of synapses, where it is known in advance, at least on average.
    expected: CountFunction | None = None
    calc_kernel_size_func: KernelFunction | None = None

    get_row_build_code = code_of("row_build_code")
    get_col_build_code = code_of("col_build_code")

    def get_host_init_code(self) -> str:
        """Return code that would be run on the host: none."""
        return ""

    def get_calc_max_row_length_func(self) -> CountFunction | None:
        """Return the function that counts the synapses of a presynaptic neuron, if there is one."""
        return self.calc_max_row_len_func

    def get_calc_max_col_length_func(self) -> CountFunction | None:
        """Return the function that counts the synapses of a postsynaptic one, if there is one."""
        return self.calc_max_col_len_func

    def get_calc_kernel_size_func(self) -> KernelFunction | None:
        """Return the function that sizes the kernel that synapses share, if there is one."""
        return self.calc_kernel_size_func


@dataclass(frozen=True, repr=False, kw_only=True)
class ToeplitzConnectivityInitSnippet(Model):
    """Description of which neurons a convolution connects, diagonal by diagonal."""

    family: ClassVar[str] = "toeplitz connectivity initialisation snippet"

    diagonal_build_code: CodeString
    calc_max_row_len_func: CountFunction | None
    calc_kernel_size_func: KernelFunction | None
    mistake: Callable[[Mapping[str, float]], str] | None = None

    get_diagonal_build_code = code_of("diagonal_build_code")

    def get_calc_max_row_length_func(self) -> CountFunction | None:
        """Return the function that counts the diagonals, if there is one."""
        return self.calc_max_row_len_func

    def get_calc_kernel_size_func(self) -> KernelFunction | None:
        """Return the function that sizes the kernel, if there is one."""
        return self.calc_kernel_size_func


@dataclass(frozen=True)
class Unavailable:
    """Takes the place of a description that numbagenn cannot hold, until something uses it.

    Parameters
    ----------
    error
        The error to raise.
    """

    error: Exception
