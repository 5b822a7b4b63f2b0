"""Which file is read how, what is said about one that cannot be read, and which are looked at."""

import os
from pathlib import Path

import pytest

from speechrag.corpus.read import ReadLimits, SourceFile, iter_sources, read_document
from speechrag.errors import (
    DamagedFile,
    EmptySource,
    SourceError,
    UndecodableText,
    UnsupportedFormat,
)
from speechrag.types import Skipped

SEEDS = Path(__file__).parents[3] / "shared" / "seeds"


def write(path, content="正文"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    ("name", "format_"), [("a.txt", "txt"), ("a.TEXT", "txt"), ("a.md", "md"), ("a.markdown", "md")]
)
def test_text_is_read_unchanged(tmp_path, name, format_):
    path = write(tmp_path / name, "同志们：\r\n讲话。\n")
    document = read_document(path)
    assert (document.file, document.format, document.encoding, document.text) == (
        str(path), format_, "utf-8", "同志们：\r\n讲话。\n",
    )  # fmt: skip
    assert (document.hints, document.undecodable, document.title) == ((), (), None)


def test_the_name_is_what_the_caller_says(tmp_path):
    path = write(tmp_path / "a.txt")
    assert read_document(path, name="子目录/a.txt").file == "子目录/a.txt"


@pytest.mark.parametrize("content", [b"", b" \r\n\t ", b"\xef\xbb\xbf", "　\n".encode()])
def test_an_empty_file_is_named(tmp_path, content):
    with pytest.raises(EmptySource) as caught:
        read_document(write(tmp_path / "空.txt", content), name="空.txt")
    assert caught.value.message.startswith("空.txt：")
    assert caught.value.hint


@pytest.mark.parametrize(
    ("name", "content", "error", "remedy"),
    [
        ("a.rtf", rb"{\rtf1\ansi hello", DamagedFile, "另存为 .docx"),
        ("a.doc", b"\x01\x02\x03\x00" * 20, UnsupportedFormat, "另存为 .docx"),
        ("a.wps", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), UnsupportedFormat, ".docx"),
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(50), UnsupportedFormat, "OCR"),
        ("a.txt", b"\xff\xd8\xff\xe0" + bytes(50), UnsupportedFormat, "OCR"),
        ("a.txt", b"\x1f\x8b\x08" + bytes(50), UnsupportedFormat, "解压"),
        ("a.txt", b"Rar!\x1a\x07\x00" + bytes(50), UnsupportedFormat, "解压"),
        ("a.doc", '<?mso-application progid="Word.Document"?>', UnsupportedFormat, "另存为 .docx"),
        ("a.xyz", "文字", UnsupportedFormat, ".txt"),
        ("a", "文字", UnsupportedFormat, ".txt"),
        ("a.docx", "文字", DamagedFile, "另存"),
        ("a.docx", b"PK\x03\x04" + bytes(60), DamagedFile, "另存"),
        ("a.pdf", "文字", DamagedFile, "另存"),
        ("a.txt", bytes(range(256)), UndecodableText, "UTF-8"),
        ("a.mht", "Content-Type: multipart/related\n\n", UnsupportedFormat, ".html"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_with_reason_and_remedy(
    tmp_path, name, content, error, remedy
):
    with pytest.raises(error) as caught:
        read_document(write(tmp_path / name, content), name=name)
    assert caught.value.message.startswith(f"{name}：")
    assert caught.value.message.count(f"{name}：") == 1
    assert remedy in caught.value.hint


def test_a_name_that_the_message_happens_to_hold_is_still_put_in_front(tmp_path):
    with pytest.raises(EmptySource) as caught:
        read_document(write(tmp_path / "文字.txt", "\ufeff\n　"), name="文字")
    assert caught.value.message == "文字：文件里没有文字"


def test_other_zip_files_are_named(tmp_path):
    import zipfile

    for part, word in (("xl/workbook.xml", "Excel"), ("ppt/x.xml", "PowerPoint"), ("a.txt", "ZIP")):
        path = tmp_path / "a.docx"
        with zipfile.ZipFile(path, "w") as package:
            package.writestr(part, "x")
        with pytest.raises(UnsupportedFormat, match=word):
            read_document(path)


def test_a_missing_file_is_a_source_error(tmp_path):
    with pytest.raises(SourceError) as caught:
        read_document(tmp_path / "没有.txt", name="没有.txt")
    assert caught.value.message.startswith("没有.txt：打不开文件")
    with pytest.raises(SourceError):
        read_document(tmp_path, name="文件夹")


def test_a_huge_file_is_refused_unread(tmp_path):
    path = write(tmp_path / "大.txt", "大" * 100)
    with pytest.raises(DamagedFile):
        read_document(path, limits=ReadLimits(max_file_bytes=200))


def test_the_real_files_are_read_unchanged():
    if not SEEDS.is_dir():
        pytest.skip("the real speeches are not here")
    documents = [read_document(file) for file in sorted(SEEDS.glob("*.txt"))]
    assert [len(d.text) for d in documents] == [2609, 8864, 2698, 2840, 3234]
    assert {d.encoding for d in documents} == {"utf-8"}


def names(paths):
    return [
        item.name if isinstance(item, SourceFile) else ("skipped", item.file)
        for item in iter_sources(paths)
    ]


def test_folders_are_searched_in_a_stable_order(tmp_path):
    for name in ("b.txt", "a/2.docx", "a/1.md", "a/深/3.pdf", "c.HTML", "a.doc"):
        write(tmp_path / name)
    assert names([tmp_path]) == ["a/1.md", "a/2.docx", "a/深/3.pdf", "a.doc", "b.txt", "c.HTML"]
    first = next(iter(iter_sources([tmp_path])))
    assert first == (tmp_path / "a" / "1.md", "a/1.md")


def test_what_is_no_speech_is_passed_over_in_silence(tmp_path):
    for name in (
        ".DS_Store", ".git/config.txt", "Thumbs.db", "desktop.ini", "~$讲话.docx", "README.md",
        "readme.txt", "a.txt~", "a.bak", "index/CURRENT", "index/gen-000001/x.txt",
    ):  # fmt: skip
        write(tmp_path / name)
    write(tmp_path / "讲话.txt")
    assert names([tmp_path]) == ["讲话.txt"]


def test_other_kinds_are_reported(tmp_path):
    for name in ("表.xlsx", "照片.jpg", "包.zip", "无名"):
        write(tmp_path / name)
    found = list(iter_sources([tmp_path]))
    assert all(isinstance(item, Skipped) for item in found)
    assert {item.file: item.reason for item in found} == {
        "包.zip": "不支持的格式 .zip",
        "无名": "不支持的格式 (无扩展名)",
        "照片.jpg": "不支持的格式 .jpg",
        "表.xlsx": "不支持的格式 .xlsx",
    }
    hints = {item.file: item.hint for item in found}
    assert "OCR" in hints["照片.jpg"]
    assert "解压" in hints["包.zip"]


def test_files_and_folders_together_come_once(tmp_path):
    one = write(tmp_path / "甲" / "讲话.txt")
    write(tmp_path / "乙" / "讲话.txt")
    assert names([tmp_path / "甲", one]) == ["讲话.txt"]
    assert names([one, tmp_path / "甲"]) == ["讲话.txt"]
    assert names([tmp_path / "甲", tmp_path / "乙"]) == [
        "讲话.txt",
        (tmp_path / "乙" / "讲话.txt").as_posix(),
    ]


def test_a_wrong_path_is_an_error_at_once(tmp_path):
    write(tmp_path / "讲话.txt")
    with pytest.raises(SourceError, match="没有这个"):
        next(iter(iter_sources([tmp_path, tmp_path / "没有这个"])))


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_links_in_a_circle_end(tmp_path):
    write(tmp_path / "a" / "讲话.txt")
    (tmp_path / "a" / "again").symlink_to(tmp_path, target_is_directory=True)
    assert names([tmp_path]) == ["a/讲话.txt"]


@pytest.mark.skipif(os.name == "nt", reason="Windows names are always Unicode")
def test_a_name_in_gbk_becomes_readable(tmp_path):
    raw = os.fsencode(tmp_path) + b"/" + "讲话.txt".encode("gbk")
    try:
        with open(raw, "wb") as file:
            file.write(b"x")
    except OSError:
        pytest.skip("this file system takes UTF-8 names only")
    (source,) = iter_sources([tmp_path])
    assert source.name == "讲话.txt"
    assert read_document(source.path, name=source.name).text == "x"


@pytest.mark.parametrize("name", ["讲话.doc", "讲话.wps"])
@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16"])
def test_plain_text_under_the_name_of_an_old_word_file_is_read(tmp_path, name, codec):
    text = "在全市优化营商环境工作会议上的讲话\n同志们：\n今天我们召开会议，部署工作。\n"
    path = tmp_path / name
    path.write_bytes(text.encode(codec))
    document = read_document(path, name=name)
    assert (document.text, document.format) == (text, "txt")


def test_a_link_to_nothing_is_reported(tmp_path):
    (tmp_path / "讲话.txt").write_text("同志们：\n今天我们召开会议。\n", encoding="utf-8")
    (tmp_path / "旧稿.docx").symlink_to(tmp_path / "移走了.docx")
    found = list(iter_sources([tmp_path]))
    assert [f.name for f in found if isinstance(f, SourceFile)] == ["讲话.txt"]
    (skipped,) = [f for f in found if not isinstance(f, SourceFile)]
    assert skipped.file.endswith("旧稿.docx")
    assert (skipped.reason, skipped.hint[:3]) == ("这个链接所指的文件不存在", "请补上")
