"""What changed between two assessments, and which input did it."""
