"""``python -m tests.platform [--port 9090]``: the stand-in for development, on this machine only."""

from __future__ import annotations

import argparse

from aiohttp import web

from domain.clock import SystemClock
from tests.platform.server import build_stand_in
from tests.platform.world import World


def main() -> None:
    parser = argparse.ArgumentParser(description="微信平台的替身，开发时用。")
    parser.add_argument("--port", type=int, default=9090, help="监听的端口")
    parser.add_argument(
        "--kind",
        choices=["service", "test", "unverified"],
        default="service",
        help="认证服务号、测试号、未认证",
    )
    chosen = parser.parse_args()
    world = World(SystemClock(), kind=chosen.kind)
    base = f"http://127.0.0.1:{chosen.port}"
    print(f"替身已启动：{base}。把下面几行写进 .env，再启动助手：\n")
    print(f"WECHAT_API_BASE={base}\nWECHAT_OPEN_BASE={base}")
    print(
        f"WECHAT_APPID={world.appid}\nWECHAT_APPSECRET={world.secret}\nWECHAT_TOKEN=stand-in\nSIMULATOR=on\n"
    )
    web.run_app(build_stand_in(world), host="127.0.0.1", port=chosen.port, print=None)


if __name__ == "__main__":
    main()
