"""``learn``: let a network learn MNIST from random weights, on the device."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutorial_helpers.command_line import integer, path, plain_output

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutorial_helpers.learning import Epoch

_DESCRIPTION = """\
Let a network of spiking neurons learn MNIST's training images from random weights, and report after
each epoch how many of the test images it answers correctly.

All learning happens on the device, in PyGeNN's API: each of 128 copies of the network looks at an
image, errors go back through the synapses, and one custom update sums over the copies what each
wishes of a weight. Nothing else is needed, JAX neither.

With --output, the weights go into a folder, for classify --weights. After every epoch a checkpoint
is written there. If you press Ctrl-C you lose at most one epoch: the same command goes on from the
checkpoint, and the weights are bit for bit those of an uninterrupted run."""

_EPILOG = """\
examples:
  python -m tutorial_helpers learn
  python -m tutorial_helpers learn --epochs 1 --seed 2 --json
  python -m tutorial_helpers learn --output learnt
  python -m tutorial_helpers classify --weights learnt/

environment:
  TUTORIAL_BACKEND    'bundled' or 'pygenn', to force one of them
  NUMBAGENN_THREADS   number of threads of numbagenn; the weights do not depend on it
  NUMBAGENN_CACHE_DIR folder for compiled kernels"""

_CHECKPOINT = "checkpoint.npz"


def add_parser(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "learn",
        help="let a network learn on the device, from random weights",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--epochs",
        type=integer(1, 10**6),
        default=5,
        metavar="E",
        help="how often the network is shown every training image (default: %(default)s)",
    )
    parser.add_argument(
        "--hidden",
        type=integer(1, 10**5),
        default=128,
        metavar="H",
        help="number of hidden neurons (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=integer(0, 2**32 - 1),
        default=1,
        metavar="S",
        help="seed of the first weights, of the order of the images and of their shifts "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--images", type=integer(), metavar="N", help="only the first N images (default: all)"
    )
    parser.add_argument(
        "--output", type=path, metavar="DIR", help="folder for the weights (default: they are lost)"
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="print one JSON object instead of text; its lists accuracy, in per cent of the test "
        "set, and seconds have an entry for each epoch",
    )


@plain_output()
def run(options: argparse.Namespace) -> None:
    """Learn, write the weights, and print the report.

    Raises
    ------
    OSError, ValueError
        If something is missing or wrong.
    KeyboardInterrupt
        On Ctrl-C, with how to go on.
    """
    from tutorial_helpers.data import load_mnist
    from tutorial_helpers.learning import LearningNetwork, learn, random_weights
    from tutorial_helpers.pygenn import backend_description

    backend = backend_description()
    _check_output(options.output)
    images, labels = load_mnist("train")
    wanted = options.images or len(images)
    if wanted > len(images):
        raise ValueError(
            f"--images {wanted} is more than the {len(images)} images of MNIST's training set; "
            "ask for fewer, or leave it out for all."
        )
    images, labels = images[:wanted], labels[:wanted]
    test_images, test_labels = load_mnist("test")
    sizes = [images.shape[1], options.hidden, 10]
    network = LearningNetwork(random_weights(sizes, options.seed))
    epochs = learn(
        network,
        images,
        labels,
        epochs=options.epochs,
        seed=options.seed,
        score=lambda: network.accuracy(test_images, test_labels),
        checkpoint=None if options.output is None else options.output / _CHECKPOINT,
        progress=sys.stderr.isatty(),
    )
    if not options.json:
        print(f"backend      {backend}")
        print(f"network      {'-'.join(map(str, sizes))}, from random weights")
        print(f"images       {len(images):,} to learn from, {len(test_images):,} to test with")
    done = _each_reported(epochs, options)
    _report(options, backend, len(images), network.weights, done)


def _each_reported(epochs: Iterator[Epoch], options: argparse.Namespace) -> list[Epoch]:
    """Learn for all epochs, and say after each how it went."""
    done: list[Epoch] = []
    try:
        for epoch in epochs:
            done.append(epoch)
            if not options.json:
                print(
                    f"epoch {epoch.number:<6} {epoch.accuracy:.2f} % of the test images, "
                    f"after {epoch.seconds:.1f} s",
                    flush=True,
                )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(_how_to_go_on(options.output, len(done))) from None
    return done


def _check_output(output: Path | None) -> None:
    """Raise if the weights cannot be written, or would replace others."""
    from tutorial_helpers.atomic_write import check_writable
    from tutorial_helpers.weight_sets import DATA, WEIGHT_FILES

    if output is None:
        return
    if output.resolve() == DATA.resolve() or DATA.resolve() in output.resolve().parents:
        raise ValueError(
            f"--output {output} lies in data/, whose sets are listed with their hashes; name "
            "another folder."
        )
    for name in (*WEIGHT_FILES, _CHECKPOINT):
        check_writable(output / name, "name another folder with --output")
    # With a checkpoint, they are those of this run, or the checkpoint is refused.
    if not (output / _CHECKPOINT).exists() and any((output / n).exists() for n in WEIGHT_FILES):
        raise ValueError(f"{output} holds weights already; name another folder with --output.")


def _how_to_go_on(output: Path | None, done: int) -> str:
    """Say after Ctrl-C what is kept."""
    if output is None:
        return (
            "Interrupted: nothing is kept. With --output, there is a checkpoint after each epoch."
        )
    if not done:
        return "Interrupted before the first epoch was done: nothing is kept."
    epochs = "1 epoch" if done == 1 else f"{done} epochs"
    return f"Interrupted: {output} holds {epochs}; run the same again to go on from there."


def _report(
    options: argparse.Namespace, backend: str, images: int, weights: Any, epochs: list[Epoch]
) -> None:
    """Write the weights, and say what came of it."""
    from tutorial_helpers.training.weight_files import save_weights
    from tutorial_helpers.weight_sets import set_digest

    files = [] if options.output is None else save_weights(weights, options.output)
    digest = set_digest(weights)
    if options.json:
        report = {
            "epochs": options.epochs,
            "hidden": options.hidden,
            "seed": options.seed,
            "images": images,
            "backend": backend,
            "accuracy": [round(epoch.accuracy or 0.0, 4) for epoch in epochs],
            "practice": [round(epoch.practice, 4) for epoch in epochs],
            "seconds": [round(epoch.seconds, 4) for epoch in epochs],
            "sha256": digest,
            "files": [str(file) for file in files],
        }
        print(json.dumps(report))
        return
    print(f"SHA-256      {digest}")
    for file in files:
        print(f"written      {file}")
