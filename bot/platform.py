"""The official account's side of the platform's interfaces: one method each, a token and one retry behind all.

Sources are the pages of 服务号 › API named at each call. Why not wechatpy's client: ``docs/adr/0004``.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import aiohttp
import structlog
from aiohttp import ClientResponse, FormData

from bot.answers import Answer, list_in, number_in, object_in, text_in
from bot.tokens import Credential, Keeper, Seal
from bot.transport import Call, Transport
from domain.clock import Clock
from domain.errors import PlatformError, TokenRefused
from domain.platform_codes import PlatformCode
from storage.tokens import TokenStore

log = structlog.get_logger()
T = TypeVar("T")

_TOKENS = ":access_token"  # how the name ends under which they are kept
_TOKEN = Call("stable_token", "POST", "/cgi-bin/stable_token")
_TICKET = Call("jsapi_ticket", "GET", "/cgi-bin/ticket/getticket")
_SIGNIN = Call("oauth2_access_token", "GET", "/sns/oauth2/access_token")
_MEDIA_GET = Call("media_get", "GET", "/cgi-bin/media/get")
_MEDIA_UPLOAD = Call("media_upload", "POST", "/cgi-bin/media/upload")
_CUSTOM_SEND = Call("custom_send", "POST", "/cgi-bin/message/custom/send")
_TYPING = Call("custom_typing", "POST", "/cgi-bin/message/custom/typing")
_TEMPLATE_SEND = Call("template_send", "POST", "/cgi-bin/message/template/send")
_NOTICE_SEND = Call("subscribe_bizsend", "POST", "/cgi-bin/message/subscribe/bizsend")
SENDS = frozenset({_CUSTOM_SEND.name, _TEMPLATE_SEND.name, _NOTICE_SEND.name})
_MENU_CREATE = Call("menu_create", "POST", "/cgi-bin/menu/create")
_MENU_GET = Call("menu_get", "GET", "/cgi-bin/menu/get")
_MENU_DELETE = Call("menu_delete", "GET", "/cgi-bin/menu/delete")
_QR_CREATE = Call("qrcode_create", "POST", "/cgi-bin/qrcode/create")
_USER_INFO = Call("user_info", "GET", "/cgi-bin/user/info")
_TAG_CREATE = Call("tags_create", "POST", "/cgi-bin/tags/create")
_TAG_LIST = Call("tags_get", "GET", "/cgi-bin/tags/get")
_TAG_MEMBERS = Call("tag_members", "POST", "/cgi-bin/user/tag/get")
_CALLBACK_IPS = Call("getcallbackip", "GET", "/cgi-bin/getcallbackip")
_CLEAR_QUOTA = Call("clear_quota", "POST", "/cgi-bin/clear_quota")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who came to a page. ``is_snapshot``: a 快照页, whose openid belongs to nobody."""

    openid: str = field(repr=False)
    is_snapshot: bool


@dataclass(frozen=True, slots=True)
class Identity:
    """The account's name for the platform, and the secret that proves it."""

    appid: str
    secret: str = field(repr=False)


class PlatformClient:
    """Every method raises ``PlatformError``. Closing it closes the connections and lets the store go."""

    def __init__(
        self, transport: Transport, identity: Identity, store: TokenStore, seal: Seal, clock: Clock
    ) -> None:
        self._transport = transport
        self._identity = identity
        self._clock = clock
        self._store = store
        self._tokens = Keeper(identity.appid + _TOKENS, self._fetch_token, store, seal, clock)
        self._tickets = Keeper(f"{identity.appid}:jsapi_ticket", self._fetch_ticket, store, seal, clock)

    @property
    def appid(self) -> str:
        return self._identity.appid

    async def close(self) -> None:
        await self._tokens.close()
        await self._tickets.close()
        await self._transport.close()
        await self._store.close()

    async def create_menu(self, menu: Mapping[str, Any]) -> None:
        """创建自定义菜单. ``menu``: ``{"button": […]}``; phones show it within five minutes."""
        await self._call(_MENU_CREATE, menu)

    async def menu(self) -> Answer:
        """查询自定义菜单: ``{"button": […]}``; no buttons when the account has no menu."""
        try:
            found = await self._call(_MENU_GET)
        except PlatformError as error:
            if error.code is PlatformCode.MENU_MISSING:
                return {"button": []}
            raise
        return object_in(_MENU_GET, found, "menu")

    async def delete_menu(self) -> None:
        """删除自定义菜单."""
        await self._call(_MENU_DELETE)

    async def send_custom(self, openid: str, message: Mapping[str, Any]) -> None:
        """发送客服消息. ``message``: from ``bot.pushes``."""
        await self._call(_CUSTOM_SEND, {"touser": openid, **message})

    async def start_typing(self, openid: str) -> None:
        """客服输入状态: shown for 15 s or until something is sent; only within 30 s of a message."""
        await self._call(_TYPING, {"touser": openid, "command": "Typing"})

    async def stop_typing(self, openid: str) -> None:
        await self._call(_TYPING, {"touser": openid, "command": "CancelTyping"})

    async def send_template(
        self, openid: str, template: str, values: Mapping[str, str], *, url: str = "", client_id: str = ""
    ) -> int:
        """发送模板消息; returns the msgid that TEMPLATESENDJOBFINISH names. ``client_id`` (at most 32 letters): the
        platform sends one message for it, however often it is asked."""
        body = {"touser": openid, "template_id": template, "data": _values(values)}
        extra = {"url": url, "client_msg_id": client_id}
        answer = await self._call(_TEMPLATE_SEND, body | {name: text for name, text in extra.items() if text})
        return number_in(_TEMPLATE_SEND, answer, "msgid")

    async def send_notice(
        self, openid: str, template: str, values: Mapping[str, str], *, page: str = ""
    ) -> None:
        """发送订阅通知. Spends one consent; there is no id: the subscribe_msg_sent_event tells how it ended."""
        body = {"touser": openid, "template_id": template, "data": _values(values)}
        await self._call(_NOTICE_SEND, body | ({"page": page} if page else {}))

    async def receive_media(self, media_id: str, take: Callable[[ClientResponse], Awaitable[T]]) -> T:
        """获取临时素材: what ``take`` makes of the file. A video may come as an address, which is then fetched."""

        def fetch(token: str) -> Awaitable[T | Answer]:
            query = {"access_token": token, "media_id": media_id}
            return self._transport.receive(_MEDIA_GET, query, take)

        got = await self._told(_MEDIA_GET, self._with_token(fetch))
        if not isinstance(got, dict):
            return got
        address = text_in(_MEDIA_GET, got, "video_url")
        return await self._told(_MEDIA_GET, self._transport.follow(_MEDIA_GET, address, take))

    async def upload_media(self, kind: str, content: bytes, content_type: str) -> str:
        """新增临时素材 (``image``, ``voice``, ``video``, ``thumb``); returns a media id good for three days."""

        def send(token: str) -> Awaitable[Answer]:
            form = FormData()
            name = f"file.{content_type.rpartition('/')[2]}"
            form.add_field("media", content, filename=name, content_type=content_type)
            return self._transport.ask(_MEDIA_UPLOAD, {"access_token": token, "type": kind}, form)

        answer = await self._told(_MEDIA_UPLOAD, self._with_token(send))
        return text_in(_MEDIA_UPLOAD, answer, "media_id")

    async def create_temporary_qr(self, scene: str, seconds: int) -> str:
        """生成带参数的二维码, good for up to 30 days; returns the address that the code holds."""
        body = {"expire_seconds": seconds, "action_name": "QR_STR_SCENE", "action_info": _scene(scene)}
        return text_in(_QR_CREATE, await self._call(_QR_CREATE, body), "url")

    async def create_permanent_qr(self, scene: str) -> str:
        """The same for good; an account has 100 000 of them."""
        body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": _scene(scene)}
        return text_in(_QR_CREATE, await self._call(_QR_CREATE, body), "url")

    async def is_following(self, openid: str) -> bool:
        """获取用户基本信息: whether the resident follows the account."""
        answer = await self._call(_USER_INFO, query={"openid": openid, "lang": "zh_CN"})
        return answer.get("subscribe") == 1

    async def create_tag(self, name: str) -> int:
        """创建标签; returns its id."""
        answer = await self._call(_TAG_CREATE, {"tag": {"name": name}})
        return number_in(_TAG_CREATE, object_in(_TAG_CREATE, answer, "tag"), "id")

    async def tags(self) -> dict[str, int]:
        """获取公众号已创建的标签: name → id."""
        listed = list_in(_TAG_LIST, await self._call(_TAG_LIST), "tags")
        return {str(tag["name"]): int(tag["id"]) for tag in listed}

    async def tag_members(self, tag: int, after: str = "") -> tuple[tuple[str, ...], str]:
        """获取标签下粉丝列表: up to 10 000 openids after ``after``, and where to go on; empty at the end."""
        answer = await self._call(_TAG_MEMBERS, {"tagid": tag, "next_openid": after})
        if not answer.get("count"):
            return (), ""
        members = list_in(_TAG_MEMBERS, object_in(_TAG_MEMBERS, answer, "data"), "openid")
        return tuple(members), str(answer.get("next_openid", ""))

    async def ticket(self) -> str:
        """jsapi_ticket, kept for its two hours."""
        return await self._tickets.get()

    async def visitor(self, code: str) -> Visitor:
        """网页授权: the code that a page was opened with → who opened it. A code serves once, for five minutes."""
        answer = await self._told(
            _SIGNIN,
            self._transport.ask(
                _SIGNIN,
                {
                    "appid": self.appid,
                    "secret": self._identity.secret,
                    "code": code,
                    "grant_type": "authorization_code",
                },
            ),
        )
        return Visitor(text_in(_SIGNIN, answer, "openid"), answer.get("is_snapshotuser") == 1)

    async def callback_addresses(self) -> tuple[str, ...]:
        """获取微信推送服务器 IP: where calls of our callback come from."""
        return tuple(list_in(_CALLBACK_IPS, await self._call(_CALLBACK_IPS), "ip_list"))

    async def clear_quota(self) -> None:
        """清空 API 的调用 quota: ten times a month."""
        await self._call(_CLEAR_QUOTA, {"appid": self.appid})

    async def _call(
        self, call: Call, body: Mapping[str, Any] | None = None, query: Mapping[str, str] | None = None
    ) -> Answer:
        return await self._told(
            call,
            self._with_token(
                lambda token: self._transport.ask(call, {"access_token": token, **(query or {})}, body)
            ),
        )

    async def _with_token(self, send: Callable[[str], Awaitable[T]]) -> T:
        """Once with the token at hand; when the platform refuses it, once more with another one."""
        token = await self._tokens.get()
        try:
            return await send(token)
        except TokenRefused as error:
            log.info("token_refused", call=error.call, errcode=error.errcode)
        return await send(await self._tokens.renew(token))

    async def _told(self, call: Call, work: Awaitable[T]) -> T:
        """The answer; a refusal is put into the log on its way to the caller."""
        try:
            return await work
        except PlatformError as error:
            log.warning("platform_refused", call=call.name, errcode=error.errcode, reason=error.code.name)
            raise

    async def _fetch_token(self, is_forced: bool) -> Credential:
        body = {
            "grant_type": "client_credential",
            "appid": self.appid,
            "secret": self._identity.secret,
            "force_refresh": is_forced,
        }
        return self._credential(_TOKEN, await self._transport.ask(_TOKEN, {}, body), "access_token")

    async def _fetch_ticket(self, _is_forced: bool) -> Credential:
        return self._credential(_TICKET, await self._call(_TICKET, query={"type": "jsapi"}), "ticket")

    def _credential(self, call: Call, answer: Answer, name: str) -> Credential:
        now = int(self._clock.now().timestamp())
        return Credential(text_in(call, answer, name), now, now + number_in(call, answer, "expires_in"))


def open_platform(
    base_url: str, identity: Identity, store: TokenStore, seal: Seal, clock: Clock
) -> PlatformClient:
    """A client with connections of its own; to be made inside a running loop."""
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), trust_env=False)
    return PlatformClient(Transport(session, base_url), identity, store, seal, clock)


def is_about_token(error: PlatformError) -> bool:
    """Whether it was not the call that failed, but getting a token to make it with: every other would fail too."""
    return isinstance(error, TokenRefused) or error.call == _TOKEN.name or error.call.endswith(_TOKENS)


def _values(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in values.items()}


def _scene(scene: str) -> dict[str, dict[str, str]]:
    return {"scene": {"scene_str": scene}}
