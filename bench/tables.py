"""Tables by MADE over mixed columns, held against scikit-learn in the same run.

imputation: 30 % of the rows are held out and a fifth of their cells hidden; the rest trains. Filled by the median of 40 draws from the exact conditional, beside column means, five nearest neighbours
and IterativeImputer (chained Bayesian ridge regressions): the error in standard deviations of a column, and -log p of a hidden cell as it is written, for the others by a Gaussian around
their guess, as wide as their errors on training rows with as many cells hidden, and a twentieth of the column's deviation at least, over the column's own grid.
synthetic: a random forest that learns the outlier column from drawn rows and from as many real ones, both tested on the held-out rows.

    /usr/bin/python3 bench/tables.py imputation $LIKELY_DATA/outliers
"""
import argparse, csv, gzip, json, re, subprocess, sys, tempfile, time, warnings
import numpy
from scipy.stats import norm
from sklearn.ensemble import RandomForestClassifier
from sklearn.experimental import enable_iterative_imputer  # noqa: F401
from sklearn.impute import IterativeImputer, KNNImputer
from sklearn.metrics import roc_auc_score

warnings.filterwarnings("ignore")
parser = argparse.ArgumentParser()
parser.add_argument("task", choices=["imputation", "synthetic"])
parser.add_argument("folder")
parser.add_argument("--sets", default="pima,cardio,satellite")
parser.add_argument("--likely", default="./likely")
parser.add_argument("--train", help="options of likely train, if not the task's own")
parser.add_argument("--rows", type=int, default=600, help="held-out rows, at most")
given = parser.parse_args()
given.train = given.train or (
    "--set orderings=0 hidden=300 dropout=0.1 test=0 --steps 3000 --batch 64 --lr 2e-3 --threads 1" if given.task == "imputation"
    else "--set hidden=500 layers=2 dropout=0.2 test=0 --steps 4000 --batch 64 --lr 1e-3 --threads 1")
folder = tempfile.TemporaryDirectory()


def place(name):
    return f"{folder.name}/{name}"


def likely(*command):
    done = subprocess.run([*given.likely.split(), *command], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: {done.stderr[-400:]}")
    return done.stdout


def write(name, head, rows):
    with open(place(name), "w") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *rows])


def read(name):
    with open(place(name)) as file:
        return list(csv.reader(file))[1:]


def table(name):
    with gzip.open(f"{given.folder}/{name}.csv.gz", "rt") as file:
        head, *rows = csv.reader(file)
    kept = [column for column in range(len(head)) if len({row[column] for row in rows}) > 1]
    order = numpy.random.default_rng(1).permutation(len(rows))
    parts = order[: int(0.7 * len(rows))], order[int(0.7 * len(rows)):]
    return [head[c] for c in kept], [[[rows[i][c] for c in kept] for i in part] for part in parts]


def train(head, rows):
    write("train.csv", head, rows)
    begin = time.time()
    likely("train", place("train.csv"), "--model", "made", "--out", place("model.likely"), "--force", "--quiet", *given.train.split())
    return time.time() - begin


def imputation(name):
    head, (train_rows, held) = table(name)
    head, train_rows, held = head[:-1], [row[:-1] for row in train_rows], [row[:-1] for row in held[: given.rows]]
    seconds = train(head, train_rows)
    known, truth = numpy.array(train_rows, float), numpy.array(held, float)
    hidden = numpy.random.default_rng(2).random(truth.shape) < 0.2
    write("full.csv", head, held)
    write("gaps.csv", head, [["" if hidden[i, c] else cell for c, cell in enumerate(row)] for i, row in enumerate(held)])
    likely("complete", place("model.likely"), place("gaps.csv"), "--count", "40", "--out", place("filled.csv"), "--force", "--quiet")
    scored = json.loads(likely("score", place("model.likely"), place("full.csv"), "--given", f"@{place('gaps.csv')}", "--out", place("cells.csv"), "--force", "--json", "--quiet"))
    filled = numpy.array(read("filled.csv"), float)
    mean, deviation = known.mean(0), known.std(0)
    about = json.loads(likely("data", "show", place("train.csv"), "--json", "--quiet", "--out", place("shown.csv"), "--force"))["about"]["column"]
    steps = numpy.array([float(step.group(1)) if (step := re.search(rf"(?:^|; ){column}: [a-z ]*, step ([0-9.]+)", about)) else 1 for column in head])
    names = [column for column in range(len(head)) if re.search(rf"(?:^|; ){head[column]}: (?:binary|categorical)", about)]
    standard, seen, target = (known - mean) / deviation, (numpy.where(hidden, numpy.nan, truth) - mean) / deviation, (truth - mean) / deviation
    trained_hidden = numpy.random.default_rng(3).random(standard.shape) < 0.2
    asked = numpy.where(trained_hidden, numpy.nan, standard)
    print(f"{name}: {len(train_rows)} rows learnt, {len(held)} rows of {len(head)} cells held out, {hidden.sum()} cells hidden; {seconds:.0f} s of training")

    def tell(who, guess, nats):
        error = (guess - target)[hidden]
        print(f"  {who:24} error {numpy.abs(error).mean():.4f}, squared, root of the mean {numpy.sqrt((error ** 2).mean()):.4f}, {nats:.4f} nats a cell", flush=True)

    for who, peer in (("column means", None), ("5 nearest neighbours", KNNImputer(n_neighbors=5)), ("IterativeImputer", IterativeImputer(max_iter=20, random_state=0))):
        if peer is None:
            guess, own = numpy.where(hidden, 0, target), numpy.where(trained_hidden, 0, standard)
        else:
            peer.fit(standard)
            guess = peer.transform(seen)
            # Neighbours of a training row are others than itself.
            own = peer.fit(asked).transform(asked)
        wide = numpy.array([numpy.std((own - standard)[trained_hidden[:, c], c]) for c in range(len(head))]).clip(0.05)
        half, nats = steps / deviation / 2, 0.0
        for c in range(len(head)):
            at, around = target[hidden[:, c], c], guess[hidden[:, c], c]
            if c in names:
                values = numpy.unique(standard[:, c])
                chance = norm.logpdf(values[None], around[:, None], wide[c])
                nats -= (norm.logpdf(at, around, wide[c]) - numpy.log(numpy.exp(chance - chance.max(1, keepdims=True)).sum(1)) - chance.max(1)).sum()
            else:
                nats -= numpy.where(half[c] > 0.1 * wide[c], numpy.log(norm.cdf(at + half[c], around, wide[c]) - norm.cdf(at - half[c], around, wide[c]) + 1e-300), norm.logpdf(at, around, wide[c]) + numpy.log(2 * half[c])).sum()
        tell(who, guess, nats / hidden.sum())
    tell("MADE, any order", (filled - mean) / deviation, scored["nats_per_cell"] + scored["rest_nats_per_cell"])


def synthetic(name):
    head, (train_rows, held) = table(name)
    seconds = train(head, train_rows)
    said = likely("sample", place("model.likely"), "--count", str(len(train_rows)), "--out", place("drawn.csv"), "--force", "--json", "--quiet")
    copies = json.loads(said)
    drawn = [row for row in read("drawn.csv") if "" not in row and "?" not in row]
    test = numpy.array(held, float)
    print(f"{name}: {len(train_rows)} rows learnt, {len(drawn)} of {len(train_rows)} drawn are whole, {copies.get('copies')} copies; {seconds:.0f} s of training")
    for who, rows in (("real rows", train_rows), ("drawn rows", drawn)):
        rows = numpy.array(rows, float)
        told = []
        for seed in range(5):
            forest = RandomForestClassifier(300, random_state=seed, n_jobs=1).fit(rows[:, :-1], rows[:, -1])
            odds = forest.predict_proba(test[:, :-1])[:, 1]
            told.append((100 * forest.score(test[:, :-1], test[:, -1]), roc_auc_score(test[:, -1], odds)))
        accuracy, area = numpy.mean(told, 0)
        print(f"  forest of {who:12} {accuracy:.1f} % of {len(test)} held-out rows, area under the curve {area:.4f}", flush=True)


for one in given.sets.split(","):
    (imputation if given.task == "imputation" else synthetic)(one)
