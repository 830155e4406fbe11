"""What a night came to, on one screen and for a program."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lookup_audit.cli.audited import reasons_in_words
from lookup_audit.cli.common import counted, program, say

if TYPE_CHECKING:
    from lookup_audit.operation.night import Drop, Gap, Night

_MOST = 5  # lines, or names in a line, of one kind: the rest is counted
_NOTHING_CAME = ("silent_day", "silent_system")
_ENDS = {
    0: "Done",
    1: "NOT DONE: a drop could not be loaded; the rest was",
    2: "NOT DONE: a drop is wrongly configured; the rest was done",
    3: "Done, with a shortfall",
}


def say_night(night: "Night", warehouse: Path) -> None:
    """One screen: how it ended, what came in, what was audited and why, what is missing, and what to do next."""
    from lookup_audit.reporting.plain import shown

    end = _ENDS[night.exit_code]
    if night.drops and all(drop.exit_code for drop in night.drops):
        end = "NOT DONE: no drop could be loaded"
    say(f"{end}, in {duration(night.seconds)} (exit code {night.exit_code})\n")
    for name, text in _lines(night, warehouse):
        say(f"{name:<11}{shown(text)}")


def is_well(night: "Night") -> bool:
    """Whether nobody needs to look.

    Exit code 0, no file passed over for its name, and no gap that makes it say less, as half a delivery does.
    """
    return not (
        night.exit_code
        or any(drop.misnamed for drop in night.drops)
        or any(gap.disables or gap.is_little or gap.kind in _NOTHING_CAME for gap in night.gaps)
    )


def as_dict(night: "Night") -> dict[str, Any]:
    """The same for a program, with every drop and day."""
    return {
        "exit_code": night.exit_code,
        "seconds": round(night.seconds, 1),
        "drops": [asdict(drop) for drop in night.drops],
        "rejected": night.rejected,
        "days": [vars(day) for day in night.days],
        "waiting": [vars(day) for day in night.waiting],
        "skipped_detectors": night.skipped,
        "required_and_skipped": night.absent,
        "gaps": [vars(gap) for gap in night.gaps],
        "new_alerts": night.new_alerts,
        "unjudged_alerts": night.unjudged,
        "published": vars(night.published) if night.published else None,
    }


def duration(seconds: float) -> str:
    """A duration in words: "8 s", "3 min 12 s", "2 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return (
        f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"
    )


def _lines(night: "Night", warehouse: Path) -> Iterator[tuple[str, str]]:
    yield from _drops(night.drops)
    if night.rejected:
        reasons = [f"{reason} {count:,}" for reason, count in night.rejected.items()]
        yield "rejected", f"{counted(sum(night.rejected.values()), 'row')}: {_first(reasons)}"
    if night.warnings:
        odd = [f"{kind.replace('_', ' ')}: {count:,}" for kind, count in night.warnings.items()]
        yield "warning", _first(odd)
    yield from _audited(night)
    yield (
        "alerts",
        f"{night.new_alerts:,} new in the queue; {night.unjudged:,} in it are not judged yet",
    )
    for why, days in list(night.skipped.items())[:_MOST]:
        detector, _, reason = why.partition(": ")
        required = " (REQUIRED)" if why in night.absent else ""
        yield "skipped", f"{detector}{required} on {counted(days, 'day')}: {reason}"
    if len(night.skipped) > _MOST:
        yield "", f"… and {len(night.skipped) - _MOST} more"
    for gap in night.gaps[:_MOST]:
        yield "gap", _odd(gap)
    if night.gaps:
        yield "", f"{program()} quality --warehouse {warehouse} says more"
    if night.waiting:
        first, last = night.waiting[0].day, night.waiting[-1].day
        span = str(first) if first == last else f"{first} to {last}"
        yield "waiting", f"{counted(len(night.waiting), 'day')} of long ago with new input, {span}"
    if night.published:
        yield "published", f"version {night.published.version} in {night.published.folder / 'current'}"
    yield "next", _next(night, warehouse)


def _drops(drops: "Sequence[Drop]") -> Iterator[tuple[str, str]]:
    """How many of each outcome; then those that went wrong first, then the others, as far as they fit."""
    outcomes = [drop.outcome for drop in drops]
    total = ", ".join(
        f"{outcomes.count(one):,} {one if one != 'known' else 'loaded before'}"
        for one in dict.fromkeys(outcomes)
    )
    yield "drops", total
    for drop in sorted(drops, key=lambda drop: drop.exit_code == 0)[:_MOST]:
        yield "", f"{drop.name}: {_said(drop)}"
        faults = drop.why.splitlines()[1:] or [f"  {one}" for one in drop.misnamed]
        yield from (("", fault) for fault in faults[:_MOST])
        if len(faults) > _MOST:
            yield "", f"  … and {len(faults) - _MOST} more"
    if len(drops) > _MOST:
        yield "", f"… and {len(drops) - _MOST:,} more (--json lists all)"
    known = [drop for drop in drops if drop.outcome == "known"]
    if len(known) == len(drops):
        yield "", "nothing new came in: is this the drop of tonight?"


def _said(drop: "Drop") -> str:
    if drop.exit_code:
        return f"{drop.outcome.upper()}: {drop.why.splitlines()[0]}"
    still = f"; {counted(drop.still_rejected, 'row')} of those still rejected" if drop.still_rejected else ""
    if drop.outcome == "known":
        had = counted(drop.known_files, "file had", "files had")
        return f"{'all of ' if drop.known_files > 1 else ''}its {had} been loaded before{still}"
    parts = [counted(drop.files, "file"), counted(drop.rows, "row")]
    parts += [f"{drop.rejected:,} rejected"] if drop.rejected else []
    parts += [f"{drop.duplicates:,} duplicate"] if drop.duplicates else []
    parts += [f"{counted(drop.known_files, 'file')} known{still}"] if drop.known_files else []
    parts += [f"ignored {_first([one.split(':')[0] for one in drop.ignored])}"] if drop.ignored else []
    return ", ".join(parts)


def _audited(night: "Night") -> Iterator[tuple[str, str]]:
    if not night.days:
        why = "no other day has new input" if night.waiting else "and its input has not changed"
        is_new = any(drop.outcome == "loaded" for drop in night.drops)
        yield (
            "audited",
            f"nothing: every loaded day is done, {why}" if is_new else "nothing: no new input came",
        )
        return
    first, last = night.days[0].audit_date, night.days[-1].audit_date
    span = str(first) if first == last else f"{first} to {last}"
    again = [day for day in night.days if day.again]
    why = reasons_in_words(sorted({reason for day in again for reason in day.why}))
    more = f"; {len(again)} again: {why}" if again else ""
    yield "audited", f"{counted(len(night.days), 'day')}, {span}{more}"
    lookups, explained = sum(day.lookups for day in night.days), sum(day.explained for day in night.days)
    questions = counted(sum(day.touched for day in night.days), "raises a question", "raise a question")
    yield "explained", f"{explained / max(lookups, 1):.1%} of {counted(lookups, 'lookup')}; {questions}"


def _odd(gap: "Gap") -> str:
    """What was odd, when, of what, and what says less for it."""
    from lookup_audit.quality.weakened import explanations

    span = f"{counted(len(gap.days), 'day')} from {gap.days[0]} to {gap.days[-1]}"
    when = str(gap.days[0]) if len(gap.days) == 1 else span
    asked_less = [name for name in gap.disables if name not in explanations()]
    asked_more = [name for name in gap.disables if name in explanations()]
    less = f"; less from {_first(asked_less)}" if asked_less else ""
    less += f"; work may raise a question for want of {_first(asked_more)}" if asked_more else ""
    if gap.kind in _NOTHING_CAME:
        less = "; no detector says anything about what did not come in"
    if (gap.kind, gap.parts) == ("empty_table", ("shifts",)):
        return f"missing roster on {when}: all teams{less}"
    parts = _first([part or "all systems" for part in gap.parts])
    little = "; far fewer lookups than usual: a holiday, or is a part still to come?" if gap.is_little else ""
    return f"{gap.kind.replace('_', ' ')} on {when}: {parts}{little}{less}"


def _next(night: "Night", warehouse: Path) -> str:
    of = f"--warehouse {warehouse}"
    if any(drop.exit_code for drop in night.drops):
        return "have the drop delivered again or mended, then run the same command: it carries on"
    if night.absent:
        return "have what the required detectors need delivered; its days are audited again by themselves"
    if night.rejected:
        return f"{program()} status --rejected {of}"
    if night.waiting:
        return f"{program()} audit --all {of}"
    return f"{program()} alerts {of}"


def _first(names: Sequence[str]) -> str:
    more = len(names) - _MOST
    return ", ".join(names[:_MOST]) + (f" and {more} more" if more > 0 else "")
