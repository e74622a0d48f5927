"""Where a talk stands, in one line."""

from llmchoose.quantity.short import short
from llmchoose.questionnaire.standing import Standing
from llmchoose.report.phrases import money

MOST_MOVES = 2


def standing(now: Standing) -> str:
    """One line: the leading approach, how sure, its cost, and what the last answer moved."""
    return f"So far: {summary(now)}{moved(now)}"


def summary(now: Standing) -> str:
    """The leading approach, how sure that is, and its cost over the horizon."""
    if now.approach is None:
        return "nothing is possible, every approach is closed by an answer"
    cost = money(now.total_usd, at_least=now.lower_bound) if now.total_usd else "unknown"
    return f"{now.approach}, {now.confidence:.0%} sure, {cost} over {short(now.months)} months"


def moved(now: Standing) -> str:
    """Which chances the last answer moved most, in points."""
    if now.moved is None:
        return ""
    ordered = sorted(now.moved.items(), key=lambda pair: (-abs(pair[1]), pair[0]))[:MOST_MOVES]
    said = [f"{name} {'up' if by > 0 else 'down'} {abs(by) * 100:.0f}" for name, by in ordered]
    return f"; chance of {', '.join(said)} points" if said else "; nothing moved"
