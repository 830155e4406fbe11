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


def _rising(value: pd.Series, said: Parameters, least: float, most: float) -> pd.Series:
    """From the weak score at `least` to the strong one at `most` and beyond."""
    step = (value - least) / (most - least)
    return said["weak_score"] + (said["strong_score"] - said["weak_score"]) * step.clip(upper=1)


def _less_by_chance(chance: pd.Series, said: Parameters) -> pd.Series:
    """A factor that falls with the logarithm of how many lookups there would be by chance."""
    rare, usual = said["rare_by_chance"], said["usual_by_chance"]
    step = np.log(chance.fillna(usual).clip(lower=1e-12) / rare) / np.log(usual / rare)
    return 1 - (1 - said["usual_factor"]) * step.clip(0, 1)


def _shared(context: Frame, said: Parameters) -> np.ndarray:
    """A factor for who was looked up by others of the team too."""
    return np.where(context["team_others"] > 0, said["shared_factor"], 1.0)


def _of_the_team(context: Frame, users: pd.Series, said: Parameters) -> np.ndarray:
    """A factor for a wave of which the team has a large share."""
    others = context["team_others"]
    return np.where(
        (others >= said["team_users"]) & (others >= said["team_share"] * users), said["team_factor"], 1.0
    )


def bulk_extraction(context: Frame, said: Parameters) -> pd.Series:
    excess, extracted = context["extracts_excess"], context["is_extract"]
    many = (context["day_extracts"] >= said["minimum_extracts"]) & (excess >= said["minimum_excess"])
    score = _rising(excess, said, said["minimum_excess"], said["strong_excess"])
    score *= np.where(extracted, 1.0, said["series_factor"])
    score *= np.where(context["linked_extracts_share"] >= said["file_share"], said["file_factor"], 1.0)
    busy = (
        (context["day_lookups"] >= said["minimum_volume"])
        & (context["volume_ratio"] >= said["volume_ratio"])
        & (context["day_unlinked_share"] >= said["unlinked_share"])
    )
    of_volume = np.where(busy & context["is_unlinked"], said["volume_score"], 0.0)
    asks = (extracted & (context["subject_link_strength"] < 0.5)) | context["is_unlinked"]
    return _scored(np.maximum(score.where(many, 0.0), of_volume), asks & (many | busy))


def colleague(context: Frame, said: Parameters) -> pd.Series:
    same_team = context["same_team"]
    score = np.where(same_team, said["same_team_score"], said["score"])
    score = score * np.where(same_team, 1.0, _shared(context, said))
    asks = (
        context["is_colleague"] & (context["subject_link_strength"] < 0.3) & context["relation_kind"].isna()
    )
    return _scored(score * _less_by_chance(context["place_by_chance"], said), asks)


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
    score = (
        _rising(days, said, said["minimum_days"], said["strong_days"]) * days / (days + others).clip(lower=1)
    )
    persons = context["returning_persons"].clip(lower=said["returning_persons"])
    score = score * said["returning_persons"] / persons * _shared(context, said)
    score *= np.where(context["contradicted_tie"] == "own", said["own_case_factor"], 1.0)
    asks = (
        context["is_unlinked"]
        & (days >= said["minimum_days"])
        & (days > context["linked_days"])
        & (days >= said["own_share"] * (days + others))
        & ~_oneself(context)
    )
    return _scored(score, asks)


def high_profile_incident(context: Frame, said: Parameters) -> pd.Series:
    excess, users = context["incident_excess"], context["incident_users"]
    score = _rising(excess, said, said["minimum_excess"], said["strong_excess"])
    score *= _of_the_team(context, users, said)
    score *= np.where(context["burst_users"] < said["minimum_users"], said["aside_factor"], 1.0)
    asks = (
        context["is_unlinked"]
        & (context["linked_days"] == 0)
        & ~_oneself(context)
        & (users >= said["minimum_users"])
        & (context["incident_teams"] >= said["minimum_teams"])
        & (excess >= said["minimum_excess"])
    )
    return _scored(score, asks)


def neighbour(context: Frame, said: Parameters) -> pd.Series:
    metres, incident = context["home_distance_m"], context["incident_home_distance_m"] <= said["incident_m"]
    near, same = metres <= said["near_m"], context["same_home_postcode"]
    score = np.select(
        [metres <= said["next_door_m"], same, near],
        [said["next_door_score"], said["postcode_score"], said["near_score"]],
        0.0,
    )
    score = np.maximum(score, np.where(incident, said["incident_score"], 0.0)) * _shared(context, said)
    away = ~(context["device_home_distance_m"] <= said["near_m"])
    on_the_road = (context["channel"] == "mobile") & (context["duty_state"] == "duty") & away
    score = score * np.where(on_the_road.fillna(False), said["road_factor"], 1.0)
    asks = (
        (context["subject_link_strength"] < 0.3)
        & ~context["same_household"]
        & ~_oneself(context)
        & ~context["is_own_address"]
        & context["relation_kind"].isna()
        & (near | same | incident)
    )
    return _scored(score * _less_by_chance(context["home_by_chance"], said), asks)


def news_spike(context: Frame, said: Parameters) -> pd.Series:
    excess, users, teams = context["burst_excess"], context["burst_users"], context["burst_teams"]
    in_news = context["news_items"] > 0
    rumour = (
        (teams >= said["minimum_teams_no_news"])
        & (teams >= said["spread_no_news"] * users)
        & (excess >= said["minimum_excess_no_news"])
    )
    wave = (excess >= said["minimum_excess"]) & ((in_news & (users >= said["minimum_users"])) | rumour)
    score = _rising(excess, said, said["minimum_excess"], said["strong_excess"])
    score = score.where(wave, said["lone_score"]) * _of_the_team(context, users, said)
    asks = (
        (context["subject_link_strength"] < 0.3)
        & (context["linked_days"] == 0)
        & ~_oneself(context)
        & (in_news | rumour)
    )
    return _scored(score, asks)


def off_duty(context: Frame, said: Parameters) -> pd.Series:
    state = context["duty_state"]
    near = np.where(
        context["minutes_from_shift"] <= said["near_minutes"], said["near_score"], said["off_score"]
    )
    kinds = ["sick", "leave", "training"]
    score = np.select([state == kind for kind in kinds], [said[f"{kind}_score"] for kind in kinds], near)
    return _scored(score, state.isin([*_OUT, "training"]) & (context["subject_link_strength"] < 0.5))


def out_of_area(context: Frame, said: Parameters) -> pd.Series:
    least = np.maximum(said["minimum_km"], said["minimum_ratio"] * context["area_radius_km"])
    score = np.select(
        [context["third_far_km"] >= least, context["second_far_km"] >= least],
        [said["series_score"], said["pair_score"]],
        said["single_score"],
    )
    asks = (
        context["is_unlinked"]
        & ~context["is_desk"]
        & ~context["is_public_figure"]
        & context["subject_type"].isin(["person", "address"])
        & (context["area_distance_km"] >= least)
    )
    return _scored(score * _shared(context, said), asks)


def probe_subject(context: Frame, said: Parameters) -> pd.Series:
    opened = context["action"].isin(["view", "print", "export"])
    return _scored(np.where(opened, said["opened_score"], said["searched_score"]), context["is_probe"])


def public_figure(context: Frame, said: Parameters) -> pd.Series:
    score = np.select(
        [context["news_items"] > 0, context["burst_users"] >= said["wave_users"]],
        [said["news_score"], said["wave_score"]],
        said["quiet_score"],
    )
    of_the_team = context["team_others"] >= said["team_users"]
    factor = np.where(of_the_team, said["team_factor"], _shared(context, said))
    return _scored(score * factor, context["is_public_figure"] & context["is_unlinked"] & ~_oneself(context))


def self_lookup(context: Frame, said: Parameters) -> pd.Series:
    score = np.where(_oneself(context), said["record_score"], said["address_score"])
    factor = np.where(context["subject_link_strength"] >= 0.5, said["linked_factor"], 1.0)
    return _scored(score * factor, _oneself(context) | context["is_own_address"])


def skewed_interest(context: Frame, said: Parameters) -> pd.Series:
    evidence = context["skew_evidence"]
    score = _rising(evidence, said, said["minimum_evidence"], said["strong_evidence"])
    asks = (
        (context["subject_link_strength"] < 0.3)
        & (context["skew_found"] >= said["minimum_found"])
        & (evidence >= said["minimum_evidence"])
    )
    return _scored(score * _shared(context, said), asks)


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


def weak_justification(context: Frame, said: Parameters) -> pd.Series:
    contradicted, state = context["is_contradicted"], context["reason_state"]
    score = np.where(context["contradicted_circles"] >= 2, said["series_score"], said["contradicted_score"])
    score = score + np.where(state == "given", 0.0, said["empty_bonus"])
    score *= (
        context["contradicted_tie"]
        .map({"own": said["own_case_factor"], "team": said["team_case_factor"]})
        .fillna(1.0)
    )
    met_before = (context["team_others"] > 0) | context["met_before"]
    score *= np.where(met_before, said["shared_factor"], 1.0)
    weak = np.where(state == "none", said["missing_score"], said["boilerplate_score"])
    asks = (context["subject_link_strength"] < 0.3) & (
        contradicted | (context["is_unlinked"] & context["reason_demanded"] & (state != "given"))
    )
    return _scored(np.where(contradicted, score, weak), asks)


RULES: dict[str, Callable[[Frame, Parameters], pd.Series]] = {
    rule.__name__: rule
    for rule in (
        bulk_extraction, colleague, family, fixation, high_profile_incident, neighbour, news_spike, off_duty,
        out_of_area, probe_subject, public_figure, self_lookup, skewed_interest, vehicle_at_door,
        weak_justification,
    )
}  # fmt: skip
