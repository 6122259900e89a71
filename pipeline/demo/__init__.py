"""Memes that the demo draws by itself, so that it needs no data from anywhere."""
