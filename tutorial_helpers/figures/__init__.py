"""Every figure of the series.

A function ``plot_...`` takes arrays, checks them, draws a figure and returns it; `show` displays
it, with a description for readers who cannot see it. A function ``animate_...`` returns an
animation, and a `LearningCurve` is drawn again and again while a network learns.
"""

from tutorial_helpers.chapter_packages import needed_for

with needed_for("Figures"):
    import matplotlib  # noqa: F401

from tutorial_helpers.figures import diagrams
from tutorial_helpers.figures.activity import (
    plot_count_changes,
    plot_drawing,
    plot_leak,
    plot_neuron,
    plot_pixels,
    plot_raster,
)
from tutorial_helpers.figures.animation import animate_activity, animate_batch
from tutorial_helpers.figures.answers import (
    plot_confusion,
    plot_output_counts,
    plot_races,
    plot_reading,
    plot_replays,
    plot_spike_counts,
)
from tutorial_helpers.figures.decisions import (
    plot_early_answers,
    plot_settling,
)
from tutorial_helpers.figures.learning import LearningCurve, plot_right_answers
from tutorial_helpers.figures.receptive_fields import (
    animate_receptive_fields,
    plot_receptive_fields,
)
from tutorial_helpers.figures.style import show
from tutorial_helpers.figures.timing import (
    plot_batches,
    plot_break_even,
    plot_ladder,
    plot_time_per_image,
    plot_time_shares,
)
from tutorial_helpers.figures.training import (
    plot_activations,
    plot_learning,
    plot_milestones,
    plot_scales,
)

__all__ = [
    "LearningCurve",
    "animate_activity",
    "animate_batch",
    "animate_receptive_fields",
    "diagrams",
    "plot_activations",
    "plot_batches",
    "plot_break_even",
    "plot_confusion",
    "plot_count_changes",
    "plot_drawing",
    "plot_early_answers",
    "plot_ladder",
    "plot_leak",
    "plot_learning",
    "plot_milestones",
    "plot_neuron",
    "plot_output_counts",
    "plot_pixels",
    "plot_races",
    "plot_raster",
    "plot_reading",
    "plot_receptive_fields",
    "plot_replays",
    "plot_right_answers",
    "plot_scales",
    "plot_settling",
    "plot_spike_counts",
    "plot_time_per_image",
    "plot_time_shares",
    "show",
]
