"""Entry point: `--version` is answered before anything is loaded."""

import os
import sys


def main() -> None:
    """Run the command line."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever called us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
    if sys.argv[1:] in (["--version"], ["-V"]):
        from llmchoose import __version__

        sys.stdout.write(f"llmchoose {__version__}\n")
        return
    # Small arrays: threads for linear algebra would take a tenth of a short run to start, and their
    # number would differ from machine to machine.
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ.setdefault(f"{library}_NUM_THREADS", "1")
    import gc

    from llmchoose.cli.app import run

    # A short life that makes many lasting objects: collecting often finds nothing and costs time.
    gc.set_threshold(100_000, 50, 50)
    run()


if __name__ == "__main__":
    main()
