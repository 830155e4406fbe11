"""Keyed pseudonyms: what stands for a user or subject outside the warehouse."""

import base64
import hmac
import re
from collections.abc import Callable, Iterable
from typing import Any

import pyarrow as pa

from lookup_audit.errors import UsageError
from lookup_audit.privacy.keys import derived, warehouse_key
from lookup_audit.warehouse import Warehouse

_BYTES = 10  # 80 bits: among a hundred million ids two are alike once in a hundred million warehouses
_USER = re.compile(r"u-[a-z2-7]{16}")
_SUBJECT = re.compile(r"s-[a-z2-7]{16}")
_NO_ID = re.compile(r"\d{4}-\d\d-\d\d|[us]-[a-z2-7]{16}|N-[A-Z0-9-]+")  # a day, or no more than a pseudonym


class Pseudonyms:
    """The pseudonyms of one key: HMAC-SHA-256 (RFC 2104) of the id, cut to 80 bits, in 16 signs of base32.

    The same id has the same pseudonym until the key is rotated; a user and a subject with the same id have
    different ones. Without the key, nobody can tell whose a pseudonym is by trying all ids.
    """

    def __init__(self, key: bytes) -> None:
        self._user_key = derived(key, "user")
        self._subject_key = derived(key, "subject")

    def user(self, user_id: str) -> str:
        """What stands for a user: `u-` and 16 signs."""
        return f"u-{_signs(self._user_key, user_id)}"

    def subject(self, subject_id: str) -> str:
        """What stands for a subject: `s-` and 16 signs."""
        return f"s-{_signs(self._subject_key, subject_id)}"


def pseudonyms_of(warehouse: Warehouse) -> Pseudonyms:
    """The pseudonyms of a warehouse's key, which is made when there is none yet."""
    return Pseudonyms(warehouse_key(warehouse))


def fill_pseudonyms(warehouse: Warehouse, users: str, subjects: str) -> None:
    """Make the temporary tables `user_pseudonyms` and `subject_pseudonyms`: `id` and `pseudonym`.

    `users` and `subjects` are queries of one column, the ids; each distinct id gets one row.
    """
    made = pseudonyms_of(warehouse)
    for table, query, pseudonym in (
        ("user_pseudonyms", users, made.user),
        ("subject_pseudonyms", subjects, made.subject),
    ):
        found = warehouse.rows(f"SELECT DISTINCT id FROM ({query}) AS asked (id) WHERE id IS NOT NULL")
        ids = [row["id"] for row in found]
        warehouse.run(f"CREATE OR REPLACE TEMP TABLE {table} (id VARCHAR, pseudonym VARCHAR)")
        warehouse.insert(
            table,
            pa.table(
                {
                    "id": pa.array(ids, pa.string()),
                    "pseudonym": pa.array([pseudonym(one) for one in ids], pa.string()),
                }
            ),
        )


def user_behind(warehouse: Warehouse, name: str) -> str:
    """The id of a user, given as id or as pseudonym.

    Raises `UsageError` where no user in `users` or `lookups` has it. Which ids come near it is not said: that
    would name another.
    """
    known = [row["user_id"] for row in warehouse.rows(_USERS)]
    if name in known:
        return name
    if _USER.fullmatch(name):
        found = _behind(name, known, pseudonyms_of(warehouse).user)
        if found is None:
            raise UsageError(f"{name}: is no user of this warehouse, or its key was rotated since")
        return found
    raise UsageError(f"no user {name if name.isprintable() else ascii(name)} in users or lookups")


def shown_about(warehouse: Warehouse, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same entries of the trail, with `about` as a pseudonym where it is a user's id, known still or not."""
    pseudonym = pseudonyms_of(warehouse).user
    return [
        entry
        if entry["about"] is None or _NO_ID.fullmatch(entry["about"])
        else {**entry, "about": pseudonym(entry["about"])}
        for entry in entries
    ]


def subject_behind(warehouse: Warehouse, name: str) -> str:
    """The id of a subject, given as id or as the pseudonym that alerts show; else `UsageError`."""
    if warehouse.value(_IS_SUBJECT, {"name": name}):
        return name
    if _SUBJECT.fullmatch(name):
        shown = (row["subject_id"] for row in warehouse.rows(_SHOWN_SUBJECTS))
        found = _behind(name, shown, pseudonyms_of(warehouse).subject)
        if found is None:
            raise UsageError(
                f"{name}: is no subject of this warehouse's alerts, or its key was rotated since"
            )
        return found
    raise UsageError(f"no subject {name} in subjects or lookups")


def _behind(name: str, ids: Iterable[str], pseudonym: Callable[[str], str]) -> str | None:
    return next((one for one in ids if pseudonym(one) == name), None)


def _signs(key: bytes, text: str) -> str:
    digest = hmac.digest(key, text.encode("utf-8", "surrogatepass"), "sha256")[:_BYTES]
    return base64.b32encode(digest).decode().lower()


_USERS = "SELECT user_id FROM users UNION SELECT user_id FROM lookups ORDER BY user_id"

_IS_SUBJECT = """
SELECT
    EXISTS (SELECT 1 FROM subjects WHERE subject_id = $name)
    OR EXISTS (SELECT 1 FROM lookups WHERE subject_id = $name)
"""

_SHOWN_SUBJECTS = """
SELECT subject_id FROM lookup_risk WHERE subject_id IS NOT NULL
UNION
SELECT subject_id FROM control_sample WHERE subject_id IS NOT NULL
"""
