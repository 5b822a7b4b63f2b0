"""Title, date, speaker, occasion, kind and place, where a source states them."""

from __future__ import annotations

import re

from speechrag.corpus.characters import IS_HAN, fold, simplify

_DATE = re.compile(
    r"(?P<y>(?:19|20)\d\d)\s*(?:[-/.]\s*(?P<m>\d{1,2})(?:\s*[-/.]\s*(?P<d>\d{1,2}))?(?!\d)"
    r"|年(?:\s*(?P<m2>\d{1,2})\s*月(?:\s*(?P<d2>\d{1,2})\s*[日号])?)?)"
)
_CHINESE_DATE = re.compile(
    r"(?P<y>[一二][〇○零0oO九][〇○零0oO一二三四五六七八九]{2})年"
    r"(?:(?P<m>[一二三四五六七八九十]{1,3})月(?:(?P<d>[一二三四五六七八九十]{1,3})日)?)?"
)
_BESIDE_DATE = re.compile(
    r"[上下]午|晚上|晚间|中午|(?:星期|周)[一二三四五六日天]|\d{1,2}[:：时]\d{0,2}分?"
    r"|(?:根据|按照?|由)?(?:会议|现场|讲话)?录音(?:记录)?整理(?:稿)?|未经本人审[阅定]|节选|摘要"
)
DIGITS = {c: str(n) for n, c in enumerate("零一二三四五六七八九")} | dict.fromkeys("〇○oO0", "0")
"""The figure that each sign of a year stands for."""
_POST = (
    "书记|省长|市长|县长|区长|州长|盟长|旗长|镇长|乡长|主席|主任|部长|厅长|局长|处长|科长|院长|校长|会长|理事长|董事长"
    "|总经理|总裁|秘书长|委员|代表|政委|司令员|检察长|总理|书记员|站长|组长|队长|干事长|教授|院士|县委常委|市委常委|行长"
)
_SPEAKER = re.compile(
    rf"(?:[^\s,，。:：]{{0,30}}(?:{_POST})[、\s]*)+[\s]*(?P<name>[^\s\d,，。、:：]{{2,4}})"
)
SPEAKER_LABEL = re.compile(
    r"(?:讲话人|演讲人|发言人|报告人|主讲人|致辞人|主持人|讲话者|演讲者)\s*[:]\s*(?P<name>[^。!?;]{2,30})"
)
PLACE_LABEL = re.compile(r"(?:地点|会议地点|地址)\s*[:]\s*(?P<place>.{2,40})")
_SURNAMES = frozenset(
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅庄辛管祝左涂谷祁耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄单包司柏宁柯阮桂闵解强柴华车冉房边习栗鹿仇戚艾骆穆褚晏窦滕臧佟楚闫"
)
_OCCASIONS = (
    "推进会|座谈会|动员会|部署会|调度会|总结会|表彰会|现场会|联席会|专题会|推介会|恳谈会"
    "|民主生活会|组织生活会|述职评议会|评议会|研讨会|交流会|观摩会|联谊会|茶话会|团拜会|发布会|洽谈会|博览会|招聘会|报告会|动员大会"
    "|誓师大会|表彰大会|总结大会|代表大会|庆祝大会|大会|电视电话会|视频会|常委会|常务会|全会|全体会|论坛|峰会|年会|仪式|典礼|培训班|开班式"
    "|学习班|党课|晚会|活动|工作会|会议"
)
_OCCASION = re.compile(rf"(?:{_OCCASIONS})(?:议)?")
_GENERAL_OCCASIONS = frozenset({"会议", "活动", "大会"})
_OCCASION_NAMES = {"工作会": "工作会议", "全体会": "全体会议"} | {
    f"{word}会议": f"{word}会"
    for word in (
        "推进",
        "座谈",
        "动员",
        "部署",
        "调度",
        "总结",
        "表彰",
        "现场",
        "专题",
        "研讨",
        "交流",
    )
}
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
_AREA = r"(?P<place>[\u4e00-\u9fff]{1,7}?(?:自治区|省|市|县|区|州|盟|旗|镇|乡|村|縣|區|鎮|鄉))"
_TITLE_PLACE = re.compile(rf"^(?:关于)?在(?:\d{{4}}年)?{_AREA}(?!场|委|府|政府|级|校)")
_OPENING_PLACE = re.compile(
    r"(?:在|到|来到|来|走进|相聚|相约|齐聚|汇聚)(?:美丽的|风景秀丽的|历史悠久的|[^，。在]{2,8}的)?"
    rf"{_AREA}(?:隆重|胜利|顺利|如期)?"
    r"(?:召开|举行|举办|相聚|欢聚|相会|集会|开幕|聚首|召開|舉行|舉辦|相會)"
)
_NO_PLACE = re.compile(
    r"^(?:全|我|本|各|这|市|县|区|省|城|山|社|园|地|农|乡|同|新|推|实|此|开|第|贯|当|去)"
)
_SITE_SUFFIX = re.compile(
    r"\s*[-_|—–]+\s*[^-_|—–]{0,20}(?:网|网站|文库|频道|论坛|资料|下载|范文|首页|中心|平台)\s*$"
)
_STEM_HEAD = re.compile(
    r"^(?:\d{2,4}[-_.年]?(?:\d{1,2}[-_.月]?){0,2}日?[-_\s]+|[0-9a-f]{8,}[-_\s]*|\d{1,4}[-_.、\s]+)+"
)


def read_date(text: str) -> str | None:
    """The first date of a text as ISO 8601, as precise as stated."""
    if match := _DATE.search(fold(text)):
        month, day = match["m"] or match["m2"], match["d"] or match["d2"]
        return _iso(int(match["y"]), int(month or 0), int(day or 0))
    if match := _CHINESE_DATE.search(text):
        year = int("".join(DIGITS[c] for c in match["y"]))
        return _iso(year, _chinese_number(match["m"]), _chinese_number(match["d"]))
    return None


def _chinese_number(numeral: str | None) -> int:
    if not numeral:
        return 0
    tens, ten, units = numeral.rpartition("十")
    value = int(DIGITS[units[-1]]) if units else 0
    return value + 10 * (int(DIGITS[tens[-1]]) if tens else 1) if ten else value


def _iso(year: int, month: int, day: int) -> str | None:
    if not 1 <= month <= 12:
        return f"{year}"
    return f"{year}-{month:02d}-{day:02d}" if 1 <= day <= 31 else f"{year}-{month:02d}"


def without_dates(text: str) -> str:
    """A text less its dates and the marks around them."""
    rest = _CHINESE_DATE.sub("", _DATE.sub("", text))
    return _BESIDE_DATE.sub("", rest).strip(" ()（）,，*\u3000")


def read_speaker(text: str) -> str | None:
    """The speaker a short line names (市长 张三), or None."""
    plain = without_dates(text.strip()).strip("—- ")
    if label := SPEAKER_LABEL.fullmatch(fold(plain)):
        return plain[label.start("name") :].strip()
    if not 2 <= len(plain) <= 40 or re.search(r"[。；！？，,;!?：:《》“”]", plain):
        return None
    words = plain.replace("\u3000", " ")
    if match := _SPEAKER.fullmatch(simplify(words)):
        known = match["name"][0] in _SURNAMES or words[match.start("name") - 1] == " "
        return " ".join(words.split()) if known else None
    name = words.replace(" ", "")
    is_name = 2 <= len(name) <= 3 and all(IS_HAN.match(c) for c in name)
    is_name = is_name and simplify(name[0]) in _SURNAMES and not re.search(r"[会议话词同]", name)
    return name if is_name else None


def year_of_name(stem: str) -> str | None:
    """The date a file name begins with, or the year alone (2023-在…)."""
    match = re.match(r"(?:19|20)\d\d(?=[-_.年\s]|$)", stem)
    return read_date(stem) or (match.group() if match else None)


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
            special = [m.group() for m in found if m.group() not in _GENERAL_OCCASIONS]
            word = special[-1] if special else found[-1].group()
            return _OCCASION_NAMES.get(word, word)
    return None


def read_kind(*texts: str | None) -> str | None:
    """讲话, 致辞, 主持词 …: the last such word of the first text that has one."""
    for text in texts:
        plain = simplify(text or "")
        ends = [(m.end(), kind) for kind, p in _KINDS for m in re.finditer(p, plain)]
        if ends:
            return max(ends)[1]
    return None


def read_place(title: str, opening: str) -> str | None:
    """The place a title or opening names: 在江山市…; 全市 and 我县 name none."""
    for pattern, text in ((_TITLE_PLACE, title), (_OPENING_PLACE, opening)):
        for match in pattern.finditer(text):
            if not _NO_PLACE.match(match["place"]):
                return match["place"]
    return None
