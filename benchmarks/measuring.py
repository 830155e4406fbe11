"""One contender, one process: wall time and peak memory of a measured part, and of the whole process."""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

MEGABYTE = 1024.0 if sys.platform != "darwin" else 1024.0**2  # ru_maxrss is in kilobytes, on macOS in bytes


@dataclass(frozen=True)
class Run:
    """Seconds of the measured part and of the whole process, and its peak memory in MB."""

    seconds: float
    process_seconds: float
    peak_mb: float


def report_run(measured: Callable[[], object]) -> None:
    """Print, from inside a contender's process, what `run` reads."""
    begun = time.perf_counter()
    measured()
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE
    print(json.dumps({"seconds": seconds, "peak_mb": peak}))


def run(module: str, *arguments: str | Path) -> Run:
    """Run one contender in a fresh process; raises `CalledProcessError` when it fails."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)], check=True, stdout=subprocess.PIPE, text=True
    )
    process_seconds = time.perf_counter() - begun
    return Run(process_seconds=process_seconds, **json.loads(done.stdout.splitlines()[-1]))


def interleaved(contenders: dict[str, Callable[[], Run]], repeats: int) -> dict[str, Run]:
    """Medians of each contender over rounds in which each runs once, so that a slow minute hits all."""
    runs: dict[str, list[Run]] = {name: [] for name in contenders}
    for nr in range(repeats):
        for name, contender in contenders.items():
            runs[name].append(contender())
            latest = runs[name][-1]
            note(f"round {nr + 1}, {name}: {latest.seconds:.2f} s, peak {latest.peak_mb:,.0f} MB")
    return {
        name: Run(*(median(getattr(one, field) for one in every) for field in Run.__annotations__))
        for name, every in runs.items()
    }


def note(what: str) -> None:
    """Say on standard error how far it is."""
    print(what, file=sys.stderr, flush=True)
