"""The talk: a profile in the making, its next question, and whether enough is known.

Nothing here reads a file or a terminal: a web page or a bot can lead the same talk.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from llmchoose.errors import InputError, Problem, did_you_mean, quoted
from llmchoose.knowledge.fields import Field
from llmchoose.knowledge.load import Knowledge, load_knowledge
from llmchoose.profile.dump import write_value
from llmchoose.profile.edit import Entry, new_profile, put
from llmchoose.profile.model import Profile
from llmchoose.questionnaire.answers import is_unknown, read_answer, write_answer, written_at
from llmchoose.questionnaire.state import State
from llmchoose.questionnaire.unknown import said_of_unknown

if TYPE_CHECKING:
    from llmchoose.questionnaire.standing import Standing

NAME = "name"
SAMPLES = 500  # as in `assess`, which is dear to load
# What was decided comes out of the talk and goes not into it.
NEVER_ASKED = ("decision.",)


@dataclass(frozen=True)
class Terms:
    """How the talk is led; what is left out is as the knowledge has it.

    Attributes:
        confidence: What it has to reach before the talk ends by itself.
        most: Most questions, beside the name.
        every: Ask everything, worthwhile or not.
    """

    confidence: float | None = None
    most: int | None = None
    every: bool = False
    as_of: date | None = None
    seed: int = 0
    samples: int = SAMPLES


@dataclass(frozen=True)
class Questionnaire:
    """A talk about one project. Every answer gives a new one; none changes.

    Attributes:
        text: The profile so far, as YAML; empty before it has a name.
        path: Name of its file, for messages.
        asked: Fields in the order in which they were answered, or not known, in this talk.
        skipped: Fields that were put off.
        before: The talk before the last answer.
        state: What follows from the text, where it is the text of an earlier talk.
    """

    text: str = ""
    path: str = "profile.yaml"
    knowledge: Knowledge = field(default_factory=load_knowledge)
    terms: Terms = Terms()
    asked: tuple[str, ...] = ()
    skipped: frozenset[str] = frozenset()
    before: "Questionnaire | None" = field(default=None, repr=False)
    state: State | None = field(default=None, repr=False, compare=False)

    @property
    def profile(self) -> Profile:
        """The profile so far.

        Raises:
            InputError: The text is no profile; every problem is named.
        """
        return self._state.profile

    @cached_property
    def question(self) -> Field | None:
        """What to ask next; None when enough is known."""
        if not self.text:
            return self.knowledge.fields[NAME]
        if self.settled:
            return None
        return next(iter(self._offered), None)

    @property
    def settled(self) -> str:
        """Why the talk ends here, as a sentence; empty while it goes on."""
        if not self.text:
            return ""
        put = len(self.asked) + len(self.skipped)
        if self.terms.most is not None and put >= self.terms.most:
            return self.enough or f"Those were the {self.terms.most} questions of a quick round."
        if self.terms.every and self._offered:
            return ""
        if not self._offered and self._state.left.questions:
            return self.enough or "Only what was put off is left to ask."
        return self.enough

    @cached_property
    def enough(self) -> str:
        """Why asking on would hardly change the recommendation; empty where it may."""
        if not self.text:
            return ""
        rule, left, sure = self.knowledge.asking, self._state.left, self.standing.confidence
        if not left.questions:
            return "Nothing is left to ask."
        if left.together <= rule.nothing:
            return "What is left to ask hardly changes the advice, whatever the answers are."
        settled = left.most <= rule.one_answer and left.together <= rule.all_answers
        wanted = rule.confidence if self.terms.confidence is None else self.terms.confidence
        if settled and sure >= wanted:
            return (
                f"{sure:.0%} sure; what is left to ask changes the advice with a chance of "
                f"{left.together:.0%}."
            )
        return ""

    @cached_property
    def standing(self) -> "Standing":
        """What would be recommended with the answers so far, and what the last one moved."""
        from llmchoose.questionnaire.standing import moved_since  # dear to load

        now, before = self._state.standing, self.before
        return moved_since(now, before.standing) if before and before.text else now

    def answer(self, typed: str, to: str | None = None) -> "Questionnaire":
        """The talk after an answer, in the person's own words.

        Args:
            typed: What the person said; nothing, or `unknown`, keeps the prior.
            to: The field, where it is not that of the question.

        Raises:
            InputError: It is no answer to it; the sentence says what to write.
        """
        asked = self._field(to)
        if not self.text:
            if asked.name != NAME:
                raise InputError((Problem("the project has no name yet", hint="answer that"),))
            value = read_answer(asked, typed, self.profile, self.knowledge)
            written, _ = write_answer(asked, typed, value, self.knowledge.fields)
            return self._after(new_profile(written), asked.name)
        if is_unknown(typed):
            return self._not_known(asked)
        value = read_answer(asked, typed, self.profile, self.knowledge)
        written, comment = write_answer(asked, typed, value, self.knowledge.fields)
        return self._with(Entry(asked, written, comment))

    def unknown(self) -> "Questionnaire":
        """The talk after `I don't know`: the prior is kept, and the question not asked again."""
        return self._not_known(self._asked())

    def take(self, answers: Profile, to: str | None = None) -> "Questionnaire":
        """The talk after another profile answered it; what that lacks is not known.

        Args:
            answers: What the person knows.
            to: The field, where it is not that of the question.
        """
        asked = self._field(to)
        value = answers.get(asked.name)
        if value is None:
            return self._not_known(asked)
        return self._with(self._copied(asked, answers))

    def given(self, profile: Profile, names: Iterable[str]) -> "Questionnaire":
        """The same talk with some fields of a profile copied, unasked."""
        fields = self.knowledge.fields
        entries = [self._copied(fields[name], profile) for name in names if profile.given(name)]
        text = self.text or new_profile(write_value(str(profile.get(NAME)), fields[NAME], fields))
        for entry in entries:
            text = put(text, entry, fields)
        made = replace(self, text=text, state=None)
        if entries:
            made._check_kept(self, entries)
        return made

    def _copied(self, one: Field, profile: Profile) -> Entry:
        """A value of another profile in the words that it is written there, where that can be."""
        value, fields = profile.values[one.name], self.knowledge.fields
        word = next((word for word, amount in one.words.items() if amount == value), "")
        said = word or written_at(profile, one.name)
        try:
            same = bool(said) and read_answer(one, said, self.profile, self.knowledge) == value
        except InputError:
            same = False
        if same:
            return Entry(one, *write_answer(one, said, value, fields))
        return Entry(one, write_value(value, one, fields))

    def skip(self) -> "Questionnaire":
        """The talk with its question put off; nothing is written about it."""
        asked = self._asked()
        if asked.required:
            raise InputError((Problem(f"{asked.name} is needed", hint="write one"),))
        return replace(self, skipped=self.skipped | {asked.name}, before=self, state=self._state)

    def back(self) -> "Questionnaire":
        """The talk before the last answer; itself at its beginning."""
        return self.before or self

    def go_on(self) -> "Questionnaire":
        """The same talk, asking on although enough is known; what was put off comes again."""
        terms = replace(self.terms, every=True, most=None)
        return replace(self, terms=terms, skipped=frozenset(), state=self._state)

    def reread(self, text: str) -> "Questionnaire":
        """The same talk about a text that somebody else changed."""
        return replace(self, text=text, before=None, state=None)

    def _not_known(self, asked: Field) -> "Questionnaire":
        if asked.required:
            raise InputError((Problem(f"{asked.name} is needed", hint="write one"),))
        return self._with(Entry(asked, "", said_of_unknown(asked)))

    def _field(self, name: str | None) -> Field:
        """The field that is answered.

        Raises:
            InputError: There is none of this name, or nothing is left to ask.
        """
        if name is None:
            return self._asked()
        if name not in self.knowledge.fields:
            hint = did_you_mean(name, self.knowledge.fields)
            raise InputError((Problem(f"{quoted(name)} is not a field of a profile", hint=hint),))
        return self.knowledge.fields[name]

    def _asked(self) -> Field:
        if self.question is None:
            raise InputError((Problem("nothing is left to ask"),))
        return self.question

    def _with(self, entry: Entry) -> "Questionnaire":
        made = self._after(put(self.text, entry, self.knowledge.fields), entry.field.name)
        made._check_kept(self, [entry])
        return made

    def _check_kept(self, before: "Questionnaire", entries: Sequence[Entry]) -> None:
        """Refuse a text that does not read, or lost an answer, because of how a file is laid out.

        Raises:
            InputError: It did.
        """
        names = {entry.field.name for entry in entries}
        wanted = {entry.field.name for entry in entries if entry.value}
        try:
            found = set(self.profile.values)
        except InputError:
            found = set()
        if found - names == set(before.profile.values) - names and wanted <= found:
            return
        name, line = quoted(entries[-1].field.name), entries[-1].line.strip()
        message = f"{name} cannot be put into the file as that is laid out"
        raise InputError((Problem(message, hint=f"write it there by hand: {line}"),))

    def _after(self, text: str, name: str) -> "Questionnaire":
        return replace(self, text=text, asked=(*self.asked, name), before=self, state=None)

    @property
    def left(self) -> Sequence[Field]:
        """What the talk would still ask, the most telling first."""
        return [self.knowledge.fields[one.field] for one in self._state.left.questions]

    @cached_property
    def _state(self) -> State:
        terms = self.terms
        return self.state or State(
            self.text, self.path, self.knowledge, terms.as_of, terms.seed, terms.samples
        )

    @cached_property
    def _offered(self) -> Sequence[Field]:
        """What may be asked next, the best first; the rest of the schema where all is wanted."""
        fields = [*self.left, *(self._rest if self.terms.every else [])]
        return [one for one in fields if one.name not in self.skipped]

    @property
    def _rest(self) -> Sequence[Field]:
        """Fields that only somebody who wants to say everything is asked for."""
        said = {*self.profile.values, *self.profile.blank}
        return [
            one
            for one in self.knowledge.fields.values()
            if not (one.ask or one.name in said or one.name.startswith(NEVER_ASKED))
        ]
