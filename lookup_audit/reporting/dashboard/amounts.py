"""How much more or fewer, in words that are no more precise than rounded counts allow."""

from lookup_audit.reporting.dashboard.names import Names

_TWICE = 2.0
_STEP = 0.05
_NEARLY_ALL = 0.95


def about(share: float, names: Names) -> str:
    """A share as a percentage to the nearest five; below that, to the nearest one."""
    step = _STEP if share >= _STEP else 0.01
    return names.words.percent(round(share / step) * step)


def times(ratio: float, names: Names) -> str:
    """A factor to one decimal where it is below ten and not whole; infinity as its sign."""
    if ratio == float("inf"):
        return "∞"
    return names.words.number(ratio, 0 if ratio >= 10 or round(ratio, 1) == round(ratio) else 1)


def signed(change: float, names: Names) -> str:
    """A change as +50%, −50% or 0%; from doubling on as a factor, since few read +900% as ten times."""
    if change >= _TWICE - 1:
        return f"× {times(1 + change, names)}"
    near = round(change / _STEP) * _STEP
    return ("+" if near > 0 else "−" if near < 0 else "") + about(abs(near), names)


def fall(low: float, high: float, change: float, names: Names) -> tuple[str, str]:
    """How far something fell, and its 95% interval from the smallest to the largest fall: both as text.

    All three are changes, −0.6 for 60% fewer. A fall to nothing is "more than 95%": what a rounded count of
    none stands for may be a few.
    """
    _ = names.words.gettext
    size = _("more than %(share)s", share=about(_NEARLY_ALL, names)) if change < -_NEARLY_ALL else None
    size = size or _("about %(share)s", share=about(-change, names))
    interval = _("%(low)s to %(high)s", low=about(max(0.0, -high), names), high=about(-low, names))
    return size, interval


def rise(low: float, high: float, change: float, names: Names) -> tuple[str, str]:
    """How far something rose, and its 95% interval, as text: percentages below doubling, else factors.

    A rise from nothing has no size: an infinity sign.
    """
    _ = names.words.gettext
    if change == float("inf"):
        return "∞", _("%(low)s or more", low=_rise(max(0.0, low), names))
    size = _("about %(share)s", share=about(change, names))
    if change >= _TWICE - 1:
        size = _("a factor of about %(times)s", times=times(1 + change, names))
    if high == float("inf"):
        return size, _("%(low)s or more", low=_rise(max(0.0, low), names))
    return size, _("%(low)s to %(high)s", low=_rise(max(0.0, low), names), high=_rise(high, names))


def _rise(change: float, names: Names) -> str:
    if change < _TWICE - 1:
        return about(change, names)
    return names.words.gettext("a factor of %(times)s", times=times(1 + change, names))
