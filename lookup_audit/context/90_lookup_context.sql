-- One row per lookup in question with every answer that a rule may ask for. Rules read this table and nothing else.
-- A part of the night at a time: the whole of a large one at once would not fit in memory.
SELECT
    night.lookup_nr,
    night.action,
    night.channel,
    coalesce(night_subjects.subject_type, night.subject_type) AS subject_type,
    -- work
    in_question.work_strength,
    in_question.subject_link_strength,
    desks.user_nr IS NOT NULL AS is_desk,
    CASE
        WHEN night.reason IS NULL THEN 'none'
        WHEN length(night.reason) < 4 THEN 'says nothing'
        WHEN common_reasons.reason_share >= $boilerplate_share THEN 'boilerplate'
        ELSE 'given'
    END AS reason_state,
    round(common_reasons.reason_share, 4) AS reason_share,
    coalesce(
        list_contains($reason_systems, night.system) OR giving_systems.given_share >= $reason_demanded_share, FALSE
    ) AS reason_demanded,
    contradicted.lookup_nr IS NOT NULL AS is_contradicted,
    coalesce(contradicted.contradicted_circles, 0) AS contradicted_circles,
    coalesce(contradicted.contradicted_tie, 'none') AS contradicted_tie,
    coalesce(team_interest.team_others, 0) AS team_others,
    -- duty
    night.duty_state,
    night.minutes_from_shift,
    -- oneself
    coalesce(everyone.own_subject_nr = night.subject_nr, FALSE) AS is_own_record,
    coalesce(
        everyone.own_subject_nr = night_subjects.person_nr AND night_subjects.person_nr <> night.subject_nr, FALSE
    ) AS is_own_property,
    coalesce(
        night_subjects.subject_type = 'address' AND home.same_home_address, FALSE
    ) AS is_own_address,
    -- home
    home.home_distance_m,
    coalesce(home.same_home_postcode, FALSE) AS same_home_postcode,
    coalesce(home.same_home_address AND night_subjects.is_household, FALSE) AS same_household,
    home.incident_home_distance_m,
    -- kin
    kinship.relation_kind,
    kinship.relation_carries,
    coalesce(kinship.same_surname, FALSE) AS same_surname,
    kinship.surname_share,
    kinship.surname_by_chance,
    -- colleagues
    colleagues.own_subject_nr IS NOT NULL AND everyone.own_subject_nr IS DISTINCT FROM night_subjects.focus_nr
        AS is_colleague,
    coalesce(colleagues.teams && [night.team_nr], FALSE) AS same_team,
    -- where the user works
    area.area_distance_km,
    area.area_radius_km,
    area.second_far_km,
    area.third_far_km,
    chance.place_by_chance,
    chance.home_by_chance,
    coalesce(chance.home_days, 1) AS home_days,
    -- where the device was
    round(distance_m(everyone.home_lat, everyone.home_lon, night.lat, night.lon)) AS device_home_distance_m,
    -- volume
    volume.day_lookups,
    volume.day_unlinked_share,
    volume.day_extracts,
    volume.usual_extracts,
    volume.linked_extracts_share,
    volume.usual_lookups,
    volume.volume_ratio,
    coalesce(volume.extracts_excess, 0) AS extracts_excess,
    -- the public
    coalesce(night_subjects.is_public_figure, FALSE) AS is_public_figure,
    coalesce(news_context.news_items, 0) AS news_items,
    news_context.hours_since_news,
    coalesce(bursts.burst_users, 0) AS burst_users,
    coalesce(bursts.burst_teams, 0) AS burst_teams,
    bursts.burst_expected,
    coalesce(bursts.burst_excess, 0) AS burst_excess,
    coalesce(incident_bursts.incident_users, 0) AS incident_users,
    coalesce(incident_bursts.incident_teams, 0) AS incident_teams,
    coalesce(incident_bursts.incident_excess, 0) AS incident_excess,
    -- tripwires
    coalesce(
        list_contains($probe_subjects, night_subjects.subject_id)
        OR list_contains($probe_subjects, night_subjects.person_id), FALSE
    ) AS is_probe,
    -- what the user's lookups pile up on
    skew.skew_trait,
    skew.skew_found,
    skew.skew_by_chance,
    coalesce(skew.skew_evidence, 0) AS skew_evidence,
    -- history
    coalesce(firsts.lookup_nr = night.lookup_nr AND NOT firsts.met_before, FALSE) AS is_first,
    coalesce(firsts.met_before, FALSE) AS met_before,
    coalesce(history.unlinked_days, 0) AS unlinked_days,
    coalesce(history.linked_days, 0) AS linked_days,
    coalesce(history.unlinked_span_days, 0) AS unlinked_span_days,
    coalesce(history.returning_persons, 0) AS returning_persons,
    coalesce(history.others_unlinked_days, 0) AS others_unlinked_days
FROM in_question
INNER JOIN night ON night.lookup_nr = in_question.lookup_nr
INNER JOIN everyone ON everyone.user_nr = night.user_nr
LEFT JOIN night_subjects ON night_subjects.subject_nr = night.subject_nr
LEFT JOIN giving_systems ON giving_systems.system = night.system
LEFT JOIN common_reasons ON common_reasons.reason = night.reason
LEFT JOIN contradicted ON contradicted.lookup_nr = night.lookup_nr
LEFT JOIN (
    SELECT own_subject_nr, list(team_nr) FILTER (WHERE team_nr IS NOT NULL) AS teams
    FROM everyone
    WHERE own_subject_nr IS NOT NULL
    GROUP BY own_subject_nr
) AS colleagues
    ON colleagues.own_subject_nr = night_subjects.focus_nr
LEFT JOIN team_interest
    ON
        team_interest.team_nr = night.team_nr
        AND team_interest.focus_nr = night_subjects.focus_nr
        AND in_question.is_unlinked
LEFT JOIN area ON area.lookup_nr = night.lookup_nr
LEFT JOIN chance ON chance.lookup_nr = night.lookup_nr
LEFT JOIN incident_bursts ON incident_bursts.lookup_nr = night.lookup_nr
LEFT JOIN skew
    ON
        skew.user_nr = night.user_nr
        AND skew.focus_nr = night_subjects.focus_nr
        AND in_question.subject_link_strength < 0.3
LEFT JOIN volume ON volume.user_id = night.user_id
LEFT JOIN desks ON desks.user_nr = night.user_nr
LEFT JOIN home ON home.user_nr = night.user_nr AND home.subject_nr = night.subject_nr
LEFT JOIN kinship ON kinship.user_nr = night.user_nr AND kinship.subject_nr = night.subject_nr
LEFT JOIN news_context ON news_context.lookup_nr = night.lookup_nr
LEFT JOIN bursts ON bursts.focus_nr = night_subjects.focus_nr
LEFT JOIN firsts ON firsts.user_nr = night.user_nr AND firsts.subject_nr = night.subject_nr
LEFT JOIN history ON history.lookup_nr = night.lookup_nr
WHERE night.lookup_nr > $after AND night.lookup_nr <= $until
