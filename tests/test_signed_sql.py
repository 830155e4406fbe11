"""What was signed off is what runs: every rule and explanation is whole, and no change goes unseen."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot import exp

import lookup_audit
from lookup_audit.context.build import night_values
from lookup_audit.detectors import check_signed
from lookup_audit.errors import SettingsError, SignedSqlError
from lookup_audit.settings import Settings
from lookup_audit.warehouse import (
    SignedSql,
    check_configured,
    load_signed,
    sign_off,
    signed_digest,
    signed_sql,
)

PACKAGE = Path(lookup_audit.__file__).parent
CASES = Path(__file__).parent / "cases"
FOLDERS = {"explanation": "explanations", "rule": "rules"}
KINDS = {
    "rule": {"flagged", "innocent", "boundary"},
    "explanation": {"explains", "does_not_explain", "boundary"},
}

_DAY = date(2026, 3, 10)
SIGNED = [*load_signed("explanation", locked=False), *load_signed("rule", locked=False)]
RULES = [one for one in SIGNED if one.kind == "rule"]


def each(signed: list[SignedSql]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("signed", signed, ids=lambda one: one.id)


@each(SIGNED)
def test_its_header_says_what_its_query_does(signed: SignedSql) -> None:
    tree = sqlglot.parse_one(signed.query, dialect="duckdb")
    assert {column.name for column in tree.find_all(exp.Column)} == set(signed.columns_used)
    assert list(signed.columns_used) == sorted(signed.columns_used)
    # settings of the context may be asked for by explanations; everything else is a parameter of its own
    asked = {placeholder.name for placeholder in tree.find_all(exp.Placeholder)}
    own = asked - set(night_values(_DAY, Settings())) if signed.kind == "explanation" else asked
    assert own == set(signed.parameters)
    check_signed(signed)


@each(SIGNED)
def test_everything_that_people_read_is_there_in_both_languages(signed: SignedSql) -> None:
    assert set(signed.prose) == {
        "title", "question", "innocent_explanations", "blind_spots", "investigation_steps",
    }  # fmt: skip
    for field, texts in signed.prose.items():
        assert set(texts) == {"en", "nl"}
        as_lists = [value if isinstance(value, list) else [value] for value in texts.values()]
        assert all(text.strip() for texts_of_one in as_lists for text in texts_of_one)
        assert len(as_lists[0]) == len(as_lists[1]), f"{field} says more in one language than in the other"
        assert texts["en"] != texts["nl"], f"{field} is not translated"


@each(SIGNED)
def test_its_parameters_are_settings_with_a_unit_and_a_reason(signed: SignedSql) -> None:
    for name, spec in signed.parameters.items():
        assert isinstance(spec["default"], int | float), name
        for language in ("en", "nl"):
            assert spec["unit"][language].strip(), name
            assert len(spec["reason"][language].split()) >= 2, name
        assert spec["reason"]["en"] != spec["reason"]["nl"], name
        if spec["unit"]["en"] in ("score", "strength", "factor"):
            assert 0 < spec["default"] <= 1, name
    assert signed.weight > 0
    assert signed.legal_basis["en"] != signed.legal_basis["nl"]


@each(SIGNED)
def test_it_has_readable_cases_of_each_kind(
    signed: SignedSql, read_cases: Callable[[Path], list[Any]]
) -> None:
    path = CASES / FOLDERS[signed.kind] / f"{signed.id}.toml"
    assert path.exists(), f"{signed.id} has no file of cases"
    cases = read_cases(path)
    assert {case.kind for case in cases} == KINDS[signed.kind]
    names = [case.name for case in cases]
    assert len(set(names)) == len(names)
    for case in cases:
        if case.kind in ("flagged", "explains"):
            assert case.expect, case.name
        if case.kind in ("innocent", "does_not_explain"):
            assert not case.expect, case.name


def test_every_file_of_cases_is_about_a_rule_or_explanation_that_exists() -> None:
    described = {(path.parent.name, path.stem) for path in CASES.glob("*/*.toml")}
    assert described == {(FOLDERS[signed.kind], signed.id) for signed in SIGNED}


def test_what_was_signed_off_is_what_is_there() -> None:
    assert [one.id for one in load_signed("explanation")] + [one.id for one in load_signed("rule")] == [
        one.id for one in SIGNED
    ]


def test_ids_are_unique() -> None:
    assert len({one.id for one in SIGNED}) == len(SIGNED)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.sql")), ids=lambda path: path.name)
def test_sql_keeps_to_functions_that_travel_to_another_engine(path: Path) -> None:
    # these were seen to change meaning in silence, or to fail, on another engine
    text = re.sub(r"--.*", "", path.read_text(encoding="utf-8").lower())
    for word in ("isodow", "asof", "at time zone", "qualify", "date_diff('minute'", "jaro", "quantile"):
        assert word not in text, f"{word} does not travel"


def test_no_column_of_the_context_is_made_for_nothing() -> None:
    """Data minimisation (Wpg art. 3): what no rule asks for is not computed."""
    view = sqlglot.parse_one((PACKAGE / "context" / "90_lookup_context.sql").read_text(), dialect="duckdb")
    made = set(view.named_selects)
    used = {column for rule in RULES for column in rule.columns_used}
    assert used == made


@pytest.fixture
def copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of every rule and explanation with their lock, which the loader reads in place of the real ones."""
    for kind in FOLDERS:
        folder = signed_sql._FOLDERS[kind]  # type: ignore[index]
        (tmp_path / folder).mkdir(parents=True)
        for path in (PACKAGE / folder).glob("*.sql"):
            (tmp_path / folder / path.name).write_bytes(path.read_bytes())
    (tmp_path / "signed_off.toml").write_bytes((PACKAGE / "signed_off.toml").read_bytes())
    monkeypatch.setattr(signed_sql, "files", lambda package: tmp_path)
    return tmp_path


def rewrite(path: Path, old: str, new: str) -> SignedSql:
    """Replace a text that is there once, and read the file again."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    return signed_sql.parse_signed("rule", path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("version = 1\n", "version = 2\n"),
        ("    END AS score,", "    END * 0.0 AS score,"),
        ("default = 0.75", "default = 0.05"),
        ('en = "Public figures"', 'en = "Public figure"'),
        ("FROM lookup_context", "FROM lookup_context "),
    ],
    ids=["version", "query", "parameter", "prose", "a space"],
)
def test_a_changed_text_does_not_run_until_it_is_signed_off(copies: Path, old: str, new: str) -> None:
    before = signed_digest()
    rewrite(copies / "detectors/rules/public_figure.sql", old, new)
    with pytest.raises(SignedSqlError, match=r"public_figure\.sql: its text is not what was signed off"):
        load_signed("rule")
    assert sign_off() == ["public_figure"]
    assert "public_figure" in {rule.id for rule in load_signed("rule")}
    assert signed_digest() != before


def test_a_text_that_was_never_signed_off_does_not_run(copies: Path) -> None:
    rules = copies / "detectors/rules"
    text = (rules / "public_figure.sql").read_text(encoding="utf-8")
    (rules / "new_rule.sql").write_text(
        text.replace('id = "public_figure"', 'id = "new_rule"'), encoding="utf-8"
    )
    with pytest.raises(SignedSqlError, match=r"new_rule\.sql: its text is not what was signed off"):
        load_signed("rule")


def test_without_a_lock_nothing_runs(copies: Path) -> None:
    (copies / "signed_off.toml").unlink()
    with pytest.raises(SignedSqlError, match="not what was signed off"):
        load_signed("explanation")


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (
            "    news_items,\n",
            "    news_items,\n    local_hour,\n",
            "columns_used and the query differ in local_hour",
        ),
        ("    hours_since_news,\n", "", "columns_used and the query differ in hours_since_news"),
        ("ELSE $quiet_score", "ELSE $quiet_score * $hidden", "parameters and the query differ in hidden"),
        ("ELSE $quiet_score", "ELSE 0.5", "parameters and the query differ in quiet_score"),
        ("FROM lookup_context", "FROM lookups", "reads lookups, where a rule reads lookup_context only"),
        (
            "    is_public_figure\n    AND",
            "    is_public_figure AND lookup_nr IN (SELECT lookup_nr FROM night)\n    AND",
            "reads lookup_context, night, where a rule reads lookup_context only",
        ),
    ],
)
def test_a_query_that_does_more_than_its_header_says_is_refused(
    copies: Path, old: str, new: str, fault: str
) -> None:
    changed = rewrite(copies / "detectors/rules/public_figure.sql", old, new)
    with pytest.raises(SignedSqlError, match=rf"public_figure\.sql: {re.escape(fault)}"):
        check_signed(changed)


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("/*\nid", "id", "must begin with a"),
        ("version = 1\n", "version = one\n", "its header is not whole"),
        ("weight = 5.5\n", "", "its header is not whole: 'weight'"),
        ("weight = 5.5\n", 'weight = 5.5\nauthor = "me"\n', "unknown in its header: author"),
        ('id = "public_figure"', 'id = "other"', "id must be the file's name"),
        ('motive = "curiosity"', 'motive = "boredom"', "motive one of"),
        ('nl = "Bekende personen"\n', "", "title must be given in en and in nl"),
        ('nl = "Bekende personen"', 'nl = ""', "title must be given in en and in nl"),
        (
            'unit = { en = "users", nl = "medewerkers" }\n',
            "",
            "parameter wave_users needs default, unit and reason",
        ),
        (
            'unit = { en = "users", nl = "medewerkers" }',
            'unit = "users"',
            "rules/public_figure.sql: unit of parameter wave_users must be given in en and in nl",
        ),
        (
            ', nl = "twee kunnen samen op één auto zitten, drie niet"',
            "",
            "rules/public_figure.sql: reason of parameter wave_users must be given in en and in nl",
        ),
        (
            'nl = "twee kunnen samen op één auto zitten, drie niet"',
            'nl = " "',
            "rules/public_figure.sql: reason of parameter wave_users must be given in en and in nl",
        ),
        ('legal_basis = { en = "', 'legal_basis = { de = "', "legal_basis must be given in en and in nl"),
    ],
)
def test_a_header_that_is_not_whole_is_refused(copies: Path, old: str, new: str, fault: str) -> None:
    with pytest.raises(SignedSqlError, match=re.escape(fault)):
        rewrite(copies / "detectors/rules/public_figure.sql", old, new)


def test_settings_change_a_parameter_by_name_and_only_by_name() -> None:
    rule = next(rule for rule in RULES if rule.id == "neighbour")
    near = rule.values(Settings(rules={"neighbour": {"near_m": 90}}))
    assert near["near_m"] == 90
    assert {**near, "near_m": rule.parameters["near_m"]["default"]} == rule.values(Settings())
    with pytest.raises(SignedSqlError, match="no parameter near_metres"):
        rule.values(Settings(rules={"neighbour": {"near_metres": 90}}))


@pytest.mark.parametrize(
    ("configured", "said"),
    [
        ({"required_detectors": ("off_dutie",)}, "did you mean off_duty"),
        ({"rules": {"neigbour": {"near_m": 100}}}, "did you mean neighbour"),
        ({"rules": {"neighbour": {"near_mm": 100}}}, "did you mean near_m"),
    ],
)
def test_a_configuration_that_names_what_does_not_exist_is_refused(configured, said):
    with pytest.raises(SettingsError, match=said):
        check_configured(Settings.model_validate(configured))
    check_configured(Settings(rules={"neighbour": {"near_m": 100}}, required_detectors=("peer_anomaly",)))


@pytest.mark.parametrize(
    ("rule", "values", "said"),
    [
        ("fixation", {"strong_days": 2}, "minimum_days = 3 must be below strong_days = 2"),
        ("fixation", {"minimum_days": 7}, "minimum_days = 7 must be below strong_days = 7"),
        ("family", {"rare_by_chance": 0.2}, "rare_by_chance = 0.2 must be below uncommon_by_chance = 0.15"),
        ("neighbour", {"near_m": 50}, "next_door_m = 60 must be at most near_m = 50"),
        ("news_spike", {"weak_score": 0.95}, "weak_score = 0.95 must be at most strong_score = 0.9"),
        ("out_of_area", {"series_score": 0.5}, "pair_score = 0.55 must be at most series_score = 0.5"),
    ],
)
def test_parameters_that_are_the_wrong_way_round_are_refused(rule, values, said):
    with pytest.raises(SettingsError, match=re.escape(f"[rules.{rule}]: {said}")):
        check_configured(Settings(rules={rule: values}))


def test_parameters_that_may_be_the_same_may():
    check_configured(Settings(rules={"neighbour": {"near_m": 60}, "fixation": {"weak_score": 0.95}}))


def test_every_pair_of_parameters_in_an_order_is_one_of_a_rule_or_explanation():
    for pair in (*signed_sql._RISING, *signed_sql._NOT_FALLING):
        assert any(set(pair) <= set(signed.parameters) for signed in SIGNED), pair
