"""Entry point: `--version` is answered before anything is loaded."""

import sys


def main() -> None:
    """Run the command line."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from llmchoose import __version__

        sys.stdout.write(f"llmchoose {__version__}\n")
        return
    from llmchoose.cli.app import run

    run()


if __name__ == "__main__":
    main()
