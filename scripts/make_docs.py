"""Write the reference pages of `docs/` from the knowledge: `python scripts/make_docs.py [--check]`.

Whole pages, and blocks of other pages between `<!-- made: NAME -->` and `<!-- end -->`: nobody
types the figures of the backtest. `--check` writes nothing and exits 1 if a page would change.
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from llmchoose.backtest.everything import backtest  # noqa: E402
from llmchoose.backtest.verdicts import verdicts  # noqa: E402
from llmchoose.estimate.formulas.distributions import Draws  # noqa: E402
from llmchoose.estimate.inputs import Setting  # noqa: E402
from llmchoose.estimate.pretrain.calculator import estimate_pretraining  # noqa: E402
from llmchoose.estimate.pretrain.job import Run  # noqa: E402
from llmchoose.knowledge.fields import Field, Prior  # noqa: E402
from llmchoose.knowledge.load import Knowledge, load_knowledge  # noqa: E402
from llmchoose.knowledge.rules import Condition, Criterion, Gate  # noqa: E402
from llmchoose.report.backtest import render_markdown  # noqa: E402
from llmchoose.report.calculators import pretrain  # noqa: E402

NOTE = "<!-- Made by scripts/make_docs.py from the knowledge folder; do not edit. -->"


def main() -> int:
    """Write the pages, or say which are out of date."""
    knowledge = load_knowledge()
    pages = {
        "docs/profile.md": profile_page(knowledge),
        "docs/rulebook.md": rulebook_page(knowledge),
    }
    blocks = {"backtest": backtest_block(knowledge), "explain": explain_block(knowledge)}
    for name in ("README.md", "docs/estimates.md"):
        pages[name] = with_blocks(_read(name), blocks)
    stale = [name for name, text in pages.items() if _read(name) != text]
    if "--check" in sys.argv:
        print("\n".join(f"{name} is out of date" for name in stale))
        return int(bool(stale))
    for name in stale:
        (ROOT / name).write_text(pages[name], "utf-8")
    return 0


def _read(name: str) -> str:
    path = ROOT / name
    return path.read_text("utf-8") if path.exists() else ""


def with_blocks(page: str, blocks: Mapping[str, str]) -> str:
    """A page with the text between its marks replaced by what is made now."""
    for name, text in blocks.items():
        mark, end = f"<!-- made: {name} -->\n", "<!-- end -->"
        if mark in page:
            before, rest = page.split(mark, 1)
            page = f"{before}{mark}{text}{end}{rest.split(end, 1)[1]}"
    return page


def backtest_block(knowledge: Knowledge) -> str:
    """The headline figures of the backtest."""
    setting = Setting(knowledge, Draws(0, 1), knowledge.as_of)
    return render_markdown(backtest(knowledge), verdicts(setting))


def explain_block(knowledge: Knowledge) -> str:
    """The multiplication of LLaMA-65B, as `--explain` prints it."""
    run = Run(65e9, 1.4e12, gpu="A100-80GB", n_gpus=2048)
    text = pretrain.render_terminal(
        estimate_pretraining(run, knowledge, day="2023-12-31"), explain=True
    )
    shown = text[text.index("How it comes out") :].split("\n\n")[0]
    command = "llmchoose estimate pretrain --params 65B --tokens 1.4T --gpu A100-80GB --n-gpus 2048"
    return f"```text\n$ {command} --as-of 2023 --explain\n\n{shown}\n```\n"


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
