"""What is said of the real decisions as a whole."""

import json as plain_json

from llmchoose.backtest.summary import TOOL, Summary
from llmchoose.knowledge.load import Knowledge
from llmchoose.report.decisions import json, markdown, terminal


def test_the_recommendation_beats_every_rule_of_thumb(decisions: Summary) -> None:
    own, *others = decisions.rules
    assert own.name == TOOL
    assert own.half is not None
    for rule in others:
        assert rule.half is not None
        assert own.whole.acceptable > rule.whole.acceptable
        assert own.half.acceptable > rule.half.acceptable


def test_every_disagreement_says_what_decided(decisions: Summary, knowledge: Knowledge) -> None:
    book = knowledge.rulebook
    known = {one.id for one in book.criteria} | {gate.id for gate in book.gates}
    known |= {charge.id for charge in book.net_benefit.charges}
    for one in decisions.disagreements:
        assert one.because in known | {"quality", "G-NOT-YET"}
        assert one.round.decided.why
        assert one.lead is None or one.lead > 0
    whole = decisions.parts[0.0].seen
    assert len(decisions.disagreements) == round((1 - whole.acceptable) * whole.cases)


def test_counts_add_up(decisions: Summary) -> None:
    cases = decisions.parts[0.0].seen.cases
    assert sum(decisions.confusion.values()) == cases
    for groups in decisions.groups.values():
        assert sum(one.cases for one in groups.values()) == cases


def test_constants_are_counted_as_the_tables_have_them(knowledge: Knowledge) -> None:
    counts = {one.id: one.constants for one in knowledge.knobs}
    assert counts["clues"] == 6 * len(knowledge.clues)
    assert counts["gaps"] == 3 * len(knowledge.gaps)
    assert counts["closures"] == len(knowledge.closures)
    reach = [name for name in knowledge.factors if name.startswith("reach.")]
    assert counts["reach"] + counts["reach-seen"] == len(reach)
    deciding = [one for one in knowledge.rulebook.criteria if one.decides != "never"]
    assert counts["selection"] == len(deciding)
    points = sum(
        1
        + sum(map(len, one.table.values()))
        + sum(2 * len(curve.points) for curve in one.curves)
        + (one.default is not None)
        for one in deciding
    )
    assert counts["criteria"] == points
    charges = len(knowledge.rulebook.net_benefit.charges)
    assert counts["charges"] + counts["charges-seen"] == charges


def test_formats_hold_the_same_figures(decisions: Summary, knowledge: Knowledge) -> None:
    approaches = [one.id for one in knowledge.approaches]
    found = plain_json.loads(json.render(decisions))
    assert [part["left_out"] for part in found["parts"]] == [0.0, 0.25, 0.5, 0.75]
    assert len(found["disagreements"]) == len(decisions.disagreements)
    page, text = markdown.render(decisions, approaches), terminal.render(decisions, approaches)
    for one in decisions.disagreements:
        assert one.round.decided.id in text
        assert one.round.decided.id in page
    assert max(map(len, text.splitlines())) <= 100
    assert markdown.block(decisions).count("\n") == 2 + len(decisions.rules)
