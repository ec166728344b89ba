"""How models are named: prefixes, regions, snapshots, aliases; read by `audit.imports.names`."""
