"""Web pages: the visible text in document order; what stands around the article is hinted."""

import html
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from speechrag.corpus.read import read_document
from speechrag.corpus.webpage import read_webpage
from speechrag.errors import DamagedFile, EmptySource, UndecodableText

ARTICLE = "".join(
    f"<p>第{n}段，推动科技成果转化，提高转化效率。</p>" for n in "一二三四五六七八九十" * 2
)


@pytest.fixture
def read(tmp_path):
    """Write a page and read it."""

    def read(html, name="讲话.html"):
        path = tmp_path / name
        path.write_bytes(html if isinstance(html, bytes) else html.encode("utf-8"))
        return read_document(path, name=name)

    return read


def lines(document):
    return document.text.split("\n")


def hinted(document, kind):
    return [document.text[h.start : h.end] for h in document.hints if h.kind == kind]


def test_blocks_and_breaks_are_lines(read):
    html = (
        "<html><head><title>讲话 - 某网</title></head><body><h1>讲话</h1>"
        "<div>甲<p>乙<b>丙</b>丁<br>戊</p>己</div><ul><li>庚</li></ul></body></html>"
    )
    document = read(html)
    assert lines(document) == ["讲话", "甲", "乙丙丁", "戊", "己", "庚"]
    assert (document.title, document.format, document.encoding) == ("讲话 - 某网", "html", "utf-8")


def test_entities_are_decoded_and_blanks_collapse_as_in_a_browser(read):
    document = read("<p>  &ldquo;双一流&rdquo; &amp;  A\n B&nbsp;C　　&#20013;  </p>")
    assert document.text == "“双一流” & A B\xa0C　　中"


def test_a_source_line_break_between_chinese_characters_is_no_blank(read):
    assert (
        read("<p>提高成果\n   转化效率，\n推动发展 for\nall</p>").text
        == "提高成果转化效率，推动发展 for all"
    )


def test_preformatted_text_keeps_its_lines(read):
    assert lines(read("<pre>第一行\n  第二行\r\n\n第三行</pre>")) == ["第一行", "第二行", "第三行"]


def test_scripts_styles_and_hidden_elements_are_no_text(read):
    html = (
        "<body><script>var a='脚本';</script><style>p{}</style><noscript>无脚本</noscript>"
        "<template>模板</template><p hidden>藏</p><p style='display: none'>藏</p>"
        "<span style='visibility:hidden'>藏</span><!-- 注释 --><svg><text>图</text></svg>"
        "<input value='输入'><iframe>框</iframe><object>物</object>"
        "<p>看<ruby>业<rp>(</rp><rt>yè</rt><rp>)</rp></ruby>得见</p></body>"
    )
    assert read(html).text == "看业得见"


def test_a_body_that_a_script_would_show_is_read(read):
    assert read("<html><body style='display:none'><p>正文</p></body></html>").text == "正文"


def test_navigation_and_forms_stay_in_the_text_and_are_hinted(read):
    html = (
        "<body><nav><a href='/'>首页</a></nav><div class='bread-crumb'>您的位置：讲话</div>"
        f"<article><h1>讲话</h1>{ARTICLE}</article>"
        "<div id='shareBox'>分享到微信</div><aside>热门推荐</aside>"
        "<form><label>评论</label><textarea>说点什么</textarea><button>提交</button></form>"
        "<div class='commentList'>网友：好</div><footer>版权所有</footer></body>"
    )
    document = read(html)
    assert hinted(document, "boilerplate") == [
        "首页",
        "您的位置：讲话",
        "分享到微信",
        "热门推荐",
        "评论说点什么提交",
        "网友：好",
        "版权所有",
    ]
    assert hinted(document, "title") == ["讲话"]
    assert document.text.count("推动科技成果转化") == 20


@pytest.mark.parametrize(
    "wrapper",
    ["<form id='aspnetForm'>{}</form>", "<div class='content-share'>{}</div>", "<aside>{}</aside>"],
)
def test_the_article_is_never_boilerplate_whatever_its_box_is_called(read, wrapper):
    document = read(f"<body><div>其他</div>{wrapper.format(ARTICLE)}</body>")
    assert hinted(document, "boilerplate") == []


def test_an_article_element_protects_what_holds_it(read):
    document = read("<body><div class='menu-wrap'><article><p>短文。</p></article></div></body>")
    assert hinted(document, "boilerplate") == []


def test_lists_of_links_are_hinted_wherever_they_stand(read):
    links = "".join(f"<li><a href='/{n}'>在第{n}次会议上的讲话</a></li>" for n in range(4))
    html = (
        f"<p>第一段。</p><ul>{links}</ul><p>第二段，见<a href='/x'>附件</a>的说明。</p>"
        "<p><a href='/a'>上一篇：甲</a> <a href='/b'>下一篇：乙</a></p>"
    )
    document = read(html)
    assert hinted(document, "boilerplate") == [
        *(f"在第{n}次会议上的讲话" for n in range(4)), "上一篇：甲 下一篇：乙",
    ]  # fmt: skip
    assert lines(document)[5] == "第二段，见附件的说明。"


def test_links_within_the_page_are_text(read):
    toc = "".join(f"<p><a href='#{n}'>{n}、部分</a></p>" for n in "一二三四")
    assert hinted(read(toc), "boilerplate") == []


def test_headings_have_levels(read):
    document = read("<h1>甲</h1><h1>乙</h1><h2>丙</h2><h6>丁</h6><p>戊</p>")
    levels = [(document.text[h.start : h.end], h.kind, h.level) for h in document.hints]
    assert levels == [
        ("甲", "heading", 1), ("乙", "heading", 1), ("丙", "heading", 2), ("丁", "heading", 6),
    ]  # fmt: skip


def test_table_rows_are_lines(read):
    html = (
        "<table><tr><th>任务</th><th> 单位</th></tr>"
        "<tr><td>转化\n</td><td><b>科技局</b></td></tr></table>"
    )
    document = read(html)
    assert lines(document) == ["任务\t单位", "转化\t科技局"]
    assert hinted(document, "table") == lines(document)


def test_ordered_lists_show_their_numbers(read):
    html = (
        "<ol><li>甲</li><li><p>乙</p><p>续</p></li><li value='7'>丙</li><li>丁</li></ol>"
        "<ol start='3' style='list-style-type: cjk-ideographic'><li>戊</li></ol>"
        "<ol type='a'><li>己</li></ol><ol style='list-style:none'><li>庚</li></ol>"
    )
    assert lines(read(html)) == [
        "1. 甲", "2. 乙", "续", "7. 丙", "8. 丁", "三、戊", "a. 己", "庚",
    ]  # fmt: skip


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "big5", "utf-16"])
def test_the_charset_is_found_out(read, codec):
    text = "在推進會上的講話：加強與高校的合作，推動科技成果轉化。"
    html = f"<html><head><meta charset='x'></head><body><p>{text}</p></body></html>"
    assert read(html.encode(codec)).text == text


def test_the_declared_charset_counts_for_a_short_page(read):
    html = "<meta http-equiv='Content-Type' content='text/html; charset=big5'><p>參謀</p>"
    document = read(html.encode("big5"))
    assert (document.text, document.encoding) == ("參謀", "big5")


def test_undecodable_bytes_are_reported(read):
    raw = f"<p>{'推动高质量发展。' * 3}".encode() + b"\xff</p>"
    document = read(raw)
    assert document.text.endswith("。\ufffd")
    assert [u.byte_offset for u in document.undecodable] == [len(raw) - 5]


@pytest.mark.parametrize("name", ["网页.txt", "网页.doc", "网页.htm", "网页.docx"])
def test_a_page_is_known_by_its_content(read, name):
    document = read("\n<!-- saved --><!DOCTYPE html><html><body><p>正文</p></body></html>", name)
    assert (document.text, document.format) == ("正文", "html")


def test_a_web_archive_is_read(read):
    mht = (
        "From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="B"\r\n\r\n'
        "--B\r\nContent-Type: text/html; charset=gb2312\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<html><body><p>=BD=B2=BB=B0</p></body></html>\r\n"
        "--B\r\nContent-Type: image/png\r\n\r\nxx\r\n--B--\r\n"
    )
    for name in ("存档.mht", "存档.mhtml", "存档.doc"):
        document = read(mht, name)
        assert (document.text, document.encoding, document.file) == ("讲话", "gb18030", name)


def test_nothing_is_ever_fetched(read, monkeypatch):
    def refuse(*args, **kwargs):
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    html = (
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://192.0.2.1/x.dtd">'
        "<html><head><link rel='stylesheet' href='http://192.0.2.1/a.css'>"
        "<script src='http://192.0.2.1/a.js'></script><base href='http://192.0.2.1/'></head>"
        "<body><img src='http://192.0.2.1/a.png' alt='图'><iframe src='file:///etc/passwd'></iframe>"
        "<p>正文</p></body></html>"
    )
    assert read(html).text == "正文"


def test_markup_in_text_stays_text(read):
    assert read("<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>").text == "<script>alert(1)</script>"


def test_deep_nesting_is_read_or_refused_but_nothing_is_lost(read):
    assert read("<div>" * 1500 + "<p>正文</p>").text == "正文"
    with pytest.raises(DamagedFile):
        read("<p>前</p>" + "<div>" * 5000 + "<p>正文</p>")


PLAIN = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"))


@given(st.lists(PLAIN, min_size=1, max_size=5))
def test_every_visible_character_comes_through(paragraphs):
    """Blanks aside, which a browser collapses too."""
    page = "<html><body>" + "".join(f"<p>{html.escape(text)}</p>" for text in paragraphs)
    if not "".join(paragraphs).strip():
        return
    shown = read_webpage(page.encode("utf-8"), "x.html").text
    assert "".join(shown.split()) == "".join("".join(paragraphs).split())


def test_a_page_made_by_scripts_is_empty(read):
    with pytest.raises(EmptySource) as caught:
        read("<html><body><div id='app'></div><script>render()</script></body></html>")
    assert "讲话.html" in caught.value.message


def test_noise_is_not_a_page(read):
    with pytest.raises(UndecodableText):
        read(b"<html>" + bytes(range(256)) * 8)
