"""speechrag beside txtai, LlamaIndex and LanceDB: same passages, same encoder, the same run.

    python -m benchmarks.scale.peers [--passages N ...] [--only PEER ...] [--work DIR]

Each peer is installed by pip into an environment of its own below DIR and used as its documentation
shows (adapters.py). Each step is a process of its own. nDCG@10 is on tests/questions.yaml over the
passages of seeds/. Figures go to benchmarks/results/peers.json, the tables to peers.md. A peer that
cannot be installed is named with the error.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import venv
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.scale.generate import Generator, make_questions, write_library
from benchmarks.scale.machine import describe_machine, run_measured
from benchmarks.scale.peers.adapters import PACKAGES, PEERS
from benchmarks.scale.peers.report import write_report

REPO = Path(__file__).parents[3]
MODEL = REPO / "src" / "speechrag" / "model"
RESULTS = REPO / "benchmarks" / "results"
TORCH = "torch==2.13.0"  # first, and as a CPU build: see scripts/install.sh
N_ONCE = 3

# Peers read the model from its folder: nothing is to be asked of a hub.
_OFFLINE = {"HF_HUB_OFFLINE": "1", "TRANSFORMERS_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}


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


class Bench:
    """The steps of every peer on one set of texts and questions."""

    def __init__(self, folder: Path, library: Path, texts: list[str], questions: list[str]) -> None:
        self._folder = folder
        self._library = library
        self._texts = folder / "texts.json"
        self._questions = folder / "questions.json"
        folder.mkdir(parents=True, exist_ok=True)
        self._texts.write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
        self._questions.write_text(json.dumps(questions, ensure_ascii=False), encoding="utf-8")

    def run(self, peer: str, python: Path, step: str) -> dict[str, Any]:
        """Run one step; see step.py."""
        index = self._folder / peer
        if step == "build":
            shutil.rmtree(index, ignore_errors=True)
            index.mkdir()
        command = [str(python), "-m", "benchmarks.scale.peers.step", peer, step]
        for name, path in (
            ("texts", self._texts),
            ("questions", self._questions),
            ("folder", index),
            ("model", MODEL),
            ("library", self._library),
        ):
            command += [f"--{name}", str(path)]
        return run_measured(command)

    def index_mib(self, peer: str) -> float:
        """What a peer keeps on disk."""
        files = (path for path in (self._folder / peer).rglob("*") if path.is_file())
        return round(sum(path.stat().st_size for path in files) / 2**20, 1)


def measure(bench: Bench, peer: str, python: Path, kept: dict[str, Any]) -> None:
    """Build, serve, and the first answer of a process; steps that are in `kept` are left out."""
    if "build" not in kept:
        kept["build"] = bench.run(peer, python, "build")
        kept["index_mib"] = bench.index_mib(peer)
    if "serve" not in kept:
        kept["serve"] = bench.run(peer, python, "serve")
    if "once" not in kept:
        runs = [bench.run(peer, python, "once") for _ in range(N_ONCE)]
        kept["once"] = {
            key: statistics.median(run["process"][key] for run in runs)
            for key in ("wall_s", "cpu_s", "own_mib")
        }


def prepare_generated(n_passages: int, seed: int, work: Path) -> Bench:
    """A generated library with its passages and 200 questions."""
    generator = Generator(n_passages, seed)
    folder = work / f"peers-{n_passages}"
    shutil.rmtree(folder / "library", ignore_errors=True)
    write_library(generator, folder / "library")
    questions = [question for _kind, question in make_questions(200, seed)]
    return Bench(folder, folder / "library", list(generator.passages()), questions)


def judge_seeds(work: Path) -> tuple[Bench, Callable[[list[list[Any]]], dict[str, float]]]:
    """The demo library's passages with tests/questions.yaml, and what judges rankings of them."""
    from speechrag.config import load_settings
    from speechrag.evaluate import Judge, average_by_kind, load_questions
    from speechrag.search.engine import Engine
    from speechrag.search.library import build_library

    settings = load_settings(overrides={"index": work / "peers-seeds" / "passages"})
    build_library([REPO / "seeds"], settings)
    passages = list(Engine.open(settings).iter_passages())
    text_of = dict(passages)
    questions = load_questions(REPO / "tests" / "questions.yaml")
    judge = Judge(passages)

    def score(found: list[list[Any]]) -> dict[str, float]:
        ranked = {
            question.text: [
                (key, text_of[key])
                for key in (passages[at][0] if isinstance(at, int) else at for at in rows)
            ]
            for question, rows in zip(questions, found, strict=True)
        }
        judged = judge.judge(questions, ranked.__getitem__)
        return {kind: row["ndcg@10"] for kind, row in average_by_kind(judged).items()}

    texts = [text for _id, text in passages]
    asked = [question.text for question in questions]
    return Bench(work / "peers-seeds", REPO / "seeds", texts, asked), score


def main() -> int:
    """Install, measure, judge, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--passages", type=int, nargs="+", default=[10_000])
    parser.add_argument("--only", nargs="+", choices=PEERS, default=list(PEERS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, default=Path.home() / ".cache" / "speechrag-bench")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--keep", action="store_true", help="go on with the figures that are there")
    parser.add_argument("--remove", action="store_true", help="remove the environments afterwards")
    options = parser.parse_args()
    os.environ.update(_OFFLINE)
    file = options.results / "peers.json"
    results: dict[str, Any] = {}
    if options.keep and file.is_file():
        results = json.loads(file.read_text(encoding="utf-8"))
    results |= {"machine": describe_machine(), "date": date.today().isoformat()}
    pythons = _install_all(options.only, options.work / "peers", results)

    def save() -> None:
        file.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    bench, score = judge_seeds(options.work)
    for peer, python in pythons.items():
        print(f"seeds: {peer}", flush=True)
        bench.run(peer, python, "build")
        found = bench.run(peer, python, "rank")["found"]
        results.setdefault("ndcg", {})[peer] = score(found)
        save()
    for n_passages in options.passages:
        bench = prepare_generated(n_passages, options.seed, options.work)
        for peer, python in pythons.items():
            print(f"{n_passages} passages: {peer}", flush=True)
            kept = results.setdefault("sizes", {}).setdefault(str(n_passages), {})
            row = kept.setdefault(peer, {})
            row.pop("error", None)
            try:
                measure(bench, peer, python, row)
            except RuntimeError as exc:
                row["error"] = str(exc)[-500:]
            save()
    write_report(results, options.results / "peers.md")
    print((options.results / "peers.md").read_text(encoding="utf-8"))
    if options.remove:
        shutil.rmtree(options.work / "peers", ignore_errors=True)
    return 0


def _install_all(peers: list[str], folder: Path, results: dict[str, Any]) -> dict[str, Path]:
    pythons = {}
    for peer in peers:
        try:
            pythons[peer] = install(peer, folder)
        except RuntimeError as exc:
            results.setdefault("not_installed", {})[peer] = str(exc)
            print(f"{peer} could not be installed: {exc}", file=sys.stderr)
    return pythons


if __name__ == "__main__":
    sys.exit(main())
