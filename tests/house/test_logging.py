"""Nothing about a person reaches a log."""

from __future__ import annotations

import logging
import warnings

import structlog
from aiohttp.multipart import parse_content_disposition
from hypothesis import given
from hypothesis import strategies as st

from config.logging import SILENT_KEYS, set_up_logging, strike_out

SECRETS = ["13812345678", "150302199001011234", "oABCDEFGHIJKLMNOPQRSTUVWXYZ1", "6222021234567890123"]


@given(
    st.sampled_from(SECRETS), st.text(max_size=20), st.sampled_from(["reason", "path", "event", *SILENT_KEYS])
)
def test_private_patterns_are_struck_out_wherever_they_stand(secret: str, around: str, key: str) -> None:
    clean = around.translate({ord(c): None for c in "0123456789"}).replace("_", "")
    struck = strike_out(None, "info", {key: f"{clean} {secret} {clean}"})
    assert secret not in str(struck)


def test_secrets_in_addresses_are_struck_out() -> None:
    struck = strike_out(
        None, "error", {"exception": "GET /token?appid=x&secret=s3cr3tvalue&a=b access_token=tok3n"}
    )
    assert "s3cr3tvalue" not in str(struck)
    assert "tok3n" not in str(struck)


def test_our_loggers_and_the_libraries_go_the_same_way(capsys) -> None:  # type: ignore[no-untyped-def]
    set_up_logging("INFO")
    structlog.get_logger().info("event_happened", text="征信怎么查", reason="call 13812345678")
    logging.getLogger("some.library").warning("user 13812345678 failed")
    logged = capsys.readouterr().err
    assert "event_happened" in logged
    assert "征信怎么查" not in logged
    assert "13812345678" not in logged


def test_file_name_that_a_library_cannot_read_is_not_told() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        parse_content_disposition('form-data; name="张三的身份证')
        assert len(told) == 1, "or else this proves nothing"
        set_up_logging("INFO")
        parse_content_disposition('form-data; name="张三的身份证')
    assert len(told) == 1
