"""What many different proposals cost: `python benchmarks/survey.py [2000]`.

Reading them with libyaml and validating them with pydantic counts as 1. Processor time, so that
what else the machine does hardly counts; every part is measured in the same run.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, create_model

from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.profile.dump import dump
from llmchoose.profile.load import load_profile, parse_profile
from llmchoose.profile.model import Profile, Value
from llmchoose.quantity import Quantity
from llmchoose.survey.weigh import survey_blocks

ROOT = Path(__file__).parent.parent
TEMPLATES = (ROOT / "profiles", ROOT / "src/llmchoose/knowledge/data/cases")
SWAPPED, DROPPED, SPREAD = 0.2, 0.15, 0.5
PAGE = 500


def main() -> None:
    """Print what each part takes a proposal, and how often that is of the yardstick."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    knowledge = load_knowledge()
    with tempfile.TemporaryDirectory() as folder:
        files = write_proposals(Path(folder), count, knowledge)
        measure(files, knowledge)


def measure(files: Sequence[Path], knowledge: Knowledge) -> None:
    """Measure each part over all files, after a first page of them to warm up."""
    model = proposal_model(knowledge.fields)
    load = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

    def validate(file: Path) -> BaseModel:
        return model.model_validate(yaml.load(file.read_bytes(), load))

    def parse(file: Path) -> Profile:
        return parse_profile(file.read_bytes(), str(file), knowledge)

    profiles = [parse(file) for file in files]
    drain(profiles[:PAGE], knowledge)
    yardstick = taken(lambda: [validate(file) for file in files])
    parsing = taken(lambda: [parse(file) for file in files])
    weighing = taken(lambda: drain(profiles, knowledge))
    whole = taken(lambda: drain([parse(file) for file in files], knowledge))
    parts = {
        "libyaml and pydantic": yardstick,
        "parse_profile": parsing,
        "survey": weighing,
        "both": whole,
    }
    for name, seconds in parts.items():
        each = seconds / len(files) * 1000
        print(f"{name:22} {each:7.3f} ms a proposal {seconds / yardstick:7.2f}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{len(files)} proposals, {peak:.0f} MB at most")


def taken(work: Callable[[], object]) -> float:
    """Seconds of processor time."""
    start = time.process_time()
    work()
    return time.process_time() - start


def drain(profiles: Sequence[Profile], knowledge: Knowledge) -> None:
    """Ask of every profile what a check asks first."""
    for at in range(0, len(profiles), PAGE):
        for block in survey_blocks(profiles[at : at + PAGE], knowledge):
            for _, one in block:
                if one.recommended is not None:
                    one.confidence  # noqa: B018 it is worked out when it is asked for
                    one.figure(one.recommended, "total_usd")


def write_proposals(folder: Path, count: int, knowledge: Knowledge) -> list[Path]:
    """Write so many different proposals, the same each time."""
    paths = sorted(path for place in TEMPLATES for path in place.glob("*.yaml"))
    templates = [load_profile(path, knowledge) for path in paths]
    draw = random.Random(0)
    files = []
    for place in range(count):
        moved = varied(templates[place % len(templates)], knowledge.fields, draw)
        file = folder / f"proposal-{place:05}.yaml"
        file.write_text(dump(moved, knowledge.fields), encoding="utf-8")
        files.append(file)
    return files


def varied(template: Profile, fields: Mapping[str, Field], draw: random.Random) -> Profile:
    """A profile with every number moved, some words swapped and some fields left out."""
    values: dict[str, Value] = {}
    for name, value in template.values.items():
        field = fields[name]
        kept = field.required or name == "task.kind"
        if name.startswith("decision.") or (not kept and draw.random() < DROPPED):
            continue
        values[name] = _moved(value, field, draw)
    return Profile(template.path, values)


def _moved(value: Value, field: Field, draw: random.Random) -> Value:
    if isinstance(value, Quantity):
        factor = 2.718 ** draw.gauss(0.0, SPREAD)
        high = 1.0 if field.dimension == "fraction" else field.maximum or 1e300
        low = field.minimum or 0.0
        ends = sorted(
            min(max(float(f"{end * factor:.3g}"), low), high) for end in (value.low, value.high)
        )
        return Quantity(*ends)
    if draw.random() >= SWAPPED:
        return value
    if field.type == "flag":
        return not value
    return draw.choice(field.values) if field.type == "enum" else value


def proposal_model(fields: Mapping[str, Field]) -> type[BaseModel]:
    """An ordinary pydantic model of a profile: a model for each section, nothing extra allowed."""
    strict = ConfigDict(extra="forbid")
    sections: dict[str, dict[str, Any]] = {}
    for field in fields.values():
        wanted = _type_of(field)
        held = (wanted, ...) if field.required else (wanted | None, None)
        sections.setdefault(field.section, {})[field.key] = held
    top = sections.pop("")
    for name, parts in sections.items():
        made = create_model(name, __config__=strict, **parts)
        top[name] = (made | None, None)
    found: type[BaseModel] = create_model("Proposal", __config__=strict, **top)
    return found


def _type_of(field: Field) -> Any:
    words = Literal[field.values] if field.values else str
    types: Mapping[str, Any] = {
        "text": str,
        "enum": words | bool,
        "enums": list[words] | words,  # type: ignore[valid-type]
        "flag": bool,
        "quantity": float | str,
        "duration": str | float,
        "date": date | int | str,
        "gpus": list[str] | str,
        "trials": list[dict[str, Any]],
        "waivers": list[dict[str, Any]],
    }
    return types[field.type]


if __name__ == "__main__":
    main()
