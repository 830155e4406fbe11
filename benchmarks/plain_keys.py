"""Names, codes and reasons in the spelling that they are compared in."""

import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

_PREFIXES = (
    r"van|von|vom|zu|de|den|der|het|'t|'s|t|ter|ten|te|op|in|aan|bij|over|onder|uit|voor|la|le|les|du|des|da|"
    r"das|do|dos|di|del|della|el|al|ben|bin|ibn|ould|v\.?d\.?|v\."
)
_SPELT_OUT = str.maketrans(
    {
        **dict(zip("øłđðıĸ‘’ʼ`´‐‑–\xa0\u202f", "olddik'''''---  ", strict=True)),
        "ß": "ss",
        "æ": "ae",
        "ĳ": "ij",
    }
)


def _without_accents(values: pd.Series) -> pd.Series:
    """What remains after decomposition is dropped by the keys anyway."""
    return values.map(
        lambda value: "".join(c for c in unicodedata.normalize("NFD", value) if not unicodedata.combining(c)),
        na_action="ignore",
    )


def _by_name(values: pd.Series, key: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """A key of every value, worked out once for each different value."""
    names = pd.Series(values.dropna().unique(), dtype="str")
    return values.map(pd.Series(key(names).to_numpy(), index=names.to_numpy(), dtype="str"))


def plain_text(values: pd.Series) -> pd.Series:
    """Text without case, accents and repeated spaces."""
    plain = _without_accents(values.str.lower().str.translate(_SPELT_OUT))
    return plain.str.replace(r"\s+", " ", regex=True).str.strip()


def code_key(values: pd.Series) -> pd.Series:
    """Letters and digits only, in capitals; missing when there are none."""
    return _by_name(
        values,
        lambda names: (
            _without_accents(names).str.upper().str.replace(r"[^A-Z0-9]+", "", regex=True).replace("", np.nan)
        ),
    )


def reason_key(values: pd.Series) -> pd.Series:
    """A reason in letters and digits only: empty when it is only signs, missing when none was given."""
    given = values.where(values.str.strip() != "")
    return _by_name(given, lambda names: plain_text(names).str.replace(r"[^a-z0-9]+", "", regex=True))


def surname_key(values: pd.Series) -> pd.Series:
    """A surname without case, accents, prefixes and spaces; missing when nothing is left."""
    return _by_name(values, _surname_key)


def _surname_key(names: pd.Series) -> pd.Series:
    keys = plain_text(names).str.replace(r"^([^,]+),\s*(.+)$", r"\2 \1", regex=True)
    keys = keys.str.replace(r"\bd'\s*", "", regex=True).str.replace("v/d", "van de")
    keys = keys.str.replace(rf"(^|[\s-])(?:(?:{_PREFIXES})[\s-]+)+", r"\1", regex=True)
    return keys.str.replace(r"[^a-z0-9-]+", "", regex=True).replace("", np.nan)
