"""The questionnaire: answers so far to the next best question, or to a settled recommendation."""
