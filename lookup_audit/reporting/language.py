"""The words and number forms of a page, in English or Dutch.

English is the text in the code; Dutch comes from the catalogues in `locale/nl/`, one file a page, read as
they stand, so that a translator's change needs no build step.
"""

import datetime as dt
import gettext
import io
import math
from functools import cache
from importlib.resources import files

from babel import dates, numbers
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from lookup_audit.settings import Language

LANGUAGES: tuple[Language, ...] = ("en", "nl")

_LOCALES: dict[Language, str] = {"en": "en_GB", "nl": "nl_NL"}
_DASH = "–"


class Words:
    """One language: translated text, and numbers and dates as its readers write them.

    A text may hold named places, `%(name)s`, and so writes a percent sign as `%%`.
    """

    def __init__(self, language: Language) -> None:
        self.language: Language = language
        self.locale = _LOCALES[language]
        self.translations = _translations(language)

    def gettext(self, text: str, /, **values: object) -> str:
        """The text in this language, with its named places filled in."""
        return self.translations.gettext(text) % values

    def ngettext(self, one: str, many: str, number: int, /, **values: object) -> str:
        """The form that goes with the number; `%(number)s` is filled in as written in this language."""
        text = self.translations.ngettext(one, many, number)
        return text % {"number": self.number(number), **values}

    def number(self, value: float | None, digits: int = 0) -> str:
        """A number with a fixed count of decimals and grouped thousands; a dash when there is none."""
        if value is None or math.isnan(value):
            return _DASH
        form = "#,##0" + ("." + "0" * digits if digits else "")
        return str(numbers.format_decimal(value, form, locale=self.locale))

    def percent(self, value: float | None, digits: int = 0) -> str:
        """A share (0 to 1) as a percentage; a dash when there is none."""
        if value is None or math.isnan(value):
            return _DASH
        form = "#,##0" + ("." + "0" * digits if digits else "") + "%"
        return str(numbers.format_percent(value, form, locale=self.locale))

    def risk(self, value: float | None, digits: int = 0) -> str:
        """A risk as a percentage; never 100%, which would read as certainty: >99% at most."""
        most = 1 - 10 ** -(digits + 2)
        if value is None or round(value, digits + 2) < 1:
            return self.percent(value, digits)
        return f">{self.percent(most, digits)}"

    def date(self, day: dt.date, form: str = "d MMMM y") -> str:
        """A day, as '2 March 2026' or in another form of Unicode's date patterns."""
        return str(dates.format_date(day, form, locale=self.locale))

    def moment(self, at: dt.datetime, form: str = "d MMMM y, HH:mm") -> str:
        """A local date and time, as '2 March 2026, 14:05' or in another Unicode date pattern."""
        return str(dates.format_datetime(at, form, locale=self.locale))

    def weekdays(self) -> list[str]:
        """The short names of Monday to Sunday."""
        names = dates.get_day_names("abbreviated", locale=self.locale)
        return [str(names[index]) for index in range(7)]

    def weekday(self, number: int) -> str:
        """The full name of a weekday, 1 Monday to 7 Sunday."""
        return str(dates.get_day_names("wide", locale=self.locale)[number - 1])

    def list(self, parts: list[str]) -> str:
        """The parts joined by commas and 'and'."""
        if len(parts) < 2:
            return "".join(parts)
        return self.gettext("%(first)s and %(last)s", first=", ".join(parts[:-1]), last=parts[-1])


@cache
def words_of(language: Language) -> Words:
    """The words of one language; made once."""
    return Words(language)


def dutch_catalogue() -> Catalog:
    """Every message of `locale/nl/`, in one catalogue."""
    whole = Catalog(locale="nl")
    folder = files("lookup_audit.reporting") / "locale" / "nl"
    for path in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if path.name.endswith(".po"):
            for message in read_po(io.BytesIO(path.read_bytes()), locale="nl"):
                if message.id:
                    whole.add(message.id, message.string)
    return whole


def _translations(language: Language) -> gettext.NullTranslations:
    if language == "en":
        return gettext.NullTranslations()
    compiled = io.BytesIO()
    write_mo(compiled, dutch_catalogue())
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
