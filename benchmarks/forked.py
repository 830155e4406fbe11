"""Commands of the tool in processes of their own, without the seconds that importing takes: forked from this one.

The parent imports and never computes or opens a warehouse, so that a fork is what a fresh process would be.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

_NEEDED = (
    "lookup_audit.cli", "lookup_audit.pipeline", "lookup_audit.ingest", "lookup_audit.operation.log",
    "lookup_audit.operation.entries", "lookup_audit.operation.status", "lookup_audit.privacy.retention",
    "lookup_audit.reporting.publish", "lookup_audit.warehouse.migrate", "lookup_audit.simulate", "sklearn.ensemble",
    "pyarrow.parquet",
)  # fmt: skip


@dataclass
class Running:
    """A command that runs, or ran: its process, and the file with all it said."""

    pid: int
    said: Path
    started: float
    seconds: float = 0.0
    code: int | None = None  # below 0 the signal that ended it

    def kill_after(self, seconds: float) -> bool:
        """Whether it was still at work so long after its start, and was killed."""
        time.sleep(max(0.0, self.started + seconds - time.monotonic()))
        os.kill(self.pid, signal.SIGKILL)
        return self.wait() == -signal.SIGKILL

    def wait(self) -> int:
        """The exit code that it left with."""
        if self.code is None:
            _, status = os.waitpid(self.pid, 0)
            self.code = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - self.started
        return self.code

    def text(self) -> str:
        """All it said."""
        return self.said.read_text(encoding="utf-8", errors="replace")


def import_all() -> None:
    """Import what the commands need, once."""
    for name in _NEEDED:
        import_module(name)


def start(words: Sequence[str | Path], said: Path) -> Running:
    """A command of the tool, begun: `start(["ingest", drop, …], file)`."""

    def command() -> None:
        from lookup_audit.cli import main

        sys.argv = ["lookup-audit", *map(str, words)]
        main()

    return _fork(command, said)


def run(words: Sequence[str | Path], said: Path) -> Running:
    """A command of the tool, ended."""
    running = start(words, said)
    running.wait()
    return running


def answer(call: Callable[[], Any], said: Path) -> Any:
    """What a function gives in a process of its own, as JSON; raises `RuntimeError` with what it said otherwise."""
    running = _fork(lambda: os.write(1, f"\n{json.dumps(call())}".encode()), said)
    if running.wait():
        raise RuntimeError(running.text())
    return json.loads(running.text().rsplit("\n", 1)[1])


def _fork(call: Callable[[], Any], said: Path) -> Running:
    handle = os.open(said, os.O_CREAT | os.O_TRUNC | os.O_RDWR, 0o600)
    sys.stdout.flush()
    sys.stderr.flush()
    begun = time.monotonic()
    pid = os.fork()
    if pid:
        os.close(handle)
        return Running(pid, said, begun)
    code = 70
    try:
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        call()
        code = 0
    except SystemExit as left:
        code = int(left.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
