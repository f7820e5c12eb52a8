"""Writes reference.json.gz: what scikit-learn and statsmodels say of real data sets.

Needs Debian's python3-sklearn and python3-statsmodels:
    /usr/bin/python3 desktop-runner/internal/analyze/logistic/testdata/reference.py
"""
import gzip, json, os, warnings
import numpy as np, sklearn, statsmodels
import statsmodels.api as sm
from sklearn import datasets
from sklearn.linear_model import LogisticRegression

warnings.simplefilter("ignore")


def frame(name):
    return getattr(sm.datasets, name).load_pandas().data.astype(float).dropna()


iris, wine, cancer, digits = datasets.load_iris(), datasets.load_wine(), datasets.load_breast_cancer(), datasets.load_digits()
spector, anes, fair = frame("spector"), frame("anes96"), frame("fair").iloc[::4]
sets = {
    # scaled: with mean 0 and standard deviation 1, rounded so that the file is small.
    "iris": (iris.data, iris.target, False),
    "wine": (wine.data, wine.target, True),
    "breast_cancer": (cancer.data, cancer.target, True),
    "spector": (spector.drop(columns=["GRADE"]).to_numpy(), spector["GRADE"].to_numpy(), False),
    "anes96": (anes[["logpopul", "selfLR", "age", "educ", "income"]].to_numpy(), anes["PID"].to_numpy(), False),
    "fair": (fair.drop(columns=["affairs"]).to_numpy(), (fair["affairs"] > 0).to_numpy(), False),
    "digits": (digits.data[:400] / 16, digits.target[:400], False),
}
out = {"versions": {"sklearn": sklearn.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__}, "sets": []}
for name, (x, y, scaled) in sets.items():
    x, y = np.asarray(x, float), np.asarray(y, float)
    if scaled:
        x = np.round((x - x.mean(0)) / x.std(0), 4)
    w = 1.0 + np.arange(len(y)) % 3
    case = {"name": name, "x": x.T.tolist(), "y": y.tolist(), "classes": int(y.max()) + 1, "weights": w.tolist(), "fits": []}
    for c, intercept, balanced, weighted in ((1, True, False, False), (0.01, True, False, False), (50, True, False, True), (1, False, False, True), (1, True, True, False)):
        if name == "digits" and c == 50:
            continue
        m = LogisticRegression(C=c, fit_intercept=intercept, class_weight="balanced" if balanced else None, solver="newton-cg", tol=1e-11, max_iter=10000)
        m.fit(x, y, sample_weight=w if weighted else None)
        b0, b = np.atleast_1d(m.intercept_) * np.ones(len(m.coef_)), m.coef_
        case["fits"].append(dict(
            params={"C": c, "fit_intercept": intercept, "penalty": "l2", "class_weight": "balanced" if balanced else "none", "max_iter": 10000, "tol": 1e-9},
            weighted=weighted, intercepts=b0.tolist(), coefficients=b.tolist()))
    if name in ("spector", "fair"):
        r = sm.Logit(y, sm.add_constant(x)).fit(disp=0, tol=1e-14, maxiter=100)
        case["fits"].append(dict(
            params={"C": 1, "fit_intercept": True, "penalty": "none", "class_weight": "none", "max_iter": 100, "tol": 1e-6},
            weighted=False, intercepts=[r.params[0]], coefficients=[r.params[1:].tolist()], std_errors=r.bse.tolist(), log_likelihood=r.llf))
    if name == "anes96":
        m = LogisticRegression(penalty="none", solver="newton-cg", tol=1e-11, max_iter=10000).fit(x, y)
        case["fits"].append(dict(
            params={"C": 1, "fit_intercept": True, "penalty": "none", "class_weight": "none", "max_iter": 100, "tol": 1e-6},
            weighted=False, intercepts=m.intercept_.tolist(), coefficients=m.coef_.tolist()))
    out["sets"].append(case)
here = os.path.dirname(os.path.abspath(__file__))
with gzip.GzipFile(os.path.join(here, "reference.json.gz"), "wb", mtime=0) as f:
    f.write(json.dumps(out).encode())
