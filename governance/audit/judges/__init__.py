"""Judges: models of other families that read what a subject answered. They never gate."""
