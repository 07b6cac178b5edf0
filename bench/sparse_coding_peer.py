"""Dictionary learning and Lasso coding beside scikit-learn's, on the same rows, both with both cores, at equal objective: 1/2 |x - D z|^2 + penalty |z|_1, the mean over rows.

    LIKELY="dotnet src/Likely.Cli/bin/Release/net10.0/Likely.Cli.dll" python3 bench/sparse_coding_peer.py PICTURES [ROWS [ATOMS [PENALTY]]]     # 20000 256 1.2

Rows are windows of 12 x 12 of the grey pictures of a folder, of equal contrast and whitened. Both learn the same number of times over all rows; what a dictionary is worth is the objective of 4,000 other rows with codes by scikit-learn's coder.
Likely's seconds are those that `train` and `encode` tell: fitting with the last coding of all rows, and encoding with reading and writing the arrays. Needs numpy, Pillow and scikit-learn.
"""
import json
import os
import subprocess
import sys
import tempfile
import time
from glob import glob

import numpy as np
from PIL import Image
from sklearn.decomposition import DictionaryLearning, MiniBatchDictionaryLearning, sparse_encode

LIKELY = os.environ.get("LIKELY", "likely").split()
JOBS, SIDE, HELD_OUT = 2, 12, 4000


def windows(folder, count):
    pictures = [np.asarray(Image.open(path).convert("L"), np.float64) / 255 for path in sorted(glob(os.path.join(folder, "*.png")))]
    draw = np.random.RandomState(0)
    rows = np.empty((count, SIDE * SIDE))
    for i in range(count):
        p = pictures[draw.randint(len(pictures))]
        y, x = draw.randint(p.shape[0] - SIDE + 1), draw.randint(p.shape[1] - SIDE + 1)
        rows[i] = p[y:y + SIDE, x:x + SIDE].ravel()
    rows -= rows.mean(1, keepdims=True)
    variance = rows.var(1, keepdims=True)
    rows /= np.sqrt(variance + 0.01 * variance.mean())
    rows -= rows.mean(0)
    values, vectors = np.linalg.eigh(np.cov(rows.T))
    return (rows @ vectors / np.sqrt(values + 0.01 * values[-1]) @ vectors.T).astype(np.float32)


def likely(*words):
    out = subprocess.run([*LIKELY, *words, "--json", "--quiet", "--force", "--threads", str(JOBS)], capture_output=True, text=True)
    if out.returncode != 0:
        sys.exit(out.stderr)
    return json.loads(out.stdout.strip().splitlines()[-1])


def objective(rows, atoms, codes, penalty):
    rows, atoms, codes = (a.astype(np.float64) for a in (rows, atoms, codes))
    return (0.5 * ((rows - codes @ atoms) ** 2).sum() + penalty * np.abs(codes).sum()) / len(rows)


def worth(atoms, rows, penalty):
    atoms = atoms.astype(np.float64)
    return objective(rows, atoms, sparse_encode(rows.astype(np.float64), atoms, algorithm="lasso_cd", alpha=penalty, max_iter=2000, n_jobs=JOBS), penalty)


def line(what, theirs, seconds, ours, own):
    print(f"{what:34} scikit-learn {theirs:8.4f} in {seconds:7.2f} s   likely {ours:8.4f} in {own:7.2f} s   {seconds / own:6.1f} times", flush=True)


def main():
    folder = sys.argv[1]
    count, atoms, penalty = (kind(text) for kind, text in zip((int, int, float), (sys.argv[2:] + ["20000", "256", "1.2"][len(sys.argv) - 2:])))
    rows = windows(folder, count + HELD_OUT)
    rows, other = rows[:count], rows[count:]
    with tempfile.TemporaryDirectory() as work:
        path, model = os.path.join(work, "rows.npy"), os.path.join(work, "d.likely")
        np.save(path, rows)

        def dictionary(*settings):
            told = likely("train", path, "--model", "sparse-coding", "--out", model, "--set", "as=vectors", "validation=0", f"atoms={atoms}", f"penalty={penalty}", "tolerance=0", *settings)
            likely("show", model, "--out", os.path.join(work, "atoms.npy"))
            return np.load(os.path.join(work, "atoms.npy")), told["seconds"]

        for passes in (1, 3):
            begin = time.time()
            peer = MiniBatchDictionaryLearning(atoms, alpha=penalty, fit_algorithm="cd", batch_size=256, max_iter=passes, max_no_improvement=None, tol=0, n_jobs=JOBS, random_state=0).fit(rows)
            seconds = time.time() - begin
            own, ours = dictionary("learner=online", "batch=256", f"iterations={passes}", "residual=1e-4")
            line(f"online, {passes} times over {count} rows", worth(peer.components_, other, penalty), seconds, worth(own, other, penalty), ours)
        begin = time.time()
        codes = sparse_encode(rows, np.ascontiguousarray(own), algorithm="lasso_cd", alpha=penalty, n_jobs=JOBS)
        seconds = time.time() - begin
        told = likely("encode", model, path, "--split", "all", "--out", os.path.join(work, "codes.npy"))
        line(f"codes of {count} rows", objective(rows, own, codes, penalty), seconds, objective(rows, own, np.load(os.path.join(work, "codes.npy")), penalty), told["seconds"])

        few = rows[:count // 5]
        np.save(path, few)
        begin = time.time()
        peer = DictionaryLearning(atoms, alpha=penalty, fit_algorithm="cd", max_iter=10, tol=0, n_jobs=JOBS, random_state=0).fit(few)
        seconds = time.time() - begin
        own, ours = dictionary("learner=batch", "iterations=11", "residual=1e-4")
        line(f"batch, 10 times over {len(few)} rows", worth(peer.components_, other, penalty), seconds, worth(own, other, penalty), ours)


if __name__ == "__main__":
    main()
