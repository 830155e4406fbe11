"""Figures of attention for people in the news: all waves over the period, and each by day."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lookup_audit.privacy.disclosure import BASE
from lookup_audit.reporting.dashboard.figures import COLOURS, INK, QUIET, axis, layout, plot_text
from lookup_audit.reporting.dashboard.figures_weeks import week_ticks
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published, ShownBurst
from lookup_audit.reporting.page import Data, Figure, Table
from lookup_audit.reporting.plain import file_part

NEWS_THEMES = ("news_spike", "public_figure", "high_profile_incident")
"""Themes that an activity can be about when it is about news."""

_OFF = BASE - 1  # so far a rounded count can be from the true one
_BLUE = COLOURS["curiosity"]


@dataclass(frozen=True)
class Wave:
    """One burst as far as the period shows it: its days and users, its busiest day, and how fast it died.

    `half` is the first and the last day after the busiest one on which it can have fallen below half of it;
    None where so few users do not tell, or the period ends before it.
    """

    burst: ShownBurst
    days: tuple[dt.date, ...]
    users: tuple[int, ...]
    peak: int
    half: tuple[int, int] | None
    ends_early: bool

    @property
    def busiest(self) -> dt.date:
        """The busiest day."""
        return self.days[self.peak]

    @property
    def is_large(self) -> bool:
        """Whether the peak is so high that half of it can be told from rounding."""
        return self.users[self.peak] > 3 * _OFF


def waves(published: Published) -> list[Wave]:
    """The bursts that are shown, the latest first; days outside the period are left out: nobody counted them."""
    return sorted(
        (_wave(burst, published) for burst in published.bursts),
        key=lambda wave: (wave.busiest, wave.burst.reference),
        reverse=True,
    )


def half_words(wave: Wave, names: Names) -> str:
    """After how many days fewer than half as many users looked; or why that is not known."""
    _ = names.words.gettext
    if wave.half is None:
        if wave.is_large and wave.ends_early:
            return _("not known yet: the period ends before it")
        return _("too few users to tell")
    first, last = wave.half
    if first == last:
        return names.words.ngettext("after %(number)s day", "after %(number)s days", last)
    return _(
        "after %(first)s to %(last)s days", first=names.words.number(first), last=names.words.number(last)
    )


def news_figure(published: Published, found: Sequence[Wave], names: Names) -> Figure:
    """Every wave on its busiest day, as high as the users who took part, with news and activities below."""
    _, number = names.words.gettext, names.words.number
    held = [
        (day, f"{names.code(kind)}: {names.theme(theme)}" if theme else names.code(kind))
        for day, kind, theme in published.activities
        if theme in NEWS_THEMES
    ]
    title = _("No wave of attention was large enough to be shown")
    if found:
        largest = max(found, key=lambda wave: wave.burst.users)
        title = names.words.ngettext(
            "One wave of attention, of about %(users)s users",
            "%(number)s waves of attention, the largest of about %(users)s users",
            len(found),
            users=number(largest.burst.users),
        )
    return Figure(
        "all-waves",
        title,
        _("Users without a work link in the fortnight around the busiest day, for each person in the news."),
        _timeline(published, found, held, names) if found else None,
        _table(found, names) if found else None,
        note=_(
            "Below: days with a news item about a person (ticks) and prevention activities about news (diamonds)."
        )
        if found
        else "",
        empty=_quiet(published, names),
    )


def wave_figure(wave: Wave, names: Names) -> Figure:
    """One wave by day: its finding is how fast it died."""
    _, number = names.words.gettext, names.words.number
    labels = [names.words.date(day) for day in wave.days]
    notes = []
    if wave.ends_early:
        notes.append(_("The period ends before the fortnight does: later days are not counted yet."))
    return Figure(
        f"wave-{file_part(wave.burst.reference)}",
        _wave_title(wave, names),
        _("Users without a work link, by day; darker: the busiest day."),
        _days(wave, names),
        Table(
            (_("Day"), _("Users")),
            tuple((label, number(users)) for label, users in zip(labels, wave.users, strict=True)),
            (1,),
            Data((_("Day"), _("Users")), tuple(zip(wave.days, wave.users, strict=True))),
        ),
        note=" ".join(notes),
    )


def small_waves(published: Published, names: Names) -> str:
    """That there were waves too small to be shown, never how many."""
    _ = names.words.gettext
    if not published.small_bursts:
        return _("There were no waves too small to be shown.")
    return _("There were also waves too small to be shown.")


def _quiet(published: Published, names: Names) -> str:
    _ = names.words.gettext
    if published.small_bursts:
        return _("People in the news were looked up without a work link, each by too few users to be shown.")
    return _("Nobody in the news was looked up without a work link in this period.")


def _wave(burst: ShownBurst, published: Published) -> Wave:
    period = published.period
    every = [burst.first_day + dt.timedelta(days=place) for place in range(len(burst.by_day))]
    inside = [place for place, day in enumerate(every) if period.first <= day <= period.last]
    users = tuple(burst.by_day[place] for place in inside)
    peak = users.index(max(users))
    return Wave(
        burst,
        tuple(every[place] for place in inside),
        users,
        peak,
        _half(users, peak),
        every[-1] > period.last,
    )


def _half(users: Sequence[int], peak: int) -> tuple[int, int] | None:
    """From and to which day after the peak it can have fallen below half, given how far rounding can be off."""
    after = users[peak + 1 :]
    highest, lowest = users[peak] + _OFF, max(users[peak] - _OFF, 0)
    maybe = [day for day, count in enumerate(after, 1) if max(count - _OFF, 0) < highest / 2]
    surely = [day for day, count in enumerate(after, 1) if count + _OFF < lowest / 2]
    return (maybe[0], surely[0]) if surely else None


def _wave_title(wave: Wave, names: Names) -> str:
    _ = names.words.gettext
    if wave.half is None:
        if wave.is_large and wave.ends_early:
            return _("How fast it died is not known yet")
        return _("Too few users a day to say how fast it died")
    first, last = wave.half
    if first == last:
        return names.words.ngettext(
            "Below half of the peak after %(number)s day",
            "Below half of the peak after %(number)s days",
            last,
        )
    return _(
        "Below half of the peak after %(first)s to %(last)s days",
        first=names.words.number(first), last=names.words.number(last),
    )  # fmt: skip


def _table(found: Sequence[Wave], names: Names) -> Table:
    _, number = names.words.gettext, names.words.number
    columns = (
        _("Reference"), _("Busiest day"), _("Users"), _("Users on the busiest day"), _("Units"),
        _("Below half of the peak"),
    )  # fmt: skip
    return Table(
        columns,
        tuple(
            (
                names.given(wave.burst.reference), names.words.date(wave.busiest), number(wave.burst.users),
                number(wave.users[wave.peak]), number(wave.burst.units), half_words(wave, names),
            )
            for wave in found
        ),
        (2, 3, 4),
        Data(
            columns,
            tuple(
                (
                    names.given(wave.burst.reference), wave.busiest, wave.burst.users, wave.users[wave.peak],
                    wave.burst.units, half_words(wave, names),
                )
                for wave in found
            ),
        ),
    )  # fmt: skip


def _timeline(
    published: Published, found: Sequence[Wave], held: Sequence[tuple[dt.date, str]], names: Names
) -> dict[str, Any]:
    _ = names.words.gettext
    mondays = published.period.weeks
    most = max(wave.burst.users for wave in found) * 1.22
    narrow = week_ticks(mondays, 4, names)
    named, named_narrow = (_named(found, days) for days in (10, 30))
    return {
        "data": [
            {
                "type": "bar",
                "x": [wave.busiest.isoformat() for wave in found],
                "y": [wave.burst.users for wave in found],
                "width": [86_400_000 * 0.18] * len(found),  # in milliseconds: stems
                "marker": {"color": "#9fb0c0"},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": [wave.busiest.isoformat() for wave in found],
                "y": [wave.burst.users for wave in found],
                "marker": {"symbol": "circle", "size": 12, "color": _BLUE},
                "cliponaxis": False,
                "hoverinfo": "text",
                "hovertext": [
                    plot_text(
                        _("%(reference)s, %(day)s: about %(users)s users",
                          reference=names.given(wave.burst.reference), day=names.words.date(wave.busiest),
                          users=names.words.number(wave.burst.users))
                    )
                    for wave in found
                ],
            },
            *_strip(published, held, names),
        ],
        "layout": layout(
            names,
            380,
            margin={"l": 8, "r": 24, "t": 8, "b": 44},
            annotations=[
                {
                    "x": wave.busiest.isoformat(), "y": wave.burst.users, "yshift": 16, "showarrow": False,
                    "text": plot_text(names.given(wave.burst.reference)), "font": {"color": INK, "size": 12},
                }
                for wave in named
            ],
            xaxis=axis(
                type="date",
                range=[
                    (mondays[0] - dt.timedelta(days=4)).isoformat(),
                    (mondays[-1] + dt.timedelta(days=10)).isoformat(),
                ],
                anchor="y2",
                showgrid=False,
                **week_ticks(mondays, 9, names),
            ),
            yaxis=axis(
                domain=[0.26, 1], range=[0, most], nticks=5, title={
                    "text": _("users"), "font": {"color": QUIET, "size": 12}
                },
            ),
            yaxis2=axis(
                domain=[0, 0.18],
                range=[-0.6, 1.6],
                tickvals=[0, 1],
                ticktext=[_("Prevention"), _("News")],
                showgrid=False,
            ),
            meta={
                "narrow": {
                    "xaxis.tickvals": narrow["tickvals"],
                    "xaxis.ticktext": narrow["ticktext"],
                    "yaxis.title.text": "",
                    **{
                        f"annotations[{number}].visible": False
                        for number, wave in enumerate(named)
                        if wave not in named_narrow
                    },
                }
            },
        ),
    }  # fmt: skip


def _named(found: Sequence[Wave], days: int) -> list[Wave]:
    """The waves whose reference has room beside the larger ones: so many days from each that is named."""
    named: list[Wave] = []
    for wave in sorted(found, key=lambda one: -one.burst.users):
        if all(abs((wave.busiest - other.busiest).days) >= days for other in named):
            named.append(wave)
    return named


def _strip(published: Published, held: Sequence[tuple[dt.date, str]], names: Names) -> list[dict[str, Any]]:
    """Ticks for days with news, diamonds for activities."""
    _, date = names.words.gettext, names.words.date
    days = sorted(set(published.news))
    return [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [day.isoformat() for day in days],
            "y": [1] * len(days),
            "yaxis": "y2",
            "cliponaxis": False,
            "marker": {"symbol": "line-ns", "size": 12, "line": {"color": QUIET, "width": 1.5}},
            "hoverinfo": "text",
            "hovertext": [plot_text(_("news, %(day)s", day=date(day))) for day in days],
        },
        {
            "type": "scatter",
            "mode": "markers",
            "x": [day.isoformat() for day, _what in held],
            "y": [0] * len(held),
            "yaxis": "y2",
            "cliponaxis": False,
            "marker": {"symbol": "diamond", "size": 11, "color": INK},
            "hoverinfo": "text",
            "hovertext": [plot_text(f"{what}, {date(day)}") for day, what in held],
        },
    ]


def _days(wave: Wave, names: Names) -> dict[str, Any]:
    _, number = names.words.gettext, names.words.number
    most = max(wave.users) or 1
    first, length = (
        wave.burst.first_day,
        len(wave.burst.by_day),
    )  # the whole fortnight, also where it is unknown
    texts = [names.words.date(first + dt.timedelta(days=place), "d MMM") for place in range(length)]
    ticks, far = list(range(0, length, 2)), list(range(0, length, 4))
    return {
        "data": [
            {
                "type": "bar",
                "x": [(day - first).days for day in wave.days],
                "y": list(wave.users),
                "width": 0.78,
                "marker": {"color": [_BLUE if place == wave.peak else "#8fbfe0" for place in range(len(wave.days))],
                           "line": {"color": _BLUE, "width": 1}},
                "text": [number(users) if users else "" for users in wave.users],
                "textposition": "outside",
                "textfont": {"color": INK, "size": 12},
                "cliponaxis": False,
                "hoverinfo": "text",
                "hovertext": [
                    plot_text(_("%(day)s: about %(users)s users", day=names.words.date(day), users=number(users)))
                    for day, users in zip(wave.days, wave.users, strict=True)
                ],
            }
        ],
        "layout": layout(
            names,
            230,
            margin={"l": 8, "r": 12, "t": 18, "b": 34},
            xaxis=axis(
                tickvals=ticks, ticktext=[texts[place] for place in ticks], showgrid=False,
                range=[-0.6, length - 0.4],
            ),
            yaxis=axis(range=[0, most * 1.12], nticks=4),
            meta={"narrow": {"xaxis.tickvals": far, "xaxis.ticktext": [texts[place] for place in far]}},
        ),
    }  # fmt: skip
