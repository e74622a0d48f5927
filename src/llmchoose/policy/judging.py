"""One rule held against one proposal: what each kind of rule has to say."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, partial

from llmchoose.decision.gates import GateResult
from llmchoose.decision.wording import ONE
from llmchoose.estimate.formulas.distributions import Band, significant
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.policy import Limited, PolicyBook, PolicyLimit, PolicyRule, Severity
from llmchoose.policy.ages import prices_of
from llmchoose.policy.answers import Answers
from llmchoose.quantity import Quantity, show_quantity
from llmchoose.quantity.short import short
from llmchoose.survey.model import Surveyed

Words = Mapping[str, str]
PLACE = re.compile(r"\{([a-z_.]+)\}")
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
class Ground:
    """What all proposals of a check are held against.

    Attributes:
        limits: Limits that are in force, by name.
        grades: Severities of the rules that are in force, by id.
        names: Every rule there is, in force or not: waivers may name it.
        today: Day against which expiry and ages are judged.
        waivable: Rules that a proposal may waive by itself; None where it may waive any.
    """

    knowledge: Knowledge
    limits: Mapping[str, float]
    grades: Mapping[str, Severity]
    names: Sequence[str]
    today: date
    waivable: Collection[str] | None = None

    @cached_property
    def wanted(self) -> tuple[str, ...]:
        """Answers that the questionnaire asks for of its own accord, in its order."""
        return tuple(row.name for row in self.knowledge.fields.values() if row.ask)

    @cached_property
    def limited(self) -> tuple[tuple[PolicyRule, PolicyLimit, float], ...]:
        """The rules of limits that are in force, each with its limit."""
        book = self.knowledge.policy
        return tuple(
            (rule, limit, self.limits[limit.id])
            for rule in book.rules
            if rule.test == "limit" and (limit := limit_of(rule, book)).id in self.limits
        )

    def about(self, approach: str) -> "About":
        """The rules for proposals of one approach."""
        if approach not in self._about:
            speaking = [
                rule
                for rule in self.knowledge.policy.rules
                if not rule.approaches or approach in rule.approaches
            ]
            self._about[approach] = About(
                tuple(rule for rule in speaking if rule.id in self.grades and rule.test in TESTS),
                frozenset(gate for rule in speaking for gate in rule.gates),
            )
        return self._about[approach]

    @cached_property
    def _about(self) -> dict[str, "About"]:
        return {}


@dataclass(frozen=True, eq=False)
class About:
    """The rules in force for proposals of one approach; gates that one of them speaks for."""

    rules: tuple[PolicyRule, ...]
    spoken_for: frozenset[str]


@dataclass(frozen=True, eq=False)
class Case:
    """One proposal, and what it is held against.

    Attributes:
        approach: The decided one, else the recommended one.
        decided: Whether the proposal says so.
    """

    one: Surveyed
    ground: Ground
    approach: str
    decided: bool

    @cached_property
    def answers(self) -> Answers:
        """What the proposal states."""
        figure = partial(_figure_called, self.one, self.approach)
        return Answers(self.one.profile, self.ground.knowledge.fields, figure)

    def figure(self, name: Limited) -> Band | None:
        """A figure of the approach; None where it is unknown or there is none."""
        return self.one.figure(self.approach, name)

    @cached_property
    def closed(self) -> tuple[GateResult, ...]:
        """Gates that the approach does not pass."""
        return tuple(gate for gate in self.one.gates(self.approach) if not gate.passed)


def _figure_called(one: Surveyed, approach: str, name: str) -> Band | None:
    known = next((own for own in FIGURES if own == name), None)
    return one.figure(approach, known) if known else None


def case_of(one: Surveyed, ground: Ground) -> Case | None:
    """The case of a proposal; None where nothing is decided and nothing is feasible."""
    decided = one.profile.get("decision.approach")
    approach = decided if isinstance(decided, str) else one.recommended
    return None if approach is None else Case(one, ground, approach, decided is not None)


def judge(rule: PolicyRule, case: Case) -> Iterator[Said]:
    """All that a rule has to say of a proposal of an approach that it is about."""
    if not case.answers.meets(rule.when):
        return
    if rule.unless is None or not case.answers.meets(rule.unless):
        yield from TESTS[rule.test](rule, case)


def fill(rule: PolicyRule, case: Case, words: Words) -> str:
    """The rule's message with its figures."""
    return ONE.sub(r"1 \1", PLACE.sub(lambda found: _word(found[1], case, words), rule.message))


def _word(name: str, case: Case, words: Words) -> str:
    """What stands for a placeholder: a word of the test, of the case, or a stated answer."""
    if name in words:
        return words[name]
    if name in CASE_WORDS:
        return CASE_WORDS[name](case)
    answer, unit = case.one.profile.get(name), case.ground.knowledge.fields[name].unit
    return show_quantity(answer, unit) if isinstance(answer, Quantity) else str(answer)


def _answers(rule: PolicyRule, case: Case) -> Iterator[Said]:
    missing = case.answers.missing(rule.needs)
    if missing or not rule.needs:
        yield Said({"missing": " and ".join(missing)})


def _gates(rule: PolicyRule, case: Case) -> Iterator[Said]:
    if not case.decided:
        return
    spoken_for = case.ground.about(case.approach).spoken_for
    for gate in case.closed:
        mine = gate.id in rule.gates
        if mine or (gate.kind == rule.kind and gate.id not in spoken_for):
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
    mine, limit = case.figure("total_usd"), case.ground.limits[rule.limit or ""]
    if mine is None or not case.answers.stated("task.quality_target"):
        return
    for row in case.ground.knowledge.approaches:
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
    limit = limit_of(rule, case.ground.knowledge.policy)
    found, most = case.figure(rule.figure) if rule.figure else None, case.ground.limits[limit.id]
    if found is not None and found.p50 > most:
        yield Said(_figures(found, limit, most))


def _near(rule: PolicyRule, case: Case) -> Iterator[Said]:
    for other, limit, most in case.ground.limited:
        found = case.figure(other.figure) if other.figure else None
        if found is not None and found.p50 <= most < found.p90:
            yield Said({**_figures(found, limit, most), "text": limit.text}, limit.id)


def _priced(rule: PolicyRule, case: Case) -> Iterator[Said]:
    unknown = case.one.unpriced(case.approach)
    for other, limit, _ in case.ground.limited:
        if limit.dimension == "money" and unknown:
            said = f"no price is known for {' and '.join(unknown)}."
            yield Said({"text": limit.text, "value": said}, limit.id)
        elif other.figure in ("energy_kwh", "tco2e") and case.figure(other.figure) is None:
            said = "it is not known where a provider carries the load."
            yield Said({"text": limit.text, "value": said}, limit.id)


def _spread(rule: PolicyRule, case: Case) -> Iterator[Said]:
    found, most = case.figure("total_usd"), case.ground.limits[rule.limit or ""]
    if found is None or found.p10 <= 0:
        return
    times = significant(found.p90 / found.p10)
    if times > most:
        words = {"value": short(times), "limit": f"{most:g} times"}
        yield Said({**_figures(found, _total(case), most), **words})


def _total(case: Case) -> PolicyLimit:
    return next(one for one in case.ground.knowledge.policy.limits if one.id == "max_total_usd")


def _assumptions(rule: PolicyRule, case: Case) -> Iterator[Said]:
    left = [name for name in case.ground.wanted if not case.one.profile.given(name)]
    most = case.ground.limits[rule.limit or ""]
    if len(left) > most:
        shown = ", ".join(left[:3]) + (" …" if len(left) > len(left[:3]) else "")
        yield Said({"value": str(len(left)), "missing": shown, "limit": f"{most:g}"})


def _age(rule: PolicyRule, case: Case) -> Iterator[Said]:
    most = case.ground.limits[rule.limit or ""]
    own = case.one.profile.get("as_of")
    day = min(case.ground.today, own) if isinstance(own, date) else case.ground.today
    for what, since in prices_of(case.one, case.approach, case.ground.knowledge):
        if (day - since).days > most:
            words = {"value": since.isoformat(), "missing": what, "limit": f"{most:g} days"}
            yield Said(words, what)


def limit_of(rule: PolicyRule, book: PolicyBook) -> PolicyLimit:
    """The limit that a rule holds to."""
    return next(one for one in book.limits if one.id == rule.limit)


def show_limit(value: float, unit: str) -> str:
    """A limit as people say it."""
    if unit == "usd":
        return f"${short(value)}"
    if unit == "fraction":
        return f"{value:.0%}"
    return f"{short(value)} {'times' if unit == 'x' else unit}"


def _figures(found: Band, limit: PolicyLimit, most: float) -> dict[str, str]:
    sign = "$" if limit.dimension == "money" else ""
    low, middle, high = (f"{sign}{short(one)}" for one in (found.p10, found.p50, found.p90))
    return {
        "value": middle,
        "band": f"{low} to {high}",
        "high": high,
        "limit": show_limit(most, limit.unit),
    }


CASE_WORDS: Mapping[str, Callable[[Case], str]] = {
    "approach": lambda case: case.approach,
    "how": lambda case: "decided" if case.decided else "recommended",
    "recommended": lambda case: case.one.recommended or "nothing",
    "confidence": lambda case: f"{case.one.confidence:.0%} sure",
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
