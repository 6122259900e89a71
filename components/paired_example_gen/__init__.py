"""PairedExampleGen: image+text pairs of a span as train, eval and test, with what cannot be used set apart."""
