"""What the tables of real decisions say in the same words, whatever the format."""

from collections import Counter
from collections.abc import Mapping, Sequence

from llmchoose.backtest.agreement import Agreement, Verdict
from llmchoose.backtest.disagreements import Disagreement
from llmchoose.backtest.history import History
from llmchoose.backtest.summary import HALF, WHOLE, Summary
from llmchoose.knowledge.yardsticks import Knob

Row = tuple[str, ...]
LEFT_OUT: Mapping[float, str] = {
    0.0: "every answer",
    0.25: "a quarter left out",
    0.5: "half left out",
    0.75: "three quarters left out",
}
HOW: Mapping[str, str] = {
    "judged": "judged",
    "comparisons": "fitted to published comparisons",
    "fitted": "fitted to these decisions, and refitted without those judged",
    "in_view": "chosen with these decisions in view",
}
AGREEMENT_HEAD = ("", "profiles", "acceptable", "unseen", "95% interval", "family", "exact")
RULES_HEAD = ("", "acceptable", "family", "exact", "half left out")
GROUP_HEAD = ("", "cases", "acceptable", "family", "exact")
CALIBRATION_HEAD = ("", "said", "right", "n")
LEGEND = (
    "acceptable: an expert would accept the recommendation; family: one of its family (prompt, "
    "tune, train); exact: it is what was chosen, where that worked; unseen: the decision had no "
    "part in what is fitted. Nothing of a decision reaches its assessment."
)


def percent(share: float | None) -> str:
    """A share in whole hundredths; a dash without any."""
    return "-" if share is None else f"{share:.0%}"


def agreement_rows(summary: Summary) -> list[Row]:
    """Agreement by how much of the profiles was left out."""
    return [
        (
            LEFT_OUT[left_out],
            str(part.seen.cases),
            percent(part.seen.acceptable),
            "-" if summary.history else percent(part.unseen.acceptable),
            f"{part.seen.low:.0%} to {part.seen.high:.0%}" if left_out == WHOLE else "",
            percent(part.seen.family),
            percent(part.seen.exact),
        )
        for left_out, part in summary.parts.items()
    ]


def rule_rows(summary: Summary) -> list[Row]:
    """The tool beside the rules of thumb."""
    return [
        (
            one.name,
            *_shares(one.whole),
            percent(one.half.acceptable if one.half else None),
        )
        for one in summary.rules
    ]


def group_rows(groups: Mapping[str, Agreement]) -> list[Row]:
    """Agreement of each group."""
    return [(name, str(one.cases), *_shares(one)) for name, one in groups.items()]


def _shares(one: Agreement) -> Row:
    return percent(one.acceptable), percent(one.family), percent(one.exact)


def calibration_rows(summary: Summary) -> list[Row]:
    """Bins of the confidence on whole profiles and on those with half their answers."""
    return [
        (
            LEFT_OUT[left_out] if place == 0 else "",
            percent(one.said),
            percent(one.right),
            str(one.cases),
        )
        for left_out in (WHOLE, HALF)
        if left_out in summary.parts
        for place, one in enumerate(summary.parts[left_out].unseen_calibration.bins)
    ]


def calibration_words(summary: Summary) -> list[str]:
    """The errors of the confidence, beside what chance alone would show."""
    said = []
    for left_out, part in summary.parts.items():
        own, seen = part.unseen_calibration, part.calibration
        ece, brier = (
            "" if summary.history else f"seen {getattr(seen, name):.3f}; "
            for name in ("ece", "brier")
        )
        said.append(
            f"{LEFT_OUT[left_out]}: calibration error {own.ece:.3f} ({ece}a perfectly calibrated "
            f"tool would show {own.perfect:.3f}), Brier {own.brier:.3f} ({brier}a constant "
            f"{own.constant:.3f})"
        )
    return said


def confusion_rows(summary: Summary, approaches: Sequence[str]) -> list[Row]:
    """Recommended in rows, chosen in columns; a dot for none."""
    named = [
        name for name in (*approaches, "none") if any(name in key for key in summary.confusion)
    ]
    return [
        ("", *named),
        *(
            (name, *(str(summary.confusion.get((name, other), ".")) for other in named))
            for name in named
        ),
    ]


def regret_words(verdict: Verdict) -> str:
    """Whether a regretted choice would have been advised against."""
    chose, advised = verdict.decided.chose, verdict.advised or "nothing"
    end = "recommended all the same" if chose == advised else f"advised against: {advised}"
    return f"{chose}, {end}"


def disagreement_words(one: Disagreement) -> str:
    """What was recommended, what would have been right, and what decided."""
    advice = one.round.seen
    models = (
        f"both models say {advice.by_fit}"
        if advice.by_fit == advice.by_benefit
        else f"fit says {advice.by_fit}, net benefit {advice.by_benefit}"
    )
    lead = "which closes it" if one.lead is None else f"{one.lead:+.2f}"
    right = ", ".join(one.round.decided.acceptable)
    return (
        f"{advice.approach} at {advice.chance:.0%}, where {right} is right ({one.nearest} at "
        f"{one.nearest_chance:.0%}); {models}; decided by {one.because} ({lead}). "
        f"{one.round.decided.why}"
    ).rstrip()


def miss_words(summary: Summary) -> str:
    """How many misses a fit that has seen the decisions would spare."""
    whole = summary.parts[WHOLE]
    seen, unseen = (round((1 - one.acceptable) * one.cases) for one in (whole.seen, whole.unseen))
    return (
        f"Of {unseen} misses on whole profiles {seen} remain when the decisions have a part in the "
        "fit: they belong to what is judged, not to what is fitted."
    )


def knob_rows(knobs: Sequence[Knob]) -> list[Row]:
    """How many constants there are of each kind."""
    counts = Counter[str]()
    for one in knobs:
        counts[one.how] += one.constants
    return [(HOW[how], str(counts[how])) for how in HOW if counts[how]]


def skipped_words(history: History) -> list[str]:
    """Profiles that could not be judged, counted."""
    told = (
        (history.without_outcome, "without decision.approach and decision.outcome"),
        (history.unclear, "with another outcome than worked or regretted, and no acceptable"),
    )
    return [f"skipped: {count} {why}" for count, why in told if count]
