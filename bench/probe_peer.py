"""The classifier of probe beside scikit-learn's LogisticRegression, on the same codes standardised in the same way: seconds of fitting to strengths of the penalty from 1 down, each from where the last ended, to the one that
held-out items choose, and the objective there (mean nats and strength x penalty).

    python3 bench/probe_peer.py [--likely ./likely] [--threads 2] [--repeats 2] [--libraries DIR] [--iterations 100] [--tolerance 1e-4] [case ...]

DIR holds another BLAS for scikit-learn than the system's. Iterations and tolerance are scikit-learn's defaults if not given.
"""
import argparse, json, os, subprocess, sys, tempfile, time

# Name: data, model, keys of both, keys of the model, penalty.
CASES = {
    "digits": ("mnist", "pca", [], ["components=784"], "l2"),
    "digits-l1": ("mnist", "pca", [], ["components=784"], "l1"),
    "hidden": ("mnist", "autoencoder", [], ["hidden=2000", "epochs=1", "batch=256"], "l2"),
    "topics": ("$LIKELY_DATA/reuters21578", "pca", ["as=words", "stem=porter", "stop_words=english", "counts=tfidf"], ["components=256", "center=false"], "l2"),
}
STRENGTHS = [1, 0.3, 0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5, 3e-6, 1e-6]


def peer(stem, chosen, last, penalty, threads, iterations, tolerance):
    """scikit-learn's side, in a process of its own."""
    import warnings
    import numpy as np
    from threadpoolctl import threadpool_info, threadpool_limits
    from sklearn.linear_model import LogisticRegression
    warnings.filterwarnings("ignore")
    x, y = np.load(stem + ".npy"), np.load(stem + "-labels.npy")
    keep = np.isfinite(y.astype(float))
    x, y = x[keep], y[keep].astype(int)
    mean, deviation = x.mean(0, dtype=float), x.std(0, dtype=float)
    x = ((x - mean) * np.where(deviation > 1e-6 * np.abs(mean) + 1e-12, 1 / np.maximum(deviation, 1e-300), 0)).astype(np.float32)
    y = np.unique(y, return_inverse=True)[1]
    with threadpool_limits(threads):
        model = LogisticRegression(penalty=penalty, solver="lbfgs" if penalty == "l2" else "saga", multi_class="multinomial", warm_start=True, max_iter=iterations, tol=tolerance, random_state=0)
        seconds = 0
        for strength in STRENGTHS:
            model.set_params(C=1 / (strength * len(x)))
            begin = time.time()
            model.fit(x, y)
            seconds += time.time() - begin
            if abs(strength - chosen) < 1e-9: objective = loss(model, x, y, strength, penalty)
            if strength <= last * 1.01: break
    print(json.dumps({"seconds": seconds, "objective": float(objective), "rows": len(x), "columns": x.shape[1], "classes": int(y.max()) + 1, "blas": next((one["internal_api"] for one in threadpool_info() if one["user_api"] == "blas"), "reference")}))


def loss(model, x, y, strength, penalty):
    """What both make least."""
    import numpy as np
    scores = x @ model.coef_.T + model.intercept_
    if scores.shape[1] == 1: scores = np.hstack([-scores / 2, scores / 2])
    scores -= scores.max(1, keepdims=True)
    size = np.abs(model.coef_).sum() if penalty == "l1" else (model.coef_ ** 2).sum() / 2
    return np.mean(np.log(np.exp(scores).sum(1)) - scores[np.arange(len(y)), y]) + strength * size


def run(command, environment=None):
    """The last line of what a command prints, as JSON."""
    done = subprocess.run(command, capture_output=True, env=environment)
    if done.returncode: sys.exit(f"{' '.join(command)} failed: {done.stderr.decode()}")
    return json.loads(done.stdout.decode().strip().splitlines()[-1])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--likely", default="./likely")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--repeats", type=int, default=2)
    arguments.add_argument("--libraries")
    arguments.add_argument("--iterations", type=int, default=100)
    arguments.add_argument("--tolerance", type=float, default=1e-4)
    arguments.add_argument("cases", nargs="*")
    given = arguments.parse_args()
    likely, environment = given.likely.split(), dict(os.environ)
    if given.libraries: environment["LD_LIBRARY_PATH"] = given.libraries
    with tempfile.TemporaryDirectory() as folder:
        for case in given.cases or CASES:
            data, model, both, keys, penalty = CASES[case]
            data = os.path.expandvars(data)
            path, stem = os.path.join(folder, "model.likely"), os.path.join(folder, "codes")
            common, parts = ["--quiet", "--json", "--force", "--threads", str(given.threads)], ["validation=0.1", "test=0.1"]
            run([*likely, "train", data, "--model", model, *common, "--out", path, "--set", *both, *keys, *parts])
            run([*likely, "encode", path, data, "--split", "train", *common, "--out", stem + ".npy", "--set", *parts])
            ours, theirs = [], []
            for _ in range(given.repeats):
                answer = run([*likely, "probe", path, data, "--penalty", penalty, *common, "--out", os.path.join(folder, "unit.png"), "--set", *parts])
                ours.append((answer["seconds"], answer["objective"]))
                told = run([sys.executable, __file__, "--peer", stem, str(answer["strength"]), str(answer["weakest_strength"]), penalty, str(given.threads), str(given.iterations), str(given.tolerance)], environment)
                theirs.append((told["seconds"], told["objective"]))
            a, b = min(ours), min(theirs)
            print(f"{case} ({told['rows']} x {told['columns']}, {told['classes']} classes, {penalty}; scikit-learn with {told['blas']} BLAS): {b[0] / a[0]:.2f} times as fast ({a[0]:.2f} s, scikit-learn {b[0]:.2f} s) down to {answer['weakest_strength']:g}; at {answer['strength']:g} objective {a[1]:.6f} and {b[1]:.6f} (less is better)", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]: peer(sys.argv[2], float(sys.argv[3]), float(sys.argv[4]), sys.argv[5], int(sys.argv[6]), int(sys.argv[7]), float(sys.argv[8]))
    else: main()
