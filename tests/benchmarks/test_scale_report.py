"""The scale benchmark's arithmetic: ratios, growth exponents, percentiles, what a process takes."""

import sys

import pytest
from benchmarks.scale.__main__ import measure_index
from benchmarks.scale.machine import run_measured
from benchmarks.scale.measure import Folder
from benchmarks.scale.peers.report import write_report as write_peers
from benchmarks.scale.report import ratios, write_report
from benchmarks.scale.workload import time_clients, time_questions

MACHINE = {"processor": "P", "cores": 2, "memory_gib": 8.0, "python": "3.11.0"}


def kept(n: int) -> dict:
    """Figures of one size, each growing with n in its own way."""
    times = {"p50_ms": n / 1_000, "p99_ms": n / 500, "mean_ms": 1.0, "cpu_ms": 1.0, "per_s": 10.0}
    served = {"1": times, "8": times}
    raw = {"p50_ms": n / 4_000, "p99_ms": 1.0, "cpu_ms": 0.3}
    kind = {"recall_at_10": 1.0, "one_thread": raw, "as_it_comes": raw}
    process = {"wall_s": 1.0, "cpu_s": 12.0, "own_mib": 300.0, "mapped_mib": 1.0}
    alone = {"seconds": 2.0, "cpu_s": 3.0}
    report = {"seconds": {"read": 1.0, "total": 9.0}}
    return {
        "version": "abc",
        "date": "2026-01-01",
        "generate": {"n_files": 10, "n_chars": n * 200},
        "read": alone,
        "tokenize": alone,
        "encode": alone,
        "build": {"seconds": 9.0, "process": process, "report": report},
        "unchanged": {"seconds": 0.5},
        "changed": {"seconds": 0.45, "process": process | {"cpu_s": 3.0}},
        "size_mib": {"total": n / 2**10},
        "serve": {"load_s": 0.1, "lexical": served, "dense": served, "fused": served},
        "floors": {
            "faiss": {"flat": kind, "float16": kind},
            "bm25s": {"p50_ms": n / 4_000, "cpu_ms": 0.2},
            "postings": {"p50_ms": n / 12_000},
        },
        "cold": {"median_s": 1.25, "cpu_s": 0.5},
    }


def test_ratios_are_those_of_hand_arithmetic():
    found = ratios(kept(1_000))
    assert found["fused_flat_bm25s"] == pytest.approx(1.0 / (0.25 + 0.25))
    assert found["fused_flat_bm25s_cpu"] == pytest.approx(1.0 / 0.5)
    assert found["fused_fastest"] == pytest.approx(1.0 / (0.25 + 1 / 12))
    assert found["build_alone"] == pytest.approx(9.0 / 6.0)
    assert found["build_alone_cpu"] == pytest.approx(12.0 / 9.0)
    assert found["changed"] == pytest.approx(0.05)
    assert found["changed_cpu"] == pytest.approx(0.25)
    assert found["cold_s"] == 1.25


def test_the_table_tells_figures_by_size_and_how_they_grow(tmp_path):
    results = {
        "machine": MACHINE,
        "sizes": {str(n): kept(n) for n in (1_000, 10_000)},
        "words": {"generated": {"head_slope": -0.75}, "real": {"head_slope": -0.709}},
    }
    write_report(results, tmp_path)
    text = (tmp_path / "scale.md").read_text(encoding="utf-8")
    assert "| fused p50, ms | 1 | 10 | 1.00 |" in text
    assert "| build, s | 9 | 9 | 0.00 |" in text
    assert "| bytes a passage | 1,024 | 1,024 | 0.00 |" in text
    assert "| head slope | -0.750 | -0.709 |" in text
    assert (tmp_path / "scale.png").read_bytes().startswith(b"\x89PNG")


def test_steps_that_were_not_run_leave_their_cells_empty(tmp_path):
    ended = {step: kept(1_000)[step] for step in ("version", "date", "generate", "build")}
    ended |= {"size_mib": {"total": 3.0}, "serve": kept(1_000)["serve"]}
    results = {"machine": MACHINE, "sizes": {"1000": kept(1_000), "10000": ended}}
    write_report(results, tmp_path)
    text = (tmp_path / "scale.md").read_text(encoding="utf-8")
    assert "| cold `speechrag search`, s, target 1.5 at 10⁵ | 1.25 |  |  |" in text
    assert "| build, s | 9 | 9 | 0.00 |" in text
    assert set(ratios(ended).values()) == {None}


def test_a_size_that_is_not_done_is_left_out(tmp_path):
    begun = {"version": "abc", "date": "2026-01-01"}
    results = {"machine": MACHINE, "sizes": {"1000": kept(1_000), "10000": begun}}
    write_report(results, tmp_path)
    assert "10,000" not in (tmp_path / "scale.md").read_text(encoding="utf-8")


def test_peers_are_told_with_what_they_could_not_do(tmp_path):
    txtai = {"build": {"seconds": 4.0}, "serve": {"1": {"p50_ms": 2.5}}, "ndcg": {"all": 0.5}}
    results = {
        "machine": MACHINE,
        "date": "2026-01-01",
        "version": "abc",
        "sizes": {
            "0": {"txtai": txtai | {"clients": {"error": "exit -11: Failed"}}},
            "1000": {"txtai": {"build": {"seconds": 6.0}, "error": "ended after 420 s"}},
        },
        "not_installed": {"lancedb": "pip said\nNo matching distribution"},
    }
    write_peers(results, tmp_path / "peers.md")
    small, large = (tmp_path / "peers.md").read_text(encoding="utf-8").split("## Among 1,000")
    assert "## The demo library" in small
    assert "| question p50, ms | 2.5 |" in small
    assert "| txtai | 0.500 |" in small
    assert "txtai, asked by 8 threads: `exit -11: Failed`" in small
    assert "| build, s | 6 |" in large
    assert "txtai: `ended after 420 s`" in large
    assert "lancedb could not be installed: `No matching distribution`" in large


def test_the_index_on_disk_is_told_by_part(tmp_path):
    for name, n_bytes in (
        ("gen-1/body.faiss", 2**20),
        ("gen-1/lexical/body.rows.npy", 2**19),
        ("gen-1/speeches.sqlite", 2**18),
        ("CURRENT", 2**18),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * n_bytes)
    assert measure_index(tmp_path) == {
        "vectors": 1.0,
        "lexical": 0.5,
        "speeches": 0.25,
        "other": 0.25,
        "total": 2.0,
    }


def test_passages_are_read_by_number_across_chunks(tmp_path):
    folder = Folder(tmp_path)
    folder.passages.write_text("".join(f"第{n}段\n" for n in range(1_203)), encoding="utf-8")
    assert folder.n_passages == 1_203
    assert folder.read_passages(498, 502) == ["第498段", "第499段", "第500段", "第501段"]
    assert folder.read_passages(1_200) == ["第1200段", "第1201段", "第1202段"]


def test_a_process_is_measured_with_what_it_printed():
    script = "kept = bytearray(200 * 2**20); import time; time.sleep(0.5); print('{\"a\": 7}')"
    measured = run_measured([sys.executable, "-c", script])
    assert measured["a"] == 7
    assert measured["process"]["wall_s"] >= 0.5
    assert 200 <= measured["process"]["own_mib"] < 300


def test_a_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match="no such thing"):
        run_measured([sys.executable, "-c", "raise SystemExit('no such thing')"])


def test_every_client_asks_every_question():
    asked = []
    time_clients(asked.append, ["a", "b", "c"], 4)
    assert sorted(asked) == ["a"] * 4 + ["b"] * 4 + ["c"] * 4
    asked.clear()
    time_questions(asked.append, ["a", "b"], n_rounds=3)
    assert asked == ["a", "b"] * 4  # once to warm up


def test_what_a_client_meets_with_is_raised():
    def refuse(_question):
        raise OSError("one thread at a time")

    with pytest.raises(OSError, match="one thread at a time"):
        time_clients(refuse, ["a"], 2)
