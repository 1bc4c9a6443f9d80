"""``classify``: classify the MNIST test set and report how that went, or pictures of one's own."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutorial_helpers.command_line import (
    add_cluster_options,
    given,
    integer,
    path,
    plain_output,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_DESCRIPTION = """\
Build a network of 784-128-10 integrate-and-fire neurons, show it every image of the MNIST test
set, and report how often it was right and how long it took.

Images are classified in batches, side by side. Between two batches a custom update resets the
network on the device.

With --image it classifies pictures of your own instead. Each shows one digit, dark on light or
light on dark, and is cut out, scaled and centred as MNIST's makers did it. --show prints what the
network sees.

With --digits it classifies up to a billion digits: those of the test set, redrawn a little
differently each time. --workers and --cluster share the work among processes or computers, with the
same answers. How that works is in
https://spiking-mnist-tutorials.github.io/spiking-mnist-tutorials/how_to/cluster.html"""

_EPILOG = """\
examples:
  python -m tutorial_helpers classify
  python -m tutorial_helpers classify --images 1000 --timesteps 30
  python -m tutorial_helpers classify --json > result.json
  python -m tutorial_helpers classify --image seven.png three.jpg --show
  python -m tutorial_helpers classify --digits 1_000_000 --workers 2 --store answers
  python -m tutorial_helpers classify --cluster tcp://10.0.0.7:8786

environment:
  TUTORIAL_BACKEND    'bundled' or 'pygenn', to force one of them
  NUMBAGENN_THREADS   number of threads of numbagenn
  NUMBAGENN_CACHE_DIR folder for compiled kernels"""


#: The options that are for many digits.
_OF_MANY = ("digits", "workers", "cluster", "store", "images_per_block")


def add_parser(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "classify",
        help="classify the MNIST test set and report accuracy and speed, or your own pictures",
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
    parser.add_argument(
        "--image",
        type=path,
        nargs="+",
        metavar="FILE",
        help="PNG or JPEG files to classify in the place of the test set, one digit in each",
    )
    parser.add_argument(
        "--ink",
        choices=("auto", "dark", "light"),
        default="auto",
        help="whether the digits in the files are darker or lighter than the paper (default: the "
        "edge of each is taken for paper)",
    )
    parser.add_argument(
        "--show", action="store_true", help="print the 28 x 28 pixels that the network sees"
    )
    _add_options_of_many(parser)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


def _add_options_of_many(parser: argparse.ArgumentParser) -> None:
    """Describe what is for more digits than one process reads."""
    parser.add_argument(
        "--digits",
        type=integer(),
        metavar="N",
        help="classify N redrawn digits instead of the test set; digit number n is the same in "
        "every run; needs JAX",
    )
    parser.add_argument(
        "--store",
        type=path,
        metavar="DIR",
        help="keep finished blocks in this folder; run the same command again to continue",
    )
    parser.add_argument(
        "--images-per-block",
        type=integer(),
        metavar="N",
        help="images that a worker gets at once (default: an eighth of all, from 1,000 to 10,000); "
        "many workers need large blocks",
    )
    add_cluster_options(parser)


@plain_output()
def run(arguments: argparse.Namespace) -> None:
    """Classify, and print the report."""
    _check_combination(arguments)
    if arguments.image is not None:
        _run_pictures(arguments)
        return
    many = any(getattr(arguments, name) is not None for name in _OF_MANY)
    report = _classify_many(arguments) if many else _classify_test_set(arguments)
    if arguments.json:
        print(json.dumps(report))
        return
    print(f"dataset      {report['dataset']}, {report['images']:,} images")
    print(f"backend      {report['backend']}")
    print(f"method       batches of {arguments.batch_size}, {arguments.timesteps} steps of 1 ms")
    print(f"accuracy     {report['accuracy']:.2f} %")
    print(f"build        {report['build_seconds']:.2f} s")
    print(f"simulation   {report['simulate_seconds']:.2f} s")
    print(f"throughput   {report['images_per_second']:,.0f} images/s")


def _check_combination(arguments: argparse.Namespace) -> None:
    """Raise if options are given that belong to the test set and to files, or to many digits."""
    if arguments.digits is not None and arguments.images is not None:
        raise ValueError(
            "--images counts images of MNIST's test set, and --digits redraws them; leave one of "
            "them out."
        )
    if arguments.image is None:
        for option, is_given in (("show", arguments.show), ("ink", arguments.ink != "auto")):
            if is_given:
                raise ValueError(f"--{option} is for files of your own; name them with --image.")
        return
    if arguments.images is not None:
        raise ValueError(
            "--images counts images of MNIST's test set, and --image names files to classify in "
            "their place; leave one of them out."
        )
    for name in _OF_MANY:
        if getattr(arguments, name) is not None:
            raise ValueError(
                f"--{name.replace('_', '-')} is for many digits, and --image names a few files; "
                "leave one of them out."
            )


def _run_pictures(arguments: argparse.Namespace) -> None:
    """Classify files, and print the answer to each."""
    import numpy as np

    from tutorial_helpers.data import load_weights
    from tutorial_helpers.inference import classify
    from tutorial_helpers.models import build_classifier
    from tutorial_helpers.pygenn import backend_description

    backend = backend_description()
    weights = load_weights(arguments.weights)
    images = np.array([_image(file, arguments.ink) for file in arguments.image])
    network = build_classifier(weights, batch_size=arguments.batch_size)
    result = classify(network, images, timesteps=arguments.timesteps)
    rows = [
        {
            "file": str(file),
            # Without any spike there is no answer.
            "answer": int(counts.argmax()) if counts.any() else None,
            "counts": counts.tolist(),
            **({"pixels": image.reshape(28, 28).tolist()} if arguments.show else {}),
        }
        for file, counts, image in zip(arguments.image, result.counts, images, strict=True)
    ]
    if arguments.json:
        report = {"timesteps": arguments.timesteps, "backend": backend, "images": rows}
        print(json.dumps(report))
        return
    print(f"backend      {backend}")
    print(f"method       {arguments.timesteps} steps of 1 ms; spikes of the ten output neurons")
    print(f"\nanswer  {' '.join(f'{digit:4}' for digit in range(10))}   file")
    for row, image in zip(rows, images, strict=True):
        answer = "none" if row["answer"] is None else row["answer"]
        print(f"{answer:>6}  {' '.join(f'{count:4}' for count in row['counts'])}   {row['file']}")
        if arguments.show:
            print(_in_characters(image))


def _image(file: Path, ink: Any) -> NDArray[np.uint8]:
    """Read a file and make it an image as those of MNIST; say which file is wrong."""
    from tutorial_helpers.own_digits import digit_from_picture, read_picture

    try:
        return digit_from_picture(read_picture(file), ink=ink)
    except ValueError as error:
        raise ValueError(f"'{file}': {error}") from error


def _in_characters(image: NDArray[np.uint8]) -> str:
    """Draw an image in a frame, two characters for each pixel, of which terminals have these."""
    shades = " ░▒▓█"
    try:
        shades.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        shades = " .+%@"
    edge = f"+{56 * '-'}+"
    lines = [
        "".join(2 * shades[(int(level) * 4 + 254) // 255] for level in row)
        for row in image.reshape(28, 28)
    ]
    return "\n".join([edge, *(f"|{line}|" for line in lines), edge])


def _test_set(arguments: argparse.Namespace) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return MNIST's test set, or as many of its images as were asked for."""
    from tutorial_helpers.data import load_mnist

    images, labels = load_mnist("test")
    wanted = arguments.images or len(images)
    if wanted > len(images):
        raise ValueError(
            f"--images {wanted} is more than the {len(images)} images of MNIST's test set; "
            "ask for fewer, or leave it out for all."
        )
    return images[:wanted], labels[:wanted]


def _classify_test_set(arguments: argparse.Namespace) -> dict[str, Any]:
    """Classify MNIST's test set in this process, and return how often and how fast it is right."""
    from tutorial_helpers.data import load_weights
    from tutorial_helpers.inference import accuracy, classify
    from tutorial_helpers.models import build_classifier
    from tutorial_helpers.pygenn import backend_description

    backend = backend_description()
    weights = load_weights(arguments.weights)
    images, labels = _test_set(arguments)
    network = build_classifier(weights, batch_size=arguments.batch_size)
    result = classify(network, images, timesteps=arguments.timesteps, progress=sys.stderr.isatty())
    right = accuracy(result.predictions, labels)
    return _report(
        arguments, len(images), backend, right, network.build_seconds, result.seconds, result.spikes
    )


def _classify_many(arguments: argparse.Namespace) -> dict[str, Any]:
    """Classify images in blocks, here or on the workers of a cluster, and return the same."""
    from tutorial_helpers.cluster import count_right
    from tutorial_helpers.cluster.connecting import client_for, description
    from tutorial_helpers.data import load_weights
    from tutorial_helpers.redrawn_digits import RedrawnDigits

    weights = load_weights(arguments.weights)
    images, labels = (
        _test_set(arguments)
        if arguments.digits is None
        else (RedrawnDigits(arguments.digits), None)
    )
    with client_for(arguments.workers, arguments.cluster) as client:
        backend = description(client)
        counted = count_right(
            images,
            weights,
            client=client,
            timesteps=arguments.timesteps,
            batch_size=arguments.batch_size,
            images_per_block=arguments.images_per_block,
            store=arguments.store,
            labels=labels,
            progress=sys.stderr.isatty(),
        )
    return _report(
        arguments,
        counted.images,
        backend,
        counted.accuracy,
        counted.build_seconds,
        counted.seconds,
        counted.spikes,
        counted.classified,
    )


def _report(
    arguments: argparse.Namespace,
    images: int,
    backend: str,
    right: float,
    build_seconds: float,
    seconds: float,
    spikes: tuple[int, ...],
    classified: int | None = None,
) -> dict[str, Any]:
    """Return the report; of all images, so many were classified and did not come from a store."""
    return {
        "dataset": "mnist-test" if arguments.digits is None else "mnist-test, redrawn",
        "images": images,
        "batch_size": arguments.batch_size,
        "timesteps": arguments.timesteps,
        "backend": backend,
        "accuracy": round(right, 4),
        "build_seconds": round(build_seconds, 4),
        "simulate_seconds": round(seconds, 4),
        "images_per_second": round((images if classified is None else classified) / seconds, 1),
        "spikes": list(spikes),
    }
