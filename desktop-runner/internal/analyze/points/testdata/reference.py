"""Writes what scikit-learn says of real data: k-means, DBSCAN and PCA.

Run from this folder; needs scikit-learn (written with 1.2.1) and statsmodels (0.13.5):
    python3 reference.py
"""
import gzip, json
import numpy as np, sklearn, statsmodels
import statsmodels.api as sm
from sklearn import datasets
from sklearn.cluster import DBSCAN, KMeans
from sklearn.decomposition import PCA
from sklearn.preprocessing import StandardScaler

data = {name: getattr(datasets, "load_" + name)().data for name in ("iris", "wine", "breast_cancer", "diabetes", "linnerud")}
data["statecrime"] = sm.datasets.statecrime.load_pandas().data.to_numpy()
out = {"sklearn": sklearn.__version__, "statsmodels": statsmodels.__version__, "sets": {}}
for name, x in data.items():
    x = np.asarray(x, float)
    z = StandardScaler().fit_transform(x)
    entry = {"columns": x.T.tolist(), "kmeans": [], "dbscan": [], "pca": []}
    for k in (2, 3, 5):
        runs = [KMeans(k, n_init=10, random_state=s).fit(z).inertia_ for s in range(10)]
        entry["kmeans"].append({"k": k, "least": min(runs), "most": max(runs)})
    for standardize, y in ((True, z), (False, x)):
        distances = np.sqrt(((y[:, None, :] - y[None, :, :]) ** 2).sum(2))
        for samples in (3, 5, 10):
            eps = float(np.quantile(np.sort(distances, 1)[:, samples - 1], 0.7)) * 1.0001  # no distance is exactly that
            m = DBSCAN(eps=eps, min_samples=samples, algorithm="kd_tree").fit(y)
            entry["dbscan"].append({"standardize": standardize, "eps": eps, "min_samples": samples,
                                    "labels": m.labels_.tolist(), "core": len(m.core_sample_indices_)})
        for whiten in (False, True):
            m = PCA(whiten=whiten, svd_solver="full").fit(y)
            entry["pca"].append({"standardize": standardize, "whiten": whiten, "components": m.components_.tolist(),
                                 "explained_variance": m.explained_variance_.tolist(), "ratio": m.explained_variance_ratio_.tolist(),
                                 "singular_values": m.singular_values_.tolist(), "first": m.transform(y[:1])[0].tolist(),
                                 "kept": PCA(n_components=0.9, svd_solver="full").fit(y).n_components_})
    out["sets"][name] = entry
with gzip.GzipFile("reference.json.gz", "wb", mtime=0) as f:
    f.write(json.dumps(out, default=int).encode())
