"""The rows of the catalogue, a file an area; they name handlers and import none."""
