"""Proposals held against an organisation's policy: rules, limits, waivers, findings."""
