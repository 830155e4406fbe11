"""Published numbers in words, as a sentence says them: no more precise than rounding leaves them."""

import math

from lookup_audit.privacy.disclosure import BASE
from lookup_audit.reporting.dashboard.names import Names

_STEPS = (1, 5, 10, 50, 100)
_MANIFOLD = 2  # from here on "2.4 times as many" says more than "+140%"


def change_words(change: tuple[float, float, float] | None, names: Names) -> str:
    """A ratio with its interval: "+60% (+10% to +140%)", or "2.4 times as many (1.3 to 4.8)"; a dash without one."""
    if change is None:
        return names.words.number(None)
    bounds = interval_words(change, names)
    return f"{short_change(change[0], names)} ({bounds})" if bounds else short_change(change[0], names)


def short_change(ratio: float, names: Names) -> str:
    """A ratio without its interval; from or to a rounded 0 in words, since that can be 1 to 4."""
    _ = names.words.gettext
    if math.isinf(ratio):
        return _("from nearly none")
    if ratio == 0:
        return _("to nearly none")
    if ratio >= _MANIFOLD:
        return _("%(times)s times as many", times=names.words.number(ratio, 1))
    return signed(ratio - 1, names)


def interval_words(change: tuple[float, float, float], names: Names) -> str:
    """The interval of a ratio, in the same terms; empty from or to a rounded 0."""
    _, number = names.words.gettext, names.words.number
    ratio, low, high = change
    if math.isinf(ratio) or ratio == 0:
        return ""
    if ratio >= _MANIFOLD:
        if math.isinf(high):
            return _("at least %(low)s", low=number(low, 1))
        return _("%(low)s to %(high)s", low=number(low, 1), high=number(high, 1))
    if math.isinf(high):
        return _("at least %(low)s", low=signed(low - 1, names))
    return _("%(low)s to %(high)s", low=signed(low - 1, names), high=signed(high - 1, names))


def signed(share: float, names: Names) -> str:
    """A share with its sign, to the nearest 5%: finer than that, rounding decides."""
    near = round(share * 20) / 20
    return ("+" if near > 0 else "−" if near < 0 else "±") + names.words.percent(abs(near))


def per_1000_words(per_1000: float | None, users: int, names: Names) -> str:
    """Users per 1,000, only as fine as one step of rounding is: "about 40", or "fewer than 25" of a rounded 0."""
    number, _ = names.words.number, names.words.gettext
    if per_1000 is None or users <= 0:
        return number(None)
    step = 1000 * BASE / users
    fine = max(size for size in _STEPS if size <= max(step, 1))
    if per_1000 < step / 2:
        return _("fewer than %(count)s", count=number(math.ceil(step / fine) * fine))
    return _("about %(count)s", count=number(max(round(per_1000 / fine), 1) * fine))
