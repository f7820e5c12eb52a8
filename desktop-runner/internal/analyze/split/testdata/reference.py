"""Writes sklearn.json: what scikit-learn's splitters make of small numbers of rows and of the targets of real data."""

import json
import pathlib

import numpy
import sklearn
from sklearn import datasets
from sklearn.model_selection import KFold, StratifiedKFold, TimeSeriesSplit, train_test_split

TARGETS = {
    name: getattr(datasets, "load_" + name)().target
    for name in ["iris", "wine", "breast_cancer", "digits"]
}
# In an order without runs of a class, so that classes appear in another order than that of their numbers.
TARGETS["iris_mixed"] = numpy.random.RandomState(3).permutation(TARGETS["iris"])


def folds(splitter, n, y=None):
    out = numpy.full(n, -1)
    for k, (_, test) in enumerate(splitter.split(numpy.zeros((n, 1)), y)):
        out[test] = k
    return out.tolist()


out = {"scikit-learn": sklearn.__version__, "kfold": [], "time_series": [], "holdout": [], "stratified_kfold": [], "stratified_holdout": []}
for n in [5, 6, 10, 11, 23, 50]:
    for k in [2, 3, 5]:
        out["kfold"].append({"n": n, "n_splits": k, "folds": folds(KFold(k), n)})
        if k < n:
            out["time_series"].append({"n": n, "n_splits": k, "folds": folds(TimeSeriesSplit(k), n)})
for n in [2, 3, 7, 10, 99, 100, 101, 442, 1797]:
    for size in [0.1, 0.2, 0.25, 0.3, 1 / 3, 0.5, 0.7]:
        try:
            _, test = train_test_split(numpy.arange(n), test_size=size)
            out["holdout"].append({"n": n, "test_size": size, "tested": len(test)})
        except ValueError:
            out["holdout"].append({"n": n, "test_size": size, "tested": 0})
for name, y in TARGETS.items():
    y = y[:600]
    for k in [2, 5, 7]:
        out["stratified_kfold"].append({"data": name, "n_splits": k, "y": y.tolist(), "folds": folds(StratifiedKFold(k), len(y), y)})
    for size in [0.2, 0.25, 0.4]:
        _, test = train_test_split(y, test_size=size, stratify=y, random_state=1)
        out["stratified_holdout"].append({"data": name, "test_size": size, "y": y.tolist(), "tested": numpy.bincount(test).tolist()})

pathlib.Path(__file__).with_name("sklearn.json").write_text(json.dumps(out, separators=(",", ":")) + "\n")
