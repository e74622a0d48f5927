"""Problems are shown with their place, and nothing of the input reaches the terminal raw."""

import pickle

from llmchoose.errors import InputError, Mark, Problem, closest, show_problem


def test_a_problem_shows_sentence_place_line_caret_and_hint() -> None:
    problem = Problem(
        "budget.one_tme is not a field of budget",
        Mark("profile.yaml", 12, 3),
        "  one_tme: $50k",
        7,
        "did you mean one_time?",
    )
    assert show_problem(problem) == (
        "error: budget.one_tme is not a field of budget\n"
        "  --> profile.yaml:12:3\n"
        "12 |   one_tme: $50k\n"
        "   |   ^^^^^^^ did you mean one_time?"
    )


def test_a_long_line_is_cut_around_the_column() -> None:
    shown = show_problem(Problem("x", Mark("p", 1, 5001), "a" * 5000 + "b" + "a" * 5000))
    line, caret = shown.splitlines()[2:]
    assert line[caret.index("^")] == "b"
    assert len(line) < 120


def test_escapes_are_made_visible_and_wide_letters_keep_the_caret_in_place() -> None:
    shown = show_problem(Problem("a\x1b[31m", Mark("p\x1b", 1, 3), "日\x1bx"))
    assert "\x1b" not in shown
    assert shown.splitlines()[3].index("^") == len("1 | ") + 2 + len("\\x1b")


def test_an_error_crosses_to_another_process() -> None:
    error = InputError((Problem("x"),))
    assert pickle.loads(pickle.dumps(error)).problems == error.problems


def test_closest_ignores_case_and_may_find_nothing() -> None:
    assert closest("RAGG", ["rag", "lora"]) == "rag"
    assert closest("zzzz", ["rag", "lora"]) == ""
