"""What a usable pair of picture and text is, as plain functions that know nothing of TFX."""
