"""What ``python -m tutorial_helpers train`` does."""

from __future__ import annotations

import datetime
import json
import shlex
from argparse import Namespace
from dataclasses import asdict, replace
from pathlib import Path
from time import perf_counter
from typing import Any

from tutorial_helpers.atomic_write import check_writable
from tutorial_helpers.training.dependencies import check_dependencies
from tutorial_helpers.training.settings import RECIPES, Settings

# What of the settings can be asked for.
_OPTIONS = ("seed", "teacher_epochs", "copies", "epochs", "few_epochs")


def run(options: Namespace) -> None:
    """Train as the command line says, write the weights, and say what came of it.

    Parameters
    ----------
    options : argparse.Namespace
        Of the command: ``set``, those of `Settings` that can be asked for, ``images``, ``output``,
        ``checkpoint``, ``force``, ``install``, ``json``.

    Raises
    ------
    ImportError, OSError, ValueError
        With one sentence that says what to do, if something is missing or wrong.
    KeyboardInterrupt
        On Ctrl-C; it says how to go on.
    """
    # Mistakes come first: they are not to be found out after hours.
    check_dependencies()
    _check_precision()
    output = Path("trained", options.set) if options.output is None else options.output
    checkpoint = options.checkpoint or output.parent / "checkpoint.npz"
    _refuse_to_overwrite(options, output)
    _check_places(options, output, checkpoint)

    from numbagenn.memory.available import check_memory
    from tutorial_helpers.data import load_mnist
    from tutorial_helpers.training.pipeline import train
    from tutorial_helpers.training.weight_files import install, save_provenance, save_weights
    from tutorial_helpers.weight_sets import installed_versions, load_weights, set_digest

    recipe = RECIPES[options.set]
    asked = {name: getattr(options, name) for name in _OPTIONS}
    given = {name: value for name, value in asked.items() if value is not None}
    settings = replace(Settings(), **given)
    images, labels = load_mnist("train")
    wanted = options.images or len(images)
    if wanted > len(images):
        raise ValueError(
            f"--images {wanted} is more than the {len(images)} images of MNIST's training set; "
            "ask for fewer, or leave it out for all."
        )
    # Of every copy its pixels, and what the teacher says of it.
    size = settings.copies * wanted * (images.shape[1] + 4 * 10)
    check_memory(f"--copies {settings.copies}", size, "ask for fewer")

    start = perf_counter()
    result = train(
        images[:wanted],
        labels[:wanted],
        settings,
        few_steps=recipe.few_steps,
        checkpoint=checkpoint,
    )
    seconds = perf_counter() - start

    command = ["python", "-m", "tutorial_helpers", "train", "--set", options.set]
    for name, value in {"seed": settings.seed, **given}.items():
        command += [f"--{name.replace('_', '-')}", str(value)]
    if wanted < len(images):
        command += ["--images", str(wanted)]
    held_out = {
        "rates": result.rate_accuracy,
        "spikes": {str(steps): share for steps, share in result.spike_accuracies.items()},
        "scales": list(result.scales),
    }
    provenance = {
        "command": shlex.join(command),
        "date": datetime.date.today().isoformat(),
        "settings": asdict(settings),
        "images": wanted,
        "versions": installed_versions("numpy", "jax", "jaxlib", "optax"),
        "held_out": held_out,
    }
    files = [*save_weights(result.weights, output), save_provenance(provenance, output)]
    if options.install:
        files += install(output, options.set, recipe.description)

    report: dict[str, Any] = {
        "set": options.set,
        **provenance,
        "losses": {name: history.losses for name, history in result.histories.items()},
        "accuracies": {name: history.accuracies for name, history in result.histories.items()},
        "seconds": round(seconds, 1),
        "sha256": set_digest(load_weights(output)),
        "files": [str(path) for path in files],
    }
    if options.json:
        print(json.dumps(report))
        return
    print(f"set          {options.set}, {recipe.description}")
    print(f"images       {wanted:,}, one in {settings.held_out} of them held out")
    print(f"rates        {result.rate_accuracy:.2%} of the held-out images")
    for steps, share in result.spike_accuracies.items():
        print(f"spikes       {share:.2%} of the held-out images at {steps} steps")
    print(f"scales       {result.scales[0]} and {result.scales[1]}")
    print(f"SHA-256      {report['sha256']}")
    for path in files:
        print(f"written      {path}")


def _check_precision() -> None:
    """Refuse to compute in double precision, which gives other weights, where it gives any."""
    import jax

    if getattr(jax.config, "jax_enable_x64", False):
        raise ValueError(
            "Environment variable JAX_ENABLE_X64 must be 0 or unset, as the weights are trained in "
            "single precision; unset it."
        )


def _refuse_to_overwrite(options: Namespace, output: Path) -> None:
    """Keep weights that are there, unless it is said that they may go."""
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
            "to have them replaced."
        )
    if options.install and (DATA / LIST_FILE).exists() and options.set in weight_sets():
        raise ValueError(
            f"data/ holds a set '{options.set}' already; add --force to have it replaced."
        )


def _check_places(options: Namespace, output: Path, checkpoint: Path) -> None:
    """Check that all files can be written that are to be."""
    from tutorial_helpers.training.weight_files import PROVENANCE_FILE, set_folder
    from tutorial_helpers.weight_sets import DATA, LIST_FILE, WEIGHT_FILES, weight_sets

    files = [output / name for name in (*WEIGHT_FILES, PROVENANCE_FILE)]
    folders = [output, *output.parents]
    if checkpoint.resolve() in [path.resolve() for path in (*files, *folders)]:
        raise ValueError(
            f"--checkpoint {checkpoint} is where the weights go; name another file for it."
        )
    for path in files:
        check_writable(path, "name another folder with --output")
    check_writable(checkpoint, "name another file with --checkpoint")
    if options.install:
        if (DATA / LIST_FILE).exists():
            weight_sets()  # says what is wrong with it
        for path in (
            DATA / LIST_FILE,
            *(DATA / set_folder(options.set) / name for name in WEIGHT_FILES),
        ):
            check_writable(path, "make it writable, or leave --install out")
