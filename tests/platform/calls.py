"""The interfaces that need a token: what each does to the world and what it answers."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from tests.platform import rules
from tests.platform.world import File, Refused, Token, World

WORLD = web.AppKey("world", World)
OK = {"errcode": 0, "errmsg": "ok"}
MEDIA_LIMITS = {"image": 10, "voice": 2, "video": 10, "thumb": 1}
MEDIA_KEPT_S = 3 * 86400
SAME_FOR_S = 600
Answer = dict[str, Any] | web.StreamResponse


async def body_of(request: web.Request) -> dict[str, Any]:
    raw = await request.read()
    if b"\\u" in raw:
        raise Refused(
            40033, "invalid charset. please check your request, if include \\uxxxx will create fail"
        )
    try:
        body = await request.json()
    except ValueError:
        raise Refused(47001, "data format error") from None
    if not isinstance(body, dict):
        raise Refused(47001, "data format error")
    return body


async def create_menu(world: World, request: web.Request) -> Answer:
    menu = await body_of(request)
    rules.check_menu(menu)
    world.menu = menu
    return OK


async def get_menu(world: World, _request: web.Request) -> Answer:
    """As the platform does: leaves get an empty list of children."""
    if world.menu is None:
        raise Refused(46003, "menu no exist")
    buttons = [
        {**button, "sub_button": [{**child, "sub_button": []} for child in button.get("sub_button", [])]}
        for button in world.menu["button"]
    ]
    if world.is_menu_meddled_with:
        buttons = buttons[:-1]
    return {"menu": {"button": buttons}}


async def delete_menu(world: World, _request: web.Request) -> Answer:
    world.menu = None
    return OK


async def send_custom(world: World, request: web.Request) -> Answer:
    _need(world, "service", "test")
    message = await body_of(request)
    person = world.known(message.get("touser", ""))
    rules.check_person(person)
    rules.check_custom(world, message)
    rules.take_from_window(world, person)
    world.sent.append({"by": "custom", **message})
    person.typing_at = -1e9
    return OK


async def typing(world: World, request: web.Request) -> Answer:
    _need(world, "service", "test")
    body = await body_of(request)
    person, now = world.known(body["touser"]), world.now()
    if body["command"] == "CancelTyping":
        person.typing_at = -1e9
        return OK
    spoke_at = max((at for kind, at in person.touches if kind == "message"), default=-1e9)
    if now - spoke_at > 30:
        raise Refused(45080, "can only send typing after receiving message within 30 seconds")
    if now - person.typing_at < 15:
        raise Refused(45081, "already in typing status")
    person.typing_at = now
    return OK


async def send_template(world: World, request: web.Request) -> Answer:
    _need(world, "service", "test")
    message = await body_of(request)
    if message.get("template_id") not in world.templates:
        raise Refused(40037, "invalid template_id")
    rules.check_person(world.known(message.get("touser", "")))
    rules.check_values(message["data"])
    client_id = (message["touser"], message.get("client_msg_id", ""))
    if client_id[1] and (known := world.client_ids.get(client_id)) and world.now() - known[1] < SAME_FOR_S:
        return {**OK, "msgid": known[0]}
    shown = {name: {"value": value["value"][:20]} for name, value in message["data"].items()}
    msgid = world.number()
    world.sent.append({"by": "template", **message, "data": shown})
    world.client_ids[client_id] = (msgid, world.now())
    return {**OK, "msgid": msgid}


async def send_notice(world: World, request: web.Request) -> Answer:
    _need(world, "service")
    message = await body_of(request)
    if message.get("template_id") not in world.notices:
        raise Refused(40037, "invalid template_id")
    if not message.get("page", "https://").startswith("https://"):
        raise Refused(41030, "invalid page")
    person = world.known(message.get("touser", ""))
    rules.check_notice_fields(message["data"])
    template = message["template_id"]
    if template not in person.lasting:
        if person.consents[template] < 1:
            raise Refused(43101, "user refuse to accept the msg")
        person.consents[template] -= 1
    world.sent.append({"by": "notice", **message})
    return OK


async def get_media(world: World, request: web.Request) -> Answer:
    _need(world, "service", "test")
    media_id = request.query.get("media_id", "")
    file = world.files.get(media_id)
    if file is None or world.now() - file.created_at >= MEDIA_KEPT_S:
        raise Refused(40007, "invalid media_id")
    if file.is_by_address:
        return {"video_url": str(request.url.origin()) + f"/stand-in/video/{media_id}"}
    return web.Response(body=file.content, content_type=file.content_type)


async def upload_media(world: World, request: web.Request) -> Answer:
    _need(world, "service", "test")
    kind = request.query.get("type", "")
    if kind not in MEDIA_LIMITS:
        raise Refused(40004, "invalid media type")
    form = await request.post()
    upload = form.get("media")
    if not isinstance(upload, web.FileField):
        raise Refused(41005, "media data missing")
    content = upload.file.read()
    if not 5 < len(content) <= MEDIA_LIMITS[kind] * 1024 * 1024:
        raise Refused(40006, "invalid meida size")
    media_id = f"MEDIA-{world.number()}"
    world.files[media_id] = File(kind, content, upload.content_type, world.now())
    return {"type": kind, "media_id": media_id, "created_at": int(world.now())}


async def create_code(world: World, request: web.Request) -> Answer:
    _need(world, "service", "test")
    body = await body_of(request)
    rules.check_code(world, body)
    number = world.number()
    answer = {"ticket": f"ticket-{number}", "url": f"http://weixin.qq.com/q/{number:08d}"}
    return answer | ({"expire_seconds": body["expire_seconds"]} if "expire_seconds" in body else {})


async def user_info(world: World, request: web.Request) -> Answer:
    _need(world, "service", "test")
    person = world.known(request.query.get("openid", ""))
    return {"subscribe": int(person.is_following), "openid": person.openid}


async def create_tag(world: World, request: web.Request) -> Answer:
    name = (await body_of(request))["tag"]["name"]
    if len(name.encode()) > 30:
        raise Refused(45158, "tag name too long")
    if not name or name in world.tags:
        raise Refused(45157, "invalid tag name")
    if len(world.tags) >= 100:
        raise Refused(45056, "too many tag now, pls use a deleted id")
    world.tags[name] = 100 + len(world.tags)
    return {"tag": {"id": world.tags[name], "name": name}}


async def get_tags(world: World, _request: web.Request) -> Answer:
    return {"tags": [{"id": id_, "name": name, "count": 0} for name, id_ in world.tags.items()]}


async def tag_members(world: World, request: web.Request) -> Answer:
    body = await body_of(request)
    members = world.tagged.get(body["tagid"], [])
    start = members.index(body["next_openid"]) + 1 if body["next_openid"] else 0
    page = members[start : start + 10_000]
    if not page:
        return {"count": 0}
    return {"count": len(page), "data": {"openid": page}, "next_openid": page[-1]}


async def get_ticket(world: World, _request: web.Request) -> Answer:
    _need(world, "service", "test")
    now = world.now()
    if world.ticket is None or now >= world.ticket.expires_at:
        world.ticket = Token(f"ticket-{world.number()}-of-the-page", now + 7200)
    return {**OK, "ticket": world.ticket.value, "expires_in": int(world.ticket.expires_at - now)}


async def callback_addresses(_world: World, _request: web.Request) -> Answer:
    return {"ip_list": ["203.0.113.10", "203.0.113.0/28"]}


async def clear_quota(world: World, request: web.Request) -> Answer:
    if (await body_of(request)).get("appid") != world.appid:
        raise Refused(40013, "invalid appid")
    world.clear_quota()
    return OK


def _need(world: World, *kinds: str) -> None:
    if world.kind not in kinds:
        raise Refused(48001, "api unauthorized")


CALLS = {
    ("POST", "/cgi-bin/menu/create"): create_menu,
    ("GET", "/cgi-bin/menu/get"): get_menu,
    ("GET", "/cgi-bin/menu/delete"): delete_menu,
    ("POST", "/cgi-bin/message/custom/send"): send_custom,
    ("POST", "/cgi-bin/message/custom/typing"): typing,
    ("POST", "/cgi-bin/message/template/send"): send_template,
    ("POST", "/cgi-bin/message/subscribe/bizsend"): send_notice,
    ("GET", "/cgi-bin/media/get"): get_media,
    ("POST", "/cgi-bin/media/upload"): upload_media,
    ("POST", "/cgi-bin/qrcode/create"): create_code,
    ("GET", "/cgi-bin/user/info"): user_info,
    ("POST", "/cgi-bin/tags/create"): create_tag,
    ("GET", "/cgi-bin/tags/get"): get_tags,
    ("POST", "/cgi-bin/user/tag/get"): tag_members,
    ("GET", "/cgi-bin/ticket/getticket"): get_ticket,
    ("GET", "/cgi-bin/getcallbackip"): callback_addresses,
    ("POST", "/cgi-bin/clear_quota"): clear_quota,
}
