"""Searching random binary codes: Likely's bench beside faiss (Debian's python3-faiss), alternately, one thread each.

    /usr/bin/python3 bench/hamming_faiss.py [--codes 10000000] [--rounds 3]

Prints a table: milliseconds a query, the best of the rounds. Both searches are exact but faiss's hash indexes, which look at the same
addresses as ours when radius <= nflip of each table; codes are uniform, drawn by either side for itself.
"""
import argparse
import json
import os
import subprocess
import sys
import time

os.environ["OMP_NUM_THREADS"] = "1"
import faiss
import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--codes", type=int, default=10_000_000)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--likely", default=os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "likely"), help="the program, as a shell would start it")
options = parser.parse_args()
faiss.omp_set_num_threads(1)
random = np.random.default_rng(1)
codes = random.integers(0, 256, size=(options.codes, 8), dtype=np.uint8)
queries = random.integers(0, 256, size=(256, 8), dtype=np.uint8)
best = {}


def note(name, seconds):
    best[name] = min(best.get(name, 1e9), seconds)


def timed(name, count, repeats, work):
    """work(i) answers count queries; the median of so many, after one that is not counted, as Likely's bench does."""
    work(0)
    seconds = []
    for i in range(repeats):
        start = time.perf_counter()
        work(i)
        seconds.append((time.perf_counter() - start) / count)
    note(name, sorted(seconds)[repeats // 2])


flat = faiss.IndexBinaryFlat(64)
flat.add(codes)
# Three parts of 21 bits, as ours has; one flipped bit in each finds all within 3 + 2 bits.
parts = faiss.IndexBinaryMultiHash(64, 3, 21)
parts.nflip = 1
parts.add(codes)
few = faiss.IndexBinaryHash(24, 20)
many = faiss.IndexBinaryHash(24, 20)
few.nflip = many.nflip = 1
short = codes[:, :3].copy()
short[:, 2] &= 15
few.add(short[:10_000])
many.add(short)
asked = queries[:, :3].copy()
asked[:, 2] &= 15

for _ in range(options.rounds):
    run = subprocess.run([*options.likely.split(), "bench", "search", "--threads", "1", "--json", "--quiet"], capture_output=True, text=True, check=True)
    for entry in json.loads(run.stdout.splitlines()[-1])["entries"]:
        note("likely " + entry["name"], 1 / entry["per_second"])
    timed("faiss IndexBinaryFlat, top 10, one query at a time", 1, 33, lambda i: flat.search(queries[i : i + 1], 10))
    timed("faiss IndexBinaryFlat, top 10, 32 queries at once", 32, 5, lambda i: flat.search(queries[32 * i : 32 * i + 32], 10))
    timed("faiss IndexBinaryFlat, radius 4, one query at a time", 1, 33, lambda i: flat.range_search(queries[i : i + 1], 5))
    timed("faiss IndexBinaryMultiHash 3 x 21, nflip 1, radius 4", 1, 255, lambda i: parts.range_search(queries[i : i + 1], 5))
    timed("faiss IndexBinaryHash 20 bits, nflip 1, radius 1, 10000 codes", 1, 255, lambda i: few.range_search(asked[i : i + 1], 2))
    timed(f"faiss IndexBinaryHash 20 bits, nflip 1, radius 1, {options.codes} codes", 1, 255, lambda i: many.range_search(asked[i : i + 1], 2))

print(f"faiss {faiss.__version__}, numpy {np.__version__}, one thread, best of {options.rounds} rounds", file=sys.stderr)
for name, seconds in best.items():
    print(f"{1000 * seconds:10.4f} ms  {name}")
