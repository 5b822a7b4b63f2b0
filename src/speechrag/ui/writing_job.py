"""What was gathered for one outline, and the drafts a model writes for it, one after the other."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from speechrag.answer.endpoint import Endpoint
from speechrag.answer.outline_draft import Draft, DraftNote, stream_draft
from speechrag.answer.outline_help import Material
from speechrag.answer.prompt import Request

if TYPE_CHECKING:
    from speechrag.search.engine import Engine

GRACE_S = 2.0  # after a stop, for a service that does not answer; then it is waited for no more
ABANDONED_S = 180.0  # a page that was not heard of for so long is closed: nothing more is asked

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Slot:
    """What has been written for a heading: words that still come, or the checked draft."""

    words: str = ""
    draft: Draft | None = None
    version: int = 0  # of the last change


class Gathered:
    """The material for one outline, with its drafts. Safe to use from several threads.

    Headings count from 1 here, as on the page.
    """

    def __init__(self, token: str, topic: str, materials: tuple[Material, ...]) -> None:
        self.token = token
        self.topic = topic
        self.materials = materials
        self.waiting: tuple[tuple[int, Request], ...] = ()  # shown to the person, not yet sent
        self.n_done = self.n_asked = 0  # of the headings of the last job
        self._slots: dict[int, Slot] = {}
        self._version = 0
        self._news = threading.Condition()
        self._stop: threading.Event | None = None  # of the job that runs
        self._stopped_at = 0.0
        self._heard = time.monotonic()

    def material(self, n: int) -> Material:
        """The material of heading `n`.

        Raises:
            LookupError: There is no such heading.
        """
        if not 1 <= n <= len(self.materials):
            raise LookupError(n)
        return self.materials[n - 1]

    def slot(self, n: int) -> Slot:
        """What has been written for heading `n`; an empty one where nothing has."""
        return self._slots.get(n) or Slot()

    def drafts(self) -> dict[int, Draft]:
        """The finished drafts by heading."""
        with self._news:
            return {n: slot.draft for n, slot in self._slots.items() if slot.draft}

    def is_busy(self) -> bool:
        """Whether a model is writing."""
        return self._stop is not None

    def stop(self) -> None:
        """End what is being written."""
        if stop := self._stop:
            self._stopped_at = time.monotonic()
            stop.set()

    def wait(self, seen: int, patience_s: float) -> tuple[int, list[int], bool]:
        """(version, headings changed since `seen`, whether all is written); waits for news."""
        with self._news:
            self._heard = time.monotonic()
            self._news.wait_for(lambda: self._version > seen or not self.is_busy(), patience_s)
            self._leave_if_stuck()
            changed = [n for n, slot in self._slots.items() if slot.version > seen]
            return self._version, changed, not self.is_busy()

    def _leave_if_stuck(self) -> None:
        """After a stop, give up on a service that says nothing; what it says later is not heard."""
        stop = self._stop
        if not (stop and stop.is_set() and time.monotonic() - self._stopped_at > GRACE_S):
            return
        for slot in self._slots.values():
            if slot.draft is None:
                self._version += 1
                slot.draft, slot.version = Draft((), DraftNote.STOPPED), self._version
        self._stop = None

    def begin(self, n_asked: int) -> threading.Event:
        """A job begins; what ends it."""
        with self._news:
            self._stop = threading.Event()
            self._heard = time.monotonic()
            self.n_done, self.n_asked = 0, n_asked
            return self._stop

    def put(self, stop: threading.Event, n: int, slot: Slot) -> None:
        """The job that `stop` ends wrote something for heading `n`."""
        with self._news:
            if self._stop is not stop:
                return
            self._version += 1
            slot.version = self._version
            self._slots[n] = slot
            if time.monotonic() - self._heard > ABANDONED_S:
                self.stop()
            self._news.notify_all()

    def end(self, stop: threading.Event) -> None:
        """The job that `stop` ends is over."""
        with self._news:
            if self._stop is stop:
                self._stop = None
            self._news.notify_all()


class Job:
    """Sends what was previewed, heading by heading, in a thread of its own."""

    def __init__(
        self,
        gathered: Gathered,
        waiting: tuple[tuple[int, Request], ...],
        engine: Engine,
        endpoint: Endpoint,
    ) -> None:
        self._gathered = gathered
        self._waiting = waiting
        self._engine = engine
        self._endpoint = endpoint

    def start(self) -> None:
        """Begin; `Gathered.wait` tells how it goes."""
        stop = self._gathered.begin(len(self._waiting))
        threading.Thread(
            target=self._run, args=(stop,), name="speechrag-drafting", daemon=True
        ).start()

    def _run(self, stop: threading.Event) -> None:
        try:
            for n, request in self._waiting:
                if stop.is_set():
                    break
                self._write(n, request, stop)
                self._gathered.n_done += 1
        finally:
            self._gathered.end(stop)

    def _write(self, n: int, request: Request, stop: threading.Event) -> None:
        words = ""
        self._gathered.put(stop, n, Slot())
        try:
            for part in stream_draft(self._engine, request, self._endpoint, stop):
                if isinstance(part, Draft):
                    self._gathered.put(stop, n, Slot(draft=part))
                else:
                    words += part
                    self._gathered.put(stop, n, Slot(words))
        except Exception as error:  # noqa: BLE001 - a thread of its own has no other border
            _log.error("a draft failed", exc_info=error)
            self._gathered.put(stop, n, Slot(draft=Draft((), DraftNote.FAILED)))
