"""The seven approaches, estimated draw by draw for one profile."""
