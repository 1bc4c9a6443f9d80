"""Long chains of operations and of ``else if`` compute what short ones do."""

from __future__ import annotations

import numpy as np
import pytest

from numbagenn import GeNNModel, create_neuron_model
from numbagenn.language.code_strings import CodeStringError

STEPS = 5
NEURONS = range(4)


def after(code: str, **start: float) -> dict[str, np.ndarray]:
    """Return the variables of four neurons after some steps; `k` starts at the neuron's number."""
    neuron = create_neuron_model(
        "long", vars=[("k", "int"), *((name, "scalar") for name in start)], sim_code=code
    )
    model = GeNNModel("float", "long")
    population = model.add_neuron_population(
        "neurons", len(NEURONS), neuron, {}, {"k": np.array(NEURONS), **start}
    )
    model.build()
    model.load()
    for _ in range(STEPS):
        model.step_time()
    for variable in population.vars.values():
        variable.pull_from_device()
    return {name: variable.values for name, variable in population.vars.items()}


def test_a_sum_is_added_from_the_left() -> None:
    numbers = np.random.default_rng(1).uniform(-1, 1, 500).astype(np.float32)
    found = after("V = " + " + ".join(f"V * {number:.9g}f" for number in numbers) + ";", V=1.0)
    expected = np.float32(1.0)
    for _ in range(STEPS):
        total = expected * numbers[0]
        for number in numbers[1:]:
            total += expected * number
        expected = total
    np.testing.assert_array_equal(found["V"], [expected] * len(NEURONS))


def test_whole_numbers_wrap_around() -> None:
    found = after("k = " + "3 * k + 7 - " * 300 + "k;")
    for number in NEURONS:
        k = number
        for _ in range(STEPS):
            total = 3 * k + 7 + 299 * (7 - 3 * k) - k
            k = (total + 2**31) % 2**32 - 2**31
        assert found["k"][number] == k


@pytest.mark.slow
@pytest.mark.parametrize(("operator", "comparison"), [("||", "=="), ("&&", "!=")])
def test_what_comes_after_the_decision_is_not_evaluated(operator: str, comparison: str) -> None:
    links = [f"(V += 1.0) {comparison} 100 * k"] * 350
    found = after(f"V = 0.0; W = ({f' {operator} '.join(links)}) ? 1.0 : 2.0;", V=0.0, W=0.0)
    assert found["V"].tolist() == [350.0, 100.0, 200.0, 300.0]
    assert found["W"].tolist() == ([2.0, 1, 1, 1] if operator == "||" else [1.0, 2, 2, 2])


def test_one_branch_is_taken() -> None:
    """Conditions may assign, and branches leave the loop around them."""
    branches = " else ".join(
        f"if ((W = i) == {number}) {{ V += {number}; if (i == 240) break; continue; }}"
        for number in range(0, 300, 2)
    )
    found = after(
        f"for (int i = 0; i < 500; i += k + 1) {{ {branches} else {{ V += 0.5; }} U += 1.0; }}",
        V=0.0,
        W=0.0,
        U=0.0,
    )
    for k in NEURONS:
        sums = {"V": 0.0, "W": 0.0, "U": 0.0}
        for _ in range(STEPS):
            for i in range(0, 500, k + 1):
                sums["W"] = i
                in_chain = i % 2 == 0 and i < 300
                sums["V"] += i if in_chain else 0.5
                sums["U"] += not in_chain
                if i == 240:
                    break
        assert {name: found[name][k] for name in sums} == sums


def test_many_continues_lead_to_one_long_condition() -> None:
    """The condition of a do loop is written once: copies of it would take minutes to compile."""
    branches = " else ".join(f"if (n % 60 == {k}) {{ V += {k}.0; continue; }}" for k in range(60))
    ends = " && ".join(f"n != {k} * (k + 1)" for k in range(150, 250))
    found = after(f"int n = 0; do {{ n++; {branches} W += 1.0; }} while ({ends});", V=0.0, W=0.0)
    for k in NEURONS:
        last = next(n for n in range(1, 1000) if n % (k + 1) == 0 and n // (k + 1) >= 150)
        assert found["V"][k] == STEPS * sum(n % 60 for n in range(1, last + 1))
    assert not found["W"].any()


def test_a_mistake_in_a_long_chain_stands_where_it_is() -> None:
    branches = " else\n".join(f"if (V < {k}.0) V = {k}.0;" for k in range(60))
    with pytest.raises(CodeStringError) as raised:
        create_neuron_model(
            "long", vars=[("V", "scalar")], sim_code=branches.replace("V = 45.0", "V = W")
        )
    message, code, caret = str(raised.value).split("\n")
    assert "line 46: Undefined name 'W'; known here: Isyn, V, batch, dt, id, num_batch," in message
    assert code[caret.index("^")] == "W"
