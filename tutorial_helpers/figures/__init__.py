"""Every figure of the series.

A function ``plot_...`` takes arrays, checks them, draws a figure and returns it; `show` displays
it, with a description for readers who cannot see it.
"""

from tutorial_helpers.figures import diagrams
from tutorial_helpers.figures.activity import (
    plot_drawing,
    plot_leak,
    plot_neuron,
    plot_raster,
    plot_rates,
    plot_voltages,
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
    plot_accuracy_over_time,
    plot_early_answers,
    plot_moments,
    plot_operations,
    plot_settling,
    plot_speed,
)
from tutorial_helpers.figures.images import plot_digits, plot_misclassified, plot_pixels
from tutorial_helpers.figures.resets import (
    plot_count_changes,
    plot_leftovers,
    plot_reset,
    plot_two_answers,
)
from tutorial_helpers.figures.style import show
from tutorial_helpers.figures.timing import (
    plot_batch_sizes,
    plot_batches,
    plot_break_even,
    plot_ladder,
    plot_profiles,
    plot_time_per_image,
    plot_time_shares,
)
from tutorial_helpers.figures.training import (
    plot_activations,
    plot_learning,
    plot_milestones,
    plot_rate_curves,
    plot_scales,
    plot_surrogate,
)

__all__ = [
    "animate_activity",
    "animate_batch",
    "diagrams",
    "plot_accuracy_over_time",
    "plot_activations",
    "plot_batch_sizes",
    "plot_batches",
    "plot_break_even",
    "plot_confusion",
    "plot_count_changes",
    "plot_digits",
    "plot_drawing",
    "plot_early_answers",
    "plot_ladder",
    "plot_leak",
    "plot_learning",
    "plot_leftovers",
    "plot_milestones",
    "plot_misclassified",
    "plot_moments",
    "plot_neuron",
    "plot_operations",
    "plot_output_counts",
    "plot_pixels",
    "plot_profiles",
    "plot_races",
    "plot_raster",
    "plot_rate_curves",
    "plot_rates",
    "plot_reading",
    "plot_replays",
    "plot_reset",
    "plot_scales",
    "plot_settling",
    "plot_speed",
    "plot_spike_counts",
    "plot_surrogate",
    "plot_time_per_image",
    "plot_time_shares",
    "plot_two_answers",
    "plot_voltages",
    "show",
]
