"""The command line: ``python -m tutorial_helpers``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any

from tutorial_helpers.command_line import (
    Parser,
    given,
    integer,
    leave,
    path,
    plain_output,
    status_of,
)

_DESCRIPTION = "Spiking neural networks that classify handwritten digits, in PyGeNN's API."

_CLASSIFY = """\
Build a network of 784-128-10 integrate-and-fire neurons, show it every image of the MNIST test
set, and report how often it was right and how long it took.

Images are classified in batches, side by side; between two batches a custom update resets the
network on the device."""

_RUN = """\
Run a PyGeNN script unchanged on the bundled engine, which takes the place of the module pygenn in
that process, whether PyGeNN is installed or not. Scripts for PyGeNN 5.x and for PyGeNN 4.9 are told
apart by the names that they use; --api decides where that cannot be seen.

What follows SCRIPT is passed on to it, and its exit status is that of the command. If there is no
such script the status is 2."""

_RUN_EXAMPLES = """\
examples:
  python -m tutorial_helpers run simulate.py
  python -m tutorial_helpers run train.py --epochs 3
  python -m tutorial_helpers run --api 4.9 simulate.py"""

# So many that the number of the last update fits into 32 bits.
_MOST_EPOCHS = 10**6

_WEIGHTS_HELP = (
    "name of a set in data/, or a folder with weights_0_1.npy and weights_1_2.npy "
    "(default: %(default)s)"
)

_EXAMPLES = """\
examples:
  python -m tutorial_helpers classify
  python -m tutorial_helpers classify --images 1000 --timesteps 30
  python -m tutorial_helpers classify --json > result.json

environment:
  TUTORIAL_BACKEND   'bundled' or 'pygenn', to force one of them
  TUTORIAL_THREADS   number of threads of the bundled engine
  TUTORIAL_CACHE_DIR folder for compiled kernels"""


_TRAIN = """\
Train the weights of one of the sets in data/ anew, from MNIST's training set, and write them to a
folder. One image in six is held out, to choose by; MNIST's test set is never read.

stages:
  teacher     a larger, convolutional network learns from the labels
  redraw      every image is redrawn a number of times, and the teacher judges each copy
  rates       an ordinary network of 784-128-10 learns from the copies what the teacher says of them
  conversion  its weights are scaled for spiking neurons
  spikes      for the set few_steps alone: the spiking network itself learns from the copies

After every epoch, a checkpoint is written. After Ctrl-C, the same command goes on from there, and
the weights are the same, to the bit, as without the interruption. The checkpoint is kept when all
is done: with the same options otherwise, --set few_steps after --set default goes on from the
stages that both share.

This needs JAX and Optax: pip install jax optax"""

_TRAIN_EXAMPLES = """\
examples:
  python -m tutorial_helpers train
  python -m tutorial_helpers train --set few_steps
  python -m tutorial_helpers train --set default --install --force
  python -m tutorial_helpers train --images 6000 --teacher-epochs 0 --epochs 20 --output small/a"""

_EVALUATE = """\
Measure how often weights are right on MNIST's test set, for several numbers of steps, with the
network of the tutorials.

With --record, the result goes into the table in data/README.md, in the row of this set and these
weights."""

_EVALUATE_EXAMPLES = """\
examples:
  python -m tutorial_helpers evaluate
  python -m tutorial_helpers evaluate --weights small/a --timesteps 100
  python -m tutorial_helpers evaluate --weights default --record"""


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="python -m tutorial_helpers", description=_DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    classify = commands.add_parser(
        "classify",
        help="classify the MNIST test set and report accuracy and speed",
        description=_CLASSIFY,
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    classify.add_argument(
        "--batch-size",
        type=integer(),
        default=128,
        metavar="B",
        help="images side by side (default: %(default)s); the results do not depend on it",
    )
    classify.add_argument(
        "--timesteps",
        type=integer(),
        default=100,
        metavar="T",
        help="steps of 1 ms for which each image is shown (default: %(default)s)",
    )
    classify.add_argument(
        "--images", type=integer(), metavar="N", help="only the first N images (default: all)"
    )
    classify.add_argument(
        "--weights",
        type=given,
        default="default",
        metavar="SET",
        help=_WEIGHTS_HELP,
    )
    classify.add_argument(
        "--json", action="store_true", help="print one JSON object instead of text"
    )
    _add_training(commands)
    run = commands.add_parser(
        "run",
        help="run a PyGeNN script, for 5.x or 4.9, on the bundled engine",
        description=_RUN,
        epilog=_RUN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    run.add_argument(
        "--api",
        choices=("4.9", "5"),
        help="the PyGeNN that the script was written for (default: what its names say)",
    )
    run.add_argument("script", type=given, metavar="SCRIPT", help="the Python file")
    run.add_argument(
        "arguments", nargs=argparse.REMAINDER, metavar="...", help="arguments of the script"
    )
    return parser


def _add_training(commands: Any) -> None:
    """Describe the commands that make weights and measure them."""
    from tutorial_helpers.training.settings import RECIPES, Settings

    train = commands.add_parser(
        "train",
        help="train the weights anew",
        description=_TRAIN,
        epilog=_TRAIN_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.add_argument(
        "--set",
        choices=tuple(RECIPES),
        default="default",
        help="which set of weights (default: %(default)s)",
    )
    own = Settings()
    for option, kind, metavar, default, explanation in (
        ("--seed", integer(0, 2**32 - 1), "S", own.seed, "of all that is random"),
        (
            "--teacher-epochs",
            integer(0, _MOST_EPOCHS),
            "E",
            own.teacher_epochs,
            "how often the teacher is shown every image; 0 for none: the labels are learnt",
        ),
        (
            "--copies",
            integer(),
            "C",
            own.copies,
            "how often every image is redrawn; one copy of all images takes 41 MB of memory",
        ),
        (
            "--epochs",
            integer(1, _MOST_EPOCHS),
            "E",
            own.epochs,
            "how often the network of rates is shown a copy of every image",
        ),
        (
            "--few-epochs",
            integer(1, _MOST_EPOCHS),
            "E",
            own.few_epochs,
            "how often the spiking network of the set few_steps is shown a copy of every image",
        ),
    ):
        train.add_argument(
            option, type=kind, metavar=metavar, help=f"{explanation} (default: {default})"
        )
    train.add_argument(
        "--images", type=integer(), metavar="N", help="only the first N images (default: all)"
    )
    train.add_argument(
        "--output",
        type=path,
        metavar="DIR",
        help="folder for the weights (default: trained/SET in the working directory)",
    )
    train.add_argument(
        "--checkpoint",
        type=path,
        metavar="FILE",
        help="where each epoch is kept (default: checkpoint.npz in the folder above the output, "
        "which the sets share)",
    )
    train.add_argument(
        "--force", action="store_true", help="replace weights that are there already"
    )
    train.add_argument(
        "--install",
        action="store_true",
        help="copy the weights to data/ afterwards, and list them in data/weights.json",
    )
    train.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    evaluate = commands.add_parser(
        "evaluate",
        help="measure weights on images that they were not chosen by",
        description=_EVALUATE,
        epilog=_EVALUATE_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    evaluate.add_argument(
        "--weights", type=given, default="default", metavar="SET", help=_WEIGHTS_HELP
    )
    evaluate.add_argument(
        "--timesteps",
        type=integer(),
        nargs="+",
        metavar="T",
        help="steps of 1 ms for which each image is shown (default: 12 20 30 50 100)",
    )
    evaluate.add_argument(
        "--record", action="store_true", help="put the result on record in data/README.md"
    )
    evaluate.add_argument(
        "--json", action="store_true", help="print one JSON object instead of text"
    )


def _run(arguments: argparse.Namespace) -> int:
    from tutorial_helpers.script_runner import run_script

    return run_script(arguments.script, arguments.arguments, arguments.api)


def _classify(arguments: argparse.Namespace) -> None:
    # Imported late, so that --help and mistakes in the options are answered at once.
    from tutorial_helpers.data import load_mnist, load_weights
    from tutorial_helpers.inference import accuracy, classify
    from tutorial_helpers.models import build_classifier
    from tutorial_helpers.pygenn import backend_description

    backend = backend_description()
    weights = load_weights(arguments.weights)
    images, labels = load_mnist("test")
    wanted = arguments.images or len(images)
    if wanted > len(images):
        raise ValueError(
            f"--images {wanted} is more than the {len(images)} images of MNIST's test set; "
            "ask for fewer, or leave it out for all."
        )
    images, labels = images[:wanted], labels[:wanted]
    network = build_classifier(weights, batch_size=arguments.batch_size)
    result = classify(network, images, timesteps=arguments.timesteps, progress=sys.stderr.isatty())
    report = {
        "dataset": "mnist-test",
        "images": len(images),
        "batch_size": arguments.batch_size,
        "timesteps": arguments.timesteps,
        "backend": backend,
        "accuracy": round(accuracy(result.predictions, labels), 4),
        "build_seconds": round(network.build_seconds, 4),
        "simulate_seconds": round(result.seconds, 4),
        "images_per_second": round(len(images) / result.seconds, 1),
        "spikes": list(result.spikes),
    }
    if arguments.json:
        print(json.dumps(report))
        return
    print(f"dataset      {report['dataset']}, {len(images):,} images")
    print(f"backend      {backend}")
    print(f"method       batches of {arguments.batch_size}, {arguments.timesteps} steps of 1 ms")
    print(f"accuracy     {report['accuracy']:.2f} %")
    print(f"build        {network.build_seconds:.2f} s")
    print(f"simulation   {result.seconds:.2f} s")
    print(f"throughput   {len(images) / result.seconds:,.0f} images/s")


def _train(arguments: argparse.Namespace) -> None:
    from tutorial_helpers.training.command import run

    run(arguments)


def _evaluate(arguments: argparse.Namespace) -> None:
    from tutorial_helpers.evaluation import TIMESTEPS, check_record, evaluate, record
    from tutorial_helpers.weight_sets import weight_sets

    if arguments.record and arguments.weights not in weight_sets():
        raise ValueError(
            f"--record is for the sets in data/ ({', '.join(weight_sets())}), not for "
            f"'{arguments.weights}'; leave it out."
        )
    if arguments.record and arguments.timesteps is not None:
        raise ValueError("--record measures at the steps of its table; leave --timesteps out.")
    if arguments.record:
        check_record()
    result = evaluate(
        arguments.weights,
        arguments.timesteps or TIMESTEPS,
        progress=sys.stderr.isatty(),
    )
    if arguments.record:
        record(result)
    if arguments.json:
        report = {
            "weights": result.name,
            "sha256": result.digest,
            "backend": result.backend,
            "versions": result.versions,
            "mnist_test": {steps: round(share, 4) for steps, share in result.mnist.items()},
            "recorded": arguments.record,
        }
        print(json.dumps(report))
        return
    print(f"weights      {result.name}, SHA-256 {result.digest[:12]}")
    print(f"backend      {result.backend}")
    for steps, share in result.mnist.items():
        print(f"MNIST        {share:.2f} % at {steps} steps")
    if arguments.record:
        print("recorded in  data/README.md")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Arguments without the program's name; those of the process by default.

    Returns
    -------
    int
        Exit status, as `command_line` lists them; that of the script for ``run``.
    """
    return status_of(lambda: _answer(arguments))


def _answer(arguments: Sequence[str] | None) -> int:
    parsed = _parser().parse_args(arguments)
    if parsed.command == "run":
        return _run(parsed)
    commands = {"classify": _classify, "train": _train, "evaluate": _evaluate}
    with plain_output():
        commands[parsed.command](parsed)
    return 0


if __name__ == "__main__":
    leave(main())
