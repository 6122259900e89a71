"""Schemas that a person reviews: a first one for new data, and changes for data that did not fit."""
