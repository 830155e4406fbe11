"""The pages of a mirror, one a language, each one file: at the user's own wish, in the trail before it is made."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from lookup_audit.privacy.actor import Actor
from lookup_audit.privacy.pseudonyms import pseudonyms_of, user_behind
from lookup_audit.privacy.trail import record
from lookup_audit.reporting.dashboard.dilemmas import dilemma_in_turn, self_test, theme_text
from lookup_audit.reporting.language import LANGUAGES, Words, words_of
from lookup_audit.reporting.mirror.figures import hours_figure, shares_figure, span, weeks_figure
from lookup_audit.reporting.mirror.numbers import BLOCK_HOURS, Beside, Mirror, read_mirror, weeks_of
from lookup_audit.reporting.page import Figure, render_page, write_page
from lookup_audit.reporting.plain import shown
from lookup_audit.settings import Language
from lookup_audit.warehouse import Warehouse, load_signed

DILEMMAS = ("family", "neighbour", "news_spike")
"""The themes of the dilemmas: the same for everyone, so that they say nothing about the user."""

_LONGEST_NAME = 60

Titles = dict[str, dict[str, str]]


def write_mirror(  # noqa: PLR0913 - each is part of what is asked for
    warehouse: Warehouse,
    user: str,
    out: Path,
    *,
    reason: str,
    who: Actor,
    first: date | None = None,
    last: date | None = None,
    language: Language | None = None,
) -> list[Path]:
    """Paths of the pages (`mirror-<pseudonym>-en.html`, `-nl.html`), readable by their owner only.

    `user` is an id or a pseudonym. The look is entered in the trail before anything is read. The same warehouse
    and days give the same bytes. Days are widened to whole weeks; without them it is the last quarter.

    Raises
    ------
    UsageError
        The user is not known or made no lookup in these weeks, no reason is given, or no whole week was audited.
    """
    user_id = user_behind(warehouse, user)
    weeks = weeks_of(warehouse, first, last)
    with warehouse.transaction():
        record(
            warehouse, action="mirror", about=user_id, who=who,
            reason=f"{weeks.first} to {weeks.last}: {reason.strip()}" if reason.strip() else "",
        )  # fmt: skip
    mirror = read_mirror(warehouse, user_id, weeks)
    name = pseudonyms_of(warehouse).user(user_id)
    history_days = warehouse.settings.context.history_days
    titles = {text.id: dict(text.prose["title"]) for text in load_signed("explanation", locked=False)}
    return [
        write_page(
            out / f"mirror-{name}-{one}.html",
            render_mirror(mirror, name, history_days, titles, words_of(one)),
        )
        for one in ((language,) if language else LANGUAGES)
    ]


def render_mirror(mirror: Mirror, name: str, history_days: int, titles: Titles, words: Words) -> str:
    """The page in one language; `name` is the pseudonym, `titles` are those of the work links by language."""
    told = [theme_text(theme, words.language) for theme in DILEMMAS]
    return render_page(
        "mirror.html",
        words.language,
        mirror=mirror,
        name=name,
        history_days=history_days,
        headlines=_headlines(mirror, words),
        figures=_figures(mirror, titles, words),
        self_test=self_test(words.language),
        dilemmas=[one for text in told if text and (one := dilemma_in_turn(text, mirror.weeks.first))],
    )


def _headlines(mirror: Mirror, words: Words) -> list[tuple[str, str, str]]:
    """Name, own value, and where the middle half of the peers is."""
    _ = words.gettext

    def peers(one: Beside, *, share: bool = True) -> str:
        if one.low is None:
            return _("too few peers to compare")
        return _("peers: %(span)s", span=span(one, words, share=share))

    return [
        (_("lookups a week"), words.number(mirror.a_week.own), peers(mirror.a_week, share=False)),
        (_("explained by work"), words.percent(mirror.explained.own), peers(mirror.explained)),
        (_("off duty, on leave or ill"), words.percent(mirror.off_duty.own), peers(mirror.off_duty)),
        (_("met for the first time"), words.percent(mirror.first_time.own), peers(mirror.first_time)),
        (_("printed or exported"), words.percent(mirror.prints.own), peers(mirror.prints)),
    ]


def _figures(mirror: Mirror, titles: Titles, words: Words) -> Sequence[Figure]:
    """By week, by hour, by system, and by what explains them."""
    _ = words.gettext
    kinds = [one for one in mirror.links if one.part and (one.own or one.high)]
    return (
        weeks_figure(
            "weeks",
            mirror.by_week,
            _("You made about %(own)s lookups a week", own=words.number(mirror.a_week.own)),
            words,
        ),
        hours_figure("hours", mirror.hours, BLOCK_HOURS, _("At what hours you look things up"), words),
        shares_figure(
            "systems",
            [shown(one.part, _LONGEST_NAME) for one in mirror.systems],
            mirror.systems,
            _("System"),
            _("Which systems you use"),
            _("Share of your lookups by system."),
            words,
        ),
        shares_figure(
            "links",
            [titles.get(one.part, {}).get(words.language, one.part) for one in kinds],
            kinds,
            _("Explained by"),
            _("Work explains %(own)s of your lookups", own=words.percent(mirror.explained.own))
            if kinds
            else _("No work link is recorded for your lookups"),
            _("Share of your lookups that each kind of work link explains; a lookup can have several."),
            words,
            empty=_(
                "Nobody with this work has a case, call or hand-over on record that explains a lookup. It says "
                "something about the records, and nothing about the work."
            )
            if mirror.basis
            else _("No case, call or hand-over is on record that explains them. That can be the records."),
        ),
    )
