"""What pushing needs of the platform; and, for an installation without an account, the simulator's phones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from domain.errors import Never
from domain.platform_codes import PlatformCode

MOST_KEPT = 1000
SIMULATED = "sim_"  # how the openids of simulated residents begin; no real one does
Arrived = dict[str, Any]


class Messenger(Protocol):
    """Whatever brings messages to phones; see ``bot.platform.PlatformClient``. Raises ``PlatformError``."""

    async def send_custom(self, openid: str, message: Mapping[str, Any]) -> None: ...

    async def send_template(
        self, openid: str, template: str, values: Mapping[str, str], *, url: str = "", client_id: str = ""
    ) -> int: ...

    async def send_notice(
        self, openid: str, template: str, values: Mapping[str, str], *, page: str = ""
    ) -> None: ...

    async def callback_addresses(self) -> tuple[str, ...]: ...


class Phones:
    """The simulator's phones: what arrived, in memory. Real residents are unknown here, so their news are told at
    their next visit, as they are without an account anyway."""

    def __init__(self) -> None:
        self.arrived: list[Arrived] = []

    async def send_custom(self, openid: str, message: Mapping[str, Any]) -> None:
        self._arrive("custom", openid, message)

    async def send_template(
        self, openid: str, template: str, values: Mapping[str, str], *, url: str = "", client_id: str = ""
    ) -> int:
        self._arrive("template", openid, {"data": _data(values), "url": url})
        return len(self.arrived)

    async def send_notice(
        self, openid: str, template: str, values: Mapping[str, str], *, page: str = ""
    ) -> None:
        self._arrive("notice", openid, {"data": _data(values), "page": page})

    async def callback_addresses(self) -> tuple[str, ...]:
        return ()

    def _arrive(self, by: str, openid: str, message: Mapping[str, Any]) -> None:
        if not openid.startswith(SIMULATED):
            raise Never(by, PlatformCode.OPENID_UNKNOWN)
        if len(self.arrived) < MOST_KEPT:
            self.arrived.append({"by": by, "touser": openid, **message})


def _data(values: Mapping[str, str]) -> dict[str, dict[str, str]]:
    return {name: {"value": value} for name, value in values.items()}
