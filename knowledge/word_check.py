"""Everything residents can read → placeholders, unknown phone numbers, statements known to be wrong."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from domain.entries import Library
from domain.errors import Problem
from knowledge.readable import readable
from knowledge.wrong import wrong_statements

_PHONE = re.compile(
    r"(?<![\d.〔第年-])(?:1[3-9]\d{9}|0\d{2,3}-?\d{7,8}|400-?\d{3}-?\d{4}|1\d{4}|9[56]\d{3,4})(?!\d|\s?[.号元年月日万])"
)
_BLANKS = re.compile(r"由运营|【未核实】|待补|TODO|XXX|某某|\?\?\?|lorem", re.IGNORECASE)


def check_words(library: Library) -> Iterator[Problem]:
    """Every fault in the words of a library."""
    allowed = {phone.number for phone in library.city.phones}
    for each in readable(library):
        yield from (Problem(each.file, each.field, fault) for fault in faults_in(each.text, allowed))


def faults_in(text: str, phones: Collection[str]) -> Iterator[str]:
    """What is wrong with one text; ``phones``: the numbers that may stand in it."""
    if blank := _BLANKS.search(text):
        yield f"“{blank.group()}”不能给居民看，删去或改成“未查到公开资料”"
    for phone in _PHONE.findall(text):
        if phone not in phones:
            yield f"{phone} 像电话号码，但 config/city.yaml 的 phones 里没有它"
    for sentence, wrong in wrong_statements(text):
        yield f"“{sentence}”是旧说法或错说法：{wrong.right}"
