"""Words of a receipt that more than one module needs."""

SCHEMA = 1
BLESSED, REFUSED = "blessed", "refused"
