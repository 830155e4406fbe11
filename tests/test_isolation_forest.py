"""The isolation forest: the right way up, blind to the future, and able to say what drives a score."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from lookup_audit.detectors.isolation_forest import FEATURES, PROSE, Model, score, train
from lookup_audit.detectors.nightly_forest import NightlyForest
from lookup_audit.settings import Forest, Settings
from lookup_audit.warehouse import Warehouse

FIRST = date(2026, 1, 5)  # a Monday
SETTINGS = Forest(trees=60, sample=512, minimum_user_days=200)
TEAMS = (("patrol", "north", 20), ("patrol", "south", 20), ("detective", "north", 12), ("desk", "centre", 10))


def user_days(days: int = 35, seed: int = 1) -> pd.DataFrame:
    """Ordinary user-days from `FIRST` on: desks are busy, patrols mobile and sometimes at night."""
    random = np.random.default_rng(seed)
    users = [
        (f"{team}-{function}-{n:02}", function, team) for function, team, size in TEAMS for n in range(size)
    ]
    frame = pd.DataFrame(users, columns=["user_id", "function", "team"]).merge(
        pd.DataFrame({"day": [FIRST + timedelta(days=n) for n in range(days)]}), how="cross"
    )
    frame = frame[random.random(len(frame)) < 0.6].reset_index(drop=True)
    function = frame["function"].to_numpy()
    lookups = 1 + random.poisson(np.select([function == "desk", function == "patrol"], [90, 18], 12))
    night = (function == "patrol") & (random.random(len(frame)) < 0.2)
    return pd.DataFrame(
        {
            "user_id": frame["user_id"],
            "day": frame["day"],
            "peer_group": frame["function"] + " | " + frame["team"],
            "lookups": lookups,
            "subjects": np.maximum(1, random.binomial(lookups, 0.8)),
            "first_subjects": random.binomial(lookups, 0.5),
            "unlinked": random.binomial(lookups, 0.2),
            "off_duty": random.binomial(lookups, 0.01),
            "night_hours": random.binomial(lookups, np.where(night, 0.8, 0.02)),
            "systems": random.integers(1, 4, len(frame)),
            "persons": random.binomial(lookups, 0.5),
            "vehicles": random.binomial(lookups, 0.4),
            "mobile": random.binomial(lookups, np.where(function == "patrol", 0.5, 0.01)),
            "prints_exports": random.binomial(lookups, 0.03),
            "peak_hour": np.maximum(1, random.binomial(lookups, 0.25)),
            "most_repeated": 1 + random.binomial(lookups, 0.05),
            "near_home": random.binomial(lookups, 0.01),
            "public_figures": random.binomial(lookups, 0.01),
        }
    )


def one_day(**changed: int | str) -> pd.DataFrame:
    """An ordinary patrol day in which only `changed` is out of the ordinary."""
    ordinary = {
        "user_id": "north-patrol-00", "day": FIRST + timedelta(days=40), "peer_group": "patrol | north",
        "lookups": 18, "subjects": 14, "first_subjects": 9, "unlinked": 3, "off_duty": 0, "night_hours": 0,
        "systems": 2, "persons": 9, "vehicles": 7, "mobile": 9, "prints_exports": 0, "peak_hour": 4,
        "most_repeated": 2, "near_home": 0, "public_figures": 0,
    }  # fmt: skip
    return pd.DataFrame([ordinary | changed])


@pytest.fixture(scope="module")
def model() -> Model:
    trained = train(user_days(), SETTINGS)
    assert trained is not None
    return trained


def score_of(model: Model, days: pd.DataFrame) -> float:
    return float(score(model, days)["anomaly_score"].iloc[0])


@pytest.mark.parametrize(
    ("feature", "value"),
    [
        ("prints_exports", 15),
        ("off_duty", 16),
        ("near_home", 9),
        ("public_figures", 9),
        ("most_repeated", 16),
        ("unlinked", 18),
    ],
)
def test_a_planted_feature_is_named_first_and_raises_the_score(
    model: Model, feature: str, value: int
) -> None:
    ordinary = score(model, one_day())
    odd = score(model, one_day(**{feature: value}))
    assert odd["anomaly_score"].iloc[0] > ordinary["anomaly_score"].iloc[0]
    assert odd["anomaly_score"].iloc[0] >= 0.95
    assert odd["top_features"].iloc[0][0] == feature
    assert len(odd["top_features"].iloc[0]) <= 3


def test_more_of_it_is_never_less_odd(model: Model) -> None:
    scores = [score_of(model, one_day(prints_exports=prints)) for prints in (0, 3, 6, 15)]
    assert scores == sorted(scores)
    assert scores[-1] > 0.95 > scores[0]


def test_a_feature_below_the_peers_centre_is_never_named(model: Model) -> None:
    odd = score(model, one_day(prints_exports=15, night_hours=0, mobile=0, vehicles=0, systems=1))
    assert not {"night_hours", "mobile", "vehicles", "systems"} & set(odd["top_features"].iloc[0])


def test_a_night_shift_is_ordinary_for_a_patrol_and_odd_for_a_detective(model: Model) -> None:
    night = {"night_hours": 16, "mobile": 0}
    patrol = score_of(model, one_day(**night))
    detective = score_of(
        model, one_day(**night, peer_group="detective | north", user_id="north-detective-00")
    )
    assert patrol < model.flag_above < detective


def test_few_lookups_are_not_odd(model: Model) -> None:
    quiet = one_day(
        user_id="new-colleague", lookups=1, subjects=1, first_subjects=1, unlinked=1, systems=1, persons=1,
        vehicles=0, mobile=0, peak_hour=1, most_repeated=1,
    )  # fmt: skip
    assert score_of(model, quiet) < 0.9


def test_a_desk_is_compared_with_desks(model: Model) -> None:
    busy = {
        "lookups": 95, "subjects": 76, "first_subjects": 48, "unlinked": 19, "night_hours": 2, "persons": 48,
        "vehicles": 38, "mobile": 1, "prints_exports": 3, "peak_hour": 24, "most_repeated": 6,
    }  # fmt: skip
    assert score_of(model, one_day(**busy, peer_group="desk | centre")) < 0.9
    assert score_of(model, one_day(**busy)) > model.flag_above


def test_missing_peers_fall_back_to_the_function_then_to_everyone(model: Model) -> None:
    assert set(model.peers) == {
        ("group", "patrol | north"), ("group", "patrol | south"), ("group", "detective | north"),
        ("group", "desk | centre"), ("function", "patrol"), ("function", "detective"), ("function", "desk"),
        ("everyone", ""),
    }  # fmt: skip
    night = {"night_hours": 16, "most_repeated": 9}
    narrower = score_of(model, one_day(**night, peer_group="patrol | new team"))
    assert narrower == score_of(only(model, "function", "patrol"), one_day(**night))
    unknown = one_day(**night, peer_group="pilot | air")
    assert score_of(model, unknown) == score_of(only(model, "everyone", ""), unknown)
    assert score_of(model, unknown) != narrower


def test_a_small_group_has_no_scale_of_its_own() -> None:
    past = user_days()
    past.loc[past["user_id"] == "north-patrol-00", "peer_group"] = "patrol | one man"
    trained = train(past, SETTINGS)
    assert trained is not None
    assert ("group", "patrol | one man") not in trained.peers
    assert ("group", "patrol | north") in trained.peers


def test_the_same_past_gives_the_same_scores_in_whatever_order(model: Model) -> None:
    shuffled = train(user_days().sample(frac=1, random_state=7), SETTINGS)
    assert shuffled is not None
    days = user_days(days=7, seed=9)
    pd.testing.assert_frame_equal(score(model, days), score(shuffled, days))
    assert shuffled.flag_above == model.flag_above


def test_about_the_flagged_share_of_the_past_lies_above_the_threshold() -> None:
    past = user_days()
    trained = train(past, SETTINGS.model_copy(update={"flagged_share": 0.02}))
    assert trained is not None
    share = (score(trained, past)["anomaly_score"] > trained.flag_above).mean()
    assert share == pytest.approx(0.02, abs=0.005)


def test_scores_are_shares_and_come_back_in_the_order_given(model: Model) -> None:
    days = user_days(days=7, seed=4)
    scored = score(model, days)
    assert scored["anomaly_score"].between(0, 1).all()
    assert scored["user_id"].tolist() == days["user_id"].tolist()
    named = scored["top_features"].map(len) > 0
    assert (scored.loc[named, "anomaly_score"] >= 0.95).all()
    assert {name for names in scored["top_features"] for name in names} <= set(FEATURES)


def test_no_model_from_too_little_past() -> None:
    assert train(user_days().head(199), SETTINGS) is None


def test_nothing_to_score_gives_nothing(model: Model) -> None:
    assert score(model, user_days().head(0)).empty


def only(model: Model, level: str, name: str) -> Model:
    """The model, with one group of peers for all."""
    return replace(model, peers={("everyone", ""): model.peers[level, name]})


# ── On a warehouse ──────────────────────────────────────────────────────────────────────────────────────


def warehouse_with(days: pd.DataFrame) -> Warehouse:
    warehouse = Warehouse(None, Settings(forest=SETTINGS))
    with warehouse.transaction():
        warehouse.insert("user_days", days)
    return warehouse


def scored_day(warehouse: Warehouse, day: date) -> list[dict[str, object]]:
    return warehouse.rows(
        "SELECT user_id, anomaly_score, top_features FROM user_days WHERE day = $day ORDER BY user_id",
        {"day": day},
    )


NIGHT = FIRST + timedelta(days=30)  # a Wednesday


def test_a_night_is_scored_in_place() -> None:
    with warehouse_with(user_days()) as warehouse:
        before = warehouse.count("user_days")
        flag_above = NightlyForest(warehouse).score_night(NIGHT)
        assert flag_above is not None
        assert 0.9 < flag_above < 1
        assert warehouse.count("user_days") == before
        assert all(row["anomaly_score"] is not None for row in scored_day(warehouse, NIGHT))
        elsewhere = "SELECT count(anomaly_score) FROM user_days WHERE day <> $day"
        assert warehouse.value(elsewhere, {"day": NIGHT}) == 0


def test_a_night_alone_gives_what_a_backfill_gives() -> None:
    with warehouse_with(user_days()) as alone, warehouse_with(user_days()) as backfill:
        threshold = NightlyForest(alone).score_night(NIGHT)
        forest = NightlyForest(backfill)
        thresholds = [forest.score_night(FIRST + timedelta(days=n)) for n in range(31)]
        assert thresholds[-1] == threshold
        assert scored_day(backfill, NIGHT) == scored_day(alone, NIGHT)


def test_the_week_itself_and_later_change_nothing() -> None:
    days = user_days()
    monday = NIGHT - timedelta(days=NIGHT.weekday())
    changed = days.copy()
    other = (changed["day"] >= monday) & (changed["day"] != NIGHT)
    changed.loc[other, ["prints_exports", "off_duty", "lookups"]] *= 50
    with warehouse_with(days) as one, warehouse_with(changed) as two:
        assert NightlyForest(one).score_night(NIGHT) == NightlyForest(two).score_night(NIGHT)
        assert scored_day(one, NIGHT) == scored_day(two, NIGHT)


def test_the_past_does_change_it() -> None:
    days = user_days()
    changed = days.copy()
    changed.loc[changed["day"] < FIRST + timedelta(days=14), "prints_exports"] *= 50
    with warehouse_with(days) as one, warehouse_with(changed) as two:
        NightlyForest(one).score_night(NIGHT)
        NightlyForest(two).score_night(NIGHT)
        assert scored_day(one, NIGHT) != scored_day(two, NIGHT)


def test_without_a_model_the_scores_are_empty() -> None:
    with warehouse_with(user_days()) as warehouse:
        stale = {"day": FIRST}
        warehouse.run(
            "UPDATE user_days SET anomaly_score = 1, top_features = ['lookups'] WHERE day = $day", stale
        )
        assert NightlyForest(warehouse).score_night(FIRST) is None
        assert all(
            row["anomaly_score"] is None and row["top_features"] is None
            for row in scored_day(warehouse, FIRST)
        )


def test_a_day_without_user_days_is_no_fault() -> None:
    with warehouse_with(user_days(days=35)) as warehouse:
        assert NightlyForest(warehouse).score_night(FIRST + timedelta(days=60)) is not None


def test_every_text_is_there_in_both_languages() -> None:
    for field in ("title", "question", "innocent_explanations", "blind_spots", "investigation_steps"):
        assert set(PROSE[field]) == {"en", "nl"}
        assert len(PROSE[field]["en"]) > 0
    lists = ("innocent_explanations", "blind_spots", "investigation_steps")
    assert all(len(PROSE[field]["en"]) == len(PROSE[field]["nl"]) for field in lists)
    assert all(set(words) == {"en", "nl"} for words in FEATURES.values())


def test_the_features_are_columns_of_user_days() -> None:
    with Warehouse(None, Settings()) as warehouse:
        columns = {row["column_name"] for row in warehouse.rows("DESCRIBE user_days")}
    assert set(FEATURES) <= columns
