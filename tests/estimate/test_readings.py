"""readings.yaml names exactly what the estimate produces, and what it rests on."""

import numpy as np
import pytest

from llmchoose.assessment import Assessment, assess
from llmchoose.estimate.approaches.readings import RESTS_ON
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.readings import FLAG
from llmchoose.profile.load import parse_profile


@pytest.fixture(scope="module")
def assessed(knowledge: Knowledge) -> Assessment:
    profile = parse_profile(b"name: x\ntask:\n  kind: qa\n", "x.yaml", knowledge)
    return assess(profile, knowledge, samples=60)


def test_the_names_are_those_that_the_estimate_produces(
    assessed: Assessment, knowledge: Knowledge
) -> None:
    by_choice = {name for name, reading in knowledge.readings.items() if reading.after}
    for estimate in assessed.estimates.values():
        assert estimate.readings.keys() == knowledge.readings.keys() - by_choice
    for ranked in assessed.decision.ranked:
        assert ranked.facts.readings.keys() == knowledge.readings.keys()


def test_they_rest_on_the_fields_that_the_estimate_says(knowledge: Knowledge) -> None:
    told = {name: one.rests_on for name, one in knowledge.readings.items() if one.rests_on}
    assert told == RESTS_ON
    assert {field for names in told.values() for field in names} <= knowledge.fields.keys()


def test_flags_are_true_or_false_and_other_readings_numbers(
    assessed: Assessment, knowledge: Knowledge
) -> None:
    for estimate in assessed.estimates.values():
        for name, values in estimate.readings.items():
            assert (values.dtype == bool) == (knowledge.readings[name].unit == FLAG), name


def test_only_a_reading_that_says_so_is_unknown_for_an_approach(
    assessed: Assessment, knowledge: Knowledge
) -> None:
    for estimate in assessed.estimates.values():
        for name, values in estimate.readings.items():
            if not knowledge.readings[name].partly:
                assert np.isfinite(values.astype(float)).all(), name


def test_readings_are_sorted_and_read_as_sentences(knowledge: Knowledge) -> None:
    assert list(knowledge.readings) == sorted(knowledge.readings)
    for reading in knowledge.readings.values():
        assert reading.text.endswith("."), reading.id
        assert reading.source, reading.id
