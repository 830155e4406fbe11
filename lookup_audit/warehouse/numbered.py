"""The history of a warehouse before version 5, which kept texts, as the numbered tables that took its place."""

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
