"""Train the weights of the spiking classifier that the notebooks run.

Only chapter 5 needs this package: the weights lie in ``data/``. It is here so that nobody has to
take them on trust, and for readers who want to change the network.

The way to the weights has these stages:

1. Train a teacher, a larger and convolutional network, on the labels.
2. Redraw every image a number of times, and let the teacher say how likely each digit is.
3. Train an ordinary network of the same shape as the spiking one, 784-128-10 without biases, on
   what the teacher said. It sees *firing rates*: those of the input neurons for the image.
4. Convert it: scale each layer so that its sums suit spiking neurons with a threshold of 5, and
   choose the two scales by the accuracy of the *spiking* network.
5. For answers after few steps, train the spiking network itself from there on.

Every choice is made on images held out from training. The test set is read by
`tutorial_helpers.evaluation` alone.

Run ``python -m tutorial_helpers train``. Training needs JAX and Optax, the extra ``train``.
Importing this package does not: its names are looked up where they are defined once they are used.

======================  ============================================================
`settings`              what a run is told; the recipes of the sets in ``data/``
`network`               sizes, constants, `Weights`
`augmentation`          images redrawn a little
`teacher`               the larger network
`redrawing`             the stock of redrawn images, judged by the teacher
`rates`                 the ordinary network
`spiking`               the spiking network
`conversion`            from the one to the other
`fine_tuning`           the spiking network, trained for few steps
`scoring`               how often a network is right
`stages`                epochs of updates, kept as soon as they are done
`checkpoints`           the file that they are kept in
`pipeline`              `train`: all stages in their order
`weight_files`          the finished weights, with what made them
`skipping`              of the chapter that trains, where JAX is missing
`command`               ``python -m tutorial_helpers train``
`dependencies`          whether JAX and Optax are there
======================  ============================================================
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from tutorial_helpers.training.dependencies import check_dependencies, missing_package

if TYPE_CHECKING:
    from tutorial_helpers.training.augmentation import augment
    from tutorial_helpers.training.checkpoints import Checkpoint
    from tutorial_helpers.training.conversion import Conversion, convert, mean_accuracy, normalise
    from tutorial_helpers.training.fine_tuning import Tuned, count_loss, first_gains
    from tutorial_helpers.training.network import Weights
    from tutorial_helpers.training.pipeline import Result, split, train
    from tutorial_helpers.training.rates import (
        init_weights,
        logits,
        loss,
        rates_from_pixels,
        target_loss,
    )
    from tutorial_helpers.training.redrawing import Stock, pick, redraw
    from tutorial_helpers.training.scoring import accuracy
    from tutorial_helpers.training.settings import RECIPES, Recipe, Settings
    from tutorial_helpers.training.spiking import (
        counts_by_step,
        emit,
        input_spikes,
        simulate_counts,
        simulate_spikes,
    )
    from tutorial_helpers.training.stages import (
        History,
        State,
        gradient_update,
        run_epoch,
        run_stage,
        scanned_updates,
        stage_keys,
    )
    from tutorial_helpers.training.teacher import (
        Teacher,
        init_teacher,
        teacher_logits,
        teacher_loss,
    )
    from tutorial_helpers.training.weight_files import save_weights

__all__ = [
    "RECIPES",
    "Checkpoint",
    "Conversion",
    "History",
    "Recipe",
    "Result",
    "Settings",
    "State",
    "Stock",
    "Teacher",
    "Tuned",
    "Weights",
    "accuracy",
    "augment",
    "check_dependencies",
    "convert",
    "count_loss",
    "counts_by_step",
    "emit",
    "first_gains",
    "gradient_update",
    "init_teacher",
    "init_weights",
    "input_spikes",
    "logits",
    "loss",
    "mean_accuracy",
    "missing_package",
    "normalise",
    "pick",
    "rates_from_pixels",
    "redraw",
    "run_epoch",
    "run_stage",
    "save_weights",
    "scanned_updates",
    "simulate_counts",
    "simulate_spikes",
    "split",
    "stage_keys",
    "target_loss",
    "teacher_logits",
    "teacher_loss",
    "train",
]

_HOMES = {
    "augmentation": ("augment",),
    "checkpoints": ("Checkpoint",),
    "conversion": ("Conversion", "convert", "mean_accuracy", "normalise"),
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
_HOME = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import what needs JAX only once it is asked for."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        module = importlib.import_module(f"{__name__}.{_HOME[name]}")
    except ImportError:
        check_dependencies()  # says what to install, if that is why
        raise
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
