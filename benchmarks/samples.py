"""What samples cost, side by side in one run: `python benchmarks/samples.py`.

Seven approaches of one profile, estimated with few and with many samples. The difference is what
the draws and the formulas take; the rest is the same for any number of samples.
"""

import statistics
import time
from pathlib import Path

from llmchoose.estimate.approaches.approach import estimate_all
from llmchoose.estimate.formulas.distributions import Draws
from llmchoose.estimate.inputs import read_inputs
from llmchoose.knowledge.load import load_knowledge
from llmchoose.profile.load import load_profile

PROFILE = Path(__file__).parent.parent / "profiles" / "quickstart.yaml"
FEW, MANY, ROUNDS = 50, 10_000, 15


def main() -> None:
    """Estimate with both numbers in turn, a new seed each time, so that nothing is kept."""
    knowledge = load_knowledge()
    profile = load_profile(str(PROFILE), knowledge)
    taken: dict[int, list[float]] = {FEW: [], MANY: []}
    for seed in range(ROUNDS + 1):
        for samples, times in taken.items():
            start = time.perf_counter()
            estimate_all(read_inputs(profile, knowledge, Draws(seed, samples)))
            if seed:
                times.append(time.perf_counter() - start)
    few, many = (statistics.median(times) * 1000 for times in taken.values())
    print(f"{FEW:6} samples {few:6.1f} ms")
    print(f"{MANY:6} samples {many:6.1f} ms, {many - few:.1f} ms more (at most 30)")


if __name__ == "__main__":
    main()
