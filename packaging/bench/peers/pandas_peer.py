"""Does one workload with pandas and prints what it took, as one JSON line.

    python3 pandas_peer.py WORKLOAD FILE
    python3 pandas_peer.py write FROM.csv TO.xlsx ROWS

The clock starts when the interpreter and pandas are loaded, and stops before the
"answer" is taken of the rows. It must be the same from every program, or a faster
one would have done less, or something else: of groups all their values, and of
rows sums in which each value counts.
"""
import json
import resource
import sys
import time

import pandas as pd

READERS = {
    "csv": pd.read_csv,
    "ndjson": lambda path: pd.read_json(path, lines=True),
    "xlsx": lambda path: pd.read_excel(path, engine="openpyxl"),
}


def group(frame):
    late = frame[frame["delay"] > 15]
    return late.groupby("origin").agg(n=("delay", "count"), mean=("delay", "mean")).sort_index()


def keep(frame):
    return frame[(frame["delay"] > 60) & (frame["distance"] < 500)]


def code(text):
    """A text of a few letters as a number."""
    return int.from_bytes(text.encode(), "big")


def groups_answer(groups):
    return [float(x) for origin, row in zip(groups.index, groups.itertuples(index=False)) for x in (code(origin), *row)]


def rows_answer(rows):
    """Products, so that values which belong together have to stay together."""
    delay, distance = rows["delay"].astype(float), rows["distance"].astype(float)
    origin, destination = rows["origin"].map(code), rows["destination"].map(code)
    seconds = (pd.to_datetime(rows["date"]) - pd.Timestamp("2000-01-01")).dt.total_seconds()
    return [float(x) for x in (len(rows), delay.sum(), distance.sum(), (delay * distance).sum(), (origin * delay).sum(), (destination * distance).sum(), (seconds * delay).sum())]


WORK = {"group": (group, groups_answer), "keep": (keep, rows_answer)}

if __name__ == "__main__":
    work, path = sys.argv[1], sys.argv[2]
    if work == "write":
        # DuckDB's client writes no workbooks.
        pd.read_csv(path, nrows=int(sys.argv[4]), parse_dates=["date"]).to_excel(sys.argv[3], index=False, engine="openpyxl")
        sys.exit()
    begun = time.perf_counter()
    do, answer = WORK[work]
    out = do(READERS[path.rsplit(".", 1)[1]](path))
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": took, "peak_bytes": peak, "answer": answer(out)}))
