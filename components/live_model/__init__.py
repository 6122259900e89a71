"""LiveModel: what is live now, read from the registry, as an artifact."""
