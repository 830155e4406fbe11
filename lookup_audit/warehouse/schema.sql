-- The warehouse: what came in, what history keeps, what the audit says. Every column is commented.
-- Times ending in _at are TIMESTAMP in UTC; local days, hours and weekdays are computed once, at ingest.
-- Keys are checked by set-based queries at ingest: a primary key would cost more than twice the file.

-- ── What came in: the tables of the data contract, each with the file that a row came from ──────────────

CREATE TABLE lookups (
    lookup_id      VARCHAR NOT NULL,   -- the query's own id, unique per system
    occurred_at    TIMESTAMP NOT NULL, -- when the query was made (UTC)
    user_id        VARCHAR NOT NULL,   -- who made it
    system         VARCHAR NOT NULL,   -- the police system that was queried
    action         VARCHAR,            -- search, view, print or export
    channel        VARCHAR,            -- desktop, mobile or api
    subject_type   VARCHAR,            -- person, vehicle, address, phone or organisation
    subject_id     VARCHAR,            -- who or what was found, where the system logged it
    query_text     VARCHAR,            -- what the user typed; written by the people being audited
    case_id        VARCHAR,            -- the case that the user named
    justification  VARCHAR,            -- the reason that the user gave
    workstation    VARCHAR,            -- the machine it was made on
    lat            DOUBLE,             -- where the device was: latitude, degrees
    lon            DOUBLE,             -- where the device was: longitude, degrees
    local_date     DATE NOT NULL,      -- the day in the configured zone
    local_hour     TINYINT NOT NULL,   -- 0 to 23, in the configured zone
    local_weekday  TINYINT NOT NULL,   -- 1 Monday to 7 Sunday, in the configured zone
    file_id        VARCHAR NOT NULL    -- the input file
);

CREATE TABLE users (
    user_id           VARCHAR NOT NULL, -- who may query
    unit              VARCHAR,          -- the regional or national unit
    district          VARCHAR,          -- the district within the unit
    team              VARCHAR,          -- the team within the district
    function          VARCHAR,          -- the function, in the force's own words
    surname           VARCHAR,          -- as registered
    home_postcode     VARCHAR,          -- home address
    home_house_number VARCHAR,          -- home address, with its addition
    home_lat          DOUBLE,           -- home latitude, degrees
    home_lon          DOUBLE,           -- home longitude, degrees
    own_subject_id    VARCHAR,          -- the user's own record as a data subject
    hired_on          DATE,             -- first day of employment
    left_on           DATE,             -- last day of employment
    surname_key       VARCHAR,          -- surname without case, prefixes, diacritics and spaces
    home_postcode_key VARCHAR,          -- postcode without case and spaces
    home_address_key  VARCHAR,          -- postcode and house number, normalised
    file_id           VARCHAR NOT NULL  -- the input file
);

CREATE TABLE subjects (
    subject_id       VARCHAR NOT NULL, -- who or what can be looked up
    subject_type     VARCHAR NOT NULL, -- person, vehicle, address, phone or organisation
    surname          VARCHAR,          -- a person's surname
    given_names      VARCHAR,          -- a person's given names
    birth_date       DATE,             -- a person's date of birth
    sex              VARCHAR,          -- a person's sex as registered
    plate            VARCHAR,          -- a vehicle's plate
    owner_subject_id VARCHAR,          -- the person who owns the vehicle or phone
    postcode         VARCHAR,          -- where it is, or where the person lives
    house_number     VARCHAR,          -- with its addition
    lat              DOUBLE,           -- latitude, degrees
    lon              DOUBLE,           -- longitude, degrees
    is_public_figure BOOLEAN,          -- known to the public
    surname_key      VARCHAR,          -- surname without case, prefixes, diacritics and spaces
    plate_key        VARCHAR,          -- plate without case, spaces and hyphens
    postcode_key     VARCHAR,          -- postcode without case and spaces
    address_key      VARCHAR,          -- postcode and house number, normalised
    file_id          VARCHAR NOT NULL  -- the input file
);

CREATE TABLE shifts (
    user_id   VARCHAR NOT NULL,   -- who is rostered
    starts_at TIMESTAMP NOT NULL, -- start (UTC)
    ends_at   TIMESTAMP NOT NULL, -- end (UTC)
    kind      VARCHAR,            -- duty, standby, training, leave or sick; empty means duty
    file_id   VARCHAR NOT NULL    -- the input file
);

CREATE TABLE cases (
    case_id   VARCHAR NOT NULL, -- an investigation or file
    opened_at TIMESTAMP,        -- when it was opened (UTC)
    closed_at TIMESTAMP,        -- when it was closed (UTC)
    team      VARCHAR,          -- the team that owns it
    kind      VARCHAR,          -- the kind of case
    file_id   VARCHAR NOT NULL  -- the input file
);

CREATE TABLE case_subjects (
    case_id    VARCHAR NOT NULL, -- the case
    subject_id VARCHAR NOT NULL, -- who or what the case is about
    linked_at  TIMESTAMP,        -- when that was registered (UTC)
    file_id    VARCHAR NOT NULL  -- the input file
);

CREATE TABLE case_members (
    case_id     VARCHAR NOT NULL, -- the case
    user_id     VARCHAR,          -- a user who works on it; empty when a whole team does
    team        VARCHAR,          -- the team that works on it, when no user is named
    valid_from  TIMESTAMP,        -- from when (UTC)
    valid_until TIMESTAMP,        -- until when (UTC); empty while it lasts
    file_id     VARCHAR NOT NULL  -- the input file
);

CREATE TABLE incidents (
    incident_id  VARCHAR NOT NULL,   -- a call or incident
    occurred_at  TIMESTAMP NOT NULL, -- when it happened (UTC)
    kind         VARCHAR,            -- the kind of incident
    postcode     VARCHAR,            -- where
    house_number VARCHAR,            -- where, with its addition
    lat          DOUBLE,             -- latitude, degrees
    lon          DOUBLE,             -- longitude, degrees
    team         VARCHAR,            -- the team it was assigned to
    postcode_key VARCHAR,            -- postcode without case and spaces
    address_key  VARCHAR,            -- postcode and house number, normalised
    file_id      VARCHAR NOT NULL    -- the input file
);

CREATE TABLE incident_subjects (
    incident_id VARCHAR NOT NULL, -- the incident
    subject_id  VARCHAR NOT NULL, -- who or what was involved
    file_id     VARCHAR NOT NULL  -- the input file
);

CREATE TABLE dispatches (
    incident_id   VARCHAR NOT NULL, -- the incident
    user_id       VARCHAR,          -- a user who was sent; empty when a whole team was
    team          VARCHAR,          -- the team that was sent, when no user is named
    dispatched_at TIMESTAMP,        -- when they were sent (UTC)
    cleared_at    TIMESTAMP,        -- when they were free again (UTC)
    file_id       VARCHAR NOT NULL  -- the input file
);

CREATE TABLE news (
    news_id      VARCHAR NOT NULL,   -- a media item
    published_at TIMESTAMP NOT NULL, -- when it was published (UTC)
    subject_id   VARCHAR NOT NULL,   -- the person it is about
    headline     VARCHAR,            -- its headline; written by others
    outlet       VARCHAR,            -- who published it
    url          VARCHAR,            -- where; never opened by this tool
    file_id      VARCHAR NOT NULL    -- the input file
);

CREATE TABLE relations (
    user_id    VARCHAR NOT NULL, -- the user who declared it
    subject_id VARCHAR NOT NULL, -- the related person
    kind       VARCHAR,          -- partner, parent, child, sibling, household, ex_partner, in_law, friend, other
    file_id    VARCHAR NOT NULL  -- the input file
);

CREATE TABLE interventions (
    intervention_id VARCHAR NOT NULL, -- a prevention activity
    held_on         DATE NOT NULL,    -- its day
    kind            VARCHAR,          -- dilemma_session, debrief, presentation, campaign or e_learning
    theme           VARCHAR,          -- what it was about: a detector's id
    unit            VARCHAR,          -- for which unit; empty means everyone
    team            VARCHAR,          -- for which team; empty means the whole unit
    reach           BIGINT,           -- how many attended
    file_id         VARCHAR NOT NULL  -- the input file
);

CREATE TABLE labels (
    system    VARCHAR NOT NULL, -- the lookup's system
    lookup_id VARCHAR NOT NULL, -- the lookup
    motive    VARCHAR NOT NULL, -- curiosity, personal_involvement or personal_benefit
    theme     VARCHAR,          -- a detector's id
    file_id   VARCHAR NOT NULL  -- the input file; labels are for evaluation, no detector reads them
);

-- ── The ledger of what came in ──────────────────────────────────────────────────────────────────────────

CREATE TABLE input_files (
    file_id         VARCHAR NOT NULL,   -- SHA-256 of the content
    file            VARCHAR NOT NULL,   -- its name
    table_name      VARCHAR NOT NULL,   -- the table it belongs to
    loaded_at       TIMESTAMP NOT NULL, -- when it was loaded (UTC)
    rows_read       BIGINT NOT NULL,    -- rows in the file, counted independently of the reader where it can be
    rows_loaded     BIGINT NOT NULL,    -- rows that went into the table
    rows_rejected   BIGINT NOT NULL,    -- rows in rejected_rows
    rows_duplicate  BIGINT NOT NULL,    -- rows that were there already, with the same content
    warnings        VARCHAR NOT NULL    -- JSON: kind of warning → count
);

CREATE TABLE rejected_rows (
    file_id  VARCHAR NOT NULL, -- SHA-256 of the file
    file     VARCHAR NOT NULL, -- its name
    line     BIGINT,           -- the physical line (text) or row number (Parquet), from 1
    raw_text VARCHAR,          -- the row as it stands in the file
    "column" VARCHAR,          -- the column at fault, where one is
    reason   VARCHAR NOT NULL  -- a short code: what is wrong
);

CREATE TABLE pending_days (
    day    DATE NOT NULL,   -- a local day with lookups whose audit is not done, or no longer current
    reason VARCHAR NOT NULL -- new_lookups, history_changed, configuration_changed, or the table whose late rows changed the day
);

-- ── History: what one night leaves for the next, so that its cost follows the night ─────────────────────

CREATE TABLE numbers (
    nr   INTEGER NOT NULL, -- what history is kept and compared by; a night joins whole numbers, not texts
    text VARCHAR NOT NULL  -- what it stands for: a user, subject, team, surname, street, household or sex, as normalised
);

CREATE TABLE numbered_focus_days (
    focus_nr       INTEGER NOT NULL, -- who is behind the lookups: a vehicle's or phone's owner, else the subject itself
    day            DATE NOT NULL,    -- the local day
    lookups        BIGINT NOT NULL,  -- lookups of it that day
    users          BIGINT NOT NULL,  -- distinct users who did so
    unlinked_users BIGINT NOT NULL   -- of them, without any work link
);

CREATE TABLE numbered_user_subject_days (
    user_nr    INTEGER NOT NULL, -- the user
    subject_nr INTEGER NOT NULL, -- the subject
    focus_nr   INTEGER NOT NULL, -- who is behind it
    day        DATE NOT NULL,    -- the local day
    lookups    BIGINT NOT NULL,  -- lookups of it by the user that day
    unlinked   BIGINT NOT NULL   -- of them, without any work link
);

CREATE TABLE numbered_interest_days (
    user_nr     INTEGER NOT NULL, -- the user
    day         DATE NOT NULL,    -- the local day
    focus_nr    INTEGER NOT NULL, -- the person behind lookups without any work link
    team_nr     INTEGER,          -- the user's team that day
    surname_nr  INTEGER,          -- the person's surname
    postcode_nr INTEGER,          -- the person's street, as its postcode
    home_nr     INTEGER NOT NULL, -- the person's household, so that a family counts once
    sex_nr      INTEGER           -- the person's sex as registered
);

CREATE TABLE team_place_days (
    team     VARCHAR NOT NULL, -- the team
    day      DATE NOT NULL,    -- the local day
    cell_lat DOUBLE NOT NULL,  -- middle of a cell of 0.02 by 0.03 degrees (about 2 km) where subjects are
    cell_lon DOUBLE NOT NULL,  -- the same, longitude
    lookups  BIGINT NOT NULL   -- the team's lookups of subjects in that cell that day
);

CREATE TABLE reason_days (
    system   VARCHAR NOT NULL, -- the system
    function VARCHAR,          -- the function of the users
    reason   VARCHAR,          -- the justification without case and spaces; null where none was given
    day      DATE NOT NULL,    -- the local day
    lookups  BIGINT NOT NULL   -- lookups with it; reasons given fewer than three times that day are one, '…'
);

CREATE TABLE user_days (
    user_id         VARCHAR NOT NULL, -- the user
    day             DATE NOT NULL,    -- the local day
    peer_group      VARCHAR NOT NULL, -- the function and team whose members are the user's peers
    lookups         BIGINT NOT NULL,  -- lookups that day
    subjects        BIGINT NOT NULL,  -- distinct subjects
    first_subjects  BIGINT NOT NULL,  -- subjects met for the first time within the history window
    unlinked        BIGINT NOT NULL,  -- lookups without any work link
    off_duty        BIGINT NOT NULL,  -- lookups outside every duty or standby shift and its grace
    night_hours     BIGINT NOT NULL,  -- lookups between 22:00 and 06:00 local time
    systems         BIGINT NOT NULL,  -- distinct systems
    persons         BIGINT NOT NULL,  -- lookups of persons
    vehicles        BIGINT NOT NULL,  -- lookups of vehicles
    mobile          BIGINT NOT NULL,  -- lookups from a mobile device
    prints_exports  BIGINT NOT NULL,  -- lookups printed or exported
    peak_hour       BIGINT NOT NULL,  -- lookups in the busiest hour
    most_repeated   BIGINT NOT NULL,  -- lookups of the subject looked up most
    near_home       BIGINT NOT NULL,  -- lookups of subjects close to home
    public_figures  BIGINT NOT NULL,  -- lookups of public figures
    anomaly_score   DOUBLE,           -- 0 to 1, higher is odder among peers; null where there is no model yet
    top_features    VARCHAR[]         -- the features that drive the score, strongest first
);

-- ── What the audit says ─────────────────────────────────────────────────────────────────────────────────

CREATE TABLE work_links (
    system      VARCHAR NOT NULL, -- the lookup's system
    lookup_id   VARCHAR NOT NULL, -- the lookup
    explanation VARCHAR NOT NULL, -- the id of the explanation
    strength    DOUBLE NOT NULL,  -- 0 to 1; from 0.5 it explains, below it softens
    audit_date  DATE NOT NULL     -- the local day that was audited
);

CREATE TABLE findings (
    finding_id  VARCHAR NOT NULL,   -- derived from detector and lookup
    run_id      VARCHAR NOT NULL,   -- the run that made it
    audit_date  DATE NOT NULL,      -- the local day that was audited
    detector    VARCHAR NOT NULL,   -- the id of the rule, or peer_anomaly
    motive      VARCHAR,            -- curiosity, personal_involvement, personal_benefit; null for any
    system      VARCHAR NOT NULL,   -- the lookup's system
    lookup_id   VARCHAR NOT NULL,   -- the lookup
    user_id     VARCHAR NOT NULL,   -- who made it
    subject_id  VARCHAR,            -- who or what was looked up, resolved from the query text where needed
    occurred_at TIMESTAMP NOT NULL, -- when (UTC)
    score       DOUBLE NOT NULL,    -- 0 to 1, higher is more abnormal
    evidence    VARCHAR NOT NULL    -- JSON: the values that the rule saw
);

CREATE TABLE lookup_risk (
    system      VARCHAR NOT NULL,   -- the lookup's system
    lookup_id   VARCHAR NOT NULL,   -- the lookup
    occurred_at TIMESTAMP NOT NULL, -- when (UTC)
    user_id     VARCHAR NOT NULL,   -- who made it
    subject_id  VARCHAR,            -- who or what was looked up
    risk        DOUBLE NOT NULL,    -- 0 to 1, reads as a probability
    motive      VARCHAR,            -- of its strongest finding that has one
    detectors   VARCHAR[] NOT NULL, -- the detectors that raised a question, in order of name
    work_links  VARCHAR[] NOT NULL, -- the explanations that apply, in order of name
    alert_id    VARCHAR,            -- the alert it is part of
    sum_shown   VARCHAR NOT NULL,   -- JSON: the log-odds that add up to the risk
    alert_about VARCHAR NOT NULL,   -- what the alert is about: a subject's circle, or 'behaviour'
    audit_date  DATE NOT NULL       -- the local day that was audited
);

CREATE TABLE alert_episodes (
    alert_id   VARCHAR NOT NULL,   -- derived from its first lookup
    user_id    VARCHAR NOT NULL,   -- the user
    subject_id VARCHAR,            -- the subject looked up most in it; null when it is about behaviour
    alert_about VARCHAR NOT NULL,  -- a subject's circle (household, car, address), or 'behaviour'
    motive     VARCHAR NOT NULL,   -- of its strongest finding that has one, else curiosity
    first_at   TIMESTAMP NOT NULL, -- its first lookup (UTC)
    last_at    TIMESTAMP NOT NULL, -- its last lookup (UTC)
    lookups    BIGINT NOT NULL,    -- lookups in it that carry a finding
    risk       DOUBLE NOT NULL,    -- 0 to 1
    peak_on    DATE NOT NULL,      -- the local day of its highest risk, the earliest of equals: whose queue it is in
    detectors  VARCHAR[] NOT NULL, -- the detectors that raised a question in it, the strongest first
    queued     BOOLEAN NOT NULL    -- put before a reviewer: risk high enough, and within what can be read of its day
);

CREATE TABLE control_sample (
    control_id  VARCHAR NOT NULL,   -- derived from the seed and the lookup; the smallest of a night are drawn
    system      VARCHAR NOT NULL,   -- the lookup's system
    lookup_id   VARCHAR NOT NULL,   -- the lookup, which no detector touched
    occurred_at TIMESTAMP NOT NULL, -- when (UTC)
    user_id     VARCHAR NOT NULL,   -- who made it
    subject_id  VARCHAR,            -- who or what was looked up
    audit_date  DATE NOT NULL       -- the local day that was audited
);

CREATE TABLE runs (
    run_id            VARCHAR NOT NULL,   -- derived from the day, the configuration and the code version
    audit_date        DATE NOT NULL,      -- the local day that was audited
    started_at        TIMESTAMP NOT NULL, -- wall clock (UTC)
    finished_at       TIMESTAMP NOT NULL, -- wall clock (UTC)
    status            VARCHAR NOT NULL,   -- done, or done_with_skips
    config_hash       VARCHAR NOT NULL,   -- of every setting that can change a result
    code_version      VARCHAR NOT NULL,   -- the package's version and the hash of its signed SQL
    lookups           BIGINT NOT NULL,    -- lookups audited
    explained         BIGINT NOT NULL,    -- of them, with a valid work link
    first_lookups     BIGINT NOT NULL,    -- by which a user met a subject for the first time
    first_explained   BIGINT NOT NULL,    -- of them, with a valid work link
    findings          BIGINT NOT NULL,    -- findings made
    skipped_detectors VARCHAR[] NOT NULL  -- "detector: why", for each that could not run
);

CREATE TABLE configurations (
    config_hash VARCHAR NOT NULL, -- as in runs
    settings    VARCHAR NOT NULL  -- JSON: every setting that can change a result, so that a change can be named
);

CREATE TABLE gaps (
    day      DATE NOT NULL,     -- the local day that was audited
    kind     VARCHAR NOT NULL,  -- what is odd about what came in: silent_system, missing_roster, empty_table, …
    part     VARCHAR NOT NULL,  -- the system, team, table, or column and value that it is about
    expected DOUBLE,            -- what the past leads one to expect; null where nothing can be said
    seen     DOUBLE,            -- what came in
    disables VARCHAR[] NOT NULL -- detectors and explanations that say less, or nothing, for want of it
);

CREATE TABLE value_days (
    day       DATE NOT NULL,    -- the local day
    "column"  VARCHAR NOT NULL, -- a coded column of the lookups
    "value"   VARCHAR NOT NULL, -- a value in it; empty where none was given
    lookups   BIGINT NOT NULL   -- lookups of that day with it
);

-- ── What trends are counted from ─────────────────────────────────────────────────────────────────────────

CREATE TABLE volume_days (
    day       DATE NOT NULL,    -- the local day
    cut       VARCHAR NOT NULL, -- what the day is cut by: system, channel, action, hour, duty
    part      VARCHAR NOT NULL, -- the part: a system's name, an hour 0 to 23, on or off duty; empty where not known
    lookups   BIGINT NOT NULL,  -- lookups in it
    explained BIGINT NOT NULL,  -- of them, with a valid work link
    users     BIGINT NOT NULL   -- users who made them
);

CREATE TABLE question_days (
    day     DATE NOT NULL,    -- the local day
    user_id VARCHAR NOT NULL, -- whose lookups raised the question
    motive  VARCHAR NOT NULL, -- of the strongest finding
    theme   VARCHAR NOT NULL, -- the detector of the strongest finding of that motive
    system  VARCHAR NOT NULL, -- where it was looked up
    channel VARCHAR NOT NULL, -- over which channel; empty where not known
    action  VARCHAR NOT NULL, -- what was done; empty where not known
    hour    BIGINT NOT NULL,  -- the local hour, 0 to 23
    duty    VARCHAR NOT NULL, -- on or off duty
    lookups BIGINT NOT NULL,  -- how many such lookups
    risk    DOUBLE NOT NULL   -- the highest risk among them
);

-- ── What people did with it ─────────────────────────────────────────────────────────────────────────────

CREATE TABLE verdicts (
    alert_id   VARCHAR NOT NULL,   -- the alert under its present id, or a lookup of the control sample
    judged_as  VARCHAR,            -- the id that it had when it was judged, where another first lookup changed it since
    decided_at TIMESTAMP NOT NULL, -- when (UTC); later than that of every verdict before it
    decided_by VARCHAR NOT NULL,   -- the operating-system account
    verdict    VARCHAR NOT NULL,   -- asked, explained, unexplained, referred or dismissed
    note       VARCHAR NOT NULL,   -- why; history is kept, never overwritten
    because    VARCHAR,            -- why it was a false alarm, as a code; null where it was none, or was not said
    answer     VARCHAR,            -- what the user said when asked
    lookups    BIGINT,             -- lookups in the alert at that moment; null for a control
    log_odds   DOUBLE,             -- of the alert's riskiest lookup at that moment, before recalibration; null for a control
    repeated_log_odds DOUBLE       -- what the number of days in the alert added at that moment; null for a control
);

CREATE TABLE calibrations (
    fitted_on     DATE NOT NULL,   -- the audited local day whose risks it recalibrates
    verdicts      BIGINT NOT NULL, -- alerts judged before the end of that day, which it learned from
    intercept     DOUBLE NOT NULL, -- added to the log-odds of a risk
    slope         DOUBLE NOT NULL, -- times the log-odds of a risk, 0.25 to 4
    reviewed_from DOUBLE NOT NULL  -- log-odds below which too little was judged: what is added stays the same there
);

CREATE TABLE suppressions (
    suppression_id VARCHAR NOT NULL,   -- derived from when it was made; no user is in it
    detectors      VARCHAR[] NOT NULL, -- the questions that it is about: an alert hides when all of its own are among them
    motive         VARCHAR NOT NULL,   -- the highest that it hides; an alert of a higher one is shown
    user_id        VARCHAR,            -- whose alerts; null for anyone's
    team           VARCHAR,            -- of which team's users; null for any
    subject_id     VARCHAR,            -- about which subject; null for any
    owner          VARCHAR NOT NULL,   -- who answers for it
    reason         VARCHAR NOT NULL,   -- why these alerts need no reading
    made_by        VARCHAR NOT NULL,   -- the account that made it
    made_at        TIMESTAMP NOT NULL, -- when (UTC); later than that of every suppression before it
    until          DATE NOT NULL,      -- the last local day on which it hides anything
    ended_by       VARCHAR,            -- the account that ended it early
    ended_at       TIMESTAMP           -- when (UTC); null while it runs or has run out
);

-- ── What guards it ──────────────────────────────────────────────────────────────────────────────────────

CREATE TABLE mandates (
    reference   VARCHAR NOT NULL,   -- of the written order
    authority   VARCHAR NOT NULL,   -- who gave it
    purpose     VARCHAR NOT NULL,   -- what it is for
    user_id     VARCHAR NOT NULL,   -- the one user whose file may be opened
    first_day   DATE NOT NULL,      -- the first local day that may be looked at
    last_day    DATE NOT NULL,      -- the last
    valid_until DATE NOT NULL,      -- the last local day on which it may be used
    holders     VARCHAR[] NOT NULL, -- the accounts that may use it
    added_by    VARCHAR NOT NULL,   -- the account that recorded it
    added_at    TIMESTAMP NOT NULL, -- when (UTC)
    approved_by VARCHAR,            -- the other account that approved it; null while none did
    approved_at TIMESTAMP,          -- when (UTC)
    withdrawn_by VARCHAR,           -- the account that withdrew it; null while nobody did
    withdrawn_at TIMESTAMP          -- when (UTC)
);

CREATE TABLE key_prints (
    fingerprint VARCHAR NOT NULL,   -- of the secret key, from which the key cannot be known
    made_at     TIMESTAMP NOT NULL, -- from when on it is used (UTC)
    retired_at  TIMESTAMP           -- when another took its place (UTC); null for the present one
);

CREATE TABLE notices (
    notice_id    VARCHAR NOT NULL, -- derived from the lookup; no user is in it
    batch_id     VARCHAR NOT NULL, -- of the run that made it, derived from its notices; the name of its folder
    user_id      VARCHAR NOT NULL, -- who is, or would have been, written to
    system       VARCHAR NOT NULL, -- the lookup's system
    lookup_id    VARCHAR NOT NULL, -- the lookup that it asks about
    theme        VARCHAR NOT NULL, -- the detector of the strongest finding
    looked_up_on DATE NOT NULL,    -- the local day of the lookup
    made_on      DATE NOT NULL,    -- the local day on which the notice was made
    sent         BOOLEAN NOT NULL  -- false for a user of the hold-out: nothing was written
);

CREATE TABLE notice_arms (
    user_id  VARCHAR NOT NULL, -- a user who would get a notice
    held_out BOOLEAN NOT NULL, -- drawn into the hold-out, for as long as this trial lasts
    share    DOUBLE NOT NULL,  -- the share that was being held out when it was drawn
    drawn_on DATE NOT NULL     -- the local day of the draw, on which the user would have got the first notice
);

CREATE TABLE trail (
    entry    BIGINT NOT NULL,    -- 1, 2, 3 …
    entered_at TIMESTAMP NOT NULL, -- when (UTC)
    actor    VARCHAR NOT NULL,   -- the operating-system account
    claimed  VARCHAR,            -- who the actor said to be (--as); a claim, it opens nothing
    action   VARCHAR NOT NULL,   -- what was done: dossier, triage, …
    outcome  VARCHAR NOT NULL,   -- done, or refused
    about    VARCHAR,            -- the user that was looked at, or what else it was done to
    reason   VARCHAR NOT NULL,   -- the mandate's reference, or the note
    previous VARCHAR NOT NULL,   -- hash of the entry before
    hash     VARCHAR NOT NULL    -- SHA-256 over this entry and the one before
);

CREATE TABLE warehouse_version (
    version INTEGER NOT NULL -- of this schema; a warehouse of another version is refused
);

INSERT INTO warehouse_version VALUES (5);

CREATE VIEW alerts AS
    -- the triage list: rank 1 is what a reviewer should read first; status is that of the latest verdict
    SELECT
        episode.alert_id,
        episode.user_id,
        episode.subject_id,
        episode.motive,
        episode.first_at,
        episode.last_at,
        episode.lookups,
        episode.risk,
        row_number() OVER (
            ORDER BY episode.risk DESC, episode.lookups DESC, episode.last_at DESC, episode.alert_id
        ) AS rank,
        coalesce(latest.verdict, 'new') AS status,
        episode.peak_on,
        episode.queued,
        episode.detectors
    FROM alert_episodes AS episode
    LEFT JOIN (
        SELECT alert_id, arg_max(verdict, decided_at) AS verdict FROM verdicts GROUP BY alert_id
    ) AS latest ON latest.alert_id = episode.alert_id;

CREATE VIEW focus_days AS
    -- `numbered_focus_days` with the ids that the numbers stand for
    SELECT focuses.text AS focus_id, days.day, days.lookups, days.users, days.unlinked_users
    FROM numbered_focus_days AS days
    INNER JOIN numbers AS focuses ON focuses.nr = days.focus_nr;

CREATE VIEW user_subject_days AS
    -- `numbered_user_subject_days` with the ids that the numbers stand for
    SELECT
        users.text AS user_id,
        subjects.text AS subject_id,
        focuses.text AS focus_id,
        days.day,
        days.lookups,
        days.unlinked
    FROM numbered_user_subject_days AS days
    INNER JOIN numbers AS users ON users.nr = days.user_nr
    INNER JOIN numbers AS subjects ON subjects.nr = days.subject_nr
    INNER JOIN numbers AS focuses ON focuses.nr = days.focus_nr;

CREATE VIEW interest_days AS
    -- `numbered_interest_days` with the ids and keys that the numbers stand for
    SELECT
        users.text AS user_id,
        days.day,
        focuses.text AS focus_id,
        teams.text AS team,
        surnames.text AS surname_key,
        postcodes.text AS postcode_key,
        homes.text AS home_key,
        sexes.text AS sex
    FROM numbered_interest_days AS days
    INNER JOIN numbers AS users ON users.nr = days.user_nr
    INNER JOIN numbers AS focuses ON focuses.nr = days.focus_nr
    INNER JOIN numbers AS homes ON homes.nr = days.home_nr
    LEFT JOIN numbers AS teams ON teams.nr = days.team_nr
    LEFT JOIN numbers AS surnames ON surnames.nr = days.surname_nr
    LEFT JOIN numbers AS postcodes ON postcodes.nr = days.postcode_nr
    LEFT JOIN numbers AS sexes ON sexes.nr = days.sex_nr;
