"""The page of when and with what: hours of the week, on and off duty, systems, channels and actions."""

from collections.abc import Sequence
from dataclasses import dataclass

from lookup_audit.reporting.amounts import times
from lookup_audit.reporting.chance import rate_interval, rate_ratio
from lookup_audit.reporting.figures import by_volume, rates_figure
from lookup_audit.reporting.figures_hours import busiest, hours_figure
from lookup_audit.reporting.names import Names
from lookup_audit.reporting.page import Figure
from lookup_audit.reporting.published import Published, Rate
from lookup_audit.reporting.site import SitePage

_SMALLEST_RATIO = 1.25
"""A smaller difference is no headline, however certain."""


@dataclass(frozen=True)
class StandsOut:
    """A part whose rate is above that of the other parts by more than chance, and how many times."""

    name: str
    ratio: float


def when_page(published: Published, names: Names) -> SitePage:
    """The hours first; the finding is the first thing that stands out, of hours, duty, channel, system, action."""
    _ = names.words.gettext
    cuts = published.cuts
    hours = cuts["hour"]
    figures = {cut: cut_figure(cut, cuts[cut], names) for cut in ("duty", "channel", "system", "action")}
    heatmap = hours_figure(hours, together(hours), names)
    finding = _("No hour, system or device stands out by more than chance")
    if busiest(hours, together(hours)):
        finding = heatmap.title
    else:
        found = [figure.title for cut, figure in figures.items() if standing_out(cuts[cut])]
        finding = (found or [finding])[0]
    return SitePage(
        "when",
        _("When"),
        "report_figures.html",
        {
            "heading": _("When, and on which systems"),
            "lead": _(
                "At which hours of the week, on or off duty, on which systems and with what device. A question "
                "that came up at two times, or on two systems, counts at both."
            ),
            "rows": [
                [heatmap],
                [figures["duty"], figures["channel"]],
                [figures["system"], figures["action"]],
            ],
        },
        about=_("At which hours of the week, on which systems, and on what device."),
        finding=finding,
    )


def cut_figure(cut: str, rates: Sequence[Rate], names: Names) -> Figure:
    """One cut as dots with intervals beside all its parts together."""
    _ = names.words.gettext
    ordered = by_volume(rates)
    label = names.given if cut == "system" else names.code
    subtitle, column = {
        "duty": (_("By whether the user was on duty."), _("Duty")),
        "channel": (_("By channel, the most used first."), _("Channel")),
        "system": (_("By system, the most used first."), _("System")),
        "action": (_("By what was done, the most frequent first."), _("Action")),
    }[cut]
    scale = _("Questions per 10,000 lookups, with 95%% intervals.")
    if not rates:
        return Figure(
            cut,
            _("Too few people to compare"),
            subtitle,
            None,
            None,
            empty=_("No part has enough people each day to be shown."),
        )
    return rates_figure(
        cut,
        ordered,
        [label(rate.name[0]) for rate in ordered],
        together(rates),
        names,
        title=_title(cut, ordered, names),
        subtitle=f"{subtitle} {scale}",
        column=column,
    )


def together(rates: Sequence[Rate]) -> Rate:
    """All parts of a cut taken together.

    A question can lie in several parts, so the parts add up to more than the whole: beside the whole, all of
    them could seem high.
    """
    questions, lookups = sum(rate.questions for rate in rates), sum(rate.lookups for rate in rates)
    if not lookups:
        return Rate(("together",), questions, 0)
    return Rate(
        ("together",), questions, lookups, *rate_interval(questions, lookups, rounded=max(1, len(rates)))
    )


def standing_out(rates: Sequence[Rate]) -> StandsOut | None:
    """The part that is most surely above the others together; the level is shared among the parts."""
    known = [rate for rate in rates if rate.lookups]
    whole = together(known)
    found: list[tuple[float, StandsOut]] = []
    for rate in known:
        questions, lookups = whole.questions - rate.questions, whole.lookups - rate.lookups
        if not lookups or not whole.questions:
            continue
        ratio, low, _high = rate_ratio(
            rate.questions,
            rate.lookups,
            questions,
            lookups,
            confidence=1 - 0.05 / len(known),
            rounded=(1, len(known) - 1),
        )
        if low > 1 and ratio >= _SMALLEST_RATIO:
            found.append((low, StandsOut(rate.name[0], ratio)))
    return max(found, key=lambda pair: pair[0])[1] if found else None


def _title(cut: str, rates: Sequence[Rate], names: Names) -> str:
    _ = names.words.gettext
    one = standing_out(rates)
    if one is None:
        if len(rates) == 1:
            return _("There is one part only: nothing to compare")
        return _("None stands out above the others by more than chance")
    name = names.given(one.name) if cut == "system" else names.code(one.name)
    if one.ratio == float("inf"):
        return _("%(name)s: nearly all questions came up here", name=name)
    if cut == "duty" and one.name == "off":
        return _(
            "Off duty, a lookup raises a question about %(times)s times as often as on duty",
            times=times(one.ratio, names),
        )
    return _(
        "%(name)s: questions are about %(times)s times as frequent as elsewhere",
        name=name,
        times=times(one.ratio, names),
    )
