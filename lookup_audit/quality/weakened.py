"""Which detectors and explanations say less, or nothing, for want of a table or a column."""

import re
from functools import cache

from lookup_audit.warehouse import load_signed

# What is read by way of the context of a night, so that the text of the rule does not need it.
_BY_WAY_OF_CONTEXT = {
    "dispatches": ("dispatch", "incident_address"),
    "news": ("news_spike",),
    "case_subjects": ("named_case",),
    "shifts": ("vehicle_at_door",),
    "lookups.action": ("bulk_extraction",),
    "lookups.case_id": ("named_case", "weak_justification"),
}


@cache
def explanations() -> frozenset[str]:
    """Ids of the explanations: where one says less, more is asked, and not less."""
    return frozenset(text.id for text in load_signed("explanation", locked=False))


@cache
def weakened_by(lacking: str) -> tuple[str, ...]:
    """Ids, in order of name, for a table ("shifts") or a column of one ("lookups.channel").

    For a table they are those that need it or a column of it; for a column those that need just that column, or see
    it; for the subject of a lookup all that ask about a subject.
    """
    texts = [*load_signed("rule", locked=False), *load_signed("explanation", locked=False)]
    table, _, column = lacking.partition(".")
    found = set(_BY_WAY_OF_CONTEXT.get(lacking, ()))
    for text in texts:
        needs = {need for line in text.needs for need in re.split(r" or ", line)}
        by_need = lacking in needs if column else any(need.split(".")[0] == table for need in needs)
        about = lacking == "lookups.subject_id" and text.kind == "rule" and text.about == "subject"
        if by_need or about or (column and column in text.columns_used):
            found.add(text.id)
    return tuple(sorted(found))
