"""Start-up as ratios measured side by side in one run: `python benchmarks/startup.py`.

Prints the median of each command, and what it is held against:
`--version` against twice a bare interpreter plus 60 ms; `assess` of one profile against 2.5 times,
`check` of one against twice, a calculator against 1.6 times a process that only imports typer,
pydantic, yaml, rich and numpy.
"""

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
IMPORTS = "import typer, pydantic, yaml, rich, numpy"
COMMANDS = {
    "bare": [sys.executable, "-c", "pass"],
    "floor": [sys.executable, "-c", IMPORTS],
    "--version": [sys.executable, "-m", "llmchoose", "--version"],
    "--help": [sys.executable, "-m", "llmchoose", "--help"],
    "assess": [sys.executable, "-m", "llmchoose", "assess", str(ROOT / "profiles/quickstart.yaml")],
    "check": [
        *(sys.executable, "-m", "llmchoose", "check", "--fail-on", "error"),
        str(ROOT / "profiles/clinical-extraction-2022.yaml"),
    ],
}
CALCULATORS = {
    "pretrain": "--params 65B --tokens 1.4T --gpu A100-80GB --n-gpus 2048",
    "pretrain --deadline": "--params 7B --tokens 1T --deadline 6w",
    "finetune": "--params 7B --method qlora --gpu A100-80GB --examples 52k",
    "serve": "--params 70B --gpu H100-80GB --n-gpus 4 --precision fp8 --input-len 2048 "
    "--output-len 256",
    "api": "--model gpt-4.1-mini --requests 1M/month --input-tokens 800 --output-tokens 200",
}
COMMANDS |= {
    name: [sys.executable, "-m", "llmchoose", "estimate", name.split()[0], *options.split()]
    for name, options in CALCULATORS.items()
}
ROUNDS = 15


def once(command: list[str]) -> float:
    """Wall-clock seconds of one process."""
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return time.perf_counter() - start


def main() -> None:
    """Run all commands in turn, so that a slow spell of the machine hits each alike."""
    taken: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for turn in range(ROUNDS + 1):
        for name, command in COMMANDS.items():
            seconds = once(command)
            if turn:
                taken[name].append(seconds)
    medians = {name: statistics.median(values) * 1000 for name, values in taken.items()}
    for name, milliseconds in medians.items():
        print(f"{name:20} {milliseconds:6.0f} ms")
    version = (medians["--version"] - 60) / medians["bare"]
    print(f"--version: {version:.2f} x bare beyond 60 ms (at most 2)")
    print(f"assess: {medians['assess'] / medians['floor']:.2f} x the import floor (at most 2.5)")
    print(f"check: {medians['check'] / medians['floor']:.2f} x the import floor (at most 2)")
    for name in CALCULATORS:
        print(f"{name}: {medians[name] / medians['floor']:.2f} x the import floor (at most 1.6)")


if __name__ == "__main__":
    main()
