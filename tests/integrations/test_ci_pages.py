"""What docs/ci says can be copied: examples that the services and the check take as they stand."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from llmchoose.cli import app

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "docs/ci").glob("*.md"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))


def examples(page: Path, name: str) -> list[str]:
    """The files of a page by their name, which their first line says."""
    blocks = re.findall(r"```yaml\n# (\S+)\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return [text for file, text in blocks if name in file]


def written(texts: list[str], folder: Path) -> list[Path]:
    files = [folder / f"{number}.yaml" for number in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return files


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_first_proposal_is_green_and_the_second_red(
    page: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    green, red = written(examples(page, "proposals/letters.yaml"), tmp_path)
    for file, code in ((green, 0), (red, 1)):
        monkeypatch.setattr(sys, "argv", ["llmchoose", "check", file.name])
        assert app._outcome() == code
    found = set(re.findall(r"error\[(\S+)\]", capsys.readouterr().out))
    assert found == set(re.findall(r"P-[A-Z]+", page.read_text("utf-8")))


def test_the_workflows_are_some_and_give_inputs_that_there_are(
    valid: Callable[..., None], tmp_path: Path
) -> None:
    texts = examples(ROOT / "docs/ci/github.md", "workflows")
    valid("vendor.github-workflows", *written(texts, tmp_path))
    for text in texts:
        (job,) = yaml.safe_load(text)["jobs"].values()
        steps = [one for one in job["steps"] if one["uses"].startswith("OWNER/llmchoose@")]
        assert [set(one["with"]) - set(ACTION["inputs"]) for one in steps] == [set()]


def test_every_input_and_output_of_the_action_is_on_its_page() -> None:
    text = (ROOT / "docs/ci/github.md").read_text("utf-8")
    inputs = re.findall(r"^\| `([\w-]+)` \| ", text.split("## Inputs")[1], re.MULTILINE)
    assert inputs == list(ACTION["inputs"])
    assert [name for name in ACTION["outputs"] if f"`{name}`" not in text] == []


def test_the_pipelines_are_some(valid: Callable[..., None], tmp_path: Path) -> None:
    page = ROOT / "docs/ci/gitlab.md"
    valid("vendor.gitlab-ci", *written(examples(page, ".gitlab-ci.yml"), tmp_path))
    template = (ROOT / "integrations/gitlab/llmchoose.gitlab-ci.yml").read_text("utf-8")
    for name in re.findall(r"LLMCHOOSE_[A-Z_]+", page.read_text("utf-8")):
        assert f"#   {name} " in template, name


def test_the_configurations_of_pre_commit_are_some(tmp_path: Path) -> None:
    texts = examples(ROOT / "docs/ci/pre-commit.md", ".pre-commit-config.yaml")
    files = written(texts, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-config", *map(str, files)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    used = [one["id"] for text in texts for one in yaml.safe_load(text)["repos"][0]["hooks"]]
    assert set(used) == {hook["id"]}
