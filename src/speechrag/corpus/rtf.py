"""RTF documents (RTF 1.9.1): their text as the elements that `speechrag.corpus.word` reads.

Automatic numbers stand in an RTF file as text, so no list has to be counted. Left out, there and
here: deleted revisions, hidden text, field codes, comments, running heads, pictures.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import replace

from speechrag.corpus.ooxml import MadePackage, W, text_element, valued, w
from speechrag.corpus.rtf_story import State, Story
from speechrag.corpus.sniff import AS_DOCX
from speechrag.corpus.word_package import Element, clean_text
from speechrag.errors import DamagedFile
from speechrag.types import UndecodableBytes

_TOKEN = re.compile(
    r"\\([a-z]+)(-?\d{1,10})? ?|\\'([0-9a-f]{2})|\\([^a-z])|([{}])|([^\\{}\r\n]+)",
    re.IGNORECASE | re.DOTALL,
)
_CHARSETS = {134: "gb18030", 136: "big5hkscs", 128: "cp932", 129: "cp949", 77: "mac_roman"}
"""Of fonts; bytes in any other are those of the document's code page."""
_CODE_PAGES = {936: "gb18030", 54936: "gb18030", 950: "big5hkscs", 65001: "utf-8"}
_CHARACTERS = {
    "emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“",
    "rdblquote": "”", "bullet": "•", "emspace": "\u2003", "enspace": "\u2002",
    "~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}",
}  # fmt: skip
_SILENT = frozenset(
    "colortbl pict object objdata header headerl headerr headerf footer footerl footerr footerf "
    "fldinst sp shprslt nonshppict bkmkstart bkmkend annotation atnid atnauthor atndate atnref xe "
    "tc rxe txe listtable listoverridetable revtbl rsidtbl generator ftnsep ftnsepc ftncn aftnsep "
    "aftnsepc aftncn template filetbl upr docvar".split()
)
_KNOWN_OPTIONAL = frozenset({"shpinst", "pntext", "fldrslt", "dptxbxtext", "footnote"})
"""Destinations with \\* before them whose text is read all the same."""
_PARTS = {
    "fonttbl": "fonts", "stylesheet": "styles", "info": "info", "listtext": "label",
    "pntext": "label",
}  # fmt: skip
_CLOSE = "、。，．：；）)】〕》"  # after these the text follows a number without a blank


class RtfPackage(MadePackage):
    """The parts of a document.

    Args:
        raw: The file.

    Raises:
        DamagedFile: Its end is missing.

    Attributes:
        undecodable: Runs of bytes that hold some of no character, by their places in the file.
    """

    def __init__(self, raw: bytes) -> None:
        self._codec = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0  # that the font table speaks of
        self._styles: dict[int, str] = {}
        self._based_on: dict[int, int] = {}
        self._style = 0
        self._label = ""
        self._bytes, self._bytes_at = bytearray(), 0
        self._characters: list[str] = []
        self.undecodable: list[UndecodableBytes] = []
        self._to_skip = 0
        self._stories = [Story(W.body())]
        self._states = [State()]
        self._notes: dict[str, list[Element]] = {"footnote": [], "endnote": []}
        self._read(raw.decode("latin-1"))

    def main_document(self) -> Element:
        """The root of the main document."""
        return W.document(self._stories[0].root)

    def related(self, kind: str) -> Element | None:
        """Styles, footnotes or endnotes."""
        if kind == "styles":
            return W.styles(*map(self._style_element, self._styles))
        notes = self._notes.get(kind.removesuffix("s"))
        return None if notes is None else W(kind, *notes)

    def _style_element(self, number: int) -> Element:
        attributes = {w("type"): "paragraph", w("styleId"): str(number)}
        style = W.style(attributes, valued("name", clean_text(self._styles[number]).strip(" ;")))
        if number in self._based_on:
            style.append(valued("basedOn", self._based_on[number]))
        return style

    def _read(self, source: str) -> None:
        at = 0
        while at < len(source):
            match = _TOKEN.match(source, at)
            if match is None:  # a line break
                at += 1
                continue
            at = match.end()
            word, number, code, sign, brace, text = match.groups()
            if code is not None:
                self._add_bytes(bytes([int(code, 16)]), match.start())
            elif text is not None:
                self._add_bytes(text.encode("latin-1"), match.start())
            elif word is not None and word.lower() == "bin":
                at += max(int(number or 0), 0)
            elif word is not None:
                self._word(word.lower(), None if number is None else int(number))
            elif sign is not None:
                self._sign(sign)
            elif brace == "{":
                self._flush()
                self._states.append(replace(self._states[-1], opened=""))
            else:
                self._flush()
                self._close()
                if len(self._states) == 1:
                    self._stories[0].end(self._states[0])
                    return
        raise DamagedFile("RTF 文档不完整（缺少结尾）", AS_DOCX)

    def _close(self) -> None:
        if len(self._states) == 1:
            raise DamagedFile("RTF 文档已损坏（括号不成对）", AS_DOCX)
        state = self._states.pop()
        if state.opened == "label":
            label, self._label = _label(self._label), ""
            if label:
                self._add_run(text_element(label))
        elif state.opened:
            story = self._stories.pop()
            story.end(state)
            if state.opened == "box":
                self._stories[-1].runs.append(W.r(story.root))
            else:
                kind = state.opened
                number = str(len(self._notes[kind]))
                self._notes[kind].append(W(kind, {w("id"): number}, *story.root))
                self._add_run(W(f"{kind}Reference", {w("id"): number}))

    def _add_bytes(self, data: bytes, at: int) -> None:
        if not self._bytes:
            self._bytes_at = at
        skipped = min(self._to_skip, len(data))
        self._to_skip -= skipped
        self._bytes += data[skipped:]

    def _take_bytes(self) -> None:
        """Read the bytes so far in the character set of the font."""
        if self._bytes:
            codec = self._fonts.get(self._states[-1].font, self._codec)
            text = self._bytes.decode(codec, "replace")
            if "\ufffd" in text and not self._states[-1].silent:
                self.undecodable.append(UndecodableBytes(self._bytes_at, bytes(self._bytes)))
            self._characters.append(text)
            self._bytes = bytearray()

    def _flush(self) -> None:
        """Give the characters so far to whatever the group is."""
        self._to_skip = 0
        self._take_bytes()
        units = "".join(self._characters).encode("utf-16-le", "surrogatepass")
        text = units.decode("utf-16-le", "replace")
        self._characters = []
        state = self._states[-1]
        if not text or state.silent:
            return
        if state.reads == "styles":
            self._styles[self._style] = self._styles.get(self._style, "") + text
        elif state.reads == "title":
            self.title = ((self.title or "") + text).strip()
        elif state.reads == "label":
            self._label += text
        elif state.reads == "text":
            self._add_run(text_element(text))

    def _add_run(self, content: Element) -> None:
        state = self._states[-1]
        run = W.r(content)
        if state.hidden:
            run.insert(0, W.rPr(W.vanish()))
        self._stories[-1].runs.append(W("del", run) if state.deleted else run)

    def _sign(self, sign: str) -> None:
        if sign == "*":
            self._flush()
            self._states[-1].optional = True
        elif sign in _CHARACTERS:
            self._character(_CHARACTERS[sign])
        elif sign in "\r\n":
            self._word("par", None)

    def _character(self, character: str) -> None:
        if self._to_skip:
            self._to_skip -= 1
        else:
            self._take_bytes()
            self._characters.append(character)

    def _word(self, word: str, number: int | None) -> None:
        if word == "u":
            self._take_bytes()
            self._characters.append(chr((number or 0) % 0x10000))
            self._to_skip = self._states[-1].skip
            return
        if word in _CHARACTERS:
            self._character(_CHARACTERS[word])
            return
        if word == "uc":  # may stand between the halves of a character
            self._states[-1].skip = max(number or 0, 0)
            return
        self._flush()
        state = self._states[-1]
        is_optional, state.optional = state.optional, False
        if word == "ud":
            state.silent = False
        elif word in _SILENT or (is_optional and word not in _KNOWN_OPTIONAL):
            state.silent = True
        if not state.silent:
            self._begin(word, state)
            self._set(word, number, state)
            if state.reads == "text":
                self._place(word, state)
            elif state.reads == "label" and word == "tab":
                self._label += "\t"

    def _begin(self, word: str, state: State) -> None:
        """Begin a part of the file that is no running text, or a text of its own."""
        if word in _PARTS and not state.opened:
            state.reads = _PARTS[word]
            state.opened = "label" if state.reads == "label" else ""
        elif word == "title" and state.reads == "info":
            state.reads = "title"
        elif word == "ftnalt" and state.opened == "footnote":
            state.opened = "endnote"
        elif word in {"footnote", "shptxt", "dptxbxtext"} and not state.opened:
            state.opened = "footnote" if word == "footnote" else "box"
            self._stories.append(Story(W.txbxContent()))
            state.style = state.outline = None
            state.in_table = False

    def _set(self, word: str, number: int | None, state: State) -> None:
        """Take up what the characters or the paragraph are said to be."""
        match word:
            case "ansicpg":
                self._codec = _codec_of(number)
            case "f" if state.reads == "fonts":
                self._font = number or 0
            case "fcharset" if state.reads == "fonts" and number in _CHARSETS:
                self._fonts[self._font] = _CHARSETS[number]
            case "s" if state.reads == "styles":
                self._style = number or 0
            case "sbasedon" if state.reads == "styles" and number is not None:
                self._based_on[self._style] = number
            case "f":
                state.font = number or 0
            case "s":
                state.style = number
            case "outlinelevel":
                state.outline = number
            case "pard":
                state.style, state.outline, state.in_table = None, None, False
            case "intbl":
                state.in_table = True
            case "plain":
                state.hidden = False
            case "v":
                state.hidden = number != 0
            case "deleted":
                state.deleted = number != 0

    def _place(self, word: str, state: State) -> None:
        """Put a mark or a break where it stands."""
        story = self._stories[-1]
        match word:
            case "par" | "nestcell":
                story.end_paragraph(state)
            case "sect" if story.runs:
                story.end_paragraph(state)
            case "cell":
                story.end_cell(state)
            case "row":
                story.end_row()
            case "line" | "page" | "column" | "lbr":
                self._add_run(W.br())
            case "tab":
                self._add_run(W.tab())


def _label(text: str) -> str:
    """An automatic number as it is written before a text; one sign for all bullets."""
    label = text.strip()
    if not label:
        return ""
    is_word = any(char.isalnum() and not "\ue000" <= char <= "\uf8ff" for char in label)
    if not is_word and label[-1] not in _CLOSE:
        return "• "
    if text == label or label[-1] in _CLOSE:
        return label
    return f"{label} "


def _codec_of(code_page: int | None) -> str:
    codec = _CODE_PAGES.get(code_page or 0, f"cp{code_page}")
    try:
        codecs.lookup(codec)
    except LookupError:
        return "cp1252"
    return codec
