"""TFX components of Fusegate: each folder declares in `component.py` and does in `executor.py`."""
