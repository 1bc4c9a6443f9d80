"""The ledger of conformance: ``python -m tools.ledger`` writes docs/conformance.md."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.conformance.agreement import OUT_OF_SCOPE
from tests.conformance.batches import NOT_IN_BATCHES, SIZE
from tests.conformance.casebook import Case
from tests.conformance.cases import CASES
from tests.conformance.recordings import is_recorded
from tools.ledger.entries import STATUS, Feature
from tools.ledger.features import FEATURES
from tools.project import ROOT

PAGE = ROOT / "docs" / "conformance.md"
#: Pages that say how many features differ.
COUNTING = (ROOT / "README.md", ROOT / "docs" / "how_to" / "run_your_own.md")


def features() -> Iterator[Feature]:
    """Give all entries."""
    for entries in FEATURES.values():
        yield from entries


def functions(cases: Iterable[Case] = CASES.values()) -> list[str]:
    """Give the names of cases without their precisions."""
    return list(dict.fromkeys(case.function for case in cases))


def _status(feature: Feature) -> str:
    """Give the status of an entry, which only what is recorded can show."""
    missing = functions(case for name, case in CASES.items() if not is_recorded(name))
    return "open" if set(feature.cases) & set(missing) else feature.status


def _row(feature: Feature) -> str:
    what = f"{feature.what}: {feature.note}" if feature.note else feature.what
    checks = [
        ", ".join(f"`{name}`" for name in names)
        for names in (feature.cases, [_short(test) for test in feature.tests])
        if names
    ]
    if feature.upstream:
        short = [_short(name) for name in feature.upstream]
        upstream = [
            name if short.count(one) > 1 else one
            for name, one in zip(feature.upstream, short, strict=True)
        ]
        checks.append(f"upstream: {', '.join(f'`{name}`' for name in upstream)}")
    checks += ["is refused in a test"] * bool(feature.probes)
    return f"| {STATUS[_status(feature)]} | {_cell(what)} | {_cell('; '.join(checks))} |"


def _short(test: str) -> str:
    return test.split("::")[1]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _table(header: Iterable[str], rows: Iterable[str]) -> list[str]:
    names = list(header)
    return [f"| {' | '.join(names)} |", "|" + "---|" * len(names), *rows, ""]


def page() -> str:
    """Give the text of the page."""
    count = Counter(map(_status, features()))
    recorded = {name: case for name, case in CASES.items() if is_recorded(name)}
    networks = len(functions(recorded.values()))
    refused = [name for name, case in recorded.items() if case.function in OUT_OF_SCOPE]
    agreeing = [name for name in recorded if name not in refused]
    batched = [name for name in agreeing if CASES[name].function not in NOT_IN_BATCHES]
    lines = [
        "<!-- Written by `python -m tools.ledger`; edit tools/ledger/features.py. -->",
        "# Conformance with PyGeNN",
        "",
        "What PyGeNN 5.4 does, what numbagenn does, and how that is checked.",
        "",
        f"* **{len(recorded)} recordings** of {networks} networks hold what real PyGeNN 5.4.0 gave,"
        " on its CPU backend. The engine",
        f"  gives {len(agreeing)} of them **bit for bit**, and refuses"
        f" {', '.join(f'`{name}`' for name in refused)}.",
        "* Two things are compared less strictly. Of random draws, the distributions are compared."
        " Where the C library is",
        "  not glibc, as on Windows and macOS, results of `exp`, `sin` and the like may differ in"
        " the last bit.",
        f"* **{len(batched)} of them in batches of {SIZE}** as well, in which every other network"
        " is disturbed.",
        "* Where PyGeNN is installed, `pytest -m pygenn tests/conformance` runs the networks on"
        " it again.",
        "",
        "| | | features |",
        "|---|---|---|",
        f"| {STATUS['same']} | the same bits; where there are no numbers, the same behaviour |"
        f" {count['same']} |",
        f"| {STATUS['alike']} | random numbers of the same distribution | {count['alike']} |",
        f"| {STATUS['differs']} | different on purpose | {count['differs']} |",
        f"| {STATUS['absent']} | not there: `NotImplementedError` says so | {count['absent']} |",
        *[f"| {STATUS['open']} | not recorded yet | {count['open']} |"][: count["open"]],
        "",
        "A check is the name of a recorded network"
        " ([tests/conformance](../tests/conformance/README.md)), of a test of this",
        "repository, or of one of PyGeNN's own feature tests.",
        "",
    ]
    for subject, entries in FEATURES.items():
        lines += [f"## {subject}", "", *_table(("", "feature", "checked by"), map(_row, entries))]
    lines += [
        "## Networks that mean something else in a batch",
        "",
        *_table(
            ("network", "why"),
            (f"| `{name}` | {reason} |" for name, reason in sorted(NOT_IN_BATCHES.items())),
        ),
    ]
    return "\n".join(lines).rstrip() + "\n"


def counted(text: str) -> str:
    """Give a text with the number of features that differ on purpose."""
    number = sum(_status(feature) == "differs" for feature in features())
    return re.sub(r"\d+(?= features differ on purpose)", str(number), text)


def main() -> None:
    """Write the page, and the number on others."""
    PAGE.write_text(page(), encoding="utf-8")
    for other in COUNTING:
        other.write_text(counted(other.read_text(encoding="utf-8")), encoding="utf-8")
    print(f"wrote {PAGE}")
