"""Who and what a warehouse names, as whole words, to be searched for in what it gives away."""

import re

from lookup_audit.warehouse import Warehouse

_WORD = re.compile(rb"[A-Za-z0-9_\x80-\xff-]+")

_NAMED = """
SELECT user_id AS word FROM users
UNION SELECT user_id FROM lookups
UNION SELECT own_subject_id FROM users
UNION SELECT subject_id FROM subjects
UNION SELECT subject_id FROM lookups
UNION SELECT surname FROM users
UNION SELECT surname FROM subjects
UNION SELECT plate FROM subjects
UNION SELECT plate_key FROM subjects
UNION SELECT postcode_key FROM subjects
UNION SELECT home_postcode_key FROM users
UNION SELECT address_key FROM subjects
"""


def names_in(warehouse: Warehouse) -> set[bytes]:
    """Every id of a user or subject, surname, plate and address: the words of each, and each joined."""
    rows = warehouse.rows(f"SELECT word FROM ({_NAMED}) AS named WHERE length(word) > 2")
    return {row["word"].encode() for row in rows} | {row["word"].replace(" ", "").encode() for row in rows}


def words_of(content: bytes) -> set[bytes]:
    """The words of a file: letters, digits, hyphens and whatever is not ASCII."""
    return set(_WORD.findall(content))
