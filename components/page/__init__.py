"""Pages: what the report, the receipt and the model card have in common."""
