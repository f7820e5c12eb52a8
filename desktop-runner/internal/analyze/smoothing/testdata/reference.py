"""Writes reference.json: series that come with statsmodels, and what its
ExponentialSmoothing finds of them. Run with Debian's python3-statsmodels."""
import json, os, warnings
import numpy as np
import statsmodels, statsmodels.api as sm
from statsmodels.tsa.api import ExponentialSmoothing
warnings.simplefilter("ignore")
d = sm.datasets
co2 = d.co2.load_pandas().data["co2"].resample("MS").mean().interpolate()[:240]
el = d.elnino.load_pandas().data.set_index("YEAR").values.ravel()[:240]
series = {
    "co2": (list(co2), 12), "sunspots": (list(d.sunspots.load_pandas().data["SUNACTIVITY"]), 11),
    "elnino": ([float(v) for v in el], 12), "nile": (list(d.nile.load_pandas().data["volume"].astype(float)), 0),
    "macrodata": (list(d.macrodata.load_pandas().data["realgdp"]), 4),
}
cases = []
for name, (y, m) in series.items():
    y = np.round(np.asarray(y), 6); positive = (y > 0).all()
    for trend in ["none", "add"] + (["mul"] if positive and name in ("nile", "macrodata") else []):
        for damped in ([False, True] if trend == "add" else [False]):
            for seasonal in ["none"] + (["add"] + (["mul"] if positive else []) if m else []):
                r = ExponentialSmoothing(y, trend=None if trend == "none" else trend, damped_trend=damped,
                    seasonal=None if seasonal == "none" else seasonal, seasonal_periods=m or None,
                    initialization_method="estimated").fit()
                cases.append(dict(data=name, trend=trend, damped=damped, seasonal=seasonal, periods=m if seasonal != "none" else 0,
                    sse=float(r.sse), aicc=float(r.aicc), level=float(r.params["smoothing_level"]), forecast=[float(v) for v in r.forecast(6)]))
out = dict(versions=dict(statsmodels=statsmodels.__version__, numpy=np.__version__), series={k: [round(float(v), 6) for v in y] for k, (y, m) in series.items()}, cases=cases)
json.dump(out, open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json"), "w"))
