"""The same explanations and rules as a script in pandas over the files of a drop: what the audit is compared with.

Written as a competent analyst would without a warehouse: vectorised, columns pruned, history cut down to
the people that were looked up on the day. It has to work out the links of that history again, because
scripts keep no aggregates. It does no isolation forest, no risk, no alerts and no evidence, and it writes
nothing; the audit does all of these.
"""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import plain_links
from benchmarks.plain_rules import RULES
from benchmarks.plain_tables import Drop, Frame, Parameters, read_drop

_DAY = pd.Timedelta(days=1)


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
    return pd.concat(asked)[columns].sort_values(columns[:3], ignore_index=True)


def lookup_context(drop: Drop, parameters: Parameters) -> Frame:
    """The lookups of the day with every answer that a rule asks for, as the product's table of that name."""
    lookups, tonight = drop.lookups, drop.tonight
    users, desks = drop.tables["users"], _desks(drop, parameters)
    is_tonight = lookups["day"] == drop.day
    states = plain_links.duty(drop, lookups[is_tonight | lookups["user_id"].isin(desks)], parameters)
    matters = is_tonight | lookups["focus_id"].isin(tonight["focus_id"].dropna().unique())
    work = plain_links.strengths(drop, lookups[matters], states["state"], desks, parameters)
    # columns that both sides have are named apart; the index stays that of the lookups
    subjects = drop.tables["subjects"].drop(columns=["surname", "postcode", "house_number", "focus_id"])
    subjects = subjects.rename(columns={"lat": "subject_lat", "lon": "subject_lon", "subject_type": "type"})
    users = users.drop(columns=["team", "surname"]).add_prefix("user_")
    context = (
        tonight.reset_index(names="nr")
        .merge(subjects, on="subject_id", how="left")
        .merge(users.rename(columns={"user_user_id": "user_id"}), on="user_id", how="left")
        .set_index("nr")
    )
    context["work_strength"], context["subject_link_strength"] = work["work"], work["subject"]
    context["duty_state"], context["minutes_from_shift"] = states["state"], states["minutes"]
    context["subject_type"] = context["type"].fillna(context["subject_type"])
    _add_home(context, drop, parameters)
    history = _history(lookups[matters], work["work"] < 0.3, drop.day, parameters)
    context["is_unlinked"] = context["work_strength"] < 0.3
    _add_kin(context, drop, parameters)
    _add_public(context, drop, history, parameters)
    _add_meetings(context, history, drop.day)
    _add_volume(context, drop, parameters)
    return context


def _desks(drop: Drop, parameters: Parameters) -> pd.Index:
    users = drop.tables["users"]
    functions = pd.Series(users["function"].dropna().unique())
    plain = functions.str.lower().str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
    at_desk = pd.Series(False, functions.index)
    for part in parameters["context"]["desk_functions"]:
        at_desk |= plain.str.contains(part, regex=False)
    return pd.Index(users.loc[users["function"].isin(functions[at_desk]), "user_id"])


def _distance(lat_a: pd.Series, lon_a: pd.Series, lat_b: pd.Series, lon_b: pd.Series) -> pd.Series:
    """Metres on a plane that is flat enough for a country."""
    north = (lat_a - lat_b) * 111_320.0
    return np.hypot(north, (lon_a - lon_b) * 111_320.0 * np.cos(np.radians((lat_a + lat_b) / 2)))


def _add_home(context: Frame, drop: Drop, parameters: Parameters) -> None:
    """Oneself, colleagues, and what is close to home."""
    home = context["user_home_lat"], context["user_home_lon"]
    context["home_distance_m"] = _distance(*home, context["subject_lat"], context["subject_lon"]).round()
    context["device_home_distance_m"] = _distance(*home, context["lat"], context["lon"]).round()
    same = {
        key: (context[f"user_{key}"] == context[key]).fillna(False).astype(bool)
        for key in ("postcode_key", "address_key")
    }
    context["same_home_postcode"] = same["postcode_key"]
    context["same_household"] = same["address_key"] & context["is_household"].fillna(True).astype(bool)
    own = context["user_own_subject_id"]
    is_own = (own == context["person_id"]).fillna(False).astype(bool)
    is_person = (context["person_id"] == context["subject_id"]).fillna(False).astype(bool)
    context["is_own_record"], context["is_own_property"] = is_own & is_person, is_own & ~is_person
    context["is_own_address"] = same["address_key"] & (context["type"] == "address").fillna(False).astype(
        bool
    )
    officers = drop.tables["users"]["own_subject_id"].dropna()
    context["is_colleague"] = context["person_id"].isin(officers) & ~is_own
    incidents = drop.tables["incidents"]
    follow_up = pd.Timedelta(hours=parameters["context"]["follow_up_hours"])
    recent = incidents[
        (incidents["occurred_at"] < context["night_end"].iloc[0])
        & (incidents["occurred_at"] >= context["night_start"].iloc[0] - 7 * _DAY - follow_up)
    ]
    hops = plain_links.reach(drop, context["subject_id"].dropna().unique())
    near = plain_links.subject_incidents(drop, hops).merge(
        recent[["incident_id", "lat", "lon"]], on="incident_id"
    )[["subject_id", "lat", "lon"]]
    asked = context[["subject_id", "user_home_lat", "user_home_lon"]].reset_index(names="nr")
    near = asked.merge(near.drop_duplicates(), on="subject_id")
    metres = _distance(near["user_home_lat"], near["user_home_lon"], near["lat"], near["lon"])
    context["incident_home_distance_m"] = metres.groupby(near["nr"]).min().round()


def _add_kin(context: Frame, drop: Drop, parameters: Parameters) -> None:
    """Declared relations, also by one hop, and surnames that few share."""
    hops = plain_links.reach(drop, context["subject_id"].dropna().unique())
    declared = hops.merge(
        drop.tables["relations"].rename(columns={"subject_id": "reached"}), on="reached"
    ).assign(kind=lambda table: table["kind"].fillna("other"))
    declared["closeness"] = declared["carries"] + np.where(
        declared["kind"].isin(["friend", "other"]), 0, 0.001
    )
    pair = ["user_id", "subject_id"]
    carries = declared.groupby(pair)["carries"].max()
    kind = declared.sort_values("closeness").drop_duplicates(pair, keep="last").set_index(pair)["kind"]
    pairs = pd.MultiIndex.from_frame(context[pair])
    context["relation_kind"] = kind.reindex(pairs).to_numpy()
    context["relation_carries"] = carries.reindex(pairs).to_numpy()
    by_name = ["user_id", "surname_key"]
    names = context[[*by_name, "user_surname_key"]].dropna().drop_duplicates()
    of_user = names[["user_id", "user_surname_key"]].drop_duplicates()
    of_user = of_user.assign(part=of_user["user_surname_key"].str.split("-")).explode("part")[
        ["user_id", "part"]
    ]
    of_subject = names.assign(part=names["surname_key"].str.split("-")).explode("part")
    shared = of_subject.merge(of_user.drop_duplicates(), on=["user_id", "part"])
    subjects = drop.tables["subjects"]
    persons = subjects.loc[subjects["subject_type"] == "person", "surname_key"]
    first, last = persons.str.split("-").str[0], persons.str.split("-").str[-1]
    bearers = first.value_counts().add(last[first != last].value_counts(), fill_value=0)
    share = (bearers.reindex(shared["part"], fill_value=0).to_numpy() + 1) / (len(persons) + 1)
    common = pd.Series(parameters["common_surnames"]).reindex(shared["part"], fill_value=0).to_numpy()
    shares = shared.assign(share=np.maximum(share, common)).groupby(by_name)["share"].min()
    found = shares.reindex(pd.MultiIndex.from_frame(context[by_name])).to_numpy()
    met = _window(drop.lookups[["user_id", "subject_id", "day"]], drop.day, parameters)
    met = met[met["user_id"].isin(shared["user_id"])].drop_duplicates(["user_id", "subject_id"])
    met = met.loc[met["subject_id"].notna(), "user_id"].value_counts()
    context["same_surname"] = ~np.isnan(found)
    context["surname_by_chance"] = (found * (context["user_id"].map(met).fillna(0) + 200)).round(4)


def _window(lookups: Frame, day: pd.Timestamp, parameters: Parameters) -> Frame:
    """The lookups before the day that it is compared with."""
    first = day - pd.Timedelta(days=parameters["context"]["history_days"])
    return lookups[lookups["day"].between(first, day, inclusive="left")]


def _history(lookups: Frame, unlinked: pd.Series, day: pd.Timestamp, parameters: Parameters) -> Frame:
    """User, subject, focus and day of the past, and whether any lookup of that day was without a link."""
    columns = ["user_id", "subject_id", "focus_id", "day"]
    past = _window(lookups[columns].assign(unlinked=unlinked), day, parameters).dropna(subset=["subject_id"])
    return past.groupby(columns, as_index=False)["unlinked"].max()


def _add_public(context: Frame, drop: Drop, history: Frame, parameters: Parameters) -> None:
    """News, and bursts of attention of users without a work link."""
    said = parameters["context"]
    news = drop.tables["news"].rename(columns={"subject_id": "focus_id"})
    items = (
        context[["focus_id", "occurred_at", "night_end"]].reset_index(names="nr").merge(news, on="focus_id")
    )
    published = items["published_at"] < items["night_end"]
    since = items["occurred_at"] - items["published_at"]
    items = items[published & (since <= pd.Timedelta(days=said["news_days"]))]
    context["news_items"] = items["nr"].value_counts().reindex(context.index, fill_value=0)
    burst_days, day = said["burst_days"], drop.day
    tonight = context.loc[context["is_unlinked"] & context["focus_id"].notna(), ["focus_id", "user_id"]]
    unlinked = history[history["unlinked"] & history["focus_id"].isin(tonight["focus_id"])]
    edge = day - pd.Timedelta(days=burst_days)
    lately = unlinked.loc[unlinked["day"] > edge, ["focus_id", "user_id"]]
    lately = pd.concat([tonight, lately]).drop_duplicates()
    teams = drop.tables["users"].set_index("user_id")["team"]
    lately["team"] = lately["user_id"].map(teams)
    attention = lately.groupby("focus_id").agg(users=("user_id", "size"), teams=("team", "nunique"))
    before = unlinked.loc[unlinked["day"] <= edge, ["focus_id", "user_id", "day"]].drop_duplicates()
    baseline = before["focus_id"].value_counts().reindex(attention.index, fill_value=0)
    known = _window(drop.lookups[["subject_id", "day"]], day, parameters)
    known = known.loc[(known["day"] <= edge) & known["subject_id"].notna(), "day"].nunique()
    expected = baseline * burst_days / max(known, 7.0)
    excess = (2 * (np.sqrt(attention["users"] + 0.375) - np.sqrt(expected + 0.375))).round(3)
    context["burst_users"] = context["focus_id"].map(attention["users"]).fillna(0)
    context["burst_teams"] = context["focus_id"].map(attention["teams"]).fillna(0)
    context["burst_excess"] = context["focus_id"].map(excess).fillna(0)


def _add_meetings(context: Frame, history: Frame, day: pd.Timestamp) -> None:
    """On how many days this user came back to this person, and others did, without a work link."""
    pair = ["user_id", "focus_id"]
    pairs = pd.MultiIndex.from_frame(context[pair])

    def days(rows: Frame) -> pd.Series:
        counted = rows.drop_duplicates([*pair, "day"]).value_counts(pair)
        return pd.Series(counted.reindex(pairs, fill_value=0).to_numpy(), context.index)

    unlinked = history[history["unlinked"]]
    past = days(unlinked)
    tonight = context.groupby(pair)["is_unlinked"].max().reindex(pairs).fillna(False).to_numpy(dtype=int)
    everyone = unlinked.drop_duplicates([*pair, "day"])["focus_id"].value_counts()
    context["linked_days"] = days(history[~history["unlinked"]])
    has_subject = context["subject_id"].notna()
    context["unlinked_days"] = (past + tonight).where(has_subject, 0)
    context["others_unlinked_days"] = (context["focus_id"].map(everyone).fillna(0) - past).clip(lower=0)


def _add_volume(context: Frame, drop: Drop, parameters: Parameters) -> None:
    """How much the user printed and exported today, above the user's own and the peers' usual day."""
    extracted = drop.lookups["action"].isin(["print", "export"])
    past = _window(drop.lookups[["user_id", "day"]].assign(extracts=extracted), drop.day, parameters)
    per_day = past.groupby(["user_id", "day"])["extracts"].sum().reset_index()
    users = drop.tables["users"].set_index("user_id")
    group = users["function"].fillna("unknown") + " | " + users["team"].fillna("unknown")
    per_day["group"] = per_day["user_id"].map(group).fillna("unknown | unknown")
    own = per_day.groupby("user_id")["extracts"].agg(["size", "mean"])
    own = own.loc[own["size"] >= 5, "mean"]
    peers = per_day.groupby("group")["extracts"].agg(["size", "mean"])
    peers = peers.loc[peers["size"] >= 20, "mean"]
    of_peers = context["user_id"].map(group).fillna("unknown | unknown").map(peers)
    usual = np.fmax(context["user_id"].map(own), of_peers)
    today = context["action"].isin(["print", "export"]).groupby(context["user_id"]).transform("sum")
    context["day_extracts"] = today
    excess = 2 * (np.sqrt(today + 0.375) - np.sqrt(usual + 0.375))
    context["extracts_excess"] = excess.round(2).fillna(0)
