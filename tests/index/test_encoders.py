"""Encoders: the built-in static model and any sentence-transformers model."""

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from speechrag.errors import EncoderError
from speechrag.index.encoders import BUILTIN_FOLDER, list_models, load_encoder, measure_speed
from speechrag.index.segment import Segmenter
from speechrag.index.static import StaticEncoder
from speechrag.index.tokens import fold
from speechrag.index.transformer import SentenceTransformerEncoder, family_prompts
from speechrag.types import Encoder
from tiny_models import save_tiny_transformer, tiny_tokenizer

TEXTS = [
    "如何提高科技成果转化效率",
    "how to improve the efficiency of 成果转化",
    "Talent Retention，人才留不住怎么办？",
    "２０２５年，ＧＤＰ增长５％左右。",
    "打造市场化、法治化、国际化一流营商环境,全面推进乡村振兴。" * 40,
    "á é ﬁ Ⅷ ㎡ 한국어 😀 \u200b 𠮷",
    "的",
]
TRADITIONAL = [
    "推動科技成果轉化，優化營商環境；顯著成效、著力推進、座談會與座標。",
    "瞭解情況，瞭望塔，憑藉優勢，慰藉，答覆，覆蓋，想像，頭像，家俱",
    "ΟΔΟΣ ΣΑΣ ﾊﾟﾋﾟ",
]


@pytest.fixture(scope="module")
def builtin() -> StaticEncoder:
    return StaticEncoder(BUILTIN_FOLDER)


@pytest.fixture(scope="module")
def reference():
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(BUILTIN_FOLDER), device="cpu", local_files_only=True)


def random_texts(n: int, seed: int) -> list[str]:
    """Words of the vocabulary and stray characters, strung together."""
    rng = random.Random(seed)
    vocabulary = json.loads((BUILTIN_FOLDER / "tokenizer.json").read_text("utf-8"))["model"][
        "vocab"
    ]
    pieces = [token for token, _ in vocabulary[1:]] + list(" ，。ＡＢ（）“”ÄΣ①½") * 50
    return ["".join(rng.choices(pieces, k=rng.randrange(1, 90))) for _ in range(n)]


class TestBuiltin:
    def test_vectors_equal_those_of_sentence_transformers(self, builtin, reference):
        texts = [fold(text) for text in TEXTS + random_texts(200, seed=1)]
        expected = reference.encode(texts, convert_to_numpy=True)
        np.testing.assert_allclose(builtin.encode_passages(texts), expected, atol=1e-5)
        np.testing.assert_allclose(builtin.encode_queries(texts), expected, atol=1e-5)

    def test_is_an_encoder_with_unit_float32_rows(self, builtin):
        assert isinstance(builtin, Encoder)
        vectors = builtin.encode_passages(TEXTS)
        assert vectors.dtype == np.float32
        assert vectors.shape == (len(TEXTS), builtin.dim)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)

    @pytest.mark.parametrize("text", ["", " \n", "。，！", "\u0e01\u0e02", "😀"])
    def test_a_text_without_known_tokens_gives_zeros(self, builtin, text):
        vectors = builtin.encode_queries([text, "成果转化"])
        assert not vectors[0].any()
        assert vectors[1].any()

    def test_no_texts_give_no_rows(self, builtin):
        assert builtin.encode_passages([]).shape == (0, builtin.dim)

    def test_traditional_and_wide_and_capital_forms_have_the_same_vector(self, builtin):
        traditional = "推動科技成果轉化，優化營商環境 ＡＩ"
        simplified = "推动科技成果转化,优化营商环境 ai"
        pair = builtin.encode_queries([traditional, simplified])
        np.testing.assert_array_equal(pair[0], pair[1])

    def test_a_batch_gives_each_text_the_vector_it_has_alone(self, builtin):
        together = builtin.encode_passages(TEXTS)
        alone = np.concatenate([builtin.encode_passages([text]) for text in TEXTS])
        np.testing.assert_allclose(together, alone, atol=1e-6)

    def test_many_texts_take_the_array_path_and_get_the_same_vectors(self, builtin, monkeypatch):
        texts = TEXTS + random_texts(300, seed=2) + TRADITIONAL
        one_by_one = builtin.encode_passages(texts)
        monkeypatch.setattr("speechrag.index.static._MANY_CHARS", 0)
        monkeypatch.setattr("speechrag.index.static._BULK_TEXTS", 0)
        np.testing.assert_allclose(builtin.encode_passages(texts), one_by_one, atol=1e-6)

    def test_token_vectors_add_up_to_the_text_vector(self, builtin):
        text = "怎样让 “Research” 成果轉化？"
        tokens = builtin.token_vectors(text)
        total = sum(vector for _, _, vector in tokens)
        np.testing.assert_allclose(total, builtin.encode_queries([text])[0], atol=1e-6)
        assert all(text[start:end] == token for token, (start, end), _ in tokens)
        assert "Research" in [token for token, _, _ in tokens]

    def test_token_vectors_explain_a_cosine_exactly(self, builtin):
        question, passage = "how to keep talent", "完善人才引进和留用政策，让人才留得住。"
        a = np.stack([vector for _, _, vector in builtin.token_vectors(question)])
        b = np.stack([vector for _, _, vector in builtin.token_vectors(passage)])
        left, right = builtin.encode_queries([question, passage])
        assert (a @ b.T).sum() == pytest.approx(float(left @ right), abs=1e-5)

    @pytest.mark.parametrize(
        ("english", "chinese"),
        [("talent", "人才"), ("innovation", "创新"), ("poverty", "贫困"), ("employment", "就业")],
    )
    def test_english_words_are_near_their_chinese_ones(self, builtin, english, chinese):
        assert chinese in [token for token, _ in builtin.nearest_tokens(english, 10, "zh")]
        assert english in [token for token, _ in builtin.nearest_tokens(chinese, 10, "en")]

    def test_nearest_tokens_are_the_brute_force_ones_and_never_the_word_itself(self, builtin):
        near = builtin.nearest_tokens("人才", 5, "zh")
        assert "人才" not in [token for token, _ in near]
        assert [cosine for _, cosine in near] == sorted((c for _, c in near), reverse=True)
        own = builtin.encode_queries(["人才"])[0]
        for token, cosine in near:
            assert cosine == pytest.approx(
                float(builtin.encode_queries([token])[0] @ own), abs=1e-4
            )

    def test_nearest_tokens_of_nothing_is_nothing(self, builtin):
        assert builtin.nearest_tokens("😀", 5, "zh") == []

    def test_is_loaded_without_torch(self):
        code = (
            "import sys; from speechrag.index.encoders import load_encoder;"
            "load_encoder('builtin').encode_queries(['成果转化']);"
            "bad = {'torch', 'sentence_transformers', 'transformers'} & set(sys.modules);"
            "sys.exit(str(bad) if bad else 0)"
        )
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

    def test_weights_stay_below_forty_megabytes(self):
        assert (BUILTIN_FOLDER / "model.safetensors").stat().st_size < 40_000_000

    def test_stated_digest_is_the_digest_of_the_files(self, builtin, tmp_path):
        for name in ("tokenizer.json", "model.safetensors"):
            (tmp_path / name).symlink_to(BUILTIN_FOLDER / name)
        assert StaticEncoder(tmp_path).digest == builtin.digest

    def test_a_missing_or_foreign_file_is_named(self, tmp_path):
        with pytest.raises(EncoderError, match=r"model\.safetensors"):
            StaticEncoder(tmp_path)
        (tmp_path / "model.safetensors").write_bytes(b"\x08" + b"\0" * 20)
        with pytest.raises(EncoderError, match=r"model\.safetensors"):
            StaticEncoder(tmp_path)

    def test_a_tokenizer_of_another_model_is_refused(self, tmp_path, other_tokenizer):
        (tmp_path / "model.safetensors").symlink_to(BUILTIN_FOLDER / "model.safetensors")
        other_tokenizer.save(str(tmp_path / "tokenizer.json"))
        with pytest.raises(EncoderError, match="rows"):
            StaticEncoder(tmp_path).encode_queries(["成果"])


class TestSegmenter:
    def test_finds_the_path_that_tokenizers_finds(self):
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(BUILTIN_FOLDER / "tokenizer.json"))
        segmenter = Segmenter(BUILTIN_FOLDER / "tokenizer.json")
        texts = [*TEXTS, "", *random_texts(400, seed=3)]
        ids, starts = segmenter.segment(texts)
        unknown = tokenizer.token_to_id("[UNK]")
        for row, text in enumerate(texts):
            expected = [i for i in tokenizer.encode(text).ids if i != unknown]
            assert ids[starts[row] : starts[row + 1]].tolist() == expected, text

    def test_leaves_a_text_without_seams_to_tokenizers(self):
        assert (
            Segmenter(BUILTIN_FOLDER / "tokenizer.json").segment(["发展" * 3, "ab" * 4000]) is None
        )


class TestLoading:
    def test_builtin_is_the_default(self):
        assert load_encoder().name == "builtin"

    def test_a_model_that_is_not_on_disk_names_the_folder_for_it(self, tmp_path, monkeypatch):
        monkeypatch.setenv("SPEECHRAG_MODELS", str(tmp_path))
        with pytest.raises(EncoderError) as caught:
            load_encoder("BAAI/bge-not-here")
        assert str(tmp_path / "bge-not-here") in caught.value.hint

    def test_a_folder_that_is_no_model_is_named(self, tmp_path):
        with pytest.raises(EncoderError, match=str(tmp_path)):
            load_encoder(str(tmp_path))

    def test_an_empty_name_is_refused(self):
        with pytest.raises(EncoderError):
            load_encoder(" ")

    def test_models_are_listed_with_their_cost(self, tmp_path, monkeypatch, tiny_transformer):
        monkeypatch.setenv("SPEECHRAG_MODELS", str(tiny_transformer.parent))
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
        builtin, tiny = list_models()
        assert (builtin.name, builtin.dim) == ("builtin", 256)
        assert 1 < builtin.size_mb < 45
        assert (tiny.path, tiny.dim) == (str(tiny_transformer), 16)

    def test_models_in_the_hubs_cache_are_listed_by_their_name(
        self, tmp_path, monkeypatch, tiny_transformer
    ):
        monkeypatch.setenv("SPEECHRAG_MODELS", str(tmp_path / "none"))
        monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
        snapshot = tmp_path / "models--some-org--tiny" / "snapshots" / "0123abc"
        shutil.copytree(tiny_transformer, snapshot)
        (tmp_path / "models--some-org--half" / "snapshots" / "1").mkdir(parents=True)
        size = sum(file.stat().st_size for file in snapshot.rglob("*") if file.is_file())
        builtin, tiny = list_models(measure=True)
        assert (tiny.name, tiny.path, tiny.dim) == ("some-org/tiny", str(snapshot), 16)
        assert tiny.size_mb == round(size / 1e6, 1)
        assert builtin.passage_chars == tiny.passage_chars == 200
        assert builtin.passages_per_second > tiny.passages_per_second > 0

    @pytest.mark.parametrize("per_second", [10, 900, 20_000])
    def test_speed_is_measured_on_enough_passages(self, monkeypatch, per_second):
        """A clock that only an encoder of known speed moves: the figure is that speed."""
        clock, sizes = [0.0], []

        class Steady:
            def encode_passages(self, texts):
                assert {len(text) for text in texts} == {200}
                assert len(set(texts)) == len(texts)
                sizes.append(len(texts))
                clock[0] += len(texts) / per_second

        monkeypatch.setattr("speechrag.index.encoders.time.perf_counter", lambda: clock[0])
        assert measure_speed(Steady()) == pytest.approx(per_second, abs=0.1)
        assert 0.5 <= sizes[-1] / per_second <= 2.5


@pytest.mark.parametrize(
    ("name", "query", "passage"),
    [
        ("multilingual-e5-small", "query: ", "passage: "),
        ("e5-large-v2", "query: ", "passage: "),
        ("bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章：", ""),
        ("bge-m3", "", ""),
        ("gte-multilingual-base", "", ""),
        ("text2vec-base-chinese", "", ""),
    ],
)
def test_prompts_of_known_families(name, query, passage):
    assert family_prompts(name) == (query, passage)


@pytest.mark.parametrize("name", ["multilingual-e5-large-instruct", "Qwen3-Embedding-0.6B"])
def test_instructed_families_put_the_task_before_the_query_only(name):
    query, passage = family_prompts(name)
    assert query.startswith("Instruct: ")
    assert "\nQuery:" in query
    assert passage == ""


@pytest.fixture(scope="module")
def other_tokenizer():
    return tiny_tokenizer()


@pytest.fixture(scope="module")
def tiny_transformer(tmp_path_factory) -> Path:
    """A real transformer of two layers with random weights and prompts, saved and complete."""
    base = tmp_path_factory.mktemp("bert")
    return save_tiny_transformer(base, tmp_path_factory.mktemp("models") / "tiny")


class TestSentenceTransformer:
    @pytest.fixture
    def encoder(self, tiny_transformer) -> SentenceTransformerEncoder:
        return SentenceTransformerEncoder(str(tiny_transformer), batch_size=2)

    def test_is_an_encoder_with_unit_float32_rows(self, encoder):
        assert isinstance(encoder, Encoder)
        vectors = encoder.encode_passages(["科技成果", "人才", "转化"])
        assert (vectors.dtype, vectors.shape) == (np.float32, (3, 16))
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)

    def test_prompts_come_from_the_models_own_configuration(self, encoder, tiny_transformer):
        from sentence_transformers import SentenceTransformer

        model = SentenceTransformer(str(tiny_transformer), device="cpu", prompts={})
        expected = model.encode(["问:人才", "passage: 人才"], prompt="", normalize_embeddings=True)
        np.testing.assert_allclose(encoder.encode_queries(["人才"])[0], expected[0], atol=1e-5)
        np.testing.assert_allclose(encoder.encode_passages(["人才"])[0], expected[1], atol=1e-5)

    def test_prompts_come_from_the_family_where_the_model_has_none(
        self, tiny_transformer, tmp_path
    ):
        folder = tmp_path / "multilingual-e5-tiny"
        folder.mkdir()
        for file in tiny_transformer.rglob("*"):
            target = folder / file.relative_to(tiny_transformer)
            target.mkdir() if file.is_dir() else target.write_bytes(file.read_bytes())
        config = folder / "config_sentence_transformers.json"
        settings = json.loads(config.read_text()) | {"prompts": {}}
        config.write_text(json.dumps(settings))
        encoder = SentenceTransformerEncoder(str(folder))
        assert (encoder.query_prompt, encoder.passage_prompt) == ("query: ", "passage: ")

    def test_order_and_batches_do_not_change_a_vector(self, encoder):
        texts = ["科技成果转化人才" * n for n in (5, 1, 4, 2, 3)]
        together = encoder.encode_passages(texts)
        for row, text in enumerate(texts):
            np.testing.assert_allclose(together[row], encoder.encode_passages([text])[0], atol=1e-5)

    def test_blank_texts_give_zeros(self, encoder):
        vectors = encoder.encode_passages(["", "人才", "  "])
        assert [bool(row.any()) for row in vectors] == [False, True, False]

    def test_progress_is_told_after_every_batch(self, tiny_transformer):
        told = []
        encoder = SentenceTransformerEncoder(
            str(tiny_transformer),
            batch_size=2,
            progress=lambda done, total: told.append((done, total)),
        )
        encoder.encode_passages(["人", "才", "科", "技", "成"])
        assert told == [(2, 5), (4, 5), (5, 5)]

    def test_is_found_by_name_in_the_models_folder(self, tiny_transformer, monkeypatch):
        monkeypatch.setenv("SPEECHRAG_MODELS", str(tiny_transformer.parent))
        by_name = load_encoder("some-org/tiny")
        assert by_name.digest == load_encoder(str(tiny_transformer)).digest

    def test_digest_changes_with_the_prompt(self, encoder, tiny_transformer, tmp_path):
        other = SentenceTransformerEncoder(str(tiny_transformer))
        other.query_prompt = "another: "
        assert other.digest != encoder.digest

    def test_a_static_model_loads_too(self, builtin):
        other = SentenceTransformerEncoder(str(BUILTIN_FOLDER))
        np.testing.assert_allclose(
            other.encode_queries(TEXTS), builtin.encode_queries(TEXTS), atol=1e-5
        )


def test_after_many_batches_a_batch_has_the_vectors_it_had_before(monkeypatch):
    encoder = load_encoder("builtin")
    texts = [f"第{number}段：推动科技成果转化，AI 助力{number}家企业。" for number in range(300)]
    before = encoder.encode_passages(texts)
    monkeypatch.setattr("speechrag.index.static._MANY_CHARS", 10_000)
    used = []
    segment = Segmenter.segment
    monkeypatch.setattr(
        Segmenter, "segment", lambda self, batch: used.append(len(batch)) or segment(self, batch)
    )
    after = [encoder.encode_passages(texts) for _batch in range(3)]
    assert used == [300, 300, 300]  # all but the first, `before`
    for vectors in after:
        np.testing.assert_allclose(vectors, before, atol=1e-6)
    encoder.encode_queries(["人才"])
    assert used == [300, 300, 300]  # a question does not wait for it


def test_the_builtin_encoder_tells_distinct_tokens_and_the_lengths_of_their_sums():
    encoder = load_encoder("builtin")
    texts = ["推进科技成果转化，推进成果转化。", "", "，", "improve the business environment"] * 90
    texts += [f"{number}个项目" for number in range(400)]
    many = encoder.token_ids(texts * 80)  # enough to be cut in bulk
    few = [encoder.token_ids([text])[0] for text in texts]
    assert [ids.tolist() for ids in many[: len(texts)]] == [ids.tolist() for ids in few]
    assert all(ids.tolist() == sorted(set(ids.tolist())) for ids in few)
    assert few[1].tolist() == few[2].tolist() == []
    norms = encoder.token_norms(few)
    expected = [np.linalg.norm(encoder.token_rows(ids).sum(axis=0)) for ids in few]
    assert norms == pytest.approx(np.array(expected), rel=1e-5, abs=1e-6)


def test_parts_of_a_text_have_the_tokens_they_have_alone(monkeypatch):
    encoder = load_encoder("builtin")
    texts = [
        "推进科技成果转化。it's done.“不许变。”他说。",
        "第一句……第二句，有乐㎡。第三句é\u0301。",  # not one character each in the normal form
        "顯著。著名的專家，答覆。",
        "",
        "无标点",
        *random_texts(300, seed=5),
    ] * 2
    cuts = random.Random(5)
    parts = []
    for text in texts:  # anywhere, also inside words
        at = sorted(cuts.randint(0, len(text)) for _ in range(2 * cuts.randint(0, 3)))
        parts.append(list(zip(at[::2], at[1::2], strict=True)))
    strings = [text[a:b] for text, each in zip(texts, parts, strict=True) for a, b in each]
    expected = [ids.tolist() for ids in encoder.token_ids(strings)]
    alone = encoder.encode_passages(texts)
    monkeypatch.setattr("speechrag.index.static._MANY_CHARS", 0)
    vectors, tokens = encoder.encode_with_tokens(texts, parts)
    assert [ids.tolist() for ids in tokens] == expected
    np.testing.assert_array_equal(vectors, encoder.encode_passages(texts))
    np.testing.assert_allclose(vectors, alone, atol=1e-6)
    few = encoder.encode_with_tokens(texts[:5], parts[:5])  # too few for the array path
    n_few = sum(map(len, parts[:5]))
    assert [ids.tolist() for ids in few[1]] == expected[:n_few]


def test_parts_of_texts_without_seams_are_left_to_tokenizers(monkeypatch):
    monkeypatch.setattr("speechrag.index.static._MANY_CHARS", 0)
    encoder = load_encoder("builtin")
    texts = ["ab" * 4000, *(f"第{number}段。完。" for number in range(300))]
    parts = [[(0, 4000), (4000, 8000)], *([(0, len(text))] for text in texts[1:])]
    vectors, tokens = encoder.encode_with_tokens(texts, parts)
    strings = ["ab" * 2000, "ab" * 2000, *texts[1:]]
    expected = [encoder.token_ids([text])[0].tolist() for text in strings]
    assert [ids.tolist() for ids in tokens] == expected
    np.testing.assert_allclose(vectors[5], encoder.encode_queries([texts[5]])[0], atol=1e-6)
