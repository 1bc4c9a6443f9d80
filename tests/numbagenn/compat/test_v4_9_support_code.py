"""Support code of PyGeNN 4.9: functions, constants and macros that code strings use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from numbagenn.compat import v4_9 as legacy
from numbagenn.compat.v4_9.support_code import support_code
from numbagenn.language.code_strings import CodeStringError


def computed(support: str, code: str, precision: str = "double", steps: int = 1) -> Any:
    """Return what the code gives y for some values of x, or what it is after some steps."""
    cell = legacy.create_custom_neuron_class(
        "cell",
        var_name_types=[("x", "scalar"), ("y", "scalar")],
        support_code=support,
        sim_code=code,
    )
    model = legacy.GeNNModel(precision, "functions")
    model.dT = 0.5
    x = np.arange(-4.0, 8.0)
    pop = model.add_neuron_population("pop", len(x), cell, {}, {"x": x, "y": 0.0})
    model.build()
    model.load()
    for _ in range(steps):
        model.step_time()
    pop.pull_state_from_device()
    return pop.vars["y"].view.copy()


def python(function: Callable[[float], float]) -> Any:
    return np.array([function(float(x)) for x in range(-4, 8)])


def first_divisor(n: int) -> int:
    return next((d for d in range(2, n) if n % d == 0), n)


def collatz(n: int) -> int:
    count = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count


CASES: dict[str, tuple[str, str, Callable[[float], float]]] = {
    "one statement": (
        "SUPPORT_CODE_FUNC scalar half(scalar x) { return 0.5 * x; }\n"
        "inline int third(int a, const scalar b) { return a / 3 + (int)half(b); }",
        "$(y) = half($(x) + half(4.0)) + third(7, $(x) * 2.0);",
        lambda x: 0.5 * (x + 2.0) + (2 + int(0.5 * (2.0 * x))),
    ),
    "locals": (
        "scalar f(scalar x) { scalar z = x; z += 1.0; const scalar w = z * z; return w - z; }",
        "scalar z = 100.0; $(y) = f($(x)) + z;",
        lambda x: (x + 1) ** 2 - (x + 1) + 100.0,
    ),
    "a chain of ifs": (
        "scalar f(scalar x) { if (x < -2.0) { return -2.0; } if (x > 3.0) return 3.0; "
        "else if (x == 0.0) return 77.0; scalar z = x * x; return z; }",
        "$(y) = f($(x)) + f(2.0);",
        lambda x: (-2 if x < -2 else 3 if x > 3 else 77 if x == 0 else x * x) + 4,
    ),
    "ifs that may return": (
        "scalar f(scalar x) { scalar z = 1.0; if (x > 0.0) { z = 2.0; if (x > 3.0) { return 9.0; } "
        "z += 1.0; } else { if (x < -3.0) return -9.0; } z *= 10.0; return z; }",
        "$(y) = f($(x));",
        lambda x: 9 if x > 3 else -9 if x < -3 else 30 if x > 0 else 10,
    ),
    "a loop": (
        "scalar f(scalar x, unsigned int n) { scalar r = 1.0; for (unsigned int i = 0; i < n; i++) "
        "{ r *= x; } return r; }",
        "$(y) = f($(x), 3u);",
        lambda x: x**3,
    ),
    "a return in a loop": (
        "int divisor(int n) { for (int d = 2; d < n; d++) { if (n % d == 0) return d; } "
        "return n; }",
        "$(y) = divisor((int)$(x) + 10);",
        lambda x: first_divisor(int(x) + 10),
    ),
    "a return in nested loops": (
        "int f(int n) { int c = 0; for (int i = 1; i < 9; i++) { for (int k = 1; k < 9; k++) { "
        "c++; if (i * k == n) { return 100 * c; } if (k == 7) break; } c += 50; } return -c; }",
        "$(y) = f((int)$(x) + 9);",
        lambda x: next(
            (
                100 * (7 * (i - 1) + 50 * (i - 1) + k)
                for i in range(1, 9)
                for k in range(1, 8)
                if i * k == int(x) + 9
            ),
            -(8 * 7 + 8 * 50),
        ),
    ),
    "an endless loop that returns": (
        "int collatz(int n) { int count = 0; while (true) { if (n <= 1) return count; "
        "n = n % 2 == 0 ? n / 2 : 3 * n + 1; count++; } }",
        "$(y) = collatz((int)$(x) + 8);",
        lambda x: collatz(int(x) + 8),
    ),
    "a switch": (
        "scalar f(int n) { switch (n) { case 1: return 10.0; case 2: case 3: n += 4; break; "
        "default: return -1.0; } return n; }",
        "$(y) = f((int)$(x));",
        lambda x: {1: 10.0, 2: 6.0, 3: 7.0}.get(int(x), -1.0),
    ),
    "calls of each other": (
        "scalar sq(scalar x) { return x * x; }\n"
        "scalar sum(scalar a, scalar b) { scalar x = sq(a); return x + sq(b); }\n"
        "SUPPORT_CODE_FUNC scalar length(scalar a, scalar b)\n{\n  return sqrt(sum(a, b));\n}",
        "$(y) = length($(x), sq(2.0));",
        lambda x: (x * x + 16.0) ** 0.5,
    ),
    "calls in conditions and loops": (
        "bool big(scalar x) { if (x > 2.0) return true; return false; }\n"
        "int less(int n) { n -= 3; return n; }",
        "int n = (int)$(x); while (big((scalar)n)) { n = less(n); } "
        "$(y) = big($(x)) && !big($(x) - 2.0) ? n : -n; if (big(-$(x))) { $(y) += 100.0; }",
        lambda x: reduced(int(x)) * (1 if x > 2 >= x - 2 else -1) + (100 if -x > 2 else 0),
    ),
    "constants": (
        "#define TAU 20.0\n#define RATE (1.0 / TAU)  // in ms\n"
        "static const scalar offset = 2.0 * TAU;\nconstexpr int n = 3;",
        "$(y) = $(x) * RATE + offset * n;",
        lambda x: x * (1.0 / 20.0) + 40.0 * 3,
    ),
    "macros": (
        "#define SQUARE(a) ((a) * (a))\n#define BOTH(a, b) SQUARE(a) \\\n   + SQUARE(b)\n"
        "scalar f(scalar a) { return BOTH(a, a + 1.0); }",
        "$(y) = f($(x)) + SQUARE($(x) - 1.0);",
        lambda x: x * x + (x + 1.0) ** 2 + (x - 1.0) ** 2,
    ),
    "the time step, and C++": (
        "inline scalar f(scalar x) { x /= 4; /* a quarter */ return x * DT + .5; }",
        "$(y) = f($(x));",
        lambda x: x / 4 * 0.5 + 0.5,
    ),
}


def reduced(n: int) -> int:
    while n > 2:
        n -= 3
    return n


@pytest.mark.parametrize("name", CASES)
def test_functions_are_written_out(name: str) -> None:
    support, code, expected = CASES[name]
    np.testing.assert_array_equal(computed(support, code), python(expected))


def test_values_have_the_types_of_functions() -> None:
    support = "int whole(float x) { return x; }\nscalar f(double x) { return x; }"
    found = computed(support, "$(y) = whole($(x) / 3.0) + f(0.1);", "float")
    whole = np.trunc(np.arange(-4.0, 8.0).astype(np.float32) / np.float32(3.0))
    expected = whole.astype(np.float32) + np.float32(np.float32(0.1))
    np.testing.assert_array_equal(found, expected)


def test_every_keyword_takes_functions() -> None:
    rule = legacy.create_custom_weight_update_class(
        "rule",
        var_name_types=[("g", "scalar")],
        sim_support_code="scalar twice(scalar x) { scalar z = x; return z + z; }",
        synapse_dynamics_suppport_code="scalar less(scalar x) { if (x < 1.0) return x; return 0; }",
        sim_code="$(addToInSyn, twice($(g)));",
        synapse_dynamics_code="$(g) = less($(g) + 0.25);",
    )
    shape = legacy.create_custom_postsynaptic_class(
        "shape",
        support_code="scalar more(scalar x) { for (int i = 0; i < 2; i++) { x++; } return x; }",
        apply_input_code="$(Isyn) += more($(inSyn));",
        decay_code="$(inSyn) = 0;",
    )
    model = legacy.GeNNModel("float", "keywords")
    model.dT = 1.0
    source = model.add_neuron_population(
        "source", 1, "SpikeSourceArray", {}, {"startSpike": [0], "endSpike": [1]}
    )
    source.set_extra_global_param("spikeTimes", [0.0])
    cell = legacy.create_custom_neuron_class(
        "cell", var_name_types=[("n", "scalar")], sim_code="$(n) = $(Isyn);"
    )
    post = model.add_neuron_population("post", 1, cell, {}, {"n": 0.0})
    args = (0, source, post, rule, {}, {"g": 0.5}, {}, {}, shape, {}, {})
    model.add_synapse_population("s", "DENSE_INDIVIDUALG", *args)
    model.build()
    model.load()
    seen = []
    for _ in range(3):
        model.step_time()
        post.pull_var_from_device("n")
        seen.append(float(post.vars["n"].view[0]))
    # g is 0.75 after the first step, and 0 once it would be 1.
    assert seen == [2.0, 2.0, 2.0]
    assert rule.pre_spike_syn_code.functions[0].name == "twice"


@pytest.mark.parametrize(
    "code",
    [
        "struct S { int a; };",
        "scalar f(scalar &x) { return x; }",
        "scalar f(const scalar *x) { return x[0]; }",
        "template<typename T> T f(T x) { return x; }",
        "scalar f(scalar x) { return x;",
        "scalar f(scalar x) return x;",
        "#include <cmath>",
    ],
)
def test_other_support_code_is_refused(code: str) -> None:
    with pytest.raises(NotImplementedError, match=r"does not support 'support_code' \(neuron"):
        legacy.create_custom_neuron_class("cell", support_code=code)


@pytest.mark.parametrize(
    ("support", "code", "message"),
    [
        ("scalar f(scalar x) { return x; }", "$(y) = f();", "takes 1 argument, 0 given"),
        ("scalar f(scalar x) { return y; }", "$(y) = f(1.0);", "Function f() of 'support_code'"),
        ("scalar f(scalar x) { return; }", "$(y) = f(1.0);", "f() has to return a value"),
        ("scalar f(scalar x) { return g(x); }", "$(y) = f(1.0);", "Undefined function 'g'"),
        ("scalar f(scalar x) { return f(x); }", "$(y) = f(1.0);", "Undefined function 'f'"),
        ("scalar f(scalar x) { break; return x; }", "$(y) = f(1.0);", "Statement not within loop"),
        ("scalar f(scalar x) { while (true) { x++; } return x; }", "$(y) = f(1.0);", "never ends"),
        ("scalar f(scalar x) { return x; }", "return f(1.0);", "has no 'return' statement"),
        ("scalar f(scalar x) { x = ; return x; }", "$(y) = f(1.0);", "Parse error"),
    ],
)
def test_mistakes(support: str, code: str, message: str) -> None:
    with pytest.raises(CodeStringError) as raised:
        computed(support, code)
    assert message in str(raised.value)


def test_unused_functions_do_not_matter() -> None:
    given = support_code("x", {"support_code": "int f(int a) { return what_is_this; }"})
    assert [one.name for one in given.functions] == ["f"]
    assert computed("int f(int a) { return what_is_this; }", "$(y) = 1.0;")[0] == 1.0
