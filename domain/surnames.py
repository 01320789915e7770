"""Chinese family names, and what only looks like a name."""

from __future__ import annotations

import re

# The commonest, and those of 乌海's Mongol families (包乌那白…).
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢"
    "姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔汤包乌那"
    "常康施洪葛章梅盛童颜庄聂焦向管甄晏柴阮蓝殷翟游申辛耿牛樊路俞霍鲁华左岳齐伍凌柳冉"
)
COMPOUND = ("欧阳", "司马", "上官", "诸葛", "司徒", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯")
# How names of Mongols commonly end; they have no family name, and are often longer.
_MONGOL = (
    "其其格", "其木格", "格日勒", "高娃", "图雅", "托娅", "图娅", "巴特尔", "巴图", "毕力格", "特木尔", "塔娜", "苏荣",
    "朝鲁", "斯琴", "萨仁", "娜仁", "那仁", "吉日嘎拉", "敖登", "日娜", "孟和", "宝音", "乌云",
)  # fmt: skip
LONGEST = 8
# Words that begin like a name: 高中生, 江苏人, 曾经.
_WORDS = re.compile(
    "高中|高管|高龄|江苏|江西|曾经|管理|方便|施工|程序|常客|常年|常住|向导|黄牛|白领|白天|温州|安徽|金融|石油|万一|万分"
    "|任何|余下|于是|乌海|乌达|陆续|马上|武汉|康复|单亲|严重|高度|高层|华人|左右|路过|路人|游客|申请|田里|牛奶|齐全|白白|何时"
)


def is_name(word: str) -> bool:
    """Whether these are a person's name: a family name and one to three characters more, and no word that begins so;
    or one that ends like a Mongol's."""
    if word.endswith(_MONGOL):
        return len(word) <= LONGEST
    if not 2 <= len(word) <= 4 or _WORDS.match(word):
        return False
    return len(word) > 2 if word[:2] in COMPOUND else word[0] in SURNAMES
