"""The checklist as data: one TOML file a section."""
