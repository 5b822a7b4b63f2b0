"""Small libraries whose every count is known by reading them."""

import pytest

from index_fakes import HashEncoder, parse_plain
from speechrag.config import Settings
from speechrag.index.build import build_index
from speechrag.index.generation import open_current
from speechrag.index.tokens import Tokenizer
from speechrag.search.engine import Engine


@pytest.fixture(scope="session")
def make_engine(tmp_path_factory):
    """An engine over texts in the form that `parse_plain` reads, by file name."""

    def make(library):
        folder, index = tmp_path_factory.mktemp("speeches"), tmp_path_factory.mktemp("index")
        for name, text in library.items():
            (folder / name).write_text(text, encoding="utf-8")
        encoder, tokenizer = HashEncoder(dim=256), Tokenizer()
        build_index([folder], index, encoder, tokenizer, parse=parse_plain)
        return Engine(open_current(index), encoder, tokenizer, Settings())

    return make


LIBRARY = {
    "a.txt": (
        "# 推进会\n@2019-03-05 讲话\n"
        "要推动科技成果轉化，科技成果转化不能等。\n"
        "一、加快科 技 成果转化\n"
        "成果的转化慢，转化科研成果难，ＡＩ不是AIDS。\n"
    ),
    "b.txt": "# 座谈会\n@2022 讲话\n著名学者顯著提升，看著科技成果转化。\n",
    "c.txt": "# 无日期\n科技成果转化要有人管，成果转化靠机制。\n",
    "d.txt": (
        "# 年中会\n@2022-07-01 讲话\n科技成果转移转化。科技成果的转化。\n科技成果转化一件一件办。\n"
    ),
}


@pytest.fixture(scope="session")
def engine(make_engine):
    return make_engine(LIBRARY)
