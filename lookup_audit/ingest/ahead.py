"""Reading ahead: while the engine loads one file of a drop, the next one is cut into records."""

import shutil
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Self

from lookup_audit.ingest.readers import Read, Reader


class ReadAhead:
    """Reads opened files one after the other, each in a thread while the one before it is being loaded.

    Only what touches no warehouse is done ahead: a file goes into token files in a folder of its own. What is wrong
    with it is raised when it is its turn. At the end of the block the thread has ended, wherever it was.
    """

    def __init__(self, readers: dict[int, Reader], folder: Path, longest_field: int) -> None:
        self._readers = readers
        self._folder = folder
        self._longest_field = longest_field
        self._stopped = Event()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="read-ahead")
        self._begun: dict[int, Future[Read]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._pool.shutdown(cancel_futures=True)

    @contextmanager
    def taken(self, index: int) -> Iterator[Read]:
        """What reading the file at this position gave, while the next one is read; its folder is gone afterwards.

        Errors are those of `Reader.read`.
        """
        reading = self._begin(index)
        following = min((other for other in self._readers if other > index), default=None)
        if following is not None:
            self._begin(following)
        read = reading.result()
        try:
            yield read
        finally:
            shutil.rmtree(self._folder / str(index))

    def _begin(self, index: int) -> Future[Read]:
        if index not in self._begun:
            own = self._folder / str(index)
            reader = self._readers[index]
            self._begun[index] = self._pool.submit(reader.read, own, self._longest_field, self._stopped)
        return self._begun[index]
