"""Settings, their example file and their document agree; bad ones are named."""

from __future__ import annotations

import base64
import re
import stat
from pathlib import Path

import pytest

from config.secrets import load_keys
from config.settings import ROOT, Settings, load_settings, parse_keys
from domain.errors import SettingsInvalid

KEY = base64.b64encode(bytes(32)).decode()


def test_every_setting_is_in_the_example_and_in_the_docs_with_its_default() -> None:
    example = dict(re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    documented = set(
        re.findall(r"^\| `([A-Z_]+)`", (ROOT / "docs/settings.md").read_text(encoding="utf-8"), re.M)
    )
    fields = {name.upper(): field.default for name, field in Settings.model_fields.items()}
    assert set(example) == set(fields) == documented
    for name, default in fields.items():
        assert example[name] == str(default), name


@pytest.mark.parametrize(
    ("env", "told"),
    [
        ({"WECHAT_MODE": "safe"}, "WECHAT_AES_KEY"),
        ({"WECHAT_AES_KEY": "short"}, "43 位"),
        ({"WECHAT_APPID": "wx1"}, "WECHAT_TOKEN"),
        ({"PORT": "eighty"}, "PORT"),
        ({"WECHAT_MODE": "none"}, "WECHAT_MODE"),
        ({"WECHAT_API_BASE": "http://api.weixin.qq.com"}, "WECHAT_API_BASE：应是 https"),
        ({"WECHAT_API_BASE": "http://127.0.0.1.evil.example"}, "WECHAT_API_BASE"),
        ({"WECHAT_OPEN_BASE": "open.weixin.qq.com"}, "WECHAT_OPEN_BASE"),
        ({"WECHAT_SIGNIN": "on"}, "WECHAT_APPSECRET"),
        ({"WECHAT_SIGNIN": "maybe"}, "WECHAT_SIGNIN"),
        ({"REDIS_URL": "127.0.0.1:6379"}, "REDIS_URL"),
        ({"CLAMD_ADDRESS": "run/clamd.ctl"}, "CLAMD_ADDRESS"),
        ({"CLAMD_ADDRESS": "127.0.0.1:99999"}, "CLAMD_ADDRESS"),
    ],
)
def test_bad_setting_is_named(env: dict[str, str], told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=told):
        load_settings(None)


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "new")
    first = load_keys(settings)
    assert load_keys(settings) == first
    mode = stat.S_IMODE((tmp_path / "new" / "secret_keys").stat().st_mode)
    assert mode == 0o600


def test_own_database_needs_own_keys(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, database_url="postgresql://x@127.0.0.1/y")
    with pytest.raises(SettingsInvalid, match="SECRET_KEYS"):
        load_keys(settings)


def test_oldest_key_names_residents(tmp_path: Path) -> None:
    new = base64.b64encode(bytes([1] * 32)).decode()
    before = load_keys(Settings(_env_file=None, secret_keys=f"k1:{KEY}"))
    after = load_keys(Settings(_env_file=None, secret_keys=f"k2:{new},k1:{KEY}"))
    assert before.naming == after.naming


@pytest.mark.parametrize(
    "text", [",", "k1", "k1:notbase64!", f":{KEY}", "k1:" + base64.b64encode(b"short").decode()]
)
def test_malformed_keys_are_refused(text: str) -> None:
    with pytest.raises(SettingsInvalid):
        parse_keys(text)


def test_simulator_is_off_once_an_account_is_connected() -> None:
    assert Settings(_env_file=None).is_simulated
    assert not Settings(_env_file=None, wechat_appid="wx1", wechat_token="t").is_simulated
    assert Settings(_env_file=None, wechat_appid="wx1", wechat_token="t", simulator="on").is_simulated
    assert not Settings(_env_file=None, simulator="off").is_simulated


def test_postgres_address_is_understood_as_operators_write_it() -> None:
    ssl = Settings(_env_file=None, database_url="postgres://u@h/d?sslmode=disable")
    assert ssl.database == "postgresql+asyncpg://u@h/d?ssl=disable"
    for address in ("postgres://u@h/d", "postgresql://u@h/d", "postgresql+psycopg://u@h/d"):
        assert Settings(_env_file=None, database_url=address).database == "postgresql+asyncpg://u@h/d"


def test_stand_in_on_this_machine_may_be_spoken_with_in_the_open() -> None:
    for address in (
        "http://127.0.0.1:9090",
        "http://localhost:9090/",
        "http://[::1]:9090",
        "http://127.0.0.1",
    ):
        settings = Settings(_env_file=None, wechat_api_base=address, wechat_open_base=address)
        assert settings.wechat_api_base == address.rstrip("/")
        assert settings.has_public_url


def test_keys_for_one_purpose_say_nothing_of_another(tmp_path: Path) -> None:
    keys = load_keys(Settings(_env_file=None, data_dir=tmp_path))
    assert keys.for_use("a") != keys.for_use("b")
    assert keys.for_use("a") == keys.for_use("a")
    assert keys.pairs[0][1] not in keys.for_use("a").values()
    assert keys.pairs[0][1].hex() not in repr(keys)
