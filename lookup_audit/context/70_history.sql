-- How this user and this person met before: for the first time today, or coming back day after day.
WITH asked AS (
    SELECT
        night.lookup_nr,
        night.user_id,
        night.subject_id,
        night_subjects.focus_id,
        row_number() OVER (
            PARTITION BY night.user_id, night.subject_id ORDER BY night.occurred_at, night.lookup_nr
        ) AS nth_tonight,
        bool_or(work.is_unlinked) OVER (PARTITION BY night.user_id, night_subjects.focus_id) AS is_unlinked
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
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

met AS (
    SELECT DISTINCT asked.lookup_nr
    FROM user_subject_days AS history
    INNER JOIN asked ON asked.user_id = history.user_id AND asked.subject_id = history.subject_id
    WHERE asked.nth_tonight = 1 AND history.day < $day AND history.day >= $day - $history_days
)

SELECT
    asked.lookup_nr,
    asked.nth_tonight = 1 AND met.lookup_nr IS NULL AS is_first,
    met.lookup_nr IS NOT NULL AS met_before,
    coalesce(past.unlinked_days, 0) + CASE WHEN asked.is_unlinked THEN 1 ELSE 0 END AS unlinked_days,
    coalesce(past.linked_days, 0) AS linked_days,
    coalesce(date_diff('day', past.first_unlinked_on, $day), 0) AS unlinked_span_days,
    coalesce(often_seen.persons, 0) AS returning_persons,
    -- someone whom many look up often is known to the police, not to one officer
    greatest(
        coalesce(popularity.unlinked_user_days, 0) - coalesce(past.unlinked_days, 0), 0
    ) AS others_unlinked_days
FROM asked
LEFT JOIN met ON met.lookup_nr = asked.lookup_nr
LEFT JOIN acquaintance AS past ON past.user_id = asked.user_id AND past.focus_id = asked.focus_id
LEFT JOIN often_seen ON often_seen.user_id = asked.user_id
LEFT JOIN popularity ON popularity.focus_id = asked.focus_id
