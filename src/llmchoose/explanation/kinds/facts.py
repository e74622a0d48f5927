"""The kinds of facts: the profile's fields, rows of the tables, published runs, sources."""

from collections.abc import Iterable, Mapping
from typing import Any

from llmchoose.explanation.kinds.kind import Ids, Kind
from llmchoose.explanation.wording import clue_words, figure
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge
from llmchoose.knowledge.readings import Reading
from llmchoose.knowledge.runs import Case, Comparison, PublishedRun
from llmchoose.knowledge.tables import (
    ApiModel,
    Closure,
    Clue,
    Currency,
    DefaultModel,
    Evidence,
    Factor,
    Fitted,
    GapCoverage,
    Gpu,
    ManagedTuning,
    OpenModel,
    Rent,
    Row,
    Source,
)


def _field(row: Field) -> str:
    return row.help


def _field_ids(row: Field) -> Ids:
    return (row.name,)


def _field_cites(row: Field) -> Ids:
    return (row.prior.source,) if row.prior and row.prior.source else ()


def _reading(row: Reading) -> str:
    return row.text


def _reading_ids(row: Reading) -> Ids:
    return (row.name, row.id)


def dated(row: Row) -> str:
    """Where a row's figures come from, and when they held."""
    return f"[{', '.join(row.source)}, {row.as_of}]"


def _factor(row: Factor) -> str:
    spread = "" if row.p10 == row.p90 else f" ({figure(row.p10)} to {figure(row.p90)})"
    return f"{figure(row.p50)}{spread} {row.unit} {dated(row)}"


def _fitted(row: Fitted) -> str:
    known = row.low is not None and row.high is not None
    spread = f" ({row.low:g} to {row.high:g})" if known else ""
    return f"{figure(row.value)}{spread} {row.unit} {dated(row)}"


def _named(row: Any) -> str:
    return f"{row.name} {dated(row)}"


def _gpu(row: Gpu) -> str:
    return f"{row.name}, {figure(row.memory_gb)} GB {dated(row)}"


def _rent(row: Rent) -> str:
    return f"${row.usd_per_gpu_hour:g} an hour, {row.gpu}, {row.provider} {row.plan} {dated(row)}"


def _open_model(row: OpenModel) -> str:
    size = f", {figure(row.params_b)}B" if row.params_b is not None else ""
    return f"{row.name}{size} {dated(row)}"


def _api_model(row: ApiModel) -> str:
    prices = (row.input_usd_per_m, row.output_usd_per_m)
    said = " and ".join("?" if usd is None else f"${usd:g}" for usd in prices)
    return f"{said} a million tokens in and out, {row.provider} {dated(row)}"


def _service(row: ManagedTuning) -> str:
    return f"{row.model}, {row.provider} {dated(row)}"


def _default(row: DefaultModel) -> str:
    return f"{row.model}, to {row.use} {dated(row)}"


def _currency(row: Currency) -> str:
    return f"${row.usd_per_unit:g} {dated(row)}"


def _run(row: PublishedRun) -> str:
    return f"{getattr(row, 'name', '') or getattr(row, 'model', '')} {dated(row)}"


def _runs(knowledge: Knowledge) -> Iterable[PublishedRun]:
    yield from knowledge.pretraining_runs
    yield from knowledge.memory_runs
    yield from knowledge.tuning_runs
    yield from knowledge.serving_runs


def _closure(row: Closure) -> str:
    return f"{row.p50:g} ({row.p10:g} to {row.p90:g}) {row.unit} {dated(row)}"


def _clue(row: Clue) -> str:
    return f"{clue_words(row)} {dated(row)}"


def _gap(row: GapCoverage) -> str:
    spread = f"{row.coverage_p10:.0%} to {row.coverage_p90:.0%}"
    return f"coverage {row.coverage_p50:.0%} ({spread}) {dated(row)}"


def _comparison(row: Comparison) -> str:
    return f"{row.approach}, {row.task} {dated(row)}"


def _case(row: Case) -> str:
    return f"{row.org}, {row.year}: {row.why}"


def _only_id(row: Row) -> Ids:
    return (row.id,)


def _evidence(row: Evidence) -> str:
    return row.claim


def _source(row: Source) -> str:
    return f"{row.title} ({row.kind}, {row.date})"


def _values(rows: Mapping[Any, Any]) -> Iterable[Any]:
    return rows.values()


PROFILE = (
    Kind(
        "field", "fields", "profile", lambda k: _values(k.fields), _field, _field_ids, _field_cites
    ),
    Kind(
        "reading",
        "readings",
        "profile",
        lambda k: tuple(k.readings.values()),
        _reading,
        _reading_ids,
    ),
)
FACTS = (
    Kind("factor", "factors", "facts", lambda k: _values(k.factors), _factor),
    Kind("fitted constant", "fitted", "facts", lambda k: _values(k.fitted), _fitted),
    Kind("closure", "closures", "facts", lambda k: _values(k.closures), _closure),
    Kind("clue", "clues", "facts", lambda k: k.clues, _clue),
    Kind("gap", "gaps", "facts", lambda k: _values(k.gaps), _gap),
    Kind("gpu", "gpus", "facts", lambda k: k.gpus, _gpu),
    Kind("rent", "rents", "facts", lambda k: k.rents, _rent),
    Kind("open model", "open_models", "facts", lambda k: k.open_models, _open_model),
    Kind("api model", "api_models", "facts", lambda k: k.api_models, _api_model),
    Kind("tuning service", "managed_tuning", "facts", lambda k: k.managed_tuning, _service),
    Kind("default model", "default_models", "facts", lambda k: k.default_models, _default),
    Kind("region", "regions", "facts", lambda k: k.regions, _named),
    Kind("language", "languages", "facts", lambda k: _values(k.languages), _named),
    Kind("currency", "currencies", "facts", lambda k: _values(k.currencies), _currency),
    Kind("dataset", "datasets", "facts", lambda k: k.datasets, _named),
    Kind("training library", "stacks", "facts", lambda k: k.stacks, _named),
    Kind("optimiser", "optimizers", "facts", lambda k: k.optimizers, _named),
)
RUNS = (
    Kind("published run", "runs", "runs", _runs, _run, _only_id),
    Kind("comparison", "comparisons", "runs", lambda k: k.comparisons, _comparison, _only_id),
    Kind("case", "cases", "runs", lambda k: k.cases, _case, _only_id),
)
SOURCES = (
    Kind("evidence", "evidence", "sources", lambda k: _values(k.evidence), _evidence),
    Kind("source", "sources", "sources", lambda k: _values(k.sources), _source),
)
