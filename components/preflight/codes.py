"""The registry of what preflight can find: code, severity, title, why it matters and the mend."""

from __future__ import annotations

import dataclasses

ERROR = "error"
WARNING = "warning"


@dataclasses.dataclass(frozen=True)
class Code:
    """One kind of fault.

    Attributes:
        code: `FG001` and so on; never reused.
        severity: `error` stops a run, `warning` does not.
        title: The fault in a few words.
        why: What it does to the model.
        mend: What to change.
    """

    code: str
    severity: str
    title: str
    why: str
    mend: str


ONE_UNIT_SOFTMAX = Code(
    "FG001",
    ERROR,
    "Softmax over one unit",
    "A softmax over one unit is 1 for every input: every answer is the same. The loss may even fall, since Keras 3 on "
    "TensorFlow reads the logit behind the softmax; what is predicted stays 1.",
    'Use Dense(1, activation="sigmoid") with binary cross-entropy, or Dense(2, activation="softmax") with sparse '
    "categorical cross-entropy.",
)
CONSTANT_OUTPUT = Code(
    "FG002",
    ERROR,
    "Constant output",
    "Every input gets the same answer, and a step of training does not change that.",
    "Look for a saturated activation, dead ReLU units, a zeroed or unconnected input, and the scale of the inputs.",
)
SATURATED_LOSS = Code(
    "FG003",
    ERROR,
    "Loss at the fingerprint of saturated predictions",
    "Keras clips probabilities at 1e-7, so each wrong answer of a saturated model costs 16.118 (15.942 where float32 "
    "rounds 1 - 1e-7): a loss of 16.118 x P(y = 0) means that every prediction is 1, 16.118 x P(y = 1) that it is 0.",
    "Mend the output layer (a sigmoid, not a one-unit softmax), or scale the inputs until predictions leave 0 and 1.",
)
ACTIVATION_AND_LOSS = Code(
    "FG004",
    ERROR,
    "Activation and loss do not fit",
    "The loss reads the output as something it is not (a probability as a logit, or the other way round), so its "
    "gradient is wrong.",
    "Pair sigmoid or softmax with from_logits=False, a linear output with from_logits=True; one unit or independent "
    "labels with binary, exclusive classes with categorical cross-entropy.",
)
LABELS_AND_HEAD = Code(
    "FG005",
    ERROR,
    "Labels do not fit the head",
    "The loss computes a number from labels that it does not understand; training runs and learns something else.",
    "Binary cross-entropy wants 0 or 1 per unit, sparse categorical cross-entropy class numbers from 0 to units - 1, "
    "categorical cross-entropy one row of shares per example that sums to 1.",
)
UNTRAINED_HEAD = Code(
    "FG006",
    ERROR,
    "The head was never trained",
    "The output layer holds the values it was initialised with: what the model answers is chance.",
    "Train the model, see that the head is trainable and that gradient reaches it, and save after fit.",
)
ONE_STEP_RECURRENCE = Code(
    "FG007",
    WARNING,
    "A recurrent layer over one step",
    "With one step there is no sequence: the recurrent weights are never used, and gates squash a plain vector.",
    "Give a single vector to a Dense layer, or give the recurrent layer the tokens of the text.",
)
PADDING_WITHOUT_MASK = Code(
    "FG008",
    WARNING,
    "A padded sequence with no mask",
    "The layer reads the padding as if it were content: the end of the sequence, which a recurrent layer remembers "
    "best, says nothing.",
    "Use Embedding(mask_zero=True), or a Masking layer before the sequence is read.",
)
MISSING_PREPROCESSING = Code(
    "FG009",
    ERROR,
    "Image preprocessing is missing",
    "The pretrained backbone sees pixels in a range that it never saw, so its features are poor; nothing fails.",
    "Apply this backbone's own preprocess_input to pixels in [0, 255], best inside the model.",
)
DOUBLED_PREPROCESSING = Code(
    "FG010",
    ERROR,
    "Image preprocessing is applied twice",
    "The pixels were scaled before they reached preprocessing that scales again, so the backbone sees almost one "
    "colour.",
    "Preprocess once: hand over pixels in [0, 255], or take out the second step.",
)
UNIT_NORM = Code(
    "FG011",
    WARNING,
    "A unit-norm vector beside unbounded features",
    "The layer after the concatenation sees the unbounded features alone for a long time.",
    "Project each branch to equal width and normalise it (Normalization, LayerNormalization) before concatenating.",
)
DEAD_BRANCH = Code(
    "FG012",
    ERROR,
    "Dead branch",
    "One half of the model says the same for every input, or no gradient reaches it: the fused model is the other "
    "half.",
    "Look for dead ReLU units, a stop_gradient, or inputs that are zero; lower the learning rate or the bias.",
)
EXPLODING = Code(
    "FG013",
    ERROR,
    "Values explode or are not finite",
    "A NaN spreads to every weight in one step; huge activations saturate what follows.",
    "Remove NaN and infinity from the inputs, scale the inputs, and use the activation's own initialiser.",
)
BRANCH_RATIO = Code(
    "FG014",
    WARNING,
    "One branch drowns the other",
    "What the weaker branch adds is below one hundredth of the stronger: the fused model learns one half.",
    "Normalise each branch (Normalization, LayerNormalization, BatchNormalization) before they are joined.",
)
FROZEN = Code(
    "FG015",
    ERROR,
    "Frozen layers that should train",
    "A frozen layer at its initial values passes noise on, and a model with nothing to train stays as it is.",
    "Set trainable = True on these layers, or load their pretrained weights before freezing.",
)
UNFROZEN_BACKBONE = Code(
    "FG016",
    WARNING,
    "A pretrained backbone trains beside a fresh head",
    "The gradients of the fresh head are large at first and wash out what the backbone knows.",
    "Freeze the backbone until the head is trained, then fine-tune at a learning rate of 1e-5 to 1e-4.",
)
FROZEN_BATCH_NORM = Code(
    "FG017",
    WARNING,
    "BatchNormalization trains inside a frozen backbone",
    "Its statistics drift away from what the frozen weights expect, and they follow the batch, not the data.",
    "Freeze these layers too, and call the backbone with training=False.",
)
TAIL_SPLIT = Code(
    "FG018",
    WARNING,
    "Ordered labels under a tail validation split",
    "validation_split takes the last rows before anything is shuffled: training and validation see other classes.",
    "Shuffle the arrays once, all with the same permutation, or make a stratified split and pass validation_data.",
)
MISSING_CLASS = Code(
    "FG019",
    ERROR,
    "A class is missing from a split",
    "What is absent from training cannot be learnt, what is absent from validation cannot be measured.",
    "Split anew, stratified by label, or get examples of the class.",
)
LEAK = Code(
    "FG020",
    ERROR,
    "Validation data inside the training data",
    "The model is judged on rows that it has learnt by heart: early stopping and every number are too good.",
    "Remove the duplicates, then split so that equal rows stay on one side.",
)

CODES: dict[str, Code] = {value.code: value for value in list(vars().values()) if isinstance(value, Code)}
