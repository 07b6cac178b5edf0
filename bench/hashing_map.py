"""Mean average precision of binary codes: how well ranking by Hamming distance finds what belongs together.

    python3 bench/hashing_map.py CODES-train.npy CODES-test.npy [--rows PIXELS-train.npy PIXELS-test.npy] [--neighbours 50]

Codes are what `likely encode` writes, with labels beside them. All training items are ranked for each test item; equally far ones share
the precision that any order of them has on average. Truth: the same label; with --rows also those rows nearer than the mean distance of
a training row's 50th neighbour (as Gong and Lazebnik measure it), test items without any being left out.
"""
import argparse

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("codes", nargs=2)
parser.add_argument("--rows", nargs=2)
parser.add_argument("--neighbours", type=int, default=50)
options = parser.parse_args()


def squares(a, b):
    return np.maximum(0, (a * a).sum(1)[:, None] - 2 * a @ b.T + (b * b).sum(1)[None])


def mean_average_precision(distances, relevant, bits):
    """Expected average precision over random orders of ties: within a bucket the i-th relevant one of r among n lies at 1 + (i - 1 + ...) evenly."""
    total, count = 0.0, 0
    for d, r in zip(distances, relevant):
        if not r.any():
            continue
        size = np.bincount(d, minlength=bits + 1).astype(float)
        hits = np.bincount(d[r], minlength=bits + 1).astype(float)
        before, found = np.concatenate([[0], np.cumsum(size)[:-1]]), np.concatenate([[0], np.cumsum(hits)[:-1]])
        precision = 0.0
        for b in np.flatnonzero(hits):
            place = np.arange(1, size[b] + 1)
            # A relevant item at a place of its bucket has on average (place - 1)(hits - 1)/(size - 1) relevant ones of it before it.
            share = (hits[b] - 1) / (size[b] - 1) if size[b] > 1 else 0
            precision += hits[b] * np.mean((found[b] + 1 + (place - 1) * share) / (before[b] + place))
        total, count = total + precision / r.sum(), count + 1
    return total / count, count


train, test = (np.load(name) for name in options.codes)
labels, asked = (np.load(name.replace(".npy", "-labels.npy")) for name in options.codes)
bits = train.shape[1]
distances = (test @ (1 - train).T + (1 - test) @ train.T).round().astype(np.int64)
by_label, _ = mean_average_precision(distances, asked[:, None] == labels[None], bits)
line = f"{options.codes[0]}: {bits} bits, {len(train)} items, {len(test)} queries, mAP by labels {by_label:.4f}"
if options.rows:
    rows, queries = (np.load(name).astype(np.float64) for name in options.rows)
    some = squares(rows[:: max(1, len(rows) // 1000)], rows)
    radius = np.sqrt(np.partition(some, options.neighbours, axis=1)[:, options.neighbours]).mean()
    near = squares(queries, rows) < radius * radius
    by_distance, count = mean_average_precision(distances, near, bits)
    line += f", by Euclidean neighbours {by_distance:.4f} (nearer than {radius:.3f}, {near.sum() / max(1, count):.0f} each for {count} queries)"
print(line)
