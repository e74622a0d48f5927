"""The talk itself: what it asks, when it ends, and that nothing is lost or asked twice."""

from dataclasses import replace

import pytest

from llmchoose.assessment import SAMPLES, assess
from llmchoose.backtest.decisions import blind, bundled
from llmchoose.errors import InputError
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import read_inputs
from llmchoose.knowledge.load import Knowledge
from llmchoose.profile.load import load_profile
from llmchoose.profile.model import Profile
from llmchoose.questionnaire.standing import stand
from llmchoose.questionnaire.talk import Questionnaire, Terms
from llmchoose.questionnaire.worth import weigh_questions
from llmchoose.report.talk.standing import standing

CLOSED = {
    "constraints.api_allowed": "no",
    "constraints.open_licence_ok": "no",
    "compute.max_gpus": "0",
}
COPIED = ("name", "description", "as_of")


@pytest.fixture(scope="module")
def person(knowledge: Knowledge) -> Profile:
    """Somebody who knows what the quickstart profile says."""
    return blind(load_profile("profiles/quickstart.yaml", knowledge))


@pytest.fixture(scope="module")
def talk(knowledge: Knowledge, person: Profile) -> Questionnaire:
    """A talk with that person at its stop."""
    return _led(Questionnaire(knowledge=knowledge).given(person, COPIED), person)


def _led(talk: Questionnaire, person: Profile) -> Questionnaire:
    while talk.question is not None:
        talk = talk.take(person)
    return talk


def _asked(knowledge: Knowledge, person: Profile, confidence: float) -> int:
    """Questions until it is so sure."""
    talk = Questionnaire(knowledge=knowledge, terms=Terms(confidence=confidence))
    return len(_led(talk.given(person, COPIED), person).asked)


def _steps(talk: Questionnaire) -> list[Questionnaire]:
    found = [talk]
    while found[-1].before is not None:
        found.append(found[-1].before)
    return found[::-1]


def test_the_first_question_is_the_name(knowledge: Knowledge) -> None:
    first = Questionnaire(knowledge=knowledge)
    assert first.question is knowledge.fields["name"]
    with pytest.raises(InputError, match="name is needed"):
        first.skip()
    named = first.answer("Claims triage")
    assert named.text == "name: Claims triage\n\ntask:\n"
    assert named.question is knowledge.fields["task.gap"]


def test_it_agrees_with_the_assessment_of_what_was_said(
    talk: Questionnaire, knowledge: Knowledge
) -> None:
    best = assess(talk.profile, knowledge).decision
    assert best.recommended is not None
    assert best.recommended.approach.id == talk.standing.approach
    assert best.confidence == talk.standing.confidence
    assert Terms().samples == SAMPLES


def test_the_talk_is_short_and_says_why_it_ends(talk: Questionnaire, person: Profile) -> None:
    assert 0 < len(talk.asked) < 12
    assert "% sure; " in talk.settled or "hardly" in talk.settled
    assert len(set(talk.asked)) == len(talk.asked)


def test_what_nobody_knows_keeps_its_prior_and_stands_in_the_file(knowledge: Knowledge) -> None:
    before = Questionnaire("name: x\n\ntask:\n", knowledge=knowledge)
    assert before.question is not None
    after = before.unknown()
    key = before.question.key
    assert f"  {key}:  # not known; " in after.text
    assert after.profile == before.profile
    assert after.standing.chances == before.standing.chances
    assert after.question is not before.question


def test_going_on_from_the_file_asks_nothing_twice(
    talk: Questionnaire, person: Profile, knowledge: Knowledge
) -> None:
    for step in _steps(talk):
        resumed = Questionnaire(step.text, knowledge=knowledge)
        assert resumed.question == step.question
        rest = _led(resumed, person)
        assert set(rest.asked).isdisjoint(step.asked)
        assert rest.text == talk.text


def test_back_and_skip(knowledge: Knowledge) -> None:
    start = Questionnaire("name: x\n\ntask:\n", knowledge=knowledge)
    answered = start.answer("knowledge")
    assert answered.back() is start
    assert start.back() is start
    put_off = start.skip()
    assert put_off.text == start.text
    assert put_off.question is not start.question
    assert put_off.back() is start
    again = put_off.go_on()
    assert again.skipped == frozenset()


def test_what_was_put_off_still_counts_and_is_not_asked_again(knowledge: Knowledge) -> None:
    talk = Questionnaire("name: x\n\ntask:\n", knowledge=knowledge)
    seen = []
    while talk.question is not None:
        seen.append(talk.question.name)
        talk = talk.skip()
    assert len(set(seen)) == len(seen)
    assert talk.settled == "Only what was put off is left to ask."
    assert not talk.enough
    assert talk.go_on().question is not None


def test_five_questions_of_a_quick_round(knowledge: Knowledge) -> None:
    talk = Questionnaire("name: x\n\ntask:\n", knowledge=knowledge, terms=Terms(most=5))
    while talk.question is not None:
        talk = talk.unknown()
    assert len(talk.asked) == 5
    assert talk.settled == "Those were the 5 questions of a quick round."
    assert talk.go_on().question is not None


def test_everything_is_asked_once(knowledge: Knowledge, person: Profile) -> None:
    talk = Questionnaire(knowledge=knowledge, terms=Terms(every=True)).given(person, COPIED)
    whole = _led(talk, person)
    wanted = {name for name in knowledge.fields if not name.startswith("decision.")}
    assert set(whole.asked) == wanted - {"name"}
    assert whole.settled == "Nothing is left to ask."
    assert whole.profile == person


def test_more_confidence_is_never_reached_sooner(knowledge: Knowledge, person: Profile) -> None:
    asked = [_asked(knowledge, person, wanted) for wanted in (0.5, 0.8, 0.97)]
    assert asked == sorted(asked)


def test_answers_that_close_every_way_are_said_and_the_talk_goes_on(knowledge: Knowledge) -> None:
    talk = Questionnaire("name: x\nas_of: 2019-01\n\ntask:\n", knowledge=knowledge)
    for name, said in CLOSED.items():
        talk = talk.answer(said, name)
    assert talk.standing.approach is None
    assert standing(talk.standing).startswith("So far: nothing is possible")
    assert talk.question is not None or talk.settled


def test_an_answer_to_another_question(knowledge: Knowledge) -> None:
    talk = Questionnaire("name: x\n\ntask:\n", knowledge=knowledge)
    after = talk.answer("6 weeks", "time.deadline")
    assert after.asked == ("time.deadline",)
    with pytest.raises(InputError, match="has no unit"):
        talk.answer("6", "time.deadline")
    with pytest.raises(InputError, match="no name yet"):
        Questionnaire(knowledge=knowledge).answer("format", "task.gap")
    with pytest.raises(InputError, match="is not a field"):
        talk.answer("6", "time.deadlin")


def test_a_file_that_would_not_read_any_more_is_not_made(knowledge: Knowledge) -> None:
    text = "name: x\ntask:\n  kind: &k qa\n  metric: *k\n"
    with pytest.raises(InputError, match="cannot be put into the file"):
        Questionnaire(text, knowledge=knowledge).answer("chat", "task.kind")


def test_any_confidence_is_enough_where_none_is_wanted(
    knowledge: Knowledge, person: Profile
) -> None:
    asked = [_asked(knowledge, person, wanted) for wanted in (0.0, 0.01)]
    assert asked[0] == asked[1]


def test_values_are_taken_in_the_words_of_their_file(knowledge: Knowledge) -> None:
    person = load_profile("profiles/indeed-2023.yaml", knowledge)
    talk = Questionnaire(knowledge=knowledge).given(person, COPIED)
    talk = talk.take(person, "traffic.requests_per_day").take(person, "traffic.latency")
    assert "requests_per_day: 1M..20M/month\n" in talk.text
    assert "latency: batch\n" in talk.text


def test_questions_are_in_the_order_of_their_worth(knowledge: Knowledge) -> None:
    case = bundled(knowledge)[0].profile
    inputs = read_inputs(replace(case, values={"name": "x"}), knowledge, Draws(0, 500))
    few = read_inputs(inputs.profile, knowledge, inputs.draws.fewer(12))
    fields = [field for field in knowledge.fields.values() if field.ask]
    left = weigh_questions(inputs, few, fields, stand(inputs)[1], knowledge.asking)
    worths = [one.worth for one in left.questions]
    assert worths == sorted(worths, reverse=True)
    assert {one.field for one in left.questions} == {field.name for field in fields}
    assert all(one.learned >= 0 and 0 <= one.moved <= 1 for one in left.questions)
    assert all(0 <= one.change <= 1 for one in left.questions)
    nothing = weigh_questions(inputs, few, [], stand(inputs)[1], knowledge.asking)
    assert nothing.together == nothing.most == 0.0


def test_an_answer_that_settles_everything_leaves_nothing_to_change(knowledge: Knowledge) -> None:
    talk = Questionnaire("name: x\n\ntask:\n", knowledge=knowledge)
    talk = talk.answer("none", "task.gap").answer("well", "task.base_model_coverage")
    talk = talk.answer("95%", "task.prompt_baseline").answer("80%", "task.quality_target")
    talk = talk.answer("no", "constraints.must_own_weights")
    assert talk.standing.approach == "prompt"
    assert talk.enough
