"""eval: two encoders side by side, the plot, the table; the second is a real, tiny transformer."""

import json
import math

import numpy as np
import pytest
import yaml

from speechrag.cli.evaluating import Measured, draw_kinds
from speechrag.cli.main import main
from speechrag.evaluate import METRICS, Judged, Question
from speechrag.index.transformer import SentenceTransformerEncoder
from tiny_models import CHARACTERS, save_tiny_transformer

PASSAGES = (
    "科技成果转化效率有待提高，中间环节较多，流程繁琐。",
    "加强科技人才队伍建设，让人才进得来、留得住、用得好。",
    "设立成果转化引导基金，引导社会资本参与成果转化。",
    "优化营商环境，简化审批流程，减少企业跑动次数。",
    "推进乡村振兴，发展特色产业，促进农民增收致富。",
)
QUESTIONS = (
    ("fact", "设立什么基金", [PASSAGES[2]]),
    ("howto", "怎样留住人才", [PASSAGES[1]]),
    ("howto", "如何减少企业跑动", [PASSAGES[3]]),
    ("problem", "科技成果转化有什么问题", [PASSAGES[0], PASSAGES[2]]),
)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    base = tmp_path_factory.mktemp("bert")
    characters = CHARACTERS + "".join(PASSAGES)
    return save_tiny_transformer(base, tmp_path_factory.mktemp("models") / "tiny", characters)


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    """A library of five passages, indexed, and questions on it."""
    folder = tmp_path_factory.mktemp("eval")
    (folder / "s").mkdir()
    for number, passage in enumerate(PASSAGES):
        text = f"在第{number + 1}次会议上的讲话\n（2024年5月1日）\n\n{passage}\n"
        (folder / "s" / f"{number}.txt").write_text(text, encoding="utf-8")
    questions = [
        {"id": n, "kind": kind, "q": question, "gold": golds}
        for n, (kind, question, golds) in enumerate(QUESTIONS)
    ]
    (folder / "q.yaml").write_text(yaml.safe_dump(questions, allow_unicode=True), encoding="utf-8")
    assert main(["index", str(folder / "s"), "--index", str(folder / "i")]) == 0
    return folder


@pytest.fixture
def evaluate(asked, capsys):
    """Run eval with further arguments: (exit code, stdout)."""

    def run(*arguments):
        capsys.readouterr()
        found = ["eval", str(asked / "q.yaml"), *map(str, arguments), "--index", str(asked / "i")]
        return main(found), capsys.readouterr().out

    return run


def ndcg_by_hand(encoder, kind=None):
    """nDCG@10 of ranking the five passages by cosine, one gold a passage."""
    passages = encoder.encode_passages(PASSAGES)
    values = []
    for own, question, golds in QUESTIONS:
        order = np.argsort(-(passages @ encoder.encode_queries([question])[0]))
        ranks = [rank for rank, row in enumerate(order, 1) if PASSAGES[row] in golds]
        ideal = sum(1 / math.log2(rank + 1) for rank in range(1, len(golds) + 1))
        if kind in (None, own):
            values.append(sum(1 / math.log2(rank + 1) for rank in ranks) / ideal)
    return sum(values) / len(values)


def test_two_encoders_are_measured_side_by_side(evaluate, tiny):
    code, out = evaluate("--encoder", "builtin", "--encoder", tiny, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["encoder"] == "builtin"
    first, second = report["encoders"]
    assert (first["encoder"], second["encoder"]) == ("builtin", str(tiny))
    assert first["lexical"] == second["lexical"] == report["lexical"]
    encoder = SentenceTransformerEncoder(str(tiny))
    for kind in ("fact", "howto", "problem"):
        assert second["dense"][kind]["ndcg@10"] == pytest.approx(ndcg_by_hand(encoder, kind))
    assert second["dense"]["all"]["ndcg@10"] == pytest.approx(ndcg_by_hand(encoder))
    assert first["dense"]["all"]["ndcg@10"] > second["dense"]["all"]["ndcg@10"]
    assert first["p_against_first"] == {"lexical": 1.0, "dense": 1.0, "fused": 1.0}
    assert second["p_against_first"]["lexical"] == 1.0
    assert second["p_against_first"]["dense"] < 1.0
    for one in (first, second):
        for mode in ("lexical", "dense", "fused"):
            low, high = one["interval_95"][mode]
            assert low <= one[mode]["all"]["ndcg@10"] <= high


def test_the_second_time_no_passage_is_encoded(evaluate, tiny, monkeypatch):
    first = json.loads(evaluate("--encoder", "builtin", "--encoder", tiny, "--json")[1])

    def refuse(_self, texts):
        raise AssertionError(f"{len(texts)} passages")

    monkeypatch.setattr(SentenceTransformerEncoder, "encode_passages", refuse)
    assert json.loads(evaluate("--encoder", "builtin", "--encoder", tiny, "--json")[1]) == first


def test_the_table_names_both_with_a_test_of_significance(evaluate, tiny):
    report = json.loads(evaluate("--encoder", "builtin", "--encoder", tiny, "--json")[1])
    _, out = evaluate("--encoder", "builtin", "--encoder", tiny)
    lines = out.splitlines()
    rows = [line.split() for line in lines if line.startswith(("builtin ", str(tiny)[-20:] + " "))]
    second = report["encoders"][1]
    for mode, cells in zip(("dense", "fused"), (rows[-3], rows[-1]), strict=True):
        figures = [f"{second[mode][kind]['ndcg@10']:.3f}" for kind in ("fact", "howto", "problem")]
        assert cells[-5:-2] == figures
        assert cells[-1] == f"{second['p_against_first'][mode]:.4f}"


def test_the_plot_is_a_png_of_the_size_of_its_figure(evaluate, tmp_path):
    file = tmp_path / "kinds.png"
    code, _ = evaluate("--plot", file)
    assert code == 0
    data = file.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    assert (width, height) == (round((1.6 * 4 + 2) * 120), round(4.5 * 120))  # fact howto … all


def test_the_bars_are_the_figures_by_kind():
    def judged(*values):
        questions = [Question("1", "fact", "甲", ("甲",)), Question("2", "howto", "乙", ("乙",))]
        return [
            Judged(question, dict.fromkeys(METRICS, value))
            for question, value in zip(questions, values, strict=True)
        ]

    def measured(name, dense, fused):
        return Measured(name, {"lexical": judged(0.2, 0.4), "dense": dense, "fused": fused})

    first = measured("builtin", judged(0.5, 0.7), judged(0.6, 0.8))
    second = measured("models/tiny", judged(0.1, 0.3), judged(0.9, 0.0))
    (axes,) = draw_kinds([first, second]).axes
    heights = {
        container.get_label(): [round(float(bar.get_height()), 6) for bar in container]
        for container in axes.containers
    }
    assert heights == {
        "lexical": [0.2, 0.4, 0.3],
        "builtin dense": [0.5, 0.7, 0.6],
        "builtin fused": [0.6, 0.8, 0.7],
        "tiny dense": [0.1, 0.3, 0.2],
        "tiny fused": [0.9, 0.0, 0.45],
    }
    assert [label.get_text() for label in axes.get_xticklabels()] == ["fact", "howto", "all"]
    assert axes.get_ylim() == (0, 1)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == list(heights)
