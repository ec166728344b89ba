"""Who acts: principals, their roles, and the credentials by which they are known."""
