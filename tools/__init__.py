"""Tools of the checkout itself; no part of the installed package."""
