-- How this user and this person met before: for the first time today, or coming back day after day.
WITH tonight AS (
    SELECT night.user_id, night_subjects.focus_id, bool_or(work.is_unlinked) AS is_unlinked
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
    GROUP BY night.user_id, night_subjects.focus_id
),

-- someone who is fixed on one person comes back to one whom nobody else looks up, a community officer to many
often AS (
    SELECT user_id, focus_id, count(DISTINCT day) AS days
    FROM user_subject_days
    WHERE
        day < $day AND day >= $day - $history_days
        AND unlinked > 0
        AND user_id IN (SELECT user_id FROM acquaintance WHERE unlinked_days >= 2)
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
),

asked AS (
    SELECT user_id, subject_id, arg_min(lookup_nr, (occurred_at, lookup_nr)) AS first_nr
    FROM night
    WHERE subject_id IS NOT NULL
    GROUP BY user_id, subject_id
),

firsts AS (
    SELECT asked.first_nr
    FROM asked
    WHERE NOT EXISTS (
        SELECT 1
        FROM user_subject_days AS history
        WHERE
            history.day < $day AND history.day >= $day - $history_days
            AND history.user_id = asked.user_id
            AND history.subject_id = asked.subject_id
    )
)

SELECT
    night.lookup_nr,
    firsts.first_nr IS NOT NULL AS is_first,
    coalesce(past.unlinked_days, 0) + CASE WHEN tonight.is_unlinked THEN 1 ELSE 0 END AS unlinked_days,
    coalesce(past.linked_days, 0) AS linked_days,
    coalesce(date_diff('day', past.first_unlinked_on, $day), 0) AS unlinked_span_days,
    coalesce(often_seen.persons, 0) AS returning_persons,
    -- someone whom many look up often is known to the police, not to one officer
    greatest(
        coalesce(popularity.unlinked_user_days, 0) - coalesce(past.unlinked_days, 0), 0
    ) AS others_unlinked_days
FROM night
INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
INNER JOIN tonight
    ON tonight.user_id = night.user_id AND tonight.focus_id = night_subjects.focus_id
LEFT JOIN firsts ON firsts.first_nr = night.lookup_nr
LEFT JOIN acquaintance AS past
    ON past.user_id = night.user_id AND past.focus_id = night_subjects.focus_id
LEFT JOIN often_seen ON often_seen.user_id = night.user_id
LEFT JOIN popularity ON popularity.focus_id = night_subjects.focus_id
