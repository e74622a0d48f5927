"""Rules of one's own: CEL expressions, checked and judged in a process that can be stopped."""

import json
import os
import selectors
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from llmchoose.errors import InputError, Problem, quoted
from llmchoose.policy.faults import problems_of, strange_word, visible_fault
from llmchoose.policy.model import OwnRule
from llmchoose.policy.record import Record, Schema

WORKER = Path(__file__).parent / "worker.py"
SECONDS = 2.0
STARTING_SECONDS = 30.0
CHUNK = 65_536
# What the runtime says of an expression that goes round too often, or grows too large.
BOUNDS = {"Iteration budget": "too many steps", "bad_alloc": "too much memory"}


@dataclass(frozen=True)
class Outcome:
    """What a rule of one's own said of a proposal.

    Attributes:
        holds: Whether its expression is true; None where it could not be judged.
        fault: Why it could not.
    """

    rule: str
    holds: bool | None
    fault: str = ""


class Judge:
    """Judges rules of one's own in a process beside this one.

    The process reads no file and is given no more than the records; it is stopped when a rule
    takes longer than `seconds`, and that rule is judged no more. All rules are checked; judged are
    those that are `held`, or all of them when it is left out.
    """

    def __init__(
        self,
        rules: Sequence[OwnRule],
        schema: Schema,
        seconds: float = SECONDS,
        held: Collection[str] | None = None,
    ) -> None:
        self._rules = tuple(rules)
        self._schema, self._seconds = schema, seconds
        self._stopped = {one.id for one in rules if held is not None and one.id not in held}
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def check(self) -> None:
        """Hold every expression against the types of what it reads; without rules, nothing.

        Raises:
            InputError: One is wrong, with its place; or CEL is not installed.
        """
        problems: list[Problem] = []
        for answer in self._start() if self._rules else []:
            if "missing" in answer:
                self.close()
                raise InputError((_not_installed(self._rules[0], str(answer["missing"])),))
            rule = self._rules[int(answer["rule"])]
            if "word" in answer:
                problems.append(strange_word(rule, answer["word"], self._schema))
            else:
                problems += problems_of(rule, str(answer["fault"]), self._schema)
        if problems:
            self.close()
            raise InputError(problems)

    def judge(self, record: Record) -> list[Outcome]:
        """What every rule says of one proposal; no rule's failure stops another.

        A rule that had to be stopped says so once, and is judged no more.
        """
        outcomes: list[Outcome] = []
        sent = False
        for place, rule in enumerate(self._rules):
            if rule.id in self._stopped:
                continue
            if self._process is None:
                self._start()
                sent = False
            if not sent:
                left = [at for at in range(place, len(self._rules)) if not self._is_stopped(at)]
                self._send({"record": record, "rules": left})
                sent = True
            outcomes.append(self._outcome(rule))
        return outcomes

    def _outcome(self, rule: OwnRule) -> Outcome:
        answer = self._answer(self._seconds)
        if answer is None:
            self.close()
            return self._stop(rule, f"it gave no answer in {self._seconds:g} seconds")
        if "fault" not in answer:
            return Outcome(rule.id, answer["holds"])
        bound = next((said for word, said in BOUNDS.items() if word in answer["fault"]), None)
        if bound:
            return self._stop(rule, f"it takes {bound}")
        return Outcome(rule.id, None, visible_fault(answer["fault"]))

    def _stop(self, rule: OwnRule, why: str) -> Outcome:
        self._stopped.add(rule.id)
        return Outcome(rule.id, None, f"it was stopped, for {why}; it is judged no more")

    def _is_stopped(self, place: int) -> bool:
        return self._rules[place].id in self._stopped

    def close(self) -> None:
        """End the process."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process, self._rest = None, b""

    def _start(self) -> list[dict[str, Any]]:
        """Start the process; what its checker finds wrong."""
        self._process = subprocess.Popen(  # noqa: S603 our own file, by our own interpreter
            [sys.executable, "-P", str(WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        rules = [rule.when for rule in self._rules]
        self._send({**vars(self._schema), "rules": rules})
        answer = self._answer(STARTING_SECONDS)
        if answer is None:
            self.close()
            raise InputError((_checker_died(self._rules[0]),))
        found: list[dict[str, Any]] = answer["faults"]
        return found

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101, PT018
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass  # it has died; the answer that does not come says so

    def _answer(self, seconds: float) -> dict[str, Any] | None:
        """The next line of the process; None where it does not come in time."""
        assert self._process is not None and self._process.stdout is not None  # noqa: S101, PT018
        pipe = self._process.stdout.fileno()
        with selectors.DefaultSelector() as ready:
            ready.register(pipe, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not ready.select(seconds):
                    return None
                part = os.read(pipe, CHUNK)
                if not part:
                    return None
                self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        found: dict[str, Any] = json.loads(line)
        return found


def _not_installed(rule: OwnRule, name: str) -> Problem:
    message = f"the rule {quoted(rule.id)} is an expression, and {name} is not installed"
    first = rule.lines[0]
    hint = "pip install 'llmchoose[policy]'"
    return Problem(message, first.mark, first.line, 1, hint)


def _checker_died(rule: OwnRule) -> Problem:
    first = rule.lines[0]
    message = "the expressions of this policy could not be checked: the checker ended"
    return Problem(message, first.mark, first.line, 1, "write shorter expressions")
