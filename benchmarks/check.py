"""What a check of a large repository costs: `python -m benchmarks.check [10000]`.

Reading the files with libyaml and validating them with pydantic, on as many processes, counts
as 1; on a single one it is shown beside. Wall time of whole processes, one after another, in one
run; check-jsonschema, where it is installed, takes the first thousand of the same files and the
profile's schema.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import yaml
from benchmarks.survey import proposal_model, write_proposals
from pydantic import BaseModel

from llmchoose.knowledge.load import load_knowledge

ROOT = Path(__file__).parent.parent
YARDSTICK = "--yardstick"
AT_ONCE = 250
THOUSAND = 1000


def main() -> None:
    """Write the repository, run each command on it, and print how long they take."""
    if YARDSTICK in sys.argv:
        validate_all(Path(sys.argv[-1]), int(sys.argv[-2]))
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        files = write_proposals(Path(folder), count, load_knowledge())
        yardstick, alone = (taken(validation(folder, workers)) for workers in (cores, 1))
        before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        checked = taken(llmchoose(folder))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"{count} proposals on {cores} cores")
        print(f"libyaml and pydantic {yardstick:7.2f} s")
        print(f"in a single process  {alone:7.2f} s")
        times = f"{checked / yardstick:.2f} x (at most 5), {checked / alone:.2f} x the single one"
        print(f"llmchoose check      {checked:7.2f} s, {times}")
        print(f"at most {peak:.0f} MB a process (before: {before / 1024:.0f} MB)")
        if shutil.which("check-jsonschema"):
            against_check_jsonschema(files[:THOUSAND], Path(folder))


def against_check_jsonschema(files: Sequence[Path], folder: Path) -> None:
    """The same files, and the same schema as editors take."""
    schema = subprocess.run(
        [sys.executable, "-m", "llmchoose", "schema", "profile"],
        check=True,
        capture_output=True,
        cwd=ROOT,
    )
    (folder / "schema.json").write_bytes(schema.stdout)
    names = [str(file) for file in files]
    theirs = taken(["check-jsonschema", "--schemafile", str(folder / "schema.json"), *names])
    ours = taken(llmchoose(*names))
    print(f"{len(files)} files: check-jsonschema {theirs:.2f} s, llmchoose check {ours:.2f} s")


def validation(folder: str, workers: int) -> list[str]:
    """The yardstick as a command."""
    return [sys.executable, "-m", "benchmarks.check", YARDSTICK, str(workers), folder]


def llmchoose(*paths: str) -> list[str]:
    """The command."""
    return [sys.executable, "-m", "llmchoose", "check", "--format", "json", *paths]


def taken(command: Sequence[str]) -> float:
    """Wall-clock seconds of one process; what it finds does not matter."""
    start = time.perf_counter()
    done = subprocess.run(command, check=False, capture_output=True, cwd=ROOT)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def validate_all(folder: Path, workers: int) -> None:
    """The yardstick: every file read and validated."""
    files = sorted(folder.glob("*.yaml"))
    parts = [files[at : at + AT_ONCE] for at in range(0, len(files), AT_ONCE)]
    if workers == 1:
        found = sum(map(validate_some, parts))
    else:
        with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
            found = sum(pool.map(validate_some, parts))
    print(json.dumps({"valid": found}))


def validate_some(files: Sequence[Path]) -> int:
    """How many of some files are valid."""
    load, model = getattr(yaml, "CSafeLoader", yaml.SafeLoader), _model()
    return sum(
        isinstance(model.model_validate(yaml.load(file.read_bytes(), load)), BaseModel)
        for file in files
    )


@lru_cache(maxsize=1)
def _model() -> type[BaseModel]:
    return proposal_model(load_knowledge().fields)


if __name__ == "__main__":
    main()
