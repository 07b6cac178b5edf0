"""One-class pictures: each of 20 categories of Caltech-101 in turn against the others. A density is fitted to 30 pictures of one category, and its -log p of 30 others of it and of as many of each other category gives an AUROC,
whose mean over categories is printed, beside IsolationForest and the one-class SVM on principal components of scikit-learn, on the same split and the same numbers: pixels of 16 x 16, and codes of windows by k-means, whose
centroids come from photographs that show none of the categories (likely encode --regions 2 --pool max). One setting for all categories.

    OMP_NUM_THREADS=1 /usr/bin/python3 bench/caltech_one_class.py $LIKELY_DATA/caltech101/caltech20_gray128.tar.gz $LIKELY_DATA/bsds_gray [--trials 1] [--likely ./likely]
"""
import argparse, csv, glob, os, subprocess, sys, tarfile, tempfile, time
import numpy
from PIL import Image
from sklearn.decomposition import PCA
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.svm import OneClassSVM

TRAINED, SIDE = 30, 16
CODES = "--model kmeans --set patches=12x12 windows=50000 normalize=contrast whitening=zca whitening_floor=0.01 clusters=288 code=triangle iterations=30"
DENSITY = "--model gaussian-mixture --set as=vectors validation=0 test=0 components=1 covariance=full floor=0.1"
parser = argparse.ArgumentParser()
parser.add_argument("archive")
parser.add_argument("photographs")
parser.add_argument("--trials", type=int, default=1)
parser.add_argument("--likely", default="./likely")
parser.add_argument("--density", default=DENSITY, help="options of likely train")
given = parser.parse_args()


def likely(*words):
    command = [*given.likely.split(), *words, "--threads", "1", "--quiet", "--force"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")


# -log p of each test row.
def nats(folder, train, test):
    numpy.save(f"{folder}/rows.npy", train.astype(numpy.float32))
    numpy.save(f"{folder}/others.npy", test.astype(numpy.float32))
    likely("train", f"{folder}/rows.npy", "--out", f"{folder}/rows.likely", *given.density.split())
    # The nats depend on no normal rows: any do.
    likely("detect", f"{folder}/rows.likely", f"{folder}/others.npy", "--normal", f"{folder}/others.npy", "--split", "all", "--method", "likelihood", "--out", f"{folder}/scores.csv")
    with open(f"{folder}/scores.csv") as file:
        return numpy.array([float(row["nats"]) for row in csv.DictReader(file)])


def svm(components, trial):
    def score(train, test):
        axes = PCA(components, random_state=trial).fit(train)
        return -OneClassSVM(nu=0.1).fit(axes.transform(train)).decision_function(axes.transform(test))
    return score


began = time.time()
with tempfile.TemporaryDirectory() as folder:
    with tarfile.open(given.archive) as tar:
        tar.extractall(f"{folder}/all")
    files = sorted(glob.glob(f"{folder}/all/**/*.png", recursive=True))
    of = [path.split(os.sep)[-2] for path in files]
    names = sorted(set(of))
    category = numpy.array([names.index(name) for name in of])
    likely("train", given.photographs, "--out", f"{folder}/windows.likely", *CODES.split())
    likely("encode", f"{folder}/windows.likely", os.path.dirname(os.path.dirname(files[0])), "--pool", "max", "--regions", "2", "--stride", "4", "--split", "all", "--out", f"{folder}/codes.npy")
    if not (numpy.load(f"{folder}/codes-labels.npy") == category).all():
        sys.exit("codes are in another order than pictures")
    rows = {
        f"pixels {SIDE} x {SIDE}": numpy.stack([numpy.asarray(Image.open(path).convert("L").resize((SIDE, SIDE), Image.BOX), float).ravel() / 255 for path in files]),
        "codes 2 x 2": numpy.load(f"{folder}/codes.npy").astype(float),
    }
    for what, values in rows.items():
        found = []
        for trial in range(given.trials):
            draw, isTrained = numpy.random.default_rng(trial), numpy.zeros(len(values), bool)
            for k in range(len(names)):
                isTrained[draw.permutation(numpy.flatnonzero(category == k))[:TRAINED]] = True
            methods = {
                "likely": lambda train, test: nats(folder, train, test),
                "IsolationForest": lambda train, test: -IsolationForest(random_state=trial).fit(train).score_samples(test),
                "SVM, 95 % PCA": svm(0.95, trial),
                "SVM, PCA of 20": svm(20, trial),
            }
            for k in range(len(names)):
                train, test = values[isTrained & (category == k)], values[~isTrained]
                found.append([roc_auc_score(category[~isTrained] != k, method(train, test)) for method in methods.values()])
        found = numpy.array(found).reshape(given.trials, len(names), -1)
        print(f"{what:16}", " ".join(f"{name:>16}" for name in methods), flush=True)
        for k, name in enumerate(names):
            print(f"{name:16}", " ".join(f"{mean:16.4f}" for mean in found[:, k].mean(0)))
        print(f"{'mean':16}", " ".join(f"{mean:16.4f}" for mean in found.mean((0, 1))), f" {(time.time() - began) / 60:.1f} minutes", flush=True)
