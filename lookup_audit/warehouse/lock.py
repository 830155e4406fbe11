"""Who has a warehouse open, in words, and waiting until nobody has.

The engine locks the file itself and names the process that holds it. What else there is to say about that process
(whose it is, since when it runs, which command it is) is asked of the system, so there is nothing to be kept beside
the warehouse that could be out of date. The rest of a command line is left out: it can name a person.
"""

import os
import pwd
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from lookup_audit.clock import local_time
from lookup_audit.errors import WarehouseLocked
from lookup_audit.settings import Settings

_Opened = TypeVar("_Opened")

_EACH = 0.2  # seconds between two attempts: a person does not notice, and the machine neither


@dataclass(frozen=True)
class Waiting:
    """For how many seconds one waits at most, and how it is said, once, for whom."""

    seconds: float
    say: Callable[[str], None]


def when_free(opening: Callable[[], _Opened], waiting: Waiting | None) -> _Opened:
    """What `opening` gives, as soon as it no longer raises `WarehouseLocked`; without `waiting` at the first attempt.

    Raises `WarehouseLocked` when the time is over; it says who holds the warehouse by then.
    """
    until = time.monotonic() + (waiting.seconds if waiting else 0)  # no change of the clock makes it longer
    is_said = False
    while True:
        try:
            return opening()
        except WarehouseLocked as held:
            left = until - time.monotonic()
            if waiting is None:
                raise WarehouseLocked(f"{held}; try again when it is done, or wait for it (--wait)") from held
            if left <= 0:
                raise WarehouseLocked(f"{held}; waited {waiting.seconds:g} s, and gave up") from held
            if not is_said:
                waiting.say(f"{held}; waiting for it, {waiting.seconds:g} s at most")
                is_said = True
            time.sleep(min(_EACH, left))


def holder(message: str, settings: Settings) -> str | None:
    """Who holds the lock that the engine's message is about, in words; None where it is about something else."""
    if "Could not set lock on file" not in message and "Conflicting lock" not in message:
        return None
    found = re.search(r"held in (?:(.+?) \()?PID (\d+)", message)
    if found is None:
        return "another process"
    return described(int(found[2]), settings, program=Path(found[1]).name if found[1] else "")


def described(pid: int, settings: Settings, *, program: str = "", proc: Path = Path("/proc")) -> str:
    """A process in words: its number and, where the system says so, command, account and since when it runs."""
    own = proc / str(pid)
    parts = [_command(own) or program, _account(own), _since(own, proc, settings)]
    known = ", ".join(part for part in parts if part)
    return f"process {pid}{f' ({known})' if known else ''}"


def _command(own: Path) -> str:
    """The program and its first word: `lookup-audit audit`; only the program where that is another one."""
    try:
        words = (own / "cmdline").read_bytes().decode(errors="replace").split("\0")
    except OSError:
        return ""
    for at, word in enumerate(words):
        if Path(word).name == "lookup-audit" or word == "lookup_audit.cli" or "lookup_audit/cli" in word:
            given = words[at + 1] if at + 1 < len(words) else ""
            return f"lookup-audit {given}" if re.fullmatch(r"[a-z]+", given) else "lookup-audit"
    return Path(words[0]).name


def _account(own: Path) -> str:
    try:
        return f"account {pwd.getpwuid(own.stat().st_uid).pw_name}"
    except (OSError, KeyError):
        return ""


def _since(own: Path, proc: Path, settings: Settings) -> str:
    try:
        ticks = int(
            (own / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[19]
        )
        booted = int(
            re.findall(r"^btime (\d+)$", (proc / "stat").read_text(encoding="utf-8"), re.MULTILINE)[0]
        )
    except (OSError, ValueError, IndexError):
        return ""
    started = datetime.fromtimestamp(booted + ticks / os.sysconf("SC_CLK_TCK"), UTC).replace(tzinfo=None)
    return f"since {local_time(started, settings.zone_info):%Y-%m-%d %H:%M}"
