"""The library as a door: a connection whose methods are the operations."""
