"""Formats of explanations: each file here is one, called by its name; each has `render`."""
