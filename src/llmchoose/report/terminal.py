"""The report for a terminal: the first screen answers, the rest explains."""

import io
import sys
from collections.abc import Iterator, Sequence
from textwrap import TextWrapper

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from llmchoose.assessment import Assessment
from llmchoose.estimate.distributions import band
from llmchoose.estimate.model import Item
from llmchoose.report import phrases

NARROWEST, WIDEST = 40, 160
WIDE = 120
FIRST_STEPS = 3


def render_all(assessments: Sequence[Assessment], *, plain: bool = False) -> str:
    """Reports one after another, in colour where standard output is a terminal.

    Args:
        assessments: What to report.
        plain: Write no colour whatever the terminal says (for files).
    """
    console = Console(file=io.StringIO() if plain else sys.stdout, highlight=False, soft_wrap=False)
    console.width = min(max(console.width, NARROWEST), WIDEST)
    with console.capture() as captured:
        for one in assessments:
            console.print(_title(one), _answer(one), sep="\n")
            for title, body in _sections(one, console.width):
                console.print(Text(f"\n{title}", style="bold underline"))
                # Long lists are wrapped already: laying them out as tables takes most of the time.
                console.out(body) if isinstance(body, str) else console.print(body)
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _sections(assessment: Assessment, width: int) -> Iterator[tuple[str, RenderableType]]:
    best = assessment.decision.recommended
    if best is not None:
        yield "Why", _listed(_reasons(assessment), width)
        first = enumerate(assessment.decision.plan[:FIRST_STEPS], 1)
        yield "What first", _listed([(f"{n}.", step.do) for n, step in first], width)
    yield "All approaches side by side", _table(assessment, wide=width >= WIDE)
    if best is not None:
        yield "Cost of the recommended approach", _breakdown(assessment, best.approach.id, width)
        yield "Plan", _listed(_plan(assessment), width)
        yield "Risks", _listed(_risks(assessment), width)
    yield "Assumed, because the profile does not say", _listed(_assumptions(assessment), width)
    yield "Sources", _listed(_sources(assessment), width)


def _listed(rows: Sequence[tuple[str, str]], width: int) -> str:
    """Labels with their texts beside them, each text wrapped under itself."""
    indent = min(max((len(label) for label, _ in rows), default=0), width // 2) + 2
    wrap = TextWrapper(width=width, subsequent_indent=" " * indent, break_on_hyphens=False)
    return "\n".join(wrap.fill(f"{label:<{indent}}{text}") for label, text in rows)


def _title(assessment: Assessment) -> RenderableType:
    name = str(assessment.profile.get("name"))
    return Group(
        Rule(Text(name, style="bold"), align="left", characters="─"),
        Text(
            f"as of {assessment.inputs.day}, rulebook {assessment.knowledge.rulebook.id}",
            style="dim",
        ),
        Text(),
    )


def _pairs() -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    return table


def _answer(assessment: Assessment) -> Table:
    decision, table = assessment.decision, _pairs()
    style = "bold green" if decision.recommended else "bold red"
    table.add_row("Do", Text(phrases.headline(assessment), style=style))
    if decision.recommended:
        estimate = assessment.estimates[decision.recommended.approach.id]
        least = estimate.lower_bound
        table.add_row(
            "Cost",
            Text(
                f"{phrases.money(band(estimate.total_usd), at_least=least)} over "
                f"{phrases.horizon(assessment)}: "
                f"{phrases.money(band(estimate.one_time_usd), at_least=least)} once, "
                f"{phrases.money(band(estimate.monthly_usd), at_least=least)} a month"
            ),
        )
        table.add_row("Time", Text(f"{phrases.calendar(band(estimate.time_days))} to production"))
    table.add_row("Sure", Text(phrases.sureness(assessment)))
    if agrees := phrases.agreement(assessment):
        table.add_row("Record", Text(agrees, style="" if decision.agrees else "yellow"))
    if decision.recommended is None:
        table.add_row("Why", Text(decision.summary))
    return table


def _reasons(assessment: Assessment) -> list[tuple[str, str]]:
    decision = assessment.decision
    said = [
        ("+" if one.speaks == "for" else "-", one.text, one.sources) for one in decision.reasons
    ]
    said += [
        ("&", f"{one.approach} beside it: {one.reason}", one.sources) for one in decision.partners
    ]
    return [(mark, f"{text} {phrases.citations(sources)}") for mark, text, sources in said]


def _table(assessment: Assessment, *, wide: bool) -> Table:
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False, expand=wide)
    columns = ["approach", "best in", "cost over the horizon", "to production"]
    columns += ["once", "a month", "GPU-hours"] if wide else []
    for column in columns:
        table.add_column(column, no_wrap=column != "cost over the horizon")
    if wide:
        table.add_column("what stands against it", ratio=1, overflow="fold")
    for place, line in enumerate(phrases.side_by_side(assessment)):
        style = "dim" if not line.feasible else ("bold" if place == 0 else "")
        cells = [line.approach, line.chance, line.total, line.days]
        cells += [line.one_time, line.monthly, line.gpu_hours, line.said] if wide else []
        table.add_row(*(Text(cell) for cell in cells), style=style)
    if wide:
        return table
    return _with_remarks(table, assessment)


def _with_remarks(table: Table, assessment: Assessment) -> Table:
    outer, notes = Table.grid(expand=True), _pairs()
    outer.add_column()
    outer.add_row(table)
    for line in phrases.side_by_side(assessment):
        if line.said:
            notes.add_row(Text(line.approach), Text(line.said))
    outer.add_row(Padding(notes, (1, 0, 0, 0)))
    return outer


def _breakdown(assessment: Assessment, approach: str, width: int) -> str:
    estimate = assessment.estimates[approach]
    rows = [("item", "dollars", "from")]
    for item in estimate.items:
        usd = "unknown" if item.usd is None else phrases.money(band(item.usd))
        rows.append((item.name, usd + (" a month" if item.when == "monthly" else ""), _short(item)))
    wide = [max(len(row[column]) for row in rows) for column in (0, 1)]
    lines = [f"{name:<{wide[0]}}  {usd:<{wide[1]}}  {source}" for name, usd, source in rows]
    cut = [line if len(line) <= width else f"{line[: width - 1]}…" for line in lines]
    return "\n".join([*cut, "", _listed(_hardware(assessment, approach), width)])


def _short(item: Item) -> str:
    first, *more = item.source or (item.note,)
    return f"{first} +{len(more)}" if more else first


def _hardware(assessment: Assessment, approach: str) -> list[tuple[str, str]]:
    estimate = assessment.estimates[approach]
    run, rows = estimate.training, []
    if run is not None:
        said = (
            f"{phrases.span(band(run.gpu_hours))} GPU-hours on {run.n_gpus:,.0f} x {run.gpu.name}, "
            f"{phrases.span(band(run.wall_clock_days))} days, "
            f"{phrases.span(band(run.memory_gb))} GB each"
        )
        rows.append(("training", said))
    for option in estimate.acquisitions:
        usd = "unknown" if option.usd is None else phrases.money(band(option.usd))
        rows.append((option.how, f"{usd} ({option.note})"))
    rows.append(("energy", phrases.footprint(estimate)))
    return rows + [("note", note) for note in estimate.notes]


def _plan(assessment: Assessment) -> list[tuple[str, str]]:
    return [
        (
            f"{number}.",
            f"{step.do} Done when: {step.exit_criterion} {phrases.citations(step.sources)}",
        )
        for number, step in enumerate(assessment.decision.plan, 1)
    ]


def _risks(assessment: Assessment) -> list[tuple[str, str]]:
    return [
        ("!", f"{risk.text} {risk.mitigation} {phrases.citations(risk.sources)}")
        for risk in assessment.decision.risks
    ]


def _assumptions(assessment: Assessment) -> list[tuple[str, str]]:
    fields = assessment.knowledge.fields
    return [
        (one.input, f"{phrases.assumed(one, fields)} {phrases.citations(one.source)}")
        for one in assessment.inputs.assumptions
    ]


def _sources(assessment: Assessment) -> list[tuple[str, str]]:
    """Each source once, with the ids of what it says; the claims stand in the other formats."""
    ids: dict[str, list[str]] = {}
    for cite in phrases.named_sources(assessment):
        ids.setdefault(cite.title, []).append(cite.id)
    return [("-", f"{title}: {', '.join(names)}") for title, names in ids.items()]
