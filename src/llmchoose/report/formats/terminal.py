"""The report for a terminal: the first screen answers, the rest explains.

Lines are laid out here; rich gives them colour where standard output is a terminal that wants it.
"""

from collections.abc import Iterator, Sequence

from llmchoose.assessment import Assessment
from llmchoose.estimate.approaches.model import Item
from llmchoose.estimate.formulas.distributions import band
from llmchoose.report import outlook, phrases
from llmchoose.report.screen import Line, Pair, columns, cut, listed, printed, terminal_width

WIDE = 120
FIRST_STEPS = 3


def render_all(assessments: Sequence[Assessment], *, plain: bool = False) -> str:
    """Reports one after another, in colour where standard output is a terminal.

    Args:
        assessments: What to report.
        plain: Write no colour whatever the terminal says (for files).
    """
    width = terminal_width()
    lines = [line for one in assessments for line in _report(one, width)]
    return printed(lines, width, plain=plain)


def _report(assessment: Assessment, width: int) -> Iterator[Line]:
    yield from _title(assessment, width)
    yield from _answer(assessment, width)
    for title, lines in _sections(assessment, width):
        yield "", ""
        yield title, "bold underline"
        yield from lines
    yield "", ""


def _title(assessment: Assessment, width: int) -> Iterator[Line]:
    name = cut(str(assessment.profile.get("name")), width - 1)
    yield f"{name} {'─' * (width - len(name) - 1)}", "bold"
    yield f"as of {assessment.inputs.day}, rulebook {assessment.knowledge.rulebook.id}", "dim"
    yield "", ""


def _answer(assessment: Assessment, width: int) -> Iterator[Line]:
    decision = assessment.decision
    rows = [("Do", phrases.headline(assessment))]
    if decision.recommended:
        estimate = assessment.estimates[decision.recommended.approach.id]
        total, once, monthly = (
            phrases.money(band(usd), at_least=estimate.lower_bound)
            for usd in (estimate.total_usd, estimate.one_time_usd, estimate.monthly_usd)
        )
        over = phrases.horizon(assessment)
        rows += [
            ("Cost", f"{total} over {over}: {once} once, {monthly} a month"),
            ("Time", f"{phrases.calendar(band(estimate.time_days))} to production"),
        ]
    if added := phrases.beside(assessment):
        rows.append(("Beside", added))
    rows.append(("Sure", phrases.sureness(assessment)))
    if differ := outlook.models(assessment):
        rows.append(("Models", differ))
    if agrees := phrases.agreement(assessment):
        rows.append(("Record", agrees))
    if decision.recommended is None:
        rows.append(("Why", decision.summary))
    styles = {"Do": "bold green" if decision.recommended else "bold red"}
    if decision.agrees is False:
        styles["Record"] = "yellow"
    yield from listed(rows, width, styles)


def _sections(assessment: Assessment, width: int) -> Iterator[tuple[str, Iterator[Line]]]:
    best = assessment.decision.recommended
    if best is not None:
        first = enumerate(assessment.decision.plan[:FIRST_STEPS], 1)
        yield "Why", listed(_reasons(assessment), width, {"+": "green", "-": "red", "&": "cyan"})
        if rows := outlook.evidence(assessment):
            yield "Measured", listed(rows, width)
        yield "What would change it", listed(outlook.changes(assessment), width)
        if rows := outlook.unknowns(assessment):
            yield "Worth finding out", listed(rows, width)
        yield "What first", listed([(f"{n}.", step.do) for n, step in first], width)
    yield "All approaches side by side", _table(assessment, width)
    if best is not None:
        yield "Cost of the recommended approach", _breakdown(assessment, best.approach.id, width)
        if rows := _techniques(assessment):
            yield "What makes it cheaper or better", listed(rows, width)
        yield "Plan", listed(_plan(assessment), width)
        yield "Risks", listed(_risks(assessment), width)
    if best is not None and (rows := outlook.answers(assessment)):
        yield "What the answers of the profile did", listed(rows, width)
    yield "Assumed, because the profile does not say", listed(_assumptions(assessment), width)
    yield "Sources", listed(_sources(assessment), width)


def _reasons(assessment: Assessment) -> list[Pair]:
    decision = assessment.decision
    said = [
        ("+" if one.speaks == "for" else "-", one.text, one.sources) for one in assessment.reasons
    ]
    said += [
        ("&", f"{one.approach} beside it: {one.reason}", one.sources) for one in decision.partners
    ]
    return [(mark, f"{text} {phrases.citations(sources)}") for mark, text, sources in said]


def _techniques(assessment: Assessment) -> list[Pair]:
    return [
        (name, f"{said} {phrases.citations(sources)}")
        for name, said, sources in phrases.techniques(assessment)
    ]


def _table(assessment: Assessment, width: int) -> Iterator[Line]:
    wide, lines = width >= WIDE, phrases.side_by_side(assessment)
    head = ["approach", "best", "cost over the horizon", "to production"]
    rows = [[line.approach, line.chance, line.total, line.days] for line in lines]
    if wide:
        head += ["once", "a month", "GPU-hours"]
        more = ([line.one_time, line.monthly, line.gpu_hours] for line in lines)
        rows = [row + rest for row, rest in zip(rows, more, strict=True)]
    header, *body = columns([head, *rows])
    if max(map(len, (header, *body))) > width:
        yield from listed([(row[0], "; ".join(row[1:])) for row in (head, *rows)], width)
    else:
        yield header, "bold"
        for place, (text, line) in enumerate(zip(body, lines, strict=True)):
            yield text, "dim" if not line.feasible else "bold" if place == 0 else ""
    against = [(line.approach, line.said) for line in lines if line.said]
    if against:
        yield "", ""
        yield "What stands against them", "bold"
        yield from listed(against, width)


def _breakdown(assessment: Assessment, approach: str, width: int) -> Iterator[Line]:
    estimate = assessment.estimates[approach]
    rows = [("item", "dollars", "from")]
    for item in estimate.items:
        usd = "unknown" if item.usd is None else phrases.money(band(item.usd))
        rows.append((item.name, usd + (" a month" if item.when == "monthly" else ""), _short(item)))
    for place, text in enumerate(columns(rows)):
        yield cut(text, width), "" if place else "bold"
    yield "", ""
    yield from listed(_hardware(assessment, approach), width, {"note": "yellow"})


def _short(item: Item) -> str:
    first, *more = item.source or (item.note,)
    return f"{first} +{len(more)}" if more else first


def _hardware(assessment: Assessment, approach: str) -> list[Pair]:
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


def _plan(assessment: Assessment) -> list[Pair]:
    return [
        (
            f"{number}.",
            f"{step.do} Done when: {step.exit_criterion} {phrases.citations(step.sources)}",
        )
        for number, step in enumerate(assessment.decision.plan, 1)
    ]


def _risks(assessment: Assessment) -> list[Pair]:
    return [
        ("!", f"{risk.text} {risk.mitigation} {phrases.citations(risk.sources)}")
        for risk in assessment.decision.risks
    ]


def _assumptions(assessment: Assessment) -> list[Pair]:
    fields = assessment.knowledge.fields
    return [
        (one.input, f"{phrases.assumed(one, fields)} {phrases.citations(one.source)}")
        for one in assessment.inputs.assumptions
    ]


def _sources(assessment: Assessment) -> list[Pair]:
    """Each source once, with the ids of what it says; the claims stand in the other formats."""
    ids: dict[str, list[str]] = {}
    for cite in phrases.named_sources(assessment):
        ids.setdefault(cite.title, []).append(cite.id)
    return [("-", f"{title}: {', '.join(names)}") for title, names in ids.items()]
