"""How to say it: one file for each format."""
