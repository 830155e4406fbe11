"""Every explanation and rule as one document for a lawyer, a works council, or an integrity officer."""

from typing import Any

from lookup_audit.detectors.isolation_forest import PROSE
from lookup_audit.warehouse import SignedSql

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "heading": "What is asked, and what explains",
        "intro": "Generated from the texts that run: `lookup-audit rules --document`. Weights are natural "
        "log-odds at score or strength 1; a risk is their sum, shown with every lookup.",
        "explanation": "Explanations",
        "rule": "Questions",
        "motive": "Motive",
        "weight": "Weight",
        "law": "Law",
        "needs": "Needs",
        "columns": "Columns used",
        "innocent_explanations": "What would be innocent",
        "blind_spots": "What it cannot see",
        "investigation_steps": "What to do next",
        "parameters": "parameter | default | unit | reason",
        "forest": "A detector without SQL: an isolation forest over user-days, trained on the past of peers only. "
        "It supports and reorders; it cannot carry a finding by itself.",
    },
    "nl": {
        "heading": "Wat er gevraagd wordt, en wat verklaart",
        "intro": "Gemaakt uit de teksten die draaien: `lookup-audit rules --document`. Gewichten zijn natuurlijke "
        "log-odds bij score of sterkte 1; een risico is hun som, die bij elke bevraging wordt getoond.",
        "explanation": "Verklaringen",
        "rule": "Vragen",
        "motive": "Motief",
        "weight": "Gewicht",
        "law": "Wet",
        "needs": "Nodig",
        "columns": "Gebruikte kolommen",
        "innocent_explanations": "Wat onschuldig zou zijn",
        "blind_spots": "Wat dit niet ziet",
        "investigation_steps": "Wat nu te doen",
        "parameters": "parameter | standaard | eenheid | reden",
        "forest": "Een detector zonder SQL: een isolation forest over dagen van medewerkers, alleen getraind op het "
        "verleden van vergelijkbare collega's. Het ondersteunt en ordent; het draagt zelf geen bevinding.",
    },
}
_LISTS = ("innocent_explanations", "blind_spots", "investigation_steps")


def signed_document(signed: list[SignedSql], language: str) -> str:
    """All texts as Markdown in one language ("en" or "nl"), explanations first; ends with a newline."""
    words = _WORDS[language]
    lines = [f"# {words['heading']}", "", words["intro"], ""]
    for kind in ("explanation", "rule"):
        lines += [f"## {words[kind]}", ""]
        for one in signed:
            if one.kind == kind:
                lines += _section(one, language)
    lines += _forest_section(language)
    return "\n".join(lines).rstrip() + "\n"


def _section(one: SignedSql, language: str) -> list[str]:
    words = _WORDS[language]
    lines = [
        f"### {one.prose['title'][language]} (`{one.id}`, {one.version})",
        "",
        f"**{one.prose['question'][language]}**",
        "",
        *([f"- {words['motive']}: {one.motive}"] if one.kind == "rule" else []),
        f"- {words['weight']}: {one.weight}",
        f"- {words['law']}: {one.legal_basis}",
        f"- {words['needs']}: {', '.join(one.needs)}",
        f"- {words['columns']}: {', '.join(f'`{column}`' for column in one.columns_used)}",
        "",
        *_prose_lists(one.prose, language),
    ]
    if one.parameters:
        lines += [words["parameters"], "--- | --- | --- | ---"]
        lines += [
            f"`{name}` | {spec['default']} | {spec['unit']} | {spec['reason']}"
            for name, spec in one.parameters.items()
        ]
        lines.append("")
    return [*lines, "```sql", one.query, "```", ""]


def _forest_section(language: str) -> list[str]:
    words = _WORDS[language]
    return [
        f"### {PROSE['title'][language]} (`peer_anomaly`)",
        "",
        f"**{PROSE['question'][language]}**",
        "",
        words["forest"],
        "",
        f"- {words['weight']}: {PROSE['weight']}",
        f"- {words['law']}: {PROSE['legal_basis']}",
        "",
        *_prose_lists(PROSE, language),
    ]


def _prose_lists(prose: dict[str, Any], language: str) -> list[str]:
    lines: list[str] = []
    for name in _LISTS:
        lines += [f"{_WORDS[language][name]}:", "", *(f"- {line}" for line in prose[name][language]), ""]
    return lines
