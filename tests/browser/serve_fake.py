"""Serve the page over the tiny library of tests/ui: python serve_fake.py SEEDS [PORT]."""

import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "ui"))

from fake_library import FANTI, RENCAI, ZHUANHUA, FakeLibrary, make_speech

from speechrag.config import Settings
from speechrag.types import Role
from speechrag.ui.app import launch_page

ATTACK = (
    "<img src=x onerror=\"document.title='attacked'\"><script>document.title='attacked'</script>"
    "${document.title='attacked'}{{constructor}}</textarea></script>"
)
EVIL = replace(
    make_speech(
        "evil", "《" + ATTACK, [("一、" + ATTACK, "heading"), ("暗号：" + ATTACK, Role.MEASURE)],
        source=ATTACK + ".txt", date="2020", speaker=ATTACK, kind="讲话",
    ),
    occasion=ATTACK,
)  # fmt: skip

if __name__ == "__main__":
    seeds = Path(sys.argv[1])
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    library = FakeLibrary(seeds, [ZHUANHUA, RENCAI, FANTI, EVIL])
    launch_page(Settings(seeds=seeds, port=port), library)
