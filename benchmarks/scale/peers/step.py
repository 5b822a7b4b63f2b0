"""One step of one peer, in that peer's environment; prints one line of JSON.

    python -m benchmarks.scale.peers.step PEER STEP --texts FILE --folder DIR --model DIR ...

Steps: build; serve (load, then every question, timed); clients (eight threads that ask fifty each);
once (load, one question: the first answer of a process); rank (the texts of the first ten of every
question, for judging).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.scale.machine import memory_of
from benchmarks.scale.peers.adapters import PEERS, VERSIONS, Peer, Speechrag
from benchmarks.scale.workload import time_clients, time_questions

K = 10
STEPS = ("build", "serve", "clients", "once", "rank")
N_CLIENTS = 8
N_OF_CLIENT = 50


def main() -> None:
    """Run the step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--texts", type=Path, required=True, help="JSON, a list of strings")
    parser.add_argument("--questions", type=Path, required=True, help="JSON, a list of strings")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--library", type=Path, required=True)
    options = parser.parse_args()
    print(json.dumps(_run(options), ensure_ascii=False))


def _run(options: argparse.Namespace) -> dict[str, Any]:
    peer = PEERS[options.peer]()
    if options.step == "build":
        texts = json.loads(options.texts.read_text(encoding="utf-8"))
        started = time.perf_counter()
        peer.build(texts, options.folder, options.model, options.library)
        return {
            "seconds": round(time.perf_counter() - started, 3),
            "versions": {name: version(name) for name in VERSIONS[options.peer]},
        }
    questions = json.loads(options.questions.read_text(encoding="utf-8"))
    started = time.perf_counter()
    peer.open(options.folder, options.model)
    loaded = time.perf_counter() - started
    if options.step == "once":
        return {"load_s": round(loaded, 3), "found": peer.search(questions[0], K)}
    if options.step == "rank":
        texts = json.loads(options.texts.read_text(encoding="utf-8"))
        return {"found": [_texts_of(peer, peer.search(q, K), texts) for q in questions]}

    def ask(question: str) -> list[Any]:
        return peer.search(question, K)

    if options.step == "clients":
        return time_clients(ask, questions[:N_OF_CLIENT], N_CLIENTS)
    one = time_questions(ask, questions, n_rounds=1)
    taken = memory_of(os.getpid())
    return {
        "load_s": round(loaded, 3),
        "1": one,
        "memory_own_mib": round(taken.own_mib, 1),
    }


def _texts_of(peer: Peer, found: list[Any], texts: list[str]) -> list[str]:
    return [peer.text(key) if isinstance(peer, Speechrag) else texts[key] for key in found]


if __name__ == "__main__":
    main()
