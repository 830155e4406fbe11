"""History in numbers: made of the texts that a warehouse kept before version 5, and whether it is sound.

Nothing but `numbers` says whose a row of history is. Where a number stands for two, or a text has two, a night would
count double or hold somebody's past against another; so damage ends it, and is never read past.
"""

from lookup_audit.errors import WarehouseError
from lookup_audit.warehouse.duck import Warehouse

FIRST_VERSION = 5
"""From this schema version on history is kept in numbers."""

TEXTS = ("focus_days", "user_subject_days", "interest_days")
"""The tables of texts; views of these names show the same since."""

NUMBERED = ("numbers", *(f"numbered_{table}" for table in TEXTS))
"""The tables in their place."""


def number_history(desk: Warehouse) -> None:
    """Make `NUMBERED` on a desk on which a warehouse of texts lies open: one temporary table, and views on it."""
    desk.run(_NUMBERS)
    for view in _VIEWS:
        desk.run(view)


def require_sound(warehouse: Warehouse) -> None:
    """Read all of history: `WarehouseError` where a number or text is there twice, or one that is used is missing."""
    found = warehouse.rows(_SOUND)[0]
    faults = [
        f"{found[name]} numbers {what}"
        for name, what in (
            ("twice", "stand for two texts, or are there twice"),
            ("again", "stand for a text that has another"),
            ("missing", "of history stand for nothing"),
        )
        if found[name]
    ]
    if faults:
        raise damaged(warehouse, ", ".join(faults))


def damaged(warehouse: Warehouse, what: str) -> WarehouseError:
    """The error for history that cannot be trusted."""
    return WarehouseError(
        f"{warehouse.path}: numbers: is damaged: {what}; it was left as it is. Take back a copy, or load its drops "
        "into a new warehouse"
    )


_SOUND = """
SELECT
    count(*) - count(DISTINCT nr) AS twice,
    greatest(count(DISTINCT nr) - count(DISTINCT text), 0) AS again,
    (
        SELECT count(*)
        FROM (
            SELECT focus_nr AS nr FROM numbered_focus_days
            UNION
            SELECT user_nr FROM numbered_user_subject_days
            UNION
            SELECT subject_nr FROM numbered_user_subject_days
            UNION
            SELECT focus_nr FROM numbered_user_subject_days
            UNION
            SELECT unnest([user_nr, focus_nr, team_nr, surname_nr, postcode_nr, home_nr, sex_nr])
            FROM numbered_interest_days
        ) AS used
        WHERE used.nr IS NOT NULL AND used.nr NOT IN (SELECT known.nr FROM numbers AS known)
    ) AS missing
FROM numbers
"""

_NUMBERS = """
CREATE OR REPLACE TEMP TABLE numbers AS
SELECT CAST(row_number() OVER (ORDER BY text) AS INTEGER) AS nr, text
FROM (
    SELECT focus_id AS text FROM focus_days
    UNION
    SELECT user_id FROM user_subject_days
    UNION
    SELECT subject_id FROM user_subject_days
    UNION
    SELECT focus_id FROM user_subject_days
    UNION
    SELECT unnest([user_id, focus_id, team, surname_key, postcode_key, home_key, sex]) FROM interest_days
) AS texts
WHERE text IS NOT NULL
"""

_VIEWS = (
    """
    CREATE OR REPLACE TEMP VIEW numbered_focus_days AS
    SELECT focuses.nr AS focus_nr, days.day, days.lookups, days.users, days.unlinked_users
    FROM focus_days AS days
    INNER JOIN numbers AS focuses ON focuses.text = days.focus_id
    """,
    """
    CREATE OR REPLACE TEMP VIEW numbered_user_subject_days AS
    SELECT
        users.nr AS user_nr,
        subjects.nr AS subject_nr,
        focuses.nr AS focus_nr,
        days.day,
        days.lookups,
        days.unlinked
    FROM user_subject_days AS days
    INNER JOIN numbers AS users ON users.text = days.user_id
    INNER JOIN numbers AS subjects ON subjects.text = days.subject_id
    INNER JOIN numbers AS focuses ON focuses.text = days.focus_id
    """,
    """
    CREATE OR REPLACE TEMP VIEW numbered_interest_days AS
    SELECT
        users.nr AS user_nr,
        days.day,
        focuses.nr AS focus_nr,
        teams.nr AS team_nr,
        surnames.nr AS surname_nr,
        postcodes.nr AS postcode_nr,
        homes.nr AS home_nr,
        sexes.nr AS sex_nr
    FROM interest_days AS days
    INNER JOIN numbers AS users ON users.text = days.user_id
    INNER JOIN numbers AS focuses ON focuses.text = days.focus_id
    INNER JOIN numbers AS homes ON homes.text = days.home_key
    LEFT JOIN numbers AS teams ON teams.text = days.team
    LEFT JOIN numbers AS surnames ON surnames.text = days.surname_key
    LEFT JOIN numbers AS postcodes ON postcodes.text = days.postcode_key
    LEFT JOIN numbers AS sexes ON sexes.text = days.sex
    """,
)
