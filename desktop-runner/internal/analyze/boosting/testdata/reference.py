"""Writes reference.json.gz: predictions of scikit-learn's histogram boosting on
the data of ../../tree/testdata/reference.json.gz. Debian's python3-sklearn.

Run in this folder: python3 reference.py
"""
import gzip
import json

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

SETTINGS = [
    {"max_iter": 20},
    {"max_iter": 15, "learning_rate": 0.3, "max_leaf_nodes": 5, "min_samples_leaf": 5, "l2_regularization": 1.5},
    {"max_iter": 12, "max_bins": 16, "max_depth": 3, "min_samples_leaf": 3},
]
with gzip.open("../../tree/testdata/reference.json.gz") as f:
    sets = json.load(f)["sets"]
out = {"sklearn": sklearn.__version__, "numpy": np.__version__, "fits": []}
for s in sets:
    x, y = np.array(s["x"]).T, np.array(s["y"])
    train = np.arange(len(y)) % 4 != 0
    shown = np.arange(0, len(y), 7 if s["name"] == "digits" else 2)
    Model = HistGradientBoostingClassifier if s["classes"] else HistGradientBoostingRegressor
    for params in SETTINGS:
        for weighted in [False, True]:
            w = np.arange(train.sum()) % 3 + 1.0 if weighted else None
            # Without a validation part, early stopping only keeps the losses.
            m = Model(early_stopping=True, validation_fraction=None, n_iter_no_change=1000, **params)
            m.fit(x[train], y[train], sample_weight=w)
            p = m.predict_proba(x[shown]) if s["classes"] else m.predict(x[shown])[:, None]
            out["fits"].append({
                "name": s["name"], "params": params, "weighted": weighted, "step": int(shown[1]),
                "predict": np.round(p, 10).T.tolist(), "train_score": list(map(float, m.train_score_)),
            })
with gzip.GzipFile("reference.json.gz", "wb", mtime=0) as f:
    f.write(json.dumps(out).encode())
