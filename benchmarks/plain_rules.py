"""The rules in pandas: each a score by lookup, 0 where there is nothing to ask."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from benchmarks.plain_tables import Frame, Parameters

_OUT = ["off", "leave", "sick"]


def _scored(score: object, asks: pd.Series) -> pd.Series:
    """The score where the rule asks, 0 elsewhere."""
    return pd.Series(np.where(asks.to_numpy(dtype=bool), score, 0.0), asks.index).fillna(0.0)


def _oneself(context: Frame) -> pd.Series:
    return context["is_own_record"] | context["is_own_property"]


def bulk_extraction(context: Frame, said: Parameters) -> pd.Series:
    excess, extracted = context["extracts_excess"], context["action"].isin(["print", "export"])
    step = (excess - said["minimum_excess"]) / (said["strong_excess"] - said["minimum_excess"])
    score = said["weak_score"] + (said["strong_score"] - said["weak_score"]) * step.clip(upper=1)
    asks = (
        ((extracted & (context["subject_link_strength"] < 0.5)) | context["is_unlinked"])
        & (context["day_extracts"] >= said["minimum_extracts"])
        & (excess >= said["minimum_excess"])
    )
    return _scored(score * np.where(extracted, 1.0, said["series_factor"]), asks)


def colleague(context: Frame, said: Parameters) -> pd.Series:
    asks = context["is_colleague"] & context["is_unlinked"] & context["relation_kind"].isna()
    return _scored(said["score"], asks)


def family(context: Frame, said: Parameters) -> pd.Series:
    related, chance = context["relation_kind"].notna(), context["surname_by_chance"]
    rare, uncommon = said["rare_by_chance"], said["uncommon_by_chance"]
    wider = context["relation_kind"].isin(["in_law", "friend", "other"])
    declared = np.where(wider, said["wider_score"], said["close_score"]) * context["relation_carries"].fillna(
        0
    )
    namesake = context["same_surname"] & context["is_unlinked"] & (chance <= uncommon)
    falling = 0.4 + 0.6 * np.log(uncommon / chance.clip(lower=1e-9)) / np.log(uncommon / rare)
    by_name = np.where(namesake, said["rare_surname_score"] * np.where(chance <= rare, 1.0, falling), 0.0)
    score = np.maximum(declared, np.where(context["same_household"], said["household_score"], 0.0))
    score = np.maximum(score, by_name) * np.where(
        context["subject_link_strength"] >= 0.5, said["linked_factor"], 1.0
    )
    asks = ~_oneself(context) & ~context["is_own_address"] & (related | context["same_household"] | namesake)
    return _scored(score, asks)


def fixation(context: Frame, said: Parameters) -> pd.Series:
    days, others = context["unlinked_days"], context["others_unlinked_days"]
    step = (days - said["minimum_days"]) / (said["strong_days"] - said["minimum_days"])
    score = said["weak_score"] + (said["strong_score"] - said["weak_score"]) * step.clip(upper=1)
    asks = (
        context["is_unlinked"]
        & (days >= said["minimum_days"])
        & (days > context["linked_days"])
        & (days >= said["own_share"] * (days + others))
        & ~_oneself(context)
    )
    return _scored(score * days / (days + others).clip(lower=1), asks)


def neighbour(context: Frame, said: Parameters) -> pd.Series:
    metres, incident = context["home_distance_m"], context["incident_home_distance_m"] <= said["incident_m"]
    near, same = metres <= said["near_m"], context["same_home_postcode"]
    score = np.select(
        [metres <= said["next_door_m"], same, near],
        [said["next_door_score"], said["postcode_score"], said["near_score"]],
        0.0,
    )
    asks = (
        context["is_unlinked"]
        & ~context["same_household"]
        & ~_oneself(context)
        & ~context["is_own_address"]
        & context["relation_kind"].isna()
        & (near | same | incident)
    )
    return _scored(np.maximum(score, np.where(incident, said["incident_score"], 0.0)), asks)


def news_spike(context: Frame, said: Parameters) -> pd.Series:
    excess, users = context["burst_excess"], context["burst_users"]
    step = (excess - said["minimum_excess"]) / (said["strong_excess"] - said["minimum_excess"])
    in_news = (context["news_items"] > 0) & (users >= said["minimum_users"])
    unexplained = (context["burst_teams"] >= said["minimum_teams_no_news"]) & (
        excess >= said["minimum_excess_no_news"]
    )
    asks = (
        context["is_unlinked"]
        & (context["linked_days"] == 0)
        & ~_oneself(context)
        & (excess >= said["minimum_excess"])
        & (in_news | unexplained)
    )
    return _scored(
        said["weak_score"] + (said["strong_score"] - said["weak_score"]) * step.clip(upper=1), asks
    )


def off_duty(context: Frame, said: Parameters) -> pd.Series:
    state = context["duty_state"]
    near = np.where(
        context["minutes_from_shift"] <= said["near_minutes"], said["near_score"], said["off_score"]
    )
    kinds = ["sick", "leave", "training"]
    score = np.select([state == kind for kind in kinds], [said[f"{kind}_score"] for kind in kinds], near)
    return _scored(score, state.isin([*_OUT, "training"]) & (context["subject_link_strength"] < 0.5))


def public_figure(context: Frame, said: Parameters) -> pd.Series:
    is_figure = context["is_public_figure"].fillna(False).astype(bool)
    return _scored(said["score"], is_figure & context["is_unlinked"] & ~_oneself(context))


def self_lookup(context: Frame, said: Parameters) -> pd.Series:
    score = np.where(_oneself(context), said["record_score"], said["address_score"])
    factor = np.where(context["subject_link_strength"] >= 0.5, said["linked_factor"], 1.0)
    return _scored(score * factor, _oneself(context) | context["is_own_address"])


def vehicle_at_door(context: Frame, said: Parameters) -> pd.Series:
    at_door = context["device_home_distance_m"] <= said["at_door_m"]
    out = context["duty_state"].isin(_OUT)
    score = np.select(
        [at_door & out, at_door],
        [said["at_door_off_duty_score"], said["at_door_score"]],
        said["off_duty_score"],
    )
    asks = (
        (context["subject_type"] == "vehicle")
        & (context["channel"] == "mobile")
        & context["is_unlinked"]
        & ~_oneself(context)
        & context["relation_kind"].isna()
        & (at_door | out)
    )
    return _scored(score, asks.fillna(False))


RULES: dict[str, Callable[[Frame, Parameters], pd.Series]] = {
    rule.__name__: rule
    for rule in (
        bulk_extraction, colleague, family, fixation, neighbour, news_spike, off_duty, public_figure, self_lookup,
        vehicle_at_door,
    )
}  # fmt: skip
