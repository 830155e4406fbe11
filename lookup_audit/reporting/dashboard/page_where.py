"""The page of where: which teams, districts and units differ by more than chance, without a league table."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from lookup_audit.reporting.dashboard.chance import FEWEST_GROUPS, Funnel, funnel
from lookup_audit.reporting.dashboard.figures import (
    DEEP,
    INK,
    QUIET,
    axis,
    by_volume,
    layout,
    plot_text,
    rates_data,
    rates_figure,
)
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published, Rate
from lookup_audit.reporting.page import Data, Figure, Table
from lookup_audit.reporting.site import SitePage
from lookup_audit.settings import Reporting

Level = Literal["team", "district", "unit"]
Side = Literal["above", "below"]

_HEIGHT = 460
_ABOVE_AND_BELOW = 120  # what margins, legend and axis take of the height, in pixels
_LABEL_HEIGHT = 17
_MOST_LABELS = 12
_SHORT = 19
_MARKS = {"inside": "circle-open", "outside_95": "square", "outside_998": "diamond"}


@dataclass(frozen=True)
class _Group:
    """One group in the funnel: its name on the page, its numbers, and where it lies."""

    label: str
    rate: Rate
    place: str
    side: Side


@dataclass(frozen=True)
class _Spoken:
    """How a level is called: a heading, and one and several in a sentence."""

    column: str
    one: str
    many: str


def where_page(published: Published, names: Names, limits: Reporting) -> SitePage:
    """Teams, then districts and units where there is more than one; its finding is that about teams."""
    _ = names.words.gettext
    levels: list[Level] = ["team"]
    levels += [level for level in ("district", "unit") if len(published.levels[level]) > 1]
    figures = [groups_figure(level, published.levels[level], published.whole.now, names) for level in levels]
    return SitePage(
        "where",
        _("Where"),
        "report_where.html",
        {
            "heading": _("Where in the organisation"),
            "lead": _lead(published.merged, names.words.number(limits.minimum_group), names),
            "rows": [figures[:1], figures[1:]] if figures[1:] else [figures],
        },
        about=_("Which teams, districts and units differ by more than chance."),
        finding=figures[0].title,
    )


def groups_figure(level: Level, rates: Sequence[Rate], whole: Rate, names: Names) -> Figure:
    """The funnel of one level: rate against volume, with limits; or in words why there can be none."""
    _ = names.words.gettext
    spoken = _spoken(level, names)
    ordered = by_volume(rates)
    labels = group_labels([rate.name for rate in ordered], level, names)
    known = [rate for rate in ordered if rate.lookups]
    subtitle = _(
        "Questions per 10,000 lookups against the number of lookups, by %(group)s.", group=spoken.one
    )
    if 1 < len(known) < FEWEST_GROUPS:
        return rates_figure(
            level,
            ordered,
            labels,
            whole,
            names,
            title=_(
                "%(number)s %(groups)s: too few to say what is a usual difference",
                number=names.words.number(len(known)),
                groups=spoken.many,
            ),
            subtitle=_(
                "Questions per 10,000 lookups with 95%% intervals, the most lookups first. Limits take at "
                "least %(fewest)s groups.",
                fewest=FEWEST_GROUPS,
            ),
            column=spoken.column,
        )
    found = funnel([rate.questions for rate in known], [rate.lookups for rate in known], rounded=1)
    places = {rate.name: place for rate, place in zip(known, found.places, strict=True)}
    groups = [
        _Group(label, rate, places.get(rate.name, ""), "above" if (rate.rate or 0) > found.rate else "below")
        for rate, label in zip(ordered, labels, strict=True)
    ]
    if found.spread is None:
        title = _("No questions in this period, so no differences")
        empty = _("Without questions there is nothing to compare.")
        if len(known) < 2:
            title = _("Fewer than two groups, so nothing to compare")
            empty = _("A comparison takes at least two groups that are large enough to be shown.")
        return Figure(level, title, subtitle, None, _table(groups, spoken, names), empty=empty)
    return Figure(
        level,
        _title(groups, spoken, names),
        subtitle,
        _plot([group for group in groups if group.place], found, names),
        _table(groups, spoken, names),
        note=_note(groups, found, names),
    )


def group_labels(paths: Sequence[tuple[str, ...]], level: str, names: Names) -> list[str]:
    """The name of each group; where several have the same, with what they are part of."""
    labels = [names.group(path, level) for path in paths]
    count = Counter(labels)
    return [
        f"{label} ({names.given(path[-2])})" if count[label] > 1 and len(path) > 1 else label
        for label, path in zip(labels, paths, strict=True)
    ]


def _spoken(level: Level, names: Names) -> _Spoken:
    _ = names.words.gettext
    return {
        "team": _Spoken(_("Team"), _("team"), _("teams")),
        "district": _Spoken(_("District"), _("district"), _("districts")),
        "unit": _Spoken(_("Unit"), _("unit"), _("units")),
    }[level]


def _lead(merged: int, minimum: str, names: Names) -> str:
    _ = names.words.gettext
    lead = _(
        "A group can differ because of its work, its area, or how well its cases are registered: ask before "
        "concluding. The figures show which differences are more than chance; they are no ranking."
    )
    if not merged:
        return lead
    return f"{lead} " + names.words.ngettext(
        "%(number)s team of fewer than %(minimum)s people is shown with others of its district or unit.",
        "%(number)s teams of fewer than %(minimum)s people are shown with others of their district or unit.",
        merged,
        minimum=minimum,
    )


def _title(groups: Sequence[_Group], spoken: _Spoken, names: Names) -> str:
    far = sum(group.place == "outside_998" for group in groups)
    near = sum(group.place == "outside_95" for group in groups)
    number = names.words.number(sum(bool(group.place) for group in groups))
    if far:
        return names.words.ngettext(
            "%(number)s of %(all)s %(groups)s lies outside the limits",
            "%(number)s of %(all)s %(groups)s lie outside the limits",
            far,
            all=number,
            groups=spoken.many,
        )
    if near:
        return names.words.ngettext(
            "No %(group)s clearly differs: %(number)s of %(all)s lies between the inner and outer limits",
            "No %(group)s clearly differs: %(number)s of %(all)s lie between the inner and outer limits",
            near,
            all=number,
            group=spoken.one,
        )
    return names.words.gettext("No %(group)s differs from the others by more than chance", group=spoken.one)


def _note(groups: Sequence[_Group], found: Funnel, names: Names) -> str:
    """Who lies outside in words, what the limits allow for, and their source."""
    _ = names.words.gettext
    sentences = _outside(groups, names)
    if any(group.place == "outside_95" for group in groups):
        sentences.append(_("By chance alone about 1 in 20 lies outside the inner limits."))
    if found.spread is not None and found.spread > 1.05:
        sentences.append(
            _(
                "Groups spread more than chance alone would have them (variance × %(spread)s); the limits "
                "allow for that.",
                spread=names.words.number(found.spread, 1),
            )
        )
    sentences.append(_("Source: Spiegelhalter, Statistics in Medicine 24, 2005."))
    return " ".join(sentences)


def _outside(groups: Sequence[_Group], names: Names) -> list[str]:
    """A sentence for each side of each limit that any group lies on."""
    _ = names.words.translations.gettext
    parts = {
        ("outside_998", "above"): _("Above the outer limit: %(groups)s."),
        ("outside_998", "below"): _("Below the outer limit: %(groups)s."),
        ("outside_95", "above"): _("Between the limits, above: %(groups)s."),
        ("outside_95", "below"): _("Between the limits, below: %(groups)s."),
    }
    found = []
    for where, sentence in parts.items():
        labels = [group.label for group in groups if (group.place, group.side) == where]
        if labels:
            found.append(sentence % {"groups": _listed(labels, names)})
    return found


def _listed(labels: Sequence[str], names: Names) -> str:
    more = len(labels) - _MOST_LABELS
    if more <= 0:
        return names.words.list(list(labels))
    rest = names.words.gettext("%(number)s more", number=names.words.number(more))
    return names.words.list([*labels[:_MOST_LABELS], rest])


def _table(groups: Sequence[_Group], spoken: _Spoken, names: Names) -> Table:
    _ = names.words.gettext
    number = names.words.number
    rates, labels = [group.rate for group in groups], [group.label for group in groups]
    data = rates_data(spoken.column, rates, labels, names)
    status = [_status(group, names) for group in groups]
    column = _("Against the limits")
    return Table(
        (spoken.column, _("Lookups"), _("Questions"), _("Per 10,000 (95%% interval)"), column),
        tuple(
            (
                group.label,
                number(group.rate.lookups),
                number(group.rate.questions),
                names.rate(group.rate),
                text,
            )
            for group, text in zip(groups, status, strict=True)
        ),
        (1, 2, 3),
        Data(
            (*data.columns, column),
            tuple((*row, text) for row, text in zip(data.rows, status, strict=True)),
        ),
    )


def _status(group: _Group, names: Names) -> str:
    _ = names.words.gettext
    if not group.place:
        return names.words.number(None)
    return {
        ("outside_998", "above"): _("above the outer limit"),
        ("outside_998", "below"): _("below the outer limit"),
        ("outside_95", "above"): _("between the limits, above"),
        ("outside_95", "below"): _("between the limits, below"),
    }.get((group.place, group.side), _("within the limits"))


def _plot(groups: Sequence[_Group], found: Funnel, names: Names) -> dict[str, Any]:
    _ = names.words.gettext
    widest = max(found.exposures) * 1.04
    top = 1.12 * max(
        [group.rate.rate or 0.0 for group in groups]
        + [found.limits_95.high[len(found.exposures) // 2], 1.5 * found.rate]
    )
    data: list[dict[str, Any]] = []
    for limits, dash, label in (
        (found.limits_95, "dash", _("inner limits (95%%)")),
        (found.limits_998, "solid", _("outer limits (99.8%%)")),
    ):
        data += [_line(found.exposures, side, dash, label) for side in (limits.high, limits.low)]
        data[-1]["showlegend"] = False
    data.append(_line((0, widest), (found.rate, found.rate), "dot", _("all together")))
    for place, label in (
        ("inside", _("within the limits")),
        ("outside_95", _("between the limits")),
        ("outside_998", _("outside the limits")),
    ):
        inside = [group for group in groups if group.place == place]
        if inside:
            data.append(_marks(inside, place, label, names))
    outside = sorted(
        (group for group in groups if group.place != "inside"),
        key=lambda group: (group.place != "outside_998", -group.rate.lookups),
    )[:_MOST_LABELS]
    return {
        "data": data,
        "layout": layout(
            names,
            _HEIGHT,
            margin={"l": 8, "r": 16, "t": 8, "b": 60},
            showlegend=True,
            legend={
                "orientation": "h",
                "x": 0,
                "xanchor": "left",
                "y": 1.02,
                "yanchor": "bottom",
                "itemclick": False,
                "itemdoubleclick": False,
                "font": {"color": QUIET, "size": 12},
            },
            xaxis=axis(
                title={"text": _("lookups"), "font": {"color": QUIET, "size": 12}},
                range=[0, widest],
                nticks=7,
                tickformat=",.0f",
                showgrid=False,
            ),
            yaxis=axis(
                title={"text": _("per 10,000 lookups"), "font": {"color": QUIET, "size": 12}},
                range=[0, top],
                nticks=6,
            ),
            annotations=_labels(outside, widest, top, 40),
            meta={
                "narrow": {
                    "annotations": _labels(outside, widest, top, _SHORT - 1),
                    "xaxis.nticks": 4,
                    "yaxis.title.text": "",
                }
            },
        ),
    }


def _line(exposures: Sequence[float], rates: Sequence[float], dash: str, label: str) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "lines",
        "x": [0.98 * exposures[0], *exposures, 1.02 * exposures[-1]],
        "y": [rates[0], *rates, rates[-1]],
        "name": label,
        "line": {"color": QUIET, "width": 1.3, "dash": dash},
        "hoverinfo": "skip",
    }


def _marks(groups: Sequence[_Group], place: str, label: str, names: Names) -> dict[str, Any]:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [group.rate.lookups for group in groups],
        "y": [group.rate.rate for group in groups],
        "name": label,
        "cliponaxis": False,
        "marker": {
            "symbol": _MARKS[place],
            "size": 9 if place == "inside" else 11,
            "color": DEEP,
            "line": {"width": 1.5, "color": DEEP},
        },
        "hoverinfo": "text",
        "hovertext": [
            plot_text(f"{group.label}: {names.rate(group.rate)}, {_status(group, names)}") for group in groups
        ],
    }


def _labels(groups: Sequence[_Group], widest: float, top: float, longest: int) -> list[dict[str, Any]]:
    """The names beside their marks, towards the middle of the figure, moved apart where they would overlap.

    Those above are moved down and those below up, so that none leaves the figure.
    """
    halves: tuple[tuple[bool, ...], ...] = ((False,), (True,))
    if longest < _SHORT:  # on a phone names reach the other half
        halves = ((False, True),)
    found = []
    for half in halves:
        for side in ("above", "below"):
            kept = [
                group for group in groups if group.side == side and (group.rate.lookups > widest / 2) in half
            ]
            found += _stacked(kept, side == "above", widest, top, longest)
    return found


def _stacked(
    groups: Sequence[_Group], downwards: bool, widest: float, top: float, longest: int
) -> list[dict[str, Any]]:
    height = _HEIGHT - _ABOVE_AND_BELOW
    free = 0.0 if downwards else height - _LABEL_HEIGHT / 2
    found = []
    for group in sorted(groups, key=lambda group: (group.rate.rate or 0.0) * (-1 if downwards else 1)):
        at = height * (1 - (group.rate.rate or 0.0) / top)
        placed = max(at, free) if downwards else min(at, free)
        free = placed + (_LABEL_HEIGHT if downwards else -_LABEL_HEIGHT)
        on_the_right = group.rate.lookups > widest / 2
        text = group.label if len(group.label) <= longest else group.label[: longest - 1] + "…"
        found.append(
            {
                "text": plot_text(text),
                "x": group.rate.lookups,
                "y": group.rate.rate,
                "ax": -14 if on_the_right else 14,
                "ay": round(placed - at),
                "xanchor": "right" if on_the_right else "left",
                "yanchor": "middle",
                "showarrow": True,
                "arrowhead": 0,
                "arrowwidth": 1,
                "arrowcolor": "#9fb0c0",
                "standoff": 6,
                "bgcolor": "rgba(255,255,255,0)" if longest < _SHORT else "rgba(255,255,255,0.8)",
                "font": {"color": INK, "size": 12},
            }
        )
    return found
