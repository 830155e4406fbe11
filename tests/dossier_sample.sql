-- One officer, six weeks with nights across midnight and the change to summer time on 29 March 2026, in a
-- team of twelve. Times are UTC. Some text was written by someone who tries to break the page.

INSERT INTO input_files VALUES
    (sha256('lookups'), 'lookups-2026-03.csv', 'lookups', '2026-04-13 01:00:00', 64, 62, 2, 0, '{}'),
    (sha256('users'), 'users.csv', 'users', '2026-04-13 01:00:00', 13, 13, 0, 0, '{}');

INSERT INTO rejected_rows VALUES
    (sha256('lookups'), 'lookups-2026-03.csv', 17, 'L900,"2026-13-01,U0042', 'occurred_at', 'bad_time'),
    (sha256('lookups'), 'lookups-2026-03.csv', 18, 'L901,yesterday,U0007', 'occurred_at', 'bad_time');

INSERT INTO users (user_id, unit, district, team, function, surname, home_postcode, hired_on, file_id)
SELECT
    'U' || lpad(number::VARCHAR, 4, '0'), 'Den Haag', 'Centrum', 'Jan Hendrikstraat', 'Medewerker GGP',
    'Secretname', '2512GM', DATE '2015-04-01', sha256('users')
FROM range(40, 52) AS numbers (number);

INSERT INTO subjects (subject_id, subject_type, surname, plate, owner_subject_id, file_id) VALUES
    ('P-100', 'person', '"><img src=x onerror=window.hacked=1>', NULL, NULL, 'f'),
    ('P-200', 'person', 'van den Berg', NULL, NULL, 'f'),
    ('V-100', 'vehicle', NULL, '12-ABC-3', 'P-100', 'f');

-- Early, late and night shifts in a cycle; two nights run across the clock change; then leave, training, sick.
INSERT INTO shifts
SELECT
    'U0042',
    TIMESTAMP '2026-03-02 00:00:00' + to_days(day::INTEGER)
        + to_hours(CASE day % 8 // 2 WHEN 0 THEN 6 WHEN 1 THEN 14 ELSE 22 END),
    TIMESTAMP '2026-03-02 00:00:00' + to_days(day::INTEGER)
        + to_hours(CASE day % 8 // 2 WHEN 0 THEN 14 WHEN 1 THEN 22 ELSE 30 END),
    'duty', 'f'
FROM range(0, 30) AS days (day)
WHERE day % 8 < 6
UNION ALL VALUES
    ('U0042', TIMESTAMP '2026-04-01 22:00:00', TIMESTAMP '2026-04-05 22:00:00', 'leave', 'f'),
    ('U0042', TIMESTAMP '2026-04-06 07:00:00', TIMESTAMP '2026-04-06 15:00:00', 'training', 'f'),
    ('U0042', TIMESTAMP '2026-04-07 22:00:00', TIMESTAMP '2026-04-08 22:00:00', 'sick', 'f'),
    ('U0042', TIMESTAMP '2026-04-10 16:00:00', TIMESTAMP '2026-04-11 06:00:00', 'standby', 'f');

-- Fifty lookups in the course of work: most are explained, each seventh is not and raises no question either.
INSERT INTO lookups
SELECT
    'L' || lpad(number::VARCHAR, 3, '0'), shift.starts_at + to_minutes((25 + (number * 97) % 430)::INTEGER),
    'U0042', CASE number % 3 WHEN 0 THEN 'BVH' WHEN 1 THEN 'MEOS' ELSE 'RDW' END, 'view',
    CASE number % 3 WHEN 1 THEN 'mobile' ELSE 'desktop' END, 'person', 'P-' || (300 + number), 'zoekvraag',
    NULL, NULL, 'WS-7', NULL, NULL, DATE '2026-03-02', 0, 1, sha256('lookups')
FROM range(0, 50) AS numbers (number)
INNER JOIN (
    SELECT starts_at, row_number() OVER (ORDER BY starts_at) - 1 AS place
    FROM shifts WHERE user_id = 'U0042' AND kind = 'duty'
) AS shift ON shift.place = number % 22;

-- Ten with a question: someone close to home, on leave and at night, twice around the clock change.
INSERT INTO lookups
SELECT
    'Q' || lpad(number::VARCHAR, 3, '0'),
    list_value(
        TIMESTAMP '2026-03-07 21:10:00', TIMESTAMP '2026-03-14 22:30:00', TIMESTAMP '2026-03-29 00:30:00',
        TIMESTAMP '2026-03-29 01:30:00', TIMESTAMP '2026-04-02 19:12:44', TIMESTAMP '2026-04-03 19:40:00',
        TIMESTAMP '2026-04-04 21:59:59', TIMESTAMP '2026-04-06 10:00:00', TIMESTAMP '2026-04-08 09:00:00',
        TIMESTAMP '2026-04-10 20:00:00'
    )[number],
    'U0042', CASE WHEN number % 2 = 0 THEN 'MEOS' ELSE 'BVH' END,
    CASE WHEN number = 9 THEN 'print' ELSE 'search' END,
    CASE WHEN number % 2 = 0 THEN 'mobile' ELSE 'desktop' END, CASE WHEN number = 8 THEN 'vehicle' ELSE 'person' END,
    CASE number WHEN 8 THEN 'V-100' WHEN 10 THEN 'P-200' WHEN 9 THEN NULL ELSE 'P-100' END,
    CASE number
        WHEN 1 THEN '</script><script>window.hacked=1</script>'
        WHEN 2 THEN '''; DROP TABLE lookups; --'
        WHEN 3 THEN chr(8238) || 'gnireduolb' || chr(8236) || chr(7)
        WHEN 4 THEN '=HYPERLINK("http://attacker.example/","x")'
        WHEN 5 THEN repeat('lang ', 200)
        WHEN 6 THEN 'AaneengeslotenTekstZonderSpaties' || repeat('X', 150)
        ELSE 'Berg, van den 12-03-1984'
    END,
    CASE WHEN number = 10 THEN '=1+1' END,
    CASE number
        WHEN 1 THEN '"><img src=x onerror=window.hacked=1>'
        WHEN 2 THEN '{{ 7 * 7 }} <b>vet</b>'
        WHEN 10 THEN '+31 melding door bewoner'
    END,
    'WS-7', NULL, NULL, DATE '2026-03-02', 0, 1, sha256('lookups')
FROM range(1, 11) AS numbers (number);

-- One of a colleague, and one of someone whom the register does not know.
INSERT INTO lookups VALUES
    ('C001', '2026-03-10 08:00:00', 'U0043', 'BVH', 'view', 'desktop', 'person', 'P-100', 'x', NULL, NULL, NULL,
     NULL, NULL, DATE '2026-03-10', 9, 2, sha256('lookups')),
    ('C002', '2026-03-10 08:00:00', '../X 9', 'BVH', 'view', 'desktop', 'person', 'P-100', 'x', NULL, NULL, NULL,
     NULL, NULL, DATE '2026-03-10', 9, 2, sha256('lookups'));

UPDATE lookups SET
    local_date = occurred_at + CASE WHEN occurred_at >= TIMESTAMP '2026-03-29 01:00:00' THEN to_hours(2) ELSE to_hours(1) END;

INSERT INTO work_links
SELECT
    system, lookup_id,
    CASE substr(lookup_id, 4)::INTEGER % 3 WHEN 0 THEN 'own_case' WHEN 1 THEN 'dispatch' ELSE 'team_case' END,
    0.9, local_date
FROM lookups
WHERE starts_with(lookup_id, 'L') AND substr(lookup_id, 2)::INTEGER % 7 <> 0
UNION ALL VALUES
    ('MEOS', 'Q010', 'dispatch', 0.8, DATE '2026-04-10'),
    ('BVH', 'Q001', 'own_case', 0.4, DATE '2026-03-07');

INSERT INTO findings
SELECT
    'f-n-' || lookup_id, 'r-1', local_date, 'neighbour', 'personal_involvement', system, lookup_id, user_id,
    subject_id, occurred_at, 0.8,
    '{"home_distance_m": 41.5, "same_home_postcode": true, "incident_home_distance_m": null, "is_first": '
        || CASE WHEN lookup_id = 'Q001' THEN 'true' ELSE 'false' END
        || ', "channel": "mobile", "note": "</script><script>window.hacked=1</script>"}'
FROM lookups WHERE starts_with(lookup_id, 'Q')
UNION ALL
SELECT
    'f-o-' || lookup_id, 'r-1', local_date, 'off_duty', NULL, system, lookup_id, user_id,
    subject_id, occurred_at, 0.6, '{"duty_state": "leave", "minutes_from_shift": 1322.0, "surname_share": 0.00042}'
FROM lookups WHERE lookup_id IN ('Q005', 'Q006', 'Q007', 'Q009')
UNION ALL
SELECT
    'f-x-' || lookup_id, 'r-1', local_date, 'made_up_rule', NULL, system, lookup_id, user_id,
    subject_id, occurred_at, 0.3, '{"seen": ["a", 2, true], "more": {"b": 1}}'
FROM lookups WHERE lookup_id = 'Q009';

INSERT INTO lookup_risk
SELECT
    found.system, found.lookup_id, found.occurred_at, 'U0042', found.subject_id,
    CASE WHEN len(found.detectors) > 1 THEN 0.858149 WHEN found.lookup_id = 'Q010' THEN 0.019840 ELSE 0.214165 END,
    'personal_involvement', found.detectors,
    CASE WHEN found.lookup_id = 'Q010' THEN ['dispatch'] WHEN found.lookup_id = 'Q001' THEN ['own_case'] ELSE [] END,
    CASE found.lookup_id WHEN 'Q010' THEN 'a-2' WHEN 'Q009' THEN NULL ELSE 'a-1' END,
    CASE
        WHEN found.lookup_id = 'Q010' THEN
            '[{"term":"prior","log_odds":-4.5},{"term":"neighbour","log_odds":4.8},{"term":"dispatch","log_odds":-4.2}]'
        WHEN len(found.detectors) > 1 THEN
            '[{"term":"prior","log_odds":-4.5},{"term":"neighbour","log_odds":4.8},{"term":"off_duty","log_odds":1.5}]'
        ELSE '[{"term":"prior","log_odds":-4.5},{"term":"neighbour","log_odds":3.2}]'
    END,
    'circle', found.audit_date
FROM (
    SELECT system, lookup_id, occurred_at, subject_id, audit_date, list_sort(list(detector)) AS detectors
    FROM findings GROUP BY ALL
) AS found;

INSERT INTO alert_episodes VALUES
    ('a-1', 'U0042', 'P-100', 'circle', 'personal_involvement', '2026-02-07 21:10:00', '2026-04-06 10:00:00', 9, 0.91,
        '2026-03-13', ['neighbour', 'off_duty'], TRUE),
    ('a-2', 'U0042', 'P-200', 'circle', 'personal_involvement', '2026-04-10 20:00:00', '2026-04-10 20:00:00', 1, 0.02,
        '2026-04-10', ['neighbour'], FALSE);

INSERT INTO verdicts (alert_id, decided_at, decided_by, verdict, note) VALUES
    ('a-2', '2026-04-11 08:00:00', 'r.visser', 'explained', 'Melding in GMS gevonden. <b>gezien</b>');

INSERT INTO news VALUES
    ('n-1', '2026-03-13 06:00:00', 'P-100', '</title><script>window.hacked=1</script> Brand in straat', 'Omroep', NULL, 'f'),
    ('n-2', '2025-01-01 06:00:00', 'P-100', 'Too long ago', 'Omroep', NULL, 'f');

INSERT INTO runs
SELECT
    'r-' || day, DATE '2026-03-02' + day::INTEGER, '2026-04-13 02:00:00', '2026-04-13 02:00:01', 'done_with_skips',
    '0123456789abcdef', '0.1.0+fedcba9876543210', 100, 95, 40, 38, 3,
    CASE WHEN day < 20 THEN ['news_spike: needs news'] ELSE [] END
FROM range(0, 40) AS days (day);

INSERT INTO pending_days VALUES (DATE '2026-04-10', 'case_members');

INSERT INTO user_days
SELECT
    'U' || lpad(number::VARCHAR, 4, '0'), DATE '2026-03-02' + day::INTEGER, 'Medewerker GGP · Jan Hendrikstraat',
    5 + number % 5, 4, 2, CASE WHEN number = 42 THEN 3 ELSE number % 2 END, CASE WHEN number = 42 THEN 2 ELSE 0 END,
    1, 2, 3, 1, 2, 0, 2, 1, 0, 0, NULL, NULL
FROM range(40, 52) AS users (number), range(0, 10) AS days (day);
