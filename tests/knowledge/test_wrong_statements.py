"""What people still say and is not so: caught however it is put, while its correction passes.

For each entry of ``knowledge/wrong.py``: at least two ways to say the wrong thing, and at least one sentence
that is right, mostly the correction itself.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from config.settings import ROOT
from knowledge.readable import readable
from knowledge.word_check import check_words, faults_in
from knowledge.wrong import WRONG, wrong_statements
from services.desk import Desk

SAID: dict[str, tuple[list[str], list[str]]] = {
    "order-58": (
        [
            "信用修复按国家发展改革委 58 号令办理。",
            "现在的信用修复规定是2023年的第58号令。",
            "修复信用，依据第五十八号令申请。",
        ],
        [
            "第58号令 2026年4月1日起不再适用，信用修复按第36号令办。",
            "老办法是第58号令，不能挑着用。",
        ],
    ),
    "market-15-days": (
        [
            "市场监管部门的信用修复，15 个工作日内作出决定。",
            "市监局收到申请，最多十五个工作日停止公示。",
            "移出严重违法失信名单，十五个工作日内答复。",
        ],
        [
            "市监的修复，受理后 7 个工作日内决定。",
            "移出严重违法名单要等 15 个工作日，是第44号令写的，第107号令已经缩短。",
            "举报商家违法的，15 个工作日内决定立不立案。",
        ],
    ),
    "market-6-months": (
        [
            "市监的一般处罚满 6 个月才能申请修复。",
            "处罚公示满六个月，就可以申请信用修复。",
        ],
        [
            "一般处罚满 3 个月就能申请修复，以前最短要等 6 个月。",
            "付清改正满 6 个月并承诺守信，可申请提前移出。",
        ],
    ),
    "period-from-publication": (
        [
            "公示期从挂网那天开始算。",
            "公示期自开始公示之日起计算。",
            "处罚信息从上网那天起算公示期。",
        ],
        [
            "公示期从处罚决定作出那天算，不是从上网那天算。",
            "列入异常不服的，从公示那天起 30 日内提异议。",
            "“从开始公示那天起算公示期”是征求意见稿里的写法。",
        ],
    ),
    "three-days-to-decide": (
        [
            "主管部门 3 个工作日内决定同不同意修复。",
            "认定单位三个工作日就会答复批不批。",
            "材料交上去，3 个工作日批下来。",
        ],
        [
            "行业主管部门用 3 个工作日决定受不受理。",
            "准予以后，3 个工作日内处理完数据。",
            "3 个工作日只决定受不受理，不是决定批不批。",
        ],
    ),
    "revoked-after-one-year": (
        [
            "营业执照被吊销的，公示满 1 年就能申请修复。",
            "责令关闭的处罚，满一年可以申请提前撤下。",
        ],
        [
            "吊销执照的记录不能提前申请，公示满 3 年才停止。",
            "“满 1 年就能撤”的说法，对吊销不适用。",
            "食品药品处罚满 1 年、条件够可申请。",
        ],
    ),
    "small-fine-must-apply": (
        [
            "市监的小额罚款，也要申请才能撤公示。",
            "较低数额罚款满 3 个月，还得自己提出申请才停止。",
        ],
        [
            "较低数额罚款公示满 3 个月由市监部门停止公示，不用申请。",
            "小额罚款不用自己申请。",
        ],
    ),
    "ten-yuan": (
        [
            "柜台查征信，第3次起10元。",
            "第三次打征信报告要收十块钱。",
            "查征信收 10 元一次。",
        ],
        [
            "柜台第 3 次起每次 5 元。",
            "2016年1月15日起，查征信收 10 元，这是老价。",
        ],
    ),
    "three-years": (
        [
            "征信不良记录现在只保存 3 年。",
            "还清满三年，逾期就自动消除。",
            "不良信息的保存期已经改为三年。",
        ],
        [
            "征信不良记录保存期仍是 5 年，没有改成 3 年这回事，那是谣言。",
            "还清 3 年的，还要再等 2 年。",
            "处罚信息留 3 年才停止公示的，是严重的那几类。",
        ],
    ),
    "always-removed-in-three-days": (
        [
            "钱还清了，法院 3 个工作日内必须把失信删掉。",
            "不管哪一种，还完以后三个工作日都会撤。",
        ],
        [
            "没写期限的，还清后 3 个工作日内删。",
            "“还清了 3 个工作日必删”只说对一半。",
            "带期限列入的，还清也不按 3 个工作日删除。",
        ],
    ),
    "boss-is-defaulter-too": (
        [
            "公司被列失信，老板也就成了老赖。",
            "单位失信的，法定代表人一并列入失信名单。",
            "企业欠债，实际控制人也算老赖。",
        ],
        [
            "公司欠债，不能把法定代表人个人列为失信。",
            "公司被限高后，法定代表人也不能坐飞机。",
        ],
    ),
    "spending-limit-ends-by-itself": (
        [
            "限高满两年自动解除。",
            "限制消费令 2 年后就失效了。",
            "限制高消费三年到期自己解除。",
        ],
        [
            "限高没有法定的最长期限，规定里没有“两年自动解除”。",
            "“限高两年自动解除”这话没有依据，不对。",
        ],
    ),
    "fake-info-is-abnormal": (
        [
            "企业公示信息造假，会被列入经营异常名录。",
            "公司年报弄虚作假的，进异常。",
        ],
        [
            "企业公示造假不再列异常，按罚款处理。",
            "个体户年报弄虚作假，列入经营异常名录。",
        ],
    ),
    "abnormal-5-days": (
        [
            "申请移出经营异常，5 个工作日办结。",
            "异常名录移出要等五个工作日。",
        ],
        [
            "移出异常，受理后 2 个工作日内决定。",
            "移出异常“5 个工作日”是老说法。",
            "确实列错异常的，5 个工作日内更正。",
        ],
    ),
    "abnormal-3-years": (
        [
            "列入经营异常满 3 年，自动进严重违法失信名单。",
            "进了严重违法名单，要满 5 年才能移出。",
            "异常超过三年就会转为严重违法。",
        ],
        [
            "异常满 3 年不会自动进严重违法名单。",
            "2014年的条例写过，异常满 3 年列入严重违法名单，现在已经删掉。",
        ],
    ),
    "always-shown-3-years": (
        [
            "市场监管的行政处罚一律公示 3 年。",
            "按45号令，处罚公示期三年。",
            "市监处罚都要公示三年。",
        ],
        [
            "市场监管的处罚分三档，轻的 3 个月就停。",
            "第45号令以前写一般公示 3 年，2025年已经改成三档。",
        ],
    ),
    "mediation-45-days": (
        [
            "12315 调解，45 个工作日内办完。",
            "消费投诉最长四十五个工作日调解结束。",
        ],
        [
            "双方同意调解的，60 日内调解完。",
            "“调解 45 个工作日”是旧办法的说法。",
        ],
    ),
    "named-report-5-days": (
        [
            "实名举报的，5 个工作日内告诉您立没立案。",
            "实名举报人在五个工作日内收到是否立案的通知。",
        ],
        [
            "“实名举报 5 个工作日内必告知”的旧条文，2026年4月15日起没有了。",
            "举报公示造假的，20 个工作日内书面答复。",
        ],
    ),
    "interim-measures": (
        [
            "按《市场监督管理投诉举报处理暂行办法》第十五条，不予受理。",
            "投诉举报处理暂行办法规定，7 个工作日内告知。",
        ],
        [
            "投诉举报按第121号令办，原来的《暂行办法》同时废止。",
        ],
    ),
    "false-accusation-500": (
        [
            "诬告别人的，处五百元以下罚款。",
            "捏造事实诬陷人，罚款 500 元以下。",
        ],
        [
            "诬告的，处 5 日以下拘留或者 1000 元以下罚款。",
            "诬告罚 500 元以下是旧法第四十二条。",
        ],
    ),
    "tax-credit-2014": (
        [
            "纳税信用按2014年的管理办法评。",
            "纳税信用等级的依据，是2014年《纳税信用管理办法（试行）》的规定。",
        ],
        [
            "纳税信用按2025年第12号公告，2014年的办法已经废止。",
        ],
    ),
    "forty-thousand-invoices": (
        [
            "虚开普票 40 万元，就进税务黑名单。",
            "虚开普通发票满四十万元的，列为重大税收违法。",
        ],
        [
            "虚开普票是 100 份以上或金额 400 万元以上。",
            "“虚开普票 40 万元”是旧的门槛。",
        ],
    ),
    "modulo-11": (
        [
            "信用代码最后一位，用加权和模 11 得出。",
            "统一社会信用代码按 11 取余数校验。",
        ],
        [
            "统一社会信用代码用 31 取余数。",
            "说按 11 取余的，不对，国家标准用的是 31。",
        ],
    ),
    "one-off-still-open": (
        [
            "一次性信用修复现在还能申请。",
            "一次性信用修复政策，仍可到银行办理。",
        ],
        [
            "一次性信用修复不用申请，还款截止日已过。",
            "有人说一次性修复还能申请，那是骗人的。",
        ],
    ),
    "utilities-always": (
        [
            "欠水电费一定会上征信。",
            "忘交电费就上征信。",
        ],
        [
            "“欠水电费一定上征信”，这话没有查到依据。",
            "水费、电费，征信没有采集。",
        ],
    ),
    "only-one-regulation": (
        [
            "内蒙古只有《公共信用信息管理条例》一部法规。",
            "自治区管信用的法规仅有2021年的公共信用信息管理条例。",
        ],
        [
            "有人说内蒙古只有那部《公共信用信息管理条例》，不对。",
            "内蒙古有《社会信用条例》，也有《公共信用信息管理条例》。",
        ],
    ),
    "hainan-regulation": (
        [
            "内蒙古按《海南自由贸易港社会信用条例》管信用。",
            "乌海适用海南省的信用条例。",
        ],
        [
            "有网页标题写内蒙古，正文却是海南省的条例。",
            "乌海的海南区不是海南省，网上那份海南省的条例别拿来用。",
        ],
    ),
    "hotline-days": (
        [
            "12345 全国统一 5 个工作日办结。",
            "打了 12345，15 个工作日内必须答复您。",
        ],
        [
            "12345 几天办结没有全国统一的数。",
            "12345 每天 24 小时有人接。",
        ],
    ),
    "punish-list-count": (
        ["失信惩戒清单一共 3 类 14 项。", "惩戒措施有三类十四项。"],
        ["惩戒清单几类几项没有查到可靠的文本。"],
    ),
    "query-record-years": (
        ["征信的查询记录保留 2 年。", "查询记录会展示两年。"],
        ["查询记录保留多久，没有查到统一的规定。"],
    ),
    "phone-bill-months": (
        ["欠话费 2 个月以上就上征信。", "电话费拖欠满三个月会上报征信。"],
        ["欠电话费上不上征信，未查到公开资料。"],
    ),
    "unknown-platform": (
        ["在蒙信融平台申请贷款。", "内蒙古的平台叫蒙信贷。"],
        ["内蒙古的平台叫什么，未查到公开资料。"],
    ),
    "after-90-days": (
        ["90 日后改正的，恢复 40%。", "九十日以后补缴恢复扣分的 40%。"],
        ["超过 90 日的，以主管税务机关告知为准。"],
    ),
    "code-first-digits": (
        ["92 开头的就是个体工商户。", "代码 91 打头，代表企业。"],
        ["常听人说 92 打头的是个体户，这一点未查到公开资料。"],
    ),
}

TEMPLATES = sorted((ROOT / "web" / "templates").glob("*.html"))
TAG = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}|<[^>]*>", re.DOTALL)


def names_in(text: str) -> set[str]:
    return {wrong.name for _, wrong in wrong_statements(text)}


def test_every_entry_is_tried() -> None:
    assert list(SAID) == [wrong.name for wrong in WRONG]
    for name, (wrong, right) in SAID.items():
        assert len(wrong) >= 2, name
        assert right, name


@pytest.mark.parametrize("name", SAID)
def test_a_wrong_statement_is_caught_however_it_is_put(name: str) -> None:
    for sentence in SAID[name][0]:
        assert name in names_in(sentence), sentence
        assert name in names_in(f"先看文书。- **{sentence}**\n再去办。"), sentence


@pytest.mark.parametrize("name", SAID)
def test_its_correction_passes(name: str) -> None:
    for sentence in SAID[name][1]:
        assert names_in(sentence) == set(), sentence


def test_a_question_asserts_nothing() -> None:
    assert names_in("限高满两年自动解除吗？") == set()
    assert names_in("市监小额罚款要申请吗") == set()


def test_nothing_that_residents_read_is_wrong(desk: Desk) -> None:
    phones = {phone.number for phone in desk.library.city.phones}
    faults = [
        f"{each.file} {each.field}: {fault}"
        for each in readable(desk.library)
        for fault in faults_in(each.text, phones)
    ]
    assert not faults
    kinds = {Path(each.file).parts[1] for each in readable(desk.library)}
    assert kinds == {"policies", "stories", "guides", "intents", "texts", "sayings.yaml"}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_nothing_on_a_page_is_wrong(path: Path, desk: Desk) -> None:
    phones = {phone.number for phone in desk.library.city.phones}
    written = TAG.sub("\n", path.read_text(encoding="utf-8"))
    assert list(faults_in(written, phones)) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("请打 13800000000 问张主任。", "13800000000"),
        ("窗口电话 0473-2012345。", "0473-2012345"),
        ("举报打 12388。", "12388"),
        ("客服 400-123-4567。", "400-123-4567"),
        ("反诈专线 96119。", "96119"),
        ("地址由运营填写。", "由运营"),
        ("这一点【未核实】。", "未核实"),
        ("请找某某科。", "某某"),
    ],
)
def test_invented_numbers_and_blanks_are_caught(text: str, told: str, desk: Desk) -> None:
    phones = {phone.number for phone in desk.library.city.phones}
    assert any(told in fault for fault in faults_in(text, phones))


def test_an_invented_number_anywhere_is_told_with_its_place(desk: Desk) -> None:
    guide = next(iter(desk.library.guides.values()))
    end = replace(guide.ends[0], text="打 13812345678。")
    broken = replace(desk.library, guides={guide.id: replace(guide, ends=(end, *guide.ends[1:]))})
    (problem,) = check_words(broken)
    assert guide.id in problem.file and "13812345678" in str(problem)


def test_known_numbers_and_plain_figures_pass(desk: Desk) -> None:
    phones = {phone.number for phone in desk.library.city.phones}
    for text in ("打 12345 问，急事打 110。", "征信中心 400-810-8866。", "罚 10000 元。", "第12345号。"):
        assert list(faults_in(text, phones)) == [], text
