"""What the reports of a comparison say in the same words: amounts before and after, inputs."""

from collections.abc import Iterator
from dataclasses import dataclass

from llmchoose.comparison.compare import RECORD
from llmchoose.comparison.limit import Limit, Rise
from llmchoose.comparison.model import (
    TOTAL,
    Amount,
    Change,
    Comparison,
    Costs,
    InputChange,
    Side,
)
from llmchoose.comparison.review import Review
from llmchoose.errors import LONGEST_WORD, Mark, visible
from llmchoose.estimate.formulas.distributions import Band
from llmchoose.quantity.short import short
from llmchoose.report.phrases import DAYS_PER_WEEK, LONG_DAYS, money, span
from llmchoose.report.screen import cut

LABELS = {
    TOTAL: "total",
    "one_time_usd": "once",
    "monthly_usd": "a month",
    "time_to_production_days": "to production",
    "gpu_hours": "GPU-hours",
    "energy_kwh": "energy, kWh",
    "tco2e": "CO2, t",
}
TIME = "time_to_production_days"
NOTHING = "nothing"
OPEN = "left open"
ARROW = " → "
MIDDLES = "A change is that of the middle (p50); bands are p10 to p90."


@dataclass(frozen=True)
class Row:
    """A figure in words: its middle and its band before and after, and the change."""

    label: str
    old: str
    new: str
    change: str
    old_band: str = ""
    new_band: str = ""
    rises: float = 0.0


def figure_rows(costs: Costs) -> Iterator[Row]:
    """Figures that a side has."""
    for name, change in costs.figures.items():
        if change.old != "absent" or change.new != "absent":
            yield _row(name, change, costs.least_old, costs.least_new)


def total_rows(review: Review) -> Iterator[Row]:
    """Figures of all profiles together."""
    for name, change in review.totals.items():
        if change.old != "absent" or change.new != "absent":
            yield _row(name, change, least_old=False, least_new=False)


def item_rows(costs: Costs) -> tuple[list[Row], int]:
    """Lines of the cost that changed, and how many did not."""
    moved = [one for one in costs.items if one.usd.old != one.usd.new]
    rows = [
        Row(
            one.name + (" a month" if one.when == "monthly" else ""),
            _middle("_usd", one.usd.old),
            _middle("_usd", one.usd.new),
            step("_usd", one.usd),
            rises=one.usd.p50 or 0.0,
        )
        for one in moved
    ]
    return rows, len(costs.items) - len(moved)


def approach_rows(found: Comparison) -> Iterator[tuple[str, str, Row]]:
    """Every approach: name, chance to be the best before and after, its total."""
    for one in found.approaches:
        total = one.costs.figures[TOTAL]
        row = _row(TOTAL, total, one.costs.least_old, one.costs.least_new)
        chances = [
            "-" if side is None else f"{side.chance:.0%}" if side.feasible else "closed"
            for side in (one.old, one.new)
        ]
        yield one.approach, between(*chances), row


def name_of(found: Comparison) -> str:
    """The name of the project; a former one stands among the inputs."""
    return visible(str(found.side.profile.get("name")))


def about(found: Comparison) -> str:
    """The files, and the day of the decision."""
    sides = [side for side in (found.old, found.new) if side is not None]
    paths = [visible(side.profile.path) for side in sides]
    return f"{ARROW.join(paths)}; as of {between(sides[0].day, sides[-1].day)}"


def total_words(found: Comparison) -> str:
    """The first line: by how much the total moved, from what to what."""
    row = next(figure_rows(found.proposed), None)
    over = f"over {horizon(found)}"
    if row is None:
        return "nothing can be proposed, so there is no total"
    if found.kind == "new":
        return f"new proposal: {row.new} ({row.new_band}) {over}"
    if found.kind == "removed":
        return f"removed: {row.old} ({row.old_band}) {over} are no longer planned"
    if "-" in (row.old, row.new):
        return f"from {row.old} to {row.new} {over}: one side proposes nothing"
    if found.proposed.figures[TOTAL].old == found.proposed.figures[TOTAL].new:
        return f"no change: {row.new} ({row.new_band}) {over}"
    return f"{row.change} {over}: {row.old} ({row.old_band}) to {row.new} ({row.new_band})"


def advice(found: Comparison) -> list[tuple[str, str]]:
    """What is recommended and how sure that is, before and after."""
    rows = [("Do", _before_and_after([_do(side) for side in _sides(found)]))]
    sure = [f"{side.confidence:.0%}" for side in _sides(found)]
    chances = [
        f"{side.chances[side.approach]:.0%}" if side.approach else "-" for side in _sides(found)
    ]
    words = between(sure[0], sure[-1])
    rows.append(("Sure", f"{words}; chance to be the best {between(chances[0], chances[-1])}"))
    if any(side.decided for side in _sides(found)) or found.crosses:
        rows.append(("Figures", _of_what(found)))
    return rows


def inputs_words(found: Comparison) -> list[tuple[str, str, float]]:
    """Changed inputs: field, what happened and what that did, and its part in dollars."""
    rows = [(one.field, _input_words(one), one.share_usd or 0.0) for one in found.inputs]
    shared = found.attribution
    if shared is None:
        return rows
    if shared.switch_usd and found.crosses and found.old is not None:
        said = (
            f"{found.old.proposed}{ARROW}{shared.approach}: {signed('_usd', shared.switch_usd)}, "
            "at the inputs as they were"
        )
        rows.append(("(other approach)", said, shared.switch_usd))
    if shared.together_usd:
        said = f"{signed('_usd', shared.together_usd)} beyond what each input does"
        rows.append(("(together)", said, shared.together_usd))
    return rows


def method_words(found: Comparison) -> str:
    """How the change was shared out; empty without anything to share."""
    shared = found.attribution
    if shared is None or not any(one.share_usd for one in found.inputs):
        return ""
    over = f"Parts of the change of {shared.approach}'s middle total"
    if shared.method == "shapley":
        return f"{over}, averaged over all orders of the inputs (Shapley 1953)."
    return f"{over}: the mean of what each input does as the first and as the last to change."


def turning_words(found: Comparison) -> str:
    """What to say where no input alone turns the advice, but all together do."""
    if not found.turned or any(one.changes_recommendation for one in found.inputs):
        return ""
    return "No input alone changes the recommendation; together they do."


def summary_row(found: Comparison) -> Row:
    """A profile in one line of a list."""
    row = next(figure_rows(found.proposed), Row("", "-", "-", "-"))
    return Row(name_of(found), row.old, row.new, row.change, rises=row.rises)


def count_words(review: Review) -> str:
    """How many profiles changed, and how."""
    kinds = [one.kind for one in review.comparisons]
    if not kinds:
        return "No profile changed."
    many = "1 profile" if len(kinds) == 1 else f"{len(kinds)} profiles"
    counted = [f"{kinds.count(kind)} {kind}" for kind in ("changed", "new", "removed", "same")]
    said = ", ".join(text for text in counted if not text.startswith("0 "))
    silent = f"; {review.silent} propose nothing and add nothing" if review.silent else ""
    return f"{many} differ: {said.replace('same', 'with other text only')}{silent}."


def limit_words(found: Comparison, rise: Rise, limit: Limit) -> str:
    """That a middle total rose above a limit: by how much, and of what."""
    share = "" if rise.share is None else f" ({rise.share:+.1%})"
    return (
        f"the middle total of {name_of(found)} rises by ${short(rise.usd)}{share}; "
        f"the limit is {visible(limit.text)}"
    )


def between(old: str, new: str) -> str:
    """`84% → 79%`, or the one text where both are the same."""
    return old if old == new else f"{old}{ARROW}{new}"


def horizon(found: Comparison) -> str:
    """The time that totals are over."""
    months = [f"{short(side.months)} months" for side in _sides(found)]
    return between(months[0], months[-1])


def signed(name: str, value: float) -> str:
    """A change with its sign: `+$38k`, `-3`, `±0`."""
    if not value:
        return "±0"
    sign = "+" if value > 0 else "-"
    return f"{sign}{'$' if name.endswith('_usd') else ''}{short(abs(value))}"


def step(name: str, change: Change) -> str:
    """The change of a middle, with its share of what it was."""
    moved = change.p50
    if moved is None:
        return "unknown" if "unknown" in (change.old, change.new) else "-"
    if not moved and change.old != change.new:
        return "±0, the band moved"
    share = f" ({change.share:+.0%})" if change.share and moved else ""
    if name == TIME:
        unit, size = _unit(change.old, change.new)
        return f"{signed(name, round(moved / size, 1))} {unit}{share}"
    return f"{signed(name, moved)}{share}"


def _row(name: str, change: Change, least_old: bool, least_new: bool) -> Row:
    unit = _unit(change.old, change.new) if name == TIME else ("", 1)
    return Row(
        LABELS[name],
        _middle(name, change.old, unit, least_old),
        _middle(name, change.new, unit, least_new),
        step(name, change),
        _band(name, change.old, unit),
        _band(name, change.new, unit),
        change.p50 or 0.0,
    )


def _middle(name: str, amount: Amount, unit: tuple[str, int] = ("", 1), least: bool = False) -> str:
    if not isinstance(amount, Band):
        return "unknown" if amount == "unknown" else "-"
    if name == TIME:
        return f"{short(amount.p50 / unit[1])} {unit[0]}"
    if not name.endswith("_usd"):
        return short(amount.p50)
    return f"{'≥ ' if least else ''}${short(amount.p50)}"


def _band(name: str, amount: Amount, unit: tuple[str, int]) -> str:
    if not isinstance(amount, Band):
        return ""
    if name.endswith("_usd"):
        return money(amount)
    return span(Band(*(value / unit[1] for value in (amount.p10, amount.p50, amount.p90))))


def _unit(old: Amount, new: Amount) -> tuple[str, int]:
    """Days, or weeks where the longer of both is long."""
    longest = max((side.p50 for side in (old, new) if isinstance(side, Band)), default=0.0)
    return ("days", 1) if longest < LONG_DAYS else ("weeks", DAYS_PER_WEEK)


def _sides(found: Comparison) -> list[Side]:
    return [side for side in (found.old, found.new) if side is not None]


def _do(side: Side) -> str:
    if side.approach is None:
        return "nothing: every approach is closed"
    return side.approach + (f" with {' and '.join(side.partners)}" if side.partners else "")


def _before_and_after(texts: list[str]) -> str:
    same = len(texts) > 1 and texts[0] == texts[-1]
    return f"{texts[0]}, as before" if same else between(texts[0], texts[-1])


def _of_what(found: Comparison) -> str:
    said = [
        f"{side.proposed or NOTHING} ({'decided' if side.decided else 'recommended'})"
        for side in _sides(found)
    ]
    text = f"of {between(said[0], said[-1])}"
    return f"{text}: one approach is compared with another" if found.crosses else text


def _input_words(one: InputChange) -> str:
    old, new = (
        OPEN if text is None else cut(visible(text), LONGEST_WORD) for text in (one.old, one.new)
    )
    did = [_part(one)]
    if one.turns_to is not None:
        did.append(f"alone turns the advice to {one.turns_to or NOTHING}")
    return f"{old}{ARROW}{new}: {', '.join(did)}{_place(one.new_mark or one.old_mark)}"


def _part(one: InputChange) -> str:
    if one.share_usd is not None:
        return signed("_usd", one.share_usd) if one.share_usd else "nothing on the cost"
    if one.field.startswith(RECORD):
        return "what was decided, no input"
    return "no formula reads it"


def _place(mark: Mark | None) -> str:
    return "" if mark is None else f" ({visible(mark.path)}:{mark.line})"
