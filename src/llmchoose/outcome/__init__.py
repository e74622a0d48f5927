"""How an id came out in one assessment: sections that stand below its page."""
