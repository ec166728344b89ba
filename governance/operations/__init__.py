"""What a user can do, each thing defined once; every door leads through `perform`."""
