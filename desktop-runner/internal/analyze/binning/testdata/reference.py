"""Writes reference.json: the edges that scikit-learn finds. Debian's python3-sklearn."""
import json
import pathlib

import numpy
import sklearn
from sklearn.ensemble._hist_gradient_boosting.binning import _BinMapper

cases = []
for rows, bins in [(200, 255), (999, 255), (1500, 16), (5000, 200), (6001, 255)]:
    i = numpy.arange(rows)
    x = numpy.exp((i * i % 1009) / 250) - 3
    mapper = _BinMapper(n_bins=bins + 1).fit(x.reshape(-1, 1))
    cases.append({"rows": rows, "max_bins": bins, "edges": list(mapper.bin_thresholds_[0])})
out = {"sklearn": sklearn.__version__, "numpy": numpy.__version__, "cases": cases}
pathlib.Path(__file__).with_name("reference.json").write_text(json.dumps(out) + "\n")
