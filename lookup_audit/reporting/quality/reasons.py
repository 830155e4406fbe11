"""Why a row was rejected, in words."""

from lookup_audit.reporting.language import Words


def reject_reasons(words: Words) -> dict[str, str]:
    """The words for each code of a reason."""
    _ = words.gettext
    return {
        "missing_value": _("a required value is missing"),
        "bad_time": _("not a time"),
        "bad_date": _("not a date"),
        "bad_number": _("not a number"),
        "bad_flag": _("neither yes nor no"),
        "out_of_range": _("a date or place that cannot be"),
        "unknown_value": _("not one of the known values"),
        "nothing_looked_up": _("a lookup of nothing"),
        "ends_before_start": _("ends before it starts"),
        "conflicting_duplicate": _("there already, with other content"),
        "superseded": _("replaced by a later row of the same file"),
        "wrong_number_of_fields": _("too few or too many fields"),
        "broken_quotes": _("quotes that do not match"),
        "field_too_long": _("a field that is too long"),
        "wrong_encoding": _("signs in an unknown encoding"),
        "not_json": _("not JSON"),
        "not_an_object": _("JSON, but no object"),
        "wrong_kind": _("a list or object where a value belongs"),
    }
