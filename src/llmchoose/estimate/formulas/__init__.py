"""Formulas: arrays in, arrays out. They know neither profiles nor the knowledge folder."""
