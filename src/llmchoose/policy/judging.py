"""One rule held against one proposal: what each kind of rule has to say."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from llmchoose.decision.gates import GateResult
from llmchoose.decision.wording import ONE
from llmchoose.estimate.formulas.distributions import Band, significant
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.policy import Limited, PolicyBook, PolicyLimit, PolicyRule
from llmchoose.policy.ages import prices_of
from llmchoose.policy.answers import Answers
from llmchoose.quantity import Quantity, show_quantity
from llmchoose.quantity.short import short
from llmchoose.survey import Surveyed

Words = Mapping[str, str]
FIGURES: tuple[Limited, ...] = (
    "one_time_usd",
    "monthly_usd",
    "total_usd",
    "gpu_hours",
    "time_to_production_days",
    "energy_kwh",
    "tco2e",
)


@dataclass(frozen=True)
class Said:
    """What a rule says of a proposal.

    Attributes:
        words: What its message is filled with.
        key: What tells it from what else the rule says of the same proposal.
    """

    words: Words = field(default_factory=dict)
    key: str = ""


@dataclass(frozen=True, eq=False)
class Case:
    """One proposal, and what it is held against.

    Attributes:
        approach: The decided one, else the recommended one.
        decided: Whether the proposal says so.
        limits: Limits that are in force, by name.
        spoken_for: Gates that a rule of their own speaks for.
        wanted: Answers of the questionnaire, in its order.
        today: Day against which ages are judged.
    """

    one: Surveyed
    answers: Answers
    knowledge: Knowledge
    approach: str
    decided: bool
    limits: Mapping[str, float]
    spoken_for: frozenset[str]
    wanted: tuple[str, ...]
    today: date

    def figure(self, name: Limited) -> Band | None:
        """A figure of the approach; None where it is unknown or there is none."""
        return self.one.figure(self.approach, name)

    @cached_property
    def closed(self) -> tuple[GateResult, ...]:
        """Gates that the approach does not pass."""
        return tuple(gate for gate in self.one.gates(self.approach) if not gate.passed)


def case_of(
    one: Surveyed, knowledge: Knowledge, limits: Mapping[str, float], today: date
) -> Case | None:
    """The case of a proposal; None where nothing is decided and nothing is feasible."""
    decided = one.profile.get("decision.approach")
    approach = decided if isinstance(decided, str) else one.recommended
    if approach is None:
        return None

    def figure(name: str) -> Band | None:
        known = next((own for own in FIGURES if own == name), None)
        return one.figure(approach, known) if known else None

    book = knowledge.policy
    return Case(
        one,
        Answers(one.profile, knowledge.fields, figure),
        knowledge,
        approach,
        decided is not None,
        limits,
        frozenset(gate for rule in book.rules for gate in rule.gates if _speaks(rule, approach)),
        tuple(row.name for row in knowledge.fields.values() if row.ask),
        today,
    )


def _speaks(rule: PolicyRule, approach: str) -> bool:
    return not rule.approaches or approach in rule.approaches


def judge(rule: PolicyRule, case: Case) -> Iterator[Said]:
    """All that a rule has to say of a proposal; nothing where it is fine."""
    about = _speaks(rule, case.approach) and case.answers.meets(rule.when)
    if about and not (rule.unless and case.answers.meets(rule.unless)):
        yield from TESTS[rule.test](rule, case)


def fill(rule: PolicyRule, case: Case, words: Words) -> str:
    """The rule's message with its figures."""
    text = rule.message
    general = {
        "approach": case.approach,
        "how": "decided" if case.decided else "recommended",
        "recommended": case.one.recommended or "nothing",
        "confidence": f"{case.one.confidence:.0%} sure",
    }
    for name, said in {**general, **words}.items():
        text = text.replace(f"{{{name}}}", said)
    for name, row in case.knowledge.fields.items():
        if f"{{{name}}}" in text:
            answer = case.one.profile.get(name)
            shown = show_quantity(answer, row.unit) if isinstance(answer, Quantity) else str(answer)
            text = text.replace(f"{{{name}}}", shown)
    return ONE.sub(r"1 \1", text)


def _answers(rule: PolicyRule, case: Case) -> Iterator[Said]:
    missing = case.answers.missing(rule.needs)
    if missing or not rule.needs:
        yield Said({"missing": " and ".join(missing)})


def _gates(rule: PolicyRule, case: Case) -> Iterator[Said]:
    if not case.decided:
        return
    for gate in case.closed:
        mine = gate.id in rule.gates
        if mine or (gate.kind == rule.kind and gate.id not in case.spoken_for):
            yield Said({"gate": gate.id, "value": gate.reason}, gate.id)


def _differs(rule: PolicyRule, case: Case) -> Iterator[Said]:
    given = case.one.profile.given("decision.reason")
    if case.decided and case.approach != case.one.recommended and not given:
        yield Said()


def _cheaper(rule: PolicyRule, case: Case) -> Iterator[Said]:
    if not case.decided:
        return
    closed = [gate for gate in case.closed if gate.id in rule.gates]
    if closed:
        yield Said({"value": closed[0].reason}, "cheaper")
        return
    mine, limit = case.figure("total_usd"), case.limits[rule.limit or ""]
    if mine is None or not case.answers.stated("task.quality_target"):
        return
    for row in case.knowledge.approaches:
        total = case.one.figure(row.id, "total_usd")
        chance = case.one.reaches_target(row.id)
        below = total is not None and total.p50 < mine.p50 and case.one.feasible(row.id)
        if below and total is not None and chance > limit:
            said = (
                f"{row.id} reaches the target with a chance of {chance:.0%}, for "
                f"${short(mine.p50 - total.p50)} less than {case.approach} over the horizon."
            )
            yield Said({"value": said}, "cheaper")
            return


def _limit(rule: PolicyRule, case: Case) -> Iterator[Said]:
    limit = limit_of(rule, case.knowledge.policy)
    found, most = case.figure(rule.figure) if rule.figure else None, case.limits[limit.id]
    if found is not None and found.p50 > most:
        yield Said(_figures(found, limit, most))


def _near(rule: PolicyRule, case: Case) -> Iterator[Said]:
    for other, limit, most in _limited(case):
        found = case.figure(other.figure) if other.figure else None
        if found is not None and found.p50 <= most < found.p90:
            yield Said({**_figures(found, limit, most), "text": limit.text}, limit.id)


def _priced(rule: PolicyRule, case: Case) -> Iterator[Said]:
    unknown = case.one.unpriced(case.approach)
    for other, limit, _ in _limited(case):
        if limit.dimension == "money" and unknown:
            said = f"no price is known for {' and '.join(unknown)}."
            yield Said({"text": limit.text, "value": said}, limit.id)
        elif other.figure in ("energy_kwh", "tco2e") and case.figure(other.figure) is None:
            said = "it is not known where a provider carries the load."
            yield Said({"text": limit.text, "value": said}, limit.id)


def _limited(case: Case) -> Iterator[tuple[PolicyRule, PolicyLimit, float]]:
    """The rules of a limit that is in force."""
    for rule in case.knowledge.policy.rules:
        if rule.test == "limit" and rule.limit in case.limits:
            limit = limit_of(rule, case.knowledge.policy)
            yield rule, limit, case.limits[limit.id]


def _spread(rule: PolicyRule, case: Case) -> Iterator[Said]:
    found, most = case.figure("total_usd"), case.limits[rule.limit or ""]
    if found is None or found.p10 <= 0:
        return
    times = significant(found.p90 / found.p10)
    if times > most:
        words = {"value": short(times), "limit": f"{most:g} times"}
        yield Said({**_figures(found, _total(case), most), **words})


def _total(case: Case) -> PolicyLimit:
    return next(one for one in case.knowledge.policy.limits if one.id == "max_total_usd")


def _assumptions(rule: PolicyRule, case: Case) -> Iterator[Said]:
    left = [name for name in case.wanted if not case.one.profile.given(name)]
    most = case.limits[rule.limit or ""]
    if len(left) > most:
        shown = ", ".join(left[:3]) + (" …" if len(left) > len(left[:3]) else "")
        yield Said({"value": str(len(left)), "missing": shown, "limit": f"{most:g}"})


def _age(rule: PolicyRule, case: Case) -> Iterator[Said]:
    most = case.limits[rule.limit or ""]
    own = case.one.profile.get("as_of")
    day = min(case.today, own) if isinstance(own, date) else case.today
    for what, since in prices_of(case.one, case.approach, case.knowledge):
        if (day - since).days > most:
            words = {"value": since.isoformat(), "missing": what, "limit": f"{most:g} days"}
            yield Said(words, what)


def limit_of(rule: PolicyRule, book: PolicyBook) -> PolicyLimit:
    """The limit that a rule holds to."""
    return next(one for one in book.limits if one.id == rule.limit)


def show_limit(value: float, limit: PolicyLimit) -> str:
    """A limit as people say it."""
    if limit.dimension == "money":
        return f"${short(value)}"
    if limit.dimension == "fraction":
        return f"{value:.0%}"
    return f"{short(value)} {limit.unit}".replace(" x", " times")


def _figures(found: Band, limit: PolicyLimit, most: float) -> dict[str, str]:
    sign = "$" if limit.dimension == "money" else ""
    low, middle, high = (f"{sign}{short(one)}" for one in (found.p10, found.p50, found.p90))
    return {
        "value": middle,
        "band": f"{low} to {high}",
        "high": high,
        "limit": show_limit(most, limit),
    }


TESTS: Mapping[str, Callable[[PolicyRule, Case], Iterator[Said]]] = {
    "answers": _answers,
    "gates": _gates,
    "differs": _differs,
    "cheaper": _cheaper,
    "limit": _limit,
    "near": _near,
    "priced": _priced,
    "spread": _spread,
    "assumptions": _assumptions,
    "age": _age,
}
