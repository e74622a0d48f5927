"""The calculator of API bills."""
