"""The functions of PyGeNN 4.9 that describe models: ``create_custom_…_class``.

Each rewrites its code strings and calls the function of PyGeNN 5 that does the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from numbagenn.base.types import SCALAR
from numbagenn.base.wording import shown
from numbagenn.codegen.code_checks import check_code
from numbagenn.compat.v4_9.enums import (
    REFERENCE_MODE,
    UPDATE_ACCESS,
    VARIABLE_ACCESS,
    with_access,
)
from numbagenn.compat.v4_9.global_params import as_arrays, with_numbers
from numbagenn.compat.v4_9.rewriting import (
    BUILT_IN_NAMES,
    NAMES_IN_NEURONS,
    local_variables,
    names_in,
    rewrite,
    without_comments,
)
from numbagenn.compat.v4_9.support_code import accepted_in
from numbagenn.compat.v4_9.support_code import support_code as read_support_code
from numbagenn.language.code_strings import CodeString
from numbagenn.models import create_unchecked
from numbagenn.models.descriptions import (
    AdditionalInput,
    AnyModel,
    CurrentSourceModel,
    CustomUpdateModel,
    NeuronModel,
    PostsynapticModel,
    VarInitSnippet,
    WeightUpdateModel,
)

Names = Sequence[str] | None
Items = Sequence[tuple[Any, ...]] | None

# Names that GeNN offers to the code of synapses, and that end like those of neuron variables.
_OF_SYNAPSES = {
    "id_pre", "id_post", "num_pre", "num_post",
    *(f"{prefix}{name}_{side}" for prefix in ("", "prev_") for name in ("sT", "seT")
      for side in ("pre", "post")),
}  # fmt: skip


class Callback:
    """A function of a model; made by `create_dpf_class` and its relatives."""

    function: ClassVar[Callable[..., Any]]

    def __call__(self, *arguments: Any) -> Any:
        """Call the function."""
        return type(self).function(*arguments)


def _callback_class(name: str, function: object, arguments: str) -> type[Callback]:
    if not callable(function):
        raise TypeError(f"{name} needs a function of {arguments}, not {shown(function)}.")
    return type("Callback", (Callback,), {"function": staticmethod(function)})


def create_dpf_class(dp_func: Callable[[list[float], float], float]) -> type[Callback]:
    """Return a class of functions for ``derived_params``.

    Parameters
    ----------
    dp_func
        A function of ``(pars, dt)``: the parameters as a list, and the time step in ms.

    Examples
    --------
    >>> create_dpf_class(lambda pars, dt: pars[0] * dt)()([3.0], 0.5)
    1.5
    """
    return _callback_class("create_dpf_class", dp_func, "(pars, dt)")


def create_cmlf_class(cml_func: Callable[[int, int, list[float]], int]) -> type[Callback]:
    """Return a class of functions for ``calc_max_row_len_func`` and ``calc_max_col_len_func``.

    Parameters
    ----------
    cml_func
        A function of ``(num_pre, num_post, pars)`` that returns a number of synapses.
    """
    return _callback_class("create_cmlf_class", cml_func, "(num_pre, num_post, pars)")


def create_cksf_class(cks_func: Callable[[list[float]], Sequence[int]]) -> type[Callback]:
    """Return a class of functions for ``calc_kernel_size_func``.

    Parameters
    ----------
    cks_func
        A function of ``pars`` that returns the size of the kernel in each dimension.
    """
    return _callback_class("create_cksf_class", cks_func, "pars")


def instance_of_callback(given: object, what: str, factory: str) -> Callback:
    """Return a callback, even if its class was given.

    Raises
    ------
    TypeError
        If it is something else, such as a plain function.
    """
    if isinstance(given, type) and issubclass(given, Callback):
        given = given()
    if not isinstance(given, Callback):
        shown = "a plain function" if callable(given) else repr(given)
        raise TypeError(f"{what} must be what {factory}(…)() returns, not {shown}.")
    return given


def derived_parameters(title: str, given: Items, param_names: Names) -> list[tuple[str, Any]]:
    """Return derived parameters with functions that take the parameters by name."""
    names = list(param_names or ())
    result = []
    for entry in given or ():
        if not isinstance(entry, (tuple, list)) or len(entry) != 2:
            raise TypeError(
                f"A derived parameter of {title} must be (name, create_dpf_class(…)()), "
                f"not {shown(entry)}."
            )
        what = f"Derived parameter '{entry[0]}' of {title}"
        function = instance_of_callback(entry[1], what, "create_dpf_class")

        def by_name(pars: Any, dt: float, function: Callback = function) -> Any:
            return function([pars[name] for name in names], dt)

        result.append((entry[0], by_name))
    return result


def refuse_cpp(title: str, **parts: object) -> None:
    """Raise if parts of a description that would be C++ are given."""
    for name, given in parts.items():
        if given:
            raise NotImplementedError(
                f"numbagenn does not support '{name}' ({title}): it compiles no C++. "
                "Write what is needed into the code strings."
            )


class Code:
    """Rewrites the code strings of one model."""

    def __init__(
        self,
        title: str,
        *items: Any,
        codes: dict[str, Any],
        numbers: frozenset[str] = frozenset(),
        support: Mapping[str, object] | None = None,
        built_in: Mapping[str, str] = BUILT_IN_NAMES,
    ) -> None:
        self.title = title
        self.numbers = numbers
        self.built_in = built_in
        texts = {name: _text(title, name, code) for name, code in (support or {}).items()}
        self.support = read_support_code(title, texts)
        self.own = {
            entry if isinstance(entry, str) else entry[0]
            for entries in items
            for entry in _entries(entries)
        }
        self.codes = {
            name: self.support.with_macros(without_comments(code))
            for name, code in codes.items()
            if isinstance(code, str)
        }
        used: set[str] = set().union(*map(names_in, self.codes.values()))
        local: set[str] = set().union(*map(local_variables, self.codes.values()))
        # A local variable may have the name of a variable of the model: $(V) is not V in 4.9. The
        # time step is DT, so dt is free. And it may begin with an underscore.
        others = used | self.own | {"Isyn", "dt"}
        taken = local | others
        self.local_names = {}
        for name in sorted(local):
            if name not in others and not name.startswith("_"):
                continue
            wish = f"local_{name.lstrip('_')}"
            while wish in taken:
                wish += "_"
            taken.add(wish)
            self.local_names[name] = wish
        self.unknown = sorted(used - self.own)

    def __getitem__(self, name: str) -> str | None:
        return self.rewritten(name)

    def rewritten(self, name: str, *, in_loop: bool = False) -> str | None:
        """Return a code string as PyGeNN 5 writes it, or None."""
        if name not in self.codes:
            return None
        return rewrite(
            self.codes[name],
            f"{name.replace('_', ' ')} of {self.title}",
            own=self.own,
            numbers=self.numbers,
            local_names=self.local_names,
            in_loop=in_loop,
            built_in=self.built_in,
        )

    def attached(self, model: AnyModel) -> AnyModel:
        """Return a description with what its code may call and index."""
        return with_numbers(self.support.given_to(model), self.numbers)

    def finished(self, model: AnyModel) -> AnyModel:
        """Return a description with what its code may call and index, after checking the code."""
        model = self.attached(model)
        check_code(model)
        return model


def _text(title: str, name: str, code: object) -> str:
    """Return support code, after checking that it is a string or None."""
    return check_codes(title, **{name: code})[name] or ""


def _entries(entries: Any) -> list[Any]:
    """Return the entries of a list that are sequences; any others raise an error later."""
    if entries is None or isinstance(entries, str):
        return []
    return [entry for entry in entries if isinstance(entry, (str, tuple, list)) and entry]


def check_codes(title: str, **codes: object) -> dict[str, Any]:
    """Return code strings by name, after checking that each is a string or None."""
    for name, code in codes.items():
        if code is not None and not isinstance(code, str):
            raise TypeError(f"{name} of {title} must be a string of code, not {shown(code)}.")
    return codes


def create_custom_neuron_class(
    class_name: str,
    param_names: Names = None,
    var_name_types: Items = None,
    derived_params: Items = None,
    sim_code: str | None = None,
    threshold_condition_code: str | None = None,
    reset_code: str | None = None,
    support_code: str | None = None,
    extra_global_params: Items = None,
    additional_input_vars: Items = None,
    is_auto_refractory_required: bool | None = None,
    custom_body: object = None,
) -> NeuronModel:
    """Describe a neuron in the way of PyGeNN 4.9; see `create_neuron_model`.

    Parameters
    ----------
    class_name, sim_code, threshold_condition_code, reset_code, extra_global_params, \
additional_input_vars
        As for `create_neuron_model`, the code strings with ``$(…)``.
    param_names, var_name_types
        Its ``params`` and ``vars``.
    derived_params
        ``(name, create_dpf_class(function)())``.
    is_auto_refractory_required
        Whether the condition must have been false before `sim_code`. **True by default.**
    support_code
        Functions of numbers that the code calls, constants, and ``#define``.
    custom_body
        Any other C++, which is not supported.

    Examples
    --------
    >>> create_custom_neuron_class(
    ...     "if", param_names=["Vthr"], var_name_types=[("V", "scalar")],
    ...     sim_code="$(V) += $(Isyn) * DT;", threshold_condition_code="$(V) >= $(Vthr)",
    ...     reset_code="$(V) = 0.0;",
    ... ).auto_refractory_required
    True
    """
    title = f"neuron model '{class_name}'"
    refuse_cpp(title, custom_body=custom_body)
    codes = check_codes(
        title,
        sim_code=sim_code,
        threshold_condition_code=threshold_condition_code,
        reset_code=reset_code,
    )
    arrays, numbers = as_arrays(extra_global_params)
    items = (param_names, var_name_types, derived_params, arrays, additional_input_vars)
    code = Code(
        title,
        *items,
        codes=codes,
        numbers=numbers,
        support={"support_code": support_code},
        built_in=NAMES_IN_NEURONS,
    )
    model = create_unchecked.create_neuron_model(
        class_name,
        params=param_names,
        vars=with_access(var_name_types, VARIABLE_ACCESS),
        derived_params=derived_parameters(title, derived_params, param_names),
        sim_code=code["sim_code"],
        threshold_condition_code=code["threshold_condition_code"],
        reset_code=code["reset_code"],
        extra_global_params=arrays,
        additional_input_vars=additional_input_vars,
        auto_refractory_required=(
            True if is_auto_refractory_required is None else is_auto_refractory_required
        ),
    )
    # Whether it asks for the times of spike-like events, or has a variable of that name.
    model = code.attached(model)
    knows_events = "set" in model.built_in(model.usage)
    return code.finished(replace(model, knows_events=knows_events))


def create_custom_postsynaptic_class(
    class_name: str,
    param_names: Names = None,
    var_name_types: Items = None,
    derived_params: Items = None,
    decay_code: str | None = None,
    apply_input_code: str | None = None,
    support_code: str | None = None,
    extra_global_params: Items = None,
    custom_body: object = None,
) -> PostsynapticModel:
    """Describe how synaptic input becomes a current; see `create_postsynaptic_model`.

    Parameters
    ----------
    class_name, extra_global_params
        As for `create_postsynaptic_model`.
    param_names, var_name_types, derived_params, support_code, custom_body
        As for `create_custom_neuron_class`.
    apply_input_code
        Run first: adds to ``$(Isyn)``. Variables and inputs of the neuron may be read and assigned
        by their names.
    decay_code
        Run after it: lets ``$(inSyn)`` decay.

    Examples
    --------
    >>> create_custom_postsynaptic_class(
    ...     "half", decay_code="$(inSyn) = 0;", apply_input_code="$(Isyn) += 0.5 * $(inSyn);"
    ... ).class_name
    'half'
    """
    title = f"postsynaptic model '{class_name}'"
    refuse_cpp(title, custom_body=custom_body)
    codes = check_codes(title, apply_input_code=apply_input_code, decay_code=decay_code)
    arrays, numbers = as_arrays(extra_global_params)
    items = (param_names, var_name_types, derived_params, arrays)
    support = {"support_code": support_code}
    code = Code(title, *items, codes=codes, numbers=numbers, support=support)
    parts = [_injecting(code[name] or "") for name in codes]
    # In blocks of their own, because both may declare the same locals.
    sim_code = "\n".join(f"{{\n{part}\n}}" if local_variables(part) else part for part in parts)
    of_neuron = _neuron_variables(code)
    usage = CodeString(sim_code, f"Code of {title}", accepted=accepted_in(sim_code)).usage
    assigned = usage.assigned
    of_neuron += [("Isyn", SCALAR)] * ("Isyn" in usage.names)
    model = create_unchecked.create_postsynaptic_model(
        class_name,
        params=param_names,
        vars=with_access(var_name_types, VARIABLE_ACCESS),
        neuron_var_refs=[item for item in of_neuron if item[0] not in {*assigned, "Isyn"}],
        derived_params=derived_parameters(title, derived_params, param_names),
        sim_code=sim_code,
        extra_global_params=arrays,
    )
    # Which of these are inputs of the neuron, and which its variables, is known where it is used.
    inputs = tuple(
        AdditionalInput(name, ctype, 0.0)
        for name, ctype in of_neuron
        if name in {*assigned, "Isyn"}
    )
    return code.finished(replace(model, neuron_inputs=inputs))


# What is not declared in the code of a synapse or a current source is a variable of the neuron.
_BUILT_IN = {"Isyn", "inSyn", "t", "id", "num", "batch", "num_batch", "dt", *_OF_SYNAPSES}


def _neuron_variables(code: Code, ending: str = "") -> list[tuple[str, str]]:
    """Return references for the neuron variables that code uses without having declared them.

    Their types are only known where the model is used, and are put in there.
    """
    names = [name for name in code.unknown if name not in _BUILT_IN and name.endswith(ending)]
    return [(name, SCALAR) for name in names]


def _injecting(code: str) -> str:
    """Return code that adds to ``Isyn`` as code that injects a current.

    It has been rewritten, so there are no comments in it, and no local variable called ``Isyn``.
    """
    code = re.sub(r"\bIsyn\s*\+=\s*([^;]+);", r"injectCurrent(\g<1>);", code)
    return re.sub(r"\bIsyn\s*-=\s*([^;]+);", r"injectCurrent(-(\g<1>));", code)


def create_custom_current_source_class(
    class_name: str,
    param_names: Names = None,
    var_name_types: Items = None,
    derived_params: Items = None,
    injection_code: str | None = None,
    extra_global_params: Items = None,
    custom_body: object = None,
) -> CurrentSourceModel:
    """Describe a source of current in the way of PyGeNN 4.9; see `create_current_source_model`.

    Parameters
    ----------
    class_name, injection_code, extra_global_params
        As for `create_current_source_model`, the code with ``$(injectCurrent, x)``.
    param_names, var_name_types, derived_params, custom_body
        As for `create_custom_neuron_class`.
    """
    title = f"current source model '{class_name}'"
    refuse_cpp(title, custom_body=custom_body)
    codes = check_codes(title, injection_code=injection_code)
    arrays, numbers = as_arrays(extra_global_params)
    items = (param_names, var_name_types, derived_params, arrays)
    code = Code(title, *items, codes=codes, numbers=numbers)
    model = create_unchecked.create_current_source_model(
        class_name,
        params=param_names,
        vars=with_access(var_name_types, VARIABLE_ACCESS),
        neuron_var_refs=_neuron_variables(code),
        derived_params=derived_parameters(title, derived_params, param_names),
        injection_code=code["injection_code"],
        extra_global_params=arrays,
    )
    return code.finished(model)


def create_custom_weight_update_class(
    class_name: str,
    param_names: Names = None,
    var_name_types: Items = None,
    pre_var_name_types: Items = None,
    post_var_name_types: Items = None,
    derived_params: Items = None,
    sim_code: str | None = None,
    event_code: str | None = None,
    learn_post_code: str | None = None,
    synapse_dynamics_code: str | None = None,
    event_threshold_condition_code: str | None = None,
    pre_spike_code: str | None = None,
    post_spike_code: str | None = None,
    pre_dynamics_code: str | None = None,
    post_dynamics_code: str | None = None,
    sim_support_code: str | None = None,
    learn_post_support_code: str | None = None,
    synapse_dynamics_suppport_code: str | None = None,
    extra_global_params: Items = None,
    is_pre_spike_time_required: bool | None = None,
    is_post_spike_time_required: bool | None = None,
    is_pre_spike_event_time_required: bool | None = None,
    is_prev_pre_spike_time_required: bool | None = None,
    is_prev_post_spike_time_required: bool | None = None,
    is_prev_pre_spike_event_time_required: bool | None = None,
    custom_body: object = None,
) -> WeightUpdateModel:
    """Describe what spikes do to a synapse; see `create_weight_update_model`.

    Parameters
    ----------
    class_name, pre_spike_code, post_spike_code, pre_dynamics_code, post_dynamics_code, \
synapse_dynamics_code, extra_global_params
        As for `create_weight_update_model`, the code strings with ``$(…)``.
    param_names, var_name_types, pre_var_name_types, post_var_name_types, derived_params, \
custom_body
        As for `create_custom_neuron_class`. Variables of the neurons are read by their names, with
        ``_pre`` or ``_post`` appended.
    sim_code, event_code, learn_post_code, event_threshold_condition_code
        What 5.x calls ``pre_spike_syn_code``, ``pre_event_syn_code``, ``post_spike_syn_code`` and
        ``pre_event_threshold_condition_code``.
    sim_support_code, learn_post_support_code, synapse_dynamics_suppport_code
        As `support_code` of `create_custom_neuron_class`. (The last is spelt so in 4.9.)
    is_pre_spike_time_required, is_post_spike_time_required, is_pre_spike_event_time_required, \
is_prev_pre_spike_time_required, is_prev_post_spike_time_required, \
is_prev_pre_spike_event_time_required
        No longer needed: the code strings show it.
    """
    title = f"weight update model '{class_name}'"
    refuse_cpp(title, custom_body=custom_body)
    support = {
        "sim_support_code": sim_support_code,
        "learn_post_support_code": learn_post_support_code,
        "synapse_dynamics_suppport_code": synapse_dynamics_suppport_code,
    }
    codes = check_codes(
        title,
        sim_code=sim_code,
        event_code=event_code,
        learn_post_code=learn_post_code,
        synapse_dynamics_code=synapse_dynamics_code,
        event_threshold_condition_code=event_threshold_condition_code,
        pre_spike_code=pre_spike_code,
        post_spike_code=post_spike_code,
        pre_dynamics_code=pre_dynamics_code,
        post_dynamics_code=post_dynamics_code,
    )
    return _weight_update_model(
        title,
        class_name,
        codes,
        support,
        param_names,
        derived_params,
        extra_global_params,
        var_name_types,
        pre_var_name_types,
        post_var_name_types,
    )


# What code strings of weight update models are called in PyGeNN 5, where that differs.
_CODES_IN_5 = {
    "sim_code": "pre_spike_syn_code",
    "event_code": "pre_event_syn_code",
    "learn_post_code": "post_spike_syn_code",
    "event_threshold_condition_code": "pre_event_threshold_condition_code",
}


def _weight_update_model(
    title: str,
    class_name: str,
    codes: dict[str, Any],
    support: Mapping[str, object],
    param_names: Names,
    derived_params: Items,
    extra_global_params: Items,
    variables: Items,
    pre_variables: Items,
    post_variables: Items,
) -> WeightUpdateModel:
    arrays, numbers = as_arrays(extra_global_params)
    items = (param_names, variables, derived_params, arrays, pre_variables, post_variables)
    code = Code(title, *items, codes=codes, numbers=numbers, support=support)
    in_5: dict[str, Any] = {_CODES_IN_5.get(name, name): code[name] for name in code.codes}
    model = create_unchecked.create_weight_update_model(
        class_name,
        params=param_names,
        vars=with_access(variables, VARIABLE_ACCESS),
        pre_vars=with_access(pre_variables, VARIABLE_ACCESS),
        post_vars=with_access(post_variables, VARIABLE_ACCESS),
        pre_neuron_var_refs=_neuron_variables(code, "_pre"),
        post_neuron_var_refs=_neuron_variables(code, "_post"),
        derived_params=derived_parameters(title, derived_params, param_names),
        extra_global_params=arrays or None,
        **in_5,
    )
    # What the condition names without $(…), and nothing else provides, are locals of the neurons.
    model = code.attached(model)
    condition = model.pre_event_threshold_condition_code.usage
    known = {*_BUILT_IN, "true", "false", "num_neurons", "timestep"}
    neuron_locals = model.built_in(condition) - known
    return code.finished(replace(model, neuron_locals=neuron_locals))


def create_custom_custom_update_class(
    class_name: str,
    param_names: Names = None,
    var_name_types: Items = None,
    derived_params: Items = None,
    var_refs: Items = None,
    update_code: str | None = None,
    extra_global_params: Items = None,
    extra_global_param_refs: Items = None,
    custom_body: object = None,
) -> CustomUpdateModel:
    """Describe an operation that runs on request; see `create_custom_update_model`.

    Parameters
    ----------
    class_name, var_refs, update_code, extra_global_params, extra_global_param_refs
        As for `create_custom_update_model`, the code with ``$(…)``.
    param_names, var_name_types, derived_params, custom_body
        As for `create_custom_neuron_class`. ``VarAccess_READ_ONLY`` is one value for the batch,
        ``VarAccess_READ_ONLY_DUPLICATE`` one for each of its elements.
    """
    title = f"custom update model '{class_name}'"
    refuse_cpp(title, custom_body=custom_body)
    codes = check_codes(title, update_code=update_code)
    arrays, numbers = as_arrays(extra_global_params)
    items = (param_names, var_name_types, derived_params, arrays, var_refs)
    code = Code(title, *items, extra_global_param_refs, codes=codes, numbers=numbers)
    model = create_unchecked.create_custom_update_model(
        class_name,
        params=param_names,
        vars=with_access(var_name_types, UPDATE_ACCESS),
        derived_params=derived_parameters(title, derived_params, param_names),
        var_refs=with_access(var_refs, REFERENCE_MODE),
        update_code=code["update_code"],
        extra_global_params=arrays,
        extra_global_param_refs=extra_global_param_refs,
    )
    return code.finished(model)


def create_custom_init_var_snippet_class(
    class_name: str,
    param_names: Names = None,
    derived_params: Items = None,
    var_init_code: str | None = None,
    extra_global_params: Items = None,
    custom_body: object = None,
) -> VarInitSnippet:
    """Describe how a variable gets its initial values; see `create_var_init_snippet`.

    Parameters
    ----------
    class_name, var_init_code, extra_global_params
        As for `create_var_init_snippet`, the code with ``$(value) = …``.
    param_names, derived_params, custom_body
        As for `create_custom_neuron_class`.
    """
    title = f"variable initialisation snippet '{class_name}'"
    refuse_cpp(title, custom_body=custom_body)
    codes = check_codes(title, var_init_code=var_init_code)
    arrays, numbers = as_arrays(extra_global_params)
    code = Code(title, param_names, derived_params, arrays, codes=codes, numbers=numbers)
    model = create_unchecked.create_var_init_snippet(
        class_name,
        params=param_names,
        derived_params=derived_parameters(title, derived_params, param_names),
        var_init_code=code["var_init_code"],
        extra_global_params=arrays,
    )
    return code.finished(model)
