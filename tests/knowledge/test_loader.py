"""A faulty knowledge file is named: which file, which field, how to write it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from config.settings import ROOT
from domain.errors import KnowledgeInvalid
from knowledge.loader import digest_files, load_library

PAGE = "knowledge/policies/credit_repair/repair-wait-tiers.md"


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A small copy of the knowledge that may be spoilt: one policy, one story, everything else."""
    for name in ("knowledge", "config"):
        ignore = shutil.ignore_patterns(
            "*.py", "__pycache__", "policies", "stories", "guides", "which_*.yaml"
        )
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignore)
    for page in (PAGE, "knowledge/stories/zengzi-sha-zhi.md"):
        target = tmp_path / page
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = (ROOT / page).read_text(encoding="utf-8").splitlines()
        target.write_text(
            "\n".join(line for line in lines if not line.startswith(("related:", "guide:"))) + "\n",
            encoding="utf-8",
        )
    (tmp_path / "knowledge" / "popular.yaml").write_text("items: []\n")
    windows = {"city": "市", "haibowan": "海勃湾区", "wuda": "乌达区", "hainan": "海南区"}
    scenes = [
        f"window_{name}: {{title: {place}诚信建设投诉窗口, target: 'intent:complaint_file'}}\n"
        for name, place in windows.items()
    ]
    (tmp_path / "knowledge" / "scenes.yaml").write_text("".join(scenes), encoding="utf-8")
    return tmp_path


def load(root: Path) -> object:
    return load_library(root / "knowledge", root / "config" / "city.yaml")


def spoil(root: Path, file: str, old: str, new: str) -> str:
    """Change one file; returns everything the loader then complains about."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(KnowledgeInvalid) as caught:
        load(root)
    return str(caught.value)


def test_sound_content_loads(content: Path) -> None:
    assert load(content)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("caveat: true", "caveats: true", ["caveats", "是不是 caveat"]),
        ("topic: 信用修复", "topic: 信用修理", ["topic", "只能写：信用修复"]),
        ("reviewed_on: 2026-11-23", "reviewed_on: 昨天", ["reviewed_on", "2026-11-23"]),
        ("reviewed_on: 2026-11-23\n", "", ["reviewed_on", "缺这一项"]),
        ("caveat: true", "caveat: true\ncaveat: false", ["写了两次"]),
        ("document: order-36", "document: order-63", ["basis.document", "order-63"]),
        ("document: order-36", "document: order-58", ["已废止"]),
        ("document: order-36", "documnt: order-36", ["basis.documnt", "是不是 document"]),
        ("---\n", "", ["第一行应是 ---"]),
        ("audience: [居民", "audience: [居名", ["audience", "居民、商户、企业"]),
        ("caveat: true", "caveat: true\nid: x", ["id", "编号就是文件名"]),
        ("caveat: true", "caveat: true\nexpires_on: 2026-01-01", ["expired_answer"]),
        ("## 怎么办", "请打 13800000000 问张主任。\n## 怎么办", ["13800000000", "像电话号码"]),
        ("## 怎么办", "【未核实】\n## 怎么办", ["不能给居民看"]),
        ("## 怎么办", "第3次起10元。\n## 怎么办", ["旧说法", "5 元"]),
    ],
)
def test_fault_in_a_policy_is_named(old: str, new: str, told: list[str], content: Path) -> None:
    complaint = spoil(content, PAGE, old, new)
    assert "repair-wait-tiers.md" in complaint
    for word in told:
        assert word in complaint


def test_all_faults_are_told_at_once(content: Path) -> None:
    (content / "knowledge/intents/thanks.yaml").write_text("title: 道谢\nkin: 寒暄\n", encoding="utf-8")
    complaint = spoil(content, PAGE, "topic: 信用修复", "topic: 错")
    assert "thanks.yaml" in complaint
    assert "repair-wait-tiers.md" in complaint


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("themes: [言传身教, 守约]", "themes: [讲义气]", "讲义气"),
        ("hook: 一句哄孩子的话", "hook: 一句随口哄孩子说的其实并不算数的话", "最多 14 字"),
        ("  - 曾子杀猪\n", "  - 曾子杀彘\n", "重复的问法"),
    ],
)
def test_fault_in_a_story_is_named(old: str, new: str, told: str, content: Path) -> None:
    assert told in spoil(content, "knowledge/stories/zengzi-sha-zhi.md", old, new)


def test_a_story_is_told_in_full(content: Path) -> None:
    """A note excuses nothing: what the sources do not carry to 400 characters is no story of its own."""
    page = content / "knowledge/stories/zengzi-sha-zhi.md"
    head, mark, body = page.read_text(encoding="utf-8").partition("\n---\n")
    page.write_text(f"{head}\nnote: 资料不多。{mark}{body[:380]}\n", encoding="utf-8")
    with pytest.raises(KnowledgeInvalid) as caught:
        load(content)
    assert "应在 400 到 900 字之间" in str(caught.value)


def test_digest_changes_with_any_file(content: Path) -> None:
    def digest() -> str:
        return digest_files(content / "knowledge", content / "config" / "city.yaml")

    first = digest()
    assert first == digest()
    (content / "config" / "city.yaml").open("a").write("\n# 改了一点\n")
    assert digest() != first


def test_content_of_the_product_is_sound() -> None:
    library = load_library(ROOT / "knowledge", ROOT / "config" / "city.yaml")
    assert len(library.policies) >= 80
    assert len(library.stories) >= 70
    for story in library.stories.values():
        assert 400 <= len("".join(story.body.split())) <= 900, story.id
    assert {policy.topic for policy in library.policies.values()} == set(
        type(next(iter(library.policies.values())).topic)
    )


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("intent:complaint_file", "policy:nothing", ["没有 policy:nothing 这一条"]),
        ("intent:complaint_file", "nowhere", ["没有 nowhere 这一条"]),
        ("window_city", "Window-City", ["Window-City", "小写字母"]),
        ("window_city", "w" * 65, ["最多 64 个"]),
        ("title: 市诚信建设投诉窗口", "title: ''", ["title"]),
        ("title: 市诚信建设投诉窗口", "title: 别处", ["没有市诚信建设投诉窗口的码"]),
        ("title: 市诚信建设投诉窗口", "name: 窗口", ["name", "没有这个字段"]),
    ],
)
def test_scene_that_opens_nothing_is_named(content: Path, old: str, new: str, told: list[str]) -> None:
    complaint = spoil(content, "knowledge/scenes.yaml", old, new)
    for words in ("scenes.yaml", *told):
        assert words in complaint


NO_TEMPLATE = "template: {id: '', fields: {}}"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (NO_TEMPLATE, "template: {id: T}", ["pushes.template.fields", "character_string1"]),
        (NO_TEMPLATE, "template: {id: T, fields: {money1: 编号}}", ["pushes.template.money1"]),
        (NO_TEMPLATE, "template: {id: T, fields: {thing1: 姓名}}", ["只能写：编号、进展、时间"]),
        ("opens: '08:30'", "opens: '22:30'", ["pushes.opens", "closes 晚于 opens"]),
        ("opens: '08:30'", "opens: 八点半", ["pushes.opens"]),
    ],
)
def test_push_that_could_not_go_out_is_named(content: Path, old: str, new: str, told: list[str]) -> None:
    complaint = spoil(content, "config/city.yaml", old, new)
    for words in ("city.yaml", *told):
        assert words in complaint


HOURS = "handover_hours: [{days: [周一, 周二], opens: '09:00', closes: '17:00'}]"


def test_opening_hours_load(content: Path) -> None:
    city = content / "config/city.yaml"
    text = city.read_text(encoding="utf-8")
    city.write_text(
        text.replace("handover_hours: []", HOURS).replace("handover: 'off'", "handover: platform")
    )
    assert load(content)


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (HOURS.replace("'09:00'", "9:00"), "opens"),
        (HOURS.replace("'09:00'", "'9:00'"), "handover_hours.1.opens"),
        (HOURS.replace("'17:00'", "'25:00'"), "handover_hours.1.closes"),
        (HOURS.replace("'17:00'", "'08:00'"), "晚于 opens"),
        (HOURS.replace("周一, 周二", ""), "handover_hours.1.days"),
        (HOURS.replace("周二", "礼拜二"), "只能写：周一、周二"),
        (HOURS.replace("days", "weekdays"), "weekdays"),
    ],
)
def test_opening_hours_that_cannot_be_meant_are_named(content: Path, new: str, told: str) -> None:
    assert told in spoil(content, "config/city.yaml", "handover_hours: []", new)


def test_handover_to_people_needs_their_hours(content: Path) -> None:
    assert "哪几天几点有人" in spoil(content, "config/city.yaml", "handover: 'off'", "handover: platform")
