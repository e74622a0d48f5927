"""Which files are profiles, and which of a folder are found."""

from pathlib import Path

import pytest

from llmchoose.errors import InputError
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.find import find_profiles, is_profile


@pytest.mark.parametrize(
    ("path", "data", "is_one"),
    [
        ("profile.yaml", b"", True),
        ("a/b/x.profile.yaml", b"\x00", True),
        ("x.yaml", b"name: x\ntask:\n  kind: qa\n", True),
        ("x.yml", b"{name: x, task: {kind: qa}}", True),
        ("x.yaml", b"task:\n", True),
        ("x.yaml", b"'task':\n  kind: qa\n", True),
        ("x.yaml", b"\xef\xbb\xbftask:\n  kind: qa\n", True),
        ("x.yaml", b"task:\n  kind: [qa\n", True),  # a mistake hides no proposal
        ("x.yaml", b"name: x\ntask: {kind: qa\n", True),
        ("x.yaml", b"steps:\n  task:\n    kind: qa\n", False),
        ("x.yaml", b"# task:\nname: x\n", False),
        ("x.yaml", b"task: build\n", False),
        ("x.yaml", b"- task: {kind: qa}\n", False),
        ("x.yaml", b"tasks:\n  kind: qa\n", False),
        ("x.json", b'{"task": {"kind": "qa"}}', False),
        ("x.yaml", b"", False),
        ("x.yaml", b"\xff\xfe\x00", False),
    ],
)
def test_a_profile_is_known_by_its_name_or_its_task(path: str, data: bytes, is_one: bool) -> None:
    assert is_profile(path, data) is is_one


def _tree(root: Path) -> None:
    for name, text in {
        "b/profile.yaml": "name: b\ntask: {kind: qa}\n",
        "a.yaml": "name: a\ntask: {kind: qa}\n",
        "Z/x.profile.yaml": "",
        ".hidden/profile.yaml": "",
        "node_modules/p/profile.yaml": "",
        "compose.yaml": "services: {}\n",
        "notes.md": "task: {kind: qa}\n",
    }.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def test_a_folder_is_walked_in_order_and_no_link_leads_out(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    outside.mkdir()
    _tree(root)
    (outside / "profile.yaml").write_text("task: {kind: qa}\n")
    (root / "b" / "link.profile.yaml").symlink_to(outside / "profile.yaml")
    (root / "c").symlink_to(outside)
    (root / "round").symlink_to(root)
    (root / "same.profile.yaml").symlink_to(root / "a.yaml")
    (root / "gone.profile.yaml").symlink_to(root / "nowhere")
    found, skipped = find_profiles([str(root)])
    assert [str(file.relative_to(root)) for file in found] == [
        "a.yaml",
        "Z/x.profile.yaml",
        "b/profile.yaml",
    ]
    assert [file.name for file in skipped] == ["compose.yaml"]


def test_a_named_file_is_taken_whatever_it_holds_and_only_once(tmp_path: Path) -> None:
    _tree(tmp_path)
    named = [str(tmp_path / "compose.yaml"), str(tmp_path / "a.yaml"), str(tmp_path)]
    found, skipped = find_profiles(named)
    assert [file.name for file in found[:2]] == ["compose.yaml", "a.yaml"]
    assert len(found) == 4
    assert skipped == []


def test_every_missing_path_is_named(tmp_path: Path) -> None:
    _tree(tmp_path)
    with pytest.raises(InputError) as wrong:
        find_profiles([str(tmp_path / "a.yml"), str(tmp_path / "no" / "b.yaml")])
    problems = wrong.value.problems
    assert [problem.message.endswith("does not exist") for problem in problems] == [True, True]
    assert problems[0].hint == "did you mean a.yaml?"


def test_two_sections_without_a_task_are_a_proposal_with_a_mistake(knowledge: Knowledge) -> None:
    for section in ("budget", "compute", "constraints", "decision", "ops", "team", "traffic"):
        assert any(field.section == section for field in knowledge.fields.values())
        data = f"{section}:\n  x: 1\ndata:\n  y: 2\n".encode()
        assert is_profile("x.yaml", data)
