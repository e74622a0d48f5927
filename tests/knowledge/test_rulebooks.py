"""Rulebooks of one's own: what a file changes, and each mistake with its place.

Each file of `bad/` gives the message beside it, each of `good/` the changes beside it (UPDATE=1
rewrites them).
"""

import os
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from llmchoose.assessment import assess
from llmchoose.errors import InputError, show_problem
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.knowledge.overlay import SHIPPED
from llmchoose.knowledge.rulecheck import read
from llmchoose.knowledge.rules import Rulebook
from llmchoose.profile.load import parse_profile

HERE = Path(__file__).parent / "rulebooks"
BAD = sorted((HERE / "bad").glob("*.yaml"))
GOOD = sorted((HERE / "good").glob("*.yaml"))
PROFILE = b"name: x\ntask: {kind: qa, gap: [knowledge]}\ndata: {sensitivity: regulated}\n"


@pytest.fixture(scope="module", autouse=True)
def shipped_read_once() -> Iterator[None]:
    """The tree that files extend is parsed once, and not for each of them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(read, "_shipped", cache(read._shipped))
        yield


@cache
def message_of(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        _ = load_knowledge(rulebook=path).rulebook
    shown = [show_problem(problem) for problem in caught.value.problems]
    return "\n".join(shown).replace(str(path), path.name) + "\n"


def on_file(path: Path, text: str) -> str:
    """The text that is expected beside a file, rewritten first where that is asked for."""
    expected = path.with_suffix(".txt")
    if os.environ.get("UPDATE") == "1":
        expected.write_text(text, "utf-8")
    return expected.read_text("utf-8")


def leaves(node: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Every value of a rulebook by its place, entries of lists by their ids."""
    if is_dataclass(node):
        for part in fields(node):
            yield from leaves(getattr(node, part.name), f"{place}.{part.name}".lstrip("."))
    elif isinstance(node, tuple) and node and hasattr(node[0], "id"):
        for entry in node:
            yield from leaves(entry, f"{place}.{entry.id}")
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from leaves(value, f"{place}.{key}")
    elif isinstance(node, tuple) and any(is_dataclass(item) for item in node):
        for number, item in enumerate(node):
            yield from leaves(item, f"{place}.{number}")
    else:
        yield place, repr(node)


def changes(before: Rulebook, after: Rulebook) -> str:
    """What differs: entries that came or went by their ids, in the others each value as it is."""
    old, new = dict(leaves(before)), dict(leaves(after))
    was, now = entries(before), entries(after)
    lines = [f"- {name}" for name in was if name not in now]
    lines += [f"+ {name}" for name in now if name not in was]
    kept = [place for place in {**old, **new} if ".".join(place.split(".")[:2]) not in was ^ now]
    lines += [f"{place} = {new.get(place, 'gone')}" for place in kept if differ(place, old, new)]
    return "".join(f"{line}\n" for line in lines).replace(before.id, "SHIPPED")


def differ(place: str, old: dict[str, str], new: dict[str, str]) -> bool:
    return old.get(place) != new.get(place)


def entries(book: Rulebook) -> AbstractSet[str]:
    lists = {"gates": book.gates, "criteria": book.criteria, "combinations": book.combinations}
    named = [f"{key}.{entry.id}" for key, found in lists.items() for entry in found]  # type: ignore[attr-defined]
    return dict.fromkeys(named).keys()


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_message_is_the_one_on_file(path: Path) -> None:
    message = message_of(path)
    assert message == on_file(path, message)


@pytest.mark.parametrize("path", BAD, ids=lambda path: path.stem)
def test_every_problem_has_a_place_in_the_file_itself(path: Path) -> None:
    message = message_of(path)
    assert message.count("error: ") == message.count(f"--> {path.name}:")
    assert str(SHIPPED) not in message


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_file_changes_what_it_names_and_nothing_else(path: Path, knowledge: Knowledge) -> None:
    found = changes(knowledge.rulebook, load_knowledge(rulebook=path).rulebook)
    assert found == on_file(path, found)


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_profile_can_be_assessed_by_it(path: Path) -> None:
    own = load_knowledge(rulebook=path)
    decision = assess(parse_profile(PROFILE, "p.yaml", own), own, samples=60).decision
    assert len(decision.ranked) == 7


def test_the_shipped_rulebook_passes_the_same_checks_and_reads_the_same(
    knowledge: Knowledge,
) -> None:
    checked = load_knowledge(rulebook=SHIPPED / "rulebook.yaml").rulebook
    assert list(leaves(knowledge.rulebook)) == list(leaves(checked))


def test_a_whole_file_replaces_the_shipped_one(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    shipped = (SHIPPED / "rulebook.yaml").read_text("utf-8")
    file.write_text(shipped.replace("id: llmchoose-2026-11", "id: bank"), "utf-8")
    assert load_knowledge(rulebook=file).rulebook.id == "bank"


def test_new_entries_hold(knowledge: Knowledge) -> None:
    own = load_knowledge(rulebook=HERE / "good" / "new_entries.yaml")
    ranked = assess(parse_profile(PROFILE, "p.yaml", own), own, samples=60).decision.ranked
    managed = next(one for one in ranked if one.approach.id == "managed_finetune")
    assert not managed.feasible
    assert "G-OURS" in [gate.id for gate in managed.gates if not gate.passed]


def test_a_file_of_ten_megabytes_is_refused_by_its_size(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    file.write_bytes(b"extends: shipped\n" + b"# padding\n" * 1_000_000)
    assert "the file has 10.0 MB; at most 1 MB are read" in message_of(file)


def test_a_file_of_nothing_but_mistakes_ends_soon(tmp_path: Path) -> None:
    file = tmp_path / "own.yaml"
    many = ", ".join(f"wrong-{number}" for number in range(9000))
    file.write_text(f"extends: shipped\nremove: [{many}]\n")
    assert message_of(file).count("error: ") == 100


def test_a_folder_is_no_rulebook(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is a folder"):
        _ = load_knowledge(rulebook=tmp_path).rulebook
