"""Verdicts that go with their alert when its id changes.

An alert's id is derived from its first lookup. That one can change after a verdict: a lookup of the days before
comes in late, or the first one is explained by a case that is registered late. The verdict was on this user and
these lookups all the same, so it goes with them; what it was given on stays in `judged_as`.
"""

from lookup_audit.warehouse import Warehouse


def carry_verdicts(warehouse: Warehouse) -> None:
    """Let verdicts on the alerts of `episodes_before` follow where their id is gone.

    What may be new or gone is among the temporary tables of the night, so the past is not searched for it.

    An alert is carried on by the one of the same user and circle that lies in the same time, the earliest of
    several: where an alert fell apart, its later part is new, and is read again. Where two became one, the
    verdicts of both are its history.
    """
    warehouse.run(_CARRY)
    warehouse.run(_BACK)


_CARRY = """
UPDATE verdicts
SET
    alert_id = carried.now_id,
    judged_as = nullif(coalesce(judged_as, verdicts.alert_id), carried.now_id)
FROM (
    SELECT before.alert_id AS was_id, arg_min(alert_episodes.alert_id, alert_episodes.first_at) AS now_id
    FROM episodes_before AS before
    INNER JOIN alert_episodes
        ON alert_episodes.user_id = before.user_id
        AND alert_episodes.alert_about = before.alert_about
        AND alert_episodes.first_at <= before.last_at
        AND alert_episodes.last_at >= before.first_at
    WHERE before.alert_id NOT IN (SELECT alert_id FROM alert_members)
    GROUP BY before.alert_id
) AS carried
WHERE verdicts.alert_id = carried.was_id
"""

# An alert that was gone for a while, and is there again under the id that it was judged under.
_BACK = """
UPDATE verdicts
SET alert_id = judged_as, judged_as = NULL
WHERE
    judged_as IN (SELECT alert_id FROM alert_members)
    AND NOT EXISTS (SELECT 1 FROM alert_episodes WHERE alert_episodes.alert_id = verdicts.alert_id)
"""
