"""The schema, as the configuration gives it."""
