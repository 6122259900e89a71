"""One module per verb of the `fusegate` command line."""
