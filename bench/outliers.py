"""Outliers of the ODDS sets by a density of tables: mean ROC of the held-out 40 % over some splits, trained on the other 60 % without labels, outliers included (the protocol of PyOD's published table),
beside IsolationForest and k nearest neighbours of scikit-learn in the same run.

    /usr/bin/python3 bench/outliers.py $LIKELY_DATA/outliers --trials 10 [--sets glass,pima] [--train "--model made"]
"""
import argparse, csv, gzip, os, subprocess, sys, tempfile
import numpy
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--sets", default="arrhythmia,cardio,glass,ionosphere,lympho,mnist,optdigits,pima,satellite,shuttle,vertebral")
parser.add_argument("--trials", type=int, default=10)
parser.add_argument("--likely", default="./likely")
parser.add_argument("--peers", type=int, default=1)
parser.add_argument("--train", default="--model made", help="options of likely train")
given = parser.parse_args()


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def likely(head, train, test, seed):
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("train.csv", train), ("test.csv", test)):
            with open(f"{folder}/{name}", "w") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(head)
                writer.writerows(rows)
        model = f"{folder}/model.likely"
        run(*given.likely.split(), "train", f"{folder}/train.csv", "--out", model, "--seed", str(seed), "--quiet", *given.train.split())
        run(*given.likely.split(), "score", model, f"{folder}/test.csv", "--split", "all", "--out", f"{folder}/scores.csv", "--quiet", "--threads", "1")
        with open(f"{folder}/scores.csv") as file:
            return numpy.array([float(row["nats"]) for row in csv.DictReader(file)])


means = []
for name in given.sets.split(","):
    with gzip.open(f"{given.folder}/{name}.csv.gz", "rt") as file:
        rows = list(csv.reader(file))
    head, rows = rows[0][:-1], rows[1:]
    outlier = numpy.array([int(float(row[-1])) for row in rows])
    texts = [row[:-1] for row in rows]
    values = numpy.array(texts, dtype=float)
    found = []
    for trial in range(given.trials):
        train, test = train_test_split(numpy.arange(len(rows)), test_size=0.4, random_state=trial)
        scores = likely(head, [texts[i] for i in train], [texts[i] for i in test], trial + 1)
        line = [roc_auc_score(outlier[test], scores)]
        if given.peers:
            scale = StandardScaler().fit(values[train])
            x, y = scale.transform(values[train]), scale.transform(values[test])
            line.append(roc_auc_score(outlier[test], -IsolationForest(random_state=trial).fit(x).score_samples(y)))
            line.append(roc_auc_score(outlier[test], NearestNeighbors(n_neighbors=5).fit(x).kneighbors(y)[0][:, -1]))
        found.append(line)
    means.append(numpy.mean(found, 0))
    print(f"{name:12}", " ".join(f"{mean:.4f}" for mean in means[-1]), flush=True)
print(f"{'mean':12}", " ".join(f"{mean:.4f}" for mean in numpy.mean(means, 0)), " likely", "IsolationForest kNN" if given.peers else "")
