"""One frozen settings object, read from one TOML file; every default carries its reason."""

import hashlib
import json
import math
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticKnownError

from lookup_audit.errors import SettingsError
from lookup_audit.faults import did_you_mean, faults_of


def _can_be_named(value: str) -> str:
    if "\0" in value or (value and not Path(value).name):
        raise ValueError(f"{value!a} can be the name of no file")
    return value


FileName = Annotated[str, AfterValidator(_can_be_named)]
Share = Annotated[float, Field(ge=0, le=1)]
Days = Annotated[int, Field(ge=0, le=3660)]
Language = Literal["en", "nl"]

_LEAST_MEMORY_MB = 128
"""A night of twenty users needs some 90 MB of the engine on two threads, and a little more on eight."""

_MAILBOX = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @field_validator("*", mode="before")
    @classmethod
    def _as_it_is_written(cls, value: Any, info: ValidationInfo) -> Any:
        """A flag is true or false and a number is a number: "yes" in quotes would open what it guards."""
        kind = cls.model_fields[str(info.field_name)].annotation
        kinds = set(get_args(kind)) or {kind}
        if bool in kinds and not isinstance(value, bool):
            raise PydanticKnownError("bool_type")
        if kinds & {int, float} and isinstance(value, str | bool):
            raise PydanticKnownError("int_type" if int in kinds else "float_type")
        return value


class Context(_Section):
    """How far the audit looks around a lookup."""

    history_days: Days = Field(
        90, description="Days of history that a night compares with: a quarter, so that cost stays flat."
    )
    link_grace_days: Days = Field(
        3,
        description="A case link registered this many days after the lookup softens it: files lag a weekend.",
    )
    follow_up_hours: int = Field(
        48,
        ge=0,
        le=87_600,
        description="After an incident is cleared, its report is written this shift or the next.",
    )
    shift_grace_minutes: int = Field(
        60, ge=0, le=10_080, description="Overtime and early starts around a shift that are normal."
    )
    roster_days: Days = Field(
        14, description="A user with no shift in this many days has no known roster, and is not off duty."
    )
    unrostered_lookups: int = Field(
        8, ge=1, description="As many lookups between shifts, spread out, are work that the roster missed."
    )
    unrostered_hours: int = Field(
        2, ge=0, le=24, description="Spread over at least this many hours: curiosity at night is short."
    )
    handover_hours: int = Field(
        24, ge=0, le=87_600, description="How long a colleague's link is still being handed over."
    )
    news_days: Days = Field(4, description="How long a news item explains that someone draws attention.")
    burst_days: Days = Field(3, description="The days over which users without a work link are counted.")
    team_days: Days = Field(
        30,
        description="How long a subject that colleagues of the team looked up counts as the team's matter.",
    )
    interest_days: Days = Field(
        42, description="The six weeks in which a pile of lookups on one surname, street or sex is sought."
    )
    area_share: Share = Field(
        0.9,
        description="The share of a team's lookups that makes its working area; the rest may be anywhere.",
    )
    area_lookups: int = Field(
        500, ge=50, description="Below this many lookups with a place a team has no known area yet."
    )
    reason_systems: tuple[str, ...] = Field(
        (), description="Systems that demand a justification, besides those where nearly everyone gives one."
    )
    reason_demanded_share: Share = Field(
        0.85,
        description="From this share of lookups with a justification on, a system is taken to demand it.",
    )
    boilerplate_share: Share = Field(
        0.005, description="A reason written this often, for all kinds of work, says nothing about this one."
    )
    desk_functions: tuple[str, ...] = Field(
        (
            "rtic", "real time", "real-time", "meldkamer", "control room", "dispatch cent", "intake",
            "front office", "frontoffice", "informatieknooppunt", "information desk", "infodesk",
            "informatiedesk", "desk", "servicecentrum", "service cent", "baliemedewerker", "balie",
        ),
        description="Functions (any part of the name) whose job is to look up for others.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _past_before_burst(self) -> Self:
        if self.burst_days >= self.history_days:
            raise ValueError(
                f"burst_days = {self.burst_days} must be below history_days = {self.history_days}: "
                "a burst is compared with the days before it"
            )
        return self


class Forest(_Section):
    """The isolation forest over user-days."""

    training_days: Days = Field(60, description="The past that it learns from: two months of each weekday.")
    trees: int = Field(
        100, ge=10, le=2000, description="Path lengths settle well before this (Liu et al., 2008)."
    )
    sample: int = Field(4096, ge=64, description="Rows a tree; 4096 found more than the classic 256.")
    minimum_user_days: int = Field(500, ge=50, description="Below this much past there is no model yet.")
    minimum_peers: int = Field(8, ge=2, description="Smaller peer groups fall back to the function.")
    flagged_share: Share = Field(
        0.005, description="The share of past user-days odder than which a day raises a question."
    )
    seed: int = Field(
        20_250_101, ge=0, lt=2**32, description="Fixed, so that a re-run gives the same scores."
    )


class Alerts(_Section):
    """How findings become what a person triages."""

    gap_days: Days = Field(30, description="After this many quiet days a new lookup opens a new alert.")
    per_1000_users_per_day: float = Field(
        5.0,
        ge=0,
        le=1000,
        description="Alerts put before reviewers each night: what a small department can read with care.",
    )
    minimum_risk: Share = Field(
        0.3, description="Below this an alert waits below the line, so that a quiet night stays quiet."
    )
    control_per_1000_users_per_day: float = Field(
        1.0,
        ge=0,
        le=1000,
        description="Lookups that nothing flagged, drawn at random each night and read as a control: few, "
        "because nobody gave cause; enough in a quarter to estimate what the detectors miss. 0 draws none.",
    )
    control_seed: int = Field(
        20_250_101, description="Fixed, so that a re-run draws the same lookups; another seed, others."
    )
    recalibrate_from: int = Field(
        200,
        ge=40,
        description="Risks follow the verdicts once so many alerts are judged; fewer say little. A number "
        "that is never reached leaves risks as they are reasoned.",
    )


class Reporting(_Section):
    """What may be published."""

    minimum_group: int = Field(10, ge=3, description="No number about fewer users than this is shown.")
    minimum_risk: Share = Field(
        0.1, description="Questions of a lower risk are not counted: nearly all of them are work."
    )
    weeks: int = Field(13, ge=1, le=53, description="How many whole weeks a report covers: a quarter.")


class Mandates(_Section):
    """Under which orders a user may be named."""

    two_persons: bool = Field(
        False,
        description="A mandate counts only once another account than the one that added it approved it.",
    )
    longest_days: int = Field(
        366,
        ge=1,
        le=3660,
        description="For how long a mandate can be made valid: after a year one asks again.",
    )


class Notices(_Section):
    """Neutral messages to users about a lookup that nothing explains; for prevention, off by default."""

    enabled: bool = Field(False, description="Only once the works council agreed to it.")
    themes: tuple[str, ...] = Field(
        ("self_lookup", "colleague", "family", "neighbour", "vehicle_at_door", "public_figure", "news_spike"),
        description="Questions of a low-risk kind: curiosity and personal dilemmas, never gain.",
    )
    minimum_risk: Share = Field(0.1, description="Below this it was probably work, and a message annoys.")
    maximum_risk: Share = Field(0.5, description="From this risk on a person reads the alert first.")
    quiet_days: Days = Field(
        30, description="A user gets no second message within so many days, whatever the number of lookups."
    )
    oldest_days: Days = Field(14, description="Nobody remembers why after longer than this.")
    wait_days: Days = Field(
        3, description="Case links lag a weekend; a question about what one of them answers does harm."
    )
    hold_out: float = Field(
        0.0,
        ge=0,
        le=0.9,
        description="The share of users who, by lot, get none, so that the effect is known.",
    )
    effect_days: int = Field(
        90,
        ge=1,
        le=366,
        description="For so long one looks whether there was another such lookup: a quarter.",
    )
    kept_days: int = Field(
        365,
        ge=1,
        le=3660,
        description="How long it is kept who was written to: long enough to see an effect, no longer.",
    )
    contact: str = Field(
        "", max_length=300, description="Whom to talk to, as it stands in the message; needed to write any."
    )
    address: str = Field(
        "", max_length=300, description="The mail address of a user, with {user_id} in it; empty for none."
    )
    sender: str = Field(
        "",
        max_length=300,
        description="The mail address that messages come from; empty for the mail system's.",
    )

    @field_validator("contact", "address", "sender")
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError("must be one line of readable text")
        return value.strip()

    @field_validator("address")
    @classmethod
    def _of_a_user(cls, value: str) -> str:
        if value and (
            value.count("{user_id}") != 1 or not _MAILBOX.fullmatch(value.replace("{user_id}", "u"))
        ):
            raise ValueError(f"{value!r} must be one mail address with {{user_id}} in it, once")
        return value

    @field_validator("sender")
    @classmethod
    def _mailbox(cls, value: str) -> str:
        if value and not _MAILBOX.fullmatch(value):
            raise ValueError(f"{value!r} is no mail address")
        return value

    @model_validator(mode="after")
    def _says_whom_to_talk_to(self) -> Self:
        if self.enabled and not self.contact:
            raise ValueError(
                "enabled needs a contact: a notice says whom to talk to, for example "
                'contact = "the prevention coordinators, telephone 0000"'
            )
        return self

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.minimum_risk >= self.maximum_risk:
            raise ValueError("minimum_risk must be below maximum_risk")
        if self.wait_days > self.oldest_days:
            raise ValueError("wait_days must not be above oldest_days: no lookup would be left")
        if self.kept_days < max(self.quiet_days, self.oldest_days, self.effect_days):
            raise ValueError(
                "kept_days must be at least quiet_days, oldest_days and effect_days: they look back"
            )
        return self


class Retention(_Section):
    """How many days are kept, the last audited one included; nothing is removed until `forget`."""

    lookups_days: int | None = Field(
        None,
        ge=1,
        le=36_600,
        description="Lookups, all that was found about them and done with it, and users who left. Empty keeps them.",
    )
    context_days: int | None = Field(
        None,
        ge=1,
        le=36_600,
        description="Shifts, incidents, news and closed cases. Longer than lookups, so that the first days kept "
        "keep what explains them. Empty follows lookups.",
    )
    subjects_days: int | None = Field(
        None,
        ge=1,
        le=36_600,
        description="Subjects that nothing ever named, by the day their row was loaded; those that were named go "
        "with the last row that names them. Empty follows context.",
    )
    rejected_days: int | None = Field(
        None, ge=1, le=36_600, description="Rejected rows, by the day of loading. Empty follows lookups."
    )
    orders_days: int | None = Field(
        None,
        ge=1,
        le=36_600,
        description="Mandates and suppressions, from the day that they are over. Empty follows lookups.",
    )

    @model_validator(mode="after")
    def _context_outlasts_lookups(self) -> Self:
        """What explains a lookup stays as long as the lookup: a question without its explanation is unfair."""
        if self.context_days is not None and self.context_days < (self.lookups_days or math.inf):
            raise ValueError(
                f"context_days = {self.context_days} must be at least lookups_days = {self.lookups_days or 'all'}: "
                "context explains lookups, so it stays as long as they do"
            )
        return self


class Ingest(_Section):
    """How drops are read."""

    longest_field: int = Field(
        1_000_000, ge=1_000, description="Characters; a longer field is rejected: no query is that long."
    )


class Audit(_Section):
    """Which days a night takes up by itself."""

    look_back_days: Days = Field(
        31,
        description="A day so long before the last audited one, and whose input changed since, is audited again by "
        "itself; an older one is named, and waits for --all: files of a month ago still come in, and a "
        "change of long ago would have every night since done again.",
    )


class Publishing(_Section):
    """What readers get without opening the warehouse."""

    enabled: bool = Field(True, description="After each audit the outputs are there as Parquet.")
    folder: FileName | None = Field(
        None, description="Where; empty means <warehouse>.published beside the warehouse."
    )


class Operation(_Section):
    """What a night leaves for those who keep it running."""

    log_file: FileName | None = Field(
        None, description="One line of JSON for each event; empty means <warehouse>.log beside the warehouse."
    )
    metrics_file: FileName | None = Field(
        None,
        description="For the text file collector of Prometheus, a name that ends in .prom; empty writes none.",
    )

    @field_validator("metrics_file")
    @classmethod
    def _is_read_by_the_collector(cls, name: str | None) -> str | None:
        if name is not None and not name.endswith(".prom"):
            raise ValueError("must end in .prom: the collector of Prometheus reads no other file")
        return name


class Quality(_Section):
    """When what came in is called odd."""

    past_weeks: int = Field(
        8, ge=2, le=53, description="Weeks that a day is compared with: the same weekday."
    )
    minimum_lookups: int = Field(
        20, ge=1, description="A system or value that usually has fewer a day may be silent by chance."
    )
    changed_times: float = Field(
        1.75, gt=1, description="So many times more, or fewer, than usual is a drift that is named."
    )


# What cannot change a finding, a risk or an alert.
_WITHOUT_EFFECT = {
    "threads", "memory", "language", "reporting", "mandates", "notices", "retention", "evaluation_warehouse",
    "key_file", "audit", "publishing", "operation", "quality",
}  # fmt: skip


class Settings(_Section):
    """Every setting of the tool; immutable. `Settings()` is the default configuration."""

    zone: str = Field("Europe/Amsterdam", description="The zone of local times without an offset.")
    language: Language = Field("en", description="Of pages and rule texts: en or nl.")
    context: Context = Context()
    forest: Forest = Forest()
    alerts: Alerts = Alerts()
    reporting: Reporting = Reporting()
    mandates: Mandates = Mandates()
    notices: Notices = Notices()
    retention: Retention = Retention()
    audit: Audit = Audit()
    publishing: Publishing = Publishing()
    operation: Operation = Operation()
    quality: Quality = Quality()
    key_file: FileName | None = Field(
        None,
        description="The secret key of the warehouse, best on another volume; empty means <warehouse>.key beside it.",
    )
    evaluation_warehouse: bool = Field(
        False,
        description="This warehouse holds data for evaluation only (simulated, or released for it), so exports "
        "may carry ids.",
    )
    ingest: Ingest = Ingest()
    probe_subjects: tuple[str, ...] = Field((), description="Subjects planted or listed as a tripwire.")
    required_detectors: tuple[str, ...] = Field(
        (), description="Detectors whose absence makes an audit end with exit code 3."
    )
    rules: dict[str, dict[str, float | int | str | bool]] = Field(
        default_factory=dict, description="Parameters by rule or explanation: [rules.neighbour] …"
    )
    threads: int | None = Field(None, ge=1, le=1024, description="Of the engine; empty means all cores.")
    memory: str | None = Field(
        None,
        description="Of the engine, as '4GB' or '50%', and 128MB at least: even a small night needs nearly 100MB. "
        "Empty means 60% of the machine, or of its container.",
    )

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"no such time zone{did_you_mean(value, available_timezones())}")
        return value

    @field_validator("probe_subjects")
    @classmethod
    def _no_blanks(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        """A subject that is in no log so spelt is a tripwire that nobody can touch, and protects nobody."""
        if any(value != value.strip() or not value for value in values):
            raise ValueError("one is empty, or has a space before or after it")
        unseen = next((value for value in values if not value.isprintable()), None)
        if unseen is not None:
            raise ValueError(f"{unseen!a} holds a sign that cannot be seen")
        return values

    @field_validator("memory")
    @classmethod
    def _size(cls, value: str | None) -> str | None:
        """A size that the engine reads, and can start with; it would say so only once a file is opened."""
        if value is None:
            return None
        size = re.fullmatch(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([KMGT]i?B|%)\s*", value, re.IGNORECASE)
        if size is None:
            raise ValueError(f"{value!r} is no size; write it as '4GB', '512MiB' or '60%'")
        number, unit = float(size[1]), size[2].upper()
        if unit == "%":
            if not 0 < number <= 100:
                raise ValueError(f"{value!r} must be above 0% and at most 100%")
        elif number * 1024 ** "KMGT".index(unit[0]) < _LEAST_MEMORY_MB * 1024:
            raise ValueError(
                f"{value!r} is too little; even a small night needs nearly 100MB, so {_LEAST_MEMORY_MB}MB at least"
            )
        elif number * 1024 ** "KMGT".index(unit[0]) > 1024**4:
            raise ValueError(f"{value!r} is more than the engine can count; 1024TB at most")
        return value

    @property
    def zone_info(self) -> ZoneInfo:
        """The zone of local times, as the standard library knows it."""
        return ZoneInfo(self.zone)

    def today(self) -> date:
        """The local day at this moment, by the clock of the machine."""
        return datetime.now(self.zone_info).date()

    @property
    def config_text(self) -> str:
        """Every setting that can change a finding, a risk or an alert, as JSON: what `config_hash` is of."""
        return json.dumps(self.model_dump(mode="json", exclude=_WITHOUT_EFFECT), sort_keys=True)

    @property
    def config_hash(self) -> str:
        """16 hex digits over every setting that can change a finding, a risk or an alert."""
        return hashlib.sha256(self.config_text.encode()).hexdigest()[:16]


def load_settings(path: Path | None) -> Settings:
    """Settings from a TOML file, or the defaults when there is none; `SettingsError` lists every fault."""
    if path is None:
        return Settings()
    content = read_toml(path)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        raise at_fault(path, [str(fault) for fault in faults_of(error, Settings)]) from error


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file says; `SettingsError` where it cannot be read, or the line where it is no TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not TOML: it is not in UTF-8; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not TOML: {error}") from error
    except RecursionError as error:
        raise SettingsError(f"{path}: cannot be read: is nested too deep") from error


def at_fault(path: Path, faults: list[str]) -> SettingsError:
    """The error for a file with these faults, each on a line of its own."""
    return SettingsError(
        f"{path}: settings at fault: {len(faults)}\n" + "\n".join(f"  {one}" for one in faults)
    )
