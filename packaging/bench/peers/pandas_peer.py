"""Does one workload with pandas and prints what it took, as one JSON line.

    python3 pandas_peer.py WORKLOAD FILE
    python3 pandas_peer.py write FROM.csv TO.xlsx ROWS

The clock starts when the interpreter and pandas are loaded. "answer" must be the
same from every program, or a faster one would have done less.
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
    out = late.groupby("origin").agg(n=("delay", "count"), mean=("delay", "mean")).sort_index()
    return [len(out)]


def keep(frame):
    late = frame[(frame["delay"] > 60) & (frame["distance"] < 500)]
    return [len(late)]


WORK = {"group": group, "keep": keep}

if __name__ == "__main__":
    work, path = sys.argv[1], sys.argv[2]
    if work == "write":
        # DuckDB's client writes no workbooks.
        pd.read_csv(path, nrows=int(sys.argv[4]), parse_dates=["date"]).to_excel(sys.argv[3], index=False, engine="openpyxl")
        sys.exit()
    begun = time.perf_counter()
    answer = WORK[work](READERS[path.rsplit(".", 1)[1]](path))
    took = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps({"seconds": took, "peak_bytes": peak, "answer": answer}))
