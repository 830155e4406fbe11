"""The work links of many days of lookups at once, in pandas: what explains each, and how strongly."""

import numpy as np
import pandas as pd

from benchmarks.plain_tables import Drop, Frame, Parameters, rounded, value_of

_DAY = pd.Timedelta(days=1)


def reach(drop: Drop, subject_ids: pd.Series) -> Frame:
    """Subject, reached and carries: one hop from each subject to its owner, cars, house and household."""
    subjects = drop.tables["subjects"]
    start = subjects[subjects["subject_id"].isin(subject_ids)]
    itself = start[["subject_id"]].assign(reached=start["subject_id"], carries=1.0)
    owner = start.loc[start["person_id"].notna() & (start["person_id"] != start["subject_id"])]
    owner = owner[["subject_id"]].assign(reached=owner["person_id"], carries=0.95)
    owned = subjects[["subject_id", "owner_subject_id"]].dropna()
    owned = start[["subject_id"]].merge(owned.set_axis(["reached", "subject_id"], axis=1), on="subject_id")
    there = subjects.loc[
        subjects["subject_type"].isin(["person", "address"]) & subjects["own_address_key"].notna(),
        ["subject_id", "subject_type", "own_address_key"],
    ].set_axis(["reached", "type", "address_key"], axis=1)
    near = start.loc[start["is_household"] & start["address_key"].notna()].merge(there, on="address_key")
    near = near[near["reached"] != near["subject_id"]]
    of_address = (near["type"] == "address") | (near["subject_type"] == "address")
    near = near.assign(carries=np.where(of_address, 0.9, 0.85))[["subject_id", "reached", "carries"]]
    hops = pd.concat([itself, owner, owned.assign(carries=0.95), near])
    return hops.groupby(["subject_id", "reached"], as_index=False)["carries"].max()


def duty(drop: Drop, lookups: Frame, parameters: Parameters) -> Frame:
    """Duty state and minutes from the nearest shift, by the index of `lookups`.

    `lookups` must hold every lookup of each of its users and days: a shift's worth of them is work.
    """
    context, zone = parameters["context"], parameters["zone"]
    shifts = drop.tables["shifts"]
    shifts = shifts[shifts["user_id"].isin(lookups["user_id"].unique())]
    shifts = shifts.assign(kind=shifts["kind"].fillna("duty"))
    near = _spread(shifts, local_day(shifts["ends_at"] + _DAY, zone), zone)
    lapse = pd.Timedelta(days=context["roster_days"])
    rostered = _spread(shifts, local_day(shifts["ends_at"] + lapse, zone) - _DAY, zone)
    rostered = pd.MultiIndex.from_frame(rostered[["user_id", "day"]].drop_duplicates())
    compared = (
        lookups[["user_id", "day", "occurred_at"]].reset_index(names="nr").merge(near, on=["user_id", "day"])
    )
    at, starts, ends = compared["occurred_at"], compared["starts_at"], compared["ends_at"]
    inside = at.between(starts, ends)
    outside = np.maximum(np.maximum((starts - at).dt.total_seconds(), (at - ends).dt.total_seconds()), 0) / 60
    told = pd.DataFrame({kind: inside & (compared["kind"] == kind) for kind in compared["kind"].unique()})
    told["minutes"] = -outside.where(compared["kind"].isin(["duty", "standby"]))
    told = told.groupby(compared["nr"]).max().reindex(lookups.index)
    minutes = -told["minutes"].astype("float64")
    is_on = {
        kind: told[kind].fillna(False).astype(bool) if kind in told else pd.Series(False, lookups.index)
        for kind in ("duty", "standby", "leave", "sick", "training")
    }
    unrostered = ~pd.MultiIndex.from_frame(lookups[["user_id", "day"]]).isin(rostered)
    teams = drop.tables["users"].set_index("user_id")["team"]
    missing, of_team = _missing_rosters(drop, teams, zone), lookups["user_id"].map(teams)
    if len(missing):
        unrostered |= pd.MultiIndex.from_arrays([of_team, lookups["day"]]).isin(missing)
        yesterday = pd.MultiIndex.from_arrays([of_team, lookups["day"] - _DAY]).isin(missing)
        unrostered |= yesterday & (_local(lookups["occurred_at"], zone).dt.hour < 12).to_numpy()
    state = np.select(
        [is_on["duty"], is_on["standby"], minutes <= context["shift_grace_minutes"], is_on["leave"],
         is_on["sick"], is_on["training"], unrostered],
        ["duty", "standby", "overtime", "leave", "sick", "training", "unknown"],
        "off",
    )  # fmt: skip
    off = lookups[state == "off"].groupby(["user_id", "day"])["occurred_at"].agg(["size", "min", "max"])
    span = (off["max"] - off["min"]).dt.total_seconds()
    works = off[(off["size"] >= context["unrostered_lookups"]) & (span >= context["unrostered_hours"] * 3600)]
    at_work = pd.MultiIndex.from_frame(lookups[["user_id", "day"]]).isin(works.index)
    return pd.DataFrame(
        {"state": np.where((state == "off") & at_work, "unrostered", state), "minutes": rounded(minutes, 1)},
        index=lookups.index,
    )


def _missing_rosters(drop: Drop, teams: pd.Series, zone: str) -> pd.MultiIndex:
    """Each team and day on which two or more of it look up and no rostered shift begins, though some usually do."""
    shifts = drop.tables["shifts"]
    shifts = shifts[~shifts["kind"].isin(["leave", "sick"])]
    begun = pd.DataFrame(
        {"user_id": shifts["user_id"], "day": local_day(shifts["starts_at"], zone)}
    ).drop_duplicates()
    begun = begun.groupby([begun["user_id"].map(teams).rename("team"), "day"]).size()
    asked = drop.lookups[["user_id", "day"]].drop_duplicates()
    asked = asked.groupby([asked["user_id"].map(teams).rename("team"), "day"]).size()
    asked = asked[asked > 1].index.difference(begun.index)
    weeks = np.column_stack(
        [
            begun.reindex(
                pd.MultiIndex.from_arrays(
                    [asked.get_level_values(0), asked.get_level_values(1) - back * 7 * _DAY]
                )
            )
            for back in range(1, 5)
        ]
    )
    there, known = ~np.isnan(weeks), pd.DataFrame(weeks)
    number, first, last = there.sum(axis=1), there.argmax(axis=1), 3 - there[:, ::-1].argmax(axis=1)
    usual = (
        (number > 1) & (number == last - first + 1) & (known.min(axis=1) > 1) & (known.median(axis=1) >= 4)
    )
    return asked[usual.to_numpy()]


def local_day(times: pd.Series, zone: str) -> pd.Series:
    """The local day of each time in UTC."""
    return _local(times, zone).dt.normalize()


def _local(times: pd.Series, zone: str) -> pd.Series:
    return times.dt.tz_localize("UTC").dt.tz_convert(zone).dt.tz_localize(None)


def _spread(shifts: Frame, last: pd.Series, zone: str) -> Frame:
    """Each shift once for every local day from the one it starts on up to `last`."""
    first = local_day(shifts["starts_at"], zone)
    count = ((last - first).dt.days + 1).clip(lower=0).to_numpy()
    spread = shifts.loc[shifts.index.repeat(count)].reset_index(drop=True)
    nth = np.arange(len(spread)) - np.repeat(count.cumsum() - count, count)
    spread["day"] = np.repeat(first.to_numpy(), count) + pd.to_timedelta(nth, unit="D")
    return spread


def strengths(drop: Drop, lookups: Frame, at_desk: pd.Series, parameters: Parameters) -> Frame:
    """Columns `work` and `subject` (without desk functions): the strongest link of each lookup, 0 to 1.

    `lookups` holds the day's and those of history that matter to it; `at_desk` the strength of the function
    of those who look up for others.
    """
    said = parameters["explanation"]
    hops = reach(drop, lookups["subject_id"].dropna().unique())
    found = [
        *_case_links(drop, lookups, hops, said, parameters["context"]["link_grace_days"]),
        *_incident_links(drop, lookups, hops, parameters),
    ]
    subject = _strongest(found, lookups.index)
    passed = _handover(lookups, subject, parameters)
    subject = np.maximum(subject, _strongest([passed], lookups.index))
    work = np.maximum(subject, at_desk.reindex(lookups.index, fill_value=0.0))
    return pd.DataFrame({"work": work, "subject": subject}, index=lookups.index)


def _strongest(links: list[pd.Series], index: pd.Index) -> pd.Series:
    """The highest of all strengths by lookup, 0 where there is none."""
    every = pd.concat(links)
    return every.groupby(every.index).max().reindex(index, fill_value=0.0).round(6)


def _case_links(drop: Drop, lookups: Frame, hops: Frame, said: Parameters, grace: int) -> list[pd.Series]:
    tables = drop.tables
    cases, members, about = tables["cases"], tables["case_members"], tables["case_subjects"]
    of_subject = hops.merge(about.rename(columns={"subject_id": "reached"}), on="reached").merge(
        cases.rename(columns={"team": "case_team"}), on="case_id", how="left"
    )
    registered = of_subject[["linked_at", "opened_at"]].max(axis=1)
    wrap_up = pd.Timedelta(days=said["own_case"]["wrap_up_days"])
    of_subject = of_subject.assign(registered=registered, closes=of_subject["closed_at"] + wrap_up)
    joined = of_subject.merge(members, on="case_id")
    joined["registered"] = joined[["registered", "valid_from"]].max(axis=1)
    joined["closes"] = joined[["closes", "valid_until"]].min(axis=1)
    own = joined[joined["user_id"].notna()].drop(columns="team")
    team = pd.concat(
        [
            joined[joined["user_id"].isna() & joined["team"].notna()],
            of_subject[of_subject["case_team"].notna()].rename(columns={"case_team": "team"}),
        ]
    ).drop(columns=["user_id", "case_team"])
    columns = ["subject_id", "user_id", "team", "case_id", "occurred_at"]
    of_cases = lookups.loc[lookups["subject_id"].isin(of_subject["subject_id"].unique()), columns]
    links = []
    for name, cases_by, keys in (
        ("own_case", own, ["subject_id", "user_id"]),
        ("team_case", team, ["subject_id", "team"]),
        ("named_case", of_subject, ["subject_id", "case_id"]),
    ):
        needed = of_cases[[*keys, "occurred_at"]].dropna(subset=keys).reset_index(names="nr")
        matched = needed.merge(cases_by[[*keys, "carries", "registered", "closes"]], on=keys)
        at, valid_from = matched["occurred_at"], matched["registered"].fillna(matched["occurred_at"])
        valid = (valid_from <= at + pd.Timedelta(days=grace)) & (matched["closes"].fillna(at) >= at)
        strength = matched["carries"] * np.where(
            valid_from <= at, said[name]["full_strength"], said[name]["late_strength"]
        )
        links.append(pd.Series(strength.to_numpy(), matched["nr"])[valid.to_numpy()])
    return [*links, _empty_cases(lookups, cases, members, about, said["named_case"])]


def _empty_cases(lookups: Frame, cases: Frame, members: Frame, about: Frame, said: Parameters) -> pd.Series:
    """A named case that nobody had registered a subject on by then counts for those who work on it."""
    named = lookups.loc[lookups["case_id"].notna(), ["case_id", "user_id", "team", "occurred_at"]]
    first_linked = value_of(named["case_id"], first_registered(about))
    named = named[first_linked.isna() | (first_linked > named["occurred_at"])].reset_index(names="nr")
    named = named.merge(cases.drop(columns="team"), on="case_id")
    at = named["occurred_at"]
    closes = named["closed_at"] + pd.Timedelta(days=said["wrap_up_days"])
    named = named[(named["opened_at"].fillna(at) <= at) & (closes.fillna(at) >= at)]
    works = works_on(named, cases, members).any(axis=1)
    return pd.Series(said["empty_case_strength"], named.loc[works, "nr"], dtype="float64")


def first_registered(about: Frame) -> pd.Series:
    """From when each case has a registered subject."""
    return about.fillna({"linked_at": pd.Timestamp(0)}).groupby("case_id")["linked_at"].min()


def works_on(named: Frame, cases: Frame, members: Frame) -> Frame:
    """Whether the user, and whether the team, of each lookup that names a case works on it."""
    case_team = named["case_id"].map(cases.set_index("case_id")["team"])
    is_member = {
        key: pd.MultiIndex.from_frame(named[["case_id", key]]).isin(
            pd.MultiIndex.from_frame(members[["case_id", key]].dropna())
        )
        for key in ("user_id", "team")
    }
    leads = (case_team == named["team"]).fillna(False).astype(bool)
    return pd.DataFrame({"user": is_member["user_id"], "team": leads | is_member["team"]}, named.index)


def subject_incidents(drop: Drop, hops: Frame) -> Frame:
    """Subject, incident, at_address (else involved) and carries."""
    subjects = drop.tables["subjects"]
    involved = hops.merge(
        drop.tables["incident_subjects"].set_axis(["incident_id", "reached"], axis=1), on="reached"
    )
    asked = subjects.loc[
        subjects["subject_id"].isin(hops["subject_id"].unique()), ["subject_id", "address_key"]
    ].dropna()
    at_address = asked.merge(drop.tables["incidents"][["incident_id", "address_key"]], on="address_key")
    columns = ["subject_id", "incident_id", "at_address", "carries"]
    return pd.concat(
        [involved.assign(at_address=False)[columns], at_address.assign(at_address=True, carries=0.9)[columns]]
    )


def _incident_links(drop: Drop, lookups: Frame, hops: Frame, parameters: Parameters) -> list[pd.Series]:
    said, follow_up = parameters["explanation"], parameters["context"]["follow_up_hours"]
    sent = _assignments(drop, parameters["zone"]).merge(subject_incidents(drop, hops), on="incident_id")
    sent = sent.drop(columns="incident_id")
    columns = ["subject_id", "user_id", "occurred_at", "day"]
    needed = lookups.loc[lookups["subject_id"].isin(sent["subject_id"].unique()), columns].reset_index(
        names="nr"
    )
    matched = needed.merge(sent, on=columns[:2]).drop(columns=columns[:2])
    at, follow_up_time = matched["occurred_at"], pd.Timedelta(hours=follow_up)
    night_start, night_end = (value_of(matched["day"], drop.nights[name]) for name in ("start", "end"))
    open_from = night_start - pd.Timedelta(days=7) - follow_up_time
    recent = (matched["happened_at"] >= open_from) & (matched["happened_at"] < night_end)
    # a team assigned to an incident works on it until someone is known to have been sent
    known = (matched["starts_at"] < night_end) & (
        matched["first_sent_at"].isna() | (matched["first_sent_at"] >= night_end)
    )
    links = []
    for name, at_address in (("dispatch", False), ("incident_address", True)):
        lead = pd.Timedelta(minutes=said[name]["lead_minutes"])
        valid = recent & known & (matched["at_address"] == at_address)
        valid &= (at >= matched["starts_at"] - lead) & (at <= matched["ends_at"] + follow_up_time)
        strength = (
            matched["carries"]
            * np.where(matched["as_team"], said[name]["as_team_strength"], 1.0)
            * np.where(
                at <= matched["ends_at"], said[name]["during_strength"], said[name]["follow_up_strength"]
            )
        )
        links.append(pd.Series(strength.to_numpy(), matched["nr"])[valid.to_numpy()])
    return links


def _assignments(drop: Drop, zone: str) -> Frame:
    """Who was sent to which incident; `first_sent_at` is set where it is only the team's until then."""
    incidents = drop.tables["incidents"][["incident_id", "occurred_at", "team"]]
    incidents = incidents.rename(columns={"occurred_at": "happened_at", "team": "incident_team"})
    sent = incidents.merge(drop.tables["dispatches"], on="incident_id")
    sent["starts_at"] = sent["dispatched_at"].fillna(sent["happened_at"])
    first_sent = sent["dispatched_at"].fillna(sent["happened_at"]).groupby(sent["incident_id"]).min()
    whole = incidents[incidents["incident_team"].notna()]
    whole = whole.assign(
        team=whole["incident_team"], starts_at=whole["happened_at"],
        first_sent_at=value_of(whole["incident_id"], first_sent), cleared_at=pd.NaT,
    )  # fmt: skip
    # someone sent on the same day ends it that day; a night sees the whole day, so only later ones matter
    same_day = local_day(whole["first_sent_at"], zone) <= local_day(whole["happened_at"], zone)
    whole = whole[~same_day]
    named = sent[sent["user_id"].notna()].assign(as_team=False)
    teams = pd.concat([sent[sent["user_id"].isna()], whole]).drop(columns="user_id").dropna(subset=["team"])
    users = drop.tables["users"][["user_id", "team"]].dropna()
    every = pd.concat([named, teams.merge(users, on="team").assign(as_team=True)], ignore_index=True)
    every["ends_at"] = every["cleared_at"].fillna(every["starts_at"] + pd.Timedelta(hours=4))
    return every[
        ["incident_id", "user_id", "as_team", "happened_at", "starts_at", "ends_at", "first_sent_at"]
    ]


def _handover(lookups: Frame, subject: pd.Series, parameters: Parameters) -> pd.Series:
    """Strength where a colleague of the team had a link to the same person within the last hours."""
    strength = parameters["explanation"]["handover"]["strength"]
    hours = pd.Timedelta(hours=parameters["context"]["handover_hours"])
    columns = ["user_id", "team", "focus_id", "day", "occurred_at"]
    have = lookups["team"].notna() & lookups["focus_id"].notna()
    linked = lookups.loc[have & (subject >= 0.5), [*columns, "was_logged"]]
    wanting = lookups.loc[have & (subject < strength), columns].reset_index(names="nr")
    passed = []
    for days, links in ((0, linked), (1, linked[linked["was_logged"]])):
        giving = links.assign(day=links["day"] + days * _DAY).drop(columns="was_logged")
        pairs = wanting.merge(giving, on=["focus_id", "team", "day"], suffixes=("", "_giving"))
        elapsed = pairs["occurred_at"] - pairs["occurred_at_giving"]
        valid = (pairs["user_id"] != pairs["user_id_giving"]) & elapsed.between(pd.Timedelta(0), hours)
        passed.append(pairs.loc[valid, "nr"])
    return pd.Series(strength, pd.Index(pd.concat(passed).unique()), dtype="float64")
