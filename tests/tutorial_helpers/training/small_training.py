"""A training run that takes no time once it is compiled, and how tests interrupt it.

It has all the stages of the real ones.
"""

from __future__ import annotations

from dataclasses import replace

from tutorial_helpers.data import load_mnist
from tutorial_helpers.training import Settings

# The learning rates let each network learn in its few epochs, of 10 updates each.
SETTINGS = Settings(
    seed=3,
    batch=20,
    teacher_epochs=2,
    teacher_learning_rate=3e-3,
    copies=2,
    epochs=4,
    steps=30,
    tuning_steps=(12,),
    tuning_epochs=3,
)
WITHOUT_TEACHER = replace(SETTINGS, teacher_epochs=0)


def small_digits():
    """Return 240 images and labels, of which 40 are held out."""
    images, labels = load_mnist("train")
    return images[:240], labels[:240]


def interrupt_at(monkeypatch, module, name, call):
    """Have a function interrupted, as by Ctrl-C, at one of its calls."""
    original, calls = getattr(module, name), []

    def function(*arguments, **options):
        calls.append(name)
        if len(calls) == call:
            raise KeyboardInterrupt
        return original(*arguments, **options)

    monkeypatch.setattr(module, name, function)
    return calls


def count_epochs(monkeypatch):
    """Note the epochs that are begun: those of the teacher, and those of the other networks."""
    from tutorial_helpers.training import pipeline  # needs JAX

    return [interrupt_at(monkeypatch, pipeline, name, None) for name in ("run_epoch", "pick")]
