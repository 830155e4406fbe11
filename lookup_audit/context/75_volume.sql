-- How much a user printed and exported today, against the user's own and the peers' usual day.
-- "Usual" is the higher of both means, so that a busy user among busy peers is usual.
WITH tonight AS (
    SELECT
        user_id,
        coalesce(min(function), 'unknown') || ' | ' || coalesce(min(team), 'unknown') AS peer_group,
        count(*) AS day_lookups,
        count(*) FILTER (WHERE action IN ('print', 'export')) AS day_extracts
    FROM night
    GROUP BY user_id
),

own AS (
    SELECT user_id, count(*) AS days, avg(prints_exports) AS extracts
    FROM user_days
    WHERE day < $day AND day >= $day - $history_days
    GROUP BY user_id
),

peers AS (
    SELECT peer_group, avg(prints_exports) AS extracts
    FROM user_days
    WHERE day < $day AND day >= $day - $history_days
    GROUP BY peer_group
    HAVING count(*) >= 20
),

usual AS (
    SELECT
        tonight.user_id,
        tonight.day_lookups,
        tonight.day_extracts,
        greatest(own.extracts, peers.extracts) AS usual_extracts
    FROM tonight
    LEFT JOIN own ON own.user_id = tonight.user_id AND own.days >= 5
    LEFT JOIN peers ON peers.peer_group = tonight.peer_group
)

SELECT
    user_id,
    day_lookups,
    day_extracts,
    round(usual_extracts, 2) AS usual_extracts,
    -- standard deviations above the usual (square-root transform); null where nothing is usual yet
    round(2 * (sqrt(day_extracts + 0.375) - sqrt(usual_extracts + 0.375)), 2) AS extracts_excess
FROM usual
