"""Writes reference.json.gz: what statsmodels and scikit-learn say of real data sets.

Needs Debian's python3-sklearn and python3-statsmodels:
    /usr/bin/python3 desktop-runner/internal/analyze/plane/testdata/reference.py
"""
import gzip, json, os, warnings
import numpy as np, sklearn, statsmodels
import statsmodels.api as sm
from sklearn import datasets
from sklearn.linear_model import ElasticNet, Lasso, Ridge

warnings.simplefilter("ignore")


def of(name, target):
    frame = getattr(sm.datasets, name).load_pandas().data.astype(float).dropna()
    return frame.drop(columns=[target]).to_numpy(), frame[target].to_numpy()


diabetes, linnerud = datasets.load_diabetes(), datasets.load_linnerud()
sets = {
    "diabetes": (diabetes.data, diabetes.target),
    "linnerud": (linnerud.data, linnerud.target[:, 0]),
    "longley": of("longley", "TOTEMP"),
    "stackloss": of("stackloss", "STACKLOSS"),
    "ccard": of("ccard", "AVGEXP"),
    "scotland": of("scotland", "YES"),
    "copper": of("copper", "WORLDCONSUMPTION"),
    "statecrime": of("statecrime", "murder"),
}
out = {"versions": {"sklearn": sklearn.__version__, "statsmodels": statsmodels.__version__, "numpy": np.__version__}, "sets": []}
for name, (x, y) in sets.items():
    x, y = np.asarray(x, float), np.asarray(y, float)
    w = 1.0 + np.arange(len(y)) % 3
    case = {"name": name, "x": x.T.tolist(), "y": y.tolist(), "weights": w.tolist(), "fits": []}
    # The same columns with mean 0 and standard deviation 1 are what penalties are for.
    z = (x - x.mean(0)) / x.std(0)

    def add(model, params, scaled, weighted, b0, b, **more):
        case["fits"].append(dict(model=model, params=params, scaled=scaled, weighted=weighted, intercept=float(b0), coefficients=list(map(float, b)), **more))

    for weighted in (False, True):
        r = sm.WLS(y, sm.add_constant(x, has_constant="add"), weights=w if weighted else np.ones(len(y))).fit(method="qr")
        if weighted:
            # Weights of WLS say how precise a row is; here they repeat it.
            repeated = np.repeat(np.arange(len(y)), w.astype(int))
            r = sm.OLS(y[repeated], sm.add_constant(x[repeated], has_constant="add")).fit(method="qr")
        add("linear_regression", {"fit_intercept": True, "confidence_level": 0.95}, False, weighted, r.params[0], r.params[1:],
            std_errors=list(map(float, r.bse)), r2=r.rsquared, adjusted_r2=r.rsquared_adj, f=r.fvalue, p_values=list(map(float, r.pvalues)))
        for intercept in (True, False):
            for alpha in (0.1, 1, 100):
                m = Ridge(alpha=alpha, fit_intercept=intercept, solver="cholesky").fit(z, y, sample_weight=w if weighted else None)
                add("ridge", {"alpha": alpha, "fit_intercept": intercept}, True, weighted, m.intercept_, m.coef_)
                scale = float(np.std(y)) * alpha / 50
                m = Lasso(alpha=scale, fit_intercept=intercept, tol=1e-14, max_iter=1000000).fit(z, y, sample_weight=w if weighted else None)
                add("lasso", {"alpha": scale, "fit_intercept": intercept, "tol": 1e-14, "max_iter": 1000000}, True, weighted, m.intercept_, m.coef_)
                m = ElasticNet(alpha=scale, l1_ratio=0.3, fit_intercept=intercept, tol=1e-14, max_iter=1000000).fit(z, y, sample_weight=w if weighted else None)
                add("elastic_net", {"alpha": scale, "l1_ratio": 0.3, "fit_intercept": intercept, "tol": 1e-14, "max_iter": 1000000}, True, weighted, m.intercept_, m.coef_)
    m = Lasso(alpha=1.0, max_iter=1000).fit(z, y)
    add("lasso", {"alpha": 1.0, "fit_intercept": True, "tol": 1e-4, "max_iter": 1000}, True, False, m.intercept_, m.coef_, n_iter=int(m.n_iter_), loose=True)
    out["sets"].append(case)
here = os.path.dirname(os.path.abspath(__file__))
with gzip.GzipFile(os.path.join(here, "reference.json.gz"), "wb", mtime=0) as f:
    f.write(json.dumps(out).encode())
