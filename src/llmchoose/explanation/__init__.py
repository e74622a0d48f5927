"""What an id stands for: every rule, fact, claim and source of the knowledge as a page."""
