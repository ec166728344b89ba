"""Profiles from the runs of an audit: reported with counts and bounds, gating nothing."""
