"""Every table and column of a warehouse as one document, read from the schema that makes them."""

import re
from importlib.resources import files
from typing import Any

from lookup_audit.settings import Settings
from lookup_audit.warehouse.duck import Warehouse
from lookup_audit.warehouse.opening import comments
from lookup_audit.warehouse.tables import REQUIRED_TABLES, TABLES

_HEADING = re.compile(
    r"^-- ── (?P<section>.+?) ─+$|^CREATE TABLE (?P<table>\w+)|^CREATE VIEW (?P<view>\w+) AS\n +-- (?P<meaning>.+)",
    re.MULTILINE,
)


def tables_document() -> str:
    """All tables and views as Markdown, in the order and under the headings of the schema; ends with a newline.

    Each column with its type, whether it is always filled, and its comment. Of the input tables, the columns
    that the data contract requires are bold.
    """
    schema = (files("lookup_audit.warehouse") / "schema.sql").read_text(encoding="utf-8")
    required = " and ".join(f"`{table}`" for table in REQUIRED_TABLES)
    lines = [
        "# Tables of a warehouse",
        "",
        "Written by `lookup-audit document --tables`, from the schema that makes them. Moments (`_at`) are UTC;",
        "days, hours and weekdays are local. Columns that a delivery must fill are **bold**; of the input tables",
        f"only {required} are required.",
        "",
    ]
    with Warehouse(None, Settings(threads=1)) as warehouse:
        for statement in comments():
            warehouse.run(statement)
        for heading in _HEADING.finditer(schema):
            if heading["section"]:
                lines += [f"## {heading['section']}", ""]
            elif heading["view"]:
                columns = ", ".join(
                    f"`{name}`" for name in warehouse.columns(f"SELECT * FROM {heading['view']}")
                )
                lines += [
                    f"### `{heading['view']}` (view)",
                    "",
                    f"{_sentence(heading['meaning'])} {columns}.",
                    "",
                ]
            else:
                lines += _table(heading["table"], warehouse.rows(_COLUMNS, {"table": heading["table"]}))
    return "\n".join(lines).rstrip() + "\n"


def _table(name: str, columns: list[dict[str, Any]]) -> list[str]:
    required = TABLES[name].required if name in TABLES else ()
    return [
        f"### `{name}`",
        "",
        "| column | type | always filled | what it is |",
        "| --- | --- | --- | --- |",
        *(_row(column, column["column_name"] in required) for column in columns),
        "",
    ]


def _row(column: dict[str, Any], is_required: bool) -> str:
    name = f"`{column['column_name']}`"
    meaning = column["comment"].replace("|", "\\|")
    filled = "" if column["is_nullable"] else "yes"
    return (
        f"| {f'**{name}**' if is_required else name} | {column['data_type'].lower()} | {filled} | {meaning} |"
    )


def _sentence(comment: str) -> str:
    return f"{comment[:1].upper()}{comment[1:]}. Its columns:"


_COLUMNS = """
SELECT column_name, data_type, is_nullable, comment
FROM duckdb_columns()
WHERE table_name = $table
ORDER BY column_index
"""
