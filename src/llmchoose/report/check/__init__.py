"""Formats of a check: each file here is one, called by its name; each has `render`."""
