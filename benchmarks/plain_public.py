"""What the public talks about: news, and waves of attention for a person or an incident."""

import numpy as np
import pandas as pd

from benchmarks.plain_links import local_day
from benchmarks.plain_tables import Drop, Frame, Parameters, number_of, value_of, window


def add_public(
    context: Frame, drop: Drop, unlinked: Frame, near_incidents: Frame, parameters: Parameters
) -> None:
    """News, and bursts of attention of users without a work link; `unlinked` has those of the past."""
    said = parameters["context"]
    news = drop.tables["news"].rename(columns={"subject_id": "focus_id"})
    items = context[["focus_id", "occurred_at"]].reset_index(names="nr").merge(news, on="focus_id")
    published = items["published_at"] < drop.nights.loc[drop.day, "end"]
    since = items["occurred_at"] - items["published_at"]
    items = items[published & (since <= pd.Timedelta(days=said["news_days"]))]
    context["news_items"] = items["nr"].value_counts().reindex(context.index, fill_value=0)
    teams = drop.tables["users"].set_index("user_id")["team"]
    unlinked = unlinked.assign(team=value_of(unlinked["user_id"], teams))
    known = window(drop.met, drop.day, said["history_days"])["day"].unique()
    bursts = _bursts(context, unlinked, drop.day - pd.Timedelta(days=said["burst_days"]), known)
    for column, values in bursts[["users", "teams", "excess"]].items():
        context[f"burst_{column}"] = number_of(context["focus_id"], values, 0)
    lately = window(unlinked, drop.day, said["burst_days"] - 1)
    near = near_incidents.assign(happened_on=local_day(near_incidents["happened_at"], parameters["zone"]))
    waves = _incident_bursts(context, lately, near, bursts["expected"])
    for column, values in waves.items():
        context[f"incident_{column}"] = values.reindex(context.index).fillna(0)


def _excess(users: pd.Series, expected: pd.Series) -> pd.Series:
    """Standard deviations above what is usual."""
    return 2 * (np.sqrt(users + 0.375) - np.sqrt(expected + 0.375))


def _attention(lookers: Frame, of: str) -> Frame:
    """How many users and teams looked at each."""
    lookers = lookers[[of, "user_id", "team"]].drop_duplicates([of, "user_id"])
    return lookers.groupby(of).agg(users=("user_id", "size"), teams=("team", "nunique"))


def _bursts(context: Frame, unlinked: Frame, edge: pd.Timestamp, known: np.ndarray) -> Frame:
    """Users, teams, expected users and excess by focus, after the edge against until then."""
    tonight = context.loc[context["is_unlinked"], ["focus_id", "user_id", "team"]].dropna(subset=["focus_id"])
    unlinked = unlinked[unlinked["focus_id"].isin(tonight["focus_id"].unique())]
    attention = _attention(pd.concat([tonight, unlinked[unlinked["day"] > edge]]), "focus_id")
    before = unlinked[unlinked["day"] <= edge].drop_duplicates(["focus_id", "user_id", "day"])
    baseline = before["focus_id"].value_counts().reindex(attention.index, fill_value=0)
    burst_days = (context["day"].iloc[0] - edge).days
    expected = baseline * burst_days / max((known <= edge).sum(), 7.0)
    return attention.assign(expected=expected.round(3), excess=_excess(attention["users"], expected).round(3))


def _incident_bursts(context: Frame, lately: Frame, near: Frame, usual: pd.Series) -> Frame:
    """Users, teams and excess by lookup, of the incident before it that draws most."""
    near = near.drop_duplicates(["subject_id", "incident_id"])
    tonight = context[["subject_id", "user_id", "team", "occurred_at", "is_unlinked"]].reset_index(names="nr")
    tonight = tonight.merge(near[["subject_id", "incident_id", "happened_at"]], on="subject_id")
    tonight = tonight[tonight["occurred_at"] >= tonight["happened_at"]]
    lately = lately.merge(near[["subject_id", "incident_id", "happened_on"]], on="subject_id")
    lately = lately[lately["day"] >= lately["happened_on"]]
    attention = _attention(pd.concat([tonight[tonight["is_unlinked"]], lately]), "incident_id")
    foci = near.assign(focus_id=value_of(near["subject_id"], _by_subject(context)))
    foci = foci[["incident_id", "focus_id"]].drop_duplicates()
    known = number_of(foci["focus_id"], usual).groupby(foci["incident_id"]).sum()
    expected = np.maximum(known.reindex(attention.index, fill_value=0), _of_others(attention["users"]))
    attention["excess"] = _excess(attention["users"], expected)
    waves = tonight[["nr", "incident_id"]].merge(attention, left_on="incident_id", right_index=True)
    waves = waves.sort_values(["excess", "incident_id"]).drop_duplicates("nr", keep="last")
    return waves.set_index("nr")[["users", "teams", "excess"]].round(3)


def _of_others(users: pd.Series) -> pd.Series:
    """What nearly every other incident draws, without the most of these, and with twenty that draw one."""
    falling = users.sort_values(ascending=False)
    most = pd.Series(falling.iloc[0] if len(falling) else 0, users.index)
    most[falling.index[:1]] = falling.iloc[1] if len(falling) > 1 else 0
    known = max(len(users) - 2, 0) + 20
    mean = (users.sum() - users - most + 20) / known
    square = ((users**2).sum() - users**2 - most**2 + 40) / known
    return mean + 2 * np.sqrt((square - mean**2).clip(lower=0))


def _by_subject(context: Frame) -> pd.Series:
    return (
        context.dropna(subset=["subject_id"])
        .drop_duplicates("subject_id")
        .set_index("subject_id")["focus_id"]
    )
