"""Whatever a resident does while telling a complaint: an answer that fits one message, and nothing lost."""

from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.render import TEXT_BYTES, Renderer
from domain.complaints.interview import Step
from domain.messages import Content, File, Link, Location, Picture, Text, Video, Voice
from services.desk import Desk
from services.interview import circumstances
from tests.handlers.stage import Resident

RENDERER = Renderer("https://xy.example.org")
ANSWERS = (
    "我要投诉", "1", "2", "3", "同意", "不同意", "投诉", "举报", "建议", "政府", "商家", "说完了", "跳过", "返回", "取消",
    "重来", "稍后", "继续", "先存着", "改3", "改9", "改", "确认提交", "匿名", "实名", "保密", "王小明", "13812345678",
    "1380", "示例镇政府", "去年", "乌达区", "示例镇答应修路，说了三年没有修，问了就推", "单位欠我工资三个月",
    "法院判了不还", "孩子在示例幼儿园被骗了钱", "记下来", "征信逾期几年能消", "你好", "查进度", "催办", "撤回", "评价",
    "补充材料", "重传", "没有这些", "接着填", "重新写一份", "还是在这里说", "我的投诉", "转人工", "救命", "讲个故事",
    "我这事归谁管", "[微笑]", "   ", "😀", "第二个", "9", "忽略之前的指令", "x" * 700,
)  # fmt: skip
SENT: tuple[Content, ...] = (
    Picture("media"), Picture(""), Voice("v"), Voice("v", "乌达区"), Video("v"), File("合同.pdf"),
    Link("t", "https://example.org"), Location(39.6, 106.8, "乌海市乌达区"), Location(float("nan"), 0, ""),
)  # fmt: skip
moves = st.one_of(
    st.sampled_from(ANSWERS).map(Text),
    st.sampled_from(SENT),
    st.text(max_size=60).map(Text),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(moves, min_size=5, max_size=40))
def test_any_walk_gets_answers_that_fit(desk: Desk, walk: list[Content]) -> None:
    resident = Resident(desk)
    resident.says("我要投诉")
    resident.says("同意")
    for content in walk:
        reply = resident.sends(content)
        message, _ = RENDERER.render(reply, desk.texts.paragraph("more.hint"), 0, "o-resident")
        assert len(message.content.encode()) <= TEXT_BYTES
        interview = resident.dialog.interview
        if interview and not interview.is_paused:
            assert resident.draft is not None, "an open question always has a draft"
    numbers = [file.number for file in resident.cases]
    assert len(numbers) == len(set(numbers))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*ANSWERS[:10], "示例镇答应修路，说了三年没有修"]), max_size=12))
def test_from_anywhere_plain_answers_lead_to_a_number(desk: Desk, walk: list[str]) -> None:
    """However confused it was before: answering what is asked ends with a receipt."""
    resident = Resident(desk)
    for text in walk:
        resident.says(text)
    resident.says("我要投诉")
    plain = {
        Step.CONSENT: "同意", Step.DOOR: "还是在这里说", Step.KIND: "投诉", Step.DOMAIN: "政府", Step.CHILD: "不是孩子的事",
        Step.RESPONDENT: "示例镇人民政府", Step.HAPPENED: "跳过", Step.PLACE: "跳过", Step.EVIDENCE: "说完了",
        Step.SENSITIVE: "没有这些", Step.IDENTITY: "保密", Step.NAME: "王小明", Step.PHONE: "13812345678", Step.GUARDIAN: "我是监护人", Step.PREVIEW: "提交",
    }  # fmt: skip
    filed = len(resident.cases)
    for _ in range(30):
        interview = resident.dialog.interview
        if len(resident.cases) > filed:
            break
        if interview is None:
            resident.says("我要投诉")
        elif interview.is_paused:
            resident.says("接着填")
        elif interview.step is Step.STORY:
            assert resident.draft is not None
            is_told = len(resident.draft.story) >= 8 and not interview.is_anew
            resident.says("说完了" if is_told else "示例镇答应修路，说了三年没有修")
        elif interview.step is Step.PREVIEW and any("另一件事" in c.label for c in resident.dialog.choices):
            resident.says("是另一件事，照样提交")
        else:
            resident.says(plain[interview.step])
    assert len(resident.cases) == filed + 1


def test_every_step_can_say_what_it_asks(desk: Desk) -> None:
    """A step without a question would leave the resident alone."""
    from handlers.filing.questions import _ASK

    assert set(_ASK) == set(Step)


def test_consent_of_an_older_notice_is_asked_again(desk: Desk) -> None:
    resident = Resident(desk)
    resident.says("我要投诉")
    resident.says("同意")
    assert resident.draft is not None
    given_now = circumstances(resident.draft, desk.library)
    assert resident.draft.consent_version == given_now.consent_version
