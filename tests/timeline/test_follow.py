"""The whole timeline, as programs and pictures get it."""

import pytest

from speechrag.errors import QuestionError, SettingsError
from speechrag.timeline import plot
from speechrag.timeline.follow import follow_phrases
from speechrag.timeline.render import render_timelines, words_around


def test_the_document_has_what_the_contract_names(engine):
    document = render_timelines(follow_phrases(engine, ["科技成果轉化", "放管服"]))
    first, second = document["phrases"]
    assert list(first)[:7] == [
        "phrase", "n", "first", "last", "by_year", "variants", "successors",
    ]  # fmt: skip
    assert (first["phrase"], first["n"], first["n_with_copies"]) == ("科技成果轉化", 6, 6)
    assert {key: first["first"][key] for key in ("date", "title", "passage")} == {
        "date": "2019-03-05",
        "title": "推进会",
        "passage": "要推动科技成果轉化，科技成果转化不能等。",
    }
    assert first["last"]["title"] == "年中会"
    assert [(year["year"], year["n"]) for year in first["by_year"]] == [
        (2019, 3), (2020, 0), (2021, 0), (2022, 2),
    ]  # fmt: skip
    assert first["undated"]["n"] == 1
    assert [use["title"] for use in first["undated"]["uses"]] == ["无日期"]
    assert sum(year["n"] for year in first["by_year"]) + first["undated"]["n"] == first["n"]
    assert (second["n"], second["first"], second["by_year"]) == (0, None, [])


def test_a_phrase_given_twice_is_followed_once(engine):
    found = follow_phrases(engine, ["科技成果转化", "科技成果轉化 "])
    assert [timeline.phrase for timeline in found] == ["科技成果转化"]


def test_no_phrase_and_too_many_are_refused(engine):
    with pytest.raises(QuestionError, match="没有要查的提法"):
        follow_phrases(engine, [])
    with pytest.raises(QuestionError, match="13 个"):
        follow_phrases(engine, [f"提法{n}" for n in range(13)])


def test_the_words_beside_a_use_stop_at_its_paragraph(engine):
    (timeline,) = follow_phrases(engine, ["成果的转化"])
    assert words_around(timeline.first, 3) == "成果的转化慢，转…"


def test_the_picture_has_a_bar_for_each_year_and_a_label_for_each_phrase(engine):
    found = follow_phrases(engine, ["科技成果转化", "放管服"])
    axes = plot.draw_timelines(found, "Noto Sans CJK SC").axes[0]
    assert [bar.get_height() for bar in axes.patches] == [3, 0, 0, 2]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "科技成果转化（6 次，日期不明 1 次）",
        "放管服（0 次）",
    ]


def test_without_a_chinese_font_phrases_are_numbered(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(plot, "CHINESE_FONTS", ("No Such Font",))
    found = follow_phrases(engine, ["科技成果转化"])
    assert plot.save_plot(found, tmp_path / "a.png") is False
    assert (tmp_path / "a.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    axes = plot.draw_timelines(found, None).axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "phrase 1 (n=6, undated 1)"
    ]


@pytest.mark.parametrize("name", ["a.docx", "没有/a.png"])
def test_a_picture_that_cannot_be_written_is_refused_first(name, tmp_path):
    with pytest.raises(SettingsError):
        plot.check_plot_path(tmp_path / name)
