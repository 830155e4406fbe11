"""The reasons that users gave: whether one is demanded, says anything, and is borne out by the case named."""

import numpy as np
import pandas as pd

from benchmarks.plain_keys import reason_key
from benchmarks.plain_links import first_registered, works_on
from benchmarks.plain_tables import RARE, Drop, Frame, Parameters, value_of


def add_reasons(context: Frame, drop: Drop, hops: Frame, parameters: Parameters) -> None:
    """Columns reason_state, reason_demanded, is_contradicted, contradicted_circles and contradicted_tie."""
    said, habits = parameters["context"], drop.reasons
    given = habits[habits["reason"].notna()]
    totals = habits.groupby("system")["lookups"].sum()
    share = given.groupby("system")["lookups"].sum().reindex(totals.index, fill_value=0) / totals
    demanding = share.index[(totals >= 100) & (share >= said["reason_demanded_share"])]
    context["reason_demanded"] = context["system"].isin([*said["reason_systems"], *demanding])
    common = given.groupby("reason").agg(lookups=("lookups", "sum"), functions=("function", "nunique"))
    functions = given.loc[given["reason"] != RARE, "function"].nunique()
    common = common[(common["functions"] >= 0.6 * functions) & (functions >= 3)]
    common_share = common["lookups"] / given["lookups"].sum()
    boilerplate = common_share.index[common_share >= said["boilerplate_share"]]
    reason = reason_key(context["justification"])
    context["reason_state"] = np.select(
        [reason.isna(), reason.str.len() < 4, reason.isin(boilerplate)],
        ["none", "says nothing", "boilerplate"],
        "given",
    )
    _add_contradictions(context, drop, hops, said["link_grace_days"])


def _add_contradictions(context: Frame, drop: Drop, hops: Frame, grace: int) -> None:
    """Where the case named has registered subjects, and none is this one or one hop away."""
    cases, about = drop.tables["cases"], drop.tables["case_subjects"]
    named = context[context["case_id"].isin(cases["case_id"]) & context["type"].notna()]
    named = named[["case_id", "subject_id", "user_id", "team", "circle", "occurred_at"]]
    named = named[value_of(named["case_id"], first_registered(about)) <= named["occurred_at"]]
    pair = ["subject_id", "case_id"]
    near = hops[hops["subject_id"].isin(named["subject_id"].unique())].rename(columns={"subject_id": "asked"})
    near = near.merge(
        about[about["case_id"].isin(named["case_id"].unique())].rename(columns={"subject_id": "reached"})
    )
    near = near.merge(cases[["case_id", "opened_at"]], on="case_id").rename(columns={"asked": "subject_id"})
    known_by = drop.nights.loc[drop.day, "end"] + pd.Timedelta(days=grace)
    near = near[~((near["linked_at"] > known_by) | (near["opened_at"] > known_by))]
    borne_out = pd.MultiIndex.from_frame(named[pair]).isin(pd.MultiIndex.from_frame(near[pair]))
    named = named[~borne_out]
    works = works_on(named, cases, drop.tables["case_members"])
    context["is_contradicted"] = context.index.isin(named.index)
    circles = named.groupby(["user_id", "case_id"])["circle"].transform("nunique")
    context["contradicted_circles"] = circles.reindex(context.index, fill_value=0)
    tie = pd.Series(np.select([works["user"], works["team"]], ["own", "team"], "none"), named.index)
    context["contradicted_tie"] = tie.reindex(context.index, fill_value="none")
