"""Exceptions: whom they are for, when they end, and that they stay visible."""

from datetime import date
from pathlib import Path, PurePath

import pytest

from llmchoose.errors import InputError
from llmchoose.knowledge.load import Knowledge
from llmchoose.policy.check import Terms, check
from llmchoose.policy.load import load_policy
from llmchoose.policy.model import Checked, Policy
from llmchoose.policy.waiving import matches, read_baseline, write_baseline
from llmchoose.profile.find import Candidate

PROFILE = "name: Letters\ntask: {kind: qa, gap: [none]}\n"
DAY = date(2026, 11, 21)


def checked(
    knowledge: Knowledge,
    folder: Path,
    waiver: str = "",
    policy: str = "",
    today: date = DAY,
    **terms: object,
) -> Checked:
    """A proposal without an owner, with a waiver of its own or of a policy."""
    profile = folder / "pilots" / "letters.yaml"
    profile.parent.mkdir(exist_ok=True)
    own = f"decision:\n  waivers:\n    - {waiver}\n" if waiver else ""
    profile.write_text(PROFILE + own, "utf-8")
    (folder / "policy.yaml").write_text(policy, "utf-8")
    held = load_policy(folder / "policy.yaml", knowledge) if policy else Policy()
    asked = Terms(held, today, **terms)  # type: ignore[arg-type]
    return check([Candidate(str(profile), named=True)], knowledge, asked)


def rules(found: Checked, *, waived: bool) -> list[str]:
    return [one.rule for one in found.findings if (one.waived is not None) is waived]


def test_a_complete_waiver_is_shown_and_does_not_count(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    said = "{rule: P-OWNER, reason: in the move, approved_by: Ada, expires: 2026-12-31}"
    found = checked(knowledge, tmp_path, said)
    assert rules(found, waived=False) == []
    (one,) = found.findings
    assert one.waived is not None
    assert (one.waived.by, one.waived.reason, one.waived.approved_by) == (
        "profile",
        "in the move",
        "Ada",
    )
    assert one.waived.where.endswith("letters.yaml:5:7")
    assert found.counts["waived"] == 1


def test_on_its_last_day_a_waiver_holds_and_on_the_next_it_is_an_error(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    said = "{rule: P-OWNER, reason: in the move, approved_by: Ada, expires: 2026-11-21}"
    assert rules(checked(knowledge, tmp_path, said), waived=False) == []
    late = checked(knowledge, tmp_path, said, today=date(2026, 11, 22))
    assert rules(late, waived=False) == ["P-OWNER", "P-WAIVER"]
    assert "expired on 2026-11-21" in late.findings[1].message
    assert late.findings[1].place.mark.line == 5


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        ("{rule: P-OWNER, reason: x, expires: 2027}", "does not say approved_by"),
        ("{rule: P-OWNER, reason: x, approved_by: Ada}", "does not say expires"),
        ("{rule: P-OWNR, reason: x, approved_by: Ada, expires: 2027}", "did you mean P-OWNER?"),
    ],
)
def test_an_incomplete_waiver_waives_nothing(
    said: str, fault: str, knowledge: Knowledge, tmp_path: Path
) -> None:
    found = checked(knowledge, tmp_path, said)
    assert rules(found, waived=False) == ["P-OWNER", "P-WAIVER"]
    assert fault in found.findings[1].message


def test_a_waiver_that_waives_nothing_any_more_is_a_note(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    rest = "reason: in the move, approved_by: Ada, expires: 2027"
    said = f"{{rule: P-OWNER, {rest}}}\n    - {{rule: P-BASELINE, {rest}}}"
    found = checked(knowledge, tmp_path, said)
    assert rules(found, waived=True) == ["P-OWNER"]
    assert rules(found, waived=False) == ["P-WAIVER-IDLE"]
    (note,) = [one for one in found.findings if one.rule == "P-WAIVER-IDLE"]
    assert note.severity == "note"
    assert "`P-BASELINE`" in note.message
    assert note.place.mark.line == 6
    assert "no such finding" in note.message
    off = checked(knowledge, tmp_path, said, "severity: {P-BASELINE: off}\n")
    assert "switched off" in off.findings[-1].message
    silent = checked(knowledge, tmp_path, said, "severity: {P-WAIVER-IDLE: off}\n")
    assert rules(silent, waived=False) == []


def test_of_two_waivers_of_one_rule_the_second_is_a_note(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    one = "{rule: P-OWNER, reason: in the move, approved_by: Ada, expires: 2027}"
    found = checked(knowledge, tmp_path, f"{one}\n    - {one}")
    assert rules(found, waived=False) == ["P-WAIVER-IDLE"]
    (note,) = [one for one in found.findings if one.rule == "P-WAIVER-IDLE"]
    assert "another waiver covers it already" in note.message
    assert (note.place.mark.line, "letters.yaml:5:7" in note.message) == (6, True)


def test_a_waiver_of_the_policy_is_for_the_files_that_it_names(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    def policy(path: str) -> str:
        rest = "reason: pilots, approved_by: Ada, expires: 2027-06-30"
        return f"waivers:\n  - {{rule: P-OWNER, path: '{path}', {rest}}}\n"

    for path in ("pilots/**", "pilots", "pilots/*.yaml", "**/letters.yaml"):
        assert rules(checked(knowledge, tmp_path, policy=policy(path)), waived=True) == ["P-OWNER"]
    for path in ("other/**", "*.yaml", "pilots/other.yaml", "../**"):
        assert rules(checked(knowledge, tmp_path, policy=policy(path)), waived=True) == []


def test_a_waiver_of_the_policy_that_has_expired_is_an_error_where_it_stands(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    said = "{rule: dear, path: '**', reason: x, approved_by: Ada, expires: 2026-01-31}"
    policy = f"rules: [{{id: dear, when: 'false'}}]\nseverity: {{dear: off}}\nwaivers: [{said}]\n"
    found = checked(knowledge, tmp_path, policy=policy)
    (fault,) = [one for one in found.findings if one.rule == "P-WAIVER"]
    assert "expired on 2026-01-31" in fault.message
    assert (fault.path, fault.place.mark.line) == (str(tmp_path / "policy.yaml"), 3)


@pytest.mark.parametrize(
    ("path", "pattern", "fits"),
    [
        ("a/b/c.yaml", "a/**", True),
        ("a/b/c.yaml", "**/c.yaml", True),
        ("a/b/c.yaml", "a/*/c.yaml", True),
        ("a/b/c.yaml", "a/*.yaml", False),
        ("a/b/c.yaml", "a", True),
        ("a/b/c.yaml", "b", False),
        ("c.yaml", "**/c.yaml", True),
    ],
)
def test_patterns(path: str, pattern: str, fits: bool) -> None:
    assert matches(PurePath(path), pattern) is fits


def test_a_policy_says_what_a_proposal_may_waive_by_itself(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    said = "{rule: P-OWNER, reason: x, approved_by: Me, expires: 2098}"
    for policy, waived in (
        ("waivable: []\n", []),
        ("waivable: [P-DIFFERS]\n", []),
        ("waivable: [P-OWNER]\n", ["P-OWNER"]),
    ):
        found = checked(knowledge, tmp_path, said, policy)
        assert rules(found, waived=True) == waived
        assert ("P-WAIVER" in rules(found, waived=False)) is (not waived)


def test_no_proposal_waives_what_is_wrong_with_its_waivers(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    for rule in ("P-WAIVER", "P-WAIVER-IDLE"):
        said = f"{{rule: {rule}, reason: x, approved_by: Me, expires: 2098}}"
        found = checked(knowledge, tmp_path, f"{said}\n    - {{rule: P-OWNER, reason: x}}")
        assert rules(found, waived=True) == []
        assert rules(found, waived=False).count("P-WAIVER") == 2


def test_a_baseline_lets_an_old_repository_start_clean(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    first = checked(knowledge, tmp_path)
    assert rules(first, waived=False) == ["P-OWNER"]
    file = tmp_path / "baseline.json"
    file.write_text(write_baseline(first.findings), "utf-8")
    known = read_baseline(str(file))
    again = checked(knowledge, tmp_path, baseline=known, baseline_path=str(file))
    assert rules(again, waived=False) == []
    assert again.gone == 0
    assert write_baseline(again.findings) == file.read_text("utf-8")
    profile = tmp_path / "pilots" / "letters.yaml"
    profile.write_text(f"# moved down\n\n{PROFILE}owner: Ada\n", "utf-8")
    terms = Terms(today=DAY, baseline=known, baseline_path=str(file))
    mended = check([Candidate(str(profile), named=True)], knowledge, terms)
    assert (mended.findings, mended.gone) == ((), 1)


def test_a_fingerprint_does_not_hang_on_lines(knowledge: Knowledge, tmp_path: Path) -> None:
    before = checked(knowledge, tmp_path).findings[0]
    profile = tmp_path / "pilots" / "letters.yaml"
    profile.write_text(f"# a line above\n{PROFILE}", "utf-8")
    after = check([Candidate(str(profile), named=True)], knowledge, Terms()).findings[0]
    assert after.place.mark.line == before.place.mark.line + 1
    assert after.fingerprint == before.fingerprint


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"schema_version": 1}', '{"schema_version": 9, "findings": []}'],
)
def test_what_is_no_baseline_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text, "utf-8")
    with pytest.raises(InputError, match="baseline"):
        read_baseline(str(file))
