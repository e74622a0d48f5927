"""The serving calculator."""
