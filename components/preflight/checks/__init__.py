"""The checks of preflight: each takes the Subject and yields Findings."""
