"""Writes reference.json.gz: what scipy and statsmodels say of groups of real data.

Data: iris, wine, breast_cancer, diabetes of scikit-learn (BSD-3-Clause); anes96, fair, randhie, star98,
heart of statsmodels (public domain). Versions are in the file. Run with Debian's python3.
"""
import gzip, json, itertools, sys
import numpy as np, scipy, statsmodels, sklearn
from scipy import stats, optimize
from sklearn import datasets
import statsmodels.api as sm
from statsmodels.stats.oneway import anova_oneway

def clean(x):
    if isinstance(x, dict): return {k: clean(v) for k, v in x.items()}
    if isinstance(x, (list, tuple, np.ndarray)): return [clean(v) for v in x]
    if isinstance(x, (float, np.floating)):
        x = float(x)
        return x if np.isfinite(x) else None
    if isinstance(x, np.integer): return int(x)
    return x

sets = []
iris, wine, cancer, diabetes = (f() for f in (datasets.load_iris, datasets.load_wine, datasets.load_breast_cancer, datasets.load_diabetes))
for k in (0, 1, 3): sets.append(("iris%d" % k, iris.data[:, k], iris.target))
for k in (0, 4, 12): sets.append(("wine%d" % k, wine.data[:, k], wine.target))
for k in (0, 9, 28): sets.append(("cancer%d" % k, cancer.data[:, k], cancer.target))
sets.append(("diabetes", diabetes.target, (diabetes.data[:, 1] > 0).astype(int)))
sets.append(("diabetes_few", diabetes.target[:13] + np.arange(13) / 64, np.array([0] * 6 + [1] * 7)))
anes = sm.datasets.anes96.load_pandas().data
sets.append(("anes_age", anes["age"].values, anes["vote"].values.astype(int)))
sets.append(("anes_income", anes["income"].values, anes["PID"].values.astype(int)))
fair = sm.datasets.fair.load_pandas().data[::8]
sets.append(("fair_age", fair["age"].values, fair["religious"].values.astype(int)))
star = sm.datasets.star98.load_pandas().data
sets.append(("star", star["PERMINTE"].values, (star["LOWINC"].values > 40).astype(int)))
heart = sm.datasets.heart.load_pandas().data
sets.append(("heart", heart["survival"].values, heart["censors"].values.astype(int)))

def d_interval(t, df, scale, level):
    tail = (1 - level) / 2
    low = optimize.brentq(lambda nc: stats.nct.cdf(t, df, nc) - (1 - tail), t - 15, t + 1, xtol=1e-12)
    high = optimize.brentq(lambda nc: stats.nct.cdf(t, df, nc) - tail, t - 1, t + 15, xtol=1e-12)
    return [low * scale, high * scale]

out = {"versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__,
                    "statsmodels": statsmodels.__version__, "scikit-learn": sklearn.__version__}, "sets": []}
for name, values, labels in sets:
    values = np.asarray(values, float)
    groups = [values[labels == g] for g in sorted(set(labels))]
    c = {"name": name, "groups": [list(g) for g in groups], "t": [], "ranks": []}
    a, b = groups[0], groups[1]
    pooled = np.sqrt(((len(a) - 1) * a.var(ddof=1) + (len(b) - 1) * b.var(ddof=1)) / (len(a) + len(b) - 2))
    for equal, alt in itertools.product((True, False), ("two-sided", "less", "greater")):
        r = stats.ttest_ind(a, b, equal_var=equal, alternative=alt)
        m = sm.stats.CompareMeans(sm.stats.DescrStatsW(a), sm.stats.DescrStatsW(b))
        ci = m.tconfint_diff(alpha=0.1, alternative={"less": "smaller", "greater": "larger"}.get(alt, alt), usevar="pooled" if equal else "unequal")
        df = m.ttest_ind(usevar="pooled" if equal else "unequal")[2]
        c["t"].append({"equal": equal, "alternative": alt, "t": r.statistic, "df": df, "p": r.pvalue, "ci": ci})
    scale = np.sqrt(1 / len(a) + 1 / len(b))
    d = (a.mean() - b.mean()) / pooled
    c["d"], c["d_ci"] = d, d_interval(d / scale, len(a) + len(b) - 2, scale, 0.9)
    pop = float(np.round(values.mean()))
    r = stats.ttest_1samp(a, pop)
    c["one"] = {"popmean": pop, "t": r.statistic, "p": r.pvalue, "ci": r.confidence_interval(0.9)}
    for method, alt in itertools.product(("auto", "asymptotic"), ("two-sided", "less", "greater")):
        r = stats.mannwhitneyu(a, b, alternative=alt, method=method)
        c["ranks"].append({"method": method, "alternative": alt, "u": r.statistic, "p": r.pvalue})
    diff = np.subtract.outer(a, b)
    c["shift"] = np.median(diff)
    f = stats.f_oneway(*groups)
    w = anova_oneway(groups, use_var="unequal")
    c["f"], c["f_p"], c["welch_f"], c["welch_df"], c["welch_p"] = f.statistic, f.pvalue, w.statistic, w.df_denom, w.pvalue
    df1, df2 = len(groups) - 1, len(values) - len(groups)
    def lam(target):
        g = lambda nc: stats.ncf.cdf(f.statistic, df1, df2, nc) - target
        return optimize.brentq(g, 1e-9, 20 * f.statistic * df1 + 100, xtol=1e-10) if g(1e-9) > 0 else 0.0
    c["eta_ci"] = [x / (x + len(values)) for x in (lam(0.95), lam(0.05))] if f.statistic * df1 < 600 else None
    t = stats.tukey_hsd(*groups)
    ci = t.confidence_interval(0.9)
    c["tukey"] = [{"a": i, "b": j, "difference": t.statistic[i, j], "p": t.pvalue[i, j], "ci": [ci.low[i, j], ci.high[i, j]]}
                  for i in range(len(groups)) for j in range(i + 1, len(groups))]
    out["sets"].append(c)

def table(x, y): return np.array([[int(((x == i) & (y == j)).sum()) for j in sorted(set(y))] for i in sorted(set(x))])
tables = [table(anes["PID"].values, anes["vote"].values), table(anes["educ"].values, anes["vote"].values),
          table(anes["PID"].values, anes["educ"].values), table(fair["religious"].values, fair["rate_marriage"].values),
          table(iris.target, (iris.data[:, 1] > 3).astype(int)), table(cancer.target, (cancer.data[:, 1] > 19).astype(int)),
          np.array([[10, 12], [12, 10]]), np.array([[3, 1], [1, 6]])]
out["tables"] = []
for x in tables:
    for correct in (True, False):
        chi, p, df, e = stats.chi2_contingency(x, correction=correct)
        plain = stats.chi2_contingency(x, correction=False)[0]
        def lam(target):
            g = lambda nc: stats.ncx2.cdf(plain, df, nc) - target
            return optimize.brentq(g, 1e-9, 20 * plain + 100, xtol=1e-11) if g(1e-9) > 0 else 0.0
        scale = x.sum() * (min(x.shape) - 1)
        out["tables"].append({"observed": x.tolist(), "correction": correct, "chi2": chi, "p": p, "df": df, "expected": e,
                              "v": np.sqrt(plain / scale), "v_ci": [min(1, np.sqrt(max(0, lam(q)) / scale)) for q in (0.95, 0.05)]})
out["range"] = [{"q": q, "k": k, "df": df, "p": stats.studentized_range.sf(q, k, df)}
                for q in (0.05, 0.5, 1, 2, 3.3, 5, 8, 20) for k in (2, 3, 8, 30, 100) for df in (1, 2, 5, 17.5, 120, 9000)]
with gzip.GzipFile("reference.json.gz", "wb", mtime=0) as f:
    f.write(json.dumps(clean(out)).encode())
