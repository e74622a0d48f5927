"""A rulebook of one's own: read, laid over the shipped one, and checked, each mistake placed.

The shipped rulebook does not come this way when a profile is assessed: the tests hold it against
the same checks.
"""
