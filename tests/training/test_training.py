"""The training scripts: what goes in, what is kept apart, and that they learn."""

import math
import random

import numpy as np
import pytest
from training.batches import Glosser, Sampler, drop_tokens, hash_texts
from training.corpus import Document
from training.cutting import ask, cut_pairs, split_passages, strip_label
from training.dataset import Ragged, Source
from training.evaluate import ndcg
from training.export import digest_of, load_table, quantise, save_model
from training.late import score_late
from training.lexicon import Lexicon, align
from training.near_misses import load_near_misses, mine_near_misses
from training.overlap import (
    Guard,
    normalise,
    read_evaluation_golds,
    read_evaluation_questions,
    trained_glossary,
    trained_questions,
)
from training.written import HERE, GlossaryRow, read_glossary, read_questions
from training.written_pairs import TermFinder, short_pairs, swapped_pairs


def ragged(*texts: list[int]) -> Ragged:
    starts = np.cumsum([0, *map(len, texts)])
    return Ragged(np.array([i for text in texts for i in text], np.int32), starts)


def lists(texts: Ragged) -> list[list[int]]:
    return [
        texts.ids[a:b].tolist() for a, b in zip(texts.starts[:-1], texts.starts[1:], strict=True)
    ]


class TestKeptApart:
    def test_no_trained_question_repeats_an_evaluation_question(self):
        questions = read_evaluation_questions()
        assert len(questions) >= 60
        guard = Guard(questions)
        trained = trained_questions()
        assert not [row.question for row in trained if guard.repeats(row.question)]
        golds = [normalise(gold) for gold in read_evaluation_golds()]
        answers = "\n".join(normalise(row.answer) for row in trained)
        assert not [gold for gold in golds if len(gold) >= 7 and gold in answers]
        assert len(trained) >= 0.99 * len(read_questions())

    def test_every_written_file_is_trained_on(self):
        """The questions of each file come in, so that the check above sees them all."""
        files = sorted(HERE.glob("questions*.tsv"))
        assert files[0].name == "questions.tsv"
        trained = {(row.question, row.answer) for row in trained_questions()}
        for file in files:
            rows = read_questions(file)
            known = [row for row in rows if (row.question, row.answer) in trained]
            assert len(known) >= 0.99 * len(rows), file.name

    def test_an_answer_that_holds_a_gold_is_left_out(self):
        guard = Guard([], ["建成12个，县级“医共体”", "12个"])
        assert guard.holds_gold("全市已建成 12 个县级医共体。") == "建成12个县级医共体"
        assert guard.holds_gold("全市建成12个") is None

    def test_no_glossary_wording_is_an_evaluation_question(self):
        guard = Guard(read_evaluation_questions())
        rows = trained_glossary()
        texts = [text for row in rows for text in (*row.english, *row.everyday)]
        assert not [text for text in texts if guard.equal(text)]
        assert len(rows) == len(read_glossary())

    def test_spacing_width_and_marks_do_not_hide_a_repetition(self):
        guard = Guard(["如何留住人才？", "how to keep talent"])
        assert guard.repeats("如何 留住人才")
        assert guard.repeats("How to keep ｔａｌｅｎｔ!")
        assert guard.repeats("到底如何留住人才呢") == "如何留住人才？"
        assert not guard.repeats("怎样引进人才")


class TestWrittenMaterial:
    def test_a_pair_written_in_two_files_counts_once(self, tmp_path):
        head = "kind\tquestion\tanswer\trole\ttheme\n"
        first, second = tmp_path / "questions.tsv", tmp_path / "questions_b.tsv"
        first.write_text(f"{head}official\t问一\t答\t举措\t农业\n", "utf-8")
        second.write_text(f"{head}everyday\t问一\t答\t举措\t\neveryday\t问二\t答\t举措\n", "utf-8")
        rows = read_questions(first, second)
        assert [(row.kind, row.question, row.theme) for row in rows] == [
            ("official", "问一", "农业"),
            ("everyday", "问二", ""),
        ]

    def test_glossary_rows_have_a_term_and_another_wording(self):
        rows = read_glossary()
        assert len(rows) >= 3000
        assert [row.term for row in rows if not (row.english or row.everyday)] == []

    def test_questions_are_of_the_four_kinds(self):
        rows = read_questions()
        assert len(rows) >= 3000
        assert {row.kind for row in rows} == {"official", "everyday", "english", "mixed"}

    def test_short_pairs_cross_every_wording(self):
        row = GlossaryRow("成果转化", ("a", "b"), ("c",), "")
        assert short_pairs([row]) == [
            ("a", "成果转化"),
            ("b", "成果转化"),
            ("c", "成果转化"),
            ("a", "c"),
            ("b", "c"),
        ]

    def test_the_longest_term_is_found_at_each_place(self):
        finder = TermFinder(["成果", "成果转化", "转化率"])
        assert list(finder.find("成果转化率和成果")) == [(0, "成果转化"), (6, "成果")]

    def test_swapping_changes_the_query_and_leaves_the_passage(self):
        row = GlossaryRow("成果转化", ("commercialisation",), (), "")
        pairs = [("如何推进成果转化", "passage"), ("别的", "other")]
        assert swapped_pairs(pairs, [row], random.Random(0)) == [
            ("如何推进 commercialisation ", "passage")
        ]


class TestCutting:
    @pytest.mark.parametrize(
        ("text", "bare"),
        [("一、加强领导", "加强领导"), ("（二）做好服务", "做好服务"), ("一是要抓落实", "抓落实")],
    )
    def test_labels_are_stripped(self, text, bare):
        assert strip_label(text) == bare

    def test_passages_are_whole_sentences_and_lose_nothing(self):
        paragraph = "".join(f"这是第{i}句话，内容不太长。" for i in range(60))
        passages = split_passages(paragraph, max_chars=100)
        assert "".join(passages) == paragraph
        assert all(len(p) <= 100 and p.endswith("。") for p in passages)

    def test_a_problem_heading_is_asked_about_as_a_problem(self):
        asked = {ask("(三)创新能力不足", random.Random(seed)) for seed in range(20)}
        assert all("创新能力" in question for question in asked)

    def test_a_query_is_cut_out_of_its_passage(self):
        sentences = [
            "加强基层治理体系建设。",
            *(f"第{i}项工作要按时完成并报告情况。" for i in range(9)),
        ]
        document = Document("political", "一个足够长的标题", "2020", ("".join(sentences),))
        pairs = cut_pairs(document, random.Random(1))["sentence"]
        assert pairs
        assert all(query not in passage for query, passage in pairs)


class TestBatches:
    def test_rows_are_taken_in_the_order_asked(self):
        texts = ragged([1, 2], [3], [4, 5, 6])
        assert lists(texts.take(np.array([2, 0, 2]))) == [[4, 5, 6], [1, 2], [4, 5, 6]]

    def test_a_text_never_loses_all_its_tokens(self):
        texts = ragged([1, 2], [3], [4, 5])
        keep = np.array([False, False, False, False, True])
        assert lists(drop_tokens(texts, keep)) == [[1], [3], [5]]

    def test_equal_texts_have_equal_fingerprints(self):
        prints = hash_texts(ragged([1, 2], [7], [2, 1], [1, 2, 2]))
        assert prints[0] == prints[2]
        assert len(set(prints.tolist())) == 3

    def test_glossing_replaces_what_has_a_gloss_and_drops_other_chinese(self):
        # tokens: 1, 2 Chinese with glosses (10 11) and (12); 3 Chinese without; 12 English
        lexicon = Lexicon(
            np.array([0, 0, 1, 2, *[2] * 12]),
            (np.array([10, 11], np.int32), np.array([12], np.int32)),
            np.array([1.0, 1.0]),
        )
        chinese = np.isin(np.arange(14), [1, 2, 3])
        glosser = Glosser(lexicon, chinese)
        rng = np.random.default_rng(0)
        texts = ragged([1, 2], [2, 12], [3])
        assert lists(glosser.gloss(texts, np.ones(3), rng)) == [[10, 11, 12], [12, 12], [3]]
        assert lists(glosser.gloss(texts, np.zeros(3), rng)) == lists(texts)

    def test_alignment_finds_the_translation(self):
        # 1↔11, 2↔12, 3↔13, each seen with the others
        chinese = ragged([1, 2], [2, 3], [1, 3], [1], [2])
        english = ragged([11, 12], [12, 13], [13, 11], [11], [12])
        keys, odds = align([Source("parallel", chinese, english)], n_tokens=20)
        best = {z: max((p, k % 20) for k, p in zip(keys, odds, strict=True) if k // 20 == z)[1]
                for z in (1, 2, 3)}  # fmt: skip
        assert best == {1: 11, 2: 12, 3: 13}


class TestExport:
    def test_a_saved_table_comes_back_within_half_a_step(self, tmp_path):
        from tokenizers import Tokenizer, models

        table = np.random.default_rng(0).normal(size=(3, 8)).astype(np.float32)
        table[0] = 0
        tokenizer = Tokenizer(models.Unigram([("[UNK]", -9.0), ("a", -1.0), ("b", -2.0)], unk_id=0))
        save_model(tmp_path, tokenizer, table)
        loaded, back = load_table(tmp_path)
        assert loaded.get_vocab() == tokenizer.get_vocab()
        step = np.abs(table).max(axis=1, keepdims=True) / 127
        assert (np.abs(back - table) <= step / 2 + 1e-7).all()
        assert not back[0].any()
        assert (tmp_path / "digest.txt").read_text().strip() == digest_of(tmp_path)

    def test_the_largest_element_of_a_row_becomes_127(self):
        steps, scale = quantise(np.array([[0.5, -2.0]], np.float32))
        assert steps.tolist() == [[32, -127]]
        assert scale[0] == pytest.approx(2 / 127)


class TestLateInteraction:
    def test_score_is_the_weighted_sum_of_best_cosines(self):
        rng = np.random.default_rng(0)
        table = rng.normal(size=(9, 4)).astype(np.float32)
        idf = rng.uniform(0.5, 4, 9)
        questions, passages = ragged([0, 1], [3, 4]), ragged([5, 6], [7], [8, 0, 2])
        unit = table / np.linalg.norm(table, axis=1, keepdims=True)
        for row, asked in enumerate(lists(questions)):
            weights = [np.linalg.norm(table[i]) * np.sqrt(idf[i]) for i in asked]
            for column, found in enumerate(lists(passages)):
                best = [
                    max(0, *(float(unit[i] @ unit[j]) for j in [*found, *found])) for i in asked
                ]
                expected = np.dot(weights, best) / sum(weights)
                scores = score_late(table, questions, passages, idf)
                assert scores[row, column] == pytest.approx(expected, abs=1e-5)


class TestMeasure:
    def test_ndcg_by_hand(self):
        # two golds, at ranks 1 and 3; three passages hold one: ideal is three gains
        golds = [{5}, {7, 8}]
        ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
        assert ndcg([5, 1, 7, 8], golds) == pytest.approx((1 + 1 / math.log2(4)) / ideal)
        assert ndcg([1, 2], golds) == 0


def test_training_learns_pairs_and_repeats_itself():
    import torch
    from tokenizers import Tokenizer, models
    from training.model import StaticModel, embed

    torch.manual_seed(0)
    names = ["[UNK]", *(f"词{chr(0x4E00 + i)}" for i in range(40)), *(f"w{i}" for i in range(40))]
    tokenizer = Tokenizer(
        models.Unigram([(name, -1.0 - i) for i, name in enumerate(names)], unk_id=0)
    )
    queries = ragged(*([1 + i] for i in range(40)))
    passages = ragged(*([41 + i] for i in range(40)))
    sources = {"pairs": Source("pairs", queries, passages)}
    lexicon = Lexicon(np.zeros(82, np.int64), (np.array([1], np.int32),), np.array([1.0]))
    glosser = Glosser(Lexicon(np.array([0, *[1] * 81]), lexicon.phrases, lexicon.odds),
                      np.ones(81, bool))  # fmt: skip

    def run() -> np.ndarray:
        sampler = Sampler(sources, {"pairs": 1.0}, glosser, frozenset(), 40, seed=1)
        model = StaticModel(tokenizer, np.full(81, 1 / 81), seed=1)
        for _ in range(60):
            model.step(sampler.draw()[1], 0.02, 20.0)
        return model.folded()

    table = run()
    scores = embed(table, queries) @ embed(table, passages).T
    assert (scores.argmax(axis=1) == np.arange(40)).all()
    np.testing.assert_array_equal(table, run())


class TestNearMisses:
    SOURCE = Source(
        "pairs",
        ragged([1], [2], [3], [4], [5]),
        # BM25 of word 1: twice in the second, which is short; once in the long third; the fifth is
        # a copy of the first; the fourth has none
        ragged([1, 10, 11], [1, 1, 12, 13], [1, 14, 15, 16, 17, 18], [19, 20], [1, 10, 11]),
    )

    def test_the_second_best_passage_that_is_no_copy_is_the_near_miss(self):
        before = lists(self.SOURCE.passages)
        found = mine_near_misses(self.SOURCE, 21, np.random.default_rng(0))
        assert found.tolist() == [2, -1, -1, -1, -1]
        assert lists(self.SOURCE.passages) == before

    def test_they_are_kept_for_the_next_time(self, tmp_path, monkeypatch):
        sources = {"political.title": self.SOURCE, "dictionary_cedict": self.SOURCE}
        first = load_near_misses(sources, tmp_path, "abc", 21, seed=7)
        monkeypatch.setattr("training.near_misses.mine_near_misses", None)
        again = load_near_misses(sources, tmp_path, "abc", 21, seed=7)
        assert list(first) == list(again) == ["political.title"]
        assert first["political.title"].tolist() == again["political.title"].tolist()

    def test_half_a_batch_and_its_near_misses_are_drawn_together(self):
        numbers = list(range(40))
        source = Source("pairs", ragged(*([n] for n in numbers)), ragged(*([n] for n in numbers)))
        lexicon = Lexicon(np.zeros(41, np.int64), (np.array([1], np.int32),), np.array([1.0]))
        near = np.array([*numbers[1:], -1], np.int32)  # the next row; the last has none
        sampler = Sampler(
            {"pairs": source},
            {"pairs": 1.0},
            Glosser(Lexicon(np.array([0, *[1] * 40]), lexicon.phrases, lexicon.odds), np.ones(40)),
            frozenset(),
            8,
            seed=1,
            near_misses={"pairs": near},
        )
        drawn = [sampler.draw()[1].tokens.tolist() for _ in range(10)]
        # four neighbours a batch, and the row behind the last of them
        blocks = [list(range(4 * n, min(4 * n + 5, 40))) for n in range(10)]
        assert sorted(drawn) == blocks
