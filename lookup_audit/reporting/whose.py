"""Whom a pseudonym or a reference of the dashboard stands for, under a mandate."""

from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.keys import warehouse_key
from lookup_audit.privacy.mandates import Mandate, find_mandate, open_under, user_to_open
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.reporting.dashboard.references import reference
from lookup_audit.warehouse import Warehouse


def name_behind(warehouse: Warehouse, pseudonym: str, mandate: str, who: Actor) -> str:
    """The id behind a user's or subject's pseudonym, or behind a reference of the dashboard (`N-…`).

    A mandate names its own user, and the subjects that this user looked up in its period; nobody else. The
    question is in the trail before it is answered. Raises `MandateError` for what the mandate does not name,
    and `UsageError` for a user's pseudonym that stands for nobody.
    """
    if pseudonym.startswith("u-"):
        user_id = user_to_open(warehouse, pseudonym, mandate, action="whose", who=who)
        open_under(warehouse, mandate, action="whose", user_id=user_id, who=who, detail=pseudonym)
        return user_id
    order = find_mandate(warehouse, mandate.strip())
    found = _among_subjects(warehouse, order, pseudonym) if order else None
    open_under(
        warehouse, mandate, action="whose", user_id=order.user_id if order else pseudonym, who=who, detail=pseudonym,
        otherwise=None if found else "this is no subject that the user of the mandate looked up in its period",
    )  # fmt: skip
    return str(found)


def _among_subjects(warehouse: Warehouse, order: Mandate, pseudonym: str) -> str | None:
    key, name = warehouse_key(warehouse), pseudonyms_of(warehouse).subject
    asked = {"user": order.user_id, "first": order.first_day, "last": order.last_day}
    for row in warehouse.rows(_SUBJECTS, asked):
        subject = str(row["subject_id"])
        if pseudonym in {name(subject), reference(key, subject)}:
            return subject
    return None


# Who is behind a vehicle or phone is in the news, not the vehicle.
_SUBJECTS = """
WITH mine AS (
    SELECT coalesce(lookups.subject_id, lookup_risk.subject_id) AS subject_id
    FROM lookups
    LEFT JOIN lookup_risk ON lookup_risk.system = lookups.system AND lookup_risk.lookup_id = lookups.lookup_id
    WHERE lookups.user_id = $user AND lookups.local_date BETWEEN $first AND $last
)

SELECT subject_id FROM mine WHERE subject_id IS NOT NULL
UNION
SELECT subjects.owner_subject_id AS subject_id
FROM mine
INNER JOIN subjects ON subjects.subject_id = mine.subject_id
WHERE subjects.owner_subject_id IS NOT NULL
ORDER BY subject_id
"""
