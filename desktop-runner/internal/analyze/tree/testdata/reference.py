"""Writes reference.json.gz: trees and forests of scikit-learn on its own data sets.

Run in this folder: python3 reference.py
"""
import gzip, json
import numpy as np, sklearn
from sklearn import datasets
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

SEEDS = 8
out = {"sklearn": sklearn.__version__, "numpy": np.__version__, "sets": []}
settings = [
    {"max_depth": 3},
    {"max_depth": 5, "min_samples_leaf": 7},
    {"min_samples_split": 20, "min_impurity_decrease": 0.002},
    {"ccp_alpha": 0.01, "min_samples_leaf": 5},
]
for name in ["iris", "wine", "breast_cancer", "digits", "diabetes", "linnerud"]:
    d = getattr(datasets, "load_" + name)()
    x, y = np.float32(d.data).astype(float), d.target
    classes = 0 if name in ("diabetes", "linnerud") else len(set(y))
    if name == "linnerud":
        y = y[:, 0]
    if name == "digits":
        x, y = x[:500], y[:500]
    Tree, Forest = (DecisionTreeClassifier, RandomForestClassifier) if classes else (DecisionTreeRegressor, RandomForestRegressor)
    trees = []
    for s in settings:
        for criterion in ["gini", "entropy"] if classes else ["squared_error"]:
            fits = [Tree(criterion=criterion, random_state=r, **s).fit(x, y) for r in range(SEEDS)]
            predict = (lambda f: f.predict_proba(x)) if classes else (lambda f: f.predict(x)[:, None])
            all_ = [predict(f) for f in fits]
            w = np.arange(len(y)) % 3 + 1.0
            weighted = Tree(criterion=criterion, random_state=0, **s).fit(x, y, sample_weight=w)
            weighted2 = [predict(Tree(criterion=criterion, random_state=r, **s).fit(x, y, sample_weight=w)) for r in range(SEEDS)]
            trees.append({
                "params": dict(s, criterion=criterion),
                "unique": all(np.allclose(a, all_[0], atol=1e-9) for a in all_),
                "predict": np.round(all_[0], 10).T.tolist(),
                "scores": [f.score(x, y) for f in fits],
                "leaves": [int(f.get_n_leaves()) for f in fits],
                "importances": fits[0].feature_importances_.tolist(),
                "weighted_unique": all(np.allclose(a, weighted2[0], atol=1e-9) for a in weighted2),
                "weighted": np.round(weighted2[0], 10).T.tolist(),
            })
    train = np.arange(len(y)) % 4 != 0
    scores = [Forest(random_state=r).fit(x[train], y[train]).score(x[~train], y[~train]) for r in range(20)]
    oob = [Forest(random_state=r, oob_score=True).fit(x, y).oob_score_ for r in range(8)]
    out["sets"].append({"name": name, "classes": classes, "x": x.T.round(7).tolist(), "y": y.astype(float).tolist(),
                        "trees": trees, "forest": scores, "oob": oob})
with gzip.GzipFile("reference.json.gz", "wb", mtime=0) as f:
    f.write(json.dumps(out).encode())
