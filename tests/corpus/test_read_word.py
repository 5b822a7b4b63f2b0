"""Word documents: everything a person reads, in order, with automatic numbers; nothing else."""

import io
import struct
import zipfile

import docx as python_docx
import pytest
from wordfiles import (
    RELATIONSHIPS,
    abstract,
    docx,
    level,
    num,
    p,
    part,
    r,
    relationship,
    style,
    table,
)

from speechrag.corpus.read import ReadLimits, read_document
from speechrag.errors import DamagedFile, EmptySource, ProtectedFile, UnsupportedFormat

CHINESE_LIST = abstract(
    0,
    level(0, "chineseCountingThousand", "%1、"),
    level(1, "chineseCountingThousand", "（%2）"),
    level(2, "decimal", "%3."),
    level(3, "decimalEnclosedCircle", "%4"),
) + num(1, 0)


@pytest.fixture
def read(tmp_path):
    """Write a package and read it."""

    def read(raw, name="讲话.docx", **limits):
        path = tmp_path / name
        path.write_bytes(raw)
        return read_document(path, name=name, limits=ReadLimits(**limits))

    return read


def lines(document):
    return document.text.split("\n")


def hinted(document, kind):
    return [(document.text[h.start : h.end], h.level) for h in document.hints if h.kind == kind]


def test_paragraphs_are_lines_and_empty_ones_stay(read):
    document = read(docx(p("在大会上的讲话") + p() + p("同志们：")))
    assert document.text == "在大会上的讲话\n\n同志们："
    assert (document.format, document.encoding, document.file) == ("docx", "docx", "讲话.docx")


def test_automatic_numbers_are_part_of_the_text(read):
    body = (
        p("提高认识", num=1, level=0)
        + p("明确任务", num=1, level=1)
        + p("落实责任", num=1, level=1)
        + p("逐级负责", num=1, level=2)
        + p("全员参与", num=1, level=3)
        + p("正文一段。")
        + p("加强领导", num=1, level=0)
        + p("健全机制", num=1, level=1)
    )
    assert lines(read(docx(body, numbering=CHINESE_LIST))) == [
        "一、提高认识", "（一）明确任务", "（二）落实责任", "1. 逐级负责", "① 全员参与",
        "正文一段。", "二、加强领导", "（一）健全机制",
    ]  # fmt: skip


def test_a_label_may_hold_the_numbers_above_it(read):
    numbering = abstract(
        0,
        level(0, "chineseCounting", "第%1章", extra='<w:suff w:val="space"/>'),
        level(1, "decimal", "%1.%2", extra="<w:isLgl/>"),
        level(2, "lowerLetter", "%3)", extra='<w:suff w:val="nothing"/>'),
    ) + num(5, 0)
    body = "".join(p("甲", num=5, level=at) for at in (0, 0, 1, 1, 2))
    assert lines(read(docx(body, numbering=numbering))) == [
        "第一章 甲", "第二章 甲", "2.1 甲", "2.2 甲", "a)甲",
    ]  # fmt: skip


def test_start_override_and_shared_counters(read):
    restart = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering = (
        abstract(0, level(0, "decimal", "%1、", start=3))
        + num(1, 0)
        + num(2, 0)  # goes on counting
        + num(3, 0, restart)
    )
    body = "".join(p("条", num=n, level=0) for n in (1, 2, 1, 3, 3))
    assert lines(read(docx(body, numbering=numbering))) == [
        "3、条", "4、条", "5、条", "1、条", "2、条",
    ]  # fmt: skip


def test_a_level_may_be_replaced_for_one_list(read):
    replaced = f'<w:lvlOverride w:ilvl="0">{level(0, "upperRoman", "%1.", start=4)}</w:lvlOverride>'
    numbering = abstract(0, level(0, "decimal", "%1、")) + num(1, 0, replaced)
    body = p("条", num=1, level=0) * 2
    assert lines(read(docx(body, numbering=numbering))) == ["IV. 条", "V. 条"]


def test_a_level_that_never_restarts_counts_on(read):
    numbering = (
        abstract(
            0,
            level(0, "chineseCounting", "%1、"),
            level(1, "decimal", "%2.", extra='<w:lvlRestart w:val="0"/>'),
        )
        + num(1, 0)
    )  # fmt: skip
    body = "".join(p("条", num=1, level=at) for at in (0, 1, 1, 0, 1))
    assert lines(read(docx(body, numbering=numbering)))[-1] == "3. 条"


def test_numbers_come_through_styles_and_their_inheritance(read):
    numbering = (
        abstract(
            0,
            level(0, "chineseCounting", "%1、", extra='<w:pStyle w:val="1"/>'),
            level(1, "chineseCounting", "（%2）", extra='<w:pStyle w:val="2"/>'),
        )
        + num(7, 0)
    )  # fmt: skip
    number = '<w:numPr><w:numId w:val="7"/></w:numPr>'
    styles = (
        style("a", "Normal", default=True)
        + style("1", "heading 1", based_on="a", properties=number + '<w:outlineLvl w:val="0"/>')
        + style("2", "heading 2", based_on="a", properties=number + '<w:outlineLvl w:val="1"/>')
        + style("3", "小标题", based_on="2")
    )
    body = (
        p("形势", style="1")
        + p("成绩", style="2")
        + p("不足", style="3")
        + p("不编号", style="1", num=0)
        + p("任务", style="1")
    )
    document = read(docx(body, numbering=numbering, styles=styles))
    assert lines(document) == ["一、形势", "（一）成绩", "（二）不足", "不编号", "二、任务"]
    assert hinted(document, "heading") == [
        ("一、形势", 1), ("（一）成绩", 2), ("（二）不足", 2), ("不编号", 1), ("二、任务", 1),
    ]  # fmt: skip


def test_a_list_style_leads_to_its_definition(read):
    numbering = (
        abstract(0, extra='<w:numStyleLink w:val="公文"/>')
        + abstract(1, level(0, "chineseCounting", "%1、"), extra='<w:styleLink w:val="公文"/>')
        + num(1, 0)
        + num(2, 1)
    )
    styles = (
        '<w:style w:type="numbering" w:styleId="公文"><w:name w:val="公文"/>'
        '<w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    )
    document = read(docx(p("条", num=1, level=0), numbering=numbering, styles=styles))
    assert document.text == "一、条"


def test_bullets_are_one_sign_and_words_stay_words(read):
    numbering = (
        abstract(0, level(0, "bullet", "\uf0b7"), level(1, "bullet", "附件："))
        + num(1, 0)
    )  # fmt: skip
    body = p("要点", num=1, level=0) + p("名单", num=1, level=1)
    assert lines(read(docx(body, numbering=numbering))) == ["• 要点", "附件：名单"]


def test_a_custom_number_format_falls_back(read):
    custom = (
        '<mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001"/>'
        '</mc:Choice><mc:Fallback><w:numFmt w:val="decimalZero"/></mc:Fallback>'
        "</mc:AlternateContent>"
    )
    numbering = (
        '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'{custom}<w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>' + num(1, 0)
    )
    assert read(docx(p("条", num=1, level=0), numbering=numbering)).text == "01、条"


def test_heading_and_title_styles_by_name(read):
    styles = (
        style("Title", "Title")
        + style("h3", "标题 3")
        + style("x", "Heading 2")
        + style("toc", "toc 1")
    )
    body = (
        p("讲话", style="Title") + p("节", style="h3") + p("部分", style="x") + p("目", style="toc")
    )
    document = read(docx(body, styles=styles))
    assert hinted(document, "title") == [("讲话", 1)]
    assert hinted(document, "heading") == [("节", 3), ("部分", 2)]


def test_a_table_row_is_a_line(read):
    body = p("分工如下：") + table(["任务", "牵头单位"], ["成果转化", "科技局"]) + p("完毕。")
    document = read(docx(body))
    assert lines(document) == ["分工如下：", "任务\t牵头单位", "成果转化\t科技局", "完毕。"]
    assert hinted(document, "table") == [("任务\t牵头单位\n成果转化\t科技局", 0)]


def test_cells_with_several_paragraphs_keep_them(read):
    body = table(["标题", p("第一段。") + p("第二段。")])
    assert lines(read(docx(body))) == ["标题", "第一段。", "第二段。"]


def test_a_one_cell_table_is_layout_not_a_table(read):
    document = read(docx(table([p("第一段。") + p("第二段。")])))
    assert lines(document) == ["第一段。", "第二段。"]
    assert hinted(document, "table") == []


def test_nested_tables_are_read(read):
    inner = table(["甲", "乙"], ["丙", "丁"])
    assert lines(read(docx(table([p("外") + inner + p(), "右"])))) == [
        "外",
        "甲\t乙",
        "丙\t丁",
        "",
        "右",
    ]


def test_text_boxes_are_read_once_after_their_paragraph(read):
    content = f"<w:txbxContent>{p('框内第一行')}{p('框内第二行')}</w:txbxContent>"
    box = (
        "<w:r><mc:AlternateContent><mc:Choice Requires='wps'><w:drawing><wps:txbx>"
        f"{content}</wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox>{content}"
        "</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    document = read(docx(p(r("框前的话") + box) + p("框后的话")))
    assert lines(document) == ["框前的话", "框内第一行", "框内第二行", "框后的话"]
    assert hinted(document, "textbox") == [("框内第一行\n框内第二行", 0)]


def test_an_old_text_box_is_read_too(read):
    content = f"<w:txbxContent>{p('旧文本框')}</w:txbxContent>"
    body = p(f"<w:r><w:pict><v:shape><v:textbox>{content}</v:textbox></v:shape></w:pict></w:r>")
    assert lines(read(docx(body))) == ["", "旧文本框"]


def test_deleted_revisions_are_out_and_inserted_ones_in(read):
    body = p(
        r("推进")
        + "<w:del><w:r><w:delText>旧</w:delText></w:r></w:del>"
        + f"<w:ins>{r('新')}</w:ins>"
        + f"<w:moveFrom>{r('移走')}</w:moveFrom><w:moveTo>{r('移来')}</w:moveTo>"
        + r("工作")
    )
    assert read(docx(body)).text == "推进新移来工作"


def test_a_deleted_paragraph_mark_joins_two_paragraphs(read):
    mark = "<w:rPr><w:del/></w:rPr>"
    assert lines(read(docx(p("上半句", extra=mark) + p("下半句。") + p("后")))) == [
        "上半句下半句。",
        "后",
    ]


def test_field_results_are_kept_and_codes_are_not(read):
    def field(kind):
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    code = "<w:r><w:instrText> PAGEREF _Toc1 </w:instrText></w:r>"
    body = (
        p(r("见第") + field("begin") + code + field("separate") + r("12") + field("end") + r("页"))
        + p(f'<w:fldSimple w:instr="DATE">{r("2025年7月")}</w:fldSimple>')
        # an inner field inside the code of an outer one, and a field that is never closed
        + p(
            field("begin") + r("IF ") + field("begin") + r("DOC") + field("separate") + r("甲")
            + field("end") + field("separate") + r("结果") + field("end") + r("尾")
        )
        + p(field("begin") + r("开着的代码"))
        + p("下一段还在。")
    )  # fmt: skip
    assert lines(read(docx(body))) == ["见第12页", "2025年7月", "结果尾", "", "下一段还在。"]


def test_breaks_tabs_hyphens_symbols_and_pinyin(read):
    body = p(
        "<w:r><w:t>第一行</w:t><w:br/><w:t>第二行</w:t><w:tab/><w:t>右</w:t><w:noBreakHyphen/>"
        '<w:t>末</w:t><w:softHyphen/><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
        "<w:r><w:ruby><w:rt><w:r><w:t>yè</w:t></w:r></w:rt>"
        "<w:rubyBase><w:r><w:t>业</w:t></w:r></w:rubyBase></w:ruby></w:r>"
    )
    assert read(docx(body)).text == "第一行\n第二行\t右-末☑业"


def test_hidden_text_prompts_and_comments_are_no_text(read):
    prompt = (
        "<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr>"
        f"<w:sdtContent>{r('单击此处输入文字')}</w:sdtContent></w:sdt>"
    )
    control = f"<w:sdt><w:sdtPr/><w:sdtContent>{r('已填')}</w:sdtContent></w:sdt>"
    body = p(
        r("看得见")
        + r("看不见", "<w:vanish/>")
        + r("又见", '<w:vanish w:val="0"/>')
        + prompt
        + control
    )
    parts = {"word/comments.xml": part("comments", f"<w:comment>{p('批注')}</w:comment>")}
    assert read(docx(body, parts=parts)).text == "看得见又见已填"


def test_footnotes_and_endnotes_follow_the_body(read):
    def note(kind, key, text, type_=""):
        return f'<w:{kind} w:id="{key}"{type_}>{p(text)}</w:{kind}>'

    parts = {
        "word/footnotes.xml": part(
            "footnotes",
            note("footnote", -1, "分隔", ' w:type="separator"')
            + note("footnote", 2, "脚注乙")
            + note("footnote", 1, "脚注甲"),
        ),
        "word/endnotes.xml": part("endnotes", note("endnote", 1, "尾注")),
    }
    body = p(r("正文") + '<w:r><w:endnoteReference w:id="1"/></w:r>') + p(
        '<w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:footnoteReference w:id="2"/></w:r>'
        + r("又一段")
    )
    document = read(docx(body, parts=parts))
    assert lines(document) == ["正文", "又一段", "脚注甲", "脚注乙", "尾注"]
    assert hinted(document, "footnote") == [("脚注甲", 0), ("脚注乙", 0)]


def test_running_heads_are_not_in_the_text(read):
    parts = {"word/header1.xml": part("hdr", p("内部资料"))}
    assert read(docx(p("正文"), parts=parts)).text == "正文"


def test_the_title_comes_from_the_core_properties(read):
    core = (
        '<cp:coreProperties xmlns:cp="urn:cp" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<dc:title> 在大会上的讲话 </dc:title></cp:coreProperties>"
    )
    assert read(docx(p("正文"), core=core)).title == "在大会上的讲话"
    assert read(docx(p("正文"))).title is None


def test_strict_open_xml_is_read(read):
    raw = docx(p("正文", num=1, level=0), numbering=CHINESE_LIST)
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            content = old.read(name).replace(
                b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                b"http://purl.oclc.org/ooxml/wordprocessingml/main",
            )
            new.writestr(name, content)
    assert read(buffer.getvalue()).text == "一、正文"


def test_the_main_part_may_have_another_name(read):
    links = RELATIONSHIPS.format(relationship("officeDocument", "/word/document2.xml"))
    parts = {
        "_rels/.rels": links,
        "word/document2.xml": part("document", f"<w:body>{p('条', num=1, level=0)}</w:body>"),
        "word/_rels/document2.xml.rels": RELATIONSHIPS.format(
            relationship("numbering", "lists.xml")
        ),
        "word/lists.xml": part("numbering", CHINESE_LIST),
    }
    assert read(docx(p("第一份"), parts=parts)).text == "一、条"


def test_agrees_with_python_docx_on_a_document_it_made(read):
    made = python_docx.Document()
    made.core_properties.title = "工作会议讲话"
    made.add_heading("工作会议讲话", 0)
    made.add_heading("一、总体要求", 1)
    made.add_paragraph("要坚持创新驱动，强化人才支撑。")
    made.add_paragraph("第一项", style="List Number")
    made.add_paragraph("第二项", style="List Number")
    made.add_paragraph("要点", style="List Bullet")
    buffer = io.BytesIO()
    made.save(buffer)
    document = read(buffer.getvalue())
    assert lines(document) == [
        "工作会议讲话", "一、总体要求", "要坚持创新驱动，强化人才支撑。",
        "1. 第一项", "2. 第二项", "• 要点",
    ]  # fmt: skip
    assert document.title == "工作会议讲话"
    assert hinted(document, "title") == [("工作会议讲话", 1)]
    assert hinted(document, "heading") == [("一、总体要求", 1)]


@pytest.mark.parametrize("name", ["讲话.txt", "讲话.doc", "讲话.docm", "讲话.wps", "讲话.html"])
def test_a_package_is_known_by_its_content(read, name):
    document = read(docx(p("正文")), name)
    assert (document.text, document.format, document.file) == ("正文", "docx", name)


def test_a_web_page_embedded_as_a_chunk_is_read(read):
    parts = {
        "word/_rels/document.xml.rels": RELATIONSHIPS.format(
            relationship("aFChunk", "afchunk.mht", key="a")
            + relationship("aFChunk", "b.html", key="b")
            + relationship("aFChunk", "http://192.0.2.1/c.html", key="c", mode="External")
        ),
        "word/afchunk.mht": (
            "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=B\n\n--B\n"
            "Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n"
            "<html><body><p>第一段</p><p>第二段</p></body></html>\n--B--\n"
        ),
        "word/b.html": "<html><body><p>第三段</p></body></html>",
    }
    chunks = "".join(f'<w:altChunk r:id="{key}"/>' for key in "abcd")
    assert lines(read(docx(p("前") + chunks + p("后"), parts=parts))) == [
        "前", "第一段", "第二段", "第三段", "后",
    ]  # fmt: skip


def test_a_document_embedded_in_a_document_is_refused_not_dropped(read):
    parts = {
        "word/_rels/document.xml.rels": RELATIONSHIPS.format(
            relationship("aFChunk", "inner.docx", key="a")
        ),
        "word/inner.docx": docx(p("里面")),
    }
    with pytest.raises(UnsupportedFormat):
        read(docx(p("前") + '<w:altChunk r:id="a"/>', parts=parts))


def test_macros_are_ignored(read):
    parts = {"word/vbaProject.bin": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 macro"}
    assert read(docx(p("正文"), parts=parts), "讲话.docm").text == "正文"


def test_an_external_entity_is_never_resolved(read, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("机密")
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY x SYSTEM "file://{secret}">]>'
        + part("document", f"<w:body>{p(r('前&x;后'))}</w:body>").split("?>", 1)[1]
    )
    with pytest.raises(DamagedFile) as caught:
        read(_with_main(xml))
    assert "机密" not in str(caught.value)
    assert "实体" in caught.value.message


def test_an_entity_bomb_is_refused(read):
    entities = "".join(
        f'<!ENTITY l{n + 1} "{f"&l{n};" * 10}">' for n in range(9)
    )  # fmt: skip
    xml = (
        f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY l0 "lol">{entities}]>'
        + part("document", f"<w:body>{p(r('&l9;'))}</w:body>").split("?>", 1)[1]
    )
    with pytest.raises(DamagedFile):
        read(_with_main(xml))


def _with_main(xml):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr("word/document.xml", xml)
    return buffer.getvalue()


def test_external_relationships_are_not_followed(read):
    links = RELATIONSHIPS.format(
        relationship("numbering", "http://192.0.2.1/n.xml", key="a", mode="External")
        + relationship("attachedTemplate", "http://192.0.2.1/t.dotm", key="b", mode="External")
    )
    parts = {"word/_rels/document.xml.rels": links}
    raw = docx(p("条", num=1, level=0), numbering=CHINESE_LIST, parts=parts)
    assert read(raw).text == "一、条"


def test_a_bomb_is_stopped_by_its_unpacked_size(read):
    raw = docx(p("字" * 400_000))
    with pytest.raises(DamagedFile) as caught:
        read(raw, max_unpacked_bytes=1_000_000)
    assert "讲话.docx" in caught.value.message
    assert "上限" in caught.value.message


def test_a_bomb_is_stopped_by_its_ratio(read):
    raw = docx(p("0" * 11_000_000))
    assert len(raw) < 100_000
    with pytest.raises(DamagedFile) as caught:
        read(raw)
    assert "压缩比" in caught.value.message


def test_a_size_that_lies_does_not_help_a_bomb(read):
    raw = bytearray(docx(p("0" * 11_000_000)))
    # the central directory claims that word/document.xml has 10 bytes
    at = raw.rindex(b"word/document.xml") - 46
    struct.pack_into("<I", raw, at + 24, 10)
    with pytest.raises(DamagedFile):
        read(bytes(raw))


def test_deep_nesting_is_refused_not_a_crash(read):
    body = p("底")
    for _ in range(2000):
        body = f"<w:sdt><w:sdtContent>{body}</w:sdtContent></w:sdt>"
    with pytest.raises(DamagedFile):
        read(docx(body))


def test_only_pictures(read):
    with pytest.raises(EmptySource) as caught:
        read(docx(p(), parts={"word/media/image1.png": b"\x89PNG"}))
    assert "图片" in caught.value.message
    assert "OCR" in caught.value.hint


def test_no_text_at_all(read):
    with pytest.raises(EmptySource):
        read(docx(p()))


def test_a_truncated_package_is_damaged(read):
    raw = docx(p("正文" * 1000))
    with pytest.raises(DamagedFile) as caught:
        read(raw[: len(raw) // 2])
    assert "讲话.docx" in caught.value.message


def test_a_broken_part_is_damaged(read):
    with pytest.raises(DamagedFile):
        read(docx(p("正文"), parts={"word/styles.xml": "<w:styles"}))


def test_an_encrypted_document_is_named_as_such(read):
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    with pytest.raises(ProtectedFile) as caught:
        read(ole + "EncryptedPackage".encode("utf-16-le") + bytes(64))
    assert "密码" in caught.value.hint
    assert "讲话.docx" in caught.value.message
