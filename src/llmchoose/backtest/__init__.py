"""Estimates held against published runs: fits, errors on runs that a fit has not seen, tables."""
