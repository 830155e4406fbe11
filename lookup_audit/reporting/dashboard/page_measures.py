"""The page of measures: for each session or campaign what it is estimated to have done, and how sure that is."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lookup_audit.reporting.dashboard.amounts import about, fall, rise, signed, times
from lookup_audit.reporting.dashboard.effects import FEWEST_QUESTIONS, FEWEST_WEEKS, Effect
from lookup_audit.reporting.dashboard.figures import DEEP, INK, QUIET, axis, layout, plot_text, wrapped
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Measure, Published
from lookup_audit.reporting.page import Data, Figure, Table, Value
from lookup_audit.reporting.site import SitePage

_TICKS = (-0.9, -0.75, -0.5, -0.25, 0.0, 0.5, 1.0, 3.0, 9.0)
_LEAST, _MOST = math.log(0.05), math.log(20.0)
_ROW = 44
_NEARLY_ALL = 0.95
_MARKS = {"fewer": "circle", "more": "square", "no_effect_visible": "circle"}


@dataclass(frozen=True)
class Answer:
    """What is said of one measure: its effect in a sentence, what it was, and what that rests on."""

    finding: str
    what: str
    facts: tuple[str, ...]


def measures_page(published: Published, names: Names) -> SitePage:
    """Every measure with its effect as a forest plot, and in words; the latest first."""
    _ = names.words.gettext
    measures = published.measures
    themes = {theme.theme for theme in published.themes}
    answers = [answer(measure, themes, published.period.last, names) for measure in measures]
    finding = _("No prevention activities were registered in this period.")
    if len(measures) == 1:
        finding = answers[0].finding
    elif measures:
        finding = _summary(measures, names)
    return SitePage(
        "measures",
        _("Measures"),
        "report_measures.html",
        {
            "figure_of_effects": _figure(measures, answers, finding, names) if measures else None,
            "answers": answers,
        },
        about=_("What was done to prevent, for whom, and what it achieved."),
        finding=finding,
    )


def answer(measure: Measure, themes: set[str], last: dt.date, names: Names) -> Answer:
    """One measure in words. `themes` are those that are counted; of another, all questions are looked at."""
    effect = measure.effect
    theme = names.theme(measure.theme) if measure.theme in themes else None
    return Answer(
        _finding(effect, theme, measure.first_held, last, names),
        _what(measure, names),
        tuple(_facts(measure, names)),
    )


def _what(measure: Measure, names: Names) -> str:
    """Theme and kind, as a label."""
    return names.words.gettext(
        "%(theme)s: %(kind)s", theme=names.theme(measure.theme), kind=_inside(names.code(measure.kind))
    )


def _inside(text: str) -> str:
    """A name as it stands inside a sentence: in small, but for abbreviations."""
    return text if text[1:2].isupper() or text[1:2] == "-" else text[:1].lower() + text[1:]


def _finding(effect: Effect, theme: str | None, held_on: dt.date, last: dt.date, names: Names) -> str:
    _ = names.words.gettext
    if effect.change is None or effect.low is None or effect.high is None:
        return _too_little(effect, held_on, last, names)
    subject = _("Questions about “%(theme)s”", theme=theme) if theme else _("All questions together")
    against = _("the weeks before") if effect.method == "interrupted" else _("the teams without it")
    if effect.verdict == "no_effect_visible":
        return _not_visible(subject, effect.low, effect.high, names)
    if effect.verdict == "fewer":
        size, interval = fall(effect.low, effect.high, effect.change, names)
        return _(
            "%(subject)s fell by %(size)s (95%% interval %(interval)s), compared with %(against)s",
            subject=subject,
            size=size,
            interval=interval,
            against=against,
        )
    size, interval = rise(effect.low, effect.high, effect.change, names)
    if effect.change == float("inf"):
        return _(
            "%(subject)s rose from nothing (95%% interval: %(interval)s), compared with %(against)s",
            subject=subject,
            interval=interval,
            against=against,
        )
    return _(
        "%(subject)s rose by %(size)s (95%% interval %(interval)s), compared with %(against)s",
        subject=subject,
        size=size,
        interval=interval,
        against=against,
    )


def _not_visible(subject: str, low: float, high: float, names: Names) -> str:
    """That nothing is visible, and what is possible all the same: that much is known."""
    _ = names.words.gettext
    fewer = about(-low, names)
    if high == float("inf") and low <= -_NEARLY_ALL:
        return _("%(subject)s: no effect visible; anything is possible", subject=subject)
    if high == float("inf"):
        return _(
            "%(subject)s: no effect visible; anything from %(fewer)s fewer is possible",
            subject=subject,
            fewer=fewer,
        )
    if high >= 1:
        return _(
            "%(subject)s: no effect visible; between %(fewer)s fewer and %(times)s times as many is possible",
            subject=subject,
            fewer=fewer,
            times=times(1 + high, names),
        )
    return _(
        "%(subject)s: no effect visible; between %(fewer)s fewer and %(more)s more is possible",
        subject=subject,
        fewer=fewer,
        more=about(high, names),
    )


def _too_little(effect: Effect, held_on: dt.date, last: dt.date, names: Names) -> str:
    """Why nothing can be said, and from when it can."""
    _ = names.words.gettext
    ngettext = names.words.ngettext
    if effect.weeks_after < FEWEST_WEEKS:
        enough = held_on + dt.timedelta(days=-held_on.weekday(), weeks=FEWEST_WEEKS + 1)
        if enough > last:
            return ngettext(
                "Too little data: %(number)s whole week after it, and at least %(fewest)s are needed; ask "
                "again from %(day)s",
                "Too little data: %(number)s whole weeks after it, and at least %(fewest)s are needed; ask "
                "again from %(day)s",
                effect.weeks_after,
                fewest=FEWEST_WEEKS,
                day=names.words.date(enough),
            )
        return ngettext(
            "Too little data: %(number)s whole week after it, and at least %(fewest)s are needed",
            "Too little data: %(number)s whole weeks after it, and at least %(fewest)s are needed",
            effect.weeks_after,
            fewest=FEWEST_WEEKS,
        )
    if effect.weeks_before < FEWEST_WEEKS:
        return ngettext(
            "Too little data: %(number)s whole week before it, and at least %(fewest)s are needed",
            "Too little data: %(number)s whole weeks before it, and at least %(fewest)s are needed",
            effect.weeks_before,
            fewest=FEWEST_WEEKS,
        )
    questions = effect.questions_before + effect.questions_after
    if questions < FEWEST_QUESTIONS:
        return _(
            "Too little data: about %(number)s questions, and at least %(fewest)s are needed",
            number=names.words.number(questions),
            fewest=FEWEST_QUESTIONS,
        )
    return _("Too little data: too few questions to compare with, or in too few of the weeks")


def _facts(measure: Measure, names: Names) -> list[str]:
    _ = names.words.gettext
    effect = measure.effect
    facts = [_when(measure, names), _for_whom(measure, names)]
    if effect.method == "compared":
        facts.append(_("the teams with it against those without it"))
    elif measure.scope == "everyone":
        facts.append(_("everyone, before and after"))
    else:
        facts.append(_("too few people to compare with and without it: everyone, before and after"))
    weeks = names.words.ngettext("%(number)s week before", "%(number)s weeks before", effect.weeks_before)
    after = names.words.number(effect.weeks_after)
    return [*facts, _("%(before)s and %(after)s after", before=weeks, after=after)]


def _when(measure: Measure, names: Names) -> str:
    first, last = (names.words.date(day) for day in (measure.first_held, measure.last_held))
    return first if first == last else names.words.gettext("%(first)s to %(last)s", first=first, last=last)


def _for_whom(measure: Measure, names: Names) -> str:
    """Only as widely as cannot point at a team."""
    if measure.scope == "everyone":
        return names.words.gettext("for everyone")
    if measure.scope == "unit":
        return names.words.ngettext("for %(number)s unit", "for %(number)s units", measure.groups)
    return names.words.ngettext("for %(number)s team", "for %(number)s teams", measure.groups)


def _summary(measures: Sequence[Measure], names: Names) -> str:
    """How many measures have which answer."""
    _ = names.words.gettext
    count = {
        verdict: sum(measure.effect.verdict == verdict for measure in measures)
        for verdict in ("fewer", "more", "no_effect_visible", "too_little_data")
    }
    number = {verdict: names.words.number(found) for verdict, found in count.items()}
    parts = {
        "fewer": _("fewer questions after %(number)s", number=number["fewer"]),
        "more": _("more questions after %(number)s", number=number["more"]),
        "no_effect_visible": _("no effect visible of %(number)s", number=number["no_effect_visible"]),
        "too_little_data": _("too little data on %(number)s", number=number["too_little_data"]),
    }
    return _(
        "Of %(all)s measures: %(parts)s",
        all=names.words.number(len(measures)),
        parts=names.words.list([part for verdict, part in parts.items() if count[verdict]]),
    )


def _verdict(effect: Effect, names: Names) -> str:
    _ = names.words.gettext
    return {
        "fewer": _("fewer questions"),
        "more": _("more questions"),
        "no_effect_visible": _("no effect visible"),
        "too_little_data": _("too little data"),
    }[effect.verdict]


def _interval(effect: Effect, names: Names) -> str:
    """The change with its interval, as −55% (−75% to −20%)."""
    if effect.change is None or effect.low is None or effect.high is None:
        return _verdict(effect, names)
    low, high = (signed(value, names) for value in (effect.low, effect.high))
    interval = names.words.gettext("%(low)s to %(high)s", low=low, high=high)
    if effect.high == float("inf") and effect.low <= -_NEARLY_ALL:
        interval = names.words.gettext("anything is possible")
    elif effect.high == float("inf"):
        interval = names.words.gettext("%(low)s or more", low=low)
    if effect.change == float("inf"):
        return names.words.gettext("from nothing (%(interval)s)", interval=interval)
    return f"{signed(effect.change, names)} ({interval})"


def _figure(measures: Sequence[Measure], answers: Sequence[Answer], title: str, names: Names) -> Figure:
    _ = names.words.gettext
    return Figure(
        "effects",
        title,
        _(
            "The change in questions per 10,000 lookups against what it would have been, with 95%% intervals. "
            "Filled: beyond chance. Dotted: too little data to say."
        ),
        _plot(measures, answers, names),
        _table(measures, answers, names),
    )


def _table(measures: Sequence[Measure], answers: Sequence[Answer], names: Names) -> Table:
    _ = names.words.gettext
    rows = [
        (
            _when(measure, names),
            names.code(measure.kind),
            names.theme(measure.theme),
            _for_whom(measure, names),
            _interval(measure.effect, names),
        )
        for measure in measures
    ]
    columns = (_("Date"), _("Activity"), _("Theme"), _("For"), _("Change (95%% interval)"))
    return Table(columns, tuple(rows), data=_data(measures, answers, names))


def _data(measures: Sequence[Measure], answers: Sequence[Answer], names: Names) -> Data:
    _ = names.words.gettext
    columns = (
        _("First held"), _("Last held"), _("Activity"), _("Theme"), _("For"), _("Method"), _("Answer"),
        _("Change (%%)"), _("Lower bound (95%%)"), _("Upper bound (95%%)"), _("Weeks before"), _("Weeks after"),
        _("Questions before"), _("Questions after"), _("In words"),
    )  # fmt: skip
    methods = {"compared": _("with against without"), "interrupted": _("before against after")}
    rows = []
    for measure, one in zip(measures, answers, strict=True):
        effect = measure.effect
        changes: list[Value] = [
            None if value is None else "∞" if value == float("inf") else round(100 * value)
            for value in (effect.change, effect.low, effect.high)
        ]
        rows.append(
            (
                measure.first_held, measure.last_held, names.code(measure.kind), names.theme(measure.theme),
                _for_whom(measure, names), methods[effect.method], _verdict(effect, names), *changes,
                effect.weeks_before, effect.weeks_after, effect.questions_before, effect.questions_after,
                one.finding,
            )
        )  # fmt: skip
    return Data(columns, tuple(rows))


def _plot(measures: Sequence[Measure], answers: Sequence[Answer], names: Names) -> dict[str, Any]:
    _ = names.words.gettext
    least, most = _range(measures)
    data: list[dict[str, Any]] = []
    for place, (measure, one) in enumerate(zip(measures, answers, strict=True)):
        data += _row(place, measure.effect, one, (least, most))
    labels = [f"{place}. {one.what}" for place, one in enumerate(answers, start=1)]
    short = [f"{place}. {names.theme(measure.theme)}" for place, measure in enumerate(measures, start=1)]
    ticks, few = _ticks(least, most, 10), _ticks(least, most, 5)
    beside = [
        {
            "text": plot_text(_interval(measure.effect, names)),
            "xref": "paper",
            "x": 1.0,
            "xanchor": "left",
            "xshift": 12,
            "y": place,
            "yanchor": "middle",
            "showarrow": False,
            "font": {"color": INK, "size": 13},
        }
        for place, measure in enumerate(measures)
    ]
    return {
        "data": data,
        "layout": layout(
            names,
            90 + _ROW * len(measures),
            margin={"l": 8, "r": 190, "t": 8, "b": 56},
            annotations=beside,
            xaxis=axis(
                title={
                    "text": _("fewer questions ← change → more questions"),
                    "font": {"color": QUIET, "size": 12},
                },
                range=[least, most],
                tickvals=[math.log1p(tick) for tick in ticks],
                ticktext=[signed(tick, names) for tick in ticks],
                tickangle=0,
                zeroline=True,
                zerolinecolor=INK,
                zerolinewidth=1.5,
            ),
            yaxis=axis(
                tickvals=list(range(len(labels))),
                ticktext=[wrapped(label, 34) for label in labels],
                range=[len(labels) - 0.4, -0.6],
                showgrid=False,
                tickfont={"color": INK},
            ),
            meta={
                "narrow": {
                    "annotations": [],
                    "margin.r": 16,
                    "xaxis.title.text": _("fewer ← → more"),
                    "xaxis.tickvals": [math.log1p(tick) for tick in few],
                    "xaxis.ticktext": [signed(tick, names) for tick in few],
                    "yaxis.ticktext": [wrapped(label, 16) for label in short],
                }
            },
        ),
    }


def _ticks(least: float, most: float, parts: int) -> list[float]:
    """From zero outwards the ticks that lie at least a part of the width apart, and from the ends."""
    apart = (most - least) / parts
    kept = [0.0]
    for tick in sorted(_TICKS, key=abs):
        at = math.log1p(tick)
        inside = least + apart / 3 <= at <= most - apart / 3
        if inside and all(abs(at - math.log1p(other)) >= apart for other in kept):
            kept.append(tick)
    return sorted(kept)


def _range(measures: Sequence[Measure]) -> tuple[float, float]:
    """The part of the axis that is drawn: halving and doubling at least, and no more than 20 times."""
    ends = [math.log(0.4), math.log(2.5)]
    for measure in measures:
        for value in (measure.effect.low, measure.effect.high):
            if value is not None:
                ends.append(_log(value))
    return max(_LEAST, min(ends) - 0.1), min(_MOST, max(ends) + 0.1)


def _log(change: float) -> float:
    return -math.inf if change <= -1 else math.log1p(change)


def _row(place: int, effect: Effect, one: Answer, ends: tuple[float, float]) -> list[dict[str, Any]]:
    """The interval of one measure with an arrow where it goes on past the figure; dotted where all is possible."""
    hover = {"hoverinfo": "text", "hovertext": plot_text(one.finding)}
    if effect.change is None or effect.low is None or effect.high is None:
        return [
            {
                "type": "scatter",
                "mode": "lines",
                "x": list(ends),
                "y": [place, place],
                "line": {"color": QUIET, "width": 2, "dash": "dot"},
                **hover,
            }
        ]
    bounds = [min(max(_log(value), ends[0]), ends[1]) for value in (effect.low, effect.high)]
    beyond = [_log(effect.low) < ends[0], _log(effect.high) > ends[1]]
    drawn: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "x": bounds,
            "y": [place, place],
            "line": {"color": DEEP, "width": 2.5},
            "cliponaxis": False,
            "marker": {
                "symbol": [
                    sign if out else "line-ns"
                    for sign, out in zip(("triangle-left", "triangle-right"), beyond, strict=True)
                ],
                "size": 10,
                "color": DEEP,
                "line": {"color": DEEP, "width": 2},
            },
            "hoverinfo": "skip",
        }
    ]
    best = _log(effect.change)
    if ends[0] <= best <= ends[1]:
        drawn.append(
            {
                "type": "scatter",
                "mode": "markers",
                "x": [best],
                "y": [place],
                "marker": {
                    "symbol": _MARKS[effect.verdict],
                    "size": 13,
                    "color": "#ffffff" if effect.verdict == "no_effect_visible" else DEEP,
                    "line": {"color": DEEP, "width": 2.5},
                },
                **hover,
            }
        )
    return drawn
