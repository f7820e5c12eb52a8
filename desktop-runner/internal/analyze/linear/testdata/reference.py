"""Prints what numpy and scipy say of a regression of the example penguins.

Run from the repository's root; needs pandas and scipy (written with 1.5.3 and 1.10.1):
    python3 desktop-runner/internal/analyze/linear/testdata/reference.py
"""
import numpy as np, pandas as pd
from scipy import stats

df = pd.read_json("examples/data/penguins.json").dropna(subset=["Body Mass (g)"])
for intercept in (True, False):
    X = df[["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)"]].to_numpy(float)
    y = df["Body Mass (g)"].to_numpy(float)
    if intercept:
        X = np.column_stack([np.ones(len(X)), X])
    b, *_ = np.linalg.lstsq(X, y, rcond=None)
    e = y - X @ b
    df_ = len(y) - X.shape[1]
    se = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * (e @ e) / df_)
    t = b / se
    tss = ((y - y.mean()) ** 2).sum() if intercept else (y @ y)
    q = 3
    F = (tss - e @ e) / q / (e @ e / df_)
    print("intercept", intercept)
    for name, v in dict(b=b, se=se, t=t, p=2 * stats.t.sf(abs(t), df_), lo=b - stats.t.ppf(.95, df_) * se, hi=b + stats.t.ppf(.95, df_) * se).items():
        print(name, [float("%.12g" % x) for x in v])
    print(dict(n=len(y), r2=1 - e @ e / tss, mae=abs(e).mean(), rmse=np.sqrt((e @ e) / len(y)), F=F, Fp=stats.f.sf(F, q, df_)))
