"""DataGate: stops the run on data that must not be trained on."""
