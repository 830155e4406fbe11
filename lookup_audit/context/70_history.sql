-- How often this user and this person met before, of the lookups without a work link to them: coming back day after
-- day, or a first time.
WITH unlinked_pairs AS (
    SELECT DISTINCT user_id, focus_id FROM unlinked WHERE is_unlinked AND focus_id IS NOT NULL
),

-- Someone who is fixed on one person comes back to one whom nobody else looks up, a community officer to many.
-- It is asked of those only who tonight came back to a person of whose days at least a quarter are their own: of
-- anyone else such a question is about a person known to the police, and counting all their persons takes long.
often AS (
    SELECT user_id, focus_id, count(DISTINCT day) AS days
    FROM user_subject_days
    WHERE
        day < $day AND day >= $day - $history_days
        AND unlinked > 0
        AND user_id IN (
            SELECT acquaintance.user_id
            FROM acquaintance
            INNER JOIN unlinked_pairs
                ON unlinked_pairs.user_id = acquaintance.user_id AND unlinked_pairs.focus_id = acquaintance.focus_id
            INNER JOIN popularity ON popularity.focus_id = acquaintance.focus_id
            WHERE acquaintance.unlinked_days >= 2 AND popularity.unlinked_user_days <= 4 * (acquaintance.unlinked_days + 1)
        )
    GROUP BY user_id, focus_id
    HAVING count(DISTINCT day) >= 3
),

of_all AS (
    SELECT focus_id, sum(unlinked_users) AS user_days
    FROM focus_days
    WHERE
        day < $day AND day >= $day - $history_days
        AND focus_id IN (SELECT focus_id FROM often)
    GROUP BY focus_id
),

often_seen AS (
    SELECT often.user_id, count(*) AS persons
    FROM often
    INNER JOIN of_all ON of_all.focus_id = often.focus_id
    WHERE of_all.user_days <= often.days
    GROUP BY often.user_id
)

SELECT
    unlinked.lookup_nr,
    firsts.met_before,
    coalesce(past.unlinked_days, 0) + CASE WHEN unlinked_pairs.user_id IS NOT NULL THEN 1 ELSE 0 END AS unlinked_days,
    coalesce(past.linked_days, 0) AS linked_days,
    coalesce(date_diff('day', past.first_unlinked_on, $day), 0) AS unlinked_span_days,
    coalesce(often_seen.persons, 0) AS returning_persons,
    -- someone whom many look up often is known to the police, not to one officer
    greatest(
        coalesce(popularity.unlinked_user_days, 0) - coalesce(past.unlinked_days, 0), 0
    ) AS others_unlinked_days
FROM unlinked
INNER JOIN firsts ON firsts.user_id = unlinked.user_id AND firsts.subject_id = unlinked.subject_id
LEFT JOIN unlinked_pairs
    ON unlinked_pairs.user_id = unlinked.user_id AND unlinked_pairs.focus_id = unlinked.focus_id
LEFT JOIN acquaintance AS past ON past.user_id = unlinked.user_id AND past.focus_id = unlinked.focus_id
LEFT JOIN often_seen ON often_seen.user_id = unlinked.user_id
LEFT JOIN popularity ON popularity.focus_id = unlinked.focus_id
WHERE unlinked.focus_id IS NOT NULL
