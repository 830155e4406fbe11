"""The queue: of each night the alerts that its reviewers can read."""

from lookup_audit.warehouse import Warehouse

PLACES = """
WITH nights AS (SELECT unnest($nights) AS night),

in_service AS (
    SELECT nights.night, users.user_id
    FROM nights
    INNER JOIN users
        ON (users.hired_on IS NULL OR users.hired_on <= nights.night)
        AND (users.left_on IS NULL OR users.left_on >= nights.night)
    UNION
    SELECT nights.night, user_days.user_id
    FROM nights
    INNER JOIN user_days ON user_days.day = nights.night
)

SELECT night, CAST(ceil(round($per_1000 * count(*) / 1000.0, 9)) AS BIGINT) AS places
FROM in_service
GROUP BY night
"""
"""How many things can be read of each of these nights, at `per_1000` users in service: one row a night, rounded
up. In service is who was employed that night according to `users`, and whoever else made a lookup."""


def line_up(warehouse: Warehouse) -> None:
    """Decide again which alerts of the nights in `touched_nights` are queued; other nights stay as they are.

    An alert belongs to the night of its highest risk. It is queued when its risk is at least the configured
    minimum and it is among the first of its night, in the order of `rank`; nothing is promoted to fill a
    quota. Verdicts play no part, so the same input gives the same queue.
    """
    alerts = warehouse.settings.alerts
    nights = warehouse.rows("SELECT DISTINCT night FROM touched_nights ORDER BY night")
    warehouse.run(
        _LINE_UP,
        {
            "nights": [row["night"] for row in nights],
            "per_1000": alerts.per_1000_users_per_day,
            "minimum_risk": alerts.minimum_risk,
        },
    )


_LINE_UP = f"""
UPDATE alert_episodes
SET queued = lined_up.is_queued
FROM (
    SELECT
        episode.alert_id,
        episode.risk >= $minimum_risk
        AND row_number() OVER (
            PARTITION BY episode.peak_on
            ORDER BY episode.risk DESC, episode.lookups DESC, episode.last_at DESC, episode.alert_id
        ) <= capacity.places AS is_queued
    FROM alert_episodes AS episode
    INNER JOIN ({PLACES}) AS capacity ON capacity.night = episode.peak_on
) AS lined_up
WHERE lined_up.alert_id = alert_episodes.alert_id AND lined_up.is_queued <> alert_episodes.queued
"""
