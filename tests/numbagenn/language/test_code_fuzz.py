"""Code strings that nobody would write, and random ones that somebody might.

Whatever the text, it is translated into valid Python, or refused in one sentence that says where it
stands: nothing else ever comes of it, and soon.
"""

from __future__ import annotations

import re
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import numbagenn as engine
from numbagenn import model as model_module
from numbagenn.base import type_checks, types
from numbagenn.base.types import Precision
from numbagenn.language import expressions, long_code
from numbagenn.language.code_strings import CodeString, CodeStringError
from numbagenn.language.symbols import Namer, Pointer, Symbol
from numbagenn.language.translator import Translator
from numbagenn.runtime import connectivity_snippets, value_snippets
from tests.numbagenn import interpreted
from tests.numbagenn.language import c_programs
from tests.numbagenn.language.code_kinds import KINDS
from tests.numbagenn.profiles import examples

# Seconds of processor time within which a text has to be answered.
LONGEST = 10.0

WORDS = """
+ - * / % ++ -- = += -= *= %= &= |= ^= == != < > <= >= && || ! & | ^ ~ << <<= >> /=
? : , ; ; ( ( ) ) [ ] { { } } . -> ... $ # @ ' " \\ // /* */
const do else false for for_each_synapse if true while switch break continue case
default return goto sizeof struct union enum typedef static extern auto register
volatile inline void int unsigned char short long float double bool scalar uint8_t
int64_t timepoint V i u b e n theta Isyn inSyn t dt id st id_pre id_post value p q
injectCurrent addToPost addToPostDelay addToPre addSynapse sin min abs printf assert
gennrand_uniform gennrand unknown lambda None np _x x y
0 1 2 7u 0x1f 1.5 2. .5 1e-3 1e400 3f 3.0f 3.0d 08 99999999999 1.0L
"""
ODD = ["\n", "\t", " ", "\r\n", "$(V)", "\x00", "\x0c", "é", "\u2028", "\ud800", "\xa0"]
TOKENS = [*WORDS.split(), *ODD]


@contextmanager
def soon() -> Iterator[None]:
    """Fail what takes too long, where the system can tell."""
    if not hasattr(signal, "setitimer"):
        yield
        return

    def late(*_: object) -> None:
        raise TimeoutError(f"took more than {LONGEST} s")

    before = signal.signal(signal.SIGVTALRM, late)
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def checked(source: str) -> Any:
    """Take the place of the compiler: Python's own has to accept the text without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(source, "<generated>", "exec")
    return SimpleNamespace(initialise=None, connect=None)


@contextmanager
def no_compiler() -> Iterator[None]:
    """Have modules checked, and not compiled by Numba."""
    modules = (model_module, value_snippets, connectivity_snippets)
    with pytest.MonkeyPatch.context() as patch:
        for module in modules:
            patch.setattr(module, "compiled", checked)
        yield
    value_snippets.value_kernel.cache_clear()
    connectivity_snippets.connectivity_kernel.cache_clear()


def outcome(kind: str, code: str) -> str:
    """Build a model with a code string; return what it is refused for, or nothing."""
    with warnings.catch_warnings(record=True) as caught, no_compiler(), soon():
        warnings.simplefilter("always")
        try:
            KINDS[kind][0](code).build()
            message = ""
        except (CodeStringError, NotImplementedError) as error:
            message = str(error)
    for warning in caught:
        assert warning.category in (FutureWarning, UserWarning), warning
        assert " 'x'" in str(warning.message)
    if message:
        # What it is of, what is wrong, and under it the line.
        first, *shown = message.split("\n")
        assert re.match(r"[A-Z][\w /]+ of [a-z ]+ 'x'(, line \d+)?: ", first), message
        assert len(shown) in (0, 1, 2)
        assert message.replace("\n", "").isprintable()
        assert first.endswith((".", "?")), message
    return message


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_valid_is_built(kind: str) -> None:
    """So that what is made of it below is close to what people write."""
    assert outcome(kind, KINDS[kind][1]) == ""


@examples(150, 20000)
@given(
    kind=st.sampled_from(sorted(KINDS)),
    tokens=st.lists(st.sampled_from(TOKENS), max_size=12),
    gap=st.sampled_from([" ", ""]),
    ending=st.sampled_from(["", ";", "; V = 1;", "}"]),
)
def test_tokens_in_any_order(kind: str, tokens: list[str], gap: str, ending: str) -> None:
    outcome(kind, gap.join(tokens) + ending)


def split(code: str) -> list[str]:
    return re.findall(r"\s+|\w+|[-+*/%&|^=<>!]+|.", code, re.DOTALL)


@st.composite
def mutated(draw: Any) -> tuple[str, str]:
    """Draw the code of some kind with a few tokens changed."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    tokens = split(KINDS[draw(st.sampled_from([kind, *sorted(KINDS)]))][1])
    for _ in range(draw(st.integers(1, 3))):
        place = draw(st.integers(0, max(0, len(tokens) - 1)))
        how = draw(
            st.sampled_from(["delete", "double", "swap", "insert", "replace", "wrap", "text"])
        )
        if how == "delete":
            del tokens[place : place + 1]
        elif how == "double":
            tokens[place:place] = tokens[place : place + draw(st.integers(1, 6))]
        elif how == "swap":
            other = draw(st.integers(0, max(0, len(tokens) - 1)))
            if tokens:
                tokens[place], tokens[other] = tokens[other], tokens[place]
        elif how == "insert":
            tokens.insert(place, draw(st.sampled_from(TOKENS)))
        elif how == "replace":
            tokens[place : place + 1] = [draw(st.sampled_from(TOKENS))]
        elif how == "wrap":
            number = draw(st.integers(1, 60))
            left, right = draw(st.sampled_from(["()", "{}", "[]"]))
            tokens[place : place + 1] = [left * number, *tokens[place : place + 1], right * number]
        else:
            tokens.insert(place, draw(st.text(max_size=3)))
    return kind, "".join(tokens)


@examples(250, 20000)
@given(mutated())
def test_valid_code_with_a_few_changes(case: tuple[str, str]) -> None:
    outcome(*case)


# Texts that once were, or might be, too much --------------------------------------------------

LONG = {
    "brackets": ("V = " + "(" * 200 + "V" + ")" * 200 + ";", "nested too deeply"),
    "blocks": ("{" * 200 + "V = 1.0;" + "}" * 200, "nested too deeply"),
    "conditions": ("if (V > 0.0) {" * 49 + "V = 1.0;" + "}" * 49, ""),
    "more conditions": ("if (V > 0.0) " * 500 + "V = 1.0;", "nested too deeply"),
    "loops": ("while (V > 0.0) " * 15 + "V = -1.0;", ""),
    "more loops": ("while (V > 0.0) " * 16 + "V = -1.0;", "nested too deeply"),
    "switches": ("switch (i) { case 1: " * 16 + "i = 2;" + "}" * 16, "nested too deeply"),
    "calls": ("V = " + "sin(" * 49 + "V" + ")" * 49 + ";", ""),
    "more calls": ("V = " + "sin(" * 500 + "V" + ")" * 500 + ";", "nested too deeply"),
    "sum": ("V = " + "V + " * 100 + "1.0;", ""),
    "longer sum": ("V = " + "V + " * 5000 + "1.0;", ""),
    "whole sum": ("i = " + "i + " * 100 + "1;", ""),
    "longer whole sum": ("i = " + "i + " * 5000 + "1;", ""),
    "conditions of one": ("b = " + "V > 0.0 || i == 3 && " * 2000 + "b;", ""),
    "signs": ("V = " + "- " * 2000 + "V;", "nested too deeply"),
    "casts": ("V = " + "(int)" * 2000 + "V;", "nested too deeply"),
    "choices": ("V = " + "V ? 1 : " * 2000 + "V;", "nested too deeply"),
    "assignments": ("V = " * 2000 + "1;", "nested too deeply"),
    "otherwise": ("if (V > 0.0) V = 1.0; else " * 150 + "V = 2.0;", ""),
    "many otherwise": (
        "if (V > 0.0) V = 1.0; else " * 2000 + "V = 2.0;",
        "" if sys.version_info >= (3, 11) else "nested too deeply",
    ),
    "more otherwise": ("if (V > 0.0) V = 1.0; else " * 20_000 + "V = 2.0;", "nested too deeply"),
    "statements": ("V += 1.0;\n" * 3000, ""),
    "digits": ("i = " + "9" * 5000 + ";", "9999999999… does not fit into int"),
    "digits of a real": ("V = 0." + "9" * 5000 + ";", ""),
    "digits of base 16": ("i = 0x" + "0" * 5000 + "1u;", ""),
    "exponent": ("V = 1e999999999;", ""),
    "name": ("scalar " + "a" * 20000 + " = 1.0; V = " + "a" * 20000 + ";", ""),
    "unknown name": ("scalar " + "a" * 20000 + " = 1.0; V = " + "a" * 19999 + "b;", "Undefined"),
    "line": ("V = 1.0; " * 2000, ""),
    "comment": ("//" + "x" * 100_000 + "\nV = 1.0;", ""),
    "blanks": (" " * 100_000 + "V = 1.0;" + "\n" * 10_000, ""),
    "dollar": ("$(" + " " * 20_000 + "V", r"'\$\(' is not closed"),
    "nothing": ("\x00", r"illegal character '\\x00'"),
    "half a character": ("V = 1.0; \ud800", r"illegal character '\\ud800'"),
    "carriage returns": ("V = 1.0;\r\ni = 2;\r\n", ""),
    "tabs": ("\tV\t=\t1.0;\t", ""),
    "label that changes": ("switch (i) { case i++: V = 1.0; }", "needs an integer constant"),
    "label that is real": ("switch (i) { case 1.0: V = 1.0; }", "needs an integer constant"),
}


@pytest.mark.parametrize("what", LONG)
def test_too_much_of_a_good_thing(what: str) -> None:
    code, message = LONG[what]
    found = outcome("sim", code)
    assert bool(found) == bool(message), found[:300]
    assert re.search(message, found)
    assert all(len(line) < 400 for line in found.split("\n")[1:])


def test_long_lines_are_shown_around_the_mistake() -> None:
    found = outcome("sim", "V = 1.0; " * 50 + "W = 2.0; " + "V = 3.0; " * 50)
    code, caret = found.split("\n")[1:]
    assert code[caret.index("^")] == "W"
    assert len(code) == 204


def test_depth_of_conditions() -> None:
    assert outcome("threshold", "(" * 49 + "V" + ")" * 49) == ""
    assert "nested too deeply" in outcome("threshold", "(" * 500 + "V" + ")" * 500)
    shown = outcome("threshold", "V +\n" + "(" * 51 + "V" + ")" * 51).split("\n")
    assert shown[0].startswith("Threshold condition code of neuron model 'x', line 2: ")
    assert shown[2] == " " * 54 + "^"


# Programs that end, and what C says they compute ----------------------------------------------

POINTERS = {
    name: Symbol(
        name,
        ctype,
        writable=False,
        kind="extra global parameter",
        pointer=Pointer(array=name, offset="0", type=ctype, writable=True, title=name),
    )
    for name, ctype in c_programs.ARRAYS.items()
}
NAMES = {
    **{name: Symbol(name, ctype) for name, ctype in c_programs.VARIABLES.items()},
    **POINTERS,
}


@st.composite
def memories(draw: Any) -> dict[Any, Any]:
    size = c_programs.ARRAY_SIZE
    variables = {n: draw(c_programs.numbers(c)) for n, c in c_programs.VARIABLES.items()}
    arrays = {
        name: np.array(draw(st.lists(c_programs.numbers(c), min_size=size, max_size=size)), c.dtype)
        for name, c in c_programs.ARRAYS.items()
    }
    return {**variables, **arrays}


def copied(memory: dict[Any, Any]) -> dict[Any, Any]:
    return {name: value.copy() for name, value in memory.items()}


@contextmanager
def chains_of(longest: int | None) -> Iterator[None]:
    """Make chains flat from another length on."""
    with pytest.MonkeyPatch.context() as patch:
        if longest is not None:
            patch.setattr(long_code, "MOST_LINKS", longest)
            patch.setattr(long_code, "_MOST_BRANCHES", longest)
            patch.setattr(expressions, "MOST_LINKS", longest)
        yield


@pytest.mark.parametrize("longest", [None, 1, 2])
@pytest.mark.parametrize("scalar", [types.Float, types.Double], ids=repr)
@examples(50, 5000)
@given(data=st.data())
def test_programs_compute_what_c_says(scalar: Any, longest: int | None, data: Any) -> None:
    program = data.draw(c_programs.programs(scalar))
    memory = data.draw(memories())
    expected, state = copied(memory), copied(memory)
    with warnings.catch_warnings(), np.errstate(all="ignore"), chains_of(longest):
        # abs() and min() of real numbers warn, rightly.
        warnings.simplefilter("ignore")
        lines = Translator(Precision(scalar, scalar), NAMES, Namer(NAMES)).statements(
            CodeString(program.text, f"Program {longest}")  # trees are kept
        )
        program.run(expected)
        exec("\n".join(lines), {**interpreted.NAMESPACE, "t": 0.0, "faults": None}, state)
    for name in memory:
        shown = f"{name} after\n{program.text}\n\n" + "\n".join(lines)
        assert np.asarray(state[name]).dtype == np.asarray(memory[name]).dtype, shown
        np.testing.assert_array_equal(state[name], expected[name], err_msg=shown)


# Programs in kernels --------------------------------------------------------------------------

NEURONS = 9


def with_program(text: str, precision: str) -> Any:
    """Return a model whose neurons run a program in every step."""
    neuron = engine.create_neuron_model(
        "program",
        vars=list(c_programs.VARIABLES.items()),
        extra_global_params=list(c_programs.ARRAYS.items()),
        sim_code=text,
    )
    model = engine.GeNNModel(precision, "programs")
    model.add_neuron_population("P", NEURONS, neuron, {}, dict.fromkeys(c_programs.VARIABLES, 0))
    return model


def outcomes(model: Any, start: list[dict[Any, Any]], steps: int) -> dict[str, np.ndarray]:
    """Load a model, give each neuron its variables, and return what they are afterwards."""
    pop = model.neuron_populations["P"]
    for name in c_programs.ARRAYS:
        pop.extra_global_params[name].set_init_values(start[0][name])
    with np.errstate(all="ignore"):
        model.load()
        for name in c_programs.VARIABLES:
            pop.vars[name].view[:] = [memory[name] for memory in start]
            pop.vars[name].push_to_device()
        for _ in range(steps):
            model.step_time()
        found = {**pop.vars, **pop.extra_global_params}
        for variable in found.values():
            variable.pull_from_device()
        result = {name: variable.values for name, variable in found.items()}
        model.unload()
    return result


@examples(3, 300, shrink=False)
@given(data=st.data(), precision=st.sampled_from(["float", "double"]))
def test_the_compiler_agrees_with_the_interpreter(data: Any, precision: str) -> None:
    scalar = type_checks.precision_type(precision, "precision")
    program = data.draw(c_programs.programs(scalar, size=8))
    # Compiling takes a second, which little code is not worth.
    assume(len(program.text) > 400)
    start = data.draw(st.lists(memories(), min_size=NEURONS, max_size=NEURONS))
    model = with_program(program.text, precision)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        model.build()
    compiled = outcomes(model, start, 2)
    model._kernels = SimpleNamespace(**interpreted.module(model.generated_code))
    plain = outcomes(model, start, 2)
    for name, values in compiled.items():
        np.testing.assert_array_equal(values, plain[name], err_msg=f"{name} of {program.text}")


# Names that the engine uses itself --------------------------------------------------------------


def spiking(*others: str) -> Any:
    """Return neurons that spike in every fourth step."""
    return engine.create_neuron_model(
        "spiking",
        vars=[(name, "scalar") for name in ("V", *others)],
        sim_code="V += 0.25 + Isyn;",
        threshold_condition_code="V >= 1.0",
        reset_code="V = 0.0;",
    )


def inputs_after(weight_update: Any, others: tuple[str, ...] = (), steps: int = 40) -> float:
    """Return the sum of what synapses from such neurons delivered to one that only adds."""
    adding = engine.create_neuron_model("adding", vars=[("V", "scalar")], sim_code="V += Isyn;")
    model = engine.GeNNModel("float", "names")
    model.dt = 1.0
    start = dict.fromkeys(("V", *others), 0.0)
    first = model.add_neuron_population("first", 1, spiking(*others), {}, start)
    second = model.add_neuron_population("second", 1, adding, {}, {"V": 0.0})
    model.add_synapse_population(
        "syn", "DENSE", first, second, weight_update, engine.init_postsynaptic("DeltaCurr")
    )
    model.build()
    model.load()
    for _ in range(steps):
        model.step_time()
    second.vars["V"].pull_from_device()
    return float(second.vars["V"].values[0])


def test_names_of_functions_that_kernels_call() -> None:
    update = engine.create_weight_update_model(
        "x",
        vars=[("lowest_bit", "scalar")],
        pre_spike_syn_code="scalar arriving = 2.0 * lowest_bit; addToPost(arriving);",
    )
    # The tenth spike is not delivered yet.
    assert inputs_after(engine.init_weight_update(update, {}, {"lowest_bit": 0.5})) == 9.0


def test_names_of_flags_of_events() -> None:
    update = engine.create_weight_update_model(
        "x",
        pre_vars=[("p", "scalar")],
        pre_event_threshold_condition_code="p > 0.5",
        pre_event_syn_code="addToPost(p);",
        pre_dynamics_code="scalar syn_pre_event_flags_2 = 1.0; p = syn_pre_event_flags_2;",
    )
    weight_update = engine.init_weight_update(update, {}, {}, {"p": 0.0})
    assert inputs_after(weight_update, ("syn_pre_event_flags",)) == 39.0


def test_names_of_arrays_of_custom_updates() -> None:
    update = engine.create_custom_update_model(
        "x",
        var_refs=[("x", "scalar")],
        update_code="scalar all_x_array = x + 1.0; x = all_x_array;",
    )
    model = engine.GeNNModel("float", "names")
    pop = model.add_neuron_population("P", 2, spiking(), {}, {"V": [0.0, 0.5]})
    model.add_custom_update("U", "U", update, {}, {}, {"x": engine.create_var_ref(pop, "V")})
    model.build()
    model.load()
    model.custom_update("U")
    pop.vars["V"].pull_from_device()
    assert pop.vars["V"].values.tolist() == [1.0, 1.5]


def test_a_comparison_cast_to_bool_is_one() -> None:
    """Although GeNN gives a comparison the type of its operands."""
    code = "bool both = (bool)(V > 1.0) & (bool)(Isyn < 2.0); u = (bool)(V < 1.0) << 2;"
    assert outcome("sim", code) == ""
    assert "needs integers" in outcome("sim", "i = (V > 1.0) & (Isyn < 2.0);")


# Unsigned numbers of 64 bits --------------------------------------------------------------------


def test_large_unsigned_numbers_are_exact() -> None:
    """Numba makes floating-point numbers of them, wherever they meet a signed one."""
    neuron = engine.create_neuron_model(
        "large",
        vars=[(name, "uint64_t") for name in ("w", "third", "rest", "real", "below")],
        sim_code="""
            third = w / 3;
            rest = w % 1000;
            real = 1.5e19d;
            below = -1.0d;
        """,
    )
    model = engine.GeNNModel("float", "large")
    start = {"w": [2**63 + 5], "third": 0, "rest": 0, "real": 0, "below": 0}
    pop = model.add_neuron_population("P", 1, neuron, {}, start)
    model.build()
    model.load()
    model.step_time()
    found = {}
    for name, variable in pop.vars.items():
        variable.pull_from_device()
        found[name] = int(variable.values[0])
    assert found == {
        "w": 2**63 + 5,
        "third": (2**63 + 5) // 3,
        "rest": (2**63 + 5) % 1000,
        "real": 15 * 10**18,
        "below": 2**64 - 1,
    }
