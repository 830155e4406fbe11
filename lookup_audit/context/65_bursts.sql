-- Sudden attention: users without a work link who looked up the same person in the last days, against the
-- subject's own baseline in the history before. Counting only unlinked users keeps a real case out of it.
WITH tonight AS (
    SELECT DISTINCT focus_nr, user_nr FROM unlinked WHERE is_unlinked AND focus_nr IS NOT NULL
),

lately AS (
    SELECT focus_nr, user_nr FROM tonight
    UNION
    SELECT history.focus_nr, history.user_nr
    FROM numbered_user_subject_days AS history
    WHERE
        history.day < $day
        AND history.day > $day - $burst_days
        AND history.unlinked > 0
        AND history.focus_nr IN (SELECT focus_nr FROM tonight)
),

attention AS (
    SELECT
        lately.focus_nr,
        count(*) AS burst_users,
        count(DISTINCT everyone.team_nr) AS burst_teams
    FROM lately
    LEFT JOIN everyone ON everyone.user_nr = lately.user_nr
    GROUP BY lately.focus_nr
),

history AS (
    SELECT count(DISTINCT day) AS days FROM user_days WHERE day <= $day - $burst_days AND day >= $day - $history_days
),

expected AS (
    SELECT
        attention.focus_nr,
        attention.burst_users,
        attention.burst_teams,
        coalesce(popularity.unlinked_before_burst, 0) * $burst_days / greatest(history.days, 7.0) AS burst_expected
    FROM attention
    CROSS JOIN history
    LEFT JOIN popularity ON popularity.focus_nr = attention.focus_nr
)

SELECT
    focus_nr,
    burst_users,
    burst_teams,
    round(burst_expected, 3) AS burst_expected,
    -- standard deviations above what is usual for this subject (Anscombe's square-root transform of a count)
    round(2 * (sqrt(burst_users + 0.375) - sqrt(burst_expected + 0.375)), 3) AS burst_excess
FROM expected
