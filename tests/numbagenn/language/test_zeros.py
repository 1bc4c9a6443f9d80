"""What code leaves at zero where all that it works on is zero."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numbagenn.language.code_strings import CodeString
from numbagenn.language.zeros import zeros_after

ZEROS = {"x", "y"}
NUMBERS = {"n": 5.0, "none": 0.0, "below": -2.0, "tiny": 1e-40, "huge": 1e38}


def found(code: str) -> Mapping[str, bool] | None:
    return zeros_after(CodeString(code, "code").tree, ZEROS, NUMBERS)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("total = x; x = 0.0;", {"total": False, "x": True}),
        ("total = x; x = 0;;", {"total": False, "x": True}),
        ("scalar mean = x / n; total = 2.5f * mean;", {"total": False}),
        ("y = 0.0f; x = y;", {"y": True, "x": True}),
        ("x *= 0.5; y += x; y -= 0.0; x = x / n;", {"x": False, "y": False}),
        ("x = 0.0; x = x + y;", {"x": False}),
        ("x = 0.0 * n; y = 0.0 + 0.0; y *= 2;", {"x": True, "y": True}),
        ("x = 0.0 * y;", {"x": False}),
        # the code's own variables hide others
        ("scalar x = 0.0; x = x; y = x;", {"y": True}),
        ("scalar n = x; total = x * n;", {"total": False}),
        ("scalar n = x; total = x / n;", None),
        # what is not zero, or is another one
        ("total = x + 1.0;", None),
        ("total = -x;", None),
        ("total = x * -1.0;", None),
        ("x = -0.0;", None),
        ("total = x / y;", None),
        ("total = 1.0 / x;", None),
        ("total = x * none;", None),
        ("total = x * below;", None),
        ("total = x / tiny;", None),
        ("total = x * huge;", None),
        ("total = x * 1e31;", None),
        ("total = z;", None),
        ("total += x;", None),
        ("total = x; total = z;", None),
        # what is more than that
        ("if (x > 0.0) x = 0.0;", None),
        ("total = x > 0.0 ? x : 0.0;", None),
        ("total = exp(x);", None),
        ("{ x = 0.0; }", None),
        ("x++;", None),
        ("total = x = 0.0;", None),
        ("assert(x == 0.0); x = 0.0;", None),
        ("scalar z; total = z;", None),
        ("", {}),
    ],
)
def test_only_what_is_certain(code: str, expected: Mapping[str, bool] | None) -> None:
    assert found(code) == expected


_TERMS = st.recursive(
    st.sampled_from(["x", "y", "n", "total", "0.0", "0.5", "3"]),
    lambda parts: st.builds("({} {} {})".format, parts, st.sampled_from("+-*/"), parts),
    max_leaves=4,
)
_LINES = st.lists(
    st.tuples(st.sampled_from(["x", "y", "total"]), st.sampled_from(["", "+", "*"]), _TERMS),
    max_size=4,
)


@given(_LINES)
def test_what_is_said_holds(lines: list[tuple[str, str, str]]) -> None:
    """The interpreter runs the same arithmetic, from zeros and from anything."""
    code = "\n".join(f"{name} {operator}= {term};" for name, operator, term in lines)
    assigned = found(code)
    if assigned is None:
        return
    for start in (0.0, -0.0, 1.5, np.inf, np.nan):
        values = {"x": np.float32(start), "y": np.float32(start), "n": np.float32(5.0)}
        python = code.replace(";", "").replace("0.0", "Z").replace("0.5", "H").replace("3", "T")
        numbers = {"Z": np.float32(0.0), "H": np.float32(0.5), "T": np.float32(3.0)}
        with np.errstate(all="ignore"):
            after = dict(values)
            exec(python, dict(numbers), after)
        for name, always in assigned.items():
            if always or np.float32(start).tobytes() == np.float32(0.0).tobytes():
                assert after[name].tobytes() == np.float32(0.0).tobytes(), (code, start, name)
