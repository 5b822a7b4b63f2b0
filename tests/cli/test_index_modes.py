"""The flags of `speechrag index`: what each does again, and the reason it gives."""

import json

import pytest

from speechrag.cli.main import main

SPEECH = (
    "在全市{n}号会议上的讲话\n\n（2024年3月5日）\n\n一、提高认识\n\n第{n}次强调，要抓好落实。\n"
)


@pytest.fixture
def index(tmp_path, capsys):
    """Builds, with flags: (the JSON document, the lines on stderr)."""
    folder = tmp_path / "讲话"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text(SPEECH.format(n=number), encoding="utf-8")

    def command(*flags):
        where = ["--index", str(tmp_path / "index")]
        assert main(["index", str(folder), *where, "--json", *flags]) == 0
        captured = capsys.readouterr()
        return json.loads(captured.out), captured.err.splitlines()

    return command


def test_each_flag_says_in_both_languages_what_it_did_and_does_no_more(index):
    first, _ = index()
    n_passages = first["n_passages"]
    assert n_passages == 3
    expected = {
        "--full": (3, 0, n_passages, n_passages),
        "--resplit": (0, 3, 0, 0),
        "--reencode": (0, 0, 0, n_passages),
    }
    for flag, counts in expected.items():
        for lang, word in (("zh", "原因："), ("en", "reason: ")):
            document, said = index(flag, "--lang", lang)
            assert tuple(document["done"].values()) == counts
            assert len(document["reasons"]) == 1
            assert flag in document["reasons"][0]
            assert said == [word + document["reasons"][0]]
    document, said = index()
    assert document["generation"] == "gen-000007"
    assert (document["reasons"], said) == ([], [])
    assert set(document["done"].values()) == {0}


def test_two_modes_at_once_are_refused(index, capsys):
    with pytest.raises(SystemExit) as ended:
        index("--full", "--reencode")
    assert ended.value.code == 2
    assert "--reencode" in capsys.readouterr().err
