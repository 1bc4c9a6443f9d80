"""``train``: train a set of weights, and write it to a folder."""

from __future__ import annotations

import argparse
import datetime
import json
import shlex
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tutorial_helpers.atomic_write import check_writable
from tutorial_helpers.command_line import integer, path, plain_output
from tutorial_helpers.training.dependencies import check_dependencies
from tutorial_helpers.training.settings import RECIPES, Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from tutorial_helpers.training.pipeline import Result

_DESCRIPTION = """\
Train one of the sets of weights in data/ again, from MNIST's training set, and write it to a
folder. One image in six is held out to choose by. MNIST's test set is never read.

stages:
  teacher     a larger, convolutional network learns from the labels
  redraw      every image is redrawn a number of times, and the teacher judges each copy
  rates       an ordinary network of 784-128-10 learns the teacher's judgements of the copies
  conversion  its weights are scaled for spiking neurons
  spikes      but for the set converted: the spiking network itself learns from the copies

After every epoch, a checkpoint is written. If you press Ctrl-C you lose at most one epoch: the same
command goes on from the checkpoint, and the weights are bit for bit those of an uninterrupted run.
The checkpoint stays when all is done. With the same options otherwise, --set converted after
--set default goes on from the stages that both share.

This needs JAX and Optax: pip install jax optax"""

_EPILOG = """\
examples:
  python -m tutorial_helpers train
  python -m tutorial_helpers train --set converted
  python -m tutorial_helpers train --set default --install --force
  python -m tutorial_helpers train --images 6000 --teacher-epochs 0 --epochs 20 --output small/a"""

# So many that the number of the last update fits into 32 bits.
_MOST_EPOCHS = 10**6

# The settings that are options: type, placeholder and help.
_OPTIONS = {
    "seed": (integer(0, 2**32 - 1), "S", "seed of all random numbers"),
    "teacher_epochs": (
        integer(0, _MOST_EPOCHS),
        "E",
        "how often the teacher is shown every image; with 0 there is no teacher, and the network "
        "learns from the labels",
    ),
    "copies": (
        integer(),
        "C",
        "how often every image is redrawn; one copy of all images takes 41 MB of memory",
    ),
    "epochs": (
        integer(1, _MOST_EPOCHS),
        "E",
        "how often the network of rates is shown a copy of every image",
    ),
    "tuning_epochs": (
        integer(1, _MOST_EPOCHS),
        "E",
        "how often the spiking network is shown a copy of every image",
    ),
}


def add_parser(commands: Any) -> None:
    """Describe the command to argparse."""
    parser = commands.add_parser(
        "train",
        help="train a set of weights again",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)
    parser.add_argument(
        "--set",
        choices=tuple(RECIPES),
        default="default",
        help="which set of weights (default: %(default)s)",
    )
    for name, (kind, metavar, explanation) in _OPTIONS.items():
        parser.add_argument(
            _flag(name),
            type=kind,
            metavar=metavar,
            help=f"{explanation} (default: {getattr(Settings(), name)})",
        )
    parser.add_argument(
        "--images", type=integer(), metavar="N", help="only the first N images (default: all)"
    )
    parser.add_argument(
        "--output",
        type=path,
        metavar="DIR",
        help="folder for the weights (default: trained/SET in the working directory)",
    )
    parser.add_argument(
        "--checkpoint",
        type=path,
        metavar="FILE",
        help="file for the checkpoint (default: checkpoint.npz in the folder above the output, "
        "which the sets share)",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace weights that are there already"
    )
    parser.add_argument(
        "--install",
        action="store_true",
        help="copy the weights to data/ afterwards, and list them in data/weights.json",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")


@plain_output()
def run(options: argparse.Namespace) -> None:
    """Train, write the weights, and print the report.

    Raises
    ------
    ImportError, OSError, ValueError
        If something is missing or wrong.
    KeyboardInterrupt
        On Ctrl-C, with how to go on.
    """
    # Whatever can be wrong is checked before the work, which may take hours.
    check_dependencies()
    _check_precision()
    output = Path("trained", options.set) if options.output is None else options.output
    checkpoint = options.checkpoint or output.parent / "checkpoint.npz"
    _refuse_to_overwrite(options, output)
    _check_places(options, output, checkpoint)
    asked = {name: getattr(options, name) for name in _OPTIONS}
    given = {name: value for name, value in asked.items() if value is not None}
    settings = replace(Settings(), **given)
    images, labels = _load_images(options.images, settings)

    from tutorial_helpers.training.pipeline import train
    from tutorial_helpers.training.weight_files import install, save_provenance, save_weights

    recipe = RECIPES[options.set]
    start = perf_counter()
    result = train(images, labels, settings, fine_tuning=recipe.fine_tuning, checkpoint=checkpoint)
    seconds = perf_counter() - start

    command = ["python", "-m", "tutorial_helpers", "train", "--set", options.set]
    for name, value in {"seed": settings.seed, **given}.items():
        command += [_flag(name), str(value)]
    if options.images is not None:
        command += ["--images", str(options.images)]
    provenance = _provenance(shlex.join(command), settings, len(images), result)
    files = [*save_weights(result.weights, output), save_provenance(provenance, output)]
    if options.install:
        files += install(output, options.set, recipe.description)
    _print_report(options, output, provenance, result, seconds, files)


def _flag(name: str) -> str:
    """Return the option for a setting."""
    return f"--{name.replace('_', '-')}"


def _load_images(
    wanted: int | None, settings: Settings
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Load the images to train with, once it is known that their copies fit into memory."""
    from numbagenn.base.available_memory import check_memory
    from tutorial_helpers.data import load_mnist

    images, labels = load_mnist("train")
    if wanted is not None and wanted > len(images):
        raise ValueError(
            f"--images {wanted} is more than the {len(images)} images of MNIST's training set; "
            "ask for fewer, or leave it out for all."
        )
    images, labels = images[:wanted], labels[:wanted]
    # Each copy has the pixels, and the teacher's ten probabilities.
    size = settings.copies * len(images) * (images.shape[1] + 4 * 10)
    check_memory(f"--copies {settings.copies}", size, "ask for fewer")
    return images, labels


def _provenance(command: str, settings: Settings, images: int, result: Result) -> dict[str, Any]:
    """Return what made the weights, to keep beside them."""
    from tutorial_helpers.weight_sets import installed_versions

    return {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "settings": asdict(settings),
        "images": images,
        "versions": installed_versions("numpy", "jax", "jaxlib", "optax"),
        "held_out": {
            "rates": result.rate_accuracy,
            "spikes": {str(steps): share for steps, share in result.spike_accuracies.items()},
            "scales": list(result.scales),
        },
    }


def _print_report(
    options: argparse.Namespace,
    output: Path,
    provenance: dict[str, Any],
    result: Result,
    seconds: float,
    files: list[Path],
) -> None:
    """Say what came of the training, as text or as JSON."""
    from tutorial_helpers.weight_sets import load_weights, set_digest

    digest = set_digest(load_weights(output))
    if options.json:
        report = {
            "set": options.set,
            **provenance,
            "losses": {name: history.losses for name, history in result.histories.items()},
            "accuracies": {name: history.accuracies for name, history in result.histories.items()},
            "seconds": round(seconds, 1),
            "sha256": digest,
            "files": [str(path) for path in files],
        }
        print(json.dumps(report))
        return
    held_out = provenance["settings"]["held_out"]
    print(f"set          {options.set}, {RECIPES[options.set].description}")
    print(f"images       {provenance['images']:,}, one in {held_out} of them held out")
    print(f"rates        {result.rate_accuracy:.2%} of the held-out images")
    for steps, share in result.spike_accuracies.items():
        print(f"spikes       {share:.2%} of the held-out images at {steps} steps")
    print(f"scales       {result.scales[0]} and {result.scales[1]}")
    print(f"SHA-256      {digest}")
    for file in files:
        print(f"written      {file}")


def _check_precision() -> None:
    """Refuse double precision, in which training gives other weights, if it gives any."""
    import jax

    if getattr(jax.config, "jax_enable_x64", False):
        raise ValueError(
            "Environment variable JAX_ENABLE_X64 must be 0 or unset, because the weights are "
            "trained in single precision; unset it."
        )


def _refuse_to_overwrite(options: argparse.Namespace, output: Path) -> None:
    """Raise if there are weights already, unless --force says that they may go."""
    from tutorial_helpers.weight_sets import DATA, LIST_FILE, WEIGHT_FILES, weight_sets

    if output.resolve() == DATA.resolve() or DATA.resolve() in output.resolve().parents:
        raise ValueError(
            f"--output {output} lies in data/, whose sets are listed with their hashes; leave "
            "--output out and add --install."
        )
    if options.force:
        return
    if any((output / name).exists() for name in WEIGHT_FILES):
        raise ValueError(
            f"{output} holds weights already; name another folder with --output, or add --force "
            "to replace them."
        )
    if options.install and (DATA / LIST_FILE).exists() and options.set in weight_sets():
        raise ValueError(f"data/ holds a set '{options.set}' already; add --force to replace it.")


def _check_places(options: argparse.Namespace, output: Path, checkpoint: Path) -> None:
    """Raise if one of the files cannot be written."""
    from tutorial_helpers.training.weight_files import PROVENANCE_FILE, set_folder
    from tutorial_helpers.weight_sets import DATA, LIST_FILE, WEIGHT_FILES, weight_sets

    files = [output / name for name in (*WEIGHT_FILES, PROVENANCE_FILE)]
    folders = [output, *output.parents]
    if checkpoint.resolve() in [path.resolve() for path in (*files, *folders)]:
        raise ValueError(
            f"--checkpoint {checkpoint} is where the weights go; name another file for it."
        )
    for file in files:
        check_writable(file, "name another folder with --output")
    check_writable(checkpoint, "name another file with --checkpoint")
    if options.install:
        if (DATA / LIST_FILE).exists():
            weight_sets()  # raises if the list is damaged
        installed = DATA / set_folder(options.set)
        for file in (DATA / LIST_FILE, *(installed / name for name in WEIGHT_FILES)):
            check_writable(file, "make it writable, or leave --install out")
