"""Outliers of the ODDS sets by densities of tables that judge together (likely detect --models): mean ROC of the held-out 40 % over some splits, trained on the other 60 % without labels, outliers included (the protocol of
PyOD's published table), beside IsolationForest and the distance to the fifth nearest neighbour of scikit-learn on standardised columns in the same run. One setting for all sets; the score is the column nats of detect's table.

    OMP_NUM_THREADS=1 /usr/bin/python3 bench/outliers.py $LIKELY_DATA/outliers --trials 10 [--sets glass,pima] [--models "--model made" ...] [--background "--model made"]
"""
import argparse, csv, gzip, subprocess, sys, tempfile, time
import numpy
from sklearn.ensemble import IsolationForest
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import train_test_split
from sklearn.neighbors import NearestNeighbors
from sklearn.preprocessing import StandardScaler

ROWS = "--model gaussian-mixture --set as=vectors whitening=columns validation=0 test=0 floor=0.1"
USUAL = [f"{ROWS} components={count}" for count in (3, 5, 8, 3, 5, 8)] + [f"{ROWS} components=1 covariance=full"]
parser = argparse.ArgumentParser()
parser.add_argument("folder")
parser.add_argument("--sets", default="arrhythmia,cardio,glass,ionosphere,lympho,mnist,optdigits,pima,satellite,shuttle,vertebral")
parser.add_argument("--trials", type=int, default=10)
parser.add_argument("--likely", default="./likely")
parser.add_argument("--peers", type=int, default=1)
parser.add_argument("--models", nargs="+", default=USUAL, help="options of likely train, one text a model; each model has a seed of its own")
parser.add_argument("--background", help="options of likely train of a background model: scores are then those of detect --method ratio")
given = parser.parse_args()


def likely(*words):
    command = [*given.likely.split(), *words, "--threads", "1", "--quiet"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr}")


# -log p of each test row, the mean of all models and that of each.
def scores(head, train, test, trial):
    with tempfile.TemporaryDirectory() as folder:
        for name, rows in (("train.csv", train), ("test.csv", test)):
            with open(f"{folder}/{name}", "w") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(head)
                writer.writerows(rows)
        models = [f"{folder}/{k}.likely" for k in range(len(given.models))]
        for k, (model, options) in enumerate(zip(models, given.models)):
            likely("train", f"{folder}/train.csv", "--out", model, "--seed", str(trial * len(models) + k + 1), *options.split())
        others = ["--models", *models[1:]] if len(models) > 1 else []
        if given.background:
            likely("train", f"{folder}/train.csv", "--out", f"{folder}/background.likely", "--seed", str(trial + 1), *given.background.split())
            others += ["--background", f"{folder}/background.likely"]
        # The nats depend on no normal rows, of which small sets hold out too few: any do.
        likely("detect", models[0], f"{folder}/test.csv", *others, "--normal", f"{folder}/test.csv", "--split", "all", "--method", "ratio" if given.background else "likelihood", "--out", f"{folder}/scores.csv")
        with open(f"{folder}/scores.csv") as file:
            table = list(csv.DictReader(file))
        if given.background:
            return [numpy.array([float(row["bits_per_dim"]) - float(row["background_bits_per_dim"]) for row in table])]
        return [numpy.array([float(row[column]) for row in table]) for column in ["nats", *[name for name in table[0] if name.startswith("nats of ")]]]


began, means = time.time(), []
columns = ["likely", *(["its models alone"] if len(given.models) > 1 and not given.background else []), *(["IsolationForest", "kNN"] if given.peers else [])]
print(f"{'':12}", " ".join(f"{name:>16}" for name in columns), flush=True)
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
        together, *alone = [roc_auc_score(outlier[test], score) for score in scores(head, [texts[i] for i in train], [texts[i] for i in test], trial)]
        line = [together, *([numpy.mean(alone)] if alone else [])]
        if given.peers:
            scale = StandardScaler().fit(values[train])
            x, y = scale.transform(values[train]), scale.transform(values[test])
            line.append(roc_auc_score(outlier[test], -IsolationForest(random_state=trial).fit(x).score_samples(y)))
            line.append(roc_auc_score(outlier[test], NearestNeighbors(n_neighbors=5).fit(x).kneighbors(y)[0][:, -1]))
        found.append(line)
    means.append(numpy.mean(found, 0))
    print(f"{name:12}", " ".join(f"{mean:16.4f}" for mean in means[-1]), flush=True)
print(f"{'mean':12}", " ".join(f"{mean:16.4f}" for mean in numpy.mean(means, 0)), f" {(time.time() - began) / 60:.1f} minutes")
