"""What a peer is run on: its environment, texts and questions, and the time it may take."""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.scale.generate import Generator, make_questions, write_library
from benchmarks.scale.machine import TookTooLong, run_measured
from benchmarks.scale.peers.adapters import PACKAGES
from speechrag.evaluate import Judge, Question, average_by_kind, load_questions
from speechrag.index.tokens import fold_key

REPO = Path(__file__).parents[3]
MODEL = REPO / "src" / "speechrag" / "model"
SEEDS = REPO / "seeds"
QUESTIONS = REPO / "tests" / "questions.yaml"
TORCH = "torch==2.13.0"  # first, and as a CPU build: see scripts/install.sh
N_ONCE = 2
N_TIMED = 200


def install(peer: str, environments: Path) -> Path:
    """The Python of a peer's environment, made where it is not there yet.

    Raises:
        RuntimeError: pip failed; the end of what it said is told.
    """
    if peer not in PACKAGES:
        return Path(sys.executable)
    python = environments / peer / "bin" / "python"
    marker = environments / peer / ".ready"
    if not marker.exists():
        venv.create(environments / peer, with_pip=True)
        for packages in ((TORCH,), PACKAGES[peer]):
            command = [str(python), "-m", "pip", "install", "--quiet", *packages]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise RuntimeError(done.stderr.strip()[-500:])
        marker.touch()
    return python


class Allowance:
    """Seconds that one peer's steps may take together."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._until = time.monotonic() + seconds

    @property
    def left_s(self) -> float:
        """What is left; never negative."""
        return max(0.0, self._until - time.monotonic())


class Bench:
    """A library and its passages; questions that are timed, and judged ones on the demo library.

    Args:
        folder: Where texts, questions and indexes are kept.
        library: The folder of speeches that speechrag reads.
        texts: The same speeches' passages, which the peers are given.
        timed: Questions asked against the clock.
        judged: Questions whose first ten passages are judged by their gold strings.

    """

    def __init__(
        self,
        folder: Path,
        library: Path,
        texts: Sequence[str],
        timed: Sequence[str],
        judged: Sequence[Question],
    ) -> None:
        self._folder = folder
        self._library = library
        self._judged = judged
        golds = [fold_key(gold) for question in judged for gold in question.gold]
        # The judge counts passages that hold a gold: those are all it need know of.
        held = [t for t in texts if (key := fold_key(t)) and any(gold in key for gold in golds)]
        self._judge = Judge((str(number), text) for number, text in enumerate(held))
        folder.mkdir(parents=True, exist_ok=True)
        for name, given in (
            ("texts", texts),
            ("questions", timed),
            ("judged", [question.text for question in judged]),
        ):
            text = json.dumps(list(given), ensure_ascii=False)
            (folder / f"{name}.json").write_text(text, encoding="utf-8")

    def measure(
        self,
        peer: str,
        python: Path,
        kept: dict[str, Any],
        allowance: Allowance,
        save: Callable[[], None],
    ) -> None:
        """Build, serve, the first answer of a process, nDCG@10: what is not in `kept` yet.

        Each is saved when it is done.

        Raises:
            TookTooLong: The allowance is used up.
            RuntimeError: The peer failed; the end of what it printed is told.
        """
        if not any((self._folder / peer).glob("*")):
            kept.clear()
        if "build" not in kept:
            shutil.rmtree(self._folder / peer, ignore_errors=True)
            (self._folder / peer).mkdir()
            kept["build"] = self._run(peer, python, "build", allowance)
            kept["index_mib"] = self._index_mib(peer)
            save()
        if "serve" not in kept:
            kept["serve"] = self._run(peer, python, "serve", allowance)
            save()
        if "clients" not in kept:
            try:
                kept["clients"] = self._run(peer, python, "clients", allowance)
            except TookTooLong:
                raise
            except RuntimeError as exc:  # one that cannot be asked by several threads
                kept["clients"] = {"error": _last_line(exc)}
            save()
        if "once" not in kept:
            runs = [self._run(peer, python, "once", allowance) for _ in range(N_ONCE)]
            kept["once"] = {
                key: statistics.median(run["process"][key] for run in runs)
                for key in ("wall_s", "cpu_s", "own_mib")
            }
            save()
        if "ndcg" not in kept:
            kept["ndcg"] = self._score(self._run(peer, python, "rank", allowance)["found"])
            save()

    def _run(self, peer: str, python: Path, step: str, allowance: Allowance) -> dict[str, Any]:
        """Run one step; see step.py."""
        asked = "judged" if step == "rank" else "questions"
        command = [str(python), "-m", "benchmarks.scale.peers.step", peer, step]
        for name, path in (
            ("texts", self._folder / "texts.json"),
            ("questions", self._folder / f"{asked}.json"),
            ("folder", self._folder / peer),
            ("model", MODEL),
            ("library", self._library),
        ):
            command += [f"--{name}", str(path)]
        return run_measured(command, limit_s=allowance.left_s)

    def _score(self, found: Sequence[Sequence[str]]) -> dict[str, float]:
        ranked = {
            question.text: [(str(place), text) for place, text in enumerate(texts)]
            for question, texts in zip(self._judged, found, strict=True)
        }
        judged = self._judge.judge(self._judged, ranked.__getitem__)
        return {kind: row["ndcg@10"] for kind, row in average_by_kind(judged).items()}

    def _index_mib(self, peer: str) -> float:
        files = (path for path in (self._folder / peer).rglob("*") if path.is_file())
        return round(sum(path.stat().st_size for path in files) / 2**20, 1)


def _last_line(error: RuntimeError) -> str:
    """How a step ended, and the last thing that it said."""
    told = str(error).rpartition(": exit ")[2].strip().splitlines()
    return f"exit {told[0]}: {told[-1]}"[:300]


def prepare(n_passages: int, seed: int, work: Path) -> Bench:
    """The demo library among so many generated passages, which may be none."""
    folder = work / f"peers-{n_passages}-{seed}"
    library, kept = folder / "library", folder / "generated.json"
    if not kept.exists():
        shutil.rmtree(folder, ignore_errors=True)
        made: list[str] = []
        if n_passages:
            generator = Generator(n_passages, seed)
            write_library(generator, library)
            made += generator.passages()
        shutil.copytree(SEEDS, library / "demo")
        kept.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
    texts = [*json.loads(kept.read_text(encoding="utf-8")), *_demo_passages()]
    timed = [question for _kind, question in make_questions(N_TIMED, seed)]
    return Bench(folder, library, texts, timed, load_questions(QUESTIONS))


def _demo_passages() -> list[str]:
    from speechrag.corpus.sources import SourceFile, iter_sources
    from speechrag.search.library import inspect_file

    return [
        speech.text[passage.start : passage.end]
        for source in iter_sources([SEEDS])
        if isinstance(source, SourceFile)
        for speech in inspect_file(source.path).speeches
        for passage in speech.passages
    ]
