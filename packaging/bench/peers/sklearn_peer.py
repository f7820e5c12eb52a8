"""Reads a file, fits one model with scikit-learn, scores it, and prints what that took, as one JSON line.

    python3 sklearn_peer.py '{"model": "ridge", "file": "numbers.csv", "target": "y", "params": {}, "held": true, "threads": 2}'

The clocks start when the interpreter and the libraries are loaded: "seconds" is
everything, "fit_seconds" without reading. "answer" is the score: of models with
a target on the rows that the column "held" marks, where "held" is true.
"""
import json
import resource
import sys
import time

import pandas as pd
from sklearn.cluster import DBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.ensemble import HistGradientBoostingClassifier, IsolationForest, RandomForestClassifier
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import accuracy_score, log_loss, mean_absolute_error, mean_squared_error, r2_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier


def scaled(model):
    return lambda **params: make_pipeline(StandardScaler(), model(**params))


def threaded(model):
    return lambda **params: model(n_jobs=job["threads"], **params)


# What is scaled here is scaled on our side as well.
MODELS = {
    "linear_regression": LinearRegression, "ridge": scaled(Ridge), "lasso": scaled(Lasso), "elastic_net": scaled(ElasticNet),
    "logistic_regression": scaled(LogisticRegression),
    "decision_tree": DecisionTreeClassifier, "random_forest": threaded(RandomForestClassifier), "gradient_boosting": HistGradientBoostingClassifier,
    "kmeans": KMeans, "dbscan": threaded(DBSCAN), "pca": PCA, "isolation_forest": threaded(IsolationForest),
}
SEEDED = {"decision_tree", "random_forest", "gradient_boosting", "kmeans", "isolation_forest"}


def supervised(model, x, y, held):
    """Our side scores the rows that taught as well; so does this."""
    answer = None
    model.fit(x[~held], y[~held])
    for rows in (~held, held):
        predicted = model.predict(x[rows])
        if y.dtype != object:
            mean_squared_error(y[rows], predicted), mean_absolute_error(y[rows], predicted)
            answer = r2_score(y[rows], predicted)
            continue
        probabilities = model.predict_proba(x[rows])
        roc_auc_score(y[rows] == model.classes_[1], probabilities[:, 1])
        loss = log_loss(y[rows], probabilities)
        answer = accuracy_score(y[rows], predicted)
        if job["model"] == "logistic_regression":
            answer = loss
    return [answer]


def unsupervised(model, x):
    if job["model"] == "pca":
        model.fit_transform(x)
        return [float(model.explained_variance_ratio_.sum())]
    labels = model.fit_predict(x)
    if job["model"] == "kmeans":
        return [model.inertia_]
    if job["model"] == "dbscan":
        return [len(set(labels) - {-1})]
    return []


if __name__ == "__main__":
    job = json.loads(sys.argv[1])
    begun = time.perf_counter()
    frame = pd.read_csv(job["file"])
    x = frame.filter(regex="^x").to_numpy()
    read = time.perf_counter()
    params = {name: value for name, value in job["params"].items() if name != "standardize"}
    if job["model"] in SEEDED:
        params["random_state"] = 0
    model = MODELS[job["model"]](**params)
    if job["target"]:
        y, held = frame[job["target"]].to_numpy(), frame["held"].to_numpy() == (1 if job["held"] else 2)
        if job["held"]:
            answer = supervised(model, x, y, held)
        else:
            model.fit(x, y)
            answer = [r2_score(y, model.predict(x))]
    else:
        answer = unsupervised(model, x)
    end = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": end - begun, "fit_seconds": end - read, "peak_bytes": peak, "answer": answer}))
