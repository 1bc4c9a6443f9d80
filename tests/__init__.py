"""The tests: a folder for each package, and within ``numbagenn`` one for each of its own."""

from pathlib import Path

ROOT = Path(__file__).parents[1]
