"""The same explanations and rules as a script in pandas over the files of a drop: what the audit is compared with.

Written as a competent analyst would without a warehouse: vectorised, ids numbered, columns pruned, history cut
down to the people that were looked up on the day, those whom their users come back to, and the weeks in which
everyone's interests are compared. It has to work out the links of that history again, because scripts keep no
aggregates. It does no isolation forest, no risk, no alerts and no evidence, and it writes nothing; the audit
does all of these.
"""

from datetime import date
from pathlib import Path

import pandas as pd

from benchmarks import plain_links
from benchmarks.plain_desks import desk_strengths, desk_users
from benchmarks.plain_habits import add_meetings, add_volume, past_days, returned_to
from benchmarks.plain_kin import add_kin, add_own
from benchmarks.plain_places import add_area, add_chance, add_home
from benchmarks.plain_public import add_public
from benchmarks.plain_reasons import add_reasons
from benchmarks.plain_rules import RULES
from benchmarks.plain_skew import add_skew, interests
from benchmarks.plain_tables import Drop, Frame, Parameters, read_drop, value_of


def findings(folder: Path, day: date, parameters: Parameters) -> Frame:
    """What every rule asks on this local day: detector, system, lookup_id, user_id, subject_id and score.

    `parameters` are those of `benchmarks.world.parameters`.
    """
    drop = read_drop(folder, day, parameters)
    context = lookup_context(drop, parameters)
    asked = []
    for detector, rule in RULES.items():
        score = rule(context, parameters["rule"][detector])
        score = score[score > 0].clip(upper=1).round(6)
        asked.append(context.loc[score.index].assign(detector=detector, score=score))
    columns = ["detector", "system", "lookup_id", "user_id", "subject_id", "score"]
    found = pd.concat(asked)[columns].sort_values(columns[:3], ignore_index=True)
    for kind in ("user", "subject"):
        found[f"{kind}_id"] = value_of(found[f"{kind}_id"], drop.names[kind])
    return found


_MATTERS = ["occurred_at", "day", "user_id", "team", "subject_id", "focus_id", "case_id", "was_logged"]


def lookup_context(drop: Drop, parameters: Parameters) -> Frame:
    """The lookups of the day with every answer that a rule asks for, as the product's table of that name."""
    lookups, tonight, said = drop.lookups, drop.tonight, parameters["context"]
    desks = desk_users(drop, parameters)
    is_tonight = lookups["day"] == drop.day
    states = plain_links.duty(
        drop, lookups.loc[is_tonight | lookups["user_id"].isin(desks), _MATTERS[:3]], parameters
    )
    # who matters: those of tonight and whom their users come back to; and all that is compared with interests
    foci = pd.Index(tonight["focus_id"].dropna().unique()).union(returned_to(drop, parameters))
    on_foci = lookups["focus_id"].isin(foci)
    lately = lookups["day"] >= drop.day - pd.Timedelta(days=said["interest_days"])
    # a day more, for what was handed over to the first of these
    earliest = drop.day - pd.Timedelta(days=max(said["interest_days"], said["burst_days"]) + 1)
    matters = lookups.loc[on_foci | (lookups["day"] >= earliest), _MATTERS]
    at_desk = desk_strengths(drop, matters, desks, states["state"], parameters)
    work = plain_links.strengths(drop, matters, at_desk, parameters)
    context = _asked(tonight, drop)
    context["work_strength"], context["subject_link_strength"] = work["work"], work["subject"]
    context["is_unlinked"] = context["work_strength"] < 0.3
    context["is_desk"] = context["user_id"].isin(desks)
    context["duty_state"], context["minutes_from_shift"] = states["state"], states["minutes"]
    hops = plain_links.reach(drop, context["subject_id"].dropna().unique())
    near_incidents = _near_incidents(drop, hops, parameters)
    narrow = on_foci | (lookups["day"] > drop.day - pd.Timedelta(days=said["burst_days"]))
    past = past_days(drop, lookups.loc[narrow, _MATTERS], work["work"] < 0.3, parameters)
    without_link = (work["subject"] < 0.3).reindex(lookups.index, fill_value=False)
    met = interests(drop, lookups.loc[lately & without_link, _MATTERS])
    met_tonight, met_before = met[met["day"] == drop.day], met[met["day"] < drop.day]
    add_own(context, drop)
    add_home(context, near_incidents)
    add_kin(context, drop, hops, parameters)
    add_area(context, drop, parameters)
    add_chance(context, drop, met_tonight, met_before)
    add_reasons(context, drop, hops, parameters)
    add_public(context, drop, past[past["unlinked"]], near_incidents, parameters)
    add_meetings(context, drop, past, parameters)
    add_skew(context, drop, met_tonight, met_before, parameters)
    add_volume(context, drop, parameters)
    names = drop.names["subject"]
    probes = names.index[names.isin(parameters["probe_subjects"])]
    context["is_probe"] = context["subject_id"].isin(probes) | context["person_id"].isin(probes)
    return context


def _asked(tonight: Frame, drop: Drop) -> Frame:
    """The lookups of the day with what is known of the subject and the user; the index stays that of lookups."""
    subjects = drop.tables["subjects"].drop(columns=["surname", "postcode", "house_number", "focus_id"])
    subjects = subjects.rename(columns={"lat": "subject_lat", "lon": "subject_lon", "subject_type": "type"})
    users = drop.tables["users"].drop(columns=["team", "surname"]).add_prefix("user_")
    context = (
        tonight.reset_index(names="nr")
        .merge(subjects, on="subject_id", how="left")
        .merge(users.rename(columns={"user_user_id": "user_id"}), on="user_id", how="left")
        .set_index("nr")
    )
    context["is_public_figure"] = context["is_public_figure"].fillna(False).astype(bool)
    context["subject_type"] = context["type"].fillna(context["subject_type"])
    return context


def _near_incidents(drop: Drop, hops: Frame, parameters: Parameters) -> Frame:
    """The recent incidents that the subjects of the day were involved in, or that happened where they live."""
    incidents = drop.tables["incidents"].rename(columns={"occurred_at": "happened_at"})
    follow_up = pd.Timedelta(hours=parameters["context"]["follow_up_hours"])
    start, end = drop.nights.loc[drop.day, ["start", "end"]]
    since = start - pd.Timedelta(days=7) - follow_up
    recent = incidents["happened_at"].between(since, end, inclusive="left")
    recent = incidents.loc[recent, ["incident_id", "happened_at", "lat", "lon"]]
    return plain_links.subject_incidents(drop, hops).merge(recent, on="incident_id")
