"""Each refusal of a mandate as the command line gives it: exit code 2, one line why, nothing written, on record."""

import json
import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from lookup_audit.cli import app, main
from lookup_audit.privacy.actor import Actor, actor
from lookup_audit.privacy.mandates import add_mandate, altered, withdraw_mandate
from lookup_audit.privacy.pseudonyms import pseudonyms_of
from lookup_audit.reporting.dossier.dossier import write_dossier
from lookup_audit.settings import Settings
from lookup_audit.warehouse import Warehouse

SUPERIOR = Actor("head.of.vik")
FIRST, LAST = date(2026, 1, 1), date(2026, 3, 31)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse in which officer-one looked up a subject, and a mandate for every way of being refused."""
    path = tmp_path_factory.mktemp("refusals") / "w.duckdb"
    me = actor().account
    with Warehouse(path, Settings(threads=1)) as opened:
        for sql in FILLED:
            opened.run(sql)
        today = opened.settings.today()
        orders: dict[str, dict[str, object]] = {
            "GOOD": {},
            "FOREIGN": {"user_id": "officer-two"},
            "NOT-MINE": {"holders": ("somebody.else",)},
            "EXPIRED": {"valid_until": today},
            "WITHDRAWN": {},
        }
        for reference, changed in orders.items():
            fields: dict[str, object] = {
                "authority": "head of VIK", "purpose": "leak", "user_id": "officer-one", "first_day": FIRST,
                "last_day": LAST, "valid_until": today + timedelta(days=30), "holders": (me,), "who": SUPERIOR,
                **changed,
            }  # fmt: skip
            add_mandate(opened, reference, **fields)  # type: ignore[arg-type]
        opened.run(
            "UPDATE mandates SET valid_until = $day WHERE reference = 'EXPIRED'",
            {"day": today - timedelta(days=1)},
        )
        withdraw_mandate(opened, "WITHDRAWN", reason="the case was closed", who=SUPERIOR)
        write_dossier(opened, "officer-one", path.parent / "dossiers", mandate="GOOD")
        (path.parent / "pseudonym").write_text(pseudonyms_of(opened).user("officer-one"))
    (path.parent / "two.toml").write_text("[mandates]\ntwo_persons = true\n")
    return path


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    """The exit code and what was said on standard error, as a shell sees them."""
    monkeypatch.setattr("sys.argv", ["lookup-audit", *words])
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0), capsys.readouterr().err


REFUSALS = [
    ("no mandate", [], "needs a written order"),
    ("a mandate that does not exist", ["--mandate", "VIK-0"], "no such mandate"),
    ("a mandate about another user", ["--mandate", "FOREIGN"], "about another user"),
    ("a mandate for another account", ["--mandate", "NOT-MINE"], "may not be used by"),
    ("a mandate that ran out", ["--mandate", "EXPIRED"], "was valid until"),
    ("a mandate that was withdrawn", ["--mandate", "WITHDRAWN"], "was withdrawn"),
    ("one person where two are needed", ["--mandate", "GOOD", "--config", "two.toml"], "waits for approval"),
]
COMMANDS = {
    "dossier": ["dossier", "officer-one", "--out", "out"],
    "export": ["export", "out", "--identified"],
    "whose": ["whose", "PSEUDONYM"],
    "dossier rerun": ["dossier", "rerun", "FOLDER"],
}
CASES = {
    f"{command}, {how}": (command, with_, "needs --mandate" if command == "export" and not with_ else said)
    for command in COMMANDS
    for how, with_, said in REFUSALS
    if not (command == "export" and "FOREIGN" in with_)  # an export has no user but the mandate's own
    and not (command == "dossier rerun" and not with_)  # it falls back to the mandate that the folder names
}


@pytest.mark.parametrize(("command", "with_", "said"), CASES.values(), ids=CASES)
def test_what_a_mandate_does_not_allow_is_refused_and_on_record(
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    with_: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (folder,) = (made.parent / "dossiers").iterdir()
    given = {"PSEUDONYM": (made.parent / "pseudonym").read_text(), "FOLDER": str(folder)}
    words = [given.get(word, word) for word in COMMANDS[command]]
    words += [str(made.parent / word) if word == "two.toml" else word for word in with_]
    before = entries(made)
    code, error = run(monkeypatch, capsys, *words, "--warehouse", str(made))
    assert code == 2
    assert said in error
    assert error.count("\n") == 1
    assert "officer-two" not in error
    assert list(tmp_path.iterdir()) == []
    added = entries(made)[len(before) :]
    assert [(entry["action"], entry["outcome"]) for entry in added] == [(command, "refused")]
    assert added[0]["actor"] == actor().account


@pytest.mark.parametrize(
    "period",
    [["--from", "2025-12-31"], ["--to", "2026-04-01"], ["--from", "2026-01-01", "--to", "2026-04-01"]],
    ids=["begins before it", "ends after it", "runs over its end"],
)
def test_a_period_outside_the_mandate_is_refused_and_on_record(
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    period: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = entries(made)
    asked = ["dossier", "officer-one", "--mandate", "GOOD", *period, "--warehouse", str(made)]
    code, error = run(monkeypatch, capsys, *asked)
    assert code == 2
    assert "covers 2026-01-01 to 2026-03-31 only" in error
    assert list(tmp_path.iterdir()) == []
    assert [entry["outcome"] for entry in entries(made)[len(before) :]] == ["refused"]


@pytest.mark.parametrize("name", ["officer-ono", "u-aaaaaaaaaaaaaaaa"])
@pytest.mark.parametrize("command", ["dossier", "whose"])
def test_asking_for_a_user_that_is_not_there_names_nobody_and_is_on_record(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str, name: str
) -> None:
    before = entries(made)
    code, error = run(monkeypatch, capsys, command, name, "--mandate", "GOOD", "--warehouse", str(made))
    assert code == 2
    assert "officer-one" not in error
    added = entries(made)[len(before) :]
    assert [(entry["action"], entry["outcome"]) for entry in added] == [(command, "refused")]


def test_a_dossier_is_not_made_again_under_a_mandate_that_ran_out_since(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    later = tmp_path / "w.duckdb"
    for ending in ("", ".key"):
        shutil.copy(f"{made}{ending}", f"{later}{ending}")
    with Warehouse(later, Settings(threads=1)) as opened:
        opened.run("UPDATE mandates SET valid_until = current_date - 1 WHERE reference = 'GOOD'")
    (folder,) = (made.parent / "dossiers").iterdir()
    code, error = run(monkeypatch, capsys, "dossier", "rerun", str(folder), "--warehouse", str(later))
    assert code == 2
    assert "GOOD: this mandate was valid until" in error
    assert entries(later)[-1]["outcome"] == "refused"


def test_whom_the_mandates_user_never_looked_up_is_not_named(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Warehouse(made, Settings(threads=1)) as opened:
        stranger = pseudonyms_of(opened).subject("subject-two")
    code, error = run(monkeypatch, capsys, "whose", stranger, "--mandate", "GOOD", "--warehouse", str(made))
    assert code == 2
    assert "subject-two" not in error


def test_with_the_mandate_the_same_words_open(
    made: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is refused above is refused for the mandate, and for nothing else."""
    pseudonym = (made.parent / "pseudonym").read_text()
    for words in (
        ["dossier", "officer-one", "--out", str(tmp_path / "out")],
        ["export", str(tmp_path / "export"), "--identified"],
        ["whose", pseudonym],
    ):
        answer: Result = CliRunner().invoke(app, [*words, "--mandate", "GOOD", "--warehouse", str(made)])
        assert answer.exit_code == 0, answer.output


def entries(path: Path) -> list[dict[str, object]]:
    with duckdb.connect(str(path), read_only=True) as opened:  # quicker than all that a warehouse checks
        found = opened.sql("SELECT * FROM trail ORDER BY entry")
        return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


FILLED = [
    f"""
    INSERT INTO lookups BY NAME SELECT 'L{nr}' AS lookup_id, TIMESTAMP '2026-02-03 10:00' AS occurred_at,
        '{user}' AS user_id, 'BVH' AS system, '{subject}' AS subject_id, DATE '2026-02-03' AS local_date,
        10 AS local_hour, 2 AS local_weekday, 'f' AS file_id
    """
    for nr, (user, subject) in enumerate([("officer-one", "subject-one"), ("officer-two", "subject-two")])
] + [
    "INSERT INTO users BY NAME SELECT DISTINCT user_id, 'f' AS file_id FROM lookups",
    """
    INSERT INTO runs BY NAME SELECT 'r' AS run_id, DATE '2026-02-03' AS audit_date,
        TIMESTAMP '2026-02-04' AS started_at, TIMESTAMP '2026-02-04' AS finished_at, 'done' AS status,
        'c' AS config_hash, 'v' AS code_version, 2 AS lookups, 0 AS explained, 2 AS first_lookups,
        0 AS first_explained, 0 AS findings, []::VARCHAR[] AS skipped_detectors
    """,
    """
    INSERT INTO lookup_risk BY NAME SELECT system, lookup_id, occurred_at, user_id, subject_id, 0.4 AS risk,
        ['family'] AS detectors, []::VARCHAR[] AS work_links, '[]' AS sum_shown, subject_id AS alert_about,
        local_date AS audit_date FROM lookups
    """,
]


def test_an_order_that_was_changed_in_the_warehouse_opens_nothing_and_is_found(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    later = tmp_path / "w.duckdb"
    for ending in ("", ".key"):
        shutil.copy(f"{made}{ending}", f"{later}{ending}")
    with Warehouse(later, Settings(threads=1)) as opened:
        opened.run("UPDATE mandates SET user_id = 'officer-two' WHERE reference = 'GOOD'")
    asked = ["dossier", "officer-two", "--mandate", "GOOD", "--out", str(tmp_path / "out")]
    code, error = run(monkeypatch, capsys, *asked, "--warehouse", str(later))
    assert code == 2
    assert "is not as it was recorded" in error
    assert not (tmp_path / "out").exists()
    code, error = run(monkeypatch, capsys, "trail", "verify", "--warehouse", str(later))
    assert code == 1
    assert "mandate GOOD is not as it was recorded" in error


def test_a_withdrawal_that_was_taken_back_by_hand_is_found(made: Path, tmp_path: Path) -> None:
    later = tmp_path / "w.duckdb"
    shutil.copy(made, later)
    with Warehouse(later, Settings(threads=1)) as opened:
        assert "mandate WITHDRAWN is not as it was recorded" not in altered(opened)
        opened.run(
            "UPDATE mandates SET withdrawn_by = NULL, withdrawn_at = NULL WHERE reference = 'WITHDRAWN'"
        )
        assert "mandate WITHDRAWN is not as it was recorded" in altered(opened)


def test_two_users_on_one_order_are_refused(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    users = ["--user", "officer-one", "--user", "officer-two"]
    period = ["--from", "2026-01-01", "--to", "2026-03-31", "--valid-until", "2027-01-01"]
    words = ["mandate", "add", "R", *users, "--authority", "a", "--purpose", "p", *period]
    code, error = run(monkeypatch, capsys, *words, "--warehouse", str(made))
    assert code == 2
    assert "about one user" in error


def test_an_argument_that_is_no_text_is_refused(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, error = run(monkeypatch, capsys, "trail", "list", "--reason", "\udcff", "--warehouse", str(made))
    assert code == 2
    assert "is not text in UTF-8" in error


def test_who_is_no_user_any_more_is_a_pseudonym_in_the_list_too(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    later = tmp_path / "w.duckdb"
    for ending in ("", ".key"):
        shutil.copy(f"{made}{ending}", f"{later}{ending}")
    with Warehouse(later, Settings(threads=1)) as opened:
        opened.run("DELETE FROM users")
        opened.run("DELETE FROM lookups")
    monkeypatch.setattr("sys.argv", ["lookup-audit"])
    answer = CliRunner().invoke(
        app, ["trail", "list", "--reason", "test", "--json", "--warehouse", str(later)]
    )
    assert answer.exit_code == 0
    abouts = [entry["about"] for entry in json.loads(answer.stdout)]
    assert abouts
    assert all(about is None or about.startswith("u-") for about in abouts)
