"""Look at a span before it is trained on: can it be read, how much is in it, and what does a sample look like?"""

from __future__ import annotations

import collections
import dataclasses
import hashlib
from collections.abc import Iterable, Iterator

import apache_beam as beam
import tensorflow as tf

from components import keys
from components.data_gate.observation import Observation, observe
from components.paired_example_gen.names import Names
from components.paired_example_gen.read_shard import Placed, ReadShard
from components.paired_example_gen.records import check_record, parse_features, single_bytes, to_checked_record
from components.paired_example_gen.spans import ShardFile, Span
from components.pairs.limits import PairLimits
from components.pairs.reasons import Reason
from components.pairs.rejection import Rejection
from components.pairs.sliced_pair import SlicedPair

SAMPLE = 2_000


@dataclasses.dataclass(frozen=True)
class Probe:
    """What was found.

    Attributes:
        pairs: Pairs whose records can be read.
        fault: Why the span must not be trained on, as a sentence without its full stop; empty where it may.
        observations: What was seen of a sample of the usable pairs.
        columns: Label and slice columns of the same pairs.
    """

    pairs: int
    fault: str
    observations: tuple[Observation, ...]
    columns: tuple[dict[str, str | int], ...]


def probe_span(span: Span, names: Names, limits: PairLimits, max_bad_share: float, sample: int = SAMPLE) -> Probe:
    """Read all records of a span, with their checksums, and look at a sample of its pairs.

    Args:
        span: The span, of pairs or of two streams.
        names: What the features are called.
        limits: What a usable pair is.
        max_bad_share: Largest share of its pairs that may be unusable.
        sample: How many pairs are looked at, chosen by the hash of their ids.
    """
    tally = _Tally()
    tally.read(span, names, limits)
    share = min(1.0, sample / max(1, tally.pairs))
    usable, rejected = [], collections.Counter(tally.damaged)
    looked_at = 0
    for placed in _sampled(span, names, limits, share):
        looked_at += 1
        checked = check_record(placed, names, limits)
        if isinstance(checked, Rejection):
            rejected[checked.reason.value] += 1
        else:
            usable.append(checked)
    bad = sum(tally.damaged.values()) + tally.pairs * (1 - len(usable) / max(1, looked_at))
    return Probe(
        tally.pairs,
        _fault(bad / max(1, tally.pairs + sum(tally.damaged.values())), rejected, tally.torn, max_bad_share),
        tuple(map(_observe, usable)),
        tuple({keys.LABEL: pair.label, **dict(pair.slices)} for pair in usable),
    )


class _Tally:
    """Counts the records of a span: those that make a pair, and those that do not, by reason."""

    def __init__(self) -> None:
        self.pairs = 0
        self.damaged: collections.Counter[str] = collections.Counter()
        self.torn = ""

    def read(self, span: Span, names: Names, limits: PairLimits) -> None:
        self.pairs += sum(1 for _ in self._records(span.pairs, limits))
        ids = [
            {single_bytes(parse_features(record), names.id) for _, _, record in self._records(files, limits)}
            for files in (span.images, span.texts)
        ]
        self.pairs += len(ids[0] & ids[1])
        if unmatched := len(ids[0] ^ ids[1]):
            self.damaged["without the other half"] += unmatched

    def _records(self, files: Iterable[ShardFile], limits: PairLimits) -> Iterator[Placed]:
        for file in files:
            for item in ReadShard(limits).process(file):
                if not isinstance(item, beam.pvalue.TaggedOutput):
                    yield item
                    continue
                rejection: Rejection = item.value[0]
                self.damaged[rejection.reason.value] += 1
                # Where packing has not written down how many there were, nobody knows how many are gone.
                if rejection.reason is Reason.RECORD_LOST and file.records is None:
                    self.torn = rejection.source


def _sampled(span: Span, names: Names, limits: PairLimits, share: float) -> Iterator[Placed]:
    """Yield the records of the pairs whose ids fall into a share; of two streams, joined."""

    def chosen(files: Iterable[ShardFile]) -> Iterator[tuple[bytes, Placed]]:
        for file in files:
            for item in ReadShard(limits).process(file):
                if not isinstance(item, beam.pvalue.TaggedOutput):
                    pair_id = single_bytes(parse_features(item[2]), names.id) or b""
                    if int.from_bytes(hashlib.sha256(pair_id).digest()[:8], "big") < share * 2**64:
                        yield pair_id, item

    for _, placed in chosen(span.pairs):
        yield placed
    texts = dict(chosen(span.texts))
    for pair_id, (source, offset, record) in chosen(span.images):
        if pair_id in texts:
            example = tf.train.Example.FromString(record)
            example.MergeFrom(tf.train.Example.FromString(texts[pair_id][2]))
            yield source, offset, example.SerializeToString()


def _observe(pair: SlicedPair) -> Observation:
    example = tf.train.Example.FromString(to_checked_record(pair))
    example.features.feature[keys.GROUP].bytes_list.value.append(pair.image_fingerprint.encode())
    return observe(example)


def _fault(share: float, reasons: collections.Counter[str], torn: str, max_bad_share: float) -> str:
    if torn:
        return f"a file ends in the middle of a record ({torn})"
    if share <= max_bad_share:
        return ""
    told = ", ".join(f"{count} × {reason}" for reason, count in reasons.most_common())
    return f"{share:.0%} of its pairs are unusable ({told}), at most {max_bad_share:.0%} may be (retrain.max_bad_share)"
