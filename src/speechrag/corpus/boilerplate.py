"""Which lines of a saved web page are not the speech's own words.

The rules act on lines that look like page matter: short, without sentence punctuation, or in a
run of such lines. A sound sentence about 登录, 下载 or 客服 is never taken.
Lines are matched folded (half width, simplified).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from speechrag.corpus.characters import fold
from speechrag.corpus.forms import ends_like_title, is_salutation
from speechrag.corpus.labels import parse_label
from speechrag.corpus.paragraphs import Line
from speechrag.types import RemovalReason

_R = RemovalReason
_SEP = r"(?:>+|»|›|→|/|\\|\||·|-|::)"
_DATE = r"(?:\d{2,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?)"
_LABELS = (
    r"(?:(?:发表|发布|更新|添加|上传|创建|录入|整理|编辑|修改|成文|印发|提交|收录)(?:时间|日期|于)?|日期|时间"
    r"|(?:文章|信息|稿件|新闻|内容)?来源|出处|(?:本文)?作者|原作者|整理人|(?:责任)?编辑|责编|录入(?:员|者)?|审核|校对"
    r"|发布(?:人|者|机构|单位)|供稿(?:单位)?|撰稿|投稿|上传者|信息员|索引号|文号"
    r"|浏览(?:次数|量|数)?|阅读(?:次数|量|数|人数)?|点击(?:次数|量|数|率)?|访问(?:次数|量|数)?|查看(?:次数|数)?|人气|热度|下载(?:次数|量)"
    r"|评论(?:数)?|字数|篇幅|页数|格式|大小|文件大小|文档大小|编号|ID|分类|类别|栏目|所属栏目|所属分类|标签|关键词|关键字|tags?|主题词)"
)
_COUNT = (
    r"(?:(?:浏览|阅读|点击|访问|查看|下载|评论|点赞|收藏|热度|人气)(?:次数|量|数)?"
    r"\s*[:(]?\s*\d+\s*[)]?\s*(?:次|人|℃)?"
    r"|\d+\s*(?:次|人)(?:浏览|阅读|点击|下载|评论|收藏)(?:过)?)"
)
_FONT = (
    r"[\[【(]?\s*(?:(?:字号|字体)(?:大小)?\s*[:]?)?\s*[\[【(]?\s*(?:大|小|中|A[+-]?|T)"
    r"(?:[\s|/·]*(?:大|中|小|A[+-]?|T|默认|超大)){1,4}\s*[\])】]?"
)


def _any(*alternatives: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{a})" for a in alternatives), re.IGNORECASE)


_NAVIGATION = _any(
    r"(?:您|你)?(?:现在|当前|目前)?(?:的|所在的?)?位置\s*(?:[:是>]|为)[^。]{0,120}",
    rf"(?:网站)?(?:首页|主页|home)\s*{_SEP}.{{0,140}}",
    r"[\[【]?\s*(?:上|下)\s*一?\s*(?:篇|页|条|章|节|则)(?:文章|范文|资料)?\s*(?:[:].{0,80}|[\]】]?|(?:没有|无).{0,8})",
    r"(?:(?:上一|下一|首|尾|末)[篇页](?:\s+|$)){2,}",
    r"(?:上一[篇页]|下一[篇页]|返回(?:首页|顶部|列表|目录|上页|上一页|主页)?|回(?:到)?顶部|网站导航|网站地图|首页|主页|更多>*|more>*|top)",
    r"相关(?:栏目|频道|分类|专题|标签|搜索|链接|网站|下载)\s*[:].{0,120}",
    r"(?:跳到|跳转|转到).{0,6}(?:页|正文|内容)|(?:上一章|下一章|目录页)",
    r"(?:[^\s|。]{1,8}\s*[|丨│]\s*){2,}[^\s|。]{1,8}",
    r"(?:首页\s+)(?:\S{1,8}\s+){1,}\S{1,8}",
    r"第\s*\[?\d+\]?\s*页(?:\s*[\[\d\]\s]+)?下一页|共\s*\d+\s*页.{0,30}(?:上|下)一页.{0,20}|(?:\[\d+\]\s*){2,}",
)
_METADATA = _any(
    rf"{_COUNT}(?:[\s|/]*{_COUNT})*+",
    rf"{_DATE}\s*\d{{1,2}}:\d\d(?::\d\d)?(?:[\s|]+[^\s。]{{1,16}}){{0,3}}(?:\s*{_COUNT})*+",
    r"\d+\s*(?:人|次)(?:已)?(?:阅读|看过|浏览|下载)",
)
_LABELLED = re.compile(rf"[\[【(]?{_LABELS}\s*:", re.IGNORECASE)
_BEHIND_LABELS = re.compile(
    rf"{_COUNT}|{_FONT}|{_DATE}|\d{{1,2}}:\d\d(?::\d\d)?"
    r"|[\[【(]?(?:打印|关闭|分享|收藏|评论|投稿|字体)[\])】]?",
    re.IGNORECASE,
)
MAX_VALUE_CHARS = 40
_CERTAIN_METADATA = re.compile(
    rf"{_DATE}|{_COUNT}|^[\[【(]?(?:来源|文章来源|作者|责任编辑|责编|编辑|点击|浏览|阅读|发布|发表|更新|上传)"
)
_RELATED_HEAD = _any(
    r"(?:更多|其它|其他|本站|热门|最新|精彩|精选|为您|为你|猜你|编辑|小编|站长|相似|同类|附近|本类|本栏目?)*"
    r"(?:相关|推荐|热门|热点|精选|最新|延伸|扩展|拓展|相似|同类|关联|猜你喜欢)"
    r"(?:的)?(?:文章|阅读|推荐|内容|链接|范文|资料|资讯|新闻|公文|文档|作品|素材|文库|模板|讲话|讲话稿|稿件|材料|帖子|话题|专题|信息|更新|排行|下载)"
    r"(?:列表|推荐|阅读|排行榜?|更多)?\s*(?:[:>].{0,60})?",
    r"(?:猜|估计)?(?:你|您)(?:可能|或许|也许)?(?:还|也)?(?:会)?(?:喜欢|感兴趣|想看|需要|关注)(?:的|看)?(?:文章|内容|范文|文档)?\s*[:]?",
    r"(?:看过|看了|浏览过?|阅读过?|下载过?|喜欢).{0,60}(?:的)?(?:人|网友|用户|读者|会员)(?:还|也|都)(?:看了?|看过|在看|喜欢|下载了?|浏览了?|关注了?|搜)(?:.{0,6})?\s*[:]?",
    r"(?:大家|网友|别人)(?:都|还|也)?在?(?:看|搜|关注|下载|读)(?:的)?(?:文章|内容)?\s*[:]?",
    r"(?:本周|本月|今日|昨日|一周|月度|年度|点击|阅读|下载|浏览|热门|人气)(?:热门|热点|点击|阅读|下载|文章|浏览)*(?:排行榜?|排名|top\s*\d*)\s*[:]?",
    r"(?:更多|其他|其它|查看更多)(?:精彩|优秀|热门|同类)?(?:文章|范文|内容|推荐|讲话稿?|公文|材料)\s*(?:>+|[:].{0,60})?",
    r"(?:猜你喜欢|为您推荐|为你推荐|热门推荐|精彩推荐|编辑推荐|小编推荐|推荐阅读|延伸阅读|热门文章|相关推荐|热门标签|最新文章|随机文章)\s*[:]?",
)
_CONTACT = r"(?:客服|人工|售后|服务|咨询|投诉|举报|联系|商务|合作|监督|版权)"
_WIDGET = _any(
    rf"{_FONT}",
    r"(?:一键)?(?:分享|转发|推荐)(?:到|至|给|按钮|本文|文章|一下|好友|此文|链接)?\s*[:]?(?:[\s|、/]*(?:微信|微博|新浪微博|腾讯微博|qq空间|qq好友|qq|朋友圈|豆瓣|人人网?|空间|好友|更多|facebook|twitter|百度|贴吧|开心网|复制链接|微信好友|微信扫一扫|[0-9]+))*+[.…]*",
    r"(?:微信|新浪微博|腾讯微博|微博|qq空间|朋友圈|qq好友|qq)(?:[\s|、/]*(?:微信|新浪微博|腾讯微博|微博|qq空间|朋友圈|qq好友|qq|更多|复制链接|分享|登录|扫一扫|扫码))*+",
    r"(?:qq|微信|微博|手机|账号|短信|支付宝|快捷|一键|立即|马上|免费|会员|用户|扫码|密码|第三方)*\s*(?:登录|登陆|注册)(?:[\s|/]*(?:注册|登录|qq登录|微信登录|忘记密码\??))*+(?:后.{0,16})?",
    r"(?:我要|一键|立即|点击|免费|马上)?举报(?:作品|本文|文章|文档|此文|反馈|电话|邮箱)?\s*(?:[:].{0,40})?",
    r"(?:我要|一键|点击|加入)?(?:收藏|点赞|打赏|赞赏|踩|顶|纠错|打印|复制|评论|关注|订阅)(?:成功|本站|本页|本文|此文|全文|文章|文档|夹|链接|网址|地址|我们|一下|\s*[(]\s*\d+\s*[)]|\s*\d+|[\s|]*(?:打印|关闭|收藏|分享|复制|评论|举报|纠错|本页|窗口|下载|点赞))*+",
    r"收藏\s*《.{2,60}》?\s*[)]?",
    r"ctrl\s*\+\s*d.{0,16}",
    r"(?:[\[【(]\s*)?(?:打印|关闭|打印本页|关闭窗口|打印此文|关闭此页|返回|刷新|收起|展开|全选|提交|取消|确定|确认|发送|搜索|搜一搜|下载|免费下载|立即下载|开始下载|加载更多|点击加载|换一换|换一批|我再逛逛|立即加入|立即购买|立即开通|立即咨询|前往填写|知道了|我知道了|继续浏览|意见反馈|建议反馈|问题反馈|用户反馈|联系方式|联系我们|关于我们|关于本站|帮助中心|常见问题|友情链接|用户协议|隐私政策|隐私声明|服务条款|免责声明|版权声明|版权信息|广告|广告位|广告合作|广告服务|招聘|加入我们|网站声明|使用帮助|新手指南|个人中心|会员中心|我的收藏|购物车|文档下载|其他原因|侵权/盗版问题|原文链接|阅读原文|手机版|电脑版|手机阅读|写评论|发表评论|暂无评论|最新评论|热门评论|网友评论|相关评论)(?:\s*[\])】])?",
    r"(?:点击|立即|免费|马上|本站|高速|普通|本地|全文|会员|vip|一键|打包|word|wps|pdf)*\s*(?:下载|导出|另存)(?:全文|本文|此文|文档|文件|附件|地址|链接|word|wps|pdf|doc|docx|版|到电脑|到本地|收藏|声明|说明|须知|[\s(:)\d元券点积分.-]|格式|文库|app|客户端|手机版)*+",
    r"(?:在线|联系|人工|售前|售后|专属|网站|咨询)*客服(?:中心|热线|电话|qq|微信|邮箱|时间)?\s*(?:[:].{0,40}|\d[\d-]{4,})?",
    rf"{_CONTACT}?(?:电\s*话|热线|手机|邮箱|e-?mail|qq|qq群|微信|微信号|传真|地址|网址|邮编)(?:号码?)?\s*[:]\s*[\w@.+\-/:\s()-]{{3,60}}",
    rf"{_CONTACT}(?:电\s*话|热线|邮箱|qq|微信)\s*[:].{{0,40}}",
    r"(?:工作|服务|办公|咨询|营业|在线)(?:日|时间)\s*[:]\s*(?:周.{0,6})?[\d:\-~至到 ]{5,40}",
    r"(?:扫|长按|识别)(?:一?扫|描|码|上方|下方|左侧|右侧|图中|二维码).{0,40}",
    r"(?:微信)?扫(?:描)?(?:一扫|码|描)?.{0,10}(?:二维码|公众号|关注|下载|分享|登录|加群).{0,20}",
    r"(?:关注|添加|微信搜索|搜索)(?:微信|官方)?(?:公众号|微信号|客服|小编|我们).{0,40}",
    r".{0,40}(?:vip|会员)(?:.{0,24}(?:下载|开通|加入|升级|权益|特权|收藏|内容|中心|尊享|登录|免费|继续|授权书|获取|价格|充值|续费).{0,40}|(?:专享|专区|免费)?)",
    r".{0,16}(?:开通|加入|升级|购买|充值|续费|成为)(?:企业|终身|超级|年费|月费|本站)*(?:vip|会员).{0,40}",
    r"(?:您|你)(?:当前|现在|还|尚|已)?(?:未|没有|没)(?:开通|填写|登录|注册|购买).{0,60}",
    r"(?:copyright|版权所有|©|\(c\)|all rights reserved).{0,120}",
    r".{0,40}(?:版权所有|all rights reserved).{0,80}",
    r".{0,60}(?:icp[备证]|icp许可|公网安备|网安备|增值电信业务(?:经营)?许可).{0,80}",
    r"(?:本站|网站)?(?:版权|免责|权利|侵权|郑重|特别|网站|温馨|重要)(?:声明|提示|提醒|说明|投诉|问题|举报)\s*(?:[:].{0,200})?",
    r"(?:我)?(?:已)?(?:阅读|同意)(?:并)?(?:接受|同意)?\s*[《“].{0,24}[》”].{0,30}",
    r"(?:该|此|本)(?:作品|文档|文章|内容|资源)(?:违反|涉嫌|存在|由).{0,40}",
    r"请(?:详细|简要)?(?:描述|填写|输入|选择|勾选|阅读下面提示).{0,40}",
    r"(?:今天|今日|您今天)(?:的)?(?:下载|访问|操作).{0,24}|请明天再来.{0,10}|请稍(?:后|候)(?:再试|重试)?",
    r"(?:全站|海量|百万|千万|精品|优质)(?:资源|文档|素材|模板|范文|公文|资料).{0,24}(?:下载|免费|使用|任选|畅享)",
    r"(?:文档|附件|文件|资料|本文|word|全文)(?:下载|附件|预览|地址)\s*[:].{0,80}|附件\s*[:]\s*\S{1,60}\.(?:docx?|pdf|xlsx?|pptx?|zip|rar|wps)",
    r"[\[【(]?(?:图片|文字|图文|视频).{0,10}(?:均可编辑|可编辑|加载中|素材)[^。]{0,10}[\])】]?",
    r"https?://\S+|www\.\S+",
    r"(?:小|中|大)编.{0,10}(?:整理|推荐|提示).{0,20}[:]?",
    r"(?:用微信扫码|微信公众号|微信扫一扫|扫码关注|扫码下载|扫一扫)(?:二维码)?.{0,24}",
    r"(?:您的|你的)?(?:评论|昵称|邮箱|验证码|留言)\s*[:*]?\s*(?:[(]必填[)])?",
    r"(?:这篇文章|本文)对您有帮助吗.{0,10}|(?:有用|没用|有帮助|没帮助)\s*[(]?\d*[)]?",
)
_FURNITURE = _any(
    r"[—–\-－·•\s]{0,4}\d{1,4}\s*[—–\-－·•]{1,3}|[—–\-－·•]{1,3}\s*\d{1,4}\s*[—–\-－·•]{0,3}",
    r"第\s*\d{1,4}\s*页\s*(?:[,/]?\s*共\s*\d{1,4}\s*页)?|\d{1,4}\s*/\s*\d{1,4}|page\s*\d+(?:\s*of\s*\d+)?|\d{1,3}",
)
_PAYWALL = _any(
    r".{0,20}(?:正式|注册|付费|vip)?会员(?:可|才能|方可|专享)(?:完整)?(?:阅读|查看|下载|浏览).{0,30}",
    r"(?:以下|剩余|后面|其余|隐藏|下面)(?:的)?(?:内容|部分|正文|全文).{0,16}(?:会员|vip|付费|登录|购买|隐藏|下载|省略).{0,24}",
    r"(?:试读|预览|免费阅读|免费部分|免费内容)(?:已)?(?:结束|完毕|到此).{0,24}|(?:付费|收费|会员)(?:阅读|内容|文章|文档|可见|专享).{0,16}",
    r"请?(?:您)?(?:先)?(?:登录|注册|付费|购买|支付|下载|开通会员)(?:后|以)?(?:即可)?(?:可)?(?:继续)?(?:阅读|查看|浏览|显示)(?:全文|更多|剩余|完整|全部)?(?:内容|部分|正文)?.{0,16}",
    r"(?:点击)?(?:此处|这里|下方|按钮|下载)*(?:查看|阅读|获取|展开|显示)(?:更多|全文|全部|完整|剩余|余下)(?:内容|正文|全文|版)?.{0,6}|点击查看更多.{0,4}",
    r"(?:[(]?(?:未完待续|待续|全文完|完|本文完|下转.{0,8}|上接.{0,8})[)]?)",
    r".{0,10}价格\s*[:]?\s*[\d.]+\s*(?:元|金币|积分|点).{0,20}|(?:需要?|支付|售价|消耗)\s*[\d.]+\s*(?:元|金币|积分|点券|下载券).{0,20}",
)
_RULES = (
    (_R.NAVIGATION, _NAVIGATION),
    (_R.PAYWALL, _PAYWALL),
    (_R.RELATED, _RELATED_HEAD),
    (_R.METADATA, _METADATA),
    (_R.WIDGET, _WIDGET),
    (_R.PAGE_FURNITURE, _FURNITURE),
)

# Sentences only a web site says about itself; no speech does.
_SITE_SENTENCE = _any(
    r"本(?:网站|站)(?:所有|内|的|所|部分|仅|不|提供|旗下|发布|转载|资源|内容|文章|一切|系)",
    r"(?:网友|会员|用户|大家|您|读者)(?:们)?(?:自行)?(?:免费)?(?:上传|投稿)",
    r"供(?:会员|网友|大家|您|用户|读者)?(?:们)?(?:免费)?(?:下载|参考下载|学习参考|参考学习)",
    r"仅供(?:网友|大家|个人|您|读者|会员|内部)?(?:们)?(?:学习|参考|交流|阅读|学习交流|学习参考)",
    r"(?:请|及时|尽快|立即|可)(?:联系|告知|通知|致电)(?:我们|客服|本站|管理员|网站|站长|小编|在线客服)",
    r"(?:侵权|侵犯|侵害).{0,16}(?:联系|告知|通知)(?:我们|本站|本网|客服|管理员|网站|站长|小编|删除)",
    r"(?:侵权|版权问题|不妥).{0,10}(?:请|必|立即|及时|马上).{0,4}(?:删除|删帖|下架|撤下)",
    r"(?:版权|著作权|所有权)(?:均)?(?:归|属).{0,16}(?:所有|作者)",
    r"未经.{0,10}(?:授权|许可|同意|允许).{0,10}(?:不得|禁止|严禁|请勿|谢绝).{0,6}(?:转载|摘编|转发|镜像)",
    r"转载(?:请|须|需|时)?(?:务必)?(?:注明|标明|保留|说明|联系)",
    r"尽在.{2,10}(?:网|站|文库|中心)",
    r"(?:小编|本站|本网).{0,20}(?:整理|搜集|收集|分享|推荐|带来|准备|精心)",
    r"(?:下面|以下)(?:就)?是.{0,30}(?:为大家|给大家|为您|小编).{0,30}(?:整理|搜集|收集|分享|推荐|带来|提供)",
    r"(?:希望|但愿).{0,12}(?:对|能).{0,6}(?:大家|您|你|读者)(?:们)?.{0,8}(?:有所?帮助|有用|喜欢)",
    r"(?:欢迎|请).{0,8}(?:关注|收藏|访问|浏览|继续关注)(?:本站|本网|我们的|.{0,8}(?:网|公众号|频道|栏目))",
    r"(?:开通|加入|升级|成为)(?:本站)?(?:vip|会员).{0,12}(?:即可|可以|可|享|立即)",
    r"您(?:当前|现在|还|尚)?(?:未|没有)(?:开通|填写|登录|注册)",
    r"(?:请阅读下面提示信息|文档预览结束|下载本文|本文来自|文章来自|本文由.{0,20}(?:整理|提供|编辑|上传|发布|投稿))",
)
# Such words a speech may use in passing, within a sentence of its own; a site is brief about it,
# or speaks of itself.
MAX_PASSING_CHARS = 60
_SITE_WORDS = re.compile(
    "本站|本网|网站|网友|小编|会员|vip|站长|管理员|客服|版权|著作权|转载|上传|投稿|下载|侵权"
    "|本文|文档|公众号"
)
_SENTENCE = re.compile(r"[^。!?]+[。!?]?")
_HAS_SENTENCE = re.compile(r"[。!?;]")
_BULLET = re.compile(r"^[•·●○◆◇■□▪▫►▶➤»※★☆*+\-–—]\s*")


@lru_cache(maxsize=4096)
def is_prose(folded: str) -> bool:
    """Whether a line (folded) reads as words of a speech rather than of a page."""
    if is_site_talk(folded):
        return False
    if is_salutation(folded):
        return True
    n = len(folded)
    if _HAS_SENTENCE.search(folded):
        return n >= 10 or folded.startswith("谢谢")
    return n >= 40 and "," in folded and not ends_like_title(folded)


@lru_cache(maxsize=4096)
def is_site_talk(folded: str) -> bool:
    """Whether every sentence of a line (folded) is one that a web site says about itself."""
    sentences = [s for s in _SENTENCE.findall(folded) if s.strip()]
    if not sentences or len(folded) > 600:
        return False
    n_site = sum(map(_is_site_sentence, sentences))
    return n_site == len(sentences) or (
        n_site >= 1 and len(sentences) <= 3 and n_site * 2 >= len(sentences) and len(folded) <= 160
    )


def _is_site_sentence(sentence: str) -> bool:
    """Whether a sentence is a site's; a long one has two of a site's words."""
    if not _SITE_SENTENCE.search(sentence):
        return False
    return len(sentence) <= MAX_PASSING_CHARS or len(set(_SITE_WORDS.findall(sentence))) >= 2


def _is_labelled(folded: str) -> bool:
    """Whether a line is made of labels and their values: 来源:… 作者:… 浏览次数:…."""
    labels = list(_LABELLED.finditer(folded))
    if not labels or labels[0].start() > 0:
        return False
    ends = [m.start() for m in labels[1:]] + [len(folded)]
    values = [folded[m.end() : end] for m, end in zip(labels, ends, strict=True)]
    plain = [_BEHIND_LABELS.sub("", value) for value in values]
    return all(len(v) <= MAX_VALUE_CHARS and not re.search(r"[。!?:]", v) for v in plain)


def reason_of(folded: str) -> RemovalReason | None:
    """Why a line (folded) would be dropped when seen by itself, or None."""
    if is_site_talk(folded):
        return _R.WIDGET
    if len(folded) > 160 or is_salutation(folded) or parse_label(folded):
        return None
    if _is_labelled(folded):
        return _R.METADATA
    return next((reason for reason, rule in _RULES if rule.fullmatch(folded)), None)


def label_page_matter(lines: Sequence[Line]) -> None:
    """Give every line that is page matter its reason."""
    folded = [fold(line.text) for line in lines]
    _label_single(lines, folded)
    _spare_body(lines, folded)
    _label_related(lines, folded)
    _label_head(lines, folded)
    _label_tail(lines, folded)


def _label_single(lines: Sequence[Line], folded: Sequence[str]) -> None:
    for line, text in zip(lines, folded, strict=True):
        if line.reason is None and not line.heading and not line.is_title:
            line.reason = reason_of(text)


def _spare_body(lines: Sequence[Line], folded: Sequence[str]) -> None:
    """Give back what reads as a label but stands among the speech's own words (时间:年底前)."""
    prose = [i for i, text in enumerate(folded) if lines[i].reason is None and is_prose(text)]
    for at in range(prose[0] if prose else 0, prose[-1] if prose else 0):
        line = lines[at]
        if line.reason is _R.METADATA and not _CERTAIN_METADATA.search(folded[at]):
            line.reason = None


def _label_related(lines: Sequence[Line], folded: list[str]) -> None:
    """The titles that follow 更多相关文章: up to the first line that is speech again."""
    in_list = bulleted = False
    for at, line in enumerate(lines):
        text = folded[at]
        if line.reason is _R.RELATED:
            in_list, bulleted = True, False
            continue
        if not in_list or line.reason:
            continue
        bullet = _BULLET.match(text)
        words = text[bullet.end() :] if bullet else text
        is_speech = is_prose(words) or parse_label(words) is not None or line.heading > 0
        if is_speech or (bulleted and not bullet) or len(words) > 70:
            in_list = False
            if bullet and bulleted:
                # the speech goes on inside the last bullet: drop the bullet, keep the words
                line.drop(0, bullet.end(), _R.RELATED)
                line.gap = True
            continue
        bulleted = bulleted or bullet is not None
        line.reason = _R.RELATED


def _label_head(lines: Sequence[Line], folded: Sequence[str]) -> None:
    """Menu words above a breadcrumb."""
    head = next((i for i, text in enumerate(folded) if is_prose(text)), len(lines))
    marks = [i for i in range(min(head, 40)) if lines[i].reason is _R.NAVIGATION]
    for at in range(marks[-1] if marks else 0):
        line = lines[at]
        if line.reason is None and len(folded[at]) <= 8 and not line.is_title and not line.heading:
            line.reason = _R.NAVIGATION


def _label_tail(lines: Sequence[Line], folded: Sequence[str]) -> None:
    """Behind the last words of the speech, everything from the first page matter on."""
    start = len(lines)
    while start > 0 and not _is_speech_line(lines, folded, start - 1):
        start -= 1
    if not start:
        return
    marks = (i for i in range(start, len(lines)) if lines[i].reason or lines[i].is_closed)
    first = next((i for i in marks if lines[i].reason is not _R.PAGE_FURNITURE), len(lines))
    for line in lines[first:]:
        line.reason = line.reason or _R.WIDGET


def _is_speech_line(lines: Sequence[Line], folded: Sequence[str], at: int) -> bool:
    """Whether a line near the end still belongs to the speech.

    Behind page matter, words that end in no full stop are page matter too.
    """
    if lines[at].reason:
        return False
    text = folded[at]
    if at and lines[at - 1].reason and not lines[at].gap and not _HAS_SENTENCE.search(text):
        return False
    return is_prose(text) or (parse_label(text) is not None and len(text) > 3)
