"""What a learner turns: controls in a notebook, with an answer that follows them.

Each function returns a `Panel`, which a notebook displays. The widgets need ipywidgets, and the pad
needs anywidget. Without a
front end their cells run all the same, and readers of a stored notebook see a still.
"""

from tutorial_helpers.chapter_packages import needed_for

with needed_for("Widgets"):
    import anywidget  # noqa: F401
    import ipywidgets  # noqa: F401
    import matplotlib  # noqa: F401

from tutorial_helpers.widgets.all_images import whole_test_set
from tutorial_helpers.widgets.batches import batch_size
from tutorial_helpers.widgets.learning_rates import learning_rate
from tutorial_helpers.widgets.one_image import image_and_steps
from tutorial_helpers.widgets.one_neuron import neuron

__all__ = ["batch_size", "image_and_steps", "learning_rate", "neuron", "whole_test_set"]
