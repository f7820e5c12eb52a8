"""Writes reference.json: what pandas and scipy say of the same columns.

Run from the repository's root; needs pandas and scipy (written with 1.5.3 and 1.10.1):
    python3 desktop-runner/internal/analyze/correlation/testdata/reference.py

Coefficients are those of DataFrame.corr. Where that has none (a constant column;
numbers whose squares are infinite or zero), there is none here; the test knows
better about the latter. p-values and intervals are those of scipy.stats:
pearsonr, spearmanr, and kendalltau(method="asymptotic"). Those of two rows, for
which scipy has 1 or nothing, are left out.

longley, stackloss and statecrime are public domain, as they come with
statsmodels; iris is Fisher's (1936), as it comes with scikit-learn. gaps was
made up: ties, missing values, a constant, and numbers too large or too small to
be squared.
"""
import json, os, warnings
import numpy as np
import pandas as pd
import scipy
from scipy import stats

warnings.simplefilter("ignore")
here = os.path.dirname(__file__)
paths = {name: os.path.join(here, name + ".csv") for name in ("longley", "stackloss", "statecrime", "iris", "gaps")}
paths |= {
    "birdstrikes": "examples/data/birdstrikes.csv", "penguins": "examples/data/penguins.json",
    "flights": "desktop-runner/internal/filter/testdata/flights.csv",
}


def finite(v):
    return float(v) if v is not None and np.isfinite(v) else None


cases = []
for name, path in paths.items():
    frame = pd.read_json(path) if path.endswith("json") else pd.read_csv(path)
    frame = frame.select_dtypes(["number", "bool"])
    if name == "gaps":
        frame = frame.drop(columns=["huge", "tiny"])
    for method in ("pearson", "spearman", "kendall"):
        for min_periods in (1, 20):
            matrix = frame.corr(method=method, min_periods=min_periods)
            pairs = []
            for i, x in enumerate(frame.columns):
                for j, y in enumerate(frame.columns[i + 1:], i + 1):
                    both = frame[[x, y]].dropna().astype(float)
                    a, b, n = both[x], both[y], len(both)
                    pair = {"x": i, "y": j, "n": n, "p_value": None, "ci_lower": None, "ci_upper": None}
                    if finite(matrix.iloc[i, j]) is not None and n > 2:
                        if method == "pearson":
                            found = stats.pearsonr(a, b)
                            low, high = found.confidence_interval(0.9)
                            if n > 3:
                                pair |= {"ci_lower": finite(low), "ci_upper": finite(high)}
                        elif method == "spearman":
                            found = stats.spearmanr(a, b)
                        else:
                            found = stats.kendalltau(a, b, method="asymptotic")
                        pair["p_value"] = finite(found.pvalue)
                    pairs.append(pair)
            cases.append({
                "data": name, "method": method, "min_periods": min_periods, "columns": list(frame.columns),
                "matrix": [[finite(v) for v in row] for row in matrix.to_numpy()], "pairs": pairs,
            })

with open(os.path.join(here, "reference.json"), "w") as f:
    json.dump({"pandas": pd.__version__, "scipy": scipy.__version__, "cases": cases}, f, indent=0)
    f.write("\n")
