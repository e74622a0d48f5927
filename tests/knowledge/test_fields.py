"""fields.yaml is whole: every prior has its source, every field what its type needs."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from llmchoose.errors import InputError
from llmchoose.knowledge.fields import Prior, load_fields
from llmchoose.knowledge.overlay import SHIPPED


def test_shipped_fields_load_in_order_with_their_headings() -> None:
    fields = load_fields(SHIPPED / "fields.yaml")
    assert next(iter(fields)) == "name"
    assert fields["task.kind"].heading.startswith("What the model has to do")


@pytest.mark.parametrize(
    "prior",
    [
        {},
        {"p10": 1, "p50": 2, "p90": 3},
        {"value": "x", "source": "judgement"},
        {"p10": 3, "p50": 2, "p90": 1, "source": "judgement", "as_of": "2026"},
        {"value": "x", "probabilities": {"x": 1}, "source": "judgement", "as_of": "2026"},
        {"table": "languages", "column": "coverage"},
        {"by": "task.language", "table": "languages"},
        {"value": "x", "source": "judgement", "as_of": "2026", "extra": 1},
    ],
)
def test_a_prior_without_form_or_source_is_refused(prior: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Prior).validate_python(prior)


def test_a_wrong_field_is_named(tmp_path: Path) -> None:
    file = tmp_path / "fields.yaml"
    file.write_text("fields:\n- {name: a.b, type: enum, help: h, question: q}\n")
    with pytest.raises(InputError, match=r"a\.b.*an enum needs values"):
        load_fields(file)
