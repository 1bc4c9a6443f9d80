"""Numeric types as users write them, checked."""

from __future__ import annotations

from numbagenn.base.suggestions import did_you_mean
from numbagenn.base.types import SPELLINGS, Double, Float, ResolvedType
from numbagenn.base.wording import shown


def check_type(given: object, what: str) -> None:
    """Raise unless `given` can be resolved once the precision of the model is known.

    Parameters
    ----------
    given
        Type as the user wrote it.
    what
        What has the type, for the message, such as ``"variable 'V' of neuron model 'if'"``.

    Raises
    ------
    RuntimeError
        If a string is not the name of a type.
    TypeError
        If `given` is neither a string nor a type.
    """
    if isinstance(given, ResolvedType):
        return
    if not isinstance(given, str):
        raise TypeError(
            f"Type of {what} must be a string such as 'scalar' or an object of pygenn.types, "
            f"not {shown(given)}."
        )
    if " ".join(given.split()) not in SPELLINGS:
        raise RuntimeError(f"Unknown numeric type '{given}' for {what}; {remedy_for_type(given)}")


def remedy_for_type(given: str) -> str:
    """Return what to write instead of an unknown type, for messages.

    Examples
    --------
    >>> remedy_for_type("unsigned long long")
    "did you mean 'unsigned long'?"
    """
    hint = did_you_mean(given, SPELLINGS, "; use one such as 'scalar' or 'int'.")
    return hint.removeprefix("; ")


def precision_type(given: object, argument: str) -> ResolvedType:
    """Return the floating-point type that ``GeNNModel(precision=…)`` names.

    Examples
    --------
    >>> precision_type("double", "precision")
    types.Double
    """
    if not isinstance(given, (str, ResolvedType)):
        # NumPy's types among them: np.dtype("float64") would be equal to "float".
        raise TypeError(
            f"{argument} must be 'float', 'double' or a type of pygenn.types, not {shown(given)}."
        )
    if given in ("float", Float):
        return Float
    if given in ("double", Double):
        return Double
    if isinstance(given, ResolvedType):
        raise RuntimeError(
            f"Only floating point types can be used for {argument}: expected 'float' or "
            f"'double', got {shown(given)}."
        )
    raise RuntimeError(
        f"Unknown numeric type '{given}' for {argument}: expected 'float' or 'double'."
    )
