-- One row per audited lookup with every answer that a rule may ask for. Rules read this table and nothing else.
SELECT
    night.lookup_nr,
    night.action,
    night.channel,
    night.local_hour,
    coalesce(night_subjects.subject_type, night.subject_type) AS subject_type,
    -- work
    work.work_strength,
    work.subject_link_strength,
    work.is_explained,
    work.is_unlinked,
    desks.user_id IS NOT NULL AS is_desk,
    -- duty
    duty.duty_state,
    duty.minutes_from_shift,
    -- oneself
    coalesce(
        night.own_subject_id = night_subjects.person_id AND night_subjects.person_id = night.subject_id, FALSE
    ) AS is_own_record,
    coalesce(
        night.own_subject_id = night_subjects.person_id AND night_subjects.person_id <> night.subject_id, FALSE
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
    colleagues.own_subject_id IS NOT NULL AND night.own_subject_id IS DISTINCT FROM night_subjects.person_id
        AS is_colleague,
    -- where the device was
    round(distance_m(night.home_lat, night.home_lon, night.lat, night.lon)) AS device_home_distance_m,
    -- volume
    volume.day_lookups,
    volume.day_extracts,
    volume.usual_extracts,
    coalesce(volume.extracts_excess, 0) AS extracts_excess,
    -- the public
    coalesce(night_subjects.is_public_figure, FALSE) AS is_public_figure,
    coalesce(news_context.news_items, 0) AS news_items,
    news_context.hours_since_news,
    coalesce(bursts.burst_users, 0) AS burst_users,
    coalesce(bursts.burst_teams, 0) AS burst_teams,
    bursts.burst_expected,
    coalesce(bursts.burst_excess, 0) AS burst_excess,
    -- history
    coalesce(history.is_first, FALSE) AS is_first,
    coalesce(history.unlinked_days, 0) AS unlinked_days,
    coalesce(history.linked_days, 0) AS linked_days,
    coalesce(history.unlinked_span_days, 0) AS unlinked_span_days,
    coalesce(history.others_unlinked_days, 0) AS others_unlinked_days
FROM night
INNER JOIN work ON work.lookup_nr = night.lookup_nr
INNER JOIN duty ON duty.lookup_nr = night.lookup_nr
LEFT JOIN night_subjects ON night_subjects.subject_id = night.subject_id
LEFT JOIN (SELECT DISTINCT own_subject_id FROM users WHERE own_subject_id IS NOT NULL) AS colleagues
    ON colleagues.own_subject_id = night_subjects.person_id
LEFT JOIN volume ON volume.user_id = night.user_id
LEFT JOIN desks ON desks.user_id = night.user_id
LEFT JOIN home ON home.lookup_nr = night.lookup_nr
LEFT JOIN kinship ON kinship.lookup_nr = night.lookup_nr
LEFT JOIN news_context ON news_context.lookup_nr = night.lookup_nr
LEFT JOIN bursts ON bursts.focus_id = night_subjects.focus_id
LEFT JOIN history ON history.lookup_nr = night.lookup_nr
