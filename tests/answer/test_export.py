from dataclasses import replace

import docx

from speechrag.answer.export import render_markdown, write_docx
from speechrag.answer.extract import compose_answer

QUESTION = "云岭产业技术研究院孵化了多少家企业？"


def test_markdown_holds_question_answer_citation_and_the_cited_passage(engine):
    answer = compose_answer(engine, QUESTION)
    text = render_markdown([answer, replace(answer, refused=True, sentences=(), passages=())])
    assert f"## 1. {QUESTION}" in text
    assert "**58家**" in text
    assert "[1]" in text
    hit = answer.passages[0]
    assert f"《{hit.speech.title}》" in text
    assert hit.speech.source in text
    assert "> " + hit.text.split("\n")[0] in text
    assert "资料库里没有找到能回答这个问题的内容" in text


def test_the_word_document_says_the_same(engine, tmp_path):
    answer = compose_answer(engine, QUESTION)
    write_docx([answer], tmp_path / "问答.docx")
    texts = [p.text for p in docx.Document(str(tmp_path / "问答.docx")).paragraphs]
    assert f"1. {QUESTION}" in texts
    assert answer.passages[0].text in texts
    assert any("【58家】" in text and text.endswith("[1]") for text in texts)
