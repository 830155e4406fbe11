"""Those whose function is to look up for others, and whom of these others they know by now."""

import numpy as np
import pandas as pd

from benchmarks.plain_keys import plain_text
from benchmarks.plain_tables import Drop, Frame, Parameters

AT_WORK = ["duty", "standby", "overtime", "unknown", "unrostered"]


def desk_users(drop: Drop, parameters: Parameters) -> pd.Index:
    """The users with any configured part of a name in that of their function."""
    users = drop.tables["users"]
    functions = pd.Series(users["function"].dropna().unique(), dtype="str")
    plain, at_desk = plain_text(functions), pd.Series(False, functions.index)
    for part in plain_text(pd.Series(parameters["context"]["desk_functions"], dtype="str")):
        at_desk |= plain.str.contains(part, regex=False)
    return pd.Index(users.loc[users["function"].isin(functions[at_desk]), "user_id"])


def desk_strengths(
    drop: Drop, lookups: Frame, desks: pd.Index, states: pd.Series, parameters: Parameters
) -> pd.Series:
    """How strongly the function explains each lookup at a desk, less where the user keeps coming back."""
    said, days = parameters["explanation"]["desk_function"], parameters["context"]["history_days"]
    working = states.index[states.isin(AT_WORK)]
    asked = lookups.loc[lookups.index.intersection(working), ["user_id", "focus_id", "day"]]
    asked = asked[asked["user_id"].isin(desks)]
    strength = pd.Series(said["strength"], asked.index, dtype="float64")
    pair = ["user_id", "focus_id"]
    own = drop.met[drop.met["user_id"].isin(desks)].drop_duplicates([*pair, "day"])
    often = own.groupby(pair).size()
    often = often.index[often >= said["returning_days"]]
    asked = asked[pd.MultiIndex.from_frame(asked[pair]).isin(often)]
    everyone = drop.met[drop.met["focus_id"].isin(asked["focus_id"].unique())].drop_duplicates([*pair, "day"])
    own_days = _days_before(own, asked, pair, days)
    others_days = _days_before(everyone, asked, ["focus_id"], days) - own_days
    strength[asked.index[(own_days >= said["returning_days"]) & (own_days >= others_days)]] = said[
        "returning_strength"
    ]
    return strength


def _days_before(events: Frame, asked: Frame, by: list[str], days: int) -> np.ndarray:
    """How many events with the same keys fall on the `days` days before each that is asked."""
    every = pd.concat([events[[*by, "day"]], asked[[*by, "day"]]], ignore_index=True)
    number = (every["day"] - every["day"].min()).dt.days.to_numpy()
    key = (
        every.groupby(by, sort=False).ngroup().to_numpy() * (number.max(initial=0) + days + 1) + number + days
    )
    seen, wanted = np.sort(key[: len(events)]), key[len(events) :]
    return np.searchsorted(seen, wanted) - np.searchsorted(seen, wanted - days)
