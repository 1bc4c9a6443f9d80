"""Neurons with conductances of Hodgkin and Huxley's kind, in the forms that GeNN has of them.

The equations are from Traub and Miles (1991), Neuronal networks of the hippocampus. Three of the
rates are fractions that are 0 / 0 at one voltage. The forms differ in what they do there, and in
the number of Euler steps for each step of the network.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numbagenn.base.types import SCALAR

#: Returns the text of ``rate * x / (exp(x / width) - 1)``; the last argument is its limit at x = 0.
Fraction = Callable[[str, str, str, str], str]


def with_limit(rate: str, x: str, width: str, limit: str) -> str:
    """Return the text of a rate that is its limit where the fraction is 0 / 0."""
    return f"({x} == 0.0) ? {limit} : {unguarded(rate, x, width, limit)}"


def unguarded(rate: str, x: str, width: str, limit: str) -> str:
    """Return the text of a rate that is not a number where the fraction is 0 / 0."""
    return f"{rate} * ({x}) / (exp(({x}) / {width}) - 1.0)"


def with_least_denominator(rate: str, x: str, width: str, limit: str) -> str:
    """Return the text of a rate that is 0 where the fraction is 0 / 0.

    The smallest normal number of single precision is added to the denominator, which changes no
    other one.
    """
    return f"{rate} * fabs({x}) / (fabs(exp(({x}) / {width}) - 1.0) + 1.17549435e-38)"


def traub_miles(fraction: Fraction = with_limit, parts: str = "25") -> dict[str, Any]:
    """Return the description of a form, as `create_neuron_model` takes it.

    Parameters
    ----------
    fraction
        How the fractions are written.
    parts
        Number of Euler steps for each step of the network, or the name of a parameter that has it.
    """
    names = ["gNa", "ENa", "gK", "EK", "gl", "El", "C"]
    return {
        "params": names if parts.isdigit() else [*names, parts],
        "vars": [(name, SCALAR) for name in ("V", "m", "h", "n")],
        "sim_code": f"""
        const scalar part = dt / {f"{parts}.0" if parts.isdigit() else parts};
        for (int i = 0; i < {parts}; i++) {{
            const scalar current = -(m * m * m * h * gNa * (V - ENa)
                + n * n * n * n * gK * (V - EK) + gl * (V - El) - Isyn);
            const scalar openM = {fraction("0.32", "-52.0 - V", "4.0", "1.28")};
            const scalar closeM = {fraction("0.28", "V + 25.0", "5.0", "1.4")};
            m += (openM * (1.0 - m) - closeM * m) * part;
            const scalar openH = 0.128 * exp((-48.0 - V) / 18.0);
            const scalar closeH = 4.0 / (exp((-25.0 - V) / 5.0) + 1.0);
            h += (openH * (1.0 - h) - closeH * h) * part;
            const scalar openN = {fraction("0.032", "-50.0 - V", "5.0", "0.16")};
            const scalar closeN = 0.5 * exp((-55.0 - V) / 40.0);
            n += (openN * (1.0 - n) - closeN * n) * part;
            V += current / C * part;
        }}
    """,
        "threshold_condition_code": "V >= 0.0",
    }
