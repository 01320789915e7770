"""What the words of a message alone say."""

from __future__ import annotations

import time

import pytest

from domain.complaints.interview import Interview, Step
from domain.dialog import Dialog
from domain.masking import mask
from services.desk import Desk
from services.understanding import understand

DESPAIR = (
    *("想死", "我想死", "真的好想死", "没活路了", "想跳黄河", "我去跳黄河算了", "撑不下去了", "活腻了"),
    *(
        "我不活了",
        "活着还有什么意思",
        "撑不住了",
        "欠了三十万贷款，我熬不下去了",
        "催收快把我逼死了",
        "想上吊",
        "生不如死",
    ),
    *("网贷太多想死的心都有", "不如死了干净", "走投无路了", "想从楼上跳下去"),
)
THREATS = (
    *("我要杀了那个骗子", "我要弄死他", "我想砍死那个老板", "我真想杀人", "我要跟他拼命", "大不了同归于尽"),
    *("我要把那个骗子杀了", "再不给工资我就捅死他", "打死他个王八蛋", "法院不管我就弄死他"),
)
FIGURES_OF_SPEECH = (
    *(
        "气死我了",
        "热死了",
        "饿死了",
        "急死我了",
        "笑死",
        "笑死我了",
        "累死了",
        "烦死了",
        "想死你了",
        "可想死我了",
    ),
    *("我要杀价", "杀猪盘是啥", "讲个曾子杀猪的故事", "砍一刀是不是骗人的", "打死我也不信", "死活不给钱"),
    *(
        "跳进黄河也洗不清",
        "这店撑不下去了怎么注销",
        "借款人死了好几年了",
        "苗子种不活了能退吗",
        "一哭二闹三上吊",
    ),
    *(
        "以贷养贷撑不住了咋整",
        "皇帝要杀人法官不肯",
        "黄河边有啥好玩的",
        "晕死",
        "死机了",
        "冻死了暖气不热",
        "忙死了",
    ),
)


def target(text: str, desk: Desk) -> str:
    return understand(text, Dialog(), desk, 0).target


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("好的，谢谢", "thanks"),
        ("谢谢，再见！", "bye"),
        ("你好 在吗", "greeting"),
        ("早上好，小助手", "greeting"),
        ("嗯。好的。知道了", "acknowledge"),
        ("ＯＫ", "acknowledge"),
        ("老师，转人工", "handover"),
        ("谢谢你啊小同志", "thanks"),
        ("查下进度", "complaint_track"),
        ("怎么举报食药店卖过期药", "report_shop"),
        ("举报一个公司偷税", "complaint_file"),
        ("明天乌海下雨吗", "other_office"),
        ("我要投诉！！！", "complaint_file"),
        ("记录咋消", "which_record"),
        ("黑名单怎么消", "which_list"),
        ("信用怎么查", "which_report"),
        ("征信", "which_credit"),
        ("罚款", "which_penalty"),
        ("12345", "which_hotline"),
        ("110", "emergency_crime"),
    ],
)
def test_phrase_is_known(text: str, wanted: str, desk: Desk) -> None:
    assert target(text, desk) == f"intent:{wanted}"


@pytest.mark.parametrize("step", [Step.RESPONDENT, Step.PLACE, Step.STORY])
def test_a_word_that_names_several_things_is_an_answer_where_one_was_asked_for(
    step: Step, desk: Desk
) -> None:
    assert understand("乌海市", Dialog(interview=Interview(step)), desk, 0).target == "file:text"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("着火了！！救命", "emergency_fire"),
        ("有人要跳楼", "emergency_suicide"),
        ("我不想活了", "emergency_suicide"),
        ("他打我，快来人", "emergency_crime"),
        ("我妈晕倒了怎么办", "emergency_medical"),
        ("有个客服让我共享屏幕", "emergency_fraud"),
        ("刚刚被骗了五千", "emergency_fraud"),
        ("骗子中介收了我两千块说能洗白征信", "emergency_fraud"),
        *((text, "emergency_suicide") for text in DESPAIR),
        *((text, "emergency_threat") for text in THREATS),
        ("他说要弄死我", "emergency_crime"),
    ],
)
def test_emergency_comes_first(text: str, wanted: str, desk: Desk) -> None:
    assert target(text, desk) == f"intent:{wanted}"


@pytest.mark.parametrize(
    "text",
    [
        "讲个救命之恩的故事",
        "征信怎么查",
        "被骗贷了征信怎么消",
        "打官司输了会成老赖吗",
        "诈骗罪怎么判",
        "欠薪的老板会坐牢吗",
        "农药店年报怎么报",
        *FIGURES_OF_SPEECH,
    ],
)
def test_calm_question_is_no_emergency(text: str, desk: Desk) -> None:
    assert not target(text, desk).startswith("intent:emergency")


def test_emoticons_by_the_hundred_are_read_at_once(desk: Desk) -> None:
    begun = time.perf_counter()
    for bomb in ("/::)" * 300 + "你 好", "了" * 16000 + "x", "[微笑]" * 400 + "x", "a" * 60_000 + "@"):
        target(bomb, desk)
        mask(bomb[:1200])
    assert time.perf_counter() - begun < 2


def test_question_behind_a_greeting_is_answered(desk: Desk) -> None:
    assert target("你好，罚款一万多多久能修复", desk) == "policy:repair-wait-tiers"
