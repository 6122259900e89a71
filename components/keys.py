"""Names of features, splits, model outputs and artifact keys, in one place."""

# Features of a paired example, as packed and as emitted by PairedExampleGen.
ID = "id"
IMAGE = "image"
TEXT = "text"
LABEL = "label"
GROUP = "group"

# Features that FrozenFeatures adds.
IMAGE_VECTOR = "image_vector"
TEXT_VECTOR = "text_vector"
IMAGE_FINGERPRINT = "image_vector_fingerprint"
TEXT_FINGERPRINT = "text_vector_fingerprint"

# Feature that Transform adds.
TOKENS = "tokens"

TRAIN = "train"
EVAL = "eval"
TEST = "test"
SPLITS = (TRAIN, EVAL, TEST)

FUSED = "fused"
IMAGE_ONLY = "image_only"
TEXT_ONLY = "text_only"
LATE = "late"
OUTPUTS = (FUSED, IMAGE_ONLY, TEXT_ONLY, LATE)
PARTS = (IMAGE_ONLY, TEXT_ONLY)

SIGNATURE_SERVING = "serving_default"
SIGNATURE_EXAMPLES = "serving_examples"
SIGNATURE_EVALUATION = "evaluation"
