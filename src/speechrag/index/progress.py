"""What a build tells while it runs and when it is done."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from speechrag.index.reasons import Reason
from speechrag.types import Skipped

_STAGES = {
    "scan": ("查看文件", "looking at files"),
    "read": ("读取与编入", "reading and indexing"),
    "write": ("写盘", "writing"),
    "check": ("校验", "checking"),
}
_PARTS = {
    "records": ("讲话与文件", "speeches and files"),
    "postings": ("词的倒排表", "postings"),
    "copies": ("找近似重复的段落", "finding near copies"),
    "vectors": ("向量索引", "vector index"),
    "digests": ("各文件的校验值", "digests of the files"),
    "probes": ("计数与试查询", "counts and probe queries"),
}
_UNITS = {
    "files": ("个文件", "files"),
    "postings": ("条", "postings"),
    "rows": ("段", "passages"),
    "mb": ("MB", "MB"),
}

Told = Callable[[int, int], None]
"""Called with how much is done and how much there is to do."""


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a build.

    `stage` is scan, read, write or check, `part` what of it is being done, where it has parts;
    `total` is 0 where it cannot be told; `rate` is how many of `unit` (files, postings, rows, mb)
    a second and `remaining_s` what is left at that rate.
    """

    stage: str
    done: int = 0
    total: int = 0
    rate: float = 0.0
    remaining_s: float | None = None
    part: str = ""
    unit: str = "files"

    @property
    def fraction(self) -> float | None:
        """Share of this stage done, in [0, 1]; None when it cannot be told."""
        return min(self.done / self.total, 1.0) if self.total else None

    def describe(self, lang: str = "zh") -> str:
        """The step in words."""
        chinese, english = _STAGES.get(self.stage, (self.stage, self.stage))
        is_english = lang == "en"
        line = english if is_english else chinese
        if self.part:
            part = _PARTS[self.part][is_english]
            line += f": {part}" if is_english else f"：{part}"
        unit = _UNITS[self.unit][is_english]
        if self.total:
            line += f" {self.done}/{self.total}"
        if self.rate >= 1:
            rate = f"{self.rate:,.0f} {unit}"
            line += f", {rate}/s" if is_english else f"，每秒 {rate}"
        if self.remaining_s is not None and self.remaining_s >= 1:
            left = f"{self.remaining_s:.0f}"
            line += f", {left} s left" if is_english else f"，约剩 {left} 秒"
        return line


@dataclass(frozen=True, slots=True)
class Done:
    """How much a build did: files read, files split from the text kept, passages made anew."""

    files_read: int = 0
    files_split: int = 0
    passages_tokenized: int = 0
    passages_encoded: int = 0


@dataclass(frozen=True, slots=True)
class BuildReport:
    """What a build did; `as_json` is the document of `speechrag index --json`.

    `seconds` by stage: read, tokenize, encode, write, total; what worker processes do is counted
    for all of them together, so that the sum may be more than the total. `reasons` says why
    anything was read, tokenized or encoded again; empty when the index was already up to date.
    """

    generation: str
    n_files: int
    n_speeches: int
    n_passages: int
    skipped: tuple[Skipped, ...]
    n_reused_files: int
    n_reused_passages: int
    seconds: dict[str, float]
    reasons: tuple[Reason, ...] = ()
    done: Done = Done()

    def as_json(self, lang: str = "zh") -> dict[str, Any]:
        """The document that others rely on; the reasons in a language."""
        return {
            "generation": self.generation,
            "n_files": self.n_files,
            "n_speeches": self.n_speeches,
            "n_passages": self.n_passages,
            "skipped": [
                {"file": item.file, "reason": item.reason, "hint": item.hint}
                for item in self.skipped
            ],
            "reused": {"files": self.n_reused_files, "passages": self.n_reused_passages},
            "seconds": {stage: round(value, 3) for stage, value in self.seconds.items()},
            "reasons": [reason.describe(lang) for reason in self.reasons],
            "done": asdict(self.done),
        }


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage."""

    seconds: dict[str, float] = field(
        default_factory=lambda: dict.fromkeys(("read", "tokenize", "encode", "write", "total"), 0.0)
    )
    started: float = field(default_factory=time.perf_counter)

    @contextmanager
    def timing(self, stage: str) -> Iterator[None]:
        """Add the time spent inside to a stage."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[stage] += time.perf_counter() - began

    def add(self, seconds: Mapping[str, float]) -> None:
        """Add what stages took elsewhere."""
        for stage, value in seconds.items():
            self.seconds[stage] += value

    def total(self) -> dict[str, float]:
        """The seconds, with the total up to now."""
        return {**self.seconds, "total": time.perf_counter() - self.started}


class ProgressMeter:
    """Calls back with what is done of a stage, with rate and remaining time."""

    def __init__(self, callback: Callable[[Progress], None] | None) -> None:
        self._callback = callback
        self._now = ("", "")
        self._began = 0.0

    def part(self, stage: str, part: str, unit: str) -> Told:
        """Begin a part of a stage; to be called with what is done of it."""
        self.step(stage, part=part, unit=unit)
        return lambda done, total: self.step(stage, done, total, part=part, unit=unit)

    def step(
        self, stage: str, done: int = 0, total: int = 0, *, part: str = "", unit: str = "files"
    ) -> None:
        """So much of a stage, or of a part of it, is done."""
        if self._callback is None:
            return
        now = time.perf_counter()
        if (stage, part) != self._now:
            self._now, self._began = (stage, part), now
        elapsed = now - self._began
        rate = done / elapsed if elapsed > 0.5 else 0.0
        remaining = (total - done) / rate if rate > 0 and total else None
        self._callback(Progress(stage, done, total, rate, remaining, part, unit))
