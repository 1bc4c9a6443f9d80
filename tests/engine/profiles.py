"""How many examples Hypothesis tries: a few in every run, many when asked."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

#: Set in the environment, it has every test of random models and programs try many examples.
THOROUGH = "TUTORIAL_THOROUGH"


def examples(few: int, many: int) -> Callable[[Any], Any]:
    """Return the settings of a test: `few` examples, always the same, or `many` new ones."""
    thorough = bool(os.environ.get(THOROUGH))
    return settings(
        max_examples=many if thorough else few,
        derandomize=not thorough,
        deadline=None,
        print_blob=thorough,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
