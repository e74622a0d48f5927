"""Formats of a comparison: each file here is one, called by its name; each has `render`."""
