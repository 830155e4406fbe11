"""Every explanation and every question as one document for a works council, a lawyer, or an integrity officer."""

import math
from collections.abc import Iterable, Sequence
from importlib.resources import files
from string import Template
from typing import Any

from lookup_audit.detectors.described import Described, described
from lookup_audit.detectors.document_words import MOTIVES, WORDS, labelled_lists
from lookup_audit.detectors.setting_words import shared_settings
from lookup_audit.privacy.disclosure import BASE
from lookup_audit.settings import Alerts, Reporting
from lookup_audit.warehouse import signed_digest

_HASH_DIGITS = 12


def signed_document(
    language: str,
    *,
    prior_log_odds: float,
    evidence_factor: float,
    repeated_share: float,
    usual_rate: float,
) -> str:
    """All texts as Markdown in one language ("en" or "nl"); ends with a newline.

    An introduction, contents with links, explanations, questions by motive, and the settings that they share.
    The four numbers are those that a risk is added up with (`lookup_audit.scoring`). Raises `SignedSqlError`
    or `SettingsError` where a column or setting has no words.
    """
    words, every = WORDS[language], described()
    explanations = [one for one in every if one.kind == "explanation"]
    groups = {motive: [one for one in every if one.motive == motive] for motive in MOTIVES}
    lines = [
        f"# {words['heading']}",
        "",
        f"{words['state']}: `{signed_digest()}`",
        "",
        *_introduction(language, prior_log_odds, evidence_factor, repeated_share, usual_rate),
        *_contents(explanations, groups, language),
        *_heading(2, words["explanations"], "explanations"),
        words["explanations_intro"],
        "",
    ]
    for one in explanations:
        lines += _section(one, language)
    lines += [*_heading(2, words["questions"], "questions"), words["questions_intro"], ""]
    for motive, questions in groups.items():
        lines += [*_heading(3, words[motive], motive), words[f"{motive}_intro"], ""]
        for one in questions:
            lines += _section(one, language)
    lines += [*_heading(2, words["shared"], "shared-settings"), words["shared_intro"], ""]
    lines += _parameters(shared_settings(), language)
    return "\n".join(lines).rstrip() + "\n"


def _introduction(language: str, prior: float, evidence: float, repeated: float, usual: float) -> list[str]:
    text = files("lookup_audit").joinpath(f"detectors/introduction_{language}.md").read_text(encoding="utf-8")
    alerts, adds, takes_off = Alerts(), evidence * 6.0 * 0.8, evidence * 4.5 * 0.6
    values = {
        "prior": _number(prior, language),
        "one_in": f"{math.exp(-prior):.0f}",
        "evidence": _number(evidence, language),
        "adds": _number(round(adds, 2), language),
        "takes_off": _number(round(takes_off, 2), language),
        "doubles": _number(round(math.log(2) / evidence, 1), language),
        "tenfold": _number(round(math.log(10) / evidence, 1), language),
        "repeated": _number(repeated, language),
        "usual": f"{1 / usual:.0f}",
        "asked_sum": _number(round(prior + adds, 2), language),
        "asked_risk": _number(_from_log_odds(prior + adds), language),
        "linked_risk": _number(_from_log_odds(prior + adds - takes_off), language),
        "alerts": _number(alerts.per_1000_users_per_day, language),
        "control": _number(alerts.control_per_1000_users_per_day, language),
        "recalibrate_from": str(alerts.recalibrate_from),
        "minimum_group": str(Reporting().minimum_group),
        "base": str(BASE),
    }
    return [*Template(text).substitute(values).splitlines(), ""]


def _contents(explanations: list[Described], groups: dict[str, list[Described]], language: str) -> list[str]:
    words = WORDS[language]
    titled = [(one, words["explanations"]) for one in explanations]
    titled += [(one, words[motive]) for motive, questions in groups.items() for one in questions]
    rows = [
        (f"[{one.prose['title'][language]}](#{one.id})", group, one.prose["question"][language])
        for one, group in titled
    ]
    rows.append((f"[{words['shared']}](#shared-settings)", "", ""))
    return [
        *_heading(2, words["contents"], "contents"),
        *_table((words["title"], words["group"], words["question"]), rows),
    ]


def _section(one: Described, language: str) -> list[str]:
    words, prose = WORDS[language], one.prose
    level = 3 if one.kind == "explanation" else 4
    needs = ", ".join(
        f" {words['or']} ".join(f"`{part}`" for part in need.split(" or ")) for need in one.needs
    )
    lines = [
        *_heading(level, f"{prose['title'][language]} (`{one.id}`)", one.id),
        f"**{prose['question'][language]}**",
        "",
    ]
    for field, label in labelled_lists(one.kind, language).items():
        lines += [f"*{label}*", "", *(f"- {line}" for line in prose[field][language]), ""]
    facts = [(words["law"], one.legal_basis[language])]
    if one.kind != "explanation":
        facts += [(words["motive"], words[one.motive]), (words["about"], words[one.about])]
    facts.append((words["weight"], _number(one.weight, language)))
    if needs:
        facts.append((words["needs"], needs))
    lines += [f"*{words['law_and_weight']}*", ""]
    lines += [*(f"- {name.capitalize()}: {fact}" for name, fact in facts), ""]
    meanings = [(f"`{column}`", meaning[language]) for column, meaning in one.meanings().items()]
    lines += [f"*{words['data']}*", "", *_table((words["column"], words["meaning"]), meanings)]
    lines += [f"*{words['parameters']}*", ""]
    if one.parameters:
        section = "forest" if one.signed is None else f"rules.{one.id}"
        lines += [f"{words['set_with']} `[{section}]`.", "", *_parameters(one.parameters, language)]
    else:
        lines += [words["no_parameters"], ""]
    shared = [name for name in shared_settings() if one.signed and f"${name}" in one.signed.query]
    if shared:
        named = ", ".join(f"`{name}`" for name in shared)
        lines += [f"{words['also_shared']} {named} ([{words['shared']}](#shared-settings)).", ""]
    return [*lines, *_text(one, language)]


def _text(one: Described, language: str) -> list[str]:
    """What runs: version and hash with the query, or for the forest that it has none."""
    words = WORDS[language]
    if one.signed is None:
        return [f"*{words['text']}*", "", words["model_text"], ""]
    said = words["signed"].format(version=one.signed.version, hash=one.signed.sha256[:_HASH_DIGITS])
    return [f"*{words['text']}*", "", said, "", "```sql", one.signed.query, "```", ""]


def _parameters(parameters: dict[str, dict[str, Any]], language: str) -> list[str]:
    words = WORDS[language]
    return _table(
        (words["parameter"], words["default"], words["unit"], words["reason"]),
        (
            (
                f"`{name}`",
                _default(spec["default"], language),
                spec["unit"][language],
                spec["reason"][language],
            )
            for name, spec in parameters.items()
        ),
    )


def _default(value: Any, language: str) -> str:
    """The value as it is written in a configuration; lists in full, for it matters who is on them."""
    values = value if isinstance(value, tuple) else (value,)
    return ", ".join(f"`{one}`" for one in values) or WORDS[language]["none"]


def _heading(level: int, text: str, anchor: str) -> list[str]:
    """A heading under an anchor of its own: what a renderer makes of a heading differs."""
    return [f'<a id="{anchor}"></a>', "", f"{'#' * level} {text}", ""]


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A Markdown table, and an empty line."""
    every = [columns, ["---"] * len(columns), *rows]
    return [*(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in every), ""]


def _number(value: float, language: str) -> str:
    """A number for readers: a true minus sign, and the decimal sign of the language."""
    text = f"{value:g}" if value == round(value, 2) else f"{value:.2f}"
    return text.replace("-", "−").replace(".", "," if language == "nl" else ".")


def _from_log_odds(log_odds: float) -> float:
    return 1.0 / (1.0 + math.exp(-log_odds))
