"""Train the weights of the spiking classifier that the notebooks run.

Of the notebooks, only chapter 5 needs this package, because the weights are in ``data/``. It is
here so that nobody has to take them on trust, and for readers who want to change the network.

Training has these stages:

1. Train a teacher, a larger and convolutional network, on the labels.
2. Redraw every image a number of times, and let the teacher say how likely each digit is.
3. Train an ordinary network of the same shape as the spiking one, 784-128-10 without biases, on
   what the teacher said. It sees *firing rates*: those of the input neurons for the image.
4. Convert it: scale each layer so that its sums suit spiking neurons with a threshold of 5, and
   choose the two scales by the accuracy of the *spiking* network.
5. Train the spiking network itself from there on, so that it has its answer after few steps.

Every choice is made on images held out from training. Only `tutorial_helpers.evaluation` reads the
test set.

Run ``python -m tutorial_helpers train``. Training needs JAX and Optax, the extra ``train``.
Importing this package does not: a name is imported from its module when it is first used.

======================  ============================================================
`settings`              what a run is given; the recipes of the sets in ``data/``
`network`               sizes, constants, `Weights`
`augmentation`          images redrawn a little
`teacher`               the larger network
`redrawing`             the stock of redrawn images, judged by the teacher
`rates`                 the ordinary network
`spiking`               the spiking network
`conversion`            from the ordinary network to the spiking one
`fine_tuning`           the spiking network itself, trained
`scoring`               how often a network is right
`stages`                epochs of updates, saved as soon as they are done
`checkpoints`           the file in which they are saved
`pipeline`              `train`: all stages in their order
`weight_files`          the finished weights, with what made them
`skipping`              skipping the chapter that trains, where JAX is missing
`dependencies`          whether JAX and Optax are installed
======================  ============================================================
"""

from __future__ import annotations

import importlib
from typing import Any

from tutorial_helpers.training.dependencies import check_dependencies

_NAMES = {
    "augmentation": ("augment",),
    "checkpoints": ("Checkpoint",),
    "conversion": ("Conversion", "convert", "mean_accuracy", "normalise"),
    "dependencies": ("missing_package",),
    "fine_tuning": ("Tuned", "count_loss", "first_gains"),
    "network": ("Weights",),
    "pipeline": ("Result", "split", "train"),
    "rates": ("init_weights", "logits", "loss", "rates_from_pixels", "target_loss"),
    "redrawing": ("Stock", "pick", "redraw"),
    "scoring": ("accuracy",),
    "settings": ("RECIPES", "Recipe", "Settings"),
    "spiking": ("counts_by_step", "emit", "input_spikes", "simulate_counts", "simulate_spikes"),
    "stages": (
        "History",
        "State",
        "gradient_update",
        "run_epoch",
        "run_stage",
        "scanned_updates",
        "stage_keys",
    ),
    "teacher": ("Teacher", "init_teacher", "teacher_logits", "teacher_loss"),
    "weight_files": ("save_weights",),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}

__all__ = [*_MODULE_OF]


def __getattr__(name: str) -> Any:
    """Import a name from its module, which may need JAX, when it is first used."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module(f"{__name__}.{_MODULE_OF[name]}")
    except ImportError:
        check_dependencies()  # says what to install, if that is the reason
        raise
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
