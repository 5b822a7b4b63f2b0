"""The scale benchmark's table, growth exponents and plot."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

Sizes = dict[int, dict[str, Any]]

_SERVED = ("lexical", "dense", "fused")


def write_report(results: dict[str, Any], folder: Path) -> None:
    """Write scale.md and scale.png from the figures of scale.json."""
    sizes = {int(n): kept for n, kept in results["sizes"].items() if "build" in kept}
    sizes = dict(sorted(sizes.items()))
    machine = results["machine"]
    lines = [
        "# Scale on one machine",
        "",
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB,"
        f" Python {machine['python']}. `python -m benchmarks.scale`; libraries by"
        " `benchmarks.scale.generate` (seed 1); each step in a process of its own, files in the"
        " page cache. Growth is b of n^b, fitted over the sizes of the row.",
        "",
    ]
    for title, rows in _sections(sizes):
        lines += [f"## {title}", "", *_table(sizes, rows), ""]
    if "words" in results:
        lines += [
            "## Words of 10,000 passages, generated and real",
            "",
            *_words(results["words"]),
            "",
        ]
    versions = sorted({(n, kept["version"], kept["date"]) for n, kept in sizes.items()})
    told = "; ".join(f"{n:,}: {version}, {day}" for n, version, day in versions)
    lines += [f"Measured at commit (size: commit of src/, day): {told}.", ""]
    (folder / "scale.md").write_text("\n".join(lines), encoding="utf-8")
    if sizes:
        _plot(sizes, folder / "scale.png")


def _words(words: dict[str, dict[str, float]]) -> list[str]:
    rows = [
        f"| {name.replace('_', ' ')} | {words['generated'][name]:.3f} | {real:.3f} |"
        for name, real in words["real"].items()
    ]
    return ["| | generated | real |", "|---|---|---|", *rows]


def ratios(kept: dict[str, Any]) -> dict[str, float | None]:
    """What one run's figures say against each other; None where a step was not run."""
    alone = ("read", "tokenize", "encode")
    faiss = _at(kept, ("floors", "faiss")) or {}
    raw_words = _at(kept, ("floors", "bm25s", "p50_ms"))
    own_words = _at(kept, ("floors", "postings", "p50_ms"))
    fused = _at(kept, ("serve", "fused", "1", "p50_ms"))
    built, built_cpu = _at(kept, ("build", "seconds")), _at(kept, ("build", "process", "cpu_s"))
    raw_cpu = _at(faiss, ("flat", "one_thread", "cpu_ms"))
    words_cpu = _at(kept, ("floors", "bm25s", "cpu_ms"))
    vectors = [_at(kind, ("one_thread", "p50_ms")) for kind in faiss.values()]
    return {
        "fused_flat_bm25s": _divide(fused, _at(faiss, ("flat", "one_thread", "p50_ms")), raw_words),
        "fused_flat_bm25s_cpu": _divide(
            _at(kept, ("serve", "fused", "1", "cpu_ms")), raw_cpu, words_cpu
        ),
        "fused_fastest": _divide(
            fused, min(vectors, default=None), min(raw_words or 0, own_words or 0) or None
        ),
        "build_alone": _divide(built, *(_at(kept, (step, "seconds")) for step in alone)),
        "build_alone_cpu": _divide(built_cpu, *(_at(kept, (step, "cpu_s")) for step in alone)),
        "changed": _divide(_at(kept, ("changed", "seconds")), built),
        "changed_cpu": _divide(_at(kept, ("changed", "process", "cpu_s")), built_cpu),
        "cold_s": _at(kept, ("cold", "median_s")),
    }


def _divide(value: float | None, *by: float | None) -> float | None:
    """A value over a sum; None where one of them is not known."""
    known = [part for part in by if part is not None]
    return value / sum(known) if value is not None and len(known) == len(by) else None


def _sections(sizes: Sizes) -> list[tuple[str, list[tuple[str, dict[int, Any]]]]]:
    def row(name: str, *path: str) -> tuple[str, dict[int, Any]]:
        return name, {n: _at(kept, path) for n, kept in sizes.items()}

    def ratio(name: str, key: str) -> tuple[str, dict[int, Any]]:
        return name, {n: ratios(kept)[key] for n, kept in sizes.items()}

    rate = {n: n / kept["build"]["seconds"] for n, kept in sizes.items()}
    targets = [
        ratio("fused p50 / (FAISS float32, exact + bm25s), target 1.5 at 10⁵", "fused_flat_bm25s"),
        ratio("the same in processor time, means", "fused_flat_bm25s_cpu"),
        ratio("fused p50 / (fastest raw FAISS + fastest raw BM25)", "fused_fastest"),
        ratio("build / (read + tokenize + encode alone), wall, target 1.3", "build_alone"),
        ratio("the same in processor seconds", "build_alone_cpu"),
        ratio("rebuild after 1 % of files changed / full, wall, target 0.1", "changed"),
        ratio("the same in processor seconds", "changed_cpu"),
        ratio("cold `speechrag search`, s, target 1.5 at 10⁵", "cold_s"),
    ]
    building = [
        row("files", "generate", "n_files"),
        row("characters of passages", "generate", "n_chars"),
        row("build, s", "build", "seconds"),
        ("build, passages a second", rate),
        row("build, processor s", "build", "process", "cpu_s"),
        *(
            row(f"stage {s}, s (stages overlap)", "build", "report", "seconds", s)
            for s in _stages(sizes)
        ),
        row("reading alone, all cores, s", "read", "seconds"),
        row("tokenizing alone, all cores, s", "tokenize", "seconds"),
        row("encoding alone, all cores, s", "encode", "seconds"),
        row("build with nothing changed, s", "unchanged", "seconds"),
        row("build after 1 % of files changed, s", "changed", "seconds"),
        row("peak memory of a build, MiB", "build", "process", "own_mib"),
        row("and mapped files, MiB", "build", "process", "mapped_mib"),
    ]
    disk = [
        row(f"{part}, MiB", "size_mib", part)
        for part in ("vectors", "lexical", "speeches", "other", "total")
    ]
    disk += [("bytes a passage", {n: k["size_mib"]["total"] * 2**20 / n for n, k in sizes.items()})]
    loading = [
        row("open, s", "serve", "load_s"),
        row("first question after it, s", "serve", "first_answer_s"),
        row("`speechrag search`, process start to end, median s", "cold", "median_s"),
        row("of it processor s", "cold", "cpu_s"),
        row("memory of the index when serving, MiB", "serve", "memory_own_mib"),
        row("and mapped files, MiB", "serve", "memory_mapped_mib"),
    ]
    asking = []
    for mode in _SERVED:
        asking += [
            row(f"{mode} p50, ms", "serve", mode, "1", "p50_ms"),
            row(f"{mode} p99, ms", "serve", mode, "1", "p99_ms"),
            row(f"{mode} processor, ms", "serve", mode, "1", "cpu_ms"),
            row(f"{mode} p50, 8 clients, ms", "serve", mode, "8", "p50_ms"),
            row(f"{mode} p99, 8 clients, ms", "serve", mode, "8", "p99_ms"),
            row(f"{mode}, 8 clients, questions a second", "serve", mode, "8", "per_s"),
        ]
    floor = [
        row("memory read, GB/s, one thread", "floors", "bandwidth_gb_s", "read"),
        row("memory copied, GB/s", "floors", "bandwidth_gb_s", "copy"),
        row("vectors as float16 over bandwidth, ms", "floors", "scan_float16_ms"),
        row("postings of a question over bandwidth, ms", "floors", "scan_postings_ms"),
    ]
    for kind in ("flat", "float16", "quick"):
        for label in ("one_thread", "as_it_comes"):
            name = f"FAISS {kind}, {label.replace('_', ' ')}, p50, ms"
            floor.append(row(name, "floors", "faiss", kind, label, "p50_ms"))
        floor.append(row(f"FAISS {kind}, recall@10", "floors", "faiss", kind, "recall_at_10"))
    floor += [
        row("bm25s p50, ms", "floors", "bm25s", "p50_ms"),
        row("bm25s p99, ms", "floors", "bm25s", "p99_ms"),
        row("speechrag's postings alone p50, ms", "floors", "postings", "p50_ms"),
        row("speechrag's postings alone p99, ms", "floors", "postings", "p99_ms"),
    ]
    return [
        ("Ratios in one run", targets),
        ("Building", building),
        ("On disk", disk),
        ("Opening", loading),
        ("Questions", asking),
        ("Floors: raw engines and memory", floor),
    ]


def _stages(sizes: Sizes) -> list[str]:
    told: dict[str, None] = {}
    for kept in sizes.values():
        told |= dict.fromkeys(kept["build"]["report"]["seconds"])
    return [stage for stage in told if stage != "total"]


def _at(kept: dict[str, Any], path: tuple[str, ...]) -> Any:
    for key in path:
        kept = kept.get(key, {}) if isinstance(kept, dict) else {}
    return None if kept == {} else kept


def _table(sizes: Sizes, rows: list[tuple[str, dict[int, Any]]]) -> list[str]:
    lines = ["| | " + " | ".join(f"{n:,}" for n in sizes) + " | growth |"]
    lines.append("|---" * (len(sizes) + 2) + "|")
    for name, values in rows:
        if all(value is None for value in values.values()):
            continue
        cells = [_show(values[n]) for n in sizes]
        lines.append(f"| {name} | {' | '.join(cells)} | {_growth(values)} |")
    return lines


def _show(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) or abs(value) >= 1_000:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def _growth(values: dict[int, Any]) -> str:
    known = {n: value for n, value in values.items() if value}
    if len(known) < 2:
        return ""
    x, y = np.log(list(known)), np.log(list(known.values()))
    return f"{np.polyfit(x, y, 1)[0]:.2f}"


def _plot(sizes: Sizes, path: Path) -> None:
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    plots: list[tuple[str, str, list[tuple[str, tuple[str, ...]]]]] = [
        (
            "A question, one client, p50",
            "ms",
            [
                ("fused", ("serve", "fused", "1", "p50_ms")),
                ("dense", ("serve", "dense", "1", "p50_ms")),
                ("lexical", ("serve", "lexical", "1", "p50_ms")),
                ("FAISS float16, 1 thread", ("floors", "faiss", "float16", "one_thread", "p50_ms")),
                ("bm25s", ("floors", "bm25s", "p50_ms")),
                ("float16 over bandwidth", ("floors", "scan_float16_ms")),
            ],
        ),
        (
            "Building",
            "s",
            [
                ("full", ("build", "seconds")),
                ("1 % of files changed", ("changed", "seconds")),
                ("nothing changed", ("unchanged", "seconds")),
                ("reading alone", ("read", "seconds")),
                ("tokenizing alone", ("tokenize", "seconds")),
                ("encoding alone", ("encode", "seconds")),
            ],
        ),
        (
            "Memory and disk",
            "MiB",
            [
                ("index on disk", ("size_mib", "total")),
                ("build, peak", ("build", "process", "own_mib")),
                ("serving", ("serve", "memory_own_mib")),
            ],
        ),
    ]
    figure, axes = plt.subplots(1, len(plots), figsize=(16, 5), constrained_layout=True)
    for axis, (title, unit, lines) in zip(axes, plots, strict=True):
        for label, keys in lines:
            points = [(n, _at(kept, keys)) for n, kept in sizes.items()]
            known = [(n, value) for n, value in points if value]
            if known:
                style = "--" if keys[0] in ("floors", "read", "tokenize", "encode") else "-"
                axis.plot(*zip(*known, strict=True), style, marker="o", label=label)
        axis.set(xscale="log", yscale="log", title=title, xlabel="passages", ylabel=unit)
        axis.grid(alpha=0.3)
        axis.legend(fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)
