"""A realistic stream of platform deliveries, written to a file: ``path<TAB>body`` a line.

Of ten messages three are clicks (the menu, a choice in a list, a greeting), four are common questions that
come again and again, and three are asked once: questions of the labelled set, each with a number put
behind it so that no two are equal.
"""

from __future__ import annotations

import base64
import json
import random
import time
from pathlib import Path
from urllib.parse import urlencode

from bot.cipher import Envelope
from bot.signature import sign

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "benchmark-token"
APPID = "wxbenchmark000001"
AES_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")
COMMON = 60
RESIDENTS = 2000  # each sends a few messages in a run, as people do
CLICKS = (
    "1",
    "2",
    "你好",
    "谢谢",
    "有用",
    "热门问题",
    "讲个故事",
    "换一个",
    "我要投诉",
    "转人工",
    "处罚记录多久能修复",
)


def questions() -> list[str]:
    """The labelled questions of the product."""
    lines = (ROOT / "benchmarks" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["q"] for line in lines]


def _text(lots: random.Random, pool: list[str]) -> str:
    kind = lots.random()
    if kind < 0.3:
        return lots.choice(CLICKS)
    return lots.choice(pool[:COMMON]) if kind < 0.7 else f"{lots.choice(pool)} {lots.randrange(10**6)}"


def write_deliveries(path: Path, count: int, *, sealed: bool, first_id: int) -> None:
    """Write ``count`` deliveries signed for now (the door lets them in for five minutes)."""
    lots = random.Random(7)
    pool = questions()
    lots.shuffle(pool)
    now = str(int(time.time()))
    plain_path = "/wechat?" + urlencode({"signature": sign(TOKEN, now, "n"), "timestamp": now, "nonce": "n"})
    envelope = Envelope(AES_KEY, APPID)
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            text = _text(lots, pool)
            body = (
                f"<xml><ToUserName>gh_benchmark</ToUserName><FromUserName>o-{lots.randrange(RESIDENTS)}</FromUserName>"
                f"<CreateTime>{now}</CreateTime><MsgType>text</MsgType><Content><![CDATA[{text}]]></Content>"
                f"<MsgId>{first_id + number + 1}</MsgId></xml>"
            )
            if not sealed:
                file.write(f"{plain_path}\t{body}\n")
                continue
            cipher = envelope.seal(body.encode())
            query = {
                "encrypt_type": "aes",
                "msg_signature": sign(TOKEN, now, "n", cipher),
                "timestamp": now,
                "nonce": "n",
            }
            file.write(f"/wechat?{urlencode(query)}\t<xml><Encrypt>{cipher}</Encrypt></xml>\n")
