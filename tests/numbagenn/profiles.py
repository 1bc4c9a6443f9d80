"""How many examples Hypothesis tries: a few in every run, many when asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, settings

#: Set in the environment, it has every test of random models and programs try many examples.
THOROUGH = "TUTORIAL_THOROUGH"


def examples(few: int, many: int, *, shrink: bool = True) -> Callable[[Any], Any]:
    """Return the settings of a test: `few` examples, always the same, or `many` new ones.

    Without `shrink` an example that fails is shown as it is, where each attempt at a smaller one
    would take seconds.
    """
    thorough = bool(os.environ.get(THOROUGH))
    return settings(
        max_examples=many if thorough else few,
        derandomize=not thorough,
        deadline=None,
        phases=[phase for phase in Phase if shrink or phase is not Phase.shrink],
        print_blob=thorough,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
