"""The knowledge folder as one frozen object whose tables are read when they are first used."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from llmchoose.errors import InputError, Problem, did_you_mean, quoted
from llmchoose.knowledge.build import build, read_csv, read_yaml_file
from llmchoose.knowledge.fields import Field, load_fields
from llmchoose.knowledge.overlay import OWN_SOURCES, SHIPPED, check_overlay, table_of
from llmchoose.knowledge.rules import Approach, Risk, Rulebook, Step
from llmchoose.knowledge.tables import (
    ApiModel,
    Closure,
    Clue,
    Currency,
    Dataset,
    DefaultModel,
    Evidence,
    Factor,
    Fitted,
    GapCoverage,
    Gpu,
    Language,
    ManagedTuning,
    OpenModel,
    Optimizer,
    Region,
    Rent,
    Source,
    Stack,
)

if TYPE_CHECKING:
    from llmchoose.knowledge.policy import PolicyBook
    from llmchoose.knowledge.questions import AskingRule
    from llmchoose.knowledge.readings import Reading
    from llmchoose.knowledge.reference import Conflict, Practice, Term
    from llmchoose.knowledge.runs import (
        Case,
        Comparison,
        MemoryRun,
        PretrainingRun,
        ServingRun,
        TuningRun,
    )
    from llmchoose.knowledge.yardsticks import Baseline, Knob

Built = TypeVar("Built")
Paths = tuple[Path, Path | None, Path | None]


@dataclass(frozen=True)
class Citation:
    """What an id in a `sources` list stands for: a claim or finding, and where it was made."""

    id: str
    title: str
    date: str
    kind: str
    url: str | None
    claim: str | None


@dataclass(frozen=True, eq=False)
class Knowledge:
    """Facts, rules and priors; `overlay` holds tables whose rows replace or add to the shipped.

    Each is one of its own, with rows of its own: what is remembered of one is not said of another
    that was read from the same files, or made of it with other tables.

    Args:
        folder: The knowledge folder.
        overlay: A folder of tables named as in `folder`, or one such table.
        rulebook_file: A rulebook that takes the place of the shipped one, or extends it.
    """

    folder: Path = SHIPPED
    overlay: Path | None = None
    rulebook_file: Path | None = None

    @property
    def paths(self) -> "Paths":
        """Where it is read from: what another process needs to read its own."""
        return self.folder, self.overlay, self.rulebook_file

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Profile fields by dotted name, in the schema's order."""
        return load_fields(self.folder / "fields.yaml")

    @cached_property
    def gpus(self) -> tuple[Gpu, ...]:
        """Accelerators."""
        return self._table("gpus.csv", Gpu)

    @cached_property
    def rents(self) -> tuple[Rent, ...]:
        """Rental prices."""
        return self._table("rents.csv", Rent)

    @cached_property
    def rents_of(self) -> Mapping[tuple[str, str], tuple[Rent, ...]]:
        """Rental prices by accelerator and plan."""
        found: dict[tuple[str, str], list[Rent]] = {}
        for row in self.rents:
            found.setdefault((row.gpu, row.plan), []).append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def regions(self) -> tuple[Region, ...]:
        """Countries and cloud regions."""
        return self._table("regions.csv", Region)

    @cached_property
    def open_models(self) -> tuple[OpenModel, ...]:
        """Open-weights models."""
        return self._table("open_models.csv", OpenModel)

    @cached_property
    def api_models(self) -> tuple[ApiModel, ...]:
        """API models, one row for each period of a price."""
        return self._table("api_models.csv", ApiModel)

    @cached_property
    def managed_tuning(self) -> tuple[ManagedTuning, ...]:
        """Providers' tuning services."""
        return self._table("managed_tuning.csv", ManagedTuning)

    @cached_property
    def default_models(self) -> tuple[DefaultModel, ...]:
        """Models taken when the profile names none."""
        return self._table("default_models.csv", DefaultModel)

    @cached_property
    def languages(self) -> Mapping[str, Language]:
        """Languages by BCP 47 tag."""
        return {row.id: row for row in self._table("languages.csv", Language)}

    @cached_property
    def currencies(self) -> Mapping[str, Currency]:
        """Currencies by ISO 4217 code."""
        return {row.id: row for row in self._table("currencies.csv", Currency)}

    @cached_property
    def factors(self) -> Mapping[str, Factor]:
        """Constants of the estimate by id."""
        return {row.id: row for row in self._table("factors.csv", Factor)}

    @cached_property
    def clues(self) -> tuple[Clue, ...]:
        """What an answer tells of the gap where nobody says it."""
        return self._table("clues.csv", Clue)

    @cached_property
    def gaps(self) -> Mapping[str, GapCoverage]:
        """Coverage by what existing models lack."""
        return {row.id: row for row in self._table("gaps.csv", GapCoverage)}

    @cached_property
    def fitted(self) -> Mapping[str, Fitted]:
        """Constants fitted to published runs by id."""
        return {row.id: row for row in self._table("fitted.csv", Fitted)}

    @cached_property
    def constants(self) -> Mapping[str, float]:
        """The fitted constants' values by id, as the formulas take them."""
        return {name: row.value for name, row in self.fitted.items()}

    @cached_property
    def closures(self) -> Mapping[tuple[str, str], Closure]:
        """Shares of the room that approaches close, by approach and kind of gap."""
        return {(row.approach, row.gap): row for row in self._table("closures.csv", Closure)}

    @cached_property
    def pretraining_runs(self) -> "tuple[PretrainingRun, ...]":
        """Published pretraining runs."""
        from llmchoose.knowledge.runs import PretrainingRun  # seldom needed

        return read_csv(self.folder / "runs" / "pretraining.csv", PretrainingRun)

    @cached_property
    def memory_runs(self) -> "tuple[MemoryRun, ...]":
        """Published peaks of tuning memory."""
        from llmchoose.knowledge.runs import MemoryRun  # seldom needed

        return read_csv(self.folder / "runs" / "memory.csv", MemoryRun)

    @cached_property
    def tuning_runs(self) -> "tuple[TuningRun, ...]":
        """Published times and throughputs of tuning."""
        from llmchoose.knowledge.runs import TuningRun  # seldom needed

        return read_csv(self.folder / "runs" / "tuning.csv", TuningRun)

    @cached_property
    def serving_runs(self) -> "tuple[ServingRun, ...]":
        """Published throughputs and latencies of serving."""
        from llmchoose.knowledge.runs import ServingRun  # seldom needed

        return read_csv(self.folder / "runs" / "serving.csv", ServingRun)

    @cached_property
    def cases(self) -> "tuple[Case, ...]":
        """Real decisions, told by those who took them or by others."""
        from llmchoose.knowledge.runs import Case  # seldom needed

        return read_csv(self.folder / "runs" / "decisions.csv", Case)

    def case_profile(self, case: str) -> Path:
        """Where the profile of a real decision stands, by its id."""
        return self.folder / "cases" / f"{case}.yaml"

    @cached_property
    def baselines(self) -> "tuple[Baseline, ...]":
        """Rules of thumb that the recommendation is held against."""
        from llmchoose.knowledge.yardsticks import Baseline  # seldom needed

        return self._list("baselines.yaml", Baseline)

    @cached_property
    def knobs(self) -> "tuple[Knob, ...]":
        """Constants behind the recommendation, by how they came about."""
        from llmchoose.knowledge.yardsticks import Knob  # seldom needed

        return self._list("knobs.yaml", Knob)

    @cached_property
    def comparisons(self) -> "tuple[Comparison, ...]":
        """Published scores without and with an approach."""
        from llmchoose.knowledge.runs import Comparison  # seldom needed

        return read_csv(self.folder / "runs" / "comparisons.csv", Comparison)

    @cached_property
    def datasets(self) -> tuple[Dataset, ...]:
        """Well-known tuning sets."""
        return self._table("datasets.csv", Dataset)

    @cached_property
    def stacks(self) -> tuple[Stack, ...]:
        """Training libraries."""
        return self._table("stacks.csv", Stack)

    @cached_property
    def optimizers(self) -> tuple[Optimizer, ...]:
        """Optimisers."""
        return self._table("optimizers.csv", Optimizer)

    @cached_property
    def rulebook(self) -> Rulebook:
        """Gates, criteria and combinations."""
        if self.rulebook_file is None:
            shipped: Rulebook = build(Rulebook, read_yaml_file(self.folder / "rulebook.yaml"))
            return shipped
        from llmchoose.knowledge.rulecheck.read import read_rulebook  # seldom needed
        from llmchoose.knowledge.rulecheck.vocabulary import Vocabulary

        names = Vocabulary(self.fields, self.readings, self.sources.keys() | self.evidence.keys())
        return read_rulebook(self.rulebook_file, self.folder / "rulebook.yaml", names)

    @cached_property
    def readings(self) -> "Mapping[str, Reading]":
        """What rules may read of the estimate, by id (without the prefix `est.`)."""
        from llmchoose.knowledge.readings import Reading  # seldom needed

        return {row.id: row for row in self._list("readings.yaml", Reading)}

    @cached_property
    def approaches(self) -> tuple[Approach, ...]:
        """The seven approaches in the order of the ladder."""
        return self._list("approaches.yaml", Approach)

    @cached_property
    def risks(self) -> tuple[Risk, ...]:
        """The risk register."""
        return self._list("risks.yaml", Risk)

    @cached_property
    def plan(self) -> Mapping[str, tuple[Step, ...]]:
        """Steps by part of the plan: common_before, each approach, common_after."""
        plan: Mapping[str, tuple[Step, ...]] = build(
            Mapping[str, tuple[Step, ...]], read_yaml_file(self.folder / "plan.yaml")
        )
        return plan

    @cached_property
    def conflicts(self) -> "tuple[Conflict, ...]":
        """Where the sources disagree, and which side the rules follow."""
        from llmchoose.knowledge.reference import Conflict  # seldom needed

        return self._list("conflicts.yaml", Conflict)

    @cached_property
    def glossary(self) -> "tuple[Term, ...]":
        """Words as this tool uses them."""
        from llmchoose.knowledge.reference import Term  # seldom needed

        return self._list("glossary.yaml", Term)

    @cached_property
    def practices(self) -> "tuple[Practice, ...]":
        """Good habits."""
        from llmchoose.knowledge.reference import Practice  # seldom needed

        return self._list("practices.yaml", Practice)

    @cached_property
    def asking(self) -> "AskingRule":
        """How the questionnaire chooses its questions."""
        from llmchoose.knowledge.questions import AskingRule  # seldom needed

        rule: AskingRule = build(AskingRule, read_yaml_file(self.folder / "questions.yaml"))
        return rule

    @cached_property
    def policy(self) -> "PolicyBook":
        """What proposals are held against."""
        from llmchoose.knowledge.policy import PolicyBook  # only `check` and `explain` ask for it

        book: PolicyBook = build(PolicyBook, read_yaml_file(self.folder / "policy.yaml"))
        return book

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """Documents, papers, price lists and judgements by id."""
        files = sorted((self.folder / "sources").glob("*.csv"))
        shipped = tuple(row for file in files for row in read_csv(file, Source))
        return {row.id: row for row in self._overlaid(OWN_SOURCES, Source, shipped)}

    @cached_property
    def evidence(self) -> Mapping[str, Evidence]:
        """Claims and findings by id."""
        return {row.id: row for row in self._table("evidence.csv", Evidence)}

    @cached_property
    def as_of(self) -> str:
        """Day up to which the knowledge was gathered (ISO)."""
        return str(read_yaml_file(self.folder / "edition.yaml")["as_of"])

    def cite(self, identifier: str) -> Citation:
        """Resolve an id of a `sources` list.

        Raises:
            InputError: Nobody defines the id.
        """
        row = self.evidence.get(identifier)
        name = row.source[0] if row else identifier
        source = self.sources.get(name)
        if source is None:
            message = f"{quoted(name)} is no source of the knowledge"
            own = f"a folder for --knowledge may define it in a {OWN_SOURCES}"
            raise InputError((Problem(message, hint=did_you_mean(name, self.sources) or own),))
        claim = row.claim if row else None
        return Citation(identifier, source.title, source.date, source.kind, source.url, claim)

    def _table(self, name: str, kind: type[Built]) -> tuple[Built, ...]:
        return self._overlaid(name, kind, read_csv(self.folder / name, kind))

    def _overlaid(self, name: str, kind: type[Built], rows: tuple[Built, ...]) -> tuple[Built, ...]:
        over = self._overlay_file(name)
        if over is None:
            return rows
        added = read_csv(over, kind, check=True)
        merged: dict[str, Any] = {row.id: row for row in (*rows, *added)}  # type: ignore[attr-defined]
        return tuple(merged.values())

    def _overlay_file(self, name: str) -> Path | None:
        if self.overlay is None:
            return None
        if self.overlay.is_dir():
            file = self.overlay / name
            return file if file.exists() else None
        return self.overlay if table_of(self.overlay) == name else None

    def _list(self, name: str, kind: type[Built]) -> tuple[Built, ...]:
        rows: tuple[Built, ...] = build(tuple[kind, ...], read_yaml_file(self.folder / name))  # type: ignore[valid-type]
        return rows


def load_knowledge(
    overlay: str | Path | None = None, rulebook: str | Path | None = None
) -> Knowledge:
    """Return the shipped knowledge, optionally with rows or a rulebook of your own.

    Args:
        overlay: A table (`factors.csv`, `rents.csv` …, known by its name or its columns) or a
            folder of them: rows with a known id replace the shipped row, others are added. What
            such rows cite may be defined in a `sources.csv` beside them.
        rulebook: A rulebook file that replaces the shipped one or, with `extends: shipped`,
            changes some of it. It is read, and refused, when it is first used.

    Raises:
        InputError: A path does not exist, or is not named like a table of the knowledge.
    """
    paths = [Path(path) if path is not None else None for path in (overlay, rulebook)]
    for path in paths:
        if path is not None and not path.exists():
            raise InputError((Problem(f"{path} does not exist"),))
    if paths[0] is not None:
        check_overlay(paths[0])
    return Knowledge(SHIPPED, paths[0], paths[1])


@lru_cache(maxsize=1)
def knowledge_at(paths: Paths) -> Knowledge:
    """The knowledge of a process beside the first one, read once for all of its tasks."""
    return Knowledge(*paths)
