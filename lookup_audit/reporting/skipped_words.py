"""A detector that could not run, in words; the runs write it as `off_duty: needs shifts`."""

from collections.abc import Callable

from lookup_audit.reporting.language import Words


def skipped_words(reason: str, title: Callable[[str], str], words: Words) -> str:
    """The detector by its title, and why, in the language of the words; a reason of another form as it stands."""
    _ = words.gettext
    detector, _colon, needed = reason.partition(": needs ")
    if needed == "more past user-days":
        why = _("too few days of users in the past to compare with")
    elif needed:
        either = _("or")
        why = _("not loaded: %(what)s", what=needed.replace(" or ", f" {either} "))
    else:
        return reason
    return f"{title(detector)}: {why}"
