"""ServingCheck: loads an exported model as strangers meet it, and says whether it may be pushed."""
