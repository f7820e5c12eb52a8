"""Writes sklearn.json.gz: predictions of simple models for real data, and what sklearn.metrics says of them."""

import gzip
import json
import pathlib
import warnings

import numpy
import sklearn
import statsmodels
import statsmodels.api as sm
from sklearn import datasets, metrics as m
from sklearn.calibration import calibration_curve
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("ignore")


def weights_of(n):
    return numpy.random.RandomState(7).choice([0.0, 0.5, 1.0, 2.0, 3.25], n)


def finite(values):
    return {k: float(v) for k, v in values.items() if v is not None and numpy.isfinite(v)}


def attempt(function, *args, **kwargs):
    try:
        return function(*args, **kwargs)
    except ValueError:
        return None


def numbers(y, p, w):
    return finite({
        "r2": m.r2_score(y, p, sample_weight=w) if len(y) > 1 else None,
        "mean_squared_error": m.mean_squared_error(y, p, sample_weight=w),
        "root_mean_squared_error": m.mean_squared_error(y, p, sample_weight=w, squared=False),
        "mean_absolute_error": m.mean_absolute_error(y, p, sample_weight=w),
        "median_absolute_error": m.median_absolute_error(y, p, sample_weight=w),
        "max_error": m.max_error(y, p),
        "mean_absolute_percentage_error": m.mean_absolute_percentage_error(y, p, sample_weight=w),
        "explained_variance": m.explained_variance_score(y, p, sample_weight=w),
    })


def classes(y, p, w):
    k, predicted = p.shape[1], p.argmax(axis=1)
    out = {
        "accuracy": m.accuracy_score(y, predicted, sample_weight=w),
        "balanced_accuracy": m.balanced_accuracy_score(y, predicted, sample_weight=w),
        "matthews_corrcoef": m.matthews_corrcoef(y, predicted, sample_weight=w),
        "cohen_kappa": m.cohen_kappa_score(y, predicted, sample_weight=w),
        "log_loss": m.log_loss(y, p, sample_weight=w, labels=range(k)),
    }
    for average in ["macro", "weighted"] + ["binary"] * (k == 2):
        suffix = "" if average == "binary" else "_" + average
        scores = m.precision_recall_fscore_support(y, predicted, average=average, sample_weight=w, zero_division=0)
        out |= {name + suffix: score for name, score in zip(["precision", "recall", "f1"], scores)}
    if k == 2:
        out["brier_score_loss"] = m.brier_score_loss(y, p[:, 1], sample_weight=w, pos_label=1)
        if len(set(y)) == 2:
            out["roc_auc"] = m.roc_auc_score(y, p[:, 1], sample_weight=w)
            out["average_precision"] = m.average_precision_score(y, p[:, 1], sample_weight=w)
    else:
        out["roc_auc_ovr"] = attempt(m.roc_auc_score, y, p, sample_weight=w, multi_class="ovr", labels=range(k))
    return finite(out)


def curves(y, score, w):
    fpr, tpr, thresholds = m.roc_curve(y, score, sample_weight=w)
    thresholds[0] = 0  # infinite from 1.3 on
    out = {"roc": [fpr.tolist(), tpr.tolist(), thresholds.tolist()]}
    precision, recall, thresholds = (a[::-1] for a in m.precision_recall_curve(y, score, sample_weight=w))
    # drop_intermediate of 1.3: points between which recall stays the same; the first is the end of the curve.
    hits = recall[1:]
    keep = numpy.r_[True, True, (numpy.diff(hits[:-1]) != 0) | (numpy.diff(hits[1:]) != 0), True][: len(recall)]
    out["precision_recall"] = [recall[keep].tolist(), precision[keep].tolist(), numpy.r_[0, thresholds][keep].tolist()]
    return out


out = {"versions": {"scikit-learn": sklearn.__version__, "statsmodels": statsmodels.__version__}, "numbers": [], "classes": []}


def add_numbers(name, y, p):
    y, p = numpy.asarray(y, float), numpy.asarray(p, float)
    w = weights_of(len(y))
    out["numbers"].append({"data": name, "y": y.tolist(), "predicted": p.tolist(), "weights": w.tolist(),
                           "metrics": numbers(y, p, None), "weighted": numbers(y, p, w) if w.sum() else {}})


def add_classes(name, y, p):
    y, p = numpy.asarray(y, int), numpy.asarray(p, float)
    w = weights_of(len(y))
    row = {"data": name, "y": y.tolist(), "probabilities": p.T.tolist(), "weights": w.tolist(), "confusion": m.confusion_matrix(y, p.argmax(axis=1), labels=range(p.shape[1])).tolist(),
           "metrics": classes(y, p, None), "weighted": classes(y, p, w)}
    if p.shape[1] == 2 and len(set(y)) == 2:
        row |= {"curves": curves(y, p[:, 1], None), "weighted_curves": curves(y, p[:, 1], w), "calibration": {}}
        for strategy in ["uniform", "quantile"]:
            for bins in [5, 10]:
                true, predicted = calibration_curve(y, p[:, 1], n_bins=bins, strategy=strategy)
                row["calibration"][f"{strategy} {bins}"] = [predicted.tolist(), true.tolist()]
    out["classes"].append(row)


def fitted(model, x, y, stratify=None):
    train_x, test_x, train_y, test_y = train_test_split(x, y, test_size=0.4, random_state=0, stratify=stratify)
    scale = StandardScaler().fit(train_x)
    model.fit(scale.transform(train_x), train_y)
    return test_y, model.predict_proba(scale.transform(test_x)) if hasattr(model, "predict_proba") else model.predict(scale.transform(test_x))


diabetes, linnerud = datasets.load_diabetes(), datasets.load_linnerud()
add_numbers("diabetes ridge", *fitted(Ridge(), diabetes.data, diabetes.target))
add_numbers("diabetes neighbors", *fitted(KNeighborsRegressor(5), diabetes.data, diabetes.target))
for j, name in enumerate(linnerud.target_names):
    add_numbers("linnerud " + name, *fitted(Ridge(), linnerud.data, linnerud.target[:, j]))
longley, engel, stackloss = (getattr(sm.datasets, name).load_pandas() for name in ["longley", "engel", "stackloss"])
for name, data in [("longley", longley), ("engel", engel), ("stackloss", stackloss)]:
    add_numbers(name, *fitted(Ridge(), data.exog.to_numpy(), data.endog.to_numpy()))
add_numbers("perfect", [1, 2, 4], [1, 2, 4])
add_numbers("constant prediction", [1, 2, 4, 0], [2, 2, 2, 2])
add_numbers("constant hit", [3, 3, 3], [3, 3, 3])
add_numbers("constant missed", [3, 3, 3], [3, 4, 3])
add_numbers("far from zero", [1e9 + 1, 1e9 + 2, 1e9 + 4], [1e9 + 1.5, 1e9 + 2, 1e9 + 3])

cancer = datasets.load_breast_cancer()
add_classes("cancer logistic", *fitted(LogisticRegression(C=0.01), cancer.data[:, :4], cancer.target))
add_classes("cancer neighbors", *fitted(KNeighborsClassifier(7), cancer.data, cancer.target))
for name in ["iris", "wine", "digits"]:
    data = getattr(datasets, "load_" + name)()
    rows = slice(0, 700)
    y, p = fitted(LogisticRegression(C=0.05), data.data[rows, :3] if name != "digits" else data.data[rows], data.target[rows], data.target[rows])
    add_classes(name + " logistic", y, p)
    y, p = fitted(KNeighborsClassifier(5), data.data[rows], data.target[rows], data.target[rows])
    add_classes(name + " neighbors", y, p)
heart, fair = sm.datasets.heart.load_pandas().data, sm.datasets.fair.load_pandas().data[:800]
add_classes("heart censors", *fitted(LogisticRegression(), heart[["age"]].to_numpy(), heart["censors"].to_numpy().astype(int)))
add_classes("affairs", *fitted(LogisticRegression(), fair.drop(columns="affairs").to_numpy(), (fair["affairs"] > 2).to_numpy().astype(int)))
half = numpy.full((6, 2), 0.5)
add_classes("constant prediction", [0, 1, 1, 0, 1, 1], half)
add_classes("perfect", [0, 1, 1, 0], [[1, 0], [0, 1], [0, 1], [1, 0]])
add_classes("all wrong", [0, 1, 1, 0], [[0, 1], [1, 0], [1, 0], [0, 1]])
add_classes("one class", [1, 1, 1], [[0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])
add_classes("one class, hit", [1, 1, 1], [[0.2, 0.8], [0.1, 0.9], [0.3, 0.7]])
add_classes("two of three", [0, 1, 1, 0], [[0.2, 0.5, 0.3], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.8, 0.1, 0.1]])

with gzip.GzipFile(pathlib.Path(__file__).with_name("sklearn.json.gz"), "wb", mtime=0) as file:
    file.write(json.dumps(out, separators=(",", ":")).encode())
