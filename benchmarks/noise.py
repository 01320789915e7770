"""A clean question → the same question as people slip: other characters of one sound, dropped, traditional, filled."""

from __future__ import annotations

import random
from functools import cache

from matching.tables import sounds

OPENINGS = (
    "请问",
    "请问一下",
    "那个",
    "我想问一下",
    "你好",
    "嗯",
    "麻烦问下",
    "想咨询一下",
    "您好，",
    "就是那个",
    "哎",
)
ENDINGS = ("呢", "啊", "呀", "吧", "呗", "嘛", "谢谢", "哦", "，谢谢", "急")
KINDS = ("homophones", "dropped", "traditional", "fillers", "mixed")


@cache
def _choir() -> dict[str, str]:
    """Sound (exact, toneless) → the 12 most used characters with it."""
    from jieba import dt
    from pypinyin import Style, pinyin

    dt.initialize()
    common = sorted(
        (word for word in dt.FREQ if len(word) == 1 and "\u4e00" <= word <= "\u9fff"),
        key=lambda w: -dt.FREQ[w],
    )
    choir: dict[str, str] = {}
    for sign in common[:3500]:
        sound = pinyin(sign, style=Style.NORMAL)[0][0]
        choir[sound] = (choir.get(sound, "") + sign)[:12]
    return choir


@cache
def _sound(sign: str) -> str:
    from pypinyin import Style, pinyin

    return str(pinyin(sign, style=Style.NORMAL)[0][0])


@cache
def _to_traditional() -> object:
    import opencc

    return opencc.OpenCC("s2t")


def homophones(text: str, dice: random.Random, share: float = 0.2) -> str:
    """About one character in five becomes another of the same sound, at least one."""
    places = [i for i, sign in enumerate(text) if sign in sounds()[0]]
    dice.shuffle(places)
    signs, left = list(text), max(1, round(share * len(places)))
    for place in places:
        others = _choir().get(_sound(signs[place]), "").replace(signs[place], "")
        if others and left:
            signs[place], left = dice.choice(others), left - 1
    return "".join(signs)


def dropped(text: str, dice: random.Random) -> str:
    """One character is missing."""
    if len(text) < 4:
        return text
    place = dice.randrange(len(text))
    return text[:place] + text[place + 1 :]


def traditional(text: str, dice: random.Random) -> str:
    """Traditional characters."""
    return str(_to_traditional().convert(text))  # type: ignore[attr-defined]


def fillers(text: str, dice: random.Random) -> str:
    """Politeness before, a particle after."""
    return dice.choice(OPENINGS) + text + dice.choice(ENDINGS)


def mixed(text: str, dice: random.Random) -> str:
    """All of it at once."""
    return traditional(fillers(dropped(homophones(text, dice), dice), dice), dice)


def noisy(text: str, kind: str, seed: int) -> str:
    """``kind`` of ``KINDS``, repeatable by ``seed``."""
    dice = random.Random(f"{kind}:{seed}:{text}")
    return str(globals()[kind](text, dice))
