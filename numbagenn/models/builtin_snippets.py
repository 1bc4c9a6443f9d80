"""The initialisation snippets that come with PyGeNN: distributions, and random connectivity."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from numbagenn.language.code_strings import CodeString
from numbagenn.models.create_unchecked import (
    create_sparse_connect_init_snippet,
    create_toeplitz_connect_init_snippet,
    create_var_init_snippet,
)
from numbagenn.models.descriptions import (
    CountFunction,
    Parameter,
    SparseConnectivityInitSnippet,
    ToeplitzConnectivityInitSnippet,
    VarInitSnippet,
)

Params = Mapping[str, float]

#: A part of a normal distribution smaller than this is too small to draw from by rejection.
_RAREST = 1e-6


def _gamma_mistake(pars: Params) -> str:
    return "" if pars["a"] > 0 else f"the shape a must be above 0, not {pars['a']}"


def _whole(name: str) -> Callable[[Params], str]:
    def mistake(pars: Params) -> str:
        value = pars[name]
        whole = float(value).is_integer() and 0 <= value < 2**32
        return "" if whole else f"{name} must be a whole number from 0 to {2**32 - 1}, not {value}"

    return mistake


def _chance(name: str) -> Callable[[Params], str]:
    def mistake(pars: Params) -> str:
        value = pars[name]
        return "" if 0 <= value <= 1 else f"{name} must be from 0 to 1, not {value}"

    return mistake


def _binomial_mistake(pars: Params) -> str:
    return _whole("n")(pars) or _chance("p")(pars)


def _clipping_mistake(pars: Params) -> str:
    low, high = ((pars[name] - pars["mean"]) for name in ("min", "max"))
    if pars["sd"]:
        # The complement gives the wider of the two sides with more digits.
        low, high = sorted(side / (abs(pars["sd"]) * math.sqrt(2.0)) for side in (low, high))
        low, high = (low, high) if low >= 0 else (-high, -low)
        part = 0.5 * (math.erfc(low) - math.erfc(high))
    else:
        part = float(low <= 0 <= high)
    if part >= _RAREST and pars["min"] <= pars["max"]:
        return ""
    return (
        f"almost no number with mean {pars['mean']} and sd {pars['sd']} lies between min "
        f"{pars['min']} and max {pars['max']}; widen the limits"
    )


@cache
def var_init_snippets() -> Mapping[str, VarInitSnippet]:
    """Return the built-in snippets for initial values by name."""

    def snippet(
        name: str,
        params: list[Any],
        code: str,
        mistake: Callable[[Params], str] | None = None,
        derived: tuple[str, ...] = (),
    ) -> VarInitSnippet:
        in_steps = [(f"{item}Steps", _in_steps(item)) for item in derived]
        made = create_var_init_snippet(
            name, params=params, derived_params=in_steps, var_init_code=code
        )
        return replace(made, mistake=mistake)

    clipped = ["mean", "sd", "min", "max"]
    return {
        "Uninitialised": snippet("Uninitialised", [], ""),
        "Kernel": _from_a_kernel(),
        "Constant": snippet("Constant", ["constant"], "value = constant;"),
        "Uniform": snippet(
            "Uniform", ["min", "max"], "value = min + ((max - min) * gennrand_uniform());"
        ),
        "Normal": snippet("Normal", ["mean", "sd"], "value = mean + (sd * gennrand_normal());"),
        "NormalClipped": snippet(
            "NormalClipped",
            clipped,
            """
            scalar drawn;
            do {
                drawn = mean + (sd * gennrand_normal());
            } while (drawn < min || drawn > max);
            value = drawn;
            """,
            _clipping_mistake,
        ),
        "NormalClippedDelay": snippet(
            "NormalClippedDelay",
            clipped,
            """
            scalar drawn;
            do {
                drawn = meanSteps + (sdSteps * gennrand_normal());
            } while (drawn < minSteps || drawn > maxSteps);
            value = rint(drawn);
            """,
            _clipping_mistake,
            tuple(clipped),
        ),
        "Exponential": snippet(
            "Exponential", ["lambda"], "value = lambda * gennrand_exponential();"
        ),
        "Gamma": snippet("Gamma", ["a", "b"], "value = b * gennrand_gamma(a);", _gamma_mistake),
        "Binomial": snippet(
            "Binomial",
            [("n", "unsigned int"), "p"],
            "value = gennrand_binomial(n, p);",
            _binomial_mistake,
        ),
    }


def _from_a_kernel() -> VarInitSnippet:
    return create_var_init_snippet(
        "Kernel",
        extra_global_params=[("kernel", "scalar*")],
        var_init_code="value = kernel[id_kernel];",
    )


def _in_steps(name: str) -> Callable[[Params, float], float]:
    return lambda pars, dt: pars[name] / dt


# The gaps between the synapses of a row are geometric: an exponential number, rounded down.
_FIXED_PROBABILITY = """
    if (prob > 0.0) {
        const double rate = -log1p(-prob);
        int post = -1;
        while (true) {
            post += 1 + (int)fmin(gennrand_exponential() / rate, num_post);
            if (post >= num_post) {
                break;
            }
            CONNECT
        }
    }
"""
_COUNT = ("num", "unsigned int")


def _connectivity(
    name: str,
    expected: CountFunction | None = None,
    mistake: Callable[[Params], str] | None = None,
    **parts: Any,
) -> SparseConnectivityInitSnippet:
    made = create_sparse_connect_init_snippet(name, **parts)
    return replace(made, mistake=mistake, expected=expected)


def _num(num_pre: int, num_post: int, pars: Params) -> int:
    return int(pars["num"])


def _with_probability(name: str, connect: str) -> SparseConnectivityInitSnippet:
    return _connectivity(
        name,
        lambda num_pre, num_post, pars: int(pars["prob"] * num_pre * num_post),
        _chance("prob"),
        params=["prob"],
        row_build_code=_FIXED_PROBABILITY.replace("CONNECT", connect),
    )


def _with_total(name: str) -> SparseConnectivityInitSnippet:
    # A code string cannot compute what share of a number of synapses a row gets.
    return SparseConnectivityInitSnippet(
        class_name=name,
        params=(Parameter(*_COUNT),),
        vars=(),
        derived_params=(),
        row_build_code=CodeString(
            "for (unsigned int i = 0; i < row_length; i++) { addSynapse(gennrand() % num_post); }",
            f"Row build code of '{name}'",
        ),
        col_build_code=CodeString("", f"Column build code of '{name}'"),
        calc_max_row_len_func=_num,
        calc_max_col_len_func=None,
        shared_total="num",
        mistake=_whole("num"),
        expected=_num,
    )


@cache
def connectivity_snippets() -> Mapping[str, SparseConnectivityInitSnippet]:
    """Return the built-in snippets for sparse connectivity by name."""
    made = (
        _connectivity("Uninitialised"),
        _connectivity(
            "OneToOne",
            lambda num_pre, num_post, pars: num_pre,
            row_build_code="addSynapse(id_pre);",
            calc_max_row_len_func=lambda num_pre, num_post, pars: 1,
            calc_max_col_len_func=lambda num_pre, num_post, pars: 1,
        ),
        _with_probability("FixedProbability", "addSynapse(post);"),
        _with_probability("FixedProbabilityNoAutapse", "if (post != id_pre) { addSynapse(post); }"),
        _connectivity(
            "FixedNumberPostWithReplacement",
            lambda num_pre, num_post, pars: int(pars["num"]) * num_pre,
            _whole("num"),
            params=[_COUNT],
            row_build_code=(
                "for (unsigned int i = 0; i < num; i++) { addSynapse(gennrand() % num_post); }"
            ),
            calc_max_row_len_func=_num,
        ),
        _connectivity(
            "FixedNumberPreWithReplacement",
            lambda num_pre, num_post, pars: int(pars["num"]) * num_post,
            _whole("num"),
            params=[_COUNT],
            col_build_code=(
                "for (unsigned int i = 0; i < num; i++) { addSynapse(gennrand() % num_pre); }"
            ),
            calc_max_row_len_func=lambda num_pre, num_post, pars: int(pars["num"]) * num_post,
            calc_max_col_len_func=_num,
        ),
        _with_total("FixedNumberTotalWithReplacement"),
        _sparse_convolution(),
    )
    return {snippet.class_name: snippet for snippet in made}


def _sizes(text: str) -> list[tuple[str, str]]:
    return [(name, "int") for name in text.split()]


def _ints(pars: Params, names: str) -> list[int]:
    return [int(pars[name]) for name in names.split()]


# A neuron's number is (row * width + column) * channels + channel, on both sides. Stride s and
# padding p: output row R takes input rows R * s - p up to R * s - p + kh.
_SPARSE_CONVOLUTION = """
    const int row = (int)(id_pre / conv_ic) / conv_iw;
    const int column = (int)(id_pre / conv_ic) % conv_iw;
    const int channel = (int)id_pre % conv_ic;
    const scalar aboveRow = (scalar)(row + conv_padh - conv_kh) / (scalar)conv_sh;
    const scalar leftOfColumn = (scalar)(column + conv_padw - conv_kw) / (scalar)conv_sw;
    const int firstRow = min(conv_oh, max(0, 1 + (int)floor(aboveRow)));
    const int endRow = min(conv_oh, max(0, 1 + ((row + conv_padh) / conv_sh)));
    const int firstColumn = min(conv_ow, max(0, 1 + (int)floor(leftOfColumn)));
    const int endColumn = min(conv_ow, max(0, 1 + ((column + conv_padw) / conv_sw)));
    for (int outRow = firstRow; outRow < endRow; outRow++) {
        for (int outColumn = firstColumn; outColumn < endColumn; outColumn++) {
            for (int out = 0; out < conv_oc; out++) {
                addSynapse((((outRow * conv_ow) + outColumn) * conv_oc) + out,
                           row - ((outRow * conv_sh) - conv_padh),
                           column - ((outColumn * conv_sw) - conv_padw), channel, out);
            }
        }
    }
"""


def _sparse_convolution() -> SparseConnectivityInitSnippet:
    def most_targets(num_pre: int, num_post: int, pars: Params) -> int:
        height, width, down, right, channels = _ints(
            pars, "conv_kh conv_kw conv_sh conv_sw conv_oc"
        )
        return math.ceil(height / down) * math.ceil(width / right) * channels

    return create_sparse_connect_init_snippet(
        "Conv2D",
        params=_sizes(
            "conv_kh conv_kw conv_sh conv_sw conv_padh conv_padw conv_ih conv_iw conv_ic"
            " conv_oh conv_ow conv_oc"
        ),
        row_build_code=_SPARSE_CONVOLUTION,
        calc_max_row_len_func=most_targets,
        calc_kernel_size_func=lambda pars: _ints(pars, "conv_kh conv_kw conv_ic conv_oc"),
    )


# Each diagonal is one place in the kernel and one channel of the output. INPUT computes row,
# column and channel of a presynaptic neuron, and whether it `takesPart`.
_DIAGONAL = """
    const int out = (int)id_diag % conv_oc;
    const int fromRight = (int)(id_diag / conv_oc) % conv_kw;
    const int fromBottom = (int)(id_diag / conv_oc) / conv_kw;
    for_each_synapse {
        INPUT
        const int outRow = row + fromBottom - conv_bh;
        const int outColumn = column + fromRight - conv_bw;
        if (takesPart && outRow >= 0 && outRow < conv_oh && outColumn >= 0 && outColumn < conv_ow) {
            addSynapse((((outRow * conv_ow) + outColumn) * conv_oc) + out,
                       conv_kh - 1 - fromBottom, conv_kw - 1 - fromRight, channel, out);
        }
    }
"""
_PIXEL = """
        const bool takesPart = true;
        const int row = (int)(id_pre / conv_ic) / conv_iw;
        const int column = (int)(id_pre / conv_ic) % conv_iw;
        const int channel = (int)id_pre % conv_ic;
"""
_POOLED_PIXEL = """
        const int inRow = (int)(id_pre / pool_ic) / pool_iw;
        const int inColumn = (int)(id_pre / pool_ic) % pool_iw;
        const int channel = (int)id_pre % pool_ic;
        const int row = inRow / pool_sh;
        const int column = inColumn / pool_sw;
        const bool takesPart = (inRow < ((row * pool_sh) + pool_kh)
                                && inColumn < ((column * pool_sw) + pool_kw));
"""


def _border(kernel: str, output: str, size: Callable[[Params], int]) -> Callable[..., int]:
    """Return the function for how far the output is inside of a full convolution."""

    def border(pars: Params, dt: float) -> int:
        return int((size(pars) + int(pars[kernel]) - 1 - int(pars[output])) / 2)

    return border


def _pooled(axis: str) -> Callable[[Params], int]:
    def size(pars: Params) -> int:
        length, window, stride = _ints(pars, f"pool_i{axis} pool_k{axis} pool_s{axis}")
        return math.ceil((length - window + 1) / stride)

    return size


def _diagonals(
    name: str, params: str, pixel: str, channels: str, size: Callable[[str], Callable[..., int]]
) -> ToeplitzConnectivityInitSnippet:
    def number(num_pre: int, num_post: int, pars: Params) -> int:
        return math.prod(_ints(pars, "conv_kh conv_kw conv_oc"))

    return create_toeplitz_connect_init_snippet(
        name,
        params=_sizes(params),
        derived_params=[
            (f"conv_b{axis}", _border(f"conv_k{axis}", f"conv_o{axis}", size(axis)), "int")
            for axis in ("h", "w")
        ],
        diagonal_build_code=_DIAGONAL.replace("INPUT", pixel),
        calc_max_row_len_func=number,
        calc_kernel_size_func=lambda pars: _ints(pars, f"conv_kh conv_kw {channels} conv_oc"),
    )


@cache
def toeplitz_snippets() -> Mapping[str, ToeplitzConnectivityInitSnippet]:
    """Return the built-in snippets for Toeplitz connectivity by name."""
    made = (
        create_toeplitz_connect_init_snippet("Uninitialised"),
        _diagonals(
            "Conv2D",
            "conv_kh conv_kw conv_ih conv_iw conv_ic conv_oh conv_ow conv_oc",
            _PIXEL,
            "conv_ic",
            lambda axis: lambda pars: int(pars[f"conv_i{axis}"]),
        ),
        _diagonals(
            "AvgPoolConv2D",
            "conv_kh conv_kw pool_kh pool_kw pool_sh pool_sw pool_ih pool_iw pool_ic"
            " conv_oh conv_ow conv_oc",
            _POOLED_PIXEL,
            "pool_ic",
            _pooled,
        ),
    )
    return {snippet.class_name: snippet for snippet in made}
