"""What a calculator's request names: the accelerator, and the model with its shape."""

from llmchoose.errors import quoted
from llmchoose.estimate.formulas.architecture import Architecture, by_size
from llmchoose.estimate.inputs import Setting
from llmchoose.estimate.market import newest_gpu, params_of, since
from llmchoose.knowledge.names import match
from llmchoose.knowledge.tables import Gpu, OpenModel

# A size given beside a model's name may be rounded, but not be another model's.
SAME_MODEL = 1.5
# Sizes are printed with three digits: nearer than this, two models are the same one.
SAME_SIZE, SAME_ACTIVE = 0.004, 0.05


def find_gpu(setting: Setting, name: str | None) -> tuple[Gpu, str]:
    """The accelerator of a name, or the usual one of the day, and what had to be assumed.

    Raises:
        ValueError: There is no such accelerator, or it could not be had yet on the day.
    """
    wanted = name or _usual_gpu(setting)
    found = match(wanted, setting.knowledge.gpus)
    if found.row is None:
        guesses = f"; did you mean {' or '.join(found.close)}?" if found.close else ""
        raise ValueError(f"{quoted(wanted)} is no accelerator of the catalogue{guesses}")
    if since(found.row, setting.day):
        return found.row, found.assumed
    if name is None:
        return newest_gpu(setting.knowledge, setting.day), ""
    came = found.row.available_from
    raise ValueError(f"{found.row.name} could be had from {came}, after {setting.day}")


def _usual_gpu(setting: Setting) -> str:
    prior = setting.knowledge.fields["compute.gpu"].prior
    return (prior.value if prior else None) or ""


def find_model(
    setting: Setting, name: str | None, params: float | None, active: float | None = None
) -> tuple[Architecture, OpenModel | None, tuple[str, ...]]:
    """The shape of the model that a request is about.

    A name of the catalogue gives the shape; without one, a size that is that of a known model
    (three digits alike) gives that model's; any other size gives a usual shape.

    Args:
        setting: Knowledge and day.
        name: Name of an open model.
        params: All parameters; the catalogue's when left out.
        active: Parameters working on a token, for a mixture of experts.

    Returns:
        The shape, the row it is taken from, and what had to be assumed.

    Raises:
        ValueError: Neither is given, the name is unknown and no size helps, or they contradict.
    """
    rows = setting.knowledge.open_models
    found = match(name, rows) if name else None
    if found is not None and found.row is not None and found.row.params_b:
        return _named(setting, found.row, params, active, found.assumed)
    if params is None:
        if name is None:
            raise ValueError("say how large the model is: --params 7B, or --model NAME")
        close = found.close if found is not None else ()
        guesses = f"; did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(
            f"{quoted(name)} is no model of the catalogue{guesses}; give its size: --params"
        )
    if active is not None and active > params:
        raise ValueError("more parameters are active than there are")
    unknown = (
        (f"{quoted(name)} is not in the catalogue: its shape is taken from its size",)
        if name
        else ()
    )
    twin = _same_size(setting, params, active)
    if twin is not None:
        said = f"{params / 1e9:.3g}B parameters are the size of {twin.name}: its shape is taken"
        shape = architecture_of(setting, twin, params, active)
        return shape, twin, unknown if name else (said,)
    return by_size(params, setting.constant("architecture.vocab"), active), None, unknown


def _named(
    setting: Setting, row: OpenModel, params: float | None, active: float | None, assumed: str
) -> tuple[Architecture, OpenModel, tuple[str, ...]]:
    own = params_of(row)
    if params is not None and not own / SAME_MODEL <= params <= own * SAME_MODEL:
        raise ValueError(
            f"{row.name} has {own / 1e9:.3g}B parameters, not {params / 1e9:.3g}B; "
            "leave --params or --model out"
        )
    if active is not None and active > (params or own):
        raise ValueError("more parameters are active than there are")
    shape = architecture_of(setting, row, params, active)
    return shape, row, (assumed,) if assumed else ()


def _same_size(setting: Setting, params: float, active: float | None) -> OpenModel | None:
    """The model of the catalogue that has this many parameters, to three digits; the oldest."""

    def off(row: OpenModel) -> float:
        return abs(params_of(row) / params - 1)

    def same_active(row: OpenModel) -> bool:
        if active is None or row.active_params_b is None:
            return active is None and row.active_params_b is None
        return abs(row.active_params_b * 1e9 / active - 1) < SAME_ACTIVE

    known = (row for row in setting.knowledge.open_models if row.params_b and row.layers)
    twins = [row for row in known if off(row) < SAME_SIZE and same_active(row)]
    return min(twins, key=lambda row: (round(off(row), 4), row.available_from or "9"), default=None)


def architecture_of(
    setting: Setting, row: OpenModel, params: float | None = None, active: float | None = None
) -> Architecture:
    """The shape of a model of the catalogue; what its row leaves blank is taken from its size."""
    size = params_of(row) if params is None else params
    at_work = active or (params_of(row, active=True) if row.active_params_b else size)
    usual = by_size(size, setting.constant("architecture.vocab"), at_work)
    hidden = float(row.hidden or usual.hidden)
    heads = float(row.heads or max(hidden / usual.head_dim, 1.0))
    return Architecture(
        params=size,
        active=at_work,
        layers=float(row.layers or usual.layers),
        hidden=hidden,
        heads=heads,
        kv_heads=float(row.kv_heads or heads),
        head_dim=float(row.head_dim or hidden / heads),
        ffn=float(row.ffn or usual.ffn * hidden / usual.hidden),
        vocab=float(row.vocab or usual.vocab),
        experts=float(row.experts or 1),
        experts_per_token=float(row.experts_per_token or 1),
        gated=row.mlp in (None, "gated"),
        parallel=row.mlp == "parallel",
        tied=row.tied_embeddings == "yes",
    )
