"""Every explanation and every question in one form for those who read them, the forest among them."""

from dataclasses import dataclass
from typing import Any, Literal

from lookup_audit.detectors.column_words import column_words
from lookup_audit.detectors.isolation_forest_prose import FEATURES, PARAMETERS, PROSE
from lookup_audit.warehouse import SignedSql, load_signed

ByLanguage = dict[str, str]


@dataclass(frozen=True)
class Described:
    """An explanation or a question, with every text by language ("en", "nl").

    `parameters` maps each name to `default`, `unit` and `reason`. `signed` is the SQL text with its version
    and hash; the forest (kind "model") has none. The other fields are as in `SignedSql`.
    """

    kind: Literal["explanation", "rule", "model"]
    id: str
    motive: str
    about: str
    weight: float
    legal_basis: ByLanguage
    needs: tuple[str, ...]
    columns: tuple[str, ...]
    prose: dict[str, dict[str, Any]]
    parameters: dict[str, dict[str, Any]]
    signed: SignedSql | None

    def meanings(self) -> dict[str, ByLanguage]:
        """What each column that it reads means; `SignedSqlError` for one that nobody put into words."""
        return dict(FEATURES) if self.signed is None else {name: column_words(name) for name in self.columns}


def described() -> list[Described]:
    """All explanations, then all rules, then the forest, each in order of id; `SignedSqlError` as they load."""
    signed = [*load_signed("explanation"), *load_signed("rule")]
    return [*map(_of_signed, signed), _forest()]


def _of_signed(signed: SignedSql) -> Described:
    return Described(
        kind=signed.kind,
        id=signed.id,
        motive=signed.motive,
        about=signed.about,
        weight=signed.weight,
        legal_basis=signed.legal_basis,
        needs=signed.needs,
        columns=signed.columns_used,
        prose=signed.prose,
        parameters=signed.parameters,
        signed=signed,
    )


def _forest() -> Described:
    texts = ("title", "question", "innocent_explanations", "blind_spots", "investigation_steps")
    return Described(
        kind="model",
        id="peer_anomaly",
        motive="any",
        about="behaviour",
        weight=PROSE["weight"],
        legal_basis=PROSE["legal_basis"],
        needs=PROSE["needs"],
        columns=tuple(FEATURES),
        prose={text: PROSE[text] for text in texts},
        parameters=PARAMETERS,
        signed=None,
    )
