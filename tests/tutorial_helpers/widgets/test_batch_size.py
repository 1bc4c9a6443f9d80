"""The widget of the batch size."""

from __future__ import annotations

import pytest

from tests.tutorial_helpers.widgets.turning import digits
from tutorial_helpers import widgets
from tutorial_helpers.data import load_weights


def test_too_few_images_for_a_batch() -> None:
    with pytest.raises(ValueError, match="at least as many as the largest of sizes, 256, not 10;"):
        widgets.batch_size(load_weights(), digits()[0][:10])
