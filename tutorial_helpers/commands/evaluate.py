"""``evaluate``: measure what a set of weights is worth."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from tutorial_helpers.command_line import add_cluster_options, given, integer, plain_output

_DESCRIPTION = """\
Measure how often a set of weights is right on MNIST's test set, for several numbers of steps, with
the network of the tutorials.

With --record, the result goes into the table in data/README.md, into the row of this set and these
weights. --workers and --cluster let several processes or computers work, with the same result."""

_EPILOG = """\
examples:
  python -m tutorial_helpers evaluate
  python -m tutorial_helpers evaluate --weights small/a --timesteps 100
  python -m tutorial_helpers evaluate --weights default --record
  python -m tutorial_helpers evaluate --workers 2"""


def add_parser(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "evaluate",
        help="measure weights on images that they were not chosen by",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--weights",
        type=given,
        default="default",
        metavar="SET",
        help="name of a set in data/, or a folder with weights_0_1.npy and weights_1_2.npy "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--timesteps",
        type=integer(),
        nargs="+",
        metavar="T",
        help="steps of 1 ms for which each image is shown (default: 12 20 30 50 100)",
    )
    parser.add_argument(
        "--record", action="store_true", help="write the result into the table in data/README.md"
    )
    add_cluster_options(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


@plain_output()
def run(arguments: argparse.Namespace) -> None:
    """Measure, and print the result."""
    from tutorial_helpers.evaluation import TIMESTEPS, check_record, evaluate, record
    from tutorial_helpers.weight_sets import weight_sets

    if arguments.record:
        if arguments.weights not in weight_sets():
            raise ValueError(
                f"--record is for the sets in data/ ({', '.join(weight_sets())}), not for "
                f"'{arguments.weights}'; leave it out."
            )
        if arguments.timesteps is not None:
            raise ValueError("--record measures at the steps of its table; leave --timesteps out.")
        check_record()
    with _client(arguments) as client:
        result = evaluate(
            arguments.weights,
            arguments.timesteps or TIMESTEPS,
            client=client,
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


def _client(arguments: argparse.Namespace) -> AbstractContextManager[Any]:
    """Return the cluster that was asked for; without, nothing of Dask is imported."""
    if arguments.workers is None and arguments.cluster is None:
        return nullcontext()
    from tutorial_helpers.cluster.connecting import client_for

    return client_for(arguments.workers, arguments.cluster)
