"""``run.py serve``: the callback, the pages and the simulator, until asked to stop."""

from __future__ import annotations

import asyncio
import signal
import time
from typing import Annotated

import structlog
import typer
from aiohttp import web

from bot.service import open_assistant
from cli.common import clean_exit, console, errors
from config.logging import set_up_logging
from config.memory import share_one_arena
from config.settings import Settings, load_settings
from web.app import build_app

log = structlog.get_logger()

STOP_WITHIN_S = 15.0

Host = Annotated[str | None, typer.Option(help="监听的地址，默认取 HOST")]
Port = Annotated[int | None, typer.Option(help="监听的端口，默认取 PORT")]
Workers = Annotated[int, typer.Option(help="进程数；内置数据库只用一个进程")]


def default(context: typer.Context) -> None:
    """不写命令，就是 serve。"""
    if context.invoked_subcommand is None:
        serve()


def serve(host: Host = None, port: Port = None, workers: Workers = 1) -> None:
    """启动服务：公众号回调、手机页面和模拟器。"""
    with clean_exit():
        settings = load_settings()
        chosen = {"host": host or settings.host, "port": port or settings.port}
        settings = settings.model_copy(update=chosen)
        if workers != 1 or settings.workers != 1:
            errors.print("眼下只支持一个进程，请把 --workers 和 WORKERS 设为 1。", style="red")
            raise typer.Exit(1)
        set_up_logging(settings.log_level)
        share_one_arena()
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    begun = time.perf_counter()
    runner = web.AppRunner(
        build_app(await open_assistant(settings)), access_log=None, shutdown_timeout=STOP_WITHIN_S
    )
    await runner.setup()
    try:
        await _listen(runner, settings)
        _tell_where(settings, time.perf_counter() - begun)
        await _until_stopped()
    finally:
        await runner.cleanup()


async def _listen(runner: web.AppRunner, settings: Settings) -> None:
    try:
        await web.TCPSite(runner, settings.host, settings.port).start()
    except OSError as error:
        errors.print(
            f"{settings.host}:{settings.port} 用不了（{error.strerror}）。换一个：PORT=8081", style="red"
        )
        raise typer.Exit(1) from None


async def _until_stopped() -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await stop.wait()


def _tell_where(settings: Settings, seconds: float) -> None:
    here = f"http://{settings.host}:{settings.port}"
    lines = [("模拟器", f"{here}/simulator")] if settings.is_simulated else []
    lines += [("手机页面", f"{here}/p/policies"), ("公众号回调", f"{settings.base_url}/wechat")]
    console.print(f"信用乌海助手已启动（{seconds:.1f} 秒）。", style="green")
    for name, address in lines:
        console.print(f"  {name}  {address}", highlight=False)
    log.info("listening", host=settings.host, port=settings.port)


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    """uvloop where it is installed."""
    try:
        import uvloop
    except ImportError:
        return None
    factory: type[asyncio.AbstractEventLoop] = uvloop.Loop
    return factory
