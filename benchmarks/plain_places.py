"""Where subjects are: close to the user's home, or far from where the team works; and how likely that is."""

import numpy as np
import pandas as pd

from benchmarks.plain_tables import Drop, Frame, Parameters, number_of, rounded, window

_CELL = ["team", "row", "column"]


def distance_m(lat_a: pd.Series, lon_a: pd.Series, lat_b: pd.Series, lon_b: pd.Series) -> pd.Series:
    """Metres on a plane that is flat enough for a country."""
    north = (lat_a - lat_b) * 111_320.0
    return np.hypot(north, (lon_a - lon_b) * 111_320.0 * np.cos(np.radians((lat_a + lat_b) / 2)))


def add_home(context: Frame, near_incidents: Frame) -> None:
    """Whose home is close to the user's, and which incidents were."""
    home = context["user_home_lat"], context["user_home_lon"]
    context["home_distance_m"] = distance_m(*home, context["subject_lat"], context["subject_lon"]).round()
    context["device_home_distance_m"] = distance_m(*home, context["lat"], context["lon"]).round()
    same = {
        key: (context[f"user_{key}"] == context[key]).fillna(False).astype(bool)
        for key in ("postcode_key", "address_key")
    }
    context["same_home_postcode"] = same["postcode_key"]
    context["same_household"] = same["address_key"] & context["is_household"].fillna(True).astype(bool)
    is_address = (context["type"] == "address").fillna(False).astype(bool)
    context["is_own_address"] = same["address_key"] & is_address
    asked = context[["subject_id", "user_home_lat", "user_home_lon"]].reset_index(names="nr")
    near = near_incidents[["subject_id", "lat", "lon"]].drop_duplicates()
    near = asked.merge(near, on="subject_id")
    metres = distance_m(near["user_home_lat"], near["user_home_lon"], near["lat"], near["lon"])
    context["incident_home_distance_m"] = metres.groupby(near["nr"]).min().round()


def add_area(context: Frame, drop: Drop, parameters: Parameters) -> None:
    """Columns area_distance_km, area_radius_km, second_far_km, third_far_km and place_share, without a link only.

    The area of a team is the fewest cells of about two kilometres that hold most of its lookups.
    """
    said = parameters["context"]
    cells = _cells(drop, context["team"].dropna().unique(), parameters)
    placed = context.loc[
        context["is_unlinked"] & context["subject_lat"].notna() & context["subject_lon"].notna(),
        [
            "user_id",
            "team",
            "circle",
            "postcode_key",
            "subject_lat",
            "subject_lon",
            "subject_type",
            "is_public_figure",
        ],
    ].reset_index(names="nr")
    area = cells[
        (cells["before"] < said["area_share"] * cells["of_team"]) & (cells["of_team"] >= said["area_lookups"])
    ]
    teams = cells[["team", "of_team"]].drop_duplicates().merge(_radii(area).reset_index(), on="team")
    spot = ["team", "subject_lat", "subject_lon"]
    near = placed[spot].drop_duplicates().merge(area[["team", "cell_lat", "cell_lon"]], on="team")
    metres = distance_m(near["subject_lat"], near["subject_lon"], near["cell_lat"], near["cell_lon"])
    near = (metres / 1000).groupby([near[key] for key in spot], sort=False).min().rename("km").reset_index()
    placed = placed.merge(near, on=spot).merge(teams, on="team")
    placed["row"], placed["column"] = _cell(placed["subject_lat"], placed["subject_lon"])
    placed = placed.merge(cells[[*_CELL, "lookups"]], on=_CELL, how="left").set_index("nr")
    context["area_distance_km"] = rounded(placed["km"], 3)
    context["area_radius_km"] = rounded(placed["radius_km"], 3)
    homes = placed[placed["subject_type"].isin(["person", "address"]) & ~placed["is_public_figure"]]
    farthest = homes.groupby(["user_id", "circle"])["km"].max().sort_values(ascending=False)
    for place, column in ((1, "second_far_km"), (2, "third_far_km")):
        nth = farthest.groupby("user_id").nth(place).droplevel("circle")
        context[column] = rounded(number_of(context["user_id"], nth), 3)
    subjects = drop.tables["subjects"]
    streets = subjects.loc[subjects["subject_type"] == "person", "postcode_key"]
    in_street = number_of(placed["postcode_key"], streets.value_counts(), 1)
    share = (placed["lookups"].fillna(0) + 0.5) / (placed["of_team"] + 1)
    context["place_share"] = 0.9 * 0.028 * share + 0.1 * in_street / max(len(streets), 1000)


def _cell(lat: pd.Series, lon: pd.Series) -> tuple[pd.Series, pd.Series]:
    return np.floor(lat / 0.02), np.floor(lon / 0.03)


def _cells(drop: Drop, teams: np.ndarray, parameters: Parameters) -> Frame:
    """The cells where a team's subjects were, the busiest first, with what they and those before them hold."""
    places = drop.tables["subjects"].dropna(subset=["lat", "lon"])
    row, column = _cell(places["lat"], places["lon"])
    places = places[["subject_id"]].assign(row=row, column=column)
    past = window(
        drop.lookups[["team", "subject_id", "day"]], drop.day, parameters["context"]["history_days"]
    )
    past = past[past["team"].isin(teams)].groupby(["team", "subject_id"], sort=False).size().rename("lookups")
    cells = past.reset_index().merge(places, on="subject_id").groupby(_CELL)["lookups"].sum().reset_index()
    cells = cells.sort_values(["team", "lookups", "row", "column"], ascending=[True, False, True, True])
    of_team = cells.groupby("team")["lookups"]
    cells["before"], cells["of_team"] = of_team.cumsum() - cells["lookups"], of_team.transform("sum")
    cells["cell_lat"] = (cells["row"] * 0.02 + 0.01).round(2)
    cells["cell_lon"] = (cells["column"] * 0.03 + 0.015).round(3)
    return cells


def _radii(area: Frame) -> pd.Series:
    """The usual distance from the middle of each team's area, in kilometres: what far is measured by."""
    team = area["team"]
    share = area["lookups"] / area["lookups"].groupby(team).transform("sum")
    centre = [(share * area[key]).groupby(team).transform("sum") for key in ("cell_lat", "cell_lon")]
    metres = distance_m(area["cell_lat"], area["cell_lon"], *centre)
    return ((share * metres).groupby(team).sum() / 1000).clip(lower=1.0).rename("radius_km")


def add_chance(context: Frame, drop: Drop, tonight: Frame, past: Frame) -> None:
    """Columns place_by_chance and home_by_chance, from the interests of tonight and of the days before."""
    columns = ["user_id", "team", "postcode_key", "user_own_subject_id", "user_address_key"]
    home = context.loc[context["same_home_postcode"], columns]
    home = home.drop_duplicates("user_id").set_index("user_id")
    persons = number_of(context["user_id"], tonight["user_id"].value_counts(), 1)
    own = past[past["user_id"].isin(home.index)]
    own_persons = own["user_id"].value_counts()
    at_home = own[own["postcode_key"] == own["user_id"].map(home["postcode_key"])]
    # oneself and those one lives with are no neighbours; where more live than in a household, they are
    subjects = drop.tables["subjects"]
    residents = subjects.loc[subjects["subject_type"] == "person", "address_key"].value_counts()
    households = home["user_address_key"].where(home["user_address_key"].map(residents) <= 10)
    lives_there = at_home["home_key"] == at_home["user_id"].map(households)
    is_self = at_home["focus_id"] == at_home["user_id"].map(home["user_own_subject_id"])
    home_days = at_home[~lives_there & ~is_self].groupby("user_id")["day"].nunique()
    team_past = past["team"].value_counts()
    street = ["team", "postcode_key"]
    street_past = past.groupby(street).size()
    in_street = pd.Series(
        street_past.reindex(pd.MultiIndex.from_frame(home[street]), fill_value=0).to_numpy(), home.index
    )
    in_street -= at_home["user_id"].value_counts().reindex(home.index, fill_value=0)
    colleagues = number_of(home["team"], team_past) - own_persons.reindex(home.index, fill_value=0)
    known = number_of(context["user_id"], colleagues, 0)
    there = number_of(context["user_id"], in_street, 0)
    is_home = context["same_home_postcode"]
    # where no area is known, one lookup in a thousand is in any one street
    share = context["place_share"].fillna(0.001).where(context["subject_link_strength"] < 0.3)
    share = share.where(~is_home, (there + 500 * share) / (known + 500))
    by_chance = persons * share
    days = number_of(context["user_id"], home_days, 0).where(is_home, 0)
    lately = number_of(context["user_id"], own_persons, 0) * share
    surprise = days * np.log(days.clip(lower=1) / lately) - days + lately
    context["place_by_chance"] = by_chance.round(7)
    context["home_by_chance"] = (by_chance * np.exp(-surprise).where(days > lately, 1.0)).round(9)
