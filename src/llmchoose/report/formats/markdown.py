"""The report as Markdown: for a page, a ticket or a pull request."""

from collections.abc import Sequence

from llmchoose.assessment import Assessment
from llmchoose.estimate.formulas.distributions import band
from llmchoose.report import outlook, phrases
from llmchoose.report.markup import escape


def render_all(assessments: Sequence[Assessment], *, plain: bool = False) -> str:
    """Reports one after another, each under a heading of its own."""
    del plain  # Markdown has no colour
    return "\n".join(_render(one) for one in assessments)


def _render(assessment: Assessment) -> str:
    parts = [
        f"# {escape(str(assessment.profile.get('name')))}",
        f"As of {assessment.inputs.day}, rulebook {assessment.knowledge.rulebook.id}.",
        _answer(assessment),
        _reasons(assessment),
        _listed("Measured", outlook.evidence(assessment)),
        _changes(assessment),
        "## All approaches",
        _table(assessment),
        _breakdown(assessment),
        _listed("What the answers did", outlook.answers(assessment)),
        _techniques(assessment),
        "## Plan",
        _plan(assessment),
        "## Risks",
        _risks(assessment),
        "## Assumptions",
        _assumptions(assessment),
        "## Sources",
        _sources(assessment),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _answer(assessment: Assessment) -> str:
    lines = [f"**{escape(phrases.headline(assessment))}**", escape(assessment.decision.summary)]
    if added := phrases.beside(assessment):
        lines.append(f"{escape(added)}.")
    lines.append(f"Sure: {escape(phrases.sureness(assessment))}.")
    if differ := outlook.models(assessment):
        lines.append(escape(differ))
    if agrees := phrases.agreement(assessment):
        lines.append(escape(agrees))
    return "\n\n".join(lines)


def _changes(assessment: Assessment) -> str:
    if assessment.decision.recommended is None:
        return ""
    parts = (
        _listed("What would change it", outlook.changes(assessment)),
        _listed("Worth finding out", outlook.unknowns(assessment)),
    )
    return "\n\n".join(part for part in parts if part)


def _listed(title: str, rows: Sequence[tuple[str, str]]) -> str:
    """A section with a line for each row; empty without any."""
    lines = [f"- {escape(f'{label} {text}'.strip())}" for label, text in rows]
    return f"## {title}\n\n" + "\n".join(lines) if lines else ""


def _reasons(assessment: Assessment) -> str:
    rows = [
        f"- {'for' if reason.speaks == 'for' else 'against'}: {escape(reason.text)} "
        f"{escape(phrases.citations(reason.sources))}"
        for reason in assessment.reasons
    ]
    rows += [
        f"- beside it, {escape(one.approach)}: {escape(one.reason)} "
        f"{escape(phrases.citations(one.sources))}"
        for one in assessment.decision.partners
    ]
    return "## Why\n\n" + "\n".join(rows) if rows else ""


def _table(assessment: Assessment) -> str:
    rows = [
        "| approach | best | once | a month | over the horizon | to production | GPU-hours "
        "| against |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for line in phrases.side_by_side(assessment):
        cells = (
            line.approach,
            line.chance,
            line.one_time,
            line.monthly,
            line.total,
            line.days,
            line.gpu_hours,
            line.said,
        )
        rows.append("| " + " | ".join(escape(cell) for cell in cells) + " |")
    return "\n".join(rows)


def _breakdown(assessment: Assessment) -> str:
    best = assessment.decision.recommended
    if best is None:
        return ""
    estimate = assessment.estimates[best.approach.id]
    rows = ["## Cost of the recommended approach", "", "| item | dollars | from |", "|---|---|---|"]
    for item in estimate.items:
        usd = "unknown" if item.usd is None else phrases.money(band(item.usd))
        when = " a month" if item.when == "monthly" else ""
        rows.append(
            f"| {escape(item.name)} | {escape(usd)}{when} | "
            f"{escape(', '.join(item.source) or item.note)} |"
        )
    for option in estimate.acquisitions:
        usd = "unknown" if option.usd is None else phrases.money(band(option.usd))
        rows.append(f"| training hardware, {option.how} | {escape(usd)} | {escape(option.note)} |")
    return "\n".join(rows) + f"\n\nEnergy: {phrases.footprint(estimate)}."


def _techniques(assessment: Assessment) -> str:
    rows = [
        (f"{name}:", f"{said} {phrases.citations(sources)}")
        for name, said, sources in phrases.techniques(assessment)
    ]
    return _listed("What makes it cheaper or better", rows)


def _plan(assessment: Assessment) -> str:
    return "\n".join(
        f"{number}. {escape(step.do)} *Done when:* {escape(step.exit_criterion)} "
        f"{escape(phrases.citations(step.sources))}"
        for number, step in enumerate(assessment.decision.plan, 1)
    )


def _risks(assessment: Assessment) -> str:
    return "\n".join(
        f"- {escape(risk.text)} {escape(risk.mitigation)} {escape(phrases.citations(risk.sources))}"
        for risk in assessment.decision.risks
    )


def _assumptions(assessment: Assessment) -> str:
    return "\n".join(
        f"- {escape(one.input)}: {escape(phrases.assumed(one, assessment.knowledge.fields))} "
        f"{escape(phrases.citations(one.source))}"
        for one in assessment.inputs.assumptions
    )


def _sources(assessment: Assessment) -> str:
    rows = []
    for cite in phrases.named_sources(assessment):
        link = f" <{cite.url}>" if cite.url else ""
        rows.append(
            f"- {escape(cite.id)}: {escape(cite.claim or cite.title)} "
            f"({escape(cite.title)}, {cite.date}){link}"
        )
    return "\n".join(rows)
