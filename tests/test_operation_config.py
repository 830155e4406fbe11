"""The configuration as a whole: all faults at once, where a value came from, and an example that cannot go stale."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from lookup_audit.cli import app
from lookup_audit.errors import SettingsError
from lookup_audit.faults import names_of
from lookup_audit.operation.configuration import faults_in, load_configuration, values_of
from lookup_audit.operation.example import example
from lookup_audit.settings import Settings, load_settings
from lookup_audit.warehouse import load_signed

BROKEN = """\
zone = "Europe/Amsterdm"
langage = "nl"
language = "nll"
required_detectors = ["off_dutie", "neighbour"]
probe_subjects = ["P1", " P2"]
gap_days = 3
alerts = 5
memory = "lots"

[context]
history_days = "many"
link_grace_days = -1
desk_functions = "rtic"

[retentoin]
lookups_days = 400

[notices]
themes = ["neighbor"]

[rules.neighbour]
near_mm = 3
near_m = "far"
next_door_m = [1, 2]

[rules.neigbour]
near_m = 3

[rules.fixation]
strong_days = 2
"""

SAID = {
    1: "zone: no such time zone; did you mean Europe/Amsterdam?",
    2: "langage: unknown setting; did you mean language?",
    3: "language: must be 'en' or 'nl', and is 'nll'; did you mean nl?",
    4: "required_detectors: no detector 'off_dutie'; did you mean off_duty?",
    5: "probe_subjects: one is empty, or has a space before or after it",
    6: "gap_days: unknown setting; did you mean alerts.gap_days?",
    7: "alerts: is a section; write [alerts] and its settings below it",
    8: "memory: 'lots' is no size; write it as '4GB', '512MiB' or '60%'",
    11: "context.history_days: must be a whole number, and is 'many'",
    12: "context.link_grace_days: must be greater than or equal to 0, and is -1",
    13: "context.desk_functions: must be a list, as in ['a', 'b']",
    15: "retentoin: unknown setting; did you mean retention?",
    19: "notices.themes: no detector 'neighbor'; did you mean neighbour?",
    22: "rules.neighbour.near_mm: unknown parameter; did you mean near_m?",
    23: "rules.neighbour.near_m: 'far' must be a number like 200, not negative, and whole where that is whole",
    24: "rules.neighbour.next_door_m: [1, 2] must be a number like 60, not negative, and whole where that is whole",
    26: "rules.neigbour: unknown rule or explanation; did you mean neighbour?",
    29: "[rules.fixation]: minimum_days = 3 must be below strong_days = 2",
}


def written(folder: Path, text: str) -> Path:
    (folder / "c.toml").write_text(text, encoding="utf-8")
    return folder / "c.toml"


def test_every_fault_of_a_file_is_said_at_once_with_its_line_and_the_nearest_name(tmp_path: Path) -> None:
    assert {line: str(fault) for line, fault in faults_in(written(tmp_path, BROKEN))} == SAID
    assert len(faults_in(tmp_path / "c.toml")) == len(SAID)


def test_a_command_says_them_all_before_it_does_anything(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as raised:
        load_configuration(written(tmp_path, BROKEN))
    for fault in SAID.values():
        assert f"\n  {fault}" in str(raised.value)
    checked = CliRunner().invoke(app, ["config", "check", str(tmp_path / "c.toml")])
    assert checked.exit_code == 2
    for line, fault in SAID.items():
        assert f"  line {line}: {fault}\n" in checked.output
    as_json = CliRunner().invoke(app, ["config", "check", "--json", str(tmp_path / "c.toml")])
    assert {one["line"]: one["fault"] for one in json.loads(as_json.output)["faults"]} == SAID


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("zone = \n", "is not TOML: Invalid value (at line 1, column 8)"),
        ('a = 1\na = 2\n', "is not TOML: Cannot overwrite a value (at line 2"),
        ("evaluation_warehouse = 'ja'\n", "line 1: evaluation_warehouse: must be true or false, and is 'ja'"),
        ("evaluation_warehouse = 'yes'\n", "line 1: evaluation_warehouse: must be true or false, and is 'yes'"),
        ("evaluation_warehouse = 1\n", "line 1: evaluation_warehouse: must be true or false, and is 1"),
        ("[audit]\nlook_back_days = '31'\n", "audit.look_back_days: must be a whole number, and is '31'"),
        ("[audit]\nlook_back_days = true\n", "audit.look_back_days: must be a whole number"),
        ("[alerts]\nminimum_risk = '0.3'\n", "minimum_risk: must be a number, with a point before decimals"),
        ("threads = '4'\n", "line 1: threads: must be a whole number, and is '4'"),
        ("[alerts]\nminimum_risk = '0,3'\n", "must be a number, with a point before decimals, and is '0,3'"),
        ("rules = 3\n", "line 1: rules: must be a section, [rules], with a parameter in each line"),
        ("[rules]\nneighbour = 3\n", "line 2: rules.neighbour: must be a section, [rules.neighbour]"),
        ("notices = 3\n", "line 1: notices: is a section; write [notices]"),
        ("[mandates]\nbla = 3\n", "line 2: mandates.bla: unknown setting"),
        ("[alert]\ngap_days = 3\n", "line 1: alert: unknown setting; did you mean alerts?"),
        ("[alerts]\nlookups_days = 3\n", "lookups_days: unknown setting; did you mean retention.lookups_days?"),
        ("[context]\nhistory_days = 30\nburst_days = 30\n", "line 1: context: burst_days = 30 must be below"),
    ],
)  # fmt: skip
def test_files_of_a_wrong_form_are_said_in_a_line(tmp_path: Path, text: str, said: str) -> None:
    checked = CliRunner().invoke(app, ["config", "check", str(written(tmp_path, text))])
    assert checked.exit_code == 2
    assert said in checked.output


def test_a_file_that_is_right_is_right_also_with_the_mark_that_an_editor_puts_first(tmp_path: Path) -> None:
    path = written(tmp_path, '\ufefflanguage = "nl"\n[rules]\nneighbour.near_m = 140\n')
    checked = CliRunner().invoke(app, ["config", "check", str(path)])
    assert (checked.exit_code, "nothing is wrong" in checked.output) == (0, True)
    assert load_configuration(path) == load_settings(path)
    assert load_configuration(path).rules == {"neighbour": {"near_m": 140}}


def test_every_value_says_which_line_of_the_file_option_or_variable_set_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        '# a comment\nlanguage = "nl"\n\n[alerts]\ngap_days = 30\n[rules.neighbour]\nnear_m = 140\n'
        "[rules]\nfamily.rare_by_chance = 0.01\n"
    )
    path = written(tmp_path, text)
    monkeypatch.setenv("LOOKUP_AUDIT_WAREHOUSE", "/srv/w.duckdb")
    monkeypatch.delenv("LOOKUP_AUDIT_CONFIG", raising=False)
    shown = CliRunner().invoke(app, ["config", "show", "--json", "--config", str(path), "--memory", "2GB"])
    rows = {row["setting"]: (row["value"], row["from"]) for row in json.loads(shown.output)["settings"]}
    assert rows["language"] == ("nl", f"{path}:2")
    assert rows["alerts.gap_days"] == (30, f"{path}:5")  # set, though it is the default
    assert rows["rules.neighbour.near_m"] == (140, f"{path}:7")
    assert rows["rules.family.rare_by_chance"] == (0.01, f"{path}:9")
    assert rows["memory"] == ("2GB", "--memory")
    assert rows["zone"] == ("Europe/Amsterdam", "default")
    assert rows["(warehouse)"] == ("/srv/w.duckdb", "environment: LOOKUP_AUDIT_WAREHOUSE")
    assert rows["(configuration)"] == (str(path), "option")
    assert rows["(log)"] == ("/srv/w.duckdb.log", "default")
    assert {".".join(name) for name in names_of(Settings)} - {"rules"} <= set(rows)
    parameters = {
        f"rules.{one.id}.{name}"
        for kind in ("explanation", "rule")
        for one in load_signed(kind, locked=False)  # type: ignore[arg-type]
        for name in one.parameters
    }
    assert parameters <= set(rows)
    changed = CliRunner().invoke(app, ["config", "show", "--changed", "--config", str(path)])
    assert "zone" not in changed.output
    assert f"{path.name}:7" in changed.output


def test_what_is_in_force_can_be_read_on_a_hundred_columns_and_is_whole_for_a_program(tmp_path: Path) -> None:
    home = tmp_path / ("a folder with a long name " * 6).strip()
    home.mkdir()
    path = written(home, 'probe_subjects = ["' + '", "'.join(f"P-{nr}" for nr in range(60)) + '"]\n')
    words = ["config", "show", "--config", str(path), "--warehouse", str(home / "w.duckdb")]
    shown = CliRunner().invoke(app, words).output
    assert max(map(len, shown.splitlines())) <= 100
    values = "".join(line[46:78].strip() + " " for line in shown.splitlines())
    assert ", ".join(f"P-{nr}" for nr in range(60)) in " ".join(values.split())
    rows = {
        row["setting"]: row
        for row in json.loads(CliRunner().invoke(app, [*words, "--json"]).output)["settings"]
    }
    assert rows["probe_subjects"]["from"] == f"{path}:1"
    assert rows["(warehouse)"]["value"] == str(home / "w.duckdb")


def test_without_a_file_every_value_is_a_default() -> None:
    assert {one.line for one in values_of(Settings(), None)} == {None}


def test_the_example_names_every_setting_and_without_its_marks_is_the_default_configuration(
    tmp_path: Path,
) -> None:
    text = example()
    assert tomllib.loads(text).keys() <= {
        *Settings.model_fields
    }  # as it stands: sections, and nothing in them
    bare = re.sub(r"(?m)^# ([a-z0-9_]+ = )(?=\S)", r"\1", text)
    path = written(tmp_path, bare)
    assert faults_in(path) == []
    given = load_configuration(path)
    assert given.model_copy(update={"rules": {}}) == Settings()
    content: Any = tomllib.loads(bare)
    for name in names_of(Settings):
        section: Any = content
        for part in name[:-1]:
            section = section.get(part, {})
        is_empty = re.search(rf"(?m)^# {name[-1]} =$", text)
        assert name[-1] in section or is_empty, name
    for kind in ("explanation", "rule"):
        for one in load_signed(kind, locked=False):  # type: ignore[arg-type]
            assert one.values(given) == one.values(Settings())
            assert set(content["rules"].get(one.id, {})) == set(one.parameters)


def test_the_example_in_the_documentation_is_that_of_the_program() -> None:
    documented = Path(__file__).parents[1] / "docs" / "operation" / "lookup-audit.toml"
    assert documented.read_text(encoding="utf-8") == example(), (
        "lookup-audit config example > docs/operation/…"
    )


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("threads = 99999999999999999999", "threads"),
        ("threads = 1000000", "threads"),  # the engine takes the process down with it
        ('memory = "999999999999TB"', "memory"),
        ('key_file = "/"', "key_file"),
        ('key_file = "\\u0000"', "key_file"),
        ('[operation]\nlog_file = "a\\u0000b"', "operation.log_file"),
        ('[operation]\nmetrics_file = "\\u0000"', "operation.metrics_file"),
        ('[operation]\nmetrics_file = "night.txt"', "operation.metrics_file"),
        ('[publishing]\nfolder = "\\u0000"', "publishing.folder"),
        ('memory = "8MB"', "memory"),
        ('memory = "127.9MB"', "memory"),
        ('probe_subjects = ["P1", "P\\u00002"]', "probe_subjects"),
        ('probe_subjects = ["P\\u202E2"]', "probe_subjects"),
        ('probe_subjects = ["P\\n2"]', "probe_subjects"),
    ],
)
def test_what_the_engine_or_the_file_system_cannot_take_is_a_fault_of_the_configuration(
    tmp_path: Path, text: str, setting: str
) -> None:
    found = faults_in(written(tmp_path, text))
    assert [".".join(fault.setting) for _, fault in found] == [setting]


def test_a_file_that_is_nested_too_deep_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="is nested too deep"):
        load_configuration(written(tmp_path, "a = " + "[" * 3000))


def test_a_score_above_one_is_a_fault_for_it_would_hide_what_all_others_say() -> None:
    (neighbour,) = (rule for rule in load_signed("rule") if rule.id == "neighbour")
    with pytest.raises(SettingsError, match=r"next_door_score = 7 is a score, so at most 1"):
        neighbour.values(Settings(rules={"neighbour": {"next_door_score": 7}}))
    assert neighbour.values(Settings(rules={"neighbour": {"near_m": 700}}))["near_m"] == 700


def test_a_share_that_the_counts_do_not_reach_is_a_fault_and_so_is_a_score_above_one(tmp_path: Path) -> None:
    (fixation,) = (rule for rule in load_signed("rule") if rule.id == "fixation")
    with pytest.raises(SettingsError, match=r"own_share = 0\.2 must be at least 0\.25: to how many others"):
        fixation.values(Settings(rules={"fixation": {"own_share": 0.2}}))
    assert fixation.values(Settings(rules={"fixation": {"own_share": 0.25}}))["own_share"] == 0.25
    text = "[rules.fixation]\nown_share = 0\nweak_score = 7\nstrong_days = 9\n"
    assert [(line, str(fault).split(" must")[0]) for line, fault in faults_in(written(tmp_path, text))] == [
        (2, "rules.fixation.own_share: 0"), (3, "rules.fixation.weak_score: 7 is a score, so at most 1"),
    ]  # fmt: skip


def test_notices_that_are_on_and_name_nobody_to_talk_to_are_a_fault(tmp_path: Path) -> None:
    ((line, fault),) = faults_in(written(tmp_path, "threads = 1\n[notices]\nenabled = true\ncontact = ' '"))
    assert (line, str(fault)[:33]) == (2, "notices: enabled needs a contact:")
    assert faults_in(written(tmp_path, "[notices]\nenabled = true\ncontact = 'VIK'")) == []


def test_the_least_memory_is_said_of_the_option_as_of_the_setting(tmp_path: Path) -> None:
    assert Settings(memory="128MB").memory == "128MB"
    refused = CliRunner().invoke(app, ["status", "--memory", "64MB", "--warehouse", str(tmp_path / "w")])
    assert refused.exit_code == 2
    assert "128MB at least" in refused.output


def test_what_lies_under_a_name_that_prometheus_does_not_read_is_refused(tmp_path: Path) -> None:
    ((_, fault),) = faults_in(written(tmp_path, '[operation]\nmetrics_file = "night.txt"'))
    assert "must end in .prom" in fault.message
