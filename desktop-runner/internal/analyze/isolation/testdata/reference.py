"""Writes reference.json: scores of scikit-learn's isolation forests with several
seeds on the data of ../../tree/testdata/reference.json.gz. Debian's python3-sklearn.

Run in this folder: python3 reference.py
"""
import gzip
import json

import numpy as np
import sklearn
from sklearn.ensemble import IsolationForest

SEEDS = 20
with gzip.open("../../tree/testdata/reference.json.gz") as f:
    sets = json.load(f)["sets"]
out = {"sklearn": sklearn.__version__, "numpy": np.__version__, "sets": []}
for s in sets:
    x = np.array(s["x"]).T
    for params in [{}, {"max_samples": 0.5, "contamination": 0.1, "max_features": 0.5}]:
        fits = [IsolationForest(random_state=r, **params).fit(x) for r in range(SEEDS)]
        scores = np.array([f.score_samples(x) for f in fits])
        out["sets"].append({
            "name": s["name"], "params": params, "mean": scores.mean(0).round(6).tolist(), "spread": float(scores.std(0).mean()),
            "anomalies": [int((f.predict(x) < 0).sum()) for f in fits], "offsets": [float(np.round(f.offset_, 8)) for f in fits],
        })
with open("reference.json", "w") as f:
    json.dump(out, f)
    f.write("\n")
