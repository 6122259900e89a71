"""The page that each run leaves behind."""
