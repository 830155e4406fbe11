"""What ties the user to the person behind the lookup: oneself, colleagues, declared relations, surnames."""

import numpy as np
import pandas as pd

from benchmarks.plain_tables import Drop, Frame, Parameters, number_of, window


def add_own(context: Frame, drop: Drop) -> None:
    """Whether it is the user's own record or property, or a colleague's record."""
    own = context["user_own_subject_id"]
    is_own = (own == context["person_id"]).fillna(False).astype(bool)
    is_person = (context["person_id"] == context["subject_id"]).fillna(False).astype(bool)
    context["is_own_record"], context["is_own_property"] = is_own & is_person, is_own & ~is_person
    officers = drop.tables["users"][["own_subject_id", "team"]].dropna(subset=["own_subject_id"])
    context["is_colleague"] = context["person_id"].isin(officers["own_subject_id"]) & ~is_own
    context["same_team"] = pd.MultiIndex.from_frame(context[["person_id", "team"]]).isin(
        pd.MultiIndex.from_frame(officers.dropna())
    )


def add_kin(context: Frame, drop: Drop, hops: Frame, parameters: Parameters) -> None:
    """Declared relations, also by one hop, and surnames that few share."""
    declared = hops.merge(
        drop.tables["relations"].rename(columns={"subject_id": "reached"}), on="reached"
    ).assign(kind=lambda table: table["kind"].fillna("other"))
    declared["closeness"] = declared["carries"] + np.where(
        declared["kind"].isin(["friend", "other"]), 0, 0.001
    )
    pair = ["user_id", "subject_id"]
    carries = declared.groupby(pair)["carries"].max()
    kind = declared.sort_values("closeness").drop_duplicates(pair, keep="last").set_index(pair)["kind"]
    pairs = pd.MultiIndex.from_frame(context[pair])
    context["relation_kind"] = kind.reindex(pairs).to_numpy()
    context["relation_carries"] = carries.reindex(pairs).to_numpy()
    by_name = ["user_id", "surname_key"]
    names = context[[*by_name, "user_surname_key"]].dropna().drop_duplicates()
    of_user = names[["user_id", "user_surname_key"]].drop_duplicates()
    of_user = of_user.assign(part=of_user["user_surname_key"].str.split("-")).explode("part")[
        ["user_id", "part"]
    ]
    of_subject = names.assign(part=names["surname_key"].str.split("-")).explode("part")
    shared = of_subject.merge(of_user.drop_duplicates(), on=["user_id", "part"])
    subjects = drop.tables["subjects"]
    persons = subjects.loc[subjects["subject_type"] == "person", "surname_key"]
    first, last = persons.str.split("-").str[0], persons.str.split("-").str[-1]
    bearers = first.value_counts().add(last[first != last].value_counts(), fill_value=0)
    share = (bearers.reindex(shared["part"], fill_value=0).to_numpy() + 1) / (len(persons) + 1)
    common = pd.Series(parameters["common_surnames"]).reindex(shared["part"], fill_value=0).to_numpy()
    shares = shared.assign(share=np.maximum(share, common)).groupby(by_name)["share"].min()
    found = shares.reindex(pd.MultiIndex.from_frame(context[by_name])).to_numpy()
    met = drop.met[drop.met["user_id"].isin(shared["user_id"].unique())]
    met = window(met, drop.day, parameters["context"]["history_days"])
    met = met.drop_duplicates(["user_id", "subject_id"])["user_id"].value_counts()
    context["same_surname"] = ~np.isnan(found)
    context["surname_by_chance"] = (found * (number_of(context["user_id"], met, 0) + 200)).round(4)
