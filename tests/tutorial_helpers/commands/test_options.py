"""What all commands have in common: their help, and how they refuse options that make no sense."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.tutorial_helpers.commands.command_lines import python
from tutorial_helpers.__main__ import _parser, main


def test_help() -> None:
    completed = python("-m", "tutorial_helpers", "--help")
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.startswith("usage: python -m tutorial_helpers [-h] command ...")
    assert "classify the MNIST test set and report accuracy and speed" in completed.stdout


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            "train",
            [
                "--set {default,converted}",
                "--seed S",
                "--teacher-epochs E",
                "--copies C",
                " --epochs E",
                "--tuning-epochs E",
                "--output DIR",
                "--checkpoint FILE",
                "(default: 16)",
                "(default: 32)",
                "(default: 400)",
                "(default: 60)",
                "\n  teacher ",
                "\n  redraw ",
                "\n  rates ",
                "\n  conversion ",
                "\n  spikes ",
            ],
        ),
        ("evaluate", ["--weights SET", "--timesteps T", "--record", "12 20 30 50 100"]),
        ("learn", ["--epochs E", "--hidden H", "--seed S", "--output DIR", "(default: 5)"]),
    ],
)
def test_help_of_training(command: str, words: list[str]) -> None:
    completed = python("-m", "tutorial_helpers", command, "--help", COLUMNS="100")
    assert (completed.returncode, completed.stderr) == (0, "")
    # Where lines break is decided by argparse, each version in its own way.
    flowing = " ".join(completed.stdout.split())
    for word in [*words, "--json", f"\n  python -m tutorial_helpers {command}\n"]:
        assert word in (completed.stdout if word.startswith("\n") else flowing)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("classify", "--help"),
        ("classify", "--x"),
        ("learn", "--help"),
        ("learn", "--epochs", "0"),
        ("train", "--help"),
        ("train", "--set", "none"),
        ("evaluate", "--help"),
    ],
)
def test_help_and_mistakes_are_answered_at_once(arguments: Sequence[str]) -> None:
    code = f"""
import sys
from tutorial_helpers.__main__ import main
try:
    main({list(arguments)})
except SystemExit:
    print(sorted({{"numpy", "numba", "matplotlib", "mnist", "pygenn", "jax"}} & set(sys.modules)))
"""
    completed = python("-c", code)
    assert completed.stdout.splitlines()[-1] == "[]"


# --- Mistakes -------------------------------------------------------------------------------------


INTEGERS = {
    ("classify", "--batch-size"): (1, 10**9),
    ("classify", "--timesteps"): (1, 10**9),
    ("classify", "--images"): (1, 10**9),
    ("classify", "--digits"): (1, 10**9),
    ("classify", "--images-per-block"): (1, 10**9),
    ("classify", "--workers"): (1, 1000),
    ("learn", "--epochs"): (1, 10**6),
    ("learn", "--hidden"): (1, 10**5),
    ("learn", "--seed"): (0, 2**32 - 1),
    ("learn", "--images"): (1, 10**9),
    ("train", "--seed"): (0, 2**32 - 1),
    ("train", "--teacher-epochs"): (0, 10**6),
    ("train", "--copies"): (1, 10**9),
    ("train", "--epochs"): (1, 10**6),
    ("train", "--tuning-epochs"): (1, 10**6),
    ("train", "--images"): (1, 10**9),
    ("evaluate", "--timesteps"): (1, 10**9),
    ("evaluate", "--workers"): (1, 1000),
}
TEXTS = {
    ("classify", "--image"),
    ("classify", "--weights"),
    ("classify", "--store"),
    ("classify", "--cluster"),
    ("learn", "--output"),
    ("train", "--output"),
    ("train", "--checkpoint"),
    ("evaluate", "--weights"),
    ("evaluate", "--cluster"),
}
NO_INTEGERS = [
    "",
    " ",
    "-1",
    "--1",
    "+1",
    "1.5",
    "1e3",
    "1,000",
    "1__000",
    "0x10",
    "nan",
    "inf",
    "-inf",
    "two",
    "None",
    "True",
    "²",
    "\uff14",
    "\u0661",
    "1 2",
    "1\n",
    "\0",
    "é",
    "\udcff",
    "99999999999999999999",
    5000 * "9",
    5000 * "0" + "1",
    "-" + 5000 * "9",
    5000 * "a",
]


def usage_error(arguments: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Give options that make no sense, and return what is said: usage, and one sentence."""
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    out, err = capsys.readouterr()
    usage, error = err.rsplit("error: ", 1)
    assert out == ""
    assert usage.startswith("usage: ")
    assert len(error) < 300
    return error.removesuffix("\n")


@pytest.mark.parametrize("given", NO_INTEGERS, ids=lambda text: ascii(text[:12]))
@pytest.mark.parametrize("option", INTEGERS, ids=" ".join)
def test_no_integers(
    option: tuple[str, str], given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command, name = option
    least, most = INTEGERS[option]
    error = usage_error([command, f"{name}={given}"], capsys)
    expected = f"argument {name}: expected an integer from {least} to {most}, not {given!r}"
    assert error == expected or ("…" in error and error[:30] == expected[:30])


@pytest.mark.parametrize("option", INTEGERS, ids=" ".join)
def test_integers_out_of_range(option: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    command, name = option
    least, most = INTEGERS[option]
    for given in (least - 1, most + 1):
        error = usage_error([command, f"{name}={given}"], capsys)
        assert error.endswith(f"{name}: expected an integer from {least} to {most}, not '{given}'")


@pytest.mark.parametrize("given", ["", "\0", "a\0b"], ids=ascii)
@pytest.mark.parametrize("option", sorted(TEXTS), ids=" ".join)
def test_no_names_and_no_paths(
    option: tuple[str, ...], given: str, capsys: pytest.CaptureFixture[str]
) -> None:
    error = usage_error([*option, given], capsys)
    assert error.endswith(f": expected a name or a path, not {given!r}")


def test_the_tables_above_are_complete() -> None:
    (commands,) = (one for one in _parser()._actions if isinstance(one.choices, dict))
    options = {
        (command, action.option_strings[-1]) if action.option_strings else (command,)
        for command, parser in commands.choices.items()
        for action in parser._actions
        # Neither a flag nor a choice, whose values argparse checks, nor what a script is given.
        if action.nargs != 0 and action.choices is None and action.dest != "arguments"
    }
    assert options == {*INTEGERS, *TEXTS}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "the following arguments are required: command"),
        (("classfy",), "invalid choice: 'classfy'"),
        (("train", "--set", "none"), "invalid choice: 'none'"),
        (("train", "--set", 5000 * "a"), "invalid choice: 'aaa"),
        (("run", "--api", "", "x.py"), "invalid choice: ''"),
        (("evaluate", "--timesteps"), "argument --timesteps: expected at least one argument"),
        (("classify", "--image"), "argument --image: expected at least one argument"),
        (("classify", "--ink", "red"), "invalid choice: 'red'"),
        (("classify", "extra"), "unrecognized arguments: extra"),
        (("classify", 5000 * "a"), "unrecognized arguments: aaa"),
        ((5000 * "a",), "invalid choice: 'aaa"),
    ],
)
def test_wrong_options(
    arguments: Sequence[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in usage_error(arguments, capsys)


@pytest.mark.parametrize(
    "command", [(), ("classify",), ("learn",), ("train",), ("evaluate",), ("run",)]
)
def test_help_is_plain_ascii(command: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([*command, "--help"])
    assert capsys.readouterr().out.isascii()
