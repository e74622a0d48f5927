"""What each approach costs: formulas over arrays, and their composition for one profile."""
