"""The quarantine as a dataset: what was set apart, why, and the records themselves."""
