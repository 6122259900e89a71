"""Why a pair cannot be used, and how to mend it."""

from __future__ import annotations

from enum import Enum


class Reason(str, Enum):
    """The reason that stands beside a pair's id in the quarantine.

    Example:
        >>> Reason.TEXT_EMPTY.value
        'text_empty'
        >>> Reason.TEXT_EMPTY.mend
        'Write the text that stands on the picture, or allow empty texts.'
    """

    MANIFEST_LINE_INVALID = "manifest_line_invalid"
    ID_MISSING = "id_missing"
    ID_INVALID = "id_invalid"
    ID_DUPLICATE = "id_duplicate"
    TEXT_MISSING = "text_missing"
    TEXT_EMPTY = "text_empty"
    TEXT_TOO_LONG = "text_too_long"
    TEXT_NOT_UTF8 = "text_not_utf8"
    TEXT_CONTROL_CHARACTER = "text_control_character"
    TEXT_VECTOR_MISSING = "text_vector_missing"
    TEXT_VECTOR_INVALID = "text_vector_invalid"
    TEXT_VECTOR_NOT_FINITE = "text_vector_not_finite"
    TEXT_VECTOR_WIDTH = "text_vector_width"
    LABEL_MISSING = "label_missing"
    LABEL_NOT_BINARY = "label_not_binary"
    IMAGE_MISSING = "image_missing"
    IMAGE_OUTSIDE_FOLDER = "image_outside_folder"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_TOO_MANY_PIXELS = "image_too_many_pixels"
    IMAGE_FORMAT_UNSUPPORTED = "image_format_unsupported"
    IMAGE_NOT_DECODABLE = "image_not_decodable"
    IMAGE_WITHOUT_TEXT = "image_without_text"
    TEXT_WITHOUT_IMAGE = "text_without_image"
    ID_CONFLICT = "id_conflict"
    SIDECAR_INVALID = "sidecar_invalid"
    SIDECAR_OUTSIDE_FOLDER = "sidecar_outside_folder"
    SLICE_INVALID = "slice_invalid"
    RECORD_TOO_LARGE = "record_too_large"
    RECORD_DAMAGED = "record_damaged"
    RECORD_LOST = "record_lost"
    PAIR_DUPLICATE = "pair_duplicate"
    LABEL_CONFLICT = "label_conflict"
    BRIDGES_SPLITS = "bridges_splits"

    def __str__(self) -> str:
        return self.value

    @property
    def is_fault(self) -> bool:
        """Whether the pair itself is in need of mending; a usable one may be set apart for the sake of others."""
        return self not in (Reason.PAIR_DUPLICATE, Reason.BRIDGES_SPLITS)

    @property
    def mend(self) -> str:
        """One sentence that tells how to make such a pair usable."""
        return _MENDS[self]


_MENDS = {
    Reason.MANIFEST_LINE_INVALID: "Write one JSON object a line, or one CSV row with as many cells as the header.",
    Reason.ID_MISSING: "Give every pair an id.",
    Reason.ID_INVALID: "Use a short string or a whole number as the id.",
    Reason.ID_DUPLICATE: "Give every pair an id of its own; the first usable pair with this id was kept.",
    Reason.TEXT_MISSING: "Give the text as a string.",
    Reason.TEXT_EMPTY: "Write the text that stands on the picture, or allow empty texts.",
    Reason.TEXT_TOO_LONG: "Shorten the text.",
    Reason.TEXT_NOT_UTF8: "Save it as UTF-8, or name its encoding (`data.text_encodings`, `pack --text-encoding`).",
    Reason.TEXT_CONTROL_CHARACTER: "Remove the control character.",
    Reason.TEXT_VECTOR_MISSING: "Give the text's vector, or the path of its .npy file.",
    Reason.TEXT_VECTOR_INVALID: "Give one list of numbers, or a .npy file that holds one, beside the manifest.",
    Reason.TEXT_VECTOR_NOT_FINITE: "Make every number of the vector finite and within float32.",
    Reason.TEXT_VECTOR_WIDTH: "Give every text a vector of the same width, the one that the configuration names.",
    Reason.LABEL_MISSING: "Give the label, 0 or 1.",
    Reason.LABEL_NOT_BINARY: "Write the label as 0 or 1.",
    Reason.IMAGE_MISSING: "Put the image there, or correct the path.",
    Reason.IMAGE_OUTSIDE_FOLDER: "Keep the images, and what links lead to, below the images' folder, or name it.",
    Reason.IMAGE_TOO_LARGE: "Save the image smaller.",
    Reason.IMAGE_TOO_MANY_PIXELS: "Scale the image down.",
    Reason.IMAGE_FORMAT_UNSUPPORTED: "Save the image as JPEG, PNG, GIF, WebP or BMP.",
    Reason.IMAGE_NOT_DECODABLE: "Fetch or export the image again: the file is damaged.",
    Reason.IMAGE_WITHOUT_TEXT: "Give the picture a text: under the same id, or in the .txt file beside it.",
    Reason.TEXT_WITHOUT_IMAGE: "Give the text a picture: under the same id, or in the file beside it.",
    Reason.ID_CONFLICT: "Give every pair an id of its own: which halves belong together cannot be told.",
    Reason.SIDECAR_INVALID: "Write a JSON object of at most 65,536 bytes in UTF-8.",
    Reason.SIDECAR_OUTSIDE_FOLDER: "Keep the texts, and what links lead to, below the packed folder.",
    Reason.SLICE_INVALID: "Give the column a string of at most 256 printable characters, a number or a boolean.",
    Reason.RECORD_TOO_LARGE: "Keep image and text within their limits; nothing so large is read.",
    Reason.RECORD_DAMAGED: "Fetch or pack the file again: the record's checksum is wrong.",
    Reason.RECORD_LOST: "Fetch or pack the file again: what stands behind the damage cannot be read.",
    Reason.PAIR_DUPLICATE: "Nothing need be done: one pair with this picture, text and label was kept.",
    Reason.LABEL_CONFLICT: "Find out which label is right, and give this picture and text that one alone.",
    Reason.BRIDGES_SPLITS: "Leave the pair out, or group by one half alone: data.group_by.",
}
