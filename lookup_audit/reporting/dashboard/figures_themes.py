"""The figure of all themes: how frequent each is, and how that changed."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from lookup_audit.reporting.dashboard.figures import (
    COLOURS,
    INK,
    MARKS,
    QUIET,
    axis,
    layout,
    plot_text,
    wrapped,
)
from lookup_audit.reporting.dashboard.in_words import change_words, per_1000_words, short_change
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import MOTIVES, Published, Theme
from lookup_audit.reporting.dashboard.standing_out import moved, surely_below
from lookup_audit.reporting.page import Data, Figure, Table, Value

_ARROWS = {1: "▲", -1: "▼", 0: ""}


def in_order(themes: Sequence[Theme]) -> list[Theme]:
    """By motive, and within a motive the most frequent first."""
    place = {motive: number for number, motive in enumerate(MOTIVES)}
    return sorted(
        themes,
        key=lambda one: (
            place.get(one.motive, len(MOTIVES)),
            -one.compared.now.questions,
            -(one.compared.before.questions if one.compared.before else 0),
            one.theme,
        ),
    )


def themes_figure(published: Published, names: Names) -> Figure:
    """All themes by motive: their rate with its interval, the one of the period before, and which moved."""
    _ = names.words.gettext
    themes = in_order(published.themes)
    directions = dict(
        zip((one.theme for one in themes), moved([one.compared for one in themes]), strict=True)
    )
    known = any(one.compared.now.lookups for one in themes)
    compared = any(one.compared.before for one in themes)
    subtitle = _("Questions per 10,000 lookups in this period, by theme and motive, with 95%% intervals.")
    note = _(
        "A count is rounded at random to a multiple of 5, so a 0 can be 1 to 4; the intervals allow for it."
    )
    if compared:
        note = " ".join(
            (
                _("Open circles: the period before. ▲ and ▼: changed since then by more than chance, the number "
                  "of themes allowed for."),
                note,
            )
        )  # fmt: skip
    else:
        note = " ".join((_("Nothing is known of the period before: not all its weeks were audited."), note))
    return Figure(
        "all-themes",
        _title(themes, directions, names),
        subtitle,
        _plot(themes, directions, names) if known else None,
        _table(published, themes, names) if known else None,
        note=note if known else "",
        empty=_("There were no lookups in this period."),
    )


def _title(themes: Sequence[Theme], directions: Mapping[str, int], names: Names) -> str:
    """What rose by more than chance; else what fell; else which theme is the most frequent."""
    _ = names.words.gettext
    for direction in (1, -1):
        found = [names.theme(one.theme) for one in themes if directions[one.theme] == direction]
        if found:
            return _moved_sentence(direction, found, names)
    asked = sorted(
        (one for one in themes if one.compared.now.questions), key=lambda one: -one.compared.now.questions
    )
    if not asked:
        return _("No theme has a question, or nearly none")
    first = [one for one in asked if not surely_below(one.compared.now, asked[0].compared.now)]
    if len(first) == 1:
        return _("“%(theme)s” is the most frequent theme", theme=names.theme(first[0].theme))
    if len(first) > 3:
        return _("No theme stands out above the others by more than chance")
    return _(
        "%(themes)s are the most frequent themes",
        themes=names.words.list([f"“{names.theme(one.theme)}”" for one in first]),
    )


def _moved_sentence(direction: int, found: list[str], names: Names) -> str:
    _, number = names.words.gettext, len(found)
    if number > 3:
        count = names.words.number(number)
        if direction > 0:
            return _("%(count)s themes rose since the period before", count=count)
        return _("%(count)s themes fell since the period before", count=count)
    themes = names.words.list([f"“{name}”" for name in found])
    if direction > 0:
        return names.words.ngettext(
            "%(themes)s rose since the period before",
            "%(themes)s rose since the period before",
            number, themes=themes,
        )  # fmt: skip
    return names.words.ngettext(
        "%(themes)s fell since the period before",
        "%(themes)s fell since the period before",
        number, themes=themes,
    )  # fmt: skip


def _table(published: Published, themes: Sequence[Theme], names: Names) -> Table:
    _ = names.words.gettext
    number = names.words.number
    columns = (
        _("Theme"), _("Motive"), _("Questions"), _("Per 10,000 (95%% interval)"), _("Users per 1,000"),
        _("The period before"), _("Change (95%% interval)"), _("The same weeks last year"),
    )  # fmt: skip
    rows, data = [], []
    for one in themes:
        now, before, year_ago = one.compared.now, one.compared.before, one.compared.year_ago
        change = one.compared.change
        per_1000 = per_1000_words(one.users_per_1000, published.users, names)
        rows.append(
            (
                names.theme(one.theme), names.motive(one.motive), number(now.questions), names.rate(now),
                per_1000, number(before.rate, 1) if before else number(None),
                change_words(change, names), number(year_ago.rate, 1) if year_ago else number(None),
            )
        )  # fmt: skip
        values: list[Value] = [
            names.theme(one.theme), names.motive(one.motive), now.lookups, now.questions,
            *names.rate_values(now), per_1000,
            before.rate if before else None, *_finite(change), year_ago.rate if year_ago else None,
        ]  # fmt: skip
        data.append(tuple(values))
    return Table(
        columns,
        tuple(rows),
        (2, 3, 4, 5, 6, 7),
        Data(
            (
                _("Theme"), _("Motive"), _("Lookups"), _("Questions"), *names.rate_columns(),
                _("Users per 1,000"), _("Per 10,000, the period before"), _("Times the period before"),
                _("Lower bound (95%%)"), _("Upper bound (95%%)"), _("Per 10,000, the same weeks last year"),
            ),
            tuple(data),
        ),
    )  # fmt: skip


def _finite(change: tuple[float, float, float] | None) -> tuple[float | None, ...]:
    """A change for a spreadsheet, which has no word for without bound."""
    return tuple(value if math.isfinite(value) else None for value in change or (math.inf,) * 3)


def _plot(themes: Sequence[Theme], directions: Mapping[str, int], names: Names) -> dict[str, Any]:
    _ = names.words.gettext
    places, labels, narrow_labels = {}, [], []
    for motive in dict.fromkeys(one.motive for one in themes):
        labels.append(f"<b>{plot_text(names.motive(motive))}</b>")
        narrow_labels.append(f"<b>{wrapped(names.motive(motive), 18)}</b>")
        for one in (one for one in themes if one.motive == motive):
            places[one.theme] = len(labels)
            labels.append(wrapped(names.theme(one.theme), 34))
            narrow_labels.append(wrapped(names.theme(one.theme), 18))
    bounds = [rate.high or 0.0 for one in themes for rate in (one.compared.now,)]
    bounds += [one.compared.before.rate or 0.0 for one in themes if one.compared.before]
    most = max([*bounds, 1.0]) * 1.06
    changes = [
        (one, f"{_ARROWS[directions[one.theme]]} {short_change(one.compared.change[0], names)}")
        for one in themes
        if directions[one.theme] and one.compared.change
    ]
    narrow: dict[str, Any] = {
        "yaxis.ticktext": narrow_labels,
        "margin.r": 28 if changes else 16,
        "height": 70 + 39 * len(labels),
    }
    for number, (one, _text) in enumerate(changes):
        narrow[f"annotations[{number}].text"] = f"<b>{_ARROWS[directions[one.theme]]}</b>"
    return {
        "data": [
            *(
                _now([one for one in themes if one.motive == motive], motive, places, names)
                for motive in dict.fromkeys(one.motive for one in themes)
            ),
            _before([one for one in themes if one.compared.before], places, names),
        ],
        "layout": layout(
            names,
            math.ceil(70 + 31 * len(labels)),
            margin={"l": 8, "r": 180 if changes else 16, "t": 8, "b": 44},
            annotations=[
                {
                    "xref": "paper", "x": 1.01, "xanchor": "left", "y": places[one.theme], "yanchor": "middle",
                    "text": f"<b>{plot_text(text)}</b>", "showarrow": False, "font": {"color": INK, "size": 13},
                }
                for one, text in changes
            ],
            xaxis=axis(
                title={"text": _("per 10,000 lookups"), "font": {"color": QUIET, "size": 12}},
                range=[-most * 0.02, most],
                nticks=6,
            ),
            yaxis=axis(
                tickvals=list(range(len(labels))),
                ticktext=labels,
                range=[len(labels) - 0.4, -0.6],
                showgrid=False,
                tickfont={"color": INK},
            ),
            meta={"narrow": narrow},
        ),
    }  # fmt: skip


def _now(themes: Sequence[Theme], motive: str, places: Mapping[str, int], names: Names) -> dict[str, Any]:
    rates = [one.compared.now for one in themes]
    colour = COLOURS.get(motive, QUIET)
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [rate.rate for rate in rates],
        "y": [places[one.theme] for one in themes],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [(rate.high or 0.0) - (rate.rate or 0.0) for rate in rates],
            "arrayminus": [(rate.rate or 0.0) - (rate.low or 0.0) for rate in rates],
            "color": colour,
            "thickness": 1.8,
            "width": 0,
        },
        "marker": {"size": 11, "symbol": MARKS.get(motive, "circle"), "color": colour},
        "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": [
            plot_text(f"{names.theme(one.theme)}: {names.rate(one.compared.now)}") for one in themes
        ],
    }


def _before(themes: Sequence[Theme], places: Mapping[str, int], names: Names) -> dict[str, Any]:
    """Open circles just below the marks of now, so that neither hides the other."""
    _ = names.words.gettext
    rates = [one.compared.before for one in themes if one.compared.before]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [rate.rate for rate in rates],
        "y": [places[one.theme] + 0.28 for one in themes],
        "marker": {"size": 8, "symbol": "circle", "color": "#ffffff", "line": {"color": QUIET, "width": 1.5}},
        "cliponaxis": False,
        "hoverinfo": "text",
        "hovertext": [
            plot_text(
                _(
                    "%(theme)s, the period before: %(rate)s",
                    theme=names.theme(one.theme),
                    rate=names.rate(rate),
                )
            )
            for one, rate in zip(themes, rates, strict=True)
        ],
    }
