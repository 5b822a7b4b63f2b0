"""The table of speechrag and its peers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_ROWS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("build, s", ("build", "seconds")),
    ("build, processor s", ("build", "process", "cpu_s")),
    ("peak memory of the build, MiB", ("build", "process", "own_mib")),
    ("index on disk, MiB", ("index_mib",)),
    ("load, s", ("serve", "load_s")),
    ("question p50, ms", ("serve", "1", "p50_ms")),
    ("question p99, ms", ("serve", "1", "p99_ms")),
    ("question, processor ms", ("serve", "1", "cpu_ms")),
    ("question p50, 8 clients, ms", ("clients", "p50_ms")),
    ("8 clients, questions a second", ("clients", "per_s")),
    ("memory when serving, whole process, MiB", ("serve", "memory_own_mib")),
    ("process start to first answer, s", ("once", "wall_s")),
    ("of it processor s", ("once", "cpu_s")),
    ("nDCG@10", ("ndcg", "all")),
)

_NOTES = """\
- speechrag ranks with headings, roles, copies and word by word matches beside words and meaning;
  the peers rank with words and meaning.
- Words: jieba's at speechrag; Unicode's word boundaries at txtai (Chinese: single characters) and
  LanceDB (`icu`, with a dictionary); single characters at LlamaIndex, whose BM25 retriever takes a
  pattern and no tokenizer.
- A build's time includes importing what it needs and loading the encoder, a first answer's also
  starting Python: the peers do so with sentence-transformers and torch, speechrag without.
- Generated passages are clauses of the demo speeches and of written answers with other words put
  in: near misses of what the questions look for, so that nDCG@10 among them is low for all."""


def write_report(results: dict[str, Any], path: Path) -> None:
    """Write peers.md from the figures of peers.json."""
    machine = results["machine"]
    lines = [
        "# speechrag and its peers, in one run",
        "",
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB,"
        f" {results['date']}, src/ at {results['version']}. `python -m benchmarks.scale.peers`: the"
        " demo library among passages of `benchmarks.scale.generate` (seed 1); 200"
        " questions timed (Chinese, English, mixed), the 150 of tests/questions.yaml judged; the"
        " built-in encoder for all, each peer in an environment of its own by its own documented"
        " way (benchmarks/scale/peers/adapters.py). speechrag reads, cleans and splits files;"
        " the peers are given the passages. Times of loading and of the first answer are with the"
        " files in the page cache. A peer whose steps take longer than the limit is ended.",
        "",
    ]
    lines += [_NOTES, ""]
    for n_passages, kept in results["sizes"].items():
        title = f"Among {int(n_passages):,} passages" if int(n_passages) else "The demo library"
        lines += [f"## {title}", "", *_size_table(kept), "", *_ndcg_table(kept), ""]
    for peer, error in results.get("not_installed", {}).items():
        lines += [f"{peer} could not be installed: `{error.splitlines()[-1]}`", ""]
    lines += [_versions(results), ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def _size_table(kept: dict[str, Any]) -> list[str]:
    lines = [f"| | {' | '.join(kept)} |", "|---" * (len(kept) + 1) + "|"]
    for name, keys in _ROWS:
        lines.append(f"| {name} | {' | '.join(_show(_at(row, keys)) for row in kept.values())} |")
    failed = [f"{peer}: `{row['error']}`" for peer, row in kept.items() if "error" in row]
    for peer, row in kept.items():
        if reason := _at(row, ("clients", "error")):
            failed.append(f"{peer}, asked by 8 threads: `{reason}`")
    return lines + ([""] if failed else []) + failed


def _ndcg_table(kept: dict[str, Any]) -> list[str]:
    """nDCG@10 by kind of question, of the peers that were judged."""
    ndcg = {peer: row["ndcg"] for peer, row in kept.items() if "ndcg" in row}
    if not ndcg:
        return []
    kinds = next(iter(ndcg.values()))
    lines = [f"| nDCG@10 | {' | '.join(kinds)} |", "|---" * (len(kinds) + 1) + "|"]
    for peer, values in ndcg.items():
        lines.append(f"| {peer} | {' | '.join(f'{values[kind]:.3f}' for kind in kinds)} |")
    return lines


def _versions(results: dict[str, Any]) -> str:
    told: dict[str, str] = {}
    for kept in results.get("sizes", {}).values():
        for row in kept.values():
            told |= row.get("build", {}).get("versions", {})
    return "Versions: " + ", ".join(f"{name} {version}" for name, version in told.items()) + "."


def _at(row: Any, keys: tuple[str, ...]) -> Any:
    for key in keys:
        row = row.get(key) if isinstance(row, dict) else None
    return row


def _show(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"
