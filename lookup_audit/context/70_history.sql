-- How often this user and this person met before, of the lookups without a work link to them: coming back day after
-- day, or a first time.
WITH unlinked_pairs AS (
    SELECT DISTINCT user_nr, focus_nr FROM unlinked WHERE is_unlinked AND focus_nr IS NOT NULL
),

-- Someone who is fixed on one person comes back to one whom nobody else looks up, a community officer to many.
-- It is asked of those only who tonight came back to a person of whose days at least a quarter are their own: of
-- anyone else such a question is about a person known to the police, and counting all their persons takes long.
often AS (
    SELECT user_nr, focus_nr, count(DISTINCT day) AS days
    FROM numbered_user_subject_days
    WHERE
        day < $day AND day >= $day - $history_days
        AND unlinked > 0
        AND user_nr IN (
            SELECT acquaintance.user_nr
            FROM acquaintance
            INNER JOIN unlinked_pairs
                ON unlinked_pairs.user_nr = acquaintance.user_nr AND unlinked_pairs.focus_nr = acquaintance.focus_nr
            INNER JOIN popularity ON popularity.focus_nr = acquaintance.focus_nr
            WHERE acquaintance.unlinked_days >= 2 AND popularity.unlinked_user_days <= 4 * (acquaintance.unlinked_days + 1)
        )
    GROUP BY user_nr, focus_nr
    HAVING count(DISTINCT day) >= 3
),

of_all AS (
    SELECT focus_nr, sum(unlinked_users) AS user_days
    FROM numbered_focus_days
    WHERE
        day < $day AND day >= $day - $history_days
        AND focus_nr IN (SELECT focus_nr FROM often)
    GROUP BY focus_nr
),

often_seen AS (
    SELECT often.user_nr, count(*) AS persons
    FROM often
    INNER JOIN of_all ON of_all.focus_nr = often.focus_nr
    WHERE of_all.user_days <= often.days
    GROUP BY often.user_nr
)

SELECT
    unlinked.lookup_nr,
    coalesce(past.unlinked_days, 0) + CASE WHEN unlinked_pairs.user_nr IS NOT NULL THEN 1 ELSE 0 END AS unlinked_days,
    coalesce(past.linked_days, 0) AS linked_days,
    coalesce(date_diff('day', past.first_unlinked_on, $day), 0) AS unlinked_span_days,
    coalesce(often_seen.persons, 0) AS returning_persons,
    -- someone whom many look up often is known to the police, not to one officer
    greatest(
        coalesce(popularity.unlinked_user_days, 0) - coalesce(past.unlinked_days, 0), 0
    ) AS others_unlinked_days
FROM unlinked
LEFT JOIN unlinked_pairs
    ON unlinked_pairs.user_nr = unlinked.user_nr AND unlinked_pairs.focus_nr = unlinked.focus_nr
LEFT JOIN acquaintance AS past ON past.user_nr = unlinked.user_nr AND past.focus_nr = unlinked.focus_nr
LEFT JOIN often_seen ON often_seen.user_nr = unlinked.user_nr
LEFT JOIN popularity ON popularity.focus_nr = unlinked.focus_nr
WHERE unlinked.focus_nr IS NOT NULL
