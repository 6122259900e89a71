"""Receipt: why a candidate was pushed or refused, with everything that it takes to compute that again."""
