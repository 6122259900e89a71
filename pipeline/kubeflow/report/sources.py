"""Which outputs of which nodes a report is made of."""

SOURCES = {
    "examples": ("PairedExampleGen", "examples"),
    "quarantine": ("PairedExampleGen", "quarantine"),
    "findings": ("DataGate", "findings"),
    "featured_examples": ("FrozenFeatures", "featured_examples"),
    "model": ("Trainer", "model"),
    "evaluation": ("Evaluator", "evaluation"),
    "blessing": ("Evaluator", "blessing"),
    "receipt": ("Receipt", "receipt"),
    "pushed_model": ("Pusher", "pushed_model"),
}
