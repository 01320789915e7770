"""A small base written for these tests."""

from __future__ import annotations

from matching import Item

BASE = (
    Item(
        "repair-time",
        (
            "处罚记录公示多久能申请修复",
            "罚款记录几个月能撤",
            "信用中国上的处罚多长时间能消",
            "信用修复要多久",
        ),
    ),
    Item("repair-docs", ("申请信用修复要准备哪些材料", "修复需要什么资料", "信用修复带什么证件")),
    Item("repair-fee", ("信用修复收费吗", "修复信用要花多少钱", "有人说交钱就能修复是真的吗")),
    Item("report-print", ("个人征信报告在哪里打印", "征信报告去哪查", "怎么查自己的征信")),
    Item("defaulter-train", ("失信被执行人能坐高铁吗", "老赖可以买飞机票吗", "被限高了还能坐动车不")),
    Item("complain", ("怎么投诉商家", "我要举报欠薪", "去哪里投诉")),
    Item("licence-lost", ("营业执照丢了怎么补办", "执照遗失补领流程", "营业执照找不到了")),
    Item("annual-report", ("个体户年报什么时候报", "年报截止到几月", "忘了报年报怎么办")),
)
