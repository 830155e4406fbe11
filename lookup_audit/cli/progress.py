"""How far long work is: a bar with time left on a terminal, a line now and then in a journal."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Update = Callable[[int, int, str], None]

_SECONDS_BETWEEN_LINES = 60.0


@contextmanager
def progress_on(label: str, say: Callable[[str], None]) -> Iterator[Update]:
    """``update(done, total, what)`` for long work.

    On a terminal it moves a bar. Elsewhere it says a line, at most one a minute and none in the first: so work that
    is done within a minute says nothing.
    """
    if not sys.stderr.isatty():
        yield Lines(label, say).update
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(
        TextColumn(f"{label:<9}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[what]}", markup=False),  # a file may have any name
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task(label, total=None, what="")

        def update(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, what=what)

        yield update


class Lines:
    """Progress in lines, for where there is no terminal."""

    def __init__(
        self, label: str, say: Callable[[str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._label, self._say, self._clock = label, say, clock
        self._begun = self._said = clock()

    def update(self, done: int, total: int, what: str) -> None:
        """Say how far it is, unless that was said less than a minute ago."""
        now = self._clock()
        if now - self._said < _SECONDS_BETWEEN_LINES:
            return
        self._said = now
        left = (
            f", about {time_left((now - self._begun) / done * (total - done))} left"
            if 0 < done < total
            else ""
        )
        self._say(f"{self._label}: {done:,} of {total:,}{f' ({what})' if what else ''}{left}")


def time_left(seconds: float) -> str:
    """A duration in words, as coarse as a guess deserves: "40 seconds", "25 minutes", "3.5 hours"."""
    if seconds < 90:
        return f"{max(round(seconds / 10), 1) * 10} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"
