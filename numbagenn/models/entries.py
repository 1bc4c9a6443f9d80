"""The arguments of ``create_…_model``, checked and turned into the parts of a description.

Every function takes the title of the description first, for its messages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from numbagenn.base.enumerations import CustomUpdateVarAccess, VarAccess, VarAccessMode
from numbagenn.base.type_checks import check_type
from numbagenn.base.types import SCALAR, ResolvedType, TypeLike
from numbagenn.base.user_warnings import warn_user
from numbagenn.base.wording import capitalised, shown
from numbagenn.language.code_strings import CodeString
from numbagenn.models.descriptions import (
    AdditionalInput,
    DeclaredReference,
    DerivedParameter,
    ExtraGlobalParam,
    Parameter,
    Var,
)

ParamSpec = Sequence[str | tuple[str, TypeLike]] | None
VarSpec = Sequence[tuple[Any, ...]] | None
DerivedSpec = Sequence[tuple[Any, ...]] | None
ArraySpec = Sequence[tuple[str, TypeLike]] | None


def check_name(name: object, what: str, *, may_start_with_digit: bool = False) -> str:
    """Return `name` if it can name a variable, a parameter or (with a digit) a population.

    Raises
    ------
    RuntimeError
        If it is empty, or holds anything but letters, digits and underscores.
    TypeError
        If it is not a string.
    """
    if not isinstance(name, str):
        raise TypeError(f"{what} name must be a string, not {shown(name)}.")
    if not name:
        raise RuntimeError(f"{what} name invalid: it cannot be empty.")
    if not re.fullmatch(r"[A-Za-z0-9_]+", name):
        raise RuntimeError(
            f"{what} name invalid: {shown(name)} contains an illegal character; use letters, "
            "digits and underscores."
        )
    if name[0].isdigit() and not may_start_with_digit:
        raise RuntimeError(
            f"{what} name invalid: '{name}' starts with a digit; begin it with a letter."
        )
    return name


def renamed(title: str, new: object, old: object, name: str, old_name: str) -> Any:
    """Return the value of a keyword that may have been given under its deprecated name."""
    if old is None:
        return new
    warn_user(f"{title}: keyword '{old_name}' is deprecated; use '{name}'.", FutureWarning)
    if new is not None:
        raise TypeError(f"{title}: '{name}' and '{old_name}' are the same; give only one.")
    return old


def _sequence(given: object, what: str) -> Iterable[Any]:
    """Return the entries of a list argument; a common mistake is a single string."""
    if given is None:
        return ()
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise TypeError(f"{what} must be a list, not {shown(given)}.")
    return given


def _entry(entry: object, what: str, lengths: tuple[int, ...], form: str) -> tuple[Any, ...]:
    if not isinstance(entry, (tuple, list)) or len(entry) not in lengths:
        raise TypeError(f"{what} must be {form}, not {shown(entry)}.")
    return tuple(entry)


def parameters(title: str, given: object) -> tuple[Parameter, ...]:
    """Return the parameters of a description: names, or ``(name, type)``."""
    result = []
    for entry in _sequence(given, f"params of {title}"):
        name, ctype = (
            (entry, SCALAR)
            if isinstance(entry, str)
            else _entry(entry, f"A parameter of {title}", (2,), "a name or (name, type)")
        )
        check_name(name, f"{title}: parameter")
        check_type(ctype, f"parameter '{name}' of {title}")
        result.append(Parameter(name, ctype))
    return tuple(result)


def derived_parameters(title: str, given: object) -> tuple[DerivedParameter, ...]:
    """Return the derived parameters: ``(name, function)`` or ``(name, function, type)``."""
    result = []
    for entry in _sequence(given, f"derived_params of {title}"):
        name, function, *rest = _entry(
            entry, f"A derived parameter of {title}", (2, 3), "(name, function(pars, dt))"
        )
        check_name(name, f"{title}: derived parameter")
        if not callable(function):
            raise TypeError(
                f"Derived parameter '{name}' of {title} needs a function of (pars, dt), "
                f"not {shown(function)}."
            )
        ctype = rest[0] if rest else SCALAR
        check_type(ctype, f"derived parameter '{name}' of {title}")
        result.append(DerivedParameter(name, function, ctype))
    return tuple(result)


def variables(
    title: str, given: object, family: type[VarAccess] | type[CustomUpdateVarAccess] = VarAccess
) -> tuple[Var, ...]:
    """Return the variables, whose access is one of `family`."""
    result = []
    for entry in _sequence(given, f"vars of {title}"):
        name, ctype, *rest = _entry(
            entry,
            f"A variable of {title}",
            (2, 3),
            f"(name, type) or (name, type, {family.__name__})",
        )
        check_name(name, f"{title}: variable")
        check_type(ctype, f"variable '{name}' of {title}")
        access = rest[0] if rest else family.READ_WRITE
        if not isinstance(access, family):
            raise TypeError(
                f"Access of variable '{name}' of {title} must be a {family.__name__}, "
                f"not {shown(access)}."
            )
        result.append(Var(name, ctype, access))
    return tuple(result)


def references(title: str, given: object) -> tuple[DeclaredReference, ...]:
    """Return the references to variables."""
    result = []
    for entry in _sequence(given, f"variable references of {title}"):
        name, ctype, *rest = _entry(
            entry,
            f"A variable reference of {title}",
            (2, 3),
            "(name, type) or (name, type, VarAccessMode)",
        )
        check_name(name, f"{title}: variable reference")
        check_type(ctype, f"variable reference '{name}' of {title}")
        mode = rest[0] if rest else VarAccessMode.READ_WRITE
        if not isinstance(mode, VarAccessMode):
            raise TypeError(
                f"Access of variable reference '{name}' of {title} must be a VarAccessMode, "
                f"not {shown(mode)}."
            )
        result.append(DeclaredReference(name, ctype, mode))
    return tuple(result)


def arrays(
    title: str, given: object, what: str = "extra global parameter"
) -> tuple[ExtraGlobalParam, ...]:
    """Return the arrays that a description has or refers to."""
    result = []
    for entry in _sequence(given, f"{what}s of {title}"):
        name, ctype = _entry(
            entry, f"An {what} of {title}", (2,), "(name, type), such as ('table', 'scalar*')"
        )
        check_name(name, f"{title}: {what}")
        if isinstance(ctype, str):
            if not ctype.rstrip().endswith("*"):
                raise RuntimeError(
                    f"GeNN no longer supports non-array extra global parameters: the type of "
                    f"{what} '{name}' of {title} is '{ctype}'; write '{ctype}*' for an array, or "
                    "make it a parameter, which can be dynamic."
                )
            ctype = ctype.rstrip()[:-1]
        elif not isinstance(ctype, ResolvedType):
            raise TypeError(
                f"Type of {what} '{name}' of {title} must be a string such as 'scalar*' or an "
                f"object of pygenn.types, not {shown(ctype)}."
            )
        check_type(ctype, f"the elements of {what} '{name}' of {title}")
        result.append(ExtraGlobalParam(name, ctype))
    return tuple(result)


def additional_inputs(title: str, given: object) -> tuple[AdditionalInput, ...]:
    """Return the inputs of a neuron beside ``Isyn``."""
    result = []
    for entry in _sequence(given, f"additional_input_vars of {title}"):
        name, ctype, initial = _entry(
            entry, f"An additional input of {title}", (3,), "(name, type, initial value)"
        )
        check_name(name, f"{title}: additional input")
        check_type(ctype, f"additional input '{name}' of {title}")
        if np.ndim(initial) or np.asarray(initial).dtype.kind not in "biuf":
            raise TypeError(
                f"Additional input '{name}' of {title} must start from a number, not "
                f"{shown(initial)}."
            )
        result.append(AdditionalInput(name, ctype, float(initial)))
    return tuple(result)


def code(
    title: str, given: object, what: str, *, is_condition: bool = False, of_rows: bool = False
) -> CodeString:
    """Return the code string that `what` names, blank if none was given."""
    if given is not None and not isinstance(given, str):
        raise TypeError(f"{what} of {title} must be a string of code, not {shown(given)}.")
    return CodeString(given or "", f"{capitalised(what)} of {title}", is_condition, of_rows)


def event_code(title: str, side: str, given: str | None, condition: str | None) -> dict[str, Any]:
    """Return the code for spike-like events of one side, and their condition, by name."""
    snippet = code(title, given, f"{side}synaptic event code")
    when = code(title, condition, f"{side}synaptic event condition code", is_condition=True)
    if when.is_blank and not snippet.is_blank:
        raise RuntimeError(
            f"{title} has {side}_event_syn_code, but no {side}_event_threshold_condition_code that "
            "says when there is an event; give both."
        )
    if snippet.is_blank and not when.is_blank:
        raise RuntimeError(
            f"{title} has {side}_event_threshold_condition_code, but no {side}_event_syn_code that "
            "says what an event does; give both, or ';' for nothing."
        )
    return {f"{side}_event_syn_code": snippet, f"{side}_event_threshold_condition_code": when}


def count_function(
    title: str, given: object, name: str, arguments: str = "(num_pre, num_post, pars)"
) -> Any:
    """Return the function that counts synapses, or sizes a kernel, if one was given."""
    if given is not None and not callable(given):
        raise TypeError(f"{name} of {title} must be a function of {arguments}, not {shown(given)}.")
    return given
