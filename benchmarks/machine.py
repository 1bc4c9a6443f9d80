"""How the machine describes itself, and the environment that processes get."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.job import BenchmarkError

ROOT = Path(__file__).resolve().parents[1]

# Environment variables that set the number of threads of the engine and of NumPy's libraries.
THREAD_SETTINGS = (
    "NUMBAGENN_THREADS",
    "OPENBLAS_NUM_THREADS",
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


def cpu_name() -> str:
    """Return what the machine calls its processor."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def caches() -> dict[str, str]:
    """Return the sizes of the first processor's caches, if the system reports them."""
    sizes = {}
    for folder in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        try:
            level, kind, size = (
                (folder / name).read_text(encoding="utf-8").strip()
                for name in ("level", "type", "size")
            )
        except OSError:
            continue
        if kind != "Instruction":
            sizes[f"L{level}"] = size
    return sizes


def compilers() -> dict[str, str]:
    """Return which compilers make code here, and the processor that numbagenn's is made for."""
    from llvmlite.binding import get_host_cpu_name

    found = {"numbagenn": f"LLVM for {get_host_cpu_name()}"}
    if shutil.which("g++"):
        said = subprocess.run(["g++", "-dumpfullversion"], capture_output=True, text=True)
        found["g++"] = said.stdout.strip()
    return found


def description() -> dict[str, Any]:
    """Return what a reader of the numbers needs to know about the machine."""
    # Processes whose memory is measured import this module, and not all of them need numbagenn.
    from numbagenn.runtime.threads import available_threads

    return {
        "cpu": cpu_name(),
        "processors": available_threads(),
        "caches": caches(),
        "compilers": compilers(),
        "platform": f"{platform.system()} {platform.machine()}",
    }


def surroundings(cache: Path, threads: int | None = None) -> dict[str, str]:
    """Return the environment variables of a process that is measured.

    Parameters
    ----------
    cache
        Folder in which it finds, and leaves, what it compiles.
    threads
        Number of threads that it should use; None for its default.
    """
    kept = {name: value for name, value in os.environ.items() if name not in THREAD_SETTINGS}
    paths = filter(None, (str(ROOT), os.environ.get("PYTHONPATH")))
    environment = {
        **kept,
        "PYTHONPATH": os.pathsep.join(paths),
        "TUTORIAL_BACKEND": "bundled",
        "NUMBAGENN_CACHE_DIR": str(cache),
        "TORCHINDUCTOR_CACHE_DIR": str(cache),
    }
    if threads:
        environment |= dict.fromkeys(THREAD_SETTINGS, str(threads))
    return environment


def ask(
    module: str, settings: dict[str, Any], cache: Path, threads: int | None = None
) -> dict[str, Any]:
    """Run a module of this package in a new process, and return what it prints as JSON.

    Parameters
    ----------
    module
        Its name, such as ``"benchmarks.memory"``.
    settings
        Its only argument, which is passed as JSON.
    cache, threads
        As in `surroundings`.

    Raises
    ------
    BenchmarkError
        If the process fails; the message ends with the last thing it said.
    """
    completed = subprocess.run(
        [sys.executable, "-m", module, json.dumps(settings)],
        env=surroundings(cache, threads),
        capture_output=True,
        encoding="utf-8",
    )
    if completed.returncode:
        said = completed.stderr.strip().splitlines()
        raise BenchmarkError(
            f"{module} ended with status {completed.returncode}: {said[-1] if said else 'no word'}"
        )
    answer: dict[str, Any] = json.loads(completed.stdout)
    return answer


def say(text: str) -> None:
    """Report progress, beside the results."""
    print(text, file=sys.stderr, flush=True)
