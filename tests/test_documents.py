"""The documents for those who must sign: filled in rightly, the same in both languages, and safe to publish."""

import json
import re
import stat
from collections.abc import Callable, Iterator
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pytest
import typer
from pydantic import BaseModel
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.evaluation.reviewed import reviewed
from lookup_audit.privacy.disclosure import BASE
from lookup_audit.reporting.documents import DOCUMENTS, write_documents
from lookup_audit.reporting.documents.figures import MOST_OF_ONE, read_figures
from lookup_audit.reporting.documents.laws import laws, reference
from lookup_audit.reporting.documents.values import setting
from lookup_audit.reporting.language import LANGUAGES
from lookup_audit.settings import Context, Language, Mandates, Notices, Reporting, Retention, Settings
from lookup_audit.warehouse import Warehouse
from lookup_audit.warehouse.tables import TABLES
from lookup_audit.warehouse.tables_document import tables_document
from tests.trend_world import MONDAY, fill

DOCS = Path(__file__).parents[1] / "docs"
PRIVACY = DOCS / "privacy"
AT = datetime(2026, 1, 7, 12)

Texts = dict[tuple[str, str], str]


@pytest.fixture(scope="module")
def unfilled(tmp_path_factory) -> Texts:
    return _texts(write_documents(None, tmp_path_factory.mktemp("unfilled")))


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    with Warehouse(None, Settings(threads=1)) as opened:
        fill(opened, teams=(24, 18, 15, 12, 13))
        yield opened


def _texts(written: list[Path]) -> Texts:
    return {(file.parent.name, file.stem): file.read_text(encoding="utf-8") for file in written}


def _template(language: str, name: str) -> str:
    folder = files("lookup_audit.reporting.documents") / "templates" / language
    return (folder / f"{name}.md").read_text(encoding="utf-8")


def _judge(warehouse: Warehouse, verdicts: list[tuple[str, str, str]]) -> None:
    """An alert for each user, verdict and detector, with one lookup and one finding, and the verdict on it."""
    at = {"occurred_at": AT, "audit_date": AT.date()}
    rows = [
        {
            "alert_id": f"a-{nr:03}",
            "lookup_id": f"l{nr}",
            "user_id": user,
            "verdict": verdict,
            "detector": detector,
        }
        for nr, (user, verdict, detector) in enumerate(verdicts)
    ]
    found = pd.DataFrame(rows).assign(system="BVH", **at)
    episodes = found[["alert_id", "user_id"]].assign(
        alert_about="behaviour", motive="curiosity", first_at=AT, last_at=AT, lookups=1, risk=0.8,
        peak_on=AT.date(), detectors=[[row["detector"]] for row in rows], queued=True,
    )  # fmt: skip
    warehouse.insert("alert_episodes", episodes)
    risks = found.drop(columns=["detector", "verdict"]).assign(
        risk=0.8, motive="curiosity", detectors=[[row["detector"]] for row in rows], work_links=[[] for _ in rows],
        sum_shown="{}", alert_about="behaviour",
    )  # fmt: skip
    warehouse.insert("lookup_risk", risks)
    findings = found.drop(columns=["alert_id", "verdict"]).assign(
        finding_id=found["alert_id"], run_id="r", score=1.0, evidence="{}"
    )
    warehouse.insert("findings", findings)
    warehouse.insert(
        "verdicts",
        found[["alert_id", "verdict"]].assign(decided_at=AT, decided_by="Zreviewer", note="because"),
    )


def _users(warehouse: Warehouse) -> list[str]:
    return [row["user_id"] for row in warehouse.rows("SELECT user_id FROM users ORDER BY user_id")]


# ── What is committed ─────────────────────────────────────────────────────────────────────────────────────


def test_the_committed_documents_are_those_that_are_written(unfilled: Texts) -> None:
    committed = _texts(sorted(PRIVACY.glob("*/*.md")))
    assert committed == unfilled


def test_a_toets_in_dutch_is_one_against_the_law_and_what_was_measured_a_test(unfilled: Texts) -> None:
    assert [name for (_, name), text in unfilled.items() if "\n### Test" in text] == [
        "technical-documentation"
    ] * 2
    assert not [name for (_, name), text in unfilled.items() if "toetsing" in text.lower()]


def test_the_committed_document_of_tables_is_that_of_the_schema() -> None:
    assert (DOCS / "tables.md").read_text(encoding="utf-8") == tables_document()


def test_the_document_of_tables_has_every_column_with_what_it_is(tmp_path: Path) -> None:
    text = tables_document()
    with Warehouse(tmp_path / "w.duckdb", Settings(threads=1)) as opened:
        columns = opened.rows(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE NOT internal"
        )
    assert len([column for column in columns if column["comment"]]) > 300
    for column in columns:
        section = text.split(f"### `{column['table_name']}`")[1].split("\n### ")[0]
        assert re.search(rf"`{column['column_name']}`", section), column
        if column["comment"]:
            assert column["comment"].replace("|", "\\|") in section
    for table in TABLES.values():
        section = text.split(f"### `{table.name}`")[1].split("\n### ")[0]
        assert set(re.findall(r"\*\*`(\w+)`\*\*", section)) == set(table.required)


def test_every_link_leads_to_a_file_that_is_there() -> None:
    for file in [*PRIVACY.glob("**/*.md"), DOCS / "tables.md", DOCS.parent / "README.md"]:
        for link in re.findall(r"\]\(([^)]+)\)", file.read_text(encoding="utf-8")):
            path = link.partition("#")[0]
            assert not path or (file.parent / path).exists(), f"{file.name}: {link}"


# ── The same in both languages ────────────────────────────────────────────────────────────────────────────


def _outline(text: str) -> list[tuple[int, int, int]]:
    """Of each section the level of its heading, its table rows and its list items."""
    sections = re.split(r"^(?=#)", text, flags=re.MULTILINE)[1:]
    return [
        (
            len(section) - len(section.lstrip("#")),
            len(re.findall(r"^\|", section, re.MULTILINE)),
            len(re.findall(r"^(?:-|\d+\.) ", section, re.MULTILINE)),
        )
        for section in sections
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_both_languages_have_the_same_headings_tables_and_lists(unfilled: Texts, name: str) -> None:
    assert _outline(unfilled["en", name]) == _outline(unfilled["nl", name])
    assert len(_outline(unfilled["en", name])) > 3


@pytest.mark.parametrize("name", DOCUMENTS)
def test_both_languages_have_the_same_placeholders_in_each_section(name: str) -> None:
    def placeholders(language: str) -> list[list[str]]:
        sections = re.split(r"^(?=#)", _template(language, name), flags=re.MULTILINE)
        found = [re.findall(r"\{\{ (.*?) \}\}", section) for section in sections]
        plain = [[re.sub(r'fill\(".*?"', "fill(", one) for one in section] for section in found]
        return [sorted(re.sub(r'"[^"]*"(?= if| else|$)', "…", one) for one in section) for section in plain]

    assert placeholders("en") == placeholders("nl")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_both_languages_refer_to_the_same_law(name: str) -> None:
    def references(language: str) -> list[list[str]]:
        sections = re.split(r"^(?=#)", _template(language, name), flags=re.MULTILINE)
        return [sorted(re.findall(r'law\("([^"]+)"\)', section)) for section in sections]

    assert references("en") == references("nl")


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_law_that_is_referred_to_stands_in_the_overview(unfilled: Texts, language: Language) -> None:
    overview = unfilled[language, "purposes-and-legal-basis"]
    for law in laws():
        assert f"### {law.full[language]}\n" in overview
        for article in law.articles:
            assert f"| {reference(f'{law.code} {article.ref}', language)} |" in overview
            assert article.asks["en"] != article.asks["nl"]


@pytest.mark.parametrize(
    ("text", "english", "dutch"),
    [
        ("wor 27(1)(k)", "WOR art. 27(1)(k)", "WOR art. 27 lid 1 onder k"),
        ("led recital 57", "LED, recital 57", "Richtlijn 2016/680, overweging 57"),
        (
            "aia annex III.4(b)",
            "AI Act, Annex III, point 4(b)",
            "AI-verordening, bijlage III, punt 4 onder b",
        ),
        ("bw 7:457", "Civil Code art. 7:457", "BW art. 7:457"),
    ],
)
def test_a_reference_is_written_as_its_language_writes_it(text: str, english: str, dutch: str) -> None:
    assert (reference(text, "en"), reference(text, "nl")) == (english, dutch)


@pytest.mark.parametrize("text", ["wpg 4z", "abc 1", "wpg", "aia annex V"])
def test_a_reference_to_law_that_is_not_in_the_list_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"laws\.toml"):
        reference(text, "en")


def test_no_sentence_is_left_untranslated(unfilled: Texts) -> None:
    titles = {law.full["nl"] for law in laws()}
    for name in DOCUMENTS:
        dutch = set(re.findall(r"[A-Z][^.|\n]{40,}", unfilled["nl", name])) - titles
        assert {sentence for sentence in dutch if sentence in unfilled["en", name]} == set()


# ── Nothing that the product does not do ──────────────────────────────────────────────────────────────────


def _commands() -> dict[str, click.Command]:
    """Every command by its words, such as "trail verify"."""
    found: dict[str, click.Command] = {}

    def walk(command: Any, words: tuple[str, ...]) -> None:
        found[" ".join(words)] = command
        for name, part in getattr(command, "commands", {}).items():
            walk(part, (*words, name))

    walk(typer.main.get_command(app), ())
    return found


def test_every_command_and_option_that_is_named_exists(unfilled: Texts) -> None:
    commands = _commands()
    texts = [*unfilled.values(), (PRIVACY / "README.md").read_text(encoding="utf-8"), tables_document()]
    calls = {call for text in texts for call in re.findall(r"lookup-audit ([a-z][^`\n]*)", text)}
    assert len(calls) > 8
    for call in calls:
        words = call.split()
        name = " ".join(words[:2]) if " ".join(words[:2]) in commands else words[0]
        assert name in commands, call
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, call


def test_every_setting_that_is_named_exists(unfilled: Texts) -> None:
    named = {name for text in unfilled.values() for name in re.findall(r"`([a-z]+\.[a-z_0-9]+)`", text)}
    assert len(named) > 12
    for name in named - {"mapping.toml"}:
        setting(Settings(), name)


@pytest.mark.parametrize("section", [Mandates, Retention])
def test_every_term_and_every_rule_of_mandates_is_said(unfilled: Texts, section: type[BaseModel]) -> None:
    for name in section.model_fields:
        for language in LANGUAGES:
            assert f"| `{section.__name__.lower()}.{name}` |" in unfilled[language, "figures-and-settings"]


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="no setting alerts"):
        setting(Settings(), "alerts.per_night")


@pytest.mark.parametrize("language", LANGUAGES)
def test_accuracy_is_that_of_the_measurements(language: str) -> None:
    measured = (DOCS / "performance.md").read_text(encoding="utf-8").replace("\n", " ")
    named = [
        figure
        for name in DOCUMENTS
        for figure in re.findall(r'measured\("([^"]+)"\)', _template(language, name))
    ]
    assert len(named) > 12
    assert [figure for figure in named if figure not in measured] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_register_entry_keeps_to_the_lengths_of_the_standard(unfilled: Texts, language: str) -> None:
    text = unfilled[language, "algorithm-register"]
    name, short = (row.split(" | ")[1].removesuffix(" |") for row in text.splitlines() if row.startswith("| ") and
                   row.startswith(("| Name", "| Naam", "| Short", "| Korte")))  # fmt: skip
    assert len(name) < 100
    assert len(short) < 350
    for section in text.split("\n### ")[1:]:
        assert len(section) < 2500


# ── Filled in ─────────────────────────────────────────────────────────────────────────────────────────────


def test_figures_are_those_of_the_warehouse_rounded(warehouse: Warehouse, tmp_path) -> None:
    users = _users(warehouse)
    _judge(warehouse, [(user, "unexplained", "neighbour") for user in users[:41]])
    figures = read_figures(warehouse)
    assert (figures.first, figures.last, figures.nights) == (MONDAY, date(2026, 4, 5), 91)
    assert figures.users is not None
    assert figures.alerts is not None
    assert figures.lookups is not None
    assert figures.alerts_per_1000 is not None
    assert figures.users % BASE == figures.alerts % BASE == 0
    assert abs(figures.users - len(users)) < BASE
    assert abs(figures.alerts - 41) < BASE
    assert figures.lookups == pytest.approx(65 * 20 * len(users), rel=0.1)
    assert figures.explained == pytest.approx(1 - 50 / (20 * len(users)), abs=0.01)
    assert figures.first_explained == 0.8
    assert figures.alerts_per_1000 == pytest.approx(1000 * figures.alerts / figures.users * 30 / 91)
    assert [table for table, is_loaded in figures.loaded.items() if is_loaded] == ["users"]
    text = _texts(write_documents(warehouse, tmp_path))["nl", "impact-assessment"]
    assert "| periode | 5 januari 2026 – 5 april 2026 |" in text
    assert "niet ingevuld" not in text


def test_nothing_is_said_of_a_unit_that_is_too_small(tmp_path) -> None:
    with Warehouse(None, Settings(threads=1)) as small:
        fill(small, teams=(9,))
        _judge(small, [(user, "unexplained", "neighbour") for user in _users(small)])
        figures = read_figures(small)
        texts = _texts(write_documents(small, tmp_path))
    assert (figures.users, figures.lookups, figures.explained, figures.alerts, figures.judged) == (
        None,
    ) * 4 + ((),)
    assert (
        "| users who looked anything up | *not shown: fewer than 10 people* |"
        in texts["en", "figures-and-settings"]
    )


def test_verdicts_about_too_few_people_are_left_out(warehouse: Warehouse) -> None:
    users = _users(warehouse)
    _judge(
        warehouse,
        [(user, "unexplained", "neighbour") for user in users[:30]]
        + [(user, "dismissed", "family") for user in users[30:39]]
        + [(user, "asked", "news_spike") for user in users[40:60]],
    )
    assert [judged.detector for judged in read_figures(warehouse).judged] == [None, "neighbour"]


def test_of_one_user_few_alerts_count(warehouse: Warehouse) -> None:
    users = _users(warehouse)
    _judge(
        warehouse,
        [(users[0], "unexplained", "neighbour")] * 200
        + [(user, "explained", "neighbour") for user in users[1:30]],
    )
    figures = read_figures(warehouse)
    assert figures.alerts is not None
    assert figures.alerts <= 29 + MOST_OF_ONE + BASE
    assert all(judged.right.part <= MOST_OF_ONE + BASE for judged in figures.judged)


def test_right_and_wrong_are_what_the_evaluation_calls_so(warehouse: Warehouse) -> None:
    users, outcomes = _users(warehouse), ("unexplained", "referred", "explained", "dismissed", "asked")
    _judge(
        warehouse,
        [(user, outcomes[nr % 5], ("neighbour", "family")[nr % 2]) for nr, user in enumerate(users)],
    )
    shown = {judged.detector: judged.right for judged in read_figures(warehouse).judged}
    exact = {one.detector: one.precision for one in reviewed(warehouse)}
    assert shown.keys() == exact.keys()
    for detector, right in shown.items():
        assert right.whole % BASE == right.part % BASE == 0
        assert abs(right.whole - exact[detector].whole) < BASE
        assert abs(right.part - exact[detector].part) < BASE


def test_a_detector_that_was_skipped_is_named_with_its_reason(warehouse: Warehouse, tmp_path) -> None:
    last = warehouse.value("SELECT max(audit_date) FROM runs")
    warehouse.run(
        "UPDATE runs SET skipped_detectors = ['off_duty: needs shifts'] WHERE audit_date = $last",
        {"last": last},
    )
    texts = _texts(write_documents(warehouse, tmp_path, language="en"))
    assert "`off_duty` (needs shifts)" in texts["en", "technical-documentation"]
    assert re.search(r"\| `off_duty` \|.*\| needs shifts \|", texts["en", "figures-and-settings"])
    assert re.search(r"\| `neighbour` \|.*\| no \|", texts["en", "figures-and-settings"])


def test_figures_are_about_what_is_still_kept(warehouse: Warehouse) -> None:
    warehouse.run("DELETE FROM user_days WHERE day < $day", {"day": date(2026, 3, 2)})
    assert read_figures(warehouse).first == date(2026, 3, 2)


def test_an_empty_warehouse_fills_in_settings_only(tmp_path) -> None:
    with Warehouse(None, Settings(threads=1, retention=Retention(lookups_days=730))) as empty:
        text = _texts(write_documents(empty, tmp_path))["en", "figures-and-settings"]
    assert "| first day audited | *not filled in* |" in text
    assert "| `retention.lookups_days` | 730 |" in text


def test_what_differs_from_the_default_is_listed_and_what_may_hold_names_is_not_shown(tmp_path) -> None:
    settings = Settings(
        probe_subjects=("secret-subject",),
        reporting=Reporting(minimum_group=12),
        notices=Notices(contact="Jan Geheim", hold_out=0.5),
        context=Context(desk_functions=("rtic | <b>desk</b> `x` [a](b)",)),
        rules={"neighbour": {"near_m": 120}},
    )
    texts = _texts(write_documents(None, tmp_path, settings=settings))
    for language, said in (("en", "0.5"), ("nl", "0,5")):
        text = texts[language, "figures-and-settings"]
        assert "| `rules.neighbour.near_m` | 120 | 200 |" in text
        assert "| `reporting.minimum_group` | 12 | 10 |" in text
        assert f"| `notices.hold_out` | {said} | 0 |" in text
        assert r"rtic \| \<b\>desk\</b\> \`x\` \[a\](b)" in text
        assert re.search(r"\| `probe_subjects` \| (set otherwise|anders ingesteld)", text)
    assert not any("secret-subject" in text or "Geheim" in text for text in texts.values())


def test_nothing_that_a_warehouse_holds_gets_in(warehouse: Warehouse, tmp_path) -> None:
    markers = [f"Zq{nr}xv" for nr in range(8)]
    warehouse.run(
        "UPDATE users SET surname = $a, home_postcode = $b, function = $c",
        dict(zip("abc", markers, strict=False)),
    )
    subject = pd.DataFrame([{"subject_id": markers[3], "subject_type": "person", "surname": markers[4]}])
    warehouse.insert("subjects", subject.assign(plate=markers[5], file_id=1))
    news = {
        "news_id": markers[6],
        "published_at": AT,
        "subject_id": markers[3],
        "headline": markers[7],
        "file_id": 1,
    }
    warehouse.insert("news", pd.DataFrame([news]))
    users = _users(warehouse)
    _judge(warehouse, [(user, "unexplained", "neighbour") for user in users])
    teams = [row["team"] for row in warehouse.rows("SELECT DISTINCT team FROM users")]
    for text in _texts(write_documents(warehouse, tmp_path)).values():
        assert not [
            one for one in (*markers, *users, *teams, "Zreviewer", "a-001") if re.search(rf"\b{one}\b", text)
        ]


def test_the_same_warehouse_gives_the_same_bytes_for_its_owner_only(tmp_path) -> None:
    path = tmp_path / "w.duckdb"
    with Warehouse(path, Settings(threads=1)) as opened:
        fill(opened)
    written = []
    for out in (tmp_path / "a", tmp_path / "b"):
        with Warehouse(path, Settings(threads=1)) as opened:
            written.append(write_documents(opened, out))
    assert [file.read_bytes() for file in written[0]] == [file.read_bytes() for file in written[1]]
    assert {stat.S_IMODE(file.stat().st_mode) for file in written[0]} == {0o600}
    assert not any(str(tmp_path) in file.read_text(encoding="utf-8") for file in written[0])


# ── The command ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def run(monkeypatch, tmp_path) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LOOKUP_AUDIT_WAREHOUSE", raising=False)
    return lambda *arguments: CliRunner().invoke(app, ["document", *map(str, arguments)])


def test_without_a_warehouse_they_are_written_unfilled_and_that_is_said(run, tmp_path) -> None:
    result = run("--out", "here", "--lang", "nl")
    assert result.exit_code == 0
    assert "Not filled in" in result.stderr
    assert {file.stem for file in (tmp_path / "here" / "nl").iterdir()} == set(DOCUMENTS)
    assert not (tmp_path / "here" / "en").exists()


def test_a_warehouse_here_is_filled_in_unless_asked_not_to(run, tmp_path) -> None:
    with Warehouse(tmp_path / "lookup_audit.duckdb", Settings(threads=1)) as opened:
        fill(opened)
    said = json.loads(run("--json").stdout)
    assert said["filled_from"] == "lookup_audit.duckdb"
    assert said["places_to_fill_in"] > 100
    assert "*not filled in*" not in (tmp_path / "documents" / "en" / "impact-assessment.md").read_text()
    assert json.loads(run("--json", "--unfilled").stdout)["filled_from"] is None


def test_a_warehouse_that_is_named_must_be_there(run, tmp_path) -> None:
    result = run("--warehouse", "typo.duckdb")
    assert result.exit_code != 0
    assert not (tmp_path / "documents").exists()


def test_the_tables_are_printed_and_nothing_else_goes_with_them(run) -> None:
    assert run("--tables").stdout == tables_document()
    assert run("--tables", "--json").exit_code == 2
