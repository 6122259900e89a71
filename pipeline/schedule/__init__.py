"""Retrain by the clock: a systemd timer, a crontab line, or a scheduler in the foreground."""
