"""Recommendations held against real decisions, one file per format."""
