"""What may be shown of an alert: plain values for a terminal, a program, or a page."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from lookup_audit.settings import Language


@dataclass(frozen=True)
class Question:
    """What a detector asks in this alert, with the prose of its rule."""

    detector: str
    title: str
    question: str
    lookups: int
    innocent_explanations: tuple[str, ...]
    blind_spots: tuple[str, ...]
    investigation_steps: tuple[str, ...]


@dataclass(frozen=True)
class Value:
    """One value that a rule saw: its column, what that is, and the value as a reader writes it."""

    name: str
    words: str
    value: str


@dataclass(frozen=True)
class Asked:
    """One detector's question on one lookup; `score` from 0 to 1."""

    detector: str
    title: str
    score: float
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Told:
    """One lookup: `main` is the first or among the riskiest; `at` is in the zone of the warehouse."""

    at: datetime
    system: str
    lookup_id: str
    subject_id: str | None
    what: str
    duty: str
    risk: float | None
    main: bool
    questions: tuple[Asked, ...]
    links: tuple[str, ...]


@dataclass(frozen=True)
class Term:
    """One line of the sum of the risk, in natural log-odds; of a total also the risk that it comes to."""

    words: str
    log_odds: float
    risk: float | None = None


@dataclass(frozen=True)
class Decided:
    """One verdict of the history; `because` in words."""

    at: datetime
    by: str
    verdict: str
    because: str | None
    note: str
    answer: str | None
    judged_as: str | None


@dataclass(frozen=True)
class Hiding:
    """One suppression that touches the alert."""

    suppression_id: str
    state: str
    hides: bool
    until: date
    owner: str
    reason: str


@dataclass(frozen=True)
class AlertInWords:
    """An alert, or a lookup of the control sample, as it may be shown in one language.

    `facts` are pairs of a name and a value; `others` is what other users did around then, which can mean work or
    curiosity. Users and subjects stand as pseudonyms; notes, answers and reasons
    of reviewers are as they wrote them, and no text of the logs is here.
    """

    alert_id: str
    user_id: str
    subject_id: str | None
    motive: str | None
    status: str
    risk: float | None
    rank: int | None
    language: Language
    facts: tuple[tuple[str, str], ...]
    raises: tuple[str, ...]
    questions: tuple[Question, ...]
    speaks: tuple[str, ...]
    others: tuple[str, ...]
    sum_of_risk: tuple[Term, ...]
    lookups: tuple[Told, ...]
    news: tuple[str, ...]
    verdicts: tuple[Decided, ...]
    suppressions: tuple[Hiding, ...]
    unknown: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts, lists, numbers and times, ready for JSON."""
        return asdict(self)
