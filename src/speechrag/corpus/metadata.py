"""Title, date, speaker, occasion, kind and place, where a source states them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from speechrag.corpus.boilerplate import is_prose
from speechrag.corpus.characters import IS_HAN, fold, simplify
from speechrag.corpus.forms import KIND_WORDS, ends_like_title, is_salutation
from speechrag.corpus.labels import parse_label
from speechrag.corpus.paragraphs import Line
from speechrag.types import RemovalReason

_DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*(?:[-/.]\s*(?P<m>\d{1,2})(?:\s*[-/.]\s*(?P<d>\d{1,2}))?(?!\d)"
    r"|年(?:\s*(?P<m2>\d{1,2})\s*月(?:\s*(?P<d2>\d{1,2})\s*[日号])?)?)"
)
_CHINESE_DATE = re.compile(
    r"(?P<y>[一二][〇○零0oO九][〇○零0oO一二三四五六七八九]{2})年"
    r"(?:(?P<m>[一二三四五六七八九十]{1,3})月(?:(?P<d>[一二三四五六七八九十]{1,3})日)?)?"
)
_DIGITS = {c: str(n) for n, c in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○oO0", "0")
_POST = (
    "书记|省长|市长|县长|区长|州长|盟长|旗长|镇长|乡长|主席|主任|部长|厅长|局长|处长|科长|院长|校长|会长|理事长|董事长"
    "|总经理|总裁|秘书长|委员|代表|政委|司令员|检察长|总理|书记员|站长|组长|队长|干事长|教授|院士|县委常委|市委常委|行长"
)
_SPEAKER = re.compile(
    rf"(?:[^\s,，。:：]{{0,30}}(?:{_POST})[、\s]*)+[\s]*(?P<name>[^\s\d,，。、:：]{{2,4}})"
)
_SPEAKER_LABEL = re.compile(
    r"(?:讲话人|演讲人|发言人|报告人|主讲人|致辞人|主持人|讲话者|演讲者)\s*[:]\s*(?P<name>.{2,30})"
)
_PLACE_LABEL = re.compile(r"(?:地点|会议地点|地址)\s*[:]\s*(?P<place>.{2,40})")
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅庄辛管祝左涂谷祁耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边"
)
_OCCASIONS = (
    "动员部署会|工作推进会|现场推进会|合作推进会|推进会|座谈会|动员会|部署会|调度会|总结会|表彰会|现场会|联席会|专题会|推介会|恳谈会"
    "|民主生活会|组织生活会|述职评议会|评议会|研讨会|交流会|观摩会|联谊会|茶话会|团拜会|发布会|洽谈会|博览会|招聘会|报告会|动员大会"
    "|誓师大会|表彰大会|总结大会|代表大会|庆祝大会|大会|电视电话会|视频会|常委会|常务会|全会|全体会|论坛|峰会|年会|仪式|典礼|培训班|开班式"
    "|学习班|党课|晚会|活动|工作会|会议"
)
_OCCASION = re.compile(rf"(?:{_OCCASIONS})(?:议)?")
_KINDS = (
    ("主持词", r"主持词|主持讲话|主持稿"),
    ("致辞", r"致辞|致词|祝词|祝辞|欢迎词|答谢词|贺词|寄语"),
    ("述职", r"述职(?!评议)"),
    ("党课", r"党课"),
    ("演讲", r"演讲"),
    ("报告", r"报告(?!会)"),
    ("发言", r"发言|表态"),
    ("讲话", r"讲话|讲稿|讲话稿"),
    ("总结", r"总结(?!会|大会|表彰)"),
    ("汇报", r"汇报"),
)
_PLACE = re.compile(
    r"(?:在|到|来到)(?P<place>[\u4e00-\u9fff]{2,8}?(?:自治区|省|市|县|区|州|盟|旗|镇|乡|村))"
)
_NO_PLACE = re.compile(
    r"^(?:全|我|本|各|这|市|县|区|省|城|山|社|园|地|农|乡|同|新|推|实|此|开|第|贯|当|去)"
)
_LABEL = re.compile(r"(?:标题|题目|文章标题|文档标题|篇名|名称)\s*[:]\s*")
_SITE_SUFFIX = re.compile(
    r"\s*[-_|—–]+\s*[^-_|—–]{0,20}(?:网|网站|文库|频道|论坛|资料|下载|范文|首页|中心|平台)\s*$"
)
_STEM_HEAD = re.compile(
    r"^(?:\d{2,4}[-_.年]?(?:\d{1,2}[-_.月]?){0,2}日?[-_\s]+|[0-9a-f]{8,}[-_\s]*|\d{1,4}[-_.、\s]+)+"
)
_BARE = re.compile(r"[\s《》“”\"'【】\[\]()（）:：,，.。、\-—_*]+")


@dataclass(slots=True)
class Facts:
    """What a source states about one speech; None where it says nothing."""

    title: str | None = None
    subtitle: str | None = None
    date: str | None = None
    posted: str | None = None  # 发表时间 of the page
    speaker: str | None = None
    place: str | None = None


def read_date(text: str) -> str | None:
    """The first date of a text as ISO 8601, as precise as stated."""
    if match := _DATE.search(fold(text)):
        month, day = match["m"] or match["m2"], match["d"] or match["d2"]
        return _iso(int(match["y"]), int(month or 0), int(day or 0))
    if match := _CHINESE_DATE.search(text):
        year = int("".join(_DIGITS[c] for c in match["y"]))
        return _iso(year, _chinese_number(match["m"]), _chinese_number(match["d"]))
    return None


def _chinese_number(numeral: str | None) -> int:
    if not numeral:
        return 0
    tens, ten, units = numeral.rpartition("十")
    value = int(_DIGITS[units[-1]]) if units else 0
    return value + 10 * (int(_DIGITS[tens[-1]]) if tens else 1) if ten else value


def _iso(year: int, month: int, day: int) -> str | None:
    if not 1 <= month <= 12:
        return f"{year}"
    return f"{year}-{month:02d}-{day:02d}" if 1 <= day <= 31 else f"{year}-{month:02d}"


def bare(text: str) -> str:
    """A title without width, script, spaces and marks: what two copies of it have in common."""
    return _BARE.sub("", fold(text)).lower()


def _without_dates(text: str) -> str:
    return _CHINESE_DATE.sub("", _DATE.sub("", text)).strip(" ()（）,，\u3000")


def read_speaker(text: str) -> str | None:
    """The speaker a short line names (市长 张三), or None."""
    plain = _without_dates(text.strip()).strip("—- ")
    if label := _SPEAKER_LABEL.fullmatch(fold(plain)):
        return plain[label.start("name") :].strip()
    if not 2 <= len(plain) <= 40 or re.search(r"[。；！？，,;!?：:《》“”]", plain):
        return None
    words = plain.replace("\u3000", " ")
    if match := _SPEAKER.fullmatch(words):
        if simplify(match["name"][0]) in _SURNAMES or words[match.start("name") - 1] == " ":
            return " ".join(words.split())
        return None
    name = words.replace(" ", "")
    if 2 <= len(name) <= 3 and all(IS_HAN.match(c) for c in name):
        if simplify(name[0]) in _SURNAMES and not re.search(r"[会议话词同]", name):
            return name
    return None


def read_head(lines: Sequence[Line], facts: Facts, known_title: str | None) -> None:
    """Find the title, date and speaker lines at the start of a speech; mark them in place."""
    seen: set[str] = set()
    n_seen = 0
    for line in lines:
        if line.reason:
            _read_label(fold(line.text), facts)
            continue
        n_seen += 1
        if n_seen > 10 or not _read_head_line(line, facts, seen, known_title):
            break
    _split_residue(lines, facts)
    _read_foot(lines, facts)


def _read_label(folded: str, facts: Facts) -> None:
    """What a metadata line of the page (folded) states."""
    if re.search(r"时间|日期|发[布表]于|^\D{0,3}(?:19|20)\d\d", folded) and not facts.posted:
        facts.posted = read_date(folded)
    if match := _PLACE_LABEL.search(folded):
        facts.place = match["place"].strip()
    if match := _SPEAKER_LABEL.search(folded):
        facts.speaker = facts.speaker or match["name"].strip()


def _read_head_line(line: Line, facts: Facts, seen: set[str], known: str | None) -> bool:
    """Take one line of the head in; False when the speech itself has begun."""
    if label := _LABEL.match(fold(line.text)):
        line.drop(0, label.end(), RemovalReason.METADATA)
    text, folded = line.text, fold(line.text)
    key = bare(text)
    if not key:
        return True
    if key in seen:
        line.reason = RemovalReason.METADATA
        return True
    if is_salutation(text) or (
        parse_label(text) and not line.is_title and key != bare(known or "")
    ):
        return False
    date = read_date(text)
    if date and not _without_dates(text):
        facts.date = facts.date or date
        line.reason = RemovalReason.METADATA
        return True
    speaker = read_speaker(text) if facts.title else None
    if speaker and not line.is_title:
        facts.speaker, facts.date = facts.speaker or speaker, facts.date or date
        line.reason = RemovalReason.METADATA
        return True
    if _PLACE_LABEL.fullmatch(folded) or _SPEAKER_LABEL.fullmatch(folded):
        _read_label(folded, facts)
        line.reason = RemovalReason.METADATA
        return True
    return _read_title(line, facts, seen, known)


def _read_title(line: Line, facts: Facts, seen: set[str], known: str | None) -> bool:
    text, folded = line.text, fold(line.text)
    certain = line.is_title or line.heading == 1 or bare(text) == bare(known or "")
    if not certain and (len(text) > 60 or is_prose(folded) or re.search(r"[。；;：:，]$", text)):
        return False
    if facts.title is None:
        facts.title = text
    elif folded.startswith(("-", "—", "–")) or ends_like_title(text):
        if ends_like_title(facts.title) or folded[0] in "-—–":
            facts.subtitle = text
        else:
            facts.title += text
    elif not certain:
        return False
    seen.add(bare(text))
    line.is_title = True
    return True


def _split_residue(lines: Sequence[Line], facts: Facts) -> None:
    """Drop a scrap of the title that sticks to the salutation (工作推进会:同志们:)."""
    first = next((x for x in lines if not x.reason and not x.is_title), None)
    if first is None or not facts.title:
        return
    match = re.match(
        r"([^:。,;]{2,30}):(?=(?:同志们|各位|尊敬的)[^。]{0,60}[:!]?$)", fold(first.text)
    )
    if match and bare(match[1]) in bare(facts.title):
        first.drop(0, match.end(), RemovalReason.METADATA)


def _read_foot(lines: Sequence[Line], facts: Facts) -> None:
    """A date or name alone at the end of a speech is its signature."""
    kept = [line for line in lines if not line.reason]
    for line in reversed(kept[-2:]):
        date = read_date(line.text)
        if line.is_title or len(kept) < 3:
            return
        if date and not _without_dates(line.text):
            facts.date = facts.date or date
        elif not (read_speaker(line.text) and facts.date):
            return
        line.reason = RemovalReason.METADATA


def clean_title(title: str) -> str:
    """A file's own title less the name of the site."""
    return _SITE_SUFFIX.sub("", " ".join(title.split())).strip()


def title_from_name(stem: str) -> str | None:
    """The title in a file name: what follows a date or a hash, if it has Chinese in it."""
    rest = _STEM_HEAD.sub("", stem).strip(" _-")
    return rest if IS_HAN.search(rest) else None


def title_from_text(text: str) -> str | None:
    """在…会议上的讲话, from a sentence that says which meeting is being held."""
    match = re.search(
        r"(?:召开|举行|举办)(?:的)?(?:这次|此次)?([^,，。；:：]{2,36}?(?:会议|大会|[^,，。]会|仪式|论坛))",
        text,
    )
    return f"在{match[1]}上的讲话" if match else None


def read_occasion(*texts: str | None) -> str | None:
    """The kind of meeting: the last one named in the first text that names any."""
    for text in texts:
        found = list(_OCCASION.finditer(simplify(text or "")))
        if found:
            word = found[-1].group()
            return word[:-1] if word.endswith("会议") and len(word) > 4 else word
    return None


def read_kind(*texts: str | None) -> str | None:
    """讲话, 致辞, 主持词 …: the last such word of the first text that has one."""
    for text in texts:
        plain = simplify(text or "")
        ends = [(m.end(), kind) for kind, p in _KINDS for m in re.finditer(p, plain)]
        if ends:
            return max(ends)[1]
    return None


def read_place(*texts: str | None) -> str | None:
    """The place a title or opening names: 在江山市…."""
    for text in texts:
        for match in _PLACE.finditer(text or ""):
            if not _NO_PLACE.match(match["place"]):
                return match["place"]
    return None


KIND_PATTERN = re.compile(KIND_WORDS)
