"""The page of when and with what: hours of the week, on and off duty, systems, channels and actions."""

from collections.abc import Sequence
from dataclasses import replace

from lookup_audit.reporting.dashboard.amounts import times
from lookup_audit.reporting.dashboard.figures import by_volume, rates_figure
from lookup_audit.reporting.dashboard.figures_hours import hours_figure, hours_stand_out
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published, Rate
from lookup_audit.reporting.dashboard.standing_out import strongest_part, together
from lookup_audit.reporting.page import Figure
from lookup_audit.reporting.site import SitePage


def when_page(published: Published, names: Names) -> SitePage:
    """The hours first; the finding is the first thing that stands out, of hours, duty, channel, system, action."""
    _ = names.words.gettext
    cuts = published.cuts
    hours = cuts["hour"]
    figures = {cut: cut_figure(cut, cuts[cut], names) for cut in ("duty", "channel", "system", "action")}
    heatmap = hours_figure(hours, together(("hours",), hours), names)
    found = [figure.title for cut, figure in figures.items() if strongest_part(cuts[cut])]
    finding = (found or [_("No hour, system or device stands out by more than chance")])[0]
    if hours_stand_out(hours):
        finding = heatmap.title
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
    figure = rates_figure(
        cut,
        ordered,
        [label(rate.name[0]) for rate in ordered],
        together((cut,), rates),
        names,
        title=_title(cut, ordered, names),
        subtitle=f"{subtitle} {scale}",
        column=column,
    )
    if cut != "duty" or not figure.plot:
        return figure
    note = _("Being off duty is itself a signal in the audit, so part of this difference is built in.")
    return replace(figure, note=note)


def _title(cut: str, rates: Sequence[Rate], names: Names) -> str:
    _ = names.words.gettext
    one = strongest_part(rates)
    if one is None:
        if len(rates) == 1:
            return _("There is one part only: nothing to compare")
        return _("None stands out above the others by more than chance")
    name = names.given(one.name[0]) if cut == "system" else names.code(one.name[0])
    if one.ratio == float("inf"):
        return _("%(name)s: nearly all questions came up here", name=name)
    if cut == "duty" and one.name == ("off",):
        return _(
            "Off duty, a lookup raises a question about %(times)s times as often as on duty",
            times=times(one.ratio, names),
        )
    return _(
        "%(name)s: questions are about %(times)s times as frequent as elsewhere",
        name=name,
        times=times(one.ratio, names),
    )
