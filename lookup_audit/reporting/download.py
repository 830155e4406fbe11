"""The numbers of a table as a file that a spreadsheet opens, inside a link: no script, no second file."""

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING
from urllib.parse import quote

from lookup_audit.reporting.plain import cell
from lookup_audit.settings import Language

if TYPE_CHECKING:
    from lookup_audit.reporting.page import Table, Value

# The separator and the decimal sign that a spreadsheet set to the language expects.
_FORMS: dict[Language, tuple[str, str]] = {"en": (",", "."), "nl": (";", ",")}
_DECIMALS = 4


def csv_text(table: "Table", language: Language) -> str:
    """The table as CSV: its values where it has them, else the texts that are shown.

    Texts that a spreadsheet would take for a formula get an apostrophe; days are ISO dates; numbers have no
    grouping, and the decimal sign of the language.
    """
    separator, decimal = _FORMS[language]
    data = table.data or table
    file = io.StringIO()
    writer = csv.writer(file, delimiter=separator, lineterminator="\r\n")
    writer.writerow([cell(name) for name in data.columns])
    writer.writerows([[_written(value, decimal) for value in row] for row in data.rows])
    return file.getvalue()


def csv_address(table: "Table", language: Language) -> str:
    """The same as a data address, with the mark by which spreadsheets know UTF-8."""
    return "data:text/csv;charset=utf-8," + quote("\ufeff" + csv_text(table, language), safe="")


def _written(value: "Value", decimal: str) -> str:
    if isinstance(value, float):
        return f"{round(value, _DECIMALS):.{_DECIMALS}f}".rstrip("0").rstrip(".").replace(".", decimal)
    return str(value) if isinstance(value, int | dt.date) else cell(value)
