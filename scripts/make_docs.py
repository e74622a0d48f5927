"""Write the reference pages of `docs/` from the knowledge: `python scripts/make_docs.py [--check]`.

Whole pages, and blocks of other pages between `<!-- made: NAME -->` and `<!-- end -->`: nobody
types the figures of the backtest. Each criterion, gate and rule of `check` has a page of its own.
`--check` writes
nothing and exits 1 if a page is missing, would change, or belongs to no rule.
"""

import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "src"))

from llmchoose.backtest.everything import backtest  # noqa: E402
from llmchoose.backtest.rounds import WHOLE, rounds  # noqa: E402
from llmchoose.backtest.summary import summary  # noqa: E402
from llmchoose.backtest.verdicts import verdicts  # noqa: E402
from llmchoose.estimate.formulas.distributions import Draws  # noqa: E402
from llmchoose.estimate.inputs import Setting  # noqa: E402
from llmchoose.estimate.pretrain.calculator import estimate_pretraining  # noqa: E402
from llmchoose.estimate.pretrain.job import Run  # noqa: E402
from llmchoose.explanation.choice import Valued, worths  # noqa: E402
from llmchoose.explanation.kinds import KINDS  # noqa: E402
from llmchoose.explanation.kinds.kind import as_ids  # noqa: E402
from llmchoose.explanation.lookup import page_of  # noqa: E402
from llmchoose.explanation.wording import blanks, condition, prior_words, type_of  # noqa: E402
from llmchoose.knowledge.fields import Field  # noqa: E402
from llmchoose.knowledge.load import Knowledge, load_knowledge  # noqa: E402
from llmchoose.knowledge.policy import Example  # noqa: E402
from llmchoose.knowledge.rules import Charge, Criterion, Gate, Worth  # noqa: E402
from llmchoose.policy.examples import proposal_of  # noqa: E402
from llmchoose.report.backtest import render_markdown  # noqa: E402
from llmchoose.report.calculators import pretrain  # noqa: E402
from llmchoose.report.decisions.markdown import block  # noqa: E402
from llmchoose.report.explanation.markdown import render_page  # noqa: E402
from llmchoose.report.markup import escape  # noqa: E402

NOTE = "<!-- Made by scripts/make_docs.py from the knowledge folder; do not edit. -->"
CRITERIA, GATES, POLICY = (
    next(kind for kind in KINDS if kind.name == name)
    for name in ("criterion", "gate", "policy rule")
)
GAP_UNKNOWN = "only where nobody says the gap"
# Folders with one page for each rule, and nothing else.
PER_RULE = ("docs/criteria", "docs/gates", "docs/rules")


def main() -> int:
    """Write the pages, or say which are out of date."""
    knowledge = load_knowledge()
    pages = {
        "docs/profile.md": profile_page(knowledge),
        "docs/rulebook.md": rulebook_page(knowledge),
        **rule_pages(knowledge),
        **policy_pages(knowledge),
    }
    blocks = {
        "backtest": lambda: backtest_block(knowledge),
        "decisions": lambda: decisions_block(knowledge),
        "explain": lambda: explain_block(knowledge),
        "rules": lambda: rules_block(knowledge),
        "limits": lambda: limits_block(knowledge),
    }
    for name in ("README.md", "docs/check.md", "docs/estimates.md", "docs/how-it-decides.md"):
        pages[name] = with_blocks(_read(name), blocks)
    if "--check" in sys.argv:
        faults = out_of_date(pages, ROOT)
        print("\n".join(faults))
        return int(bool(faults))
    write(pages, ROOT)
    return 0


def _read(name: str, root: Path = ROOT) -> str:
    path = root / name
    return path.read_text("utf-8") if path.exists() else ""


def out_of_date(pages: Mapping[str, str], root: Path) -> list[str]:
    """What is wrong with the pages of a folder: missing, stale, or of a rule that is gone."""
    there = [name for name in pages if (root / name).exists()]
    return [
        *(f"{name} is missing" for name in pages if name not in there),
        *(f"{name} is out of date" for name in there if _read(name, root) != pages[name]),
        *(f"{name} belongs to no rule" for name in orphans(pages, root)),
    ]


def orphans(pages: Mapping[str, str], root: Path) -> list[str]:
    """Files in the folders of pages made one for each rule that nothing makes."""
    found = (path for folder in PER_RULE for path in sorted((root / folder).glob("*")))
    return [name for path in found if (name := path.relative_to(root).as_posix()) not in pages]


def write(pages: Mapping[str, str], root: Path) -> None:
    """Write the pages that differ, and remove those of rules that are gone."""
    for name, text in pages.items():
        if _read(name, root) != text:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, "utf-8")
    for name in orphans(pages, root):
        (root / name).unlink()


def with_blocks(page: str, blocks: Mapping[str, Callable[[], str]]) -> str:
    """A page with the text between its marks replaced by what is made now."""
    for name, make in blocks.items():
        mark, end = f"<!-- made: {name} -->\n", "<!-- end -->"
        if mark in page:
            before, rest = page.split(mark, 1)
            page = f"{before}{mark}{make()}{end}{rest.split(end, 1)[1]}"
    return page


@cache
def decisions_block(knowledge: Knowledge) -> str:
    """How often the recommendation, and rules of thumb, are acceptable on real decisions."""
    return block(summary(rounds(knowledge, [WHOLE]), knowledge))


@cache
def backtest_block(knowledge: Knowledge) -> str:
    """The headline figures of the backtest."""
    setting = Setting(knowledge, Draws(0, 1), knowledge.as_of)
    return render_markdown(backtest(knowledge), verdicts(setting))


@cache
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
    lines = [f"### `{field.name}`", "", f"{field.help} *{type_of(field)}*", ""]
    if field.choices:
        lines += [*(f"- `{value}`: {said}" for value, said in field.choices.items()), ""]
    elif field.values:
        lines += ["Values: " + ", ".join(f"`{value}`" for value in field.values) + ".", ""]
    if field.words:
        lines += ["Words: " + ", ".join(f"`{word}`" for word in field.words) + ".", ""]
    lines += [f"Example: `{field.example}`", ""]
    if field.prior is not None:
        lines += [f"When left out: {prior_words(field.prior, '`')}", ""]
    return lines


def rulebook_page(knowledge: Knowledge) -> str:
    """Gates and criteria with links to their pages, and what pays beside an approach."""
    book = knowledge.rulebook
    lines = [
        NOTE,
        "",
        "# The rulebook",
        "",
        f"`{book.id}`, as of {book.as_of}. `llmchoose explain ID` prints each of these pages.",
        "",
        "## Gates",
        "",
        "A hard gate that an answer closes makes an approach infeasible; a soft one costs "
        f"{book.ladder.gate_penalty:g} points of fit. An input that is left open closes none.",
        "",
        "| gate | kind | closes | when |",
        "|---|---|---|---|",
        *(_gate_row(row, knowledge) for row in GATES.rows(knowledge)),
        "",
        "## Criteria",
        "",
        "Deciding criteria make up the fit by weight; the others explain.",
        "",
        "| criterion | | reads | decides | weight |",
        "|---|---|---|---|---|",
        *(_criterion_row(row) for row in book.criteria),
        "",
        "## Net benefit",
        "",
        "Beside fit stands a second model: what the expected quality is worth, less charges, each "
        "a weight times its units. One unit is the whole scale of the metric; a resource that "
        "nobody stated charges nothing.",
        "",
        "| part | weight | range | of what | sources |",
        "|---|---|---|---|---|",
        *(_worth_row(row) for row in worths(knowledge)),
        *(_charge_row(row) for row in book.net_benefit.charges),
        "",
        "## Combinations and techniques",
        "",
    ]
    for rule in book.combinations:
        what = rule.add or rule.technique
        when = escape(condition(rule.when, knowledge))
        lines += [
            f"### {rule.id}",
            "",
            f"`{what}` beside {_codes(rule.primary)}, when {when}. {escape(blanks(rule.value))} "
            f"{_sources(rule.sources)}",
            "",
        ]
    return "\n".join(lines).rstrip() + "\n"


def _gate_row(gate: Gate, knowledge: Knowledge) -> str:
    every = len(gate.excludes) == len(knowledge.approaches)
    closes = "every approach" if every else _codes(gate.excludes)
    when = escape(condition(gate.when, knowledge))
    return f"| [{gate.id}](gates/{gate.id}.md) | {gate.kind} | {closes} | {when} |"


def _criterion_row(row: Criterion) -> str:
    role = {
        "always": "always",
        "when_given": "when measured",
        "gap_unknown": GAP_UNKNOWN,
        "never": "no, explains",
    }
    reads = "nothing" if row.input == "1" else f"`{row.input}`"
    return (
        f"| [{row.id}](criteria/{row.id}.md) | {escape(row.name)} | {reads} "
        f"| {role[row.decides]} | {row.weight:g} |"
    )


def _worth_row(row: Valued) -> str:
    return _part_row(row.name, row.rule, row.rule.note, as_ids(row.rule.source))


def _charge_row(row: Charge) -> str:
    return _part_row(row.id, row, row.unit, row.sources)


def _part_row(name: str, rule: Worth | Charge, unit: str, cited: Iterable[str]) -> str:
    low, high = rule.range
    cells = (escape(name), f"{rule.weight:g}", f"{low:g} to {high:g}", escape(unit))
    return f"| {' | '.join(cells)} | {', '.join(cited)} |"


def rule_pages(knowledge: Knowledge) -> dict[str, str]:
    """A page for each criterion and gate: what `explain ID --format markdown` prints."""
    back = "[The rulebook](../rulebook.md)"
    return {
        f"docs/{kind.plural}/{row.id}.md": f"{NOTE}\n\n{render_page(page_of(kind, row, knowledge))}"
        f"\n{back}\n"
        for kind in (CRITERIA, GATES)
        for row in kind.rows(knowledge)
    }


def policy_pages(knowledge: Knowledge) -> dict[str, str]:
    """A page for each rule of `check`, and the sound proposals that their examples change."""
    book = knowledge.policy
    back = "[The check](../check.md), [the sound proposals](proposals.md)"
    pages = {
        f"docs/rules/{row.id}.md": f"{NOTE}\n\n{render_page(page_of(POLICY, row, knowledge))}"
        f"\n{back}\n"
        for row in book.rules
    }
    lines = [NOTE, "", "# The sound proposals", "", "No rule finds anything in them; the examples "]
    lines[-1] += "of the [rules](../check.md#the-rules) change a line or two."
    for name in book.examples:
        text = proposal_of(Example(of=name), book).rstrip()
        lines += ["", f"## {name}", "", "```yaml", text, "```"]
    return {**pages, "docs/rules/proposals.md": "\n".join(lines) + "\n"}


def rules_block(knowledge: Knowledge) -> str:
    """Every rule of `check` with its severity."""
    rows = (
        f"| [{row.id}](rules/{row.id}.md) | {row.severity} | {escape(row.title)} |"
        for row in knowledge.policy.rules
    )
    return "\n".join(("| rule | severity | what it asks for |", "|---|---|---|", *rows)) + "\n"


def limits_block(knowledge: Knowledge) -> str:
    """Every limit that a policy may set."""
    rows = (
        f"| `{row.id}` | {escape(row.text)} | {row.unit} "
        f"| {'none' if row.default is None else f'{row.default:g}'} |"
        for row in knowledge.policy.limits
    )
    head = ("| limit | of | unit | unless set |", "|---|---|---|---|")
    return "\n".join((*head, *rows)) + "\n"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _sources(sources: Iterable[str]) -> str:
    return f"Sources: {', '.join(sources)}."


if __name__ == "__main__":
    sys.exit(main())
