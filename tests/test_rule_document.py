"""The document for a works council and a lawyer: whole, well formed, and in Dutch all in Dutch."""

import json
import re
from functools import cache

import pytest
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.detectors import document as document_module
from lookup_audit.detectors.column_words import column_words
from lookup_audit.detectors.described import Described, described
from lookup_audit.detectors.document_words import WORDS
from lookup_audit.detectors.setting_words import shared_settings
from lookup_audit.errors import SignedSqlError
from lookup_audit.privacy.disclosure import BASE
from lookup_audit.scoring import EVIDENCE_FACTOR, PRIOR_LOG_ODDS, REPEATED_SHARE, USUAL_RATE
from lookup_audit.settings import Alerts, Context, Forest, Reporting

LANGUAGES = ("en", "nl")
EVERY = described()
# words that the other language does not have
ENGLISH = (
    r"the|and|with|without|who|what|when|user|users|lookup|lookups|work|day|this|that|from|each|not|by|to|for"
)
DUTCH = r"de|het|een|niet|geen|voor|van|medewerker|medewerkers|bevraging|bevragingen|werk|dienst|zonder|wordt"


@cache
def document(language: str) -> str:
    return document_module.signed_document(
        language,
        prior_log_odds=PRIOR_LOG_ODDS,
        evidence_factor=EVIDENCE_FACTOR,
        repeated_share=REPEATED_SHARE,
        usual_rate=USUAL_RATE,
    )


def section(language: str, anchor: str) -> str:
    """What stands between this anchor and the next."""
    return document(language).split(f'<a id="{anchor}"></a>')[1].split("<a id=")[0]


def texts(language: str) -> list[str]:
    """Everything that is read as language: lines and cells, without queries, code, links and markup."""
    text = re.sub(r"```sql\n.*?\n```", "", document(language), flags=re.DOTALL)
    text = re.sub(r"`[^`]*`|<a id=.*?</a>|\]\(#[^)]*\)", "", text)
    # a paragraph of the introduction is one text, however its lines are broken
    paragraphs = [re.sub(r"\n(?![|#*>-]|\d\.)", " ", part) for part in text.split("\n\n")]
    cells = [cell for part in paragraphs for line in part.split("\n") for cell in line.split("|")]
    return [cell.strip(" *#[]-") for cell in cells if cell.strip(" *#[]-")]


def each_one(test):
    return pytest.mark.parametrize("one", EVERY, ids=lambda one: one.id)(test)


@pytest.mark.parametrize("language", LANGUAGES)
@each_one
def test_the_document_says_everything_of_each_question_and_explanation(one: Described, language: str) -> None:
    said = section(language, one.id)
    assert f"**{one.prose['question'][language]}**" in said
    for field in ("innocent_explanations", "blind_spots", "investigation_steps"):
        for line in one.prose[field][language]:
            assert f"\n- {line}\n" in said
    assert one.legal_basis[language] in said
    for name, spec in one.parameters.items():
        assert (
            f"| `{name}` | `{spec['default']}` | {spec['unit'][language]} | {spec['reason'][language]} |"
            in said
        )
    for column, meaning in one.meanings().items():
        assert f"| `{column}` | {meaning[language]} |" in said
    if one.signed:
        assert f"\n```sql\n{one.signed.query}\n```\n" in said
        assert re.search(rf"\b{one.signed.version}\b.*{one.signed.sha256[:12]}", said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_stand_under_their_motive_after_the_explanations(language: str) -> None:
    text = document(language)
    at = {name: text.index(f'<a id="{name}"></a>') for name in re.findall(r'<a id="(.*?)"></a>', text)}
    order = [
        "contents",
        "explanations",
        "questions",
        "curiosity",
        "personal_involvement",
        "personal_benefit",
        "any",
    ]
    places = [at[name] for name in order] + [at["shared-settings"]]
    assert places == sorted(places)
    for one in EVERY:
        group = "explanations" if one.kind == "explanation" else one.motive
        below = max((name for name in order if at[name] < at[one.id]), key=lambda name: at[name])
        assert below == group, one.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere_and_every_section_is_in_the_contents(language: str) -> None:
    text = document(language)
    anchors = re.findall(r'<a id="(.*?)"></a>', text)
    assert len(set(anchors)) == len(anchors)
    assert set(re.findall(r"\]\(#([^)]*)\)", text)) <= set(anchors)
    contents = re.findall(r"\]\(#([^)]*)\)", section(language, "contents"))
    assert sorted(contents) == sorted([*(one.id for one in EVERY), "shared-settings"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_well_formed(language: str) -> None:
    blocks = re.sub(r"```sql\n.*?\n```", "", document(language), flags=re.DOTALL).split("\n\n")
    tables = [block.strip("\n").split("\n") for block in blocks if block.strip("\n").startswith("|")]
    assert len(tables) > len(EVERY)
    assert not [block for block in blocks if "\n|" in block and not block.strip("\n").startswith("|")]
    for lines in tables:
        assert len(lines) >= 3, lines
        assert re.fullmatch(r"\|( --- \|)+", lines[1]), lines[0]
        columns = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
        assert len(columns) == 1, lines[0]
        assert all(line.startswith("| ") and line.endswith(" |") for line in lines), lines[0]


def test_a_bar_in_a_text_does_not_break_a_table() -> None:
    assert document_module._table(["a"], [["this | that"]])[2] == r"| this \| that |"


def test_no_sentence_is_left_untranslated() -> None:
    both = set(texts("en")) & set(texts("nl"))
    assert [text for text in both if len(re.findall(r"[^\W\d_]{2,}", text)) >= 3] == []


@pytest.mark.parametrize(("language", "foreign"), [("nl", ENGLISH), ("en", DUTCH)])
def test_each_document_is_in_its_own_language(language: str, foreign: str) -> None:
    assert [text for text in texts(language) if re.search(rf"\b({foreign})\b", text, re.IGNORECASE)] == []


def test_the_fixed_words_are_the_same_ones_in_both_languages() -> None:
    assert set(WORDS["en"]) == set(WORDS["nl"])
    alike = {key for key in WORDS["en"] if WORDS["en"][key] == WORDS["nl"][key]}
    assert alike == {"parameters", "parameter"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_introduction_names_the_numbers_that_run(language: str) -> None:
    text = document(language).split('<a id="contents"></a>')[0].replace("\n", " ").replace(",", ".")
    assert (PRIOR_LOG_ODDS, EVIDENCE_FACTOR) == (-6.5, 1.7)
    assert "−6.5" in text
    assert f" {REPEATED_SHARE} " in text
    assert f" {round(1 / USUAL_RATE)} " in text
    # −6.5 + 8.16 = 1.66, and 1 / (1 + e^−1.66) = 0.840; less 4.59 it is 1 / (1 + e^2.93) = 0.051
    assert "= 1.66. " in text
    assert "0.84" in text
    assert "0.05" in text
    for number in (Reporting().minimum_group, BASE, Alerts().recalibrate_from):
        assert f" {number}" in text
    for law in ("Wpg art. 32", "2016/680", "art. 88", "WOR", "2024/1689", "art. 25"):
        assert law in text
    assert "$" not in text


def test_settings_outside_the_rules_are_all_said() -> None:
    assert set(shared_settings()) == set(Context.model_fields)
    forest = next(one for one in EVERY if one.kind == "model")
    assert set(forest.parameters) == set(Forest.model_fields)
    for spec in (*shared_settings().values(), *forest.parameters.values()):
        assert spec["reason"]["en"] != spec["reason"]["nl"]


def test_a_column_that_nobody_put_into_words_is_named() -> None:
    with pytest.raises(SignedSqlError, match=r"no words for column shoe_size: say in .*column_words\.py"):
        column_words("shoe_size")


def rules(*arguments: str) -> str:
    ran = CliRunner().invoke(app, ["rules", *arguments])
    assert ran.exit_code == 0, ran.output
    return ran.output


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_holds_each_with_its_question(language: str) -> None:
    said = " ".join(rules("--lang", language).split())
    for one in EVERY:
        assert f"{one.id} {one.prose['title'][language]} {one.prose['question'][language]}" in said


@pytest.mark.parametrize("language", LANGUAGES)
@each_one
def test_one_is_said_whole_and_its_query_when_asked(one: Described, language: str) -> None:
    said = rules(one.id, "--lang", language)
    words = " ".join(said.split())
    for field in ("innocent_explanations", "blind_spots", "investigation_steps"):
        assert all(line in words for line in one.prose[field][language])
    for name, spec in one.parameters.items():
        assert f"{name} = {spec['default']} {spec['unit'][language]} {spec['reason'][language]}" in words
    assert one.legal_basis[language] in words
    if one.signed:
        assert one.signed.query not in said
        assert one.signed.query in rules(one.id, "--sql")


def test_a_configured_value_is_shown_beside_the_default(tmp_path) -> None:
    config = tmp_path / "lookup_audit.toml"
    config.write_text("[rules.neighbour]\nnear_m = 90\n", encoding="utf-8")
    assert "near_m = 90 metres (configured; the default is 200)" in rules(
        "neighbour", "--config", str(config)
    )
    assert "near_m = 200 metres\n" in rules("neighbour")


def test_json_gives_both_languages_and_the_query() -> None:
    told = {one["id"]: one for one in json.loads(rules("--json"))}
    assert set(told) == {one.id for one in EVERY}
    for one in EVERY:
        assert told[one.id]["legal_basis"] == one.legal_basis
        assert told[one.id]["question"] == one.prose["question"]
        assert told[one.id]["sql"] == (one.signed.query if one.signed else None)
        for name, spec in told[one.id]["parameters"].items():
            assert set(spec["reason"]) == set(spec["unit"]) == set(LANGUAGES), name


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("neighbour", "--document"), "the document holds all of it"),
        (("--sql",), "of which one?"),
        (("--document", "--lang", "de"), "en or nl"),
    ],
)
def test_what_makes_no_sense_together_is_refused(arguments, said) -> None:
    ran = CliRunner().invoke(app, ["rules", *arguments])
    assert ran.exit_code == 2
    assert said in " ".join(ran.output.split())
