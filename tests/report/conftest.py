"""A hand-made check that has one of everything, and what it is built of."""

from collections.abc import Callable
from datetime import date

import pytest

from llmchoose.errors import Mark
from llmchoose.estimate.formulas.distributions import Band
from llmchoose.knowledge.policy import Severity
from llmchoose.policy.model import (
    Checked,
    Finding,
    Place,
    Proposal,
    RuleInForce,
    Totals,
    Waived,
    fingerprint,
)

CLAIMS, NOTES, CODES = "proposals/claims.profile.yaml", "./proposals/notes.yaml", "codes.yaml"
# A name whose bytes are no UTF-8, with what addresses and workflow commands would stumble over.
HOSTILE = "proposals/caf\udce9 %41,b:c`|é.yaml"
NASTY = (
    "<script>alert('1')</script> ]]> \x1b[31m\u2028 %0A\n::error::x | [a](b) **b** @all $x$ &lt;"
)
MADE = date(2026, 11, 21)


def made(
    rule: str,
    severity: Severity,
    message: str,
    place: Place,
    *,
    fix: str = "Do something about it.",
    hint: str = "",
    waived: Waived | None = None,
) -> Finding:
    title = f"What {rule} asks for"
    name = fingerprint(rule, place.mark.path, message, 0)
    return Finding(rule, title, severity, message, fix, place, "", hint, waived, name)


def found() -> tuple[Finding, ...]:
    owner = Mark(CLAIMS, 3, 1)
    return (
        made(
            "P-BASELINE",
            "error",
            "lora is decided, and nobody has measured what prompting reaches.",
            Place(Mark(CLAIMS, 12, 13), "  approach: lora", 4),
            fix="Run a prompt with a few examples on the test set; put the score into "
            "task.prompt_baseline, its size into task.eval_examples.",
        ),
        made(
            "P-TOTAL-COST",
            "warning",
            "lora costs $1.2M over the horizon ($800k to $2.1M); the limit is $1M.",
            Place(Mark(CLAIMS, 12, 13), "  approach: lora", 4),
        ),
        made(
            "P-OWNER",
            "warning",
            "Nobody is named who answers for the proposal.",
            Place(owner, "name: Claims", 4),
            waived=Waived("profile", "in the move", "Ada", date(2027, 1, 31), f"{CLAIMS}:20:5"),
        ),
        made(
            "P-EVALUATION",
            "error",
            "prompt is decided, and there is no set to evaluate it on.",
            Place(Mark(NOTES, 1, 1), "name: Notes", 4),
            waived=Waived("policy", "a trial, nothing more", None, None, "policy.yaml:9:3"),
        ),
        made(
            "P-HOLDOUT",
            "warning",
            "Test data is not kept apart.",
            Place(Mark(NOTES, 4, 3), "  holdout: no", 7),
            waived=Waived("baseline", "known"),
        ),
        made(
            "P-INVALID",
            "error",
            "budget.one_tme is not a field of budget",
            Place(Mark(CODES, 104, 3), f"  one_tme: $50k  # {'x' * 200}", 7),
            hint="did you mean one_time?",
            fix="Mend the line that is named.",
        ),
        made("OWN-1", "note", NASTY, Place(Mark(HOSTILE, 2, 3), f"  {NASTY}", 5), fix=NASTY),
        made("P-NOWHERE", "note", "It is empty.", Place(Mark(HOSTILE, 1, 1))),
    )


def rules() -> tuple[RuleInForce, ...]:
    why = "A rule has its reason."
    return (
        RuleInForce("P-BASELINE", "Prompting was measured", "error", "error", fix="Measure."),
        RuleInForce("P-INVALID", "The profile reads", "error", "error", rationale=why),
        RuleInForce(
            "P-TOTAL-COST",
            "The cost over the horizon keeps to the limit",
            "warning",
            "error",
            limit_name="max_total_usd",
            limit=1_000_000,
            unit="usd",
            where=Mark("policy.yaml", 7, 3),
            limit_where=Mark("policy.yaml", 3, 3),
        ),
        RuleInForce("P-OWNER", "Somebody answers for it", "warning", "warning"),
        RuleInForce("P-HOLDOUT", "Test data is kept apart", "warning", "warning"),
        RuleInForce("P-NEAR", "No limit is near", "off", "warning"),
        RuleInForce("P-FACT-AGE", "Prices are of today", "warning", "warning", rationale=why),
        RuleInForce("OWN-1", NASTY, "note", "note", own=True, where=Mark("policy.yaml", 30, 5)),
    )


@pytest.fixture(scope="session")
def checked() -> Checked:
    """Findings of every kind and severity, waived in every way, among hostile names."""
    once, whole = Band(12_000, 20_000, 41_000), Band(800_000, 1_200_000, 2_100_000)
    return Checked(
        policy="policy.yaml",
        rules=rules(),
        today=MADE,
        today_given=False,
        proposals=(
            Proposal(CODES),
            Proposal(
                CLAIMS, "Claims", "lora", True, "prompt", 0.61, once, whole, Band(10, 20, 40), True
            ),
            Proposal(HOSTILE, NASTY, "rag", True, "rag", 0.8, once, once),
            Proposal(NOTES, "Notes", "prompt", False, "prompt", 0.9, Band(5, 5, 5), once),
        ),
        skipped=("compose.yaml", "ci.yml"),
        findings=found(),
        totals=Totals(Band(30_000, 45_000, 90_000), whole, Band(10, 20, 40), True),
        gone=1,
    )


@pytest.fixture(scope="session")
def passing() -> Checked:
    """Two proposals that no rule finds anything in."""
    figures = Band(12_000, 20_000, 41_000)
    proposals = tuple(
        Proposal(path, "Name", "prompt", True, "prompt", 0.9, figures, figures)
        for path in (CLAIMS, CODES)
    )
    return Checked(None, rules(), MADE, False, proposals, (), (), Totals(figures, figures))


@pytest.fixture(scope="session")
def many(checked: Checked) -> Callable[[int], Checked]:
    """A check with so many findings of each severity, each in a file of its own."""

    def build(number: int) -> Checked:
        severities: tuple[Severity, ...] = ("note", "warning", "error")
        findings = tuple(
            made(f"P-{severity}", severity, NASTY, Place(Mark(f"{place}.yaml", 1, 1), NASTY, 3))
            for place in range(number)
            for severity in severities
        )
        proposals = tuple(Proposal(f"{place}.yaml", NASTY, "rag", True) for place in range(number))
        return Checked(None, checked.rules, MADE, True, proposals, (), findings, checked.totals)

    return build
