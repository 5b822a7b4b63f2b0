"""The libraries that `training.train_kernels` asks questions of.

The material is `questions_w1.tsv` and `questions_w2.tsv`, which the encoder in the package was not
trained on. Each answer is put between two sentences of a paragraph of an article, three in five of
them of one on its subject, in four libraries. No question comes near one that a figure is reported
on (`training.overlap`), and no article is in a library that figures are reported on.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from speechrag.config import Settings, load_settings
from speechrag.corpus.sentences import sentence_ends
from speechrag.index.encoders import load_encoder
from speechrag.search.library import build_library
from speechrag.types import Encoder
from training.corpus import Document, read_documents
from training.overlap import evaluation_guard
from training.written import HERE, QuestionRow, read_questions

N_LIBRARIES = 4
SEED = 11
SHARE_ON_SUBJECT = 0.6
N_ON_SUBJECT = 40  # the paragraphs nearest to an answer, of which one takes it
HELD_BACK = (  # benchmarks/retrieval.py asks questions of these
    "在第十八届中央纪律检查委员会第六次全体会议上的讲话",
    "在哲学社会科学工作座谈会上的讲话",
    "习近平在统筹推进新冠肺炎疫情防控和经济社会发展工作部署会议上的讲话",
)


def read_material() -> list[QuestionRow]:
    """The rows that the encoder has not seen and that come near no evaluation question."""
    seen = {row.question for row in read_questions(HERE / "questions.tsv")}
    guard = evaluation_guard()
    return [
        row
        for row in read_questions(HERE / "questions_w1.tsv", HERE / "questions_w2.tsv")
        if row.question not in seen
        and not guard.repeats(row.question)
        and not guard.holds_gold(row.answer)
    ]


def read_articles(data: Path, rng: random.Random) -> list[Document]:
    """Theory articles, reports of party bodies, leaders' speeches, shuffled; no work reports."""
    articles = {
        document.title: document
        for document in read_documents(data, "political")
        if "政府工作报告" not in document.title
        and document.title.strip() not in HELD_BACK
        and 4 <= len(document.paragraphs) <= 60
        and sum(map(len, document.paragraphs)) > 500
    }
    found = [articles[title] for title in sorted(articles)]
    rng.shuffle(found)
    return found


def hide_answers(
    articles: Sequence[Document], answers: Sequence[str], encoder: Encoder, rng: random.Random
) -> list[list[str]]:
    """The articles' paragraphs, each answer between two sentences of a paragraph of its own."""
    texts = [list(article.paragraphs) for article in articles]
    places = [
        (i, j)
        for i, text in enumerate(texts)
        for j, one in enumerate(text)
        if 50 <= len(one) <= 300
    ]
    vectors = encoder.encode_passages([texts[i][j] for i, j in places])
    taken: set[int] = set()
    for answer, vector in zip(answers, encoder.encode_passages(answers), strict=True):
        on_subject = np.argsort(-(vectors @ vector), kind="stable")[:N_ON_SUBJECT].tolist()
        free = [at for at in on_subject if at not in taken]
        if rng.random() > SHARE_ON_SUBJECT or not free:
            free = [at for at in range(len(places)) if at not in taken]
        at = rng.choice(free)
        taken.add(at)
        i, j = places[at]
        cut = rng.choice([0, *sentence_ends(texts[i][j])])
        texts[i][j] = texts[i][j][:cut] + answer + texts[i][j][cut:]
    return texts


def build_libraries(data: Path, work: Path, rows: Sequence[QuestionRow]) -> list[list[QuestionRow]]:
    """Index the libraries at `work`/0 … 3; the questions whose answers each holds."""
    rng = random.Random(SEED)
    answers = sorted({row.answer for row in rows})
    rng.shuffle(answers)
    articles = read_articles(data, rng)
    encoder = load_encoder("builtin", allow_download=False)
    parts = []
    for number in range(N_LIBRARIES):
        mine, held = articles[number::N_LIBRARIES], answers[number::N_LIBRARIES]
        texts = hide_answers(mine, held, encoder, rng)
        folder = work / str(number) / "speeches"
        if not folder.exists():
            folder.mkdir(parents=True)
            for at, (article, text) in enumerate(zip(mine, texts, strict=True)):
                name = re.sub(r"\W", "", article.title)[:30]
                page = "\n".join([article.title, "", *text, ""])
                (folder / f"{at:04d}-{name}.txt").write_text(page, encoding="utf-8")
            build_library([folder], library_settings(work, number))
        kept = set(held)
        parts.append([row for row in rows if row.answer in kept])
    return parts


def library_settings(work: Path, number: int) -> Settings:
    """The settings of one library."""
    repo = HERE.parent
    return replace(load_settings(repo / "speechrag.yaml"), index=work / str(number) / "index")
