"""The ``holidays`` package → knowledge/statutory_days.yaml: the days off that the law itself names, year by year.

Run by hand when the list runs out or the law changes: ``python -m tools.statutory_days``. Kept as a file, so
that a running assistant does not carry a world's calendar in memory for ten dates a year.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from holidays import country_holidays

from config.settings import ROOT

YEARS = range(2027, 2041)  # earlier years have their notices
FILE = ROOT / "knowledge" / "statutory_days.yaml"
HEAD = """# 法律自己写明的放假日（《全国年节及纪念日放假办法》），不含国务院办公厅通知里的调休。
# 由 python -m tools.statutory_days 生成，不用手改。某年的通知出来后，写进 workdays.yaml，那一年就以通知为准。
"""


def days_of(years: Iterable[int]) -> dict[int, list[date]]:
    """Year → its statutory days, in order."""
    named = country_holidays("CN", years=years, observed=False)
    return {year: sorted(day for day in named if day.year == year) for year in years}


def as_yaml(years: Iterable[int]) -> str:
    """The whole file."""
    lines = (f"{year}: [{', '.join(map(str, days))}]" for year, days in days_of(years).items())
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(as_yaml(YEARS), encoding="utf-8")
