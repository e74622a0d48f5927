"""Groups of runs that the error tables are split by."""

SIZES = ((1e9, "0B to 1B"), (4e9, "1B to 4B"), (15e9, "4B to 15B"), (80e9, "15B to 80B"))


def size_word(params: float) -> str:
    """The group of sizes that a number of parameters belongs to."""
    return next((word for limit, word in SIZES if params < limit), "80B and more")
