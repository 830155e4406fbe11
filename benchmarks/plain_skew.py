"""Whom users looked up without a work link, and whether that piles up on one surname, street or sex."""

import numpy as np
import pandas as pd

from benchmarks.plain_tables import Drop, Frame, Parameters, number_of

_TRAITS = ["surname_key", "postcode_key", "home_key", "sex"]


def interests(drop: Drop, lookups: Frame) -> Frame:
    """User, team, focus, traits and day of these lookups, once each, where there is a person behind them."""
    subjects = drop.tables["subjects"]
    persons = subjects.loc[subjects["person_id"].notna(), ["subject_id", *_TRAITS]]
    asked = lookups[["user_id", "team", "focus_id", "subject_id", "day"]].drop_duplicates()
    asked = asked.merge(persons, on="subject_id")
    return asked[["user_id", "team", "focus_id", *_TRAITS, "day"]].drop_duplicates(ignore_index=True)


def add_skew(context: Frame, drop: Drop, tonight: Frame, past: Frame, parameters: Parameters) -> None:
    """Columns skew_found and skew_evidence: the likeliest pile that the person looked up belongs to."""
    met = pd.concat([tonight, past], ignore_index=True).drop(columns="day").drop_duplicates()
    piles = [
        _judged_piles(met, drop, tonight, "surname_key", pd.Series(parameters["common_surnames"])),
        _judged_piles(met, drop, tonight, "postcode_key", None),
    ]
    asked = np.log(max(sum(tests for _, tests in piles), 1))
    judged = [pile.assign(evidence=pile["evidence"] - asked) for pile, _ in piles]
    judged.append(_judged_sexes(met, tonight))
    keys = ["surname_key", "postcode_key", "sex"]
    found = pd.concat(
        tonight[["user_id", "focus_id", key]].merge(
            one.rename(columns={"pile": key})[["user_id", key, "found", "evidence"]], on=["user_id", key]
        )
        for key, one in zip(keys, judged, strict=True)
    )
    found = found[found["evidence"] > 0].sort_values("evidence", kind="stable")
    found = found.drop_duplicates(["user_id", "focus_id"], keep="last").set_index(["user_id", "focus_id"])
    of_lookup = found[["found", "evidence"]].reindex(
        pd.MultiIndex.from_frame(context[["user_id", "focus_id"]])
    )
    unlinked = context["subject_link_strength"] < 0.3
    context["skew_found"] = of_lookup["found"].where(unlinked.to_numpy()).to_numpy()
    context["skew_evidence"] = of_lookup["evidence"].where(unlinked.to_numpy()).fillna(0).round(2).to_numpy()


def _judged_piles(
    met: Frame, drop: Drop, tonight: Frame, trait: str, common: pd.Series | None
) -> tuple[Frame, int]:
    """Found, expected and evidence of each large pile of tonight's users, and how many piles they have.

    A surname is compared with everyone's, a street with the team's: a beat has its own streets.
    """
    met = met.dropna(subset=[trait]).rename(columns={trait: "pile"})
    met = met.assign(peers=met["team"].fillna(-1) if common is None else -1)
    piles = met.drop_duplicates(["user_id", "pile", "home_key"])
    piles = piles.groupby(["user_id", "peers", "pile"], sort=False).size().rename("found").reset_index()
    piles["of_user"] = piles.groupby("user_id")["found"].transform("sum")
    piles["of_peers"] = piles.groupby("peers")["found"].transform("sum")
    piles["in_pile"] = piles.groupby(["peers", "pile"])["found"].transform("sum")
    piles = piles[piles["user_id"].isin(tonight["user_id"].unique())]
    large = piles[piles["found"] >= 4]
    subjects = drop.tables["subjects"]
    register = subjects.loc[subjects["subject_type"] == "person", trait]
    share = number_of(large["pile"], register.value_counts(), 0) / max(len(register), 1)
    of_peers = (large["in_pile"] - large["found"] + 0.5) / (large["of_peers"] - large["of_user"] + 100)
    share = np.maximum(share, of_peers)
    if common is not None:
        share = np.maximum(share, number_of(large["pile"], common, 0))
    large = large.assign(by_chance=large["of_user"] * share)
    large = large[large["found"] > large["by_chance"]]
    surprise = large["found"] * np.log(large["found"] / large["by_chance"]) - large["found"]
    return large.assign(evidence=surprise + large["by_chance"]), len(piles)


def _judged_sexes(met: Frame, tonight: Frame) -> Frame:
    """The same of users with at least ten persons; where users differ anyway, evidence is worth less."""
    sexes = met.dropna(subset=["sex"]).groupby(["user_id", "sex"]).size().rename("found").reset_index()
    of_all = sexes.groupby("user_id")["found"].transform("sum")
    of_one = sexes.groupby("sex")["found"].transform("sum")
    usual = (of_one - sexes["found"] + 5) / (sexes["found"].sum() - of_all + 10)
    sexes = sexes.assign(share=sexes["found"] / of_all, usual=usual.clip(upper=0.99), of_all=of_all)
    sexes = sexes[sexes["of_all"] >= 10]
    share, usual = sexes["share"], sexes["usual"]
    others = ((1 - share) * np.log((1 - share).where(share < 1, 1.0) / (1 - usual))).where(share < 1, 0.0)
    surprise = sexes["of_all"] * (share * np.log(share / usual) + others)
    spread = max((2 * surprise).mean(), 1.0) if len(sexes) else 1.0
    evidence = surprise / spread - np.log(max(tonight["user_id"].nunique(), 1))
    return sexes.assign(pile=sexes["sex"], evidence=evidence).drop(columns="sex")[share > usual]
