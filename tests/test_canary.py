"""Names, numbers and stories are sown everywhere a resident can put them; then every file and every line is searched.

The masked working copy stands in the open by design (docs/adr/0007): the story of a case that was filed may be found in
the database, nothing in it that tells who somebody is. Of a draft, a conversation, a word to or from the staff nothing is.
"""

from __future__ import annotations

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest
from typer.testing import CliRunner

from cli.main import app
from tests.support.platform import Platform, read_answer, words_of
from tests.support.server import Server
from tests.test_process import post
from tests.test_process_complaints import NUMBER

pytestmark = pytest.mark.slow
FILER, DRAFTER = "o-canary-filer-7f3a91", "o-canary-drafter-2c8e"
RESPONDENT = "龙犇犇"
# Who it is: nowhere, not even in what commands print.
IDENTITY = (
    "钱鑫鐾", "13987650123", "139 8765 0123", "3987650123", FILER, DRAFTER, "150302199003071236", "鐾鐾小区", "qianxinbei88",
    RESPONDENT, "media-canary-5d2b",
)  # fmt: skip
# What was said and is nobody's working copy: neither in files nor in logs.
WORDS = ("翡翠拖拉机", "犇羴鱻补充", "鼍龙巷", "貔貅问询", "麒麟答复四项", "獬豸备注")
# What was filed: in the masked copy, never in a log.
STORY = ("凤凰租金",)
# Found in the database, or else the search proves nothing.
OPEN = "凤凰租金"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path, LOG_LEVEL="DEBUG")
    yield server
    if server.process and server.process.poll() is None:
        server.kill()


def needles(words: tuple[str, ...]) -> dict[bytes, str]:
    """Each word in every writing in which something might keep it."""
    found: dict[bytes, str] = {}
    for word in words:
        for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gbk"):
            found[word.encode(encoding, "ignore") or b"\0never"] = word
        found[word.encode("unicode_escape")] = word
        found[word.encode("unicode_escape").upper().replace(b"\\U", b"\\u")] = word
    return found


def found_in(content: bytes, words: tuple[str, ...]) -> set[str]:
    return {word for needle, word in needles(words).items() if needle in content}


class Teller:
    """Says things to the server and remembers what was heard."""

    def __init__(self, server: Server, openid: str) -> None:
        self.server, self.openid = server, openid
        self.platform = Platform(now_s=int(time.time()))

    async def says(self, *lines: str) -> str:
        heard = ""
        for line in lines:
            answer = await post(self.server, self.platform, self.platform.text(line, self.openid))
            heard = words_of(read_answer(answer).get("Content", "")) if answer else ""
        return heard

    async def sends(self, kind: str, **fields: str) -> None:
        body = self.platform.message(self.openid, kind, msg_id=next(self.platform.ids), **fields)
        await post(self.server, self.platform, body)


async def tell(server: Server) -> str:
    """A named complaint to its number, and a draft that is left lying."""
    filer, drafter = Teller(server, FILER), Teller(server, DRAFTER)
    receipt = await filer.says(
        "我要投诉", "同意", "投诉", "商家",
        "龙犇犇拖欠凤凰租金，我叫钱鑫鐾，电话１３９８７６５０１２３，身份证150302199003071236，家住鐾鐾小区3号楼2单元501，微信号qianxinbei88",
        "说完了", "龙犇犇", "去年", "鐾鐾小区3号楼2单元", "说完了", "没有这些", "实名", "钱鑫鐾", "139 8765 0123", "确认提交",
    )  # fmt: skip
    found = NUMBER.search(receipt)
    assert found, receipt
    await filer.says("补充材料", "犇羴鱻补充", "说完了", "貔貅问询钱鑫鐾的手机13987650123是多少")
    await drafter.says("我要投诉", "同意", "投诉", "政府", "翡翠拖拉机补贴没有发，我叫钱鑫鐾，13987650123")
    await drafter.sends("image", PicUrl="http://x/media-canary-5d2b", MediaId="media-canary-5d2b")
    await drafter.sends("location", Location_X="39.6", Location_Y="106.8", Scale="16", Label="鼍龙巷9号")
    await drafter.says("稍后")
    return found[1]


async def provoke(server: Server, data: Path) -> None:
    """Everything that makes programs talk: broken bodies, odd addresses, a lost table, a locked file."""
    platform = Platform(now_s=int(time.time()))
    said = "13987650123钱鑫鐾翡翠拖拉机"
    async with aiohttp.ClientSession() as session:
        for path in (
            f"/p/complaints/{said}", f"/p/search?q={said}", f"/p/policies/{said}", f"/wechat?signature={said}", f"/{said}",
            f"/p/complaints?number={said}&code={said}",
        ):  # fmt: skip
            async with session.get(server.base + path) as answer:
                assert answer.status < 500
            async with session.post(server.base + path, data={said: said}) as answer:
                assert answer.status < 500
        for body in (platform.text(said)[:-4], said, said * 9000):
            async with session.post(server.base + platform.path(), data=body.encode()) as answer:
                assert answer.status < 500
    with sqlite3.connect(data / "credit.db") as database:
        database.execute("UPDATE dialogs SET sealed_state = X'78'")
        database.execute("ALTER TABLE turns RENAME TO gone")
    await Teller(server, DRAFTER).says(f"貔貅问询{said}")
    with sqlite3.connect(data / "credit.db") as database:
        database.execute("ALTER TABLE gone RENAME TO turns")
    locked = sqlite3.connect(data / "credit.db", isolation_level=None)
    locked.execute("BEGIN EXCLUSIVE")
    asking = asyncio.create_task(Teller(server, FILER).says(f"貔貅问询{said}"))
    await asyncio.sleep(5.5)
    locked.execute("ROLLBACK")
    locked.close()
    await asking


def work(number: str, data: Path) -> str:
    """What the staff does at the terminal, rightly and wrongly; everything that it prints."""
    run, printed = CliRunner(), []
    do = ("case", "do", number)
    reply = "\n\n".join(("麒麟答复四项", "办理", "依据", "联系人"))
    for line in (
        ("staff", "add", "wang", "--role", "窗口经办", "--name", "示例王"),
        ("staff", "add", "zhao", "--role", "承办经办", "--name", "示例赵", "--unit", "示例局"),
        ("staff", "add", "sun", "--role", "身份保管员", "--name", "示例孙"),
        ("case", "list", "--by", "wang"),
        ("case", "show", number, "--by", "zhao"),
        ("case", "show", number, "--by", "wang"),
        ("case", "accept", number, "--by", "wang"),
        ("case", "accept", number, "--by", "wang"),
        ("case", "dispatch", number, "--by", "wang", "--to", "示例局"),
        (*do, "签收", "--by", "zhao"),
        (*do, "申请查看身份", "--by", "zhao", "--text", "獬豸备注"),
        (*do, "查看身份", "--by", "zhao"),
        ("case", "answer", number, "--by", "zhao", "--result", "解决", "--text", reply),
        ("case", "list", "--by", "zhao"),
        ("case", "alerts"),
        ("case", "check"),
        ("case", "requests", "--by", "sun"),
        ("case", "purge"),
        ("push", "list"),
        ("audit", "verify"),
    ):
        result = run.invoke(app, line, env={"DATA_DIR": str(data)})
        assert not result.exception or isinstance(result.exception, SystemExit), (line, result.exception)
        if line[1] == "add":
            continue
        printed.append(result.output)
    return "\n".join(printed)


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_nothing_that_was_told_lies_about_in_the_open(server: Server, tmp_path: Path) -> None:
    server.start()
    number = await tell(server)
    printed = await asyncio.to_thread(work, number, tmp_path)
    await provoke(server, tmp_path)
    server.kill()
    files = contents(tmp_path)
    stored = b"".join(content for path, content in files.items() if path.name.startswith("credit.db"))
    assert OPEN.encode() in stored and number.encode() in stored, "or else the search proves nothing"
    assert (tmp_path / "credit.db-wal") in files
    for path, content in files.items():
        assert not found_in(content, IDENTITY + WORDS), path
    log = server.log.read_bytes()
    assert b"answer_failed" in log and b"dialog_unreadable" in log, "or else nothing was provoked"
    assert not found_in(log, (*STORY, number)), "nor the story, nor whose case it is"
    assert "已派单" in printed or "办理中" in printed, printed
    told = tuple(word for word in IDENTITY if word != RESPONDENT)
    assert not found_in(printed.encode(), told), (
        "whom it is about is read by who works on it, who wrote it by nobody"
    )
