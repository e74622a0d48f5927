"""What one's own serving is held against: an API model, hosted endpoints of the same weights."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from llmchoose.estimate.api.calculator import find_model, hosted_rows, middle_host
from llmchoose.estimate.formulas import cost
from llmchoose.estimate.formulas.distributions import Array, median
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import on_sale
from llmchoose.estimate.providers import FRESH_YEARS, price_of
from llmchoose.knowledge.tables import ApiModel, OpenModel

USUAL_TIER = "mid"


@dataclass(frozen=True)
class Rival:
    """What somebody else asks for the same requests.

    Attributes:
        usd_per_request: For the input and output of one request.
        break_even: Share of full use from which one's own costs no more; above 1 it never does;
            None where one's own cost is not known.
    """

    name: str
    provider: str
    usd_per_request: float
    break_even: float | None
    source: tuple[str, ...]
    note: str = ""


def api_rival(
    setting: Setting, named: str | None, lengths: tuple[float, float]
) -> tuple[ApiModel, str] | None:
    """The API model to be held against: the one named, or one of middling price on the day.

    Raises:
        ValueError: Nobody sells a model of that name, or not on the day.
    """
    if named is not None:
        row, taken = find_model(named, setting.knowledge, setting.day)
        if not row.input_usd_per_m or not row.output_usd_per_m:
            raise ValueError(f"no price of {row.model} is known on {setting.day}")
        return row, taken
    rows = _usual(setting)
    if not rows:
        return None
    rows = sorted(rows, key=lambda row: (request_usd(row, lengths), row.id))
    row = rows[len(rows) // 2]
    return row, f"held against {row.model}, of middling price on {setting.day}; --versus names one"


def _usual(setting: Setting) -> list[ApiModel]:
    """Closed API models of the middle tier that came out of late, each at its price of the day."""
    oldest = f"{int(setting.day[:4]) - FRESH_YEARS}{setting.day[4:]}"
    periods: dict[str, list[ApiModel]] = {}
    for row in setting.knowledge.api_models:
        late = (row.available_from or "") >= oldest
        if row.tier == USUAL_TIER and late and not row.weights and on_sale(row, setting.day):
            periods.setdefault(row.model, []).append(row)
    priced = [price_of(rows, setting.day) for rows in periods.values()]
    return [row for row in priced if row.input_usd_per_m and row.output_usd_per_m]


def hosted_rival(setting: Setting, model: OpenModel | None) -> tuple[ApiModel, str] | None:
    """The endpoint of the same weights that lies in the middle of the prices of the day."""
    rows = hosted_rows(setting.knowledge, model.id, setting.day) if model is not None else ()
    if not rows:
        return None
    return middle_host(rows), f"{len(rows)} hosted endpoints of {model.name}" if model else ""


def request_usd(row: ApiModel, lengths: tuple[float, float]) -> float:
    """Dollars of one request."""
    read, written = row.input_usd_per_m or 0.0, row.output_usd_per_m or 0.0
    return float(
        cost.token_usd(
            np.array(lengths[0]), np.array(lengths[1]), np.array(read), np.array(written)
        )
    )


def rival_of(
    found: tuple[ApiModel, str] | None,
    lengths: tuple[float, float],
    usd_per_hour: Array | None,
    requests_per_s: Array,
) -> Rival | None:
    """The rival with the use from which one's own serving costs no more."""
    if found is None:
        return None
    row, note = found
    asked = request_usd(row, lengths)
    even = None
    if usd_per_hour is not None:
        million = np.full(requests_per_s.shape, asked * 1e6)
        even = median(cost.serving_break_even_utilisation(usd_per_hour, requests_per_s, million))
    return Rival(row.model, row.provider, asked, even, tuple(row.source), note)


def sources_of(rivals: Sequence[Rival | None]) -> tuple[str, ...]:
    """What the rivals' prices rest on."""
    return tuple(dict.fromkeys(one for rival in rivals if rival for one in rival.source))
