"""The tuning calculator."""
