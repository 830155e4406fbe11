-- How much a user looked up, printed and exported today, against the user's own and the peers' usual day.
-- "Usual" is the higher of both means, so that a busy user among busy peers is usual.
WITH tonight AS (
    SELECT
        user_id,
        coalesce(min(function), 'unknown') || ' | ' || coalesce(min(team), 'unknown') AS peer_group,
        count(*) AS day_lookups,
        count(*) FILTER (WHERE action IN ('print', 'export')) AS day_extracts,
        count(*) FILTER (WHERE action IN ('print', 'export') AND work.subject_link_strength >= 0.5)
            AS linked_extracts,
        avg(CASE WHEN work.is_unlinked THEN 1.0 ELSE 0.0 END) AS unlinked_share
    FROM night
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
    GROUP BY user_id
),

own AS (
    SELECT
        user_id,
        count(*) AS days,
        avg(prints_exports) AS extracts,
        avg(lookups) AS lookups,
        max(lookups) AS most_lookups
    FROM user_days
    WHERE day < $day AND day >= $day - $history_days
    GROUP BY user_id
),

peers AS (
    SELECT peer_group, avg(prints_exports) AS extracts, avg(lookups) AS lookups
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
        tonight.linked_extracts,
        tonight.unlinked_share,
        greatest(CASE WHEN own.days >= 5 THEN own.extracts END, peers.extracts) AS usual_extracts,
        greatest(CASE WHEN own.days >= 5 THEN own.lookups END, peers.lookups) AS usual_lookups,
        own.most_lookups
    FROM tonight
    LEFT JOIN own ON own.user_id = tonight.user_id
    LEFT JOIN peers ON peers.peer_group = tonight.peer_group
)

SELECT
    user_id,
    day_lookups,
    day_extracts,
    round(linked_extracts * 1.0 / greatest(day_extracts, 1), 2) AS linked_extracts_share,
    round(unlinked_share, 2) AS day_unlinked_share,
    round(usual_extracts, 2) AS usual_extracts,
    round(usual_lookups, 1) AS usual_lookups,
    -- times the usual day, never counted where the user had such a day before; null where nothing is usual yet
    CASE
        WHEN usual_lookups IS NOT NULL THEN round(day_lookups / greatest(usual_lookups, most_lookups, 1.0), 2)
    END AS volume_ratio,
    -- prints without a link, in standard deviations above all usual ones (square-root transform); null where nothing is usual yet
    round(2 * (sqrt(day_extracts - linked_extracts + 0.375) - sqrt(usual_extracts + 0.375)), 2) AS extracts_excess
FROM usual
