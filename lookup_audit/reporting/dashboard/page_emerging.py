"""The page of what emerges: themes and teams whose rate moved to another level, and since when."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lookup_audit.reporting.dashboard.amounts import fall, times
from lookup_audit.reporting.dashboard.chance import PER
from lookup_audit.reporting.dashboard.counts import WEEK
from lookup_audit.reporting.dashboard.emerging import FEWEST_QUESTIONS, FEWEST_WEEKS, Change, Changes
from lookup_audit.reporting.dashboard.figures import COLOURS, INK, MARKS, QUIET, axis, layout, plot_text
from lookup_audit.reporting.dashboard.figures_weeks import middle_of_week, week_ticks
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.page_where import group_labels
from lookup_audit.reporting.dashboard.published import Published, Rate, Theme
from lookup_audit.reporting.page import Data, Figure, Table, Value
from lookup_audit.reporting.site import SitePage

_HEIGHT = 250
Labels = Mapping[tuple[str, ...], str]


@dataclass(frozen=True)
class Emerged:
    """One change: what it is about, in a sentence, its interval and how sure, and its weeks where there are any."""

    what: str
    finding: str
    sureness: str
    figure: Figure | None


def emerging_page(published: Published, names: Names) -> SitePage:
    """Every change found, the surest first; how many themes and teams were watched; which could not be, and why."""
    _ = names.words.gettext
    changes = published.emerging
    labels = _labels(published, names)
    themes = {theme.theme: theme for theme in published.themes}
    found = [
        _emerged(place, change, themes, labels, names) for place, change in enumerate(changes.found, start=1)
    ]
    finding = _finding(changes, names)
    if len(found) == 1:
        finding = found[0].finding
    return SitePage(
        "emerging",
        _("Emerging"),
        "report_emerging.html",
        {
            "finding_of_all": finding,
            "drawn": [one for one in found if one.figure],
            "told": [one for one in found if not one.figure],
            "changes": _table(changes, labels, names) if found else None,
            "any_watched": changes.watched > 0,
            "watched": _watched(changes, names),
            "left_out": _left_out(changes, labels, names),
            "fewest_weeks": FEWEST_WEEKS,
            "fewest_questions": FEWEST_QUESTIONS,
        },
        about=_("Themes and teams with a new level of questions, and since when."),
        finding=finding,
    )


def _labels(published: Published, names: Names) -> Labels:
    """What each series is called: themes by their title, teams as on the page of where."""
    series = [change.name for change in published.emerging.found]
    series += [name for name, _reason in published.emerging.left_out]
    teams = list(dict.fromkeys(name[1:] for name in series if name[0] == "team"))
    everywhere = list(dict.fromkeys([*teams, *(rate.name for rate in published.levels["team"])]))
    called = dict(zip(everywhere, group_labels(everywhere, "team", names), strict=True))
    return {name: _called(name, called, names) for name in series}


def _called(name: tuple[str, ...], teams: Mapping[tuple[str, ...], str], names: Names) -> str:
    """What a series is called: a theme by its title, a team by its label, anything else as it was given."""
    if name[0] == "team":
        return teams[name[1:]]
    return names.theme(name[-1]) if name[0] == "theme" else names.given(name[-1])


def _kinds(names: Names) -> dict[str, str]:
    """What a series is of, in words."""
    _ = names.words.gettext
    return {"theme": _("Theme"), "team": _("Team"), "system": _("System"), "time": _("Time of day")}


def _finding(changes: Changes, names: Names) -> str:
    if not changes.watched:
        return names.words.gettext("Too little data to watch for changes yet")
    if not changes.found:
        return names.words.ngettext(
            "Nothing changed by more than chance; %(number)s theme or team was watched",
            "Nothing changed by more than chance; %(number)s themes and teams were watched",
            changes.watched,
        )
    return names.words.gettext(
        "%(number)s of %(watched)s themes and teams changed by more than chance",
        number=names.words.number(len(changes.found)),
        watched=names.words.number(changes.watched),
    )


def _emerged(
    place: int, change: Change, themes: Mapping[str, Theme], labels: Labels, names: Names
) -> Emerged:
    _ = names.words.gettext
    what = labels[change.name]
    kind = _kinds(names)[change.name[0]]
    sureness = f"{interval_words(change, names)} {_sureness(change, names)}"
    told = Emerged(f"{kind}: {what}", in_words(change, what, names), sureness, None)
    theme = themes.get(change.name[-1]) if change.name[0] == "theme" else None
    if not theme or sum(rate.rate is not None for rate in theme.weeks) < 2:
        return told
    return replace(told, figure=_figure(f"emerging-{place}", theme, change.since, told, names))


def in_words(change: Change, what: str, names: Names) -> str:
    """A change in a sentence: since which week, and how much."""
    _ = names.words.gettext
    day = names.words.date(change.since)
    if change.ratio == float("inf"):
        return _(
            "“%(what)s” came up from nothing since the week of %(day)s",
            what=what,
            day=day,
        )
    if change.ratio < 1:
        size, _interval = fall(change.low - 1, change.high - 1, change.ratio - 1, names)
        return _("“%(what)s” fell by %(size)s since the week of %(day)s", what=what, size=size, day=day)
    return _(
        "“%(what)s” rose to about %(times)s times as many questions since the week of %(day)s",
        what=what,
        times=times(change.ratio, names),
        day=day,
    )


def interval_words(change: Change, names: Names) -> str:
    """The 95% interval of a change in a sentence of its own."""
    _ = names.words.gettext
    if change.high == float("inf"):
        return _("95%% interval: at least %(low)s times as many.", low=times(change.low, names))
    if change.ratio < 1:
        _size, interval = fall(change.low - 1, change.high - 1, change.ratio - 1, names)
        return _("95%% interval: %(interval)s fewer.", interval=interval)
    low, high = times(change.low, names), times(change.high, names)
    return _("95%% interval: %(low)s to %(high)s times as many.", low=low, high=high)


def _sureness(change: Change, names: Names) -> str:
    _ = names.words.gettext
    if change.sureness == "very_sure":
        return _("Very sure: of 100 changes as clear as this one, fewer than 1 would be chance.")
    return _("Fairly sure: of 100 changes as clear as this one, up to 5 would be chance.")


def _table(changes: Changes, labels: Labels, names: Names) -> Table:
    _ = names.words.gettext
    kinds = _kinds(names)
    sure = {"very_sure": _("very sure"), "fairly_sure": _("fairly sure")}
    columns = (
        _("What"),
        _("Kind"),
        _("Since the week of"),
        _("Times as many (95%% interval)"),
        _("How sure"),
    )
    rows, values = [], []
    for change in changes.found:
        told = (labels[change.name], kinds[change.name[0]])
        low, high = (times(bound, names) for bound in (change.low, change.high))
        ratio = f"{times(change.ratio, names)} ({low}–{high})"
        if change.ratio == float("inf"):
            ratio = _("from nothing (%(interval)s)", interval=_("%(low)s or more", low=low))
        rows.append((*told, names.words.date(change.since), ratio, sure[change.sureness]))
        bounds: list[Value] = [
            "∞" if value == float("inf") else value for value in (change.ratio, change.low, change.high)
        ]
        values.append((*told, change.since, *bounds, sure[change.sureness]))
    data_columns = (
        *columns[:3],
        _("Times as many"),
        _("Lower bound (95%%)"),
        _("Upper bound (95%%)"),
        _("How sure"),
    )
    return Table(columns, tuple(rows), (3,), Data(data_columns, tuple(values)))


def _watched(changes: Changes, names: Names) -> str:
    if not changes.left_out:
        if not changes.watched:
            return ""
        return names.words.ngettext(
            "%(number)s theme or team was watched; none was left out.",
            "%(number)s themes and teams were watched; none was left out.",
            changes.watched,
        )
    return names.words.ngettext(
        "%(number)s theme or team was watched; %(left_out)s could not be.",
        "%(number)s themes and teams were watched; %(left_out)s could not be.",
        changes.watched,
        left_out=names.words.number(len(changes.left_out)),
    )


def _left_out(changes: Changes, labels: Labels, names: Names) -> Table | None:
    """Which could not be watched, and why; a list to look up, by name."""
    _ = names.words.gettext
    kinds = _kinds(names)
    reasons = {"too_few_weeks": _("too few weeks"), "too_few_questions": _("too few questions")}
    rows = sorted((labels[name], kinds[name[0]], reasons[reason]) for name, reason in changes.left_out)
    return Table((_("What"), _("Kind"), _("Why not")), tuple(rows)) if rows else None


def _figure(name: str, theme: Theme, since: dt.date, told: Emerged, names: Names) -> Figure:
    _ = names.words.gettext
    weeks = [(dt.date.fromisoformat(rate.name[0]), rate) for rate in theme.weeks]
    inside = weeks[0][0] < since <= weeks[-1][0]
    scale = _("Questions per 10,000 lookups, by week.")
    note = _("Dashed: the level before and after the change.")
    if not inside:
        note = _("The change lies before the weeks that are drawn.")
    return Figure(
        name,
        told.finding,
        f"{told.sureness} {scale}",
        _plot(weeks, theme, since if inside else None, names),
        Table(
            (_("Week of"), _("Lookups"), _("Questions"), _("Per 10,000 (95%% interval)")),
            tuple(
                (
                    names.words.date(week),
                    names.words.number(rate.lookups),
                    names.words.number(rate.questions),
                    names.rate(rate),
                )
                for week, rate in weeks
            ),
            (1, 2, 3),
            Data(
                (_("Week of"), _("Lookups"), _("Questions"), *names.rate_columns()),
                tuple((week, rate.lookups, rate.questions, *names.rate_values(rate)) for week, rate in weeks),
            ),
        ),
        note=note,
    )


def _plot(
    weeks: Sequence[tuple[dt.date, Rate]], theme: Theme, since: dt.date | None, names: Names
) -> dict[str, Any]:
    _ = names.words.gettext
    colour, mark = COLOURS.get(theme.motive, INK), MARKS.get(theme.motive, "circle")
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": [middle_of_week(week.isoformat()) for week, _rate in weeks],
            "y": [rate.rate for _week, rate in weeks],
            "connectgaps": False,
            "line": {"color": colour, "width": 2},
            "marker": {"symbol": mark, "size": 8, "color": colour},
            "error_y": {
                "type": "data",
                "symmetric": False,
                "array": [
                    None if rate.rate is None else (rate.high or 0.0) - rate.rate for _week, rate in weeks
                ],
                "arrayminus": [
                    None if rate.rate is None else rate.rate - (rate.low or 0.0) for _week, rate in weeks
                ],
                "color": colour,
                "thickness": 1.2,
                "width": 3,
            },
            "hoverinfo": "text",
            "hovertext": [
                plot_text(_("week of %(day)s", day=names.words.date(week)) + f": {names.rate(rate)}")
                for week, rate in weeks
            ],
        }
    ]
    shapes, annotations = [], []
    if since:
        for part in (
            [pair for pair in weeks if pair[0] < since],
            [pair for pair in weeks if pair[0] >= since],
        ):
            data += _level(part)
        shapes.append(
            {
                "type": "line",
                "x0": since.isoformat(),
                "x1": since.isoformat(),
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "layer": "below",
                "line": {"color": INK, "width": 1.2, "dash": "dot"},
            }
        )
        late = since > weeks[len(weeks) // 2][0]
        annotations.append(
            {
                "text": plot_text(_("since %(day)s", day=names.words.date(since, "d MMMM"))),
                "x": since.isoformat(),
                "xanchor": "right" if late else "left",
                "xshift": -4 if late else 4,
                "yref": "paper",
                "y": 1,
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"color": INK, "size": 12},
            }
        )
    top = max((rate.high or 0.0 for _week, rate in weeks), default=1.0) * 1.05
    mondays = [week for week, _rate in weeks]
    narrow = week_ticks(mondays, 3, names)
    return {
        "data": data,
        "layout": layout(
            names,
            _HEIGHT,
            margin={"l": 8, "r": 16, "t": 26, "b": 36},
            shapes=shapes,
            annotations=annotations,
            xaxis=axis(
                type="date",
                showgrid=False,
                range=[(mondays[0] - dt.timedelta(days=1)).isoformat(), (mondays[-1] + WEEK).isoformat()],
                **week_ticks(mondays, 5, names),
            ),
            yaxis=axis(range=[0, top or 1.0], nticks=5),
            meta={"narrow": {"xaxis.tickvals": narrow["tickvals"], "xaxis.ticktext": narrow["ticktext"]}},
        ),
    }


def _level(part: Sequence[tuple[dt.date, Rate]]) -> list[dict[str, Any]]:
    """The rate of some weeks together as a dashed line over them."""
    lookups = sum(rate.lookups for _week, rate in part)
    if not lookups:
        return []
    level = PER * sum(rate.questions for _week, rate in part) / lookups
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [part[0][0].isoformat(), (part[-1][0] + WEEK).isoformat()],
            "y": [level, level],
            "line": {"color": QUIET, "width": 2, "dash": "dash"},
            "hoverinfo": "skip",
        }
    ]
