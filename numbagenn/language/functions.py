"""The mathematical functions of the snippet language, and what each becomes in a kernel.

GeNN's CPU backend evaluates them in double precision, whatever the precision of the model. The same
is true of every larger expression with such a call, until it is assigned. The engine does the same.
"""

from __future__ import annotations

from numbagenn.base.types import SCALAR, TypeLike, Uint32

#: Functions of real numbers: name → (number of arguments, Python template). Arguments and result
#: are double; templates hold ``{0}``, ``{1}``, … for the arguments.
REAL_FUNCTIONS: dict[str, tuple[int, str]] = {
    **{
        name: (1, f"math.{name}({{0}})")
        for name in [
            "cos",
            "sin",
            "tan",
            "acos",
            "asin",
            "atan",
            "cosh",
            "sinh",
            "tanh",
            "acosh",
            "asinh",
            "atanh",
            "exp",
            "expm1",
            "log",
            "log1p",
            "log2",
            "log10",
            "sqrt",
            "fabs",
            "erf",
            "erfc",
            "lgamma",
        ]
    },
    "tgamma": (1, "math.gamma({0})"),
    "exp2": (1, "math.pow(2.0, {0})"),
    "cbrt": (1, "np.cbrt({0})"),
    "ceil": (1, "np.ceil({0})"),
    "floor": (1, "np.floor({0})"),
    "trunc": (1, "np.trunc({0})"),
    "rint": (1, "np.rint({0})"),
    "nearbyint": (1, "np.rint({0})"),
    "round": (1, "c_functions.c_round({0})"),
    "atan2": (2, "math.atan2({0}, {1})"),
    "pow": (2, "math.pow({0}, {1})"),
    "fmod": (2, "np.fmod({0}, {1})"),
    "copysign": (2, "math.copysign({0}, {1})"),
    "nextafter": (2, "np.nextafter({0}, {1})"),
    "remainder": (2, "c_functions.c_remainder({0}, {1})"),
    "fdim": (2, "c_functions.c_fdim({0}, {1})"),
    "fmax": (2, "c_functions.c_fmax({0}, {1})"),
    "fmin": (2, "c_functions.c_fmin({0}, {1})"),
    "fma": (3, "c_functions.c_fma({0}, {1}, {2})"),
}

#: Functions of a real number and an ``int``, with a double result.
SCALING_FUNCTIONS: dict[str, str] = {
    "ldexp": "math.ldexp({0}, {1})",
    "scalbn": "math.ldexp({0}, {1})",
}

#: Functions of one real number with an ``int`` result.
EXPONENT_FUNCTIONS: dict[str, str] = {"ilogb": "c_functions.c_ilogb({0})"}

#: Functions of integers.
INTEGER_FUNCTIONS = ("abs", "min", "max", "clz")

#: Functions that draw a random number: name → (types of the arguments, type of the result, function
#: of `random_numbers`). ``{scalar}`` in its name stands for the model's precision.
RANDOM_FUNCTIONS: dict[str, tuple[tuple[TypeLike, ...], TypeLike, str]] = {
    "gennrand": ((), Uint32, "bits32"),
    "gennrand_uniform": ((), SCALAR, "uniform_{scalar}"),
    "gennrand_normal": ((), SCALAR, "normal"),
    "gennrand_exponential": ((), SCALAR, "exponential"),
    "gennrand_log_normal": ((SCALAR, SCALAR), SCALAR, "log_normal"),
    "gennrand_gamma": ((SCALAR,), SCALAR, "gamma"),
    "gennrand_binomial": ((Uint32, SCALAR), Uint32, "binomial"),
}

#: Every function that a code string may call by name, besides the special ones of its kind.
FUNCTION_NAMES = (
    *REAL_FUNCTIONS,
    *SCALING_FUNCTIONS,
    *EXPONENT_FUNCTIONS,
    *INTEGER_FUNCTIONS,
    *RANDOM_FUNCTIONS,
)
