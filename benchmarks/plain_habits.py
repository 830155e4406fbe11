"""What users did before: whom they and their team met, whom they come back to, and how much they look up."""

import numpy as np
import pandas as pd

from benchmarks.plain_tables import Drop, Frame, Parameters, number_of, rounded, window

PAIR = ["user_id", "focus_id"]


def returned_to(drop: Drop, parameters: Parameters) -> pd.Series:
    """Everyone to whom users who met someone of tonight before came back on three days, linked or not."""
    past = window(drop.met, drop.day, parameters["context"]["history_days"])
    days = past.drop_duplicates([*PAIR, "day"]).groupby(PAIR, sort=False).size()
    tonight = pd.MultiIndex.from_frame(drop.tonight[PAIR].dropna().drop_duplicates())
    again = days.index[(days >= 2) & days.index.isin(tonight)]
    often = days.index[(days >= 3) & days.index.isin(again.unique("user_id"), level="user_id")]
    return often.unique("focus_id")


def past_days(drop: Drop, lookups: Frame, is_unlinked: pd.Series, parameters: Parameters) -> Frame:
    """User, subject, focus and day of the past, and whether any lookup of that day was without a link."""
    columns = ["user_id", "subject_id", "focus_id", "day"]
    past = window(lookups[columns], drop.day, parameters["context"]["history_days"])
    past = past.dropna(subset=["subject_id"])
    unlinked = is_unlinked.reindex(past.index).to_numpy(dtype=bool)
    past = pd.concat([past[unlinked].assign(unlinked=True), past[~unlinked].assign(unlinked=False)])
    return past.drop_duplicates(["user_id", "subject_id", "day"], ignore_index=True)


def add_meetings(context: Frame, drop: Drop, past: Frame, parameters: Parameters) -> None:
    """On how many days this user came back to this person, and others did, without a work link."""
    pairs = pd.MultiIndex.from_frame(context[PAIR])
    unlinked = past[past["unlinked"]].drop_duplicates([*PAIR, "day"])
    linked = past[~past["unlinked"]].drop_duplicates([*PAIR, "day"])
    own = unlinked.groupby(PAIR).size()
    before = own.reindex(pairs, fill_value=0).to_numpy()
    tonight = context.groupby(PAIR)["is_unlinked"].max().reindex(pairs).fillna(False).to_numpy(dtype=int)
    everyone = unlinked["focus_id"].value_counts()
    context["linked_days"] = linked.groupby(PAIR).size().reindex(pairs, fill_value=0).to_numpy()
    context["unlinked_days"] = np.where(context["subject_id"].notna(), before + tonight, 0)
    others = number_of(context["focus_id"], everyone, 0) - before
    context["others_unlinked_days"] = others.clip(lower=0)
    again = context.loc[before >= 2, "user_id"].unique()
    of_everyone = everyone.reindex(own.index.get_level_values("focus_id")).to_numpy()
    alone = own[(own >= 3) & (own >= of_everyone)]
    persons = alone[alone.index.isin(again, level="user_id")].groupby("user_id").size()
    context["returning_persons"] = number_of(context["user_id"], persons, 0)
    _add_first(context, drop, parameters)
    _add_team(context, drop, parameters)


def _add_first(context: Frame, drop: Drop, parameters: Parameters) -> None:
    """Whether the user met this subject on an earlier day of the history, and whether tonight is the first time."""
    pair = ["user_id", "subject_id"]
    met = window(drop.met, drop.day, parameters["context"]["history_days"])
    met = met.loc[met["subject_id"].isin(context["subject_id"].unique()), pair]
    known = pd.MultiIndex.from_frame(context[pair]).isin(pd.MultiIndex.from_frame(met))
    ordered = context.sort_values(["occurred_at", "system", "lookup_id"])
    again = ordered.duplicated(pair).reindex(context.index)
    context["met_before"] = known
    context["is_first"] = context["subject_id"].notna() & ~again & ~known


def _add_team(context: Frame, drop: Drop, parameters: Parameters) -> None:
    """How many others of the team looked this person up lately, linked or not."""
    pair = ["team", "focus_id"]
    lately = window(drop.met, drop.day + pd.Timedelta(days=1), parameters["context"]["team_days"] + 1)
    lately = lately[lately["focus_id"].isin(context.loc[context["is_unlinked"], "focus_id"].unique())]
    lately = lately.assign(team=lately["user_id"].map(drop.tables["users"].set_index("user_id")["team"]))
    others = lately.dropna(subset=pair).drop_duplicates([*pair, "user_id"]).groupby(pair).size() - 1
    others = others.reindex(pd.MultiIndex.from_frame(context[pair]), fill_value=0)
    context["team_others"] = np.where(context["is_unlinked"], others, 0)


def add_volume(context: Frame, drop: Drop, parameters: Parameters) -> None:
    """How much the user looked up, printed and exported today, above the user's own and the peers' usual day."""
    columns = ["user_id", "day", "is_extract"]
    past = window(drop.lookups[columns], drop.day, parameters["context"]["history_days"])
    days = past.groupby(["user_id", "day"], sort=False)["is_extract"].agg(lookups="size", extracts="sum")
    days = days.reset_index()
    users = drop.tables["users"].set_index("user_id")
    # a function within a team; who is of neither, or no user at all, is of one group too
    group = users.groupby(["function", "team"], dropna=False).ngroup()
    group = group.where(users["function"].notna() | users["team"].notna(), -1)
    own = days.groupby("user_id").agg(
        days=("day", "size"),
        extracts=("extracts", "mean"),
        lookups=("lookups", "mean"),
        most=("lookups", "max"),
    )
    settled = own[own["days"] >= 5]
    peers = days.groupby(number_of(days["user_id"], group, -1))[["extracts", "lookups"]]
    peers = peers.mean()[peers.size() >= 20]
    user, of_peers = context["user_id"], number_of(context["user_id"], group, -1)
    usual = {
        key: np.fmax(number_of(user, settled[key]), number_of(of_peers, peers[key]))
        for key in ("extracts", "lookups")
    }
    today = context["is_extract"].groupby(user).transform("sum")
    linked = (
        (context["is_extract"] & (context["subject_link_strength"] >= 0.5)).groupby(user).transform("sum")
    )
    context["day_lookups"] = user.groupby(user).transform("size")
    context["day_unlinked_share"] = rounded(context["is_unlinked"].groupby(user).transform("mean"), 2)
    context["day_extracts"] = today
    context["linked_extracts_share"] = rounded(linked / today.clip(lower=1), 2)
    most = np.fmax(np.fmax(usual["lookups"], number_of(user, own["most"])), 1.0)
    context["volume_ratio"] = rounded(context["day_lookups"] / most, 2).where(usual["lookups"].notna())
    excess = 2 * (np.sqrt(today - linked + 0.375) - np.sqrt(usual["extracts"] + 0.375))
    context["extracts_excess"] = rounded(excess, 2).fillna(0)
