"""Estimators of features beside scikit-learn's, on the same rows of MNIST: seconds of fitting (start-up and reading excluded on both sides), the objective reached, and the peak memory of each process.

    python3 bench/features_peer.py [--likely ./likely] [--threads 2] [--repeats 3] [--libraries DIR] [case ...]

The two take turns; of each the quickest run counts. `cpu` are the seconds of all threads of the whole process, which other work on the machine does not stretch. DIR holds another BLAS for scikit-learn than the system's.
"""
import argparse, gzip, json, os, resource, subprocess, sys, tempfile, time

# Name: rows, width after PCA (0: pixels), our settings, what the objective is called, and whether more of it is better.
CASES = {
    "kmeans": (30000, 0, "kmeans clusters=50", "objective", False),
    "minibatch": (60000, 0, "kmeans clusters=50 batch=1024 iterations=100", "objective", False),
    "pca": (60000, 0, "pca components=30", "explained_variance", True),
    "mixture-full": (60000, 50, "gaussian-mixture components=20 covariance=full iterations=40 floor=1e-3", "log_likelihood", True),
    "mixture-diagonal": (60000, 50, "gaussian-mixture components=50 iterations=60 floor=1e-3", "log_likelihood", True),
    "isomap": (4000, 0, "isomap neighbours=10 landmarks=4000", "residual_variance", False),
}


def peer(case, path, threads):
    """scikit-learn's side, in a process of its own."""
    import numpy as np
    from threadpoolctl import threadpool_info, threadpool_limits
    x = np.load(path)
    with threadpool_limits(threads):
        from sklearn.cluster import KMeans, MiniBatchKMeans
        from sklearn.decomposition import PCA
        from sklearn.manifold import Isomap
        from sklearn.mixture import GaussianMixture
        reg = 1e-3 * float(x.var(axis=0).mean())
        model = {
            "kmeans": lambda: KMeans(50, n_init=1, random_state=0),
            "minibatch": lambda: MiniBatchKMeans(50, n_init=1, random_state=0, batch_size=1024, max_iter=100),
            "pca": lambda: PCA(30, random_state=0),
            "mixture-full": lambda: GaussianMixture(20, max_iter=40, tol=1e-3, reg_covar=reg, random_state=0),
            "mixture-diagonal": lambda: GaussianMixture(50, covariance_type="diag", max_iter=60, tol=1e-3, reg_covar=reg, random_state=0),
            "isomap": lambda: Isomap(n_neighbors=10, n_components=2, n_jobs=threads),
        }[case]()
        begin = time.time()
        model.fit(x)
        seconds = time.time() - begin
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        if case in ("kmeans", "minibatch"): value = model.inertia_
        elif case == "pca": value = model.explained_variance_ratio_.sum()
        elif case == "isomap":
            from scipy.spatial.distance import pdist, squareform
            value = 1 - np.corrcoef(squareform(model.dist_matrix_, checks=False), pdist(model.embedding_))[0, 1] ** 2
        else: value = model.lower_bound_
    steps = getattr(model, "n_steps_", getattr(model, "n_iter_", None))
    blas = [one["internal_api"] for one in threadpool_info() if one["user_api"] == "blas"]
    print(json.dumps({"seconds": seconds, "objective": float(value), "iterations": steps, "blas": blas[0] if blas else "reference", "memory": memory}))


def prepare(case, path, likely):
    """Writes the rows of a case, in a process of its own: what a child's peak memory is told to be counts its parent's."""
    import numpy as np
    rows, width, *_ = CASES[case]
    packed = os.path.join(os.environ["LIKELY_DATA"], "mnist", "train-images-idx3-ubyte.gz")
    pixels = (np.frombuffer(gzip.open(packed).read()[16:], np.uint8).reshape(-1, 784) / 255).astype(np.float32)
    np.save(path, pixels[:rows])
    if width == 0: return
    model, codes = path + ".likely", path + ".codes.npy"
    run([*likely.split(), "train", path, "--model", "pca", "--quiet", "--json", "--force", "--out", model, "--set", "as=vectors", "validation=0", "test=0", f"components={width}"])
    run([*likely.split(), "encode", model, path, "--quiet", "--json", "--force", "--out", codes])
    os.replace(codes, path)


def run(command, environment=None):
    """The last line of what a command prints, as JSON, with its CPU seconds and peak memory in MB."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    output, error = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status: sys.exit(f"{' '.join(command)} failed: {error.decode()}")
    answer = json.loads(output.decode().strip().splitlines()[-1])
    return answer, usage.ru_utime + usage.ru_stime, answer.get("memory", usage.ru_maxrss) / 1024


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--likely", default="./likely")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--repeats", type=int, default=3)
    arguments.add_argument("--libraries")
    arguments.add_argument("cases", nargs="*")
    given = arguments.parse_args()
    likely, environment = given.likely.split(), dict(os.environ)
    if given.libraries: environment["LD_LIBRARY_PATH"] = given.libraries
    with tempfile.TemporaryDirectory() as folder:
        for case in given.cases or CASES:
            rows, width, settings, objective, more = CASES[case]
            path = os.path.join(folder, f"{case}.npy")
            subprocess.run([sys.executable, __file__, "--prepare", case, path, given.likely], check=True)
            model, *keys = settings.split()
            ours, theirs = [], []
            for _ in range(given.repeats):
                answer, cpu, memory = run([*likely, "train", path, "--model", model, "--threads", str(given.threads), "--quiet", "--json", "--force", "--out", os.path.join(folder, "model.likely"), "--set", "as=vectors", "validation=0", "test=0", *keys])
                ours.append((answer["seconds"], cpu, answer["fitting"][objective], memory, answer["fitting"].get("iterations")))
                answer, cpu, memory = run([sys.executable, __file__, "--peer", case, path, str(given.threads)], environment)
                theirs.append((answer["seconds"], cpu, answer["objective"], memory, answer["iterations"]))
            a, b = min(ours), min(theirs)
            print(f"{case} ({rows} x {width or 784}; scikit-learn with {answer['blas']} BLAS): {b[0] / a[0]:.2f} times as fast ({a[0]:.2f} s, scikit-learn {b[0]:.2f} s); cpu of the process {min(o[1] for o in ours):.1f} s and {min(t[1] for t in theirs):.1f} s; "
                  f"{objective} {a[2]:.6g} and {b[2]:.6g} ({'more' if more else 'less'} is better); iterations {a[4]} and {b[4]}; peak memory {a[3]:.0f} MB and {b[3]:.0f} MB", flush=True)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peer"]: peer(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    elif sys.argv[1:2] == ["--prepare"]: prepare(*sys.argv[2:])
    else: main()
