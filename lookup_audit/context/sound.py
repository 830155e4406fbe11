"""Whether the numbers that stand for tonight's texts can be trusted: with damage somebody would count double."""

from datetime import date

from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.numbered import damaged


def require_sound_numbers(warehouse: Warehouse, day: date) -> None:
    """Stop the night where a number of its texts would count somebody twice, or as another.

    It looks at what costs little to see; `migrate` and `forget` look at all of history. Raises `WarehouseError`.
    """
    for what, query in SOUND.items():
        if warehouse.value(query, {"day": day} if "$day" in query else {}):
            raise damaged(warehouse, what)


# A number that is new tonight is in no history, unless the one whose it was is gone.
SOUND = {
    "a text has more than one number": """
        SELECT (SELECT count(*) FROM known) > count(*) FROM texts WHERE text IS NOT NULL
    """,
    "a number stands for more than one text": """
        SELECT count(*) > (SELECT count(*) FROM known WHERE NOT is_new)
        FROM numbers
        WHERE nr IN (SELECT known.nr FROM known)
    """,
    "no number is left for what is new": "SELECT max(nr) > 2147483647 FROM known",
    "a number of history stands for nothing": """
        SELECT count(*) > 0
        FROM known
        WHERE
            is_new
            AND (
                nr IN (SELECT popularity.focus_nr FROM popularity)
                OR nr IN (SELECT encounters.user_nr FROM encounters)
                OR nr IN (SELECT encounters.subject_nr FROM encounters)
            )
    """,
    # of the last month only, and not of days that are forgotten: those are in `user_days` for mandates
    "a user of earlier nights has no number": """
        SELECT count(*) > 0
        FROM user_days
        INNER JOIN known ON known.text = user_days.user_id
        WHERE
            known.is_new
            AND known.nr IN (SELECT everyone.user_nr FROM everyone)
            AND user_days.subjects > 0
            AND user_days.day < $day
            AND user_days.day >= $day - 30
            AND user_days.day >= (SELECT min(encounters.day) FROM encounters)
    """,
}
