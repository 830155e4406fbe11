"""A table as a file for a spreadsheet: numbers that it can add up, and texts that it cannot take for a formula."""

import datetime as dt
from urllib.parse import unquote

import pytest

from lookup_audit.reporting.download import csv_address, csv_text
from lookup_audit.reporting.page import Data, Table

TABLE = Table(
    ("Team", "Rate"),
    (("Team 1", "1,234.5"),),
    (1,),
    Data(
        ("Team", "Day", "Lookups", "Rate"),
        (
            ('Noord; "Zuid", West', dt.date(2026, 1, 5), 1234567, 1234.50004),
            ("=HYPERLINK(1)", None, -3, -0.12345),
            ("+31 6", dt.date(2026, 1, 6), "fewer than 5", 100.0),
        ),
    ),
)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            'Team,Day,Lookups,Rate\r\n"Noord; ""Zuid"", West",2026-01-05,1234567,1234.5\r\n'
            "'=HYPERLINK(1),,-3,-0.1235\r\n'+31 6,2026-01-06,fewer than 5,100\r\n",
        ),
        (
            "nl",
            'Team;Day;Lookups;Rate\r\n"Noord; ""Zuid"", West";2026-01-05;1234567;1234,5\r\n'
            "'=HYPERLINK(1);;-3;-0,1235\r\n'+31 6;2026-01-06;fewer than 5;100\r\n",
        ),
    ],
)
def test_values_are_written_as_the_spreadsheet_of_the_language_reads_them(
    language: str, expected: str
) -> None:
    assert csv_text(TABLE, "nl" if language == "nl" else "en") == expected


def test_without_values_the_texts_are_written() -> None:
    assert csv_text(Table(TABLE.columns, TABLE.rows), "en") == 'Team,Rate\r\nTeam 1,"1,234.5"\r\n'


def test_the_address_holds_nothing_that_could_end_an_attribute() -> None:
    hostile = Table(("\"'<>&#%",), (("</a><script>\u202e\ud800",),))
    address = csv_address(hostile, "en")
    kind, _, content = address.partition(",")
    assert kind == "data:text/csv;charset=utf-8"
    assert not set(content) & set("\"'<>&# ")
    assert unquote(content) == "\ufeff" + csv_text(hostile, "en")
