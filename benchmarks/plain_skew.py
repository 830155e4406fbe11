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
    met = pd.concat([tonight, past], ignore_index=True)
    met["team"] = met["team"].fillna(-1)
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
) -> tuple[Frame, float]:
    """Found, expected and evidence of each large pile of tonight's users, and how many piles they can have.

    A surname is compared with everyone's, a street with the team's: a beat has its own streets. What chance is
    reckoned from is counted in meetings, and turned into households as everyone met them tonight.
    """
    together = len(tonight.drop_duplicates(["user_id", "home_key"])) / max(len(tonight), 1)
    met = met.dropna(subset=[trait]).rename(columns={trait: "pile"})
    met = met.assign(peers=met["team"] if common is None else -1)
    of_user = met.groupby(["user_id", "team"]).size().rename("of_user").reset_index()
    by_pile = ["user_id", "team", "peers", "pile"]
    piles = met.groupby(by_pile, sort=False).size().rename("meetings").reset_index()
    piles["of_peers"] = piles.groupby("peers")["meetings"].transform("sum")
    piles["in_pile"] = piles.groupby(["peers", "pile"])["meetings"].transform("sum")
    homes = met.drop_duplicates([*by_pile, "home_key"]).groupby(by_pile).size().rename("found")
    piles = piles.merge(homes.reset_index(), on=by_pile).merge(of_user, on=["user_id", "team"])
    users = tonight["user_id"].unique()
    asked = of_user.loc[of_user["user_id"].isin(users), "of_user"].sum() * together
    large = piles[piles["user_id"].isin(users) & (piles["found"] >= 4)]
    subjects = drop.tables["subjects"]
    register = subjects.loc[subjects["subject_type"] == "person", trait]
    share = number_of(large["pile"], register.value_counts(), 0) / max(len(register), 1)
    of_peers = (large["in_pile"] - large["meetings"] + 0.5) / (large["of_peers"] - large["of_user"] + 100)
    share = np.maximum(share, of_peers)
    if common is not None:
        share = np.maximum(share, number_of(large["pile"], common, 0))
    large = large.assign(by_chance=large["of_user"] * together * share)
    large = large[large["found"] > large["by_chance"]]
    surprise = large["found"] * np.log(large["found"] / large["by_chance"]) - large["found"]
    return large.assign(evidence=surprise + large["by_chance"]), asked


def _judged_sexes(met: Frame, tonight: Frame) -> Frame:
    """The same of users with at least ten persons; where users differ anyway, evidence is worth less.

    Persons are told apart only of those who stand out by more than two standard deviations in meetings.
    """
    met, who = met.dropna(subset=["sex"]), ["user_id", "team"]
    sexes = met.groupby([*who, "sex"]).size().rename("meetings").reset_index()
    of_all = sexes.groupby(who)["meetings"].transform("sum")
    of_one = sexes.groupby("sex")["meetings"].transform("sum")
    usual = (of_one - sexes["meetings"] + 5) / (sexes["meetings"].sum() - of_all + 10)
    sexes = sexes.assign(of_all=of_all, share=sexes["meetings"] / of_all, usual=usual.clip(upper=0.99))
    sexes = sexes[sexes["of_all"] >= 10]
    surprise = _surprise(sexes["of_all"], sexes["share"], sexes["usual"])
    spread = max((2 * surprise).mean(), 1.0) if len(sexes) else 1.0
    sexes = sexes[(sexes["share"] > sexes["usual"]) & (surprise > 2)].drop(columns="of_all")
    persons = met.drop_duplicates([*who, "sex", "focus_id"])
    sexes = sexes.merge(persons.groupby([*who, "sex"]).size().rename("found").reset_index(), on=[*who, "sex"])
    sexes = sexes.merge(persons.groupby(who).size().rename("of_all").reset_index(), on=who)
    share = sexes["found"] / sexes["of_all"]
    evidence = _surprise(sexes["of_all"], share, sexes["usual"]) / spread
    evidence -= np.log(max(tonight["user_id"].nunique(), 1))
    judged = sexes.assign(pile=sexes["sex"], evidence=evidence).drop(columns="sex")
    return judged[(share > sexes["usual"]) & (sexes["of_all"] >= 10)]


def _surprise(tries: pd.Series, share: pd.Series, usual: pd.Series) -> pd.Series:
    others = ((1 - share) * np.log((1 - share).where(share < 1, 1.0) / (1 - usual))).where(share < 1, 0.0)
    return tries * (share * np.log(share / usual) + others)
