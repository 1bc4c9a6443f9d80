"""``classify``: classify the MNIST test set, and report accuracy and speed."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from tutorial_helpers.command_line import given, integer, plain_output

_DESCRIPTION = """\
Build a network of 784-128-10 integrate-and-fire neurons, show it every image of the MNIST test
set, and report how often it was right and how long it took.

Images are classified in batches, side by side. Between two batches a custom update resets the
network on the device."""

_EPILOG = """\
examples:
  python -m tutorial_helpers classify
  python -m tutorial_helpers classify --images 1000 --timesteps 30
  python -m tutorial_helpers classify --json > result.json

environment:
  TUTORIAL_BACKEND    'bundled' or 'pygenn', to force one of them
  NUMBAGENN_THREADS   number of threads of numbagenn
  NUMBAGENN_CACHE_DIR folder for compiled kernels"""


def add_parser(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "classify",
        help="classify the MNIST test set and report accuracy and speed",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--batch-size",
        type=integer(),
        default=128,
        metavar="B",
        help="images side by side (default: %(default)s); the results do not depend on it",
    )
    parser.add_argument(
        "--timesteps",
        type=integer(),
        default=100,
        metavar="T",
        help="steps of 1 ms for which each image is shown (default: %(default)s)",
    )
    parser.add_argument(
        "--images", type=integer(), metavar="N", help="only the first N images (default: all)"
    )
    parser.add_argument(
        "--weights",
        type=given,
        default="default",
        metavar="SET",
        help="name of a set in data/, or a folder with weights_0_1.npy and weights_1_2.npy "
        "(default: %(default)s)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


@plain_output()
def run(arguments: argparse.Namespace) -> None:
    """Classify, and print the report."""
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
