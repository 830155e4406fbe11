"""The page to begin with: the period in five figures, what is new, and what to do next."""

from dataclasses import dataclass

from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import MOTIVES, Compared, Published, Rate
from lookup_audit.reporting.site import SitePage
from lookup_audit.settings import Reporting


@dataclass(frozen=True)
class Headline:
    """One of the figures to begin with: what it is, its value, and what goes with it."""

    what: str
    value: str
    more: tuple[str, ...]
    in_words: bool = False


@dataclass(frozen=True)
class Advice:
    """One thing to do next, with the address of the page that says why."""

    text: str
    href: str


def empty_page(names: Names) -> SitePage:
    """The only page where nothing was audited."""
    return SitePage("index", names.words.gettext("Overview"), "report_empty.html")


def overview_page(
    published: Published | None, limits: Reporting, skipped: list[tuple[str, int]], names: Names
) -> SitePage:
    """Five figures against the period before and last year; without numbers, why there are none."""
    content = {"too_few": published is None, "limits": limits, "skipped": skipped}
    if published is not None:
        content |= {
            "headlines": headlines(published, names),
            "news": what_is_new(published, names),
            "advice": what_next(published, names),
        }
    return SitePage("index", names.words.gettext("Overview"), "report_index.html", content)


def headlines(published: Published, names: Names) -> list[Headline]:
    """Five figures: volume, explained, questions, users, and the most frequent theme."""
    _ = names.words.gettext
    whole, explained = published.whole, published.explained
    largest = max(published.themes, key=lambda theme: (theme.compared.now.questions, theme.theme))
    return [
        Headline(
            _("Lookups audited"),
            names.words.number(whole.now.lookups),
            (
                _("by about %(users)s users", users=names.words.number(published.users)),
                *_beside(names, _lookups(whole.before, names), _lookups(whole.year_ago, names)),
            ),
        ),
        Headline(
            _("Explained by work"),
            names.words.percent(explained["now"]),
            (
                _("of first lookups of someone: %(share)s", share=names.words.percent(explained["first"])),
                *_beside(names, *(_percent(explained[name], names) for name in ("before", "year_ago"))),
            ),
        ),
        Headline(
            _("Questions per 10,000 lookups"),
            names.words.number(whole.now.rate, 1),
            (
                _("95%% interval %(low)s to %(high)s", low=names.words.number(whole.now.low, 1),
                  high=names.words.number(whole.now.high, 1)),
                *_beside(names, _rate(whole.before, names), _rate(whole.year_ago, names)),
            ),
        ),
        Headline(
            _("Users with a question, per 1,000"),
            names.words.number(published.asked_per_1000),
            (_("a question is not a verdict: many have an innocent answer"),),
        ),
        Headline(
            _("Most frequent theme"),
            names.theme(largest.theme) if largest.compared.now.questions else _("None"),
            (
                _("%(count)s questions of about %(total)s",
                  count=names.words.number(largest.compared.now.questions),
                  total=names.words.number(whole.now.questions)),
                *_beside(
                    names, _questions(largest.compared.before, names), _questions(largest.compared.year_ago, names)
                ),
            ),
            in_words=True,
        ),
    ]  # fmt: skip


def what_is_new(published: Published, names: Names) -> list[str]:
    """What changed against the period before by more than chance, and what emerged; or that nothing did."""
    _ = names.words.gettext
    lines = []
    if (line := _moved(published.whole, _("All questions together"), names)) is not None:
        lines.append(line)
    for motive in MOTIVES:
        if (line := _moved(published.motives[motive], names.motive(motive), names)) is not None:
            lines.append(line)
    lines += [
        _("%(what)s: another level since the week of %(day)s",
          what=names.theme(change.name[1]) if change.name[0] == "theme" else names.given(change.name[-1]),
          day=names.words.date(change.since))
        for change in published.emerging.found
    ]  # fmt: skip
    return lines


def what_next(published: Published, names: Names) -> list[Advice]:
    """At most four things: a theme to discuss, teams to begin with, a measure to look at, and what emerges."""
    _ = names.words.gettext
    found = []
    themes = sorted(
        (theme for theme in published.themes if theme.compared.now.questions),
        key=lambda theme: (-theme.compared.now.questions, theme.theme),
    )
    for theme in themes[:2]:
        found.append(
            Advice(
                _("Discuss “%(theme)s”: its dilemma is on the theme page", theme=names.theme(theme.theme)),
                f"themes.html#theme-{theme.theme}",
            )
        )
    for measure in published.measures:
        if measure.effect.verdict == "no_effect_visible":
            found.append(
                Advice(
                    _("Look again at “%(kind)s: %(theme)s”: no effect is visible",
                      kind=names.code(measure.kind), theme=names.theme(measure.theme)),
                    "measures.html",
                )
            )  # fmt: skip
            break
    if published.emerging.found:
        found.append(
            Advice(_("See what is emerging, and ask the teams what they know of it"), "emerging.html")
        )
    return found


def _moved(compared: Compared, what: str, names: Names) -> str | None:
    """A change against the period before in words, if it is beyond chance."""
    if compared.change is None:
        return None
    ratio, low, high = compared.change
    if low <= 1 <= high:
        return None
    _ = names.words.gettext
    values = {
        "what": what,
        "change": _signed(ratio - 1, names),
        "low": _signed(low - 1, names),
        "high": _signed(high - 1, names),
    }
    return _("%(what)s: %(change)s against the period before (%(low)s to %(high)s)", **values)


def _signed(share: float, names: Names) -> str:
    """A change with its sign, as +12% or −8%; without bound as a sign for it."""
    if share == float("inf"):
        return "+∞"
    return ("+" if share > 0 else "−" if share < 0 else "±") + names.words.percent(abs(share))


def _beside(names: Names, before: str | None, year_ago: str | None) -> list[str]:
    _ = names.words.gettext
    lines = [
        _("the period before: %(value)s", value=before) if before else None,
        _("the same weeks last year: %(value)s", value=year_ago) if year_ago else None,
    ]
    return [line for line in lines if line]


def _lookups(rate: Rate | None, names: Names) -> str | None:
    return names.words.number(rate.lookups) if rate else None


def _questions(rate: Rate | None, names: Names) -> str | None:
    return names.words.number(rate.questions) if rate else None


def _rate(rate: Rate | None, names: Names) -> str | None:
    return names.words.number(rate.rate, 1) if rate and rate.rate is not None else None


def _percent(share: float | None, names: Names) -> str | None:
    return names.words.percent(share) if share is not None else None
