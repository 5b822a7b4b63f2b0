"""Following the sources of an index: when they differ from what was built, and have come to rest.

What tells is a list of the files with size and time, compared with the last; the system's events
(inotify, FSEvents, ReadDirectoryChangesW, by way of watchfiles) only say when to look. So nothing
depends on what an event says or on none being lost, and a network share, whose changes by others
come without events, is seen by looking now and then (docs/adr/0009-watching.md).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from speechrag.errors import SourceError
from speechrag.index.scan import list_files

SETTLE_S = 1.0
"""Files that have not changed for so long are taken to be written to their end."""

MAX_SETTLE_S = 60.0
"""So long is waited for files that go on changing."""

SCAN_S = 30.0
"""So often is looked without an event."""

SCAN_SHARE = 20
"""Looking takes at most a twentieth of the time, however slow the share."""

_TICK_MS = 1000

State = dict[str, tuple[int, int]]
"""Size and time of change (ns) of each file, by name."""


def read_state(sources: Sequence[Path]) -> State:
    """The files of the sources as they are now; none where a source is not there."""
    with suppress(SourceError, OSError):
        return {item.row.name: (item.row.size, item.row.mtime_ns) for item in list_files(sources)}
    return {}


class SourceWatch:
    """Tells when the files of the sources have changed.

    Args:
        sources: Files and folders.
        state: What the index was built from.
        stopped: Set from another thread, ends the watching.
        without_events: Called once with the reason if the system gives no events here; the
            sources are then looked at every `scan_s` seconds.
    """

    def __init__(
        self,
        sources: Sequence[Path],
        state: State,
        stopped: threading.Event,
        without_events: Callable[[str], None],
        *,
        settle_s: float = SETTLE_S,
        scan_s: float = SCAN_S,
    ) -> None:
        self._sources = tuple(sources)
        self._state = state
        self._stopped = stopped
        self._without_events = without_events
        self._settle_s = settle_s
        self._scan_s = scan_s
        self._events: Iterator[object] | None = None
        self._has_told = False
        self._is_unfinished = False

    def tell_again(self) -> None:
        """What was told last could not be dealt with: tell it again after `scan_s` seconds."""
        self._is_unfinished = True

    def changes(self) -> Iterator[None]:
        """Yields whenever the files differ from those last told, and have come to rest.

        Raises:
            KeyboardInterrupt: Ctrl-C.
        """
        while not self._stopped.is_set():
            has_event = self._wait()
            now = self._look()
            if now != self._state or (self._is_unfinished and not has_event):
                if not has_event:  # a folder that was replaced is another one to the system
                    self._events = None
                self._state, self._is_unfinished = self._settled(now), False
                if not self._stopped.is_set():
                    yield

    def _look(self) -> State:
        """The files now, and at most a twentieth of the time spent on it."""
        began = time.monotonic()
        state = read_state(self._sources)
        self._scan_s = max(self._scan_s, SCAN_SHARE * (time.monotonic() - began))
        return state

    def _settled(self, state: State) -> State:
        deadline = time.monotonic() + MAX_SETTLE_S
        while time.monotonic() < deadline and not self._stopped.wait(self._settle_s):
            before, state = state, self._look()
            if state == before:
                break
        return state

    def _wait(self) -> bool:
        """Wait for an event, at most `scan_s` seconds; whether there was one."""
        deadline = time.monotonic() + self._scan_s
        while not self._stopped.is_set() and time.monotonic() < deadline:
            is_new = self._events is None
            if is_new:
                self._events = self._listen()
            assert self._events is not None
            if next(self._events, None):
                return True
            if is_new:  # what happened while it was being set up brought no event
                return False
        return False

    def _listen(self) -> Iterator[object]:
        """What the system tells, or nothing every second."""
        from watchfiles import watch

        try:
            yield from watch(
                *_folders(self._sources),
                watch_filter=None,
                debounce=200,
                stop_event=self._stopped,
                rust_timeout=_TICK_MS,
                yield_on_timeout=True,
                ignore_permission_denied=True,
            )
        except FileNotFoundError:
            pass
        except (OSError, RuntimeError) as error:
            if not self._has_told:
                self._without_events(str(error))
                self._has_told = True
        while not self._stopped.wait(_TICK_MS / 1000):
            yield None


def _folders(sources: Sequence[Path]) -> list[Path]:
    """What to watch: folders, and those of files, which editors replace rather than change."""
    folders = {source if source.is_dir() else source.parent for source in sources}
    return sorted(folder for folder in folders if folder.is_dir())
