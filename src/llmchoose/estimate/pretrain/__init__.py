"""The pretraining calculator."""
