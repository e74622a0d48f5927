"""How to say it: the words that reports share, and one file in `formats/` for each format."""
