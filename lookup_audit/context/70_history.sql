-- How this user and this person met before: for the first time today, or coming back day after day.
WITH pairs AS (
    SELECT DISTINCT night.user_id, night_subjects.focus_id
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
),

tonight AS (
    SELECT night.user_id, night_subjects.focus_id, bool_or(work.is_unlinked) AS is_unlinked
    FROM night
    INNER JOIN night_subjects ON night_subjects.subject_id = night.subject_id
    INNER JOIN work ON work.lookup_nr = night.lookup_nr
    GROUP BY night.user_id, night_subjects.focus_id
),

past AS (
    SELECT
        history.user_id,
        history.focus_id,
        count(DISTINCT CASE WHEN history.unlinked > 0 THEN history.day END) AS unlinked_days,
        count(DISTINCT CASE WHEN history.unlinked = 0 THEN history.day END) AS linked_days,
        min(CASE WHEN history.unlinked > 0 THEN history.day END) AS first_day
    FROM user_subject_days AS history
    INNER JOIN pairs ON pairs.user_id = history.user_id AND pairs.focus_id = history.focus_id
    WHERE history.day < $day AND history.day >= $day - $history_days
    GROUP BY history.user_id, history.focus_id
),

-- someone whom many look up often is known to the police, not to one officer
popularity AS (
    SELECT focus_id, sum(users) AS user_days, sum(unlinked_users) AS unlinked_user_days
    FROM focus_days
    WHERE
        day < $day AND day >= $day - $history_days
        AND focus_id IN (SELECT focus_id FROM pairs)
    GROUP BY focus_id
),

-- someone who is fixed on one person comes back to one whom nobody else looks up, a community officer to many
often AS (
    SELECT user_id, focus_id, count(DISTINCT day) AS days
    FROM user_subject_days
    WHERE
        day < $day AND day >= $day - $history_days
        AND unlinked > 0
        AND user_id IN (SELECT user_id FROM past WHERE unlinked_days >= 2)
    GROUP BY user_id, focus_id
    HAVING count(DISTINCT day) >= 3
),

often_seen AS (
    SELECT user_id, count(*) AS persons
    FROM (
        SELECT often.user_id, often.focus_id
        FROM often
        INNER JOIN focus_days
            ON
                focus_days.focus_id = often.focus_id
                AND focus_days.day < $day
                AND focus_days.day >= $day - $history_days
        GROUP BY often.user_id, often.focus_id, often.days
        HAVING sum(focus_days.unlinked_users) <= often.days
    ) AS alone
    GROUP BY user_id
),

met AS (
    SELECT DISTINCT history.user_id, history.subject_id
    FROM user_subject_days AS history
    INNER JOIN (SELECT DISTINCT user_id, subject_id FROM night) AS asked
        ON asked.user_id = history.user_id AND asked.subject_id = history.subject_id
    WHERE history.day < $day AND history.day >= $day - $history_days
),

numbered AS (
    SELECT
        lookup_nr,
        user_id,
        subject_id,
        row_number() OVER (PARTITION BY user_id, subject_id ORDER BY occurred_at, lookup_nr) AS nth_tonight
    FROM night
    WHERE subject_id IS NOT NULL
)

SELECT
    numbered.lookup_nr,
    numbered.nth_tonight = 1 AND met.user_id IS NULL AS is_first,
    met.user_id IS NOT NULL AS met_before,
    coalesce(past.unlinked_days, 0) + CASE WHEN tonight.is_unlinked THEN 1 ELSE 0 END AS unlinked_days,
    coalesce(past.linked_days, 0) AS linked_days,
    coalesce(date_diff('day', past.first_day, $day), 0) AS unlinked_span_days,
    coalesce(often_seen.persons, 0) AS returning_persons,
    greatest(
        coalesce(popularity.unlinked_user_days, 0) - coalesce(past.unlinked_days, 0), 0
    ) AS others_unlinked_days
FROM numbered
INNER JOIN night_subjects ON night_subjects.subject_id = numbered.subject_id
INNER JOIN tonight
    ON tonight.user_id = numbered.user_id AND tonight.focus_id = night_subjects.focus_id
LEFT JOIN past ON past.user_id = numbered.user_id AND past.focus_id = night_subjects.focus_id
LEFT JOIN often_seen ON often_seen.user_id = numbered.user_id
LEFT JOIN popularity ON popularity.focus_id = night_subjects.focus_id
LEFT JOIN met ON met.user_id = numbered.user_id AND met.subject_id = numbered.subject_id
