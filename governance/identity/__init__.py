"""Identity: who asks, and how they show it."""
