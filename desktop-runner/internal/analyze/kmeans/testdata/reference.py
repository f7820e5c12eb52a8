"""Prints what scikit-learn says of groups in the example penguins.

Run from the repository's root; needs scikit-learn (written with 1.2.1):
    python3 desktop-runner/internal/analyze/kmeans/testdata/reference.py
"""
import numpy as np, pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import silhouette_score
from sklearn.preprocessing import StandardScaler

columns = ["Beak Length (mm)", "Beak Depth (mm)", "Flipper Length (mm)", "Body Mass (g)"]
df = pd.read_json("examples/data/penguins.json")[columns].dropna()
s = StandardScaler().fit(df)
x = s.transform(df)
for k in (2, 3):
    m = KMeans(n_clusters=k, n_init=50, random_state=0).fit(x)
    order = np.argsort(-np.bincount(m.labels_))
    print(k, "inertia", m.inertia_, "sizes", np.bincount(m.labels_)[order].tolist(), "silhouette", silhouette_score(x, m.labels_))
    print(s.inverse_transform(m.cluster_centers_)[order].tolist())

# All columns, prepared as the model does where nothing else is asked for.
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder

texts = ["Species", "Island", "Sex"]
df = pd.read_json("examples/data/penguins.json").fillna({c: "(missing)" for c in texts})
x = make_column_transformer((make_pipeline(SimpleImputer(), StandardScaler()), columns), (OneHotEncoder(), texts), sparse_threshold=0).fit_transform(df)
for k in (3, 6):
    print(k, x.shape, "inertia", KMeans(k, n_init=50, random_state=0).fit(x).inertia_)
