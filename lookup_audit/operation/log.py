"""The log of operation: one event a line, as JSON, for whoever keeps the nights running.

It says what was done, how much of it, and how long it took; never a user, a subject, or a text out of a log of
lookups. So of an error only those messages are kept that cannot hold one (`_PLAIN`), the others by their kind.
A log that cannot be written stops nothing: that is said once, and the night goes on.
"""

import json
import logging
import logging.handlers
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from lookup_audit.errors import (
    BrowserMissing,
    LookupAuditError,
    SettingsError,
    SignedSqlError,
    WarehouseError,
)
from lookup_audit.reporting.plain import shown
from lookup_audit.settings import Settings

Say = Callable[[str], None]

_LOGGER = logging.getLogger("lookup_audit.operation")
_LOGGER.propagate = False
_LOGGER.setLevel(logging.INFO)
_LOGGER.addHandler(logging.NullHandler())

# Errors whose message names files, settings and processes, and nothing that came out of a file of a drop.
_PLAIN = (SettingsError, SignedSqlError, WarehouseError, BrowserMissing)
_LONGEST = 500  # characters of one message


def log_path(settings: Settings, warehouse: Path) -> Path:
    """The file that the log of this warehouse goes to, as configured or beside the warehouse."""
    return Path(settings.operation.log_file or f"{warehouse}.log")


class Log:
    """The log while one command runs; `end` it with the exit code that the command leaves with.

    Parameters
    ----------
    path
        The file; made when absent, made readable by its owner only, appended to, and opened anew when another
        program moved it away (logrotate).
    command
        The name of the command, on every line, beside a number that all lines of this run share.
    complain
        Told once when the log cannot be written, and when others can read a file that belongs to another account.
    """

    def __init__(self, path: Path, command: str, *, complain: Say) -> None:
        self.run = secrets.token_hex(4)
        self._begun = time.monotonic()
        self._file = _LogFile(path, complain)
        self._file.setFormatter(_Lines(self.run, command))
        self._terminal: logging.Handler | None = None
        _LOGGER.addHandler(self._file)
        event("started", process=os.getpid())

    def say_events(self, say: Say, *, hidden: frozenset[str] = frozenset()) -> None:
        """Tell each event in a short line as well, but for those that are hidden, and for what the command fails on.

        That it says itself, as its last line; twice in a journal it would look like two failures.
        """
        self._terminal = _Terminal(say, hidden)
        _LOGGER.addHandler(self._terminal)

    def end(self, exit_code: int) -> None:
        """Enter the end of the command, with its exit code and seconds, and close the file."""
        event("ended", exit_code=exit_code, seconds=round(time.monotonic() - self._begun, 1))
        for handler in (self._file, self._terminal):
            if handler is not None:
                _LOGGER.removeHandler(handler)
                handler.close()


def event(name: str, **fields: Any) -> None:
    """Enter an event; nothing happens where no log is open."""
    _LOGGER.info(name, extra={"fields": fields})


def shortfall(name: str, **fields: Any) -> None:
    """Enter an event that somebody should look at: a warning."""
    _LOGGER.warning(name, extra={"fields": fields})


def failed(error: BaseException) -> None:
    """Enter what a command, or a part of it, failed on: its kind, and its message where that names nobody."""
    said: dict[str, Any] = {"error": type(error).__name__}
    if isinstance(error, _PLAIN):
        said["message"] = str(error)[:_LONGEST]
    elif isinstance(error, OSError):
        said |= {"message": error.strerror or "", "file": Path(str(error.filename or "")).name}
    elif not isinstance(error, LookupAuditError):
        said["message"] = "see what the command said"
    _LOGGER.error("error", extra={"fields": said})


class _Lines(logging.Formatter):
    """One line of JSON: time, level, event, run, command, then what the event holds."""

    def __init__(self, run: str, command: str) -> None:
        super().__init__()
        self._same = {"run": run, "command": command}

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {
            "time": at.replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "event": record.msg,
            **self._same,
            **getattr(record, "fields", {}),
        }
        return json.dumps(line, ensure_ascii=True, default=_as_json)  # ASCII: no sign in it ends a line


class _LogFile(logging.handlers.WatchedFileHandler):
    """A file that only its owner reads; a line that a killed process left torn is ended first."""

    def __init__(self, path: Path, complain: Say) -> None:
        self._complain: Say | None = complain
        self._is_read_by_others = False
        super().__init__(path, encoding="utf-8", delay=True)

    def _open(self) -> TextIOWrapper:
        handle = os.open(self.baseFilename, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        found = os.fstat(handle)
        if stat.S_ISREG(found.st_mode) and found.st_mode & 0o077:
            self._keep_from_others(handle, found.st_uid)
        if found.st_size and os.pread(handle, 1, found.st_size - 1) != b"\n":
            os.write(handle, b"\n")
        return os.fdopen(handle, "a", encoding="utf-8")

    def _keep_from_others(self, handle: int, owner: int) -> None:
        """A file that was there before can have any mode; only its owner changes that."""
        if owner == os.geteuid():
            with suppress(OSError):  # a file system that keeps no modes
                os.fchmod(handle, 0o600)
        elif self._complain is not None and not self._is_read_by_others:
            self._complain(f"{self.baseFilename}: others can read the log, and it belongs to another account")
            self._is_read_by_others = True

    def emit(self, record: logging.LogRecord) -> None:
        if self._complain is None:
            return
        try:
            super().emit(record)
        except OSError:  # of opening it: what is raised while writing comes to handleError by itself
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is of the library
        """Say once that the log is not written, and write no more of it."""
        error = sys.exc_info()[1]
        if self._complain is not None:
            why = error.strerror if isinstance(error, OSError) else type(error).__name__
            self._complain(f"{self.baseFilename}: the log cannot be written: {why}; everything else goes on")
            self._complain = None

    def close(self) -> None:
        try:
            super().close()
        except OSError:
            self.handleError(logging.makeLogRecord({}))


class _Terminal(logging.Handler):
    def __init__(self, say: Say, hidden: frozenset[str]) -> None:
        super().__init__()
        self._say = say
        self._hidden = hidden

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno <= logging.WARNING and record.msg not in self._hidden:
            self._say(in_short(record.msg, getattr(record, "fields", {})))


def in_short(name: str, fields: dict[str, Any]) -> str:
    """An event as one short line: "file loaded: file lookups.csv, rows 1200, rejected 3"."""
    said = ", ".join(
        f"{key.replace('_', ' ')} {_in_words(value)}"
        for key, value in fields.items()
        if value not in (None, "", [])
    )
    line = f"{name.replace('_', ' ')}{': ' if said else ''}{said}"
    return shown(line, longest=len(line))  # a name of a file can hold an end of line


def _in_words(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{key}={one}" for key, one in value.items()) or "none"
    if isinstance(value, list | tuple):
        return " ".join(map(str, value))
    return str(value)


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value)
