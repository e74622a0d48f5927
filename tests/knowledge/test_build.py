"""Plain data to rows and rules; everything shipped holds against the same classes with pydantic."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from llmchoose.errors import InputError
from llmchoose.knowledge import tables
from llmchoose.knowledge.build import checked, read_csv, read_yaml_file
from llmchoose.knowledge.load import load_knowledge
from llmchoose.knowledge.overlay import SHIPPED
from llmchoose.knowledge.readings import Reading
from llmchoose.knowledge.reference import Conflict, Practice, Term
from llmchoose.knowledge.rules import Approach, Risk, Rulebook, Step
from llmchoose.knowledge.yardsticks import Baseline, Knob

ROWS: dict[str, type] = {
    "gpus.csv": tables.Gpu,
    "rents.csv": tables.Rent,
    "regions.csv": tables.Region,
    "open_models.csv": tables.OpenModel,
    "api_models.csv": tables.ApiModel,
    "managed_tuning.csv": tables.ManagedTuning,
    "default_models.csv": tables.DefaultModel,
    "languages.csv": tables.Language,
    "currencies.csv": tables.Currency,
    "factors.csv": tables.Factor,
    "fitted.csv": tables.Fitted,
    "evidence.csv": tables.Evidence,
}
RULES: dict[str, Any] = {
    "rulebook.yaml": Rulebook,
    "approaches.yaml": list[Approach],
    "risks.yaml": list[Risk],
    "plan.yaml": Mapping[str, tuple[Step, ...]],
    "conflicts.yaml": list[Conflict],
    "glossary.yaml": list[Term],
    "practices.yaml": list[Practice],
    "readings.yaml": list[Reading],
    "baselines.yaml": list[Baseline],
    "knobs.yaml": list[Knob],
}


@pytest.mark.parametrize("name", ROWS)
def test_a_shipped_table_is_valid_and_reads_the_same_unchecked(name: str) -> None:
    strict: tuple[Any, ...] = read_csv(SHIPPED / name, ROWS[name], check=True)
    plain: tuple[Any, ...] = read_csv(SHIPPED / name, ROWS[name])
    assert [vars(row) for row in strict] == [vars(row) for row in plain]


@pytest.mark.parametrize("name", RULES)
def test_a_shipped_rules_file_is_valid(name: str) -> None:
    assert checked(read_yaml_file(SHIPPED / name), RULES[name], SHIPPED / name)


def test_keys_are_texts_and_scalars_follow_yaml_1_2(tmp_path: Path) -> None:
    file = tmp_path / "x.yaml"
    file.write_text('true: 0.5\nno: no\nlist: [1, 2.5, "3", [a], {b: null}]\nempty:\n')
    assert read_yaml_file(file) == {
        "true": 0.5,
        "no": "no",
        "list": [1, 2.5, "3", ["a"], {"b": None}],
        "empty": None,
    }


def test_rows_of_ones_own_replace_and_add(tmp_path: Path) -> None:
    file = tmp_path / "factors.csv"
    file.write_text("id,unit,p10,p50,p90,source,as_of,note\nepochs,passes,1,1,1,judgement,2026,\n")
    own = load_knowledge(file)
    assert own.factors["epochs"].p50 == 1
    assert own.factors["tokens_per_param"].p50 == 20


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,unit,p10,p50,p90,source,as_of,note\nepochs,passes,one,1,1,judgement,2026,\n", "p10"),
        (
            "id,unit,p10,p50,p90,source,as_of,colour\nepochs,passes,1,1,1,judgement,2026,red\n",
            "colour",
        ),
    ],
)
def test_a_wrong_row_of_ones_own_is_named(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "factors.csv"
    file.write_text(text)
    with pytest.raises(InputError, match=said):
        _ = load_knowledge(file).factors
