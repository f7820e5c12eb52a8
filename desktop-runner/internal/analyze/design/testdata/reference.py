"""Writes penguins.json: scikit-learn's preprocessing of a real data set.

    /usr/bin/python3 reference.py > penguins.json

The rows are those of examples/data/penguins.json, of which every fourth is kept back.
"""
import json
import pathlib

import numpy as np
import pandas as pd
import sklearn
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler

FILE = next(p for p in pathlib.Path(__file__).resolve().parents if (p / "go.mod").exists()) / "examples/data/penguins.json"
NUMBERS = ["Beak Length (mm)", "Body Mass (g)"]
TEXTS = ["Island", "Sex"]


def main():
    frame = pd.DataFrame(json.loads(FILE.read_text()))
    numbers = frame[NUMBERS].astype(float).to_numpy()
    texts = frame[TEXTS].astype(object).where(frame[TEXTS].notna(), None)
    train = np.arange(len(frame)) % 4 != 3
    out = {"versions": {"scikit-learn": sklearn.__version__, "pandas": pd.__version__, "numpy": np.__version__},
           "numbers": {n: [None if np.isnan(v) else v for v in numbers[:, j]] for j, n in enumerate(NUMBERS)},
           "texts": {n: texts[n].tolist() for n in TEXTS}, "cases": []}
    for strategy in ["mean", "median", "most_frequent"]:
        for scale in [False, True]:
            imputer = SimpleImputer(strategy=strategy).fit(numbers[train])
            made = imputer.transform(numbers)
            if scale:
                made = StandardScaler().fit(made[train]).transform(made)
            out["cases"].append({"numeric_imputation": strategy, "scaler": "standard" if scale else "none", "columns": made.T.round(12).tolist()})
    for strategy in ["most_frequent", "constant"]:
        for drop in [None, "first"]:
            # A missing text is its own category, and the last one, as "~" sorts.
            filled = SimpleImputer(strategy=strategy, fill_value="~missing", missing_values=None).fit(texts[train].to_numpy()).transform(texts.to_numpy())
            made = OneHotEncoder(drop=drop, sparse_output=False, handle_unknown="ignore").fit(filled[train]).transform(filled)
            out["cases"].append({"categorical_imputation": strategy, "drop_first": drop == "first", "columns": made.T.round(12).tolist()})
    print(json.dumps(out).replace('"cases"', '\n"cases"'))


main()
