"""Whether `detect` keeps its word: of one pool of items that no model has seen, random ones are normal and others are judged among outliers, again and again. Prints how many normal items have a p of at most
.01 and .05 over all draws, in how many draws that lies within the 95 % band of chance, and the share of false alarms where q is at most .1.

    /usr/bin/python3 bench/validity.py images $LIKELY_DATA --draws 100
"""
import argparse, csv, gzip, struct, subprocess, sys, tempfile
import numpy
from scipy.stats import binom

parser = argparse.ArgumentParser()
parser.add_argument("kind", choices=["images", "text", "tables"])
parser.add_argument("data")
parser.add_argument("--draws", type=int, default=100)
parser.add_argument("--likely", default="./likely")
given = parser.parse_args()
folder = tempfile.TemporaryDirectory()
random = numpy.random.default_rng(1)


def place(name):
    return f"{folder.name}/{name}"


def likely(*command):
    done = subprocess.run([*given.likely.split(), *command, "--threads", "1", "--force", "--quiet"], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr[-400:]}")


def idx(name):
    with gzip.open(f"{given.data}/{name}") as file:
        raw = file.read()
    return numpy.frombuffer(raw, numpy.uint8, offset=16).reshape(-1, 28, 28)


def images():
    digits, letters = idx("mnist/train-images-idx3-ubyte.gz"), idx("notmnist/t10k-images-idx3-ubyte.gz")

    def write(path, items):
        with open(path, "wb") as file:
            file.write(struct.pack(">IIII", 2051, len(items), 28, 28) + numpy.stack(items).tobytes())
    return list(digits[:50_000]), list(digits[50_000:]), list(letters[:1000]), write, ".idx", ["--model", "made", "--set", "binarize=threshold", "test=0", "--steps", "1000", "--batch", "64"]


def text():
    def lines(name):
        with gzip.open(f"{given.data}/text/{name}", "rt", errors="replace") as file:
            return [line.rstrip("\n") for line in file if len(line) > 20]
    plays = sorted(set(lines("tinyshakespeare.txt.gz")))
    random.shuffle(plays)

    def write(path, items):
        with open(path, "w") as file:
            file.write("\n".join(items) + "\n")
    return plays[:12_000], plays[12_000:], sorted(set(lines(LATEX)))[:4000], write, ".txt", ["--model", "char-rnn", "--set", "items=lines", "hidden=96", "layers=1", "context=48", "test=0", "--steps", "700", "--batch", "32"]


def tables():
    with gzip.open(f"{given.data}/outliers/satellite.csv.gz", "rt") as file:
        head, *rows = csv.reader(file)
    usual = [row[:-1] for row in rows if float(row[-1]) == 0]
    random.shuffle(usual)

    def write(path, items):
        with open(path, "w") as file:
            csv.writer(file, lineterminator="\n").writerows([head[:-1], *items])
    return usual[:2000], usual[2000:], [row[:-1] for row in rows if float(row[-1]) == 1], write, ".csv", ["--model", "made", "--set", "hidden=200", "dropout=0.1", "test=0", "--steps", "1500", "--batch", "64"]


LATEX = "stacks_chapters.tex.gz"
train, pool, outliers, write, suffix, options = {"images": images, "text": text, "tables": tables}[given.kind]()
write(place(f"train{suffix}"), train)
likely("train", place(f"train{suffix}"), "--out", place("model.likely"), *options)
judged, normal, odd = (500, 1200 if given.kind == "tables" else 3000, 50)
flags, areas, false, found = {0.01: [], 0.05: []}, [], [], []
for draw in range(given.draws):
    chosen = random.permutation(len(pool))
    strange = random.permutation(len(outliers))[:odd]
    write(place(f"items{suffix}"), [pool[i] for i in chosen[:judged]] + [outliers[i] for i in strange])
    write(place(f"normal{suffix}"), [pool[i] for i in chosen[judged:judged + normal]])
    likely("detect", place("model.likely"), place(f"items{suffix}"), "--split", "all", "--normal", place(f"normal{suffix}"), "--out", place("verdicts.csv"), "--fdr", "0.1", "--seed", str(draw + 1))
    with open(place("verdicts.csv")) as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["index"]))
    if len(rows) != judged + odd:
        sys.exit(f"{len(rows)} verdicts of {judged + odd} items")
    p, q = (numpy.array([float(row[name]) for row in rows]) for name in "pq")
    for level in flags:
        flags[level].append((p[:judged] <= level).sum())
    called = q <= 0.1
    false.append(called[:judged].sum() / max(1, called.sum()))
    found.append(called[judged:].mean())
for level, counts in flags.items():
    # Ranks among n normal items: beta-binomial, as wide as judged and normal items make it together.
    band = numpy.sqrt(level * (1 - level) * (1 / judged + 1 / (normal / 2)))
    shares = numpy.array(counts) / judged
    print(f"{given.kind}: p at most {level}: {100 * shares.mean():.2f} % of normal items on average over {given.draws} draws, {(numpy.abs(shares - level) <= 1.96 * band).sum()} of them within {100 * max(0, level - 1.96 * band):.1f} to {100 * (level + 1.96 * band):.1f} %")
print(f"{given.kind}: false share at --fdr 0.1 {numpy.mean(false):.3f} on average, {numpy.mean(found):.3f} of outliers found")
