"""The functions of the snippet language, and what each becomes in a kernel: to add one, add a row.

GeNN's CPU backend evaluates functions of real numbers in double precision, whatever the precision
of the model. The same is true of every larger expression with such a call, until it is assigned.
The engine does the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from numbagenn.base.types import SCALAR, Double, Int32, TypeLike, Uint32
from numbagenn.language.kernel_names import RANDOM_STATE

#: In place of a type: any, but the same for all that have it.
SAME = "same"

#: In place of a type: ``int``, or ``int64_t`` for an argument of 64 bits.
INTEGER = "integer"


@dataclass(frozen=True)
class Function:
    """A function that gives a value.

    Parameters
    ----------
    arguments
        Types that its arguments are converted to.
    result
        Type of its value.
    code
        The call in Python. ``{0}``, ``{1}``, … stand for the arguments, and ``{result}`` for the
        name of the type of the value.
    draws
        Whether it draws a random number. The call then gives the next state of the stream, too.
    for_all
        The call that draws the numbers of all elements at once, for draws that would keep a loop
        from being vectorised. ``{key}`` stands for what their streams have in common, and
        ``{values}`` for the array of the numbers.
    """

    arguments: tuple[TypeLike, ...]
    result: TypeLike
    code: str
    draws: bool = False
    for_all: str = ""


def _drawn(
    name: str, *arguments: TypeLike, result: TypeLike = SCALAR, for_all: str = ""
) -> Function:
    """Return the row of a function of `random_numbers`, which takes the state of a stream first."""
    given = ", ".join([RANDOM_STATE, *(f"{{{place}}}" for place in range(len(arguments)))])
    return Function(
        arguments, result, f"random_numbers.{name}({given})", draws=True, for_all=for_all
    )


_REAL = (Double,)

#: Every function that a code string may call by name, besides the special ones of its kind.
FUNCTIONS: dict[str, Function] = {
    "cos": Function(_REAL, Double, "math.cos({0})"),
    "sin": Function(_REAL, Double, "math.sin({0})"),
    "tan": Function(_REAL, Double, "math.tan({0})"),
    "acos": Function(_REAL, Double, "math.acos({0})"),
    "asin": Function(_REAL, Double, "math.asin({0})"),
    "atan": Function(_REAL, Double, "math.atan({0})"),
    "cosh": Function(_REAL, Double, "math.cosh({0})"),
    "sinh": Function(_REAL, Double, "math.sinh({0})"),
    "tanh": Function(_REAL, Double, "math.tanh({0})"),
    "acosh": Function(_REAL, Double, "math.acosh({0})"),
    "asinh": Function(_REAL, Double, "math.asinh({0})"),
    "atanh": Function(_REAL, Double, "math.atanh({0})"),
    "exp": Function(_REAL, Double, "math.exp({0})"),
    "expm1": Function(_REAL, Double, "math.expm1({0})"),
    "log": Function(_REAL, Double, "math.log({0})"),
    "log1p": Function(_REAL, Double, "math.log1p({0})"),
    "log2": Function(_REAL, Double, "math.log2({0})"),
    "log10": Function(_REAL, Double, "math.log10({0})"),
    "sqrt": Function(_REAL, Double, "math.sqrt({0})"),
    "fabs": Function(_REAL, Double, "math.fabs({0})"),
    "erf": Function(_REAL, Double, "math.erf({0})"),
    "erfc": Function(_REAL, Double, "math.erfc({0})"),
    "lgamma": Function(_REAL, Double, "math.lgamma({0})"),
    "tgamma": Function(_REAL, Double, "math.gamma({0})"),
    "exp2": Function(_REAL, Double, "math.pow(2.0, {0})"),
    "cbrt": Function(_REAL, Double, "np.cbrt({0})"),
    "ceil": Function(_REAL, Double, "np.ceil({0})"),
    "floor": Function(_REAL, Double, "np.floor({0})"),
    "trunc": Function(_REAL, Double, "np.trunc({0})"),
    "rint": Function(_REAL, Double, "np.rint({0})"),
    "nearbyint": Function(_REAL, Double, "np.rint({0})"),
    "round": Function(_REAL, Double, "c_functions.c_round({0})"),
    "atan2": Function(_REAL * 2, Double, "math.atan2({0}, {1})"),
    "pow": Function(_REAL * 2, Double, "math.pow({0}, {1})"),
    "fmod": Function(_REAL * 2, Double, "np.fmod({0}, {1})"),
    "copysign": Function(_REAL * 2, Double, "math.copysign({0}, {1})"),
    "nextafter": Function(_REAL * 2, Double, "np.nextafter({0}, {1})"),
    "remainder": Function(_REAL * 2, Double, "c_functions.c_remainder({0}, {1})"),
    "fdim": Function(_REAL * 2, Double, "c_functions.c_fdim({0}, {1})"),
    "fmax": Function(_REAL * 2, Double, "c_functions.c_fmax({0}, {1})"),
    "fmin": Function(_REAL * 2, Double, "c_functions.c_fmin({0}, {1})"),
    "fma": Function(_REAL * 3, Double, "c_functions.c_fma({0}, {1}, {2})"),
    "ldexp": Function((Double, Int32), Double, "math.ldexp({0}, {1})"),
    "scalbn": Function((Double, Int32), Double, "math.ldexp({0}, {1})"),
    "ilogb": Function(_REAL, Int32, "c_functions.c_ilogb({0})"),
    "abs": Function((INTEGER,), INTEGER, "{result}(abs({0}))"),
    "min": Function((SAME, SAME), SAME, "c_functions.c_min({0}, {1})"),
    "max": Function((SAME, SAME), SAME, "c_functions.c_max({0}, {1})"),
    "clz": Function((Int32,), Int32, "c_functions.c_clz({0})"),
    "gennrand": _drawn("bits32", result=Uint32),
    "gennrand_uniform": _drawn("uniform_{result}"),
    "gennrand_normal": _drawn("normal", for_all="random_numbers.normal_for_all({key}, {values})"),
    "gennrand_exponential": _drawn(
        "exponential", for_all="random_numbers.exponential_for_all({key}, {values})"
    ),
    "gennrand_log_normal": _drawn("log_normal", SCALAR, SCALAR),
    "gennrand_gamma": _drawn("gamma", SCALAR),
    "gennrand_binomial": _drawn("binomial", Uint32, SCALAR, result=Uint32),
}


#: Functions that take much longer than an addition, and never fail.
SLOW = {"cos", "sin", "tan", "acos", "asin", "atan", "cosh", "sinh", "tanh", "acosh", "asinh"}
SLOW |= {"atanh", "exp", "expm1", "log", "log1p", "log2", "log10", "erf", "erfc", "lgamma"}
SLOW |= {"tgamma", "exp2", "cbrt", "atan2", "pow", "fmod", "remainder"}


def draw_numbers(called: Iterable[str]) -> bool:
    """Return whether any of some functions draws random numbers."""
    return any(name in FUNCTIONS and FUNCTIONS[name].draws for name in called)


#: Draws from the Poisson distribution. PyGeNN's code strings have no such function, so only models
#: that come with the engine may call it. Its argument is a parameter.
POISSON = Function(
    (SCALAR,),
    SCALAR,
    f"random_numbers.poisson({RANDOM_STATE}, {{0}})",
    draws=True,
    for_all="random_numbers.poisson_for_all({0}, {key}, {values})",
)
