"""The report for a terminal: the first screen answers, the rest explains."""

import io
import sys
from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from llmchoose.assessment import Assessment
from llmchoose.estimate.distributions import band
from llmchoose.report import phrases

WIDEST = 160
WIDE = 120
FIRST_STEPS = 3


def render_all(assessments: Sequence[Assessment], *, plain: bool = False) -> str:
    """Reports one after another, in colour where standard output is a terminal.

    Args:
        assessments: What to report.
        plain: Write no colour whatever the terminal says (for files).
    """
    console = Console(file=io.StringIO() if plain else sys.stdout, highlight=False, soft_wrap=False)
    console.width = min(console.width, WIDEST)
    with console.capture() as captured:
        for one in assessments:
            console.print(_report(one, console.width))
    return "\n".join(line.rstrip() for line in captured.get().splitlines()) + "\n"


def _report(assessment: Assessment, width: int) -> Group:
    parts = [
        _title(assessment),
        _answer(assessment),
        _reasons(assessment),
        _first(assessment),
        _section("All approaches side by side"),
        _table(assessment, wide=width >= WIDE),
        _section("Cost of the recommended approach"),
        _breakdown(assessment),
        _section("Plan"),
        _plan(assessment),
        _section("Risks"),
        _risks(assessment),
        _section("Assumed, because the profile does not say"),
        _assumptions(assessment),
        _section("Sources"),
        _sources(assessment),
    ]
    return Group(*[part for part in parts if part is not None])


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


def _section(title: str) -> RenderableType:
    return Group(Text(), Text(title, style="bold underline"))


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
        table.add_row("Agrees", Text(agrees, style="" if decision.agrees else "yellow"))
    if decision.recommended is None:
        table.add_row("Why", Text(decision.summary))
    return table


def _reasons(assessment: Assessment) -> RenderableType | None:
    if not assessment.decision.reasons:
        return None
    table = _bullets()
    for reason in assessment.decision.reasons:
        mark = Text("+", style="green") if reason.speaks == "for" else Text("-", style="red")
        table.add_row(mark, _cited(reason.text, reason.sources))
    for partner in assessment.decision.partners:
        table.add_row(
            Text("&", style="cyan"),
            _cited(f"{partner.approach} beside it: {partner.reason}", partner.sources),
        )
    return Group(Text(), Text("Why", style="bold"), table)


def _bullets() -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    return table


def _cited(text: str, sources: Sequence[str]) -> Text:
    return Text(text).append(f" {phrases.citations(sources)}", style="dim")


def _first(assessment: Assessment) -> RenderableType | None:
    steps = assessment.decision.plan[:FIRST_STEPS]
    if not steps:
        return None
    table = _bullets()
    for number, step in enumerate(steps, 1):
        table.add_row(f"{number}.", Text(step.do))
    return Group(Text(), Text("What first", style="bold"), table)


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


def _breakdown(assessment: Assessment) -> RenderableType | None:
    best = assessment.decision.recommended
    if best is None:
        return None
    estimate = assessment.estimates[best.approach.id]
    table = Table(box=None, padding=(0, 1), header_style="bold", pad_edge=False)
    for column in ("item", "dollars", "from"):
        table.add_column(column, overflow="fold")
    for item in estimate.items:
        usd = "unknown" if item.usd is None else phrases.money(band(item.usd))
        table.add_row(
            Text(item.name),
            Text(usd + (" a month" if item.when == "monthly" else "")),
            Text(", ".join(item.source) or item.note, style="dim"),
        )
    return Group(table, *_hardware(assessment, best.approach.id))


def _hardware(assessment: Assessment, approach: str) -> list[Text]:
    estimate = assessment.estimates[approach]
    run, lines = estimate.training, []
    if run is not None:
        lines.append(
            Text(
                f"Training: {phrases.span(band(run.gpu_hours))} GPU-hours on {run.n_gpus:,.0f} x "
                f"{run.gpu.name}, {phrases.span(band(run.wall_clock_days))} days, "
                f"{phrases.span(band(run.memory_gb))} GB each"
            )
        )
    for option in estimate.acquisitions:
        usd = "unknown" if option.usd is None else phrases.money(band(option.usd))
        lines.append(Text(f"  {option.how:6}{usd}  ({option.note})"))
    lines.append(Text(phrases.footprint(estimate)))
    return [Text(), *lines, *(Text(note, style="yellow") for note in estimate.notes)]


def _plan(assessment: Assessment) -> Table:
    table = _bullets()
    for number, step in enumerate(assessment.decision.plan, 1):
        text = Text(step.do).append(f"  Done when: {step.exit_criterion}", style="cyan")
        table.add_row(f"{number}.", text.append(f" {phrases.citations(step.sources)}", style="dim"))
    return table


def _risks(assessment: Assessment) -> Table:
    table = _bullets()
    for risk in assessment.decision.risks:
        text = Text(risk.text).append(f" {risk.mitigation}", style="cyan")
        table.add_row("!", text.append(f" {phrases.citations(risk.sources)}", style="dim"))
    return table


def _assumptions(assessment: Assessment) -> Table:
    table = _pairs()
    for one in assessment.inputs.assumptions:
        said = Text(phrases.assumed(one, assessment.knowledge.fields))
        said.append(f" {phrases.citations(one.source)}", style="dim")
        table.add_row(Text(one.input, style="not bold"), said)
    return table


def _sources(assessment: Assessment) -> Table:
    table = _pairs()
    for cite in phrases.named_sources(assessment):
        said = f"{cite.title}: {cite.claim}" if cite.claim else cite.title
        table.add_row(Text(cite.id, style="not bold"), Text(said))
    return table
