"""Write the reference pages of `docs/` from the knowledge: `python scripts/make_docs.py [--check]`.

`--check` writes nothing and exits 1 if a page would change.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from llmchoose.knowledge.fields import Field, Prior  # noqa: E402
from llmchoose.knowledge.load import Knowledge, load_knowledge  # noqa: E402
from llmchoose.knowledge.rules import Condition, Criterion, Gate  # noqa: E402

NOTE = "<!-- Made by scripts/make_docs.py from the knowledge folder; do not edit. -->"


def main() -> int:
    """Write both pages, or say which are out of date."""
    knowledge = load_knowledge()
    pages = {"profile.md": profile_page(knowledge), "rulebook.md": rulebook_page(knowledge)}
    stale = [name for name, text in pages.items() if _read(name) != text]
    if "--check" in sys.argv:
        print("\n".join(f"docs/{name} is out of date" for name in stale))
        return int(bool(stale))
    for name in stale:
        (ROOT / "docs" / name).write_text(pages[name], "utf-8")
    return 0


def _read(name: str) -> str:
    path = ROOT / "docs" / name
    return path.read_text("utf-8") if path.exists() else ""


def profile_page(knowledge: Knowledge) -> str:
    """Every field of a profile."""
    lines = [
        NOTE,
        "",
        "# The profile",
        "",
        "Every field, its unit, its values and what is assumed "
        "when it is left out. Only `name` and `task:` must be there.",
        "",
    ]
    section = None
    for field in knowledge.fields.values():
        if field.section != section:
            section = field.section
            lines += ["", f"## {section or 'At the top'}", ""]
            lines += [f"{field.heading}.", ""] if field.section and field.heading else []
        lines += _field(field)
    return "\n".join(lines).rstrip() + "\n"


def _field(field: Field) -> list[str]:
    kind = field.type if field.type != "quantity" else f"{field.dimension}, in {field.unit}"
    kind = f"duration, in {field.unit}" if field.type == "duration" else kind
    lines = [f"### `{field.name}`", "", f"{field.help} *{kind}*", ""]
    if field.values:
        lines += ["Values: " + ", ".join(f"`{value}`" for value in field.values) + ".", ""]
    if field.words:
        lines += ["Words: " + ", ".join(f"`{word}`" for word in field.words) + ".", ""]
    lines += [f"Example: `{field.example}`", ""]
    if field.prior is not None:
        lines += [f"When left out: {_prior(field.prior)}", ""]
    return lines


def _prior(prior: Prior) -> str:
    if prior.table:
        text = f"column `{prior.column}` of {prior.table}.csv, by `{prior.by}`"
    elif prior.cases:
        cases = (
            f"{word} {points.p10:g} / {points.p50:g} / {points.p90:g}"
            for word, points in prior.cases.items()
        )
        text = f"by `{prior.by}`: {'; '.join(cases)} (p10 / p50 / p90)"
    elif prior.probabilities:
        text = ", ".join(f"{word} {share:.0%}" for word, share in prior.probabilities.items())
    elif prior.value is not None:
        text = f"`{prior.value}`"
    else:
        text = f"{prior.p10:g} / {prior.p50:g} / {prior.p90:g} (p10 / p50 / p90)"
    first = f"the answer to `{prior.same_as}` if there is one, else " if prior.same_as else ""
    source = f" [{prior.source}, {prior.as_of}]" if prior.source else ""
    return f"{first}{text}.{source}"


def rulebook_page(knowledge: Knowledge) -> str:
    """Gates, criteria and combinations, each with its sources."""
    book = knowledge.rulebook
    lines = [
        NOTE,
        "",
        "# The rulebook",
        "",
        f"`{book.id}`, as of {book.as_of}.",
        "",
        "## Gates",
        "",
        "A hard gate that an answer closes makes an approach infeasible; a soft one costs "
        f"{book.ladder.gate_penalty:g} points of fit. An input that is left open closes none.",
        "",
    ]
    for gate in book.gates:
        lines += _gate(gate)
    lines += [
        "## Criteria",
        "",
        "Deciding criteria make up the fit by weight; the others explain.",
        "",
    ]
    for criterion in book.criteria:
        lines += _criterion(criterion)
    lines += ["## Combinations and techniques", ""]
    for rule in book.combinations:
        what = rule.add or rule.technique
        lines += [
            f"### {rule.id}",
            "",
            f"`{what}` beside {_codes(rule.primary)}, when "
            f"{_condition(rule.when)}. {rule.value} {_sources(rule.sources)}",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _gate(gate: Gate) -> list[str]:
    return [
        f"### {gate.id} ({gate.kind})",
        "",
        f"Excludes {_codes(gate.excludes)} when {_condition(gate.when)}.",
        "",
        f"> {gate.reason}",
        "",
        _sources(gate.sources),
        "",
    ]


def _criterion(criterion: Criterion) -> list[str]:
    role = {"always": "decides", "when_given": "decides when measured", "never": "explains"}
    low, high = criterion.range
    lines = [
        f"### {criterion.id}: {criterion.name}",
        "",
        f"Reads `{criterion.input}` ({criterion.unit}); {role[criterion.decides]}, weight "
        f"{criterion.weight:g} ({low:g} to {high:g}).",
        "",
    ]
    for curve in criterion.curves:
        points = ", ".join(f"{place:g} → {score:g}" for place, score in curve.points)
        lines.append(f"- {_codes(curve.approaches)}: {points}")
    for word, row in criterion.table.items():
        scores = ", ".join(f"{approach} {score:g}" for approach, score in row.items())
        lines.append(f"- `{word}`: {scores}")
    return [
        *lines,
        "",
        f"For: {criterion.why_for} Against: {criterion.why_against}",
        "",
        _sources(criterion.sources),
        "",
    ]


def _condition(condition: Condition) -> str:
    if condition.always:
        return "always"
    word = " and " if condition.all else " or "
    return word.join(
        f"`{test.input}` {test.op} `{test.than or _value(test.value)}`" for test in condition.tests
    )


def _value(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sources(sources: Iterable[str]) -> str:
    return f"Sources: {', '.join(sources)}."


if __name__ == "__main__":
    sys.exit(main())
