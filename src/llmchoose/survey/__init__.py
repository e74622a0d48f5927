"""Many profiles at once: the choice for each with its figures; no reasons, plan or outlook."""
