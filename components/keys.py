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

# Features that the Evaluator adds: the halves of another example.
DONOR = "donor"
DONOR_IMAGE_VECTOR = "donor_image_vector"
DONOR_TEXT = "donor_text"
DONOR_TEXT_VECTOR = "donor_text_vector"

# Features that Transform adds.
TOKENS = "tokens"
HAS_TEXT = "has_text"
WORD_IDS = "word_ids"
WORD_WEIGHTS = "word_weights"
CHARACTER_IDS = "character_ids"
CHARACTER_WEIGHTS = "character_weights"

# Features of a record in the quarantine, beside the id: why it was set apart, where it stands, and itself as it came.
REASON = "reason"
SOURCE = "source"
OFFSET = "offset"
RECORD = "record"

# A slice column that ingest makes itself: the number of the span that a pair came in.
SPAN = "span"

# What no column of the data may be called.
RESERVED = frozenset(
    (
        SPAN,
        *(ID, IMAGE, TEXT, LABEL, GROUP, IMAGE_VECTOR, TEXT_VECTOR, IMAGE_FINGERPRINT, TEXT_FINGERPRINT),
        *(DONOR, DONOR_IMAGE_VECTOR, DONOR_TEXT, DONOR_TEXT_VECTOR),
        *(TOKENS, HAS_TEXT, WORD_IDS, WORD_WEIGHTS, CHARACTER_IDS, CHARACTER_WEIGHTS),
    )
)

# Branches: what turns a half into a logit.
LINEAR = "linear"
DENSE = "dense"
SENTENCE = "sentence"
LEXICAL = "lexical"
LSTM = "lstm"
POOLED = "pooled"
TOKEN_KINDS = (LSTM, POOLED)
TRAINED_KINDS = (DENSE, *TOKEN_KINDS)

# Inputs of the branches and heads that the Trainer makes of Transform's features.
WORDS = "words"
CHARACTERS = "characters"
IMAGE_FEATURES = "image_features"
IMAGE_CONDENSED = "image_condensed"
SENTENCE_FEATURES = "sentence_features"
LEXICAL_VECTOR = "lexical_vector"
TEXT_FEATURES = "text_features"

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
# Outputs of the evaluation signature alone: the fused model's answer with one half taken away.
FUSED_WITHOUT_IMAGE = "fused_without_image"
FUSED_WITHOUT_TEXT = "fused_without_text"
PROBES = (FUSED_WITHOUT_IMAGE, FUSED_WITHOUT_TEXT)
# The same with one half taken from another example.
FUSED_IMAGE_SHUFFLED = "fused_image_shuffled"
FUSED_TEXT_SHUFFLED = "fused_text_shuffled"
SHUFFLED = (FUSED_IMAGE_SHUFFLED, FUSED_TEXT_SHUFFLED)
# Outputs of the serving signatures alone.
PROBABILITY = "probability"
DECISION = "decision"
IMAGE_USED = "image_used"
TEXT_USED = "text_used"

# Fusion heads, the simplest first.
RESIDUAL = "residual"
BILINEAR = "bilinear"
GATED = "gated"
CONCAT = "concat"
JOINT_HEADS = (BILINEAR, GATED, CONCAT)
HEADS = (LATE, RESIDUAL, *JOINT_HEADS)
AUTO = "auto"

# What an exported model was made from, beside its graph.
MODEL_CARD = "assets.extra/fusegate.json"

SIGNATURE_SERVING = "serving_default"
SIGNATURE_EXAMPLES = "serving_examples"
SIGNATURE_EVALUATION = "evaluation"
# The one input of the signatures that take serialised examples.
EXAMPLES = "examples"

# Property of a blessing and of a pushed model: the output that is served; empty where none was blessed.
VARIANT_PROPERTY = "variant"
