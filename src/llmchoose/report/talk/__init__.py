"""How a talk reads: questions, where things stand, and its end."""
