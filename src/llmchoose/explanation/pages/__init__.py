"""A page for each kind: one function from a row to a `Page`."""
