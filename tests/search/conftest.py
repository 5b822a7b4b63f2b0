"""A small library, indexed with the tests' own reader and a hashing encoder."""

from dataclasses import replace

import pytest

from index_fakes import HashEncoder, parse_plain
from speechrag.config import Settings
from speechrag.index.build import build_index
from speechrag.index.generation import open_current
from speechrag.index.tokens import Tokenizer
from speechrag.search.engine import Engine

LIBRARY = {
    "a.txt": """# 在全市科技成果转化推进会上的讲话
@2023-04-26 讲话
同志们，今天召开推进会，任务是部署成果转化工作。
一、认清差距，正视科技成果转化中的问题
科技成果转化的资金投入不足，缺乏足够的资金支持。
中间环节较多，流程繁琐，周期较长。
二、打通堵点
简化科技成果转化流程，优化审批程序，减少中间环节。
设立成果转化引导基金，引导社会资本参与。
""",
    "b.txt": """# 在乡村振兴工作会议上的致辞
@2021-02-03 致辞
产业兴旺是乡村振兴的重点，要发展特色产业。
要加强督查督办，压实责任，确保各项任务落到实处，见到实效。
""",
    "c.txt": """# 在雲嶺市防汛工作會議上的講話
@2022 讲话
落實防汛責任，強化監測預警，備足搶險物資。
要加强督查督办，压实责任，确保各项任务落到实处，见到实效。
本市簽訂技術合同12.5億元。
""",
}

SIGNED = {
    "1.txt": """# 在成果转化会议上的讲话
@2021 讲话 市长 林知远
同志们，今天开会。
成果转化要打通堵点。
""",
    "2.txt": """# 在防汛会议上的讲话
@2023 讲话 市长 林知远
防汛责任要落实到人。
""",
    "3.txt": """# 在科技会议上的讲话
@2022 讲话 书记 周启明
成果转化要舍得投入。
""",
}


@pytest.fixture(scope="session")
def engine(tmp_path_factory):
    return open_library(LIBRARY, tmp_path_factory)


@pytest.fixture(scope="session")
def signed_engine(tmp_path_factory):
    """A library whose speeches are signed."""
    return open_library(SIGNED, tmp_path_factory)


def open_library(library, tmp_path_factory):
    folder = tmp_path_factory.mktemp("library")
    for name, text in library.items():
        (folder / name).write_text(text, encoding="utf-8")
    index = tmp_path_factory.mktemp("index")
    encoder, tokenizer = HashEncoder(dim=256), Tokenizer(["成果转化"])
    build_index([folder], index, encoder, tokenizer, parse=parse_plain)
    settings = replace(Settings(), index=index, user_terms=("成果转化",))
    return Engine(open_current(index), encoder, tokenizer, settings)
