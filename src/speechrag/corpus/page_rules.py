"""Which elements of a web page are which: blocks, unseen ones, and those around the article."""

from __future__ import annotations

import re
from typing import Any, TypeAlias

Element: TypeAlias = Any  # lxml's elements; it ships no types


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS = _words(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav"
    " ol option p pre search section select summary table tbody tfoot thead title tr ul"
)
UNSEEN = _words(
    "audio base canvas datalist embed head iframe link map math meta noembed noframes noscript"
    " object param script style svg template track video xml area rt rp"
)
"""Elements whose content a browser does not show as text; rt and rp are pinyin above characters."""
AROUND = _words("aside button footer form input label menu nav search select textarea")

_WORDS = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+")
_AROUND_WORDS = _words(
    "ad ads advert advertisement bookmark bread breadcrumb breadcrumbs captcha comment comments"
    " copyright crumb crumbs disclaimer download foot footer friendlink guanggao hot icp kefu"
    " login menu modal nav navbar navi navigation next nextpage pager pagination popup"
    " prev prevnext qrcode rank recommend recommended register related relate search share sidebar"
    " sider sitemap sns subscribe tabbar tags toolbar topbar vip weibo wechat weixin"
)
_AROUND_NAMES = _words("dqwz location position weizhi wz")  # as a whole name only
_MIN_ARTICLE_CHARS = 300
_UNSEEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all", re.I)
_LIST_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]*?([a-z-]+)\s*(?:;|$)", re.IGNORECASE)
_LIST_FORMATS = {
    "1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman",
    "decimal": "decimal", "lower-alpha": "lowerLetter", "upper-alpha": "upperLetter",
    "lower-latin": "lowerLetter", "upper-latin": "upperLetter", "lower-roman": "lowerRoman",
    "upper-roman": "upperRoman", "decimal-leading-zero": "decimalZero", "none": "none",
    "cjk-ideographic": "chineseCountingThousand", "cjk-decimal": "ideographDigital",
    "simp-chinese-informal": "chineseCountingThousand",
    "trad-chinese-informal": "chineseCountingThousand",
    "simp-chinese-formal": "chineseLegalSimplified",
    "trad-chinese-formal": "ideographLegalTraditional",
    "cjk-heavenly-stem": "ideographTraditional", "cjk-earthly-branch": "ideographZodiac",
}  # fmt: skip


def is_unseen(node: Element) -> bool:
    """Whether a browser shows nothing of the element."""
    if node.tag in {"html", "body"}:  # hidden until a script has run, and then the whole page
        return False
    if node.tag in UNSEEN or node.get("hidden") is not None:
        return True
    if node.tag == "input":
        return True
    style = node.get("style")
    return style is not None and _UNSEEN_STYLE.search(style) is not None


def is_around(node: Element) -> bool:
    """Whether the element, by its tag, role, class or id, stands around the article, not in it."""
    if node.tag in AROUND or node.get("role") in {"navigation", "search", "contentinfo", "form"}:
        return True
    if node.tag in {"html", "body", "article", "main"}:
        return False
    names = f"{node.get('class', '')} {node.get('id', '')}"
    if not _AROUND_NAMES.isdisjoint(names.lower().split()):
        return True
    return any(word.lower() in _AROUND_WORDS for word in _WORDS.findall(names))


def list_format(node: Element) -> str:
    """The number format (ST_NumberFormat) of an <ol>; "none" where it shows no numbers."""
    style = _LIST_STYLE.search(node.get("style", ""))
    named = _LIST_FORMATS.get(style[1].lower()) if style else None
    return named or _LIST_FORMATS.get(node.get("type", "1"), "decimal")


def find_around(root: Element) -> set[Element]:
    """The outermost elements around the article, and never one that holds the article itself.

    Some sites wrap the whole page in a form, or call the article's own box "content-share". An
    element with more than half of the page's unlinked text, or with an <article>, is not around it.
    """
    sizes = _plain_sizes(root)
    total = sizes[root]
    found: set[Element] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if is_around(node) and not (
            (sizes[node] > _MIN_ARTICLE_CHARS and 2 * sizes[node] > total)
            or node.find(".//article") is not None
        ):
            found.add(node)
        else:
            stack.extend(child for child in node if child in sizes)
    return found


def _plain_sizes(root: Element) -> dict[Element, int]:
    """For each visible element, the characters of its text that are in no link."""
    order: list[Element] = []
    stack = [root]
    while stack:
        node = stack.pop()
        order.append(node)
        stack.extend(child for child in node if isinstance(child.tag, str) and not is_unseen(child))
    sizes: dict[Element, int] = {}
    for node in reversed(order):
        size = 0 if node.tag == "a" else len((node.text or "").strip())
        for child in node:
            size += len((child.tail or "").strip()) + sizes.get(child, 0)
        sizes[node] = 0 if node.tag == "a" else size
    return sizes
