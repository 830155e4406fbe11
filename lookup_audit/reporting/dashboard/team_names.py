"""Which group of the report someone means by a team's name."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from lookup_audit.errors import UsageError
from lookup_audit.reporting.dashboard.names import Names
from lookup_audit.reporting.dashboard.published import Published
from lookup_audit.reporting.language import LANGUAGES, words_of
from lookup_audit.reporting.plain import shown

Path = tuple[str, ...]

_MOST = 5
_LIKENESS = 0.55
_NONE: Mapping[Path, Path] = {}


def find_team(published: Published, text: str, merged: Mapping[Path, Path] = _NONE) -> Path:
    """The path of the group of `levels["team"]` that a name means; case and spaces do not matter.

    A name is a team's, or the whole path as "unit / district / team", or what a group of merged teams is
    called on the pages, in either language. `merged` says of teams too small to be shown under which group
    they are. Raises `UsageError`: for those it names that group, for any other name the names most like it.
    """
    paths = [rate.name for rate in published.levels["team"]]
    wanted = _plain(text)
    known = _by_name(paths)
    found = known.get(wanted, [])
    if len(found) == 1:
        return found[0]
    if found:
        raise UsageError(
            f"more than one team is called {_quoted(text)}; say which: {_listed(_whole(path) for path in found)}"
        )
    groups = sorted({group for path, group in merged.items() if path != group and wanted in _own_names(path)})
    if groups:
        raise UsageError(_too_small(text, groups))
    if (group := _pool_of(wanted, paths)) is not None:
        raise UsageError(
            f"{_quoted(text)} is not shown by itself; teams with too few people there are shown under "
            f"{_label(group)}: ask for the sheet of {_label(group)}"
        )
    inside = [path for path in paths if wanted and wanted in {_plain(part) for part in path[:-1]}]
    if inside:
        raise UsageError(f"{_quoted(text)} is not a team; its teams: {_listed(map(_whole, inside))}")
    alike = get_close_matches(wanted, known, n=_MOST, cutoff=_LIKENESS)
    likely = dict.fromkeys(_label(path) for name in alike for path in known[name])
    hint = f"did you mean {_listed(likely, ' or ')}?" if likely else f"teams: {_listed(map(_label, paths))}."
    pools = [path for path in paths if len(path) < 3]
    small = f" Teams with too few people are shown under {_listed(map(_label, pools))}." if pools else ""
    raise UsageError(f"no team {_quoted(text)} in this period; {hint}{small}")


def _by_name(paths: list[Path]) -> dict[str, list[Path]]:
    known: dict[str, list[Path]] = {}
    for path in paths:
        for name in _own_names(path):
            known.setdefault(name, []).append(path)
    return known


def _own_names(path: Path) -> set[str]:
    """A group's names: its label in each language, and its path; a team's own name too."""
    labels = [Names(words_of(language), {}).group(path, "team") for language in LANGUAGES]
    names = {_plain(name) for name in (*labels, " / ".join(path)) if name}
    return names | ({_plain(path[-1])} if len(path) == 3 and path[-1] else set())


def _pool_of(wanted: str, paths: list[Path]) -> Path | None:
    """The group of merged teams that a whole path leads into: "unit / district / some small team"."""
    parts = tuple(part.strip() for part in wanted.split(" / "))
    if len(parts) != 3:
        return None
    plain = {tuple(_plain(part) for part in path): path for path in paths if len(path) < 3}
    return next((plain[parts[:depth]] for depth in (2, 1) if parts[:depth] in plain), None)


def _too_small(text: str, groups: list[Path]) -> str:
    names = _listed(map(_label, groups), " or ")
    return (
        f"{_quoted(text)} has too few people to be shown by itself; it is shown under {names}: "
        f"ask for the sheet of {names}"
    )


def _label(path: Path) -> str:
    return _quoted(Names(words_of("en"), {}).group(path, "team"))


def _whole(path: Path) -> str:
    return _quoted(" / ".join(path)) if len(path) == 3 else _label(path)


def _listed(labels: Iterable[str], last: str = ", ") -> str:
    names = list(labels)
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    names = names[:_MOST]
    return ", ".join(names[:-1]) + (last if len(names) > 1 else "") + "".join(names[-1:]) + more


def _quoted(text: str) -> str:
    return f"“{shown(text, 120)}”"


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
