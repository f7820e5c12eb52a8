"""Writes reference.json: what pandas says of the example data.

Run from the repository's root; needs pandas (written with 1.5.3):
    python3 desktop-runner/internal/profile/testdata/reference.py
"""
import json, os
import numpy as np
import pandas as pd

here, out = os.path.dirname(__file__), {}
frames = {
    "penguins": pd.read_json("examples/data/penguins.json"),
    "birdstrikes": pd.read_csv("examples/data/birdstrikes.csv", keep_default_na=False, na_values=[""]),
}
for name, df in frames.items():
    columns = {}
    for c in df:
        s = df[c]
        row = {"count": int(s.count()), "missing": int(s.isna().sum()), "distinct": int(s.nunique())}
        if pd.api.types.is_numeric_dtype(s):
            row.update({k: float(v) for k, v in s.describe().items() if k != "count"})
            low, high = s.min(), s.max()
            bins = min(max(int(np.ceil(np.log2(s.count()))) + 1, 5), 30)
            row["histogram"] = np.histogram(s.dropna(), bins=bins)[0].tolist()
        else:
            top = s.value_counts()
            top = sorted(top.items(), key=lambda kv: (-kv[1], kv[0]))[:10]
            row["top"] = [[str(k), int(v)] for k, v in top]
        columns[c] = row
    out[name] = columns
with open(os.path.join(here, "reference.json"), "w") as f:
    json.dump(out, f, indent=1, sort_keys=True)
    f.write("\n")
