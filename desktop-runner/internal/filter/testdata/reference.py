"""Writes reference.json: what pandas makes of the same questions.

Run from the repository's root; needs pandas (written with 1.5.3):
    python3 desktop-runner/internal/filter/testdata/reference.py

Each case has the parameters of a filter, and the columns and rows that pandas
gives. Where pandas' order is not the one that its documentation promises (inner
and outer joins before 2.2), the rows are put into that.
"""
import json, os
import numpy as np
import pandas as pd

here = os.path.dirname(__file__)
paths = {
    "birdstrikes": "examples/data/birdstrikes.csv", "penguins": "examples/data/penguins.json",
    "flights": os.path.join(here, "flights.csv"), "left": os.path.join(here, "left.csv"), "right": os.path.join(here, "right.csv"),
    "states": os.path.join(here, "states.csv"), "species": os.path.join(here, "species.csv"),
}
missing = {"keep_default_na": False, "na_values": [""]}
birds = pd.read_csv(paths["birdstrikes"], parse_dates=["Flight Date"], **missing)
penguins = pd.read_json(paths["penguins"])
flights = pd.read_csv(paths["flights"], parse_dates=["date"], **missing)
left = pd.read_csv(paths["left"], **missing)
right = pd.read_csv(paths["right"], **missing)
cases = []


def cell(v, date):
    if v is None or v is pd.NaT or (isinstance(v, float) and np.isnan(v)):
        return None
    if isinstance(v, pd.Timestamp):
        return v.strftime("%Y-%m-%d") if date else v.strftime("%Y-%m-%dT%H:%M:%S")
    if isinstance(v, (np.bool_, bool)):
        return bool(v)
    if isinstance(v, (np.integer, int)):
        return int(v)
    if isinstance(v, (np.floating, float)):
        return "inf" if v == np.inf else "-inf" if v == -np.inf else float(v)
    return str(v)


def case(name, source, params, frame, right=None, dates=()):
    frame = frame.copy()
    frame.columns = [str(c) for c in frame.columns]
    rows = [[cell(v, c in dates) for c, v in zip(frame.columns, row)] for row in frame.itertuples(index=False, name=None)]
    cases.append({"name": name, "source": source, "right": right, "params": params, "columns": list(frame.columns), "rows": rows})


# Groups, with every function.
functions = ["count", "sum", "mean", "std", "var", "min", "max", "median", "nunique", "first", "last"]
speed, total = "Speed IAS in knots", "Cost Total $"


def grouped(frame, keys, column, dropna=True):
    g = frame.groupby(keys, dropna=dropna)
    out = g[column].agg(functions)
    out.columns = [f"{column}_{f}" for f in functions]
    out[f"{column}_quantile_0.1"] = g[column].quantile(0.1)
    out["size"] = g.size()
    return out.reset_index()


def aggregates(column):
    return [{"column": column, "func": f} for f in functions] + [{"column": column, "func": "quantile", "q": 0.1}, {"func": "size"}]


case("every function", "birdstrikes", {"group_by": ["Origin State"], "aggregates": aggregates(speed)}, grouped(birds, ["Origin State"], speed))
case("two keys", "birdstrikes", {"group_by": ["Wildlife Size", "Time of day"], "aggregates": aggregates(total)},
     grouped(birds, ["Wildlife Size", "Time of day"], total))
case("missing keys are left out", "penguins", {"group_by": ["Sex"], "aggregates": aggregates("Body Mass (g)")}, grouped(penguins, ["Sex"], "Body Mass (g)"))
case("missing keys are kept", "penguins", {"group_by": ["Species", "Sex"], "dropna": False, "aggregates": aggregates("Beak Length (mm)")},
     grouped(penguins, ["Species", "Sex"], "Beak Length (mm)", dropna=False))
case("sizes alone", "penguins", {"group_by": ["Island", "Species"]}, penguins.groupby(["Island", "Species"]).size().rename("size").reset_index())
case("all rows", "penguins", {"aggregates": [{"column": "Body Mass (g)", "func": "sum"}, {"column": "Sex", "func": "nunique"}, {"column": "Sex", "func": "min"}]},
     pd.DataFrame({"Body Mass (g)_sum": [penguins["Body Mass (g)"].sum()], "Sex_nunique": [penguins["Sex"].nunique()], "Sex_min": [penguins["Sex"].dropna().min()]}))
case("dates in groups", "birdstrikes", {"group_by": ["Wildlife Size"], "aggregates": [{"column": "Flight Date", "func": f} for f in ["min", "max", "first", "last", "nunique"]]},
     birds.groupby("Wildlife Size")["Flight Date"].agg(["min", "max", "first", "last", "nunique"]).add_prefix("Flight Date_").reset_index(),
     dates=["Flight Date_" + f for f in ["min", "max", "first", "last"]])

# Joins.
def ordered(m, how, keys):
    if how == "inner":
        return m.sort_values(["l", "r"], kind="stable")
    if how == "outer":
        return m.sort_values(keys + ["l", "r"], kind="stable")
    return m


for how in ["inner", "left", "right", "outer"]:
    m = left.assign(l=range(len(left))).merge(right.assign(r=range(len(right))), on="key", how=how)
    m = ordered(m, how, ["key"])
    case(f"join {how}", "left", {"join": {"right": {"dataset": "r"}, "how": how, "on": ["key"]}}, m.drop(columns=["l", "r"]), right="right")
    m = left.assign(l=range(len(left))).merge(right.assign(r=range(len(right))), left_on=["key", "part"], right_on=["key", "part"], how=how, suffixes=("", " of r"))
    m = ordered(m, how, ["key", "part"])
    case(f"join {how} by two keys", "left",
         {"join": {"right": {"dataset": "r"}, "how": how, "left_on": ["key", "part"], "right_on": ["key", "part"], "suffixes": [" of l", " of r"]}},
         m.drop(columns=["l", "r"]).rename(columns={"v": "v of l"}), right="right")
m = left.assign(l=range(len(left))).merge(right.assign(r=range(len(right))), left_on="id", right_on="part", how="left")
case("join by other names", "left", {"join": {"right": {"dataset": "r"}, "how": "left", "left_on": ["id"], "right_on": ["part"]}}, m.drop(columns=["l", "r"]), right="right")
case("join cross", "left", {"join": {"right": {"dataset": "r"}, "how": "cross"}}, left.merge(right, how="cross"), right="right")
keys = right["key"]
there = left["key"].isin(keys.dropna()) | (left["key"].isna() & keys.isna().any())
case("join semi", "left", {"join": {"right": {"dataset": "r"}, "how": "semi", "on": ["key"]}}, left[there], right="right")
case("join anti", "left", {"join": {"right": {"dataset": "r"}, "how": "anti", "on": ["key"]}}, left[~there], right="right")

# Joins of real data. The lookups have a key that nobody has, and lack some that are there.
states = pd.read_csv(paths["states"], **missing)
species = pd.read_csv(paths["species"], **missing)
big = {"any": [{"column": total, "op": "gt", "value": 100_000}, {"column": total, "op": "is_null"}]}
costly = [speed, total, "Origin State", "Flight Date"]
for how in ["inner", "left", "right", "outer"]:
    # where comes after the join: no strike lacks its cost, a state without strikes does.
    m = birds.assign(l=range(len(birds))).merge(states.assign(r=range(len(states))), left_on="Origin State", right_on="State", how=how)
    m = ordered(m.assign(k=m["Origin State"].fillna(m["State"])), how, ["k"])
    m = m[(m[total] > 100_000) | m[total].isna()][costly + ["State", "Region", "Airports"]]
    case(f"birdstrikes {how} states", "birdstrikes",
         {"join": {"right": {"dataset": "r"}, "how": how, "left_on": ["Origin State"], "right_on": ["State"]}, "where": big, "select": list(m.columns)},
         m, right="states", dates=["Flight Date"])
    m = penguins.assign(l=range(len(penguins))).merge(species.assign(r=range(len(species))), on=["Species", "Sex"], how=how, suffixes=("", " of species"))
    m = ordered(m, how, ["Species", "Sex"])
    case(f"penguins {how} species and sex", "penguins",
         {"join": {"right": {"dataset": "r"}, "how": how, "on": ["Species", "Sex"], "suffixes": ["", " of species"]}}, m.drop(columns=["l", "r"]), right="species")
m = birds.merge(states, left_on="Origin State", right_on="State", how="left")
m = m.groupby("Region", dropna=False).agg(**{f"{total}_sum": (total, "sum"), f"{speed}_mean": (speed, "mean"), "size": (total, "size")}).reset_index()
case("regions of birdstrikes", "birdstrikes",
     {"join": {"right": {"dataset": "r"}, "how": "left", "left_on": ["Origin State"], "right_on": ["State"]}, "group_by": ["Region"], "dropna": False,
      "aggregates": [{"column": total, "func": "sum"}, {"column": speed, "func": "mean"}, {"func": "size"}]}, m, right="states")

# Pivot tables.
for f in ["mean", "sum", "count", "std", "max", "median"]:
    for margins in [False, True]:
        t = penguins.pivot_table(index="Island", columns="Species", values="Body Mass (g)", aggfunc=f, margins=margins).reset_index()
        case(f"pivot {f}{' with margins' if margins else ''}", "penguins",
             {"pivot": {"index": ["Island"], "columns": "Species", "values": "Body Mass (g)", "aggfunc": f, "margins": margins}}, t)
t = birds.pivot_table(index=["Origin State", "Time of day"], columns="Wildlife Size", values=speed, aggfunc="mean", fill_value=0).reset_index()
case("pivot of two keys, filled", "birdstrikes",
     {"pivot": {"index": ["Origin State", "Time of day"], "columns": "Wildlife Size", "values": speed, "fill_value": 0}}, t)
t = birds.pivot_table(index="Wildlife Size", columns="Effect Amount of damage", values=total, aggfunc="std", margins=True).reset_index()
case("pivot std of few rows with margins", "birdstrikes",
     {"pivot": {"index": ["Wildlife Size"], "columns": "Effect Amount of damage", "values": total, "aggfunc": "std", "margins": True}}, t)

# Rolling.
f = flights.copy()
f["t"] = f["date"]
rolls = ["sum", "mean", "std", "var", "min", "max", "median", "count"]
for func in rolls:
    r = f.copy()
    r[f"delay_rolling_{func}"] = getattr(f["delay"].rolling(5, min_periods=5), func)()
    case(f"rolling {func} of rows", "flights", {"rolling": {"window": 5, "columns": ["delay"], "func": func}}, r.drop(columns="t"))
    r = f.copy()
    r[f"delay_rolling_{func}"] = getattr(f.set_index("date")["delay"].rolling("3D"), func)().values
    case(f"rolling {func} of time", "flights", {"rolling": {"on": "date", "window": "3D", "columns": ["delay"], "func": func}}, r.drop(columns="t"))
r = f.copy()
r["delay_rolling_mean"] = f["delay"].rolling(4, min_periods=2, center=True).mean()
case("rolling in the middle", "flights", {"rolling": {"window": 4, "min_periods": 2, "center": True, "columns": ["delay"], "func": "mean"}}, r.drop(columns="t"))
r = f.copy()
r["delay_rolling_sum"] = f.set_index("date")["delay"].rolling("4D", center=True).sum().values
case("rolling in the middle of time", "flights", {"rolling": {"on": "date", "window": "4D", "center": True, "columns": ["delay"], "func": "sum"}}, r.drop(columns="t"))
r = f.copy()
r["delay_rolling_mean"] = f.groupby("origin")["delay"].rolling(3, min_periods=1).mean().reset_index(level=0, drop=True)
case("rolling by groups", "flights", {"rolling": {"by": ["origin"], "window": 3, "min_periods": 1, "columns": ["delay"], "func": "mean"}}, r.drop(columns="t"))
b = birds[birds["Origin State"] == "Alaska"].copy()
sorted_b = b.sort_values("Flight Date", kind="stable")
b[f"{speed}_rolling_mean"] = pd.Series(sorted_b.set_index("Flight Date")[speed].rolling("30D", min_periods=2).mean().values, index=sorted_b.index)
case("rolling with missing values and equal times", "birdstrikes",
     {"where": {"column": "Origin State", "op": "eq", "value": "Alaska"}, "rolling": {"on": "Flight Date", "window": "30D", "min_periods": 2, "columns": [speed], "func": "mean"},
      "select": ["Flight Date", speed, f"{speed}_rolling_mean"]}, b[["Flight Date", speed, f"{speed}_rolling_mean"]], dates=["Flight Date"])

# Resampling.
for rule in ["1D", "7h", "3D", "W", "MS", "M", "QS", "Q", "Y", "YS", "45D", "36h"]:
    g = flights.resample({"YS": "AS", "Y": "A"}.get(rule, rule), on="date")["delay"]
    out = pd.DataFrame({"delay_sum": g.sum(), "delay_mean": g.mean(), "delay_count": g.count(), "delay_first": g.first(), "delay_max": g.max(), "size": g.size()}).reset_index()
    case(f"resample {rule}", "flights", {"resample": {"on": "date", "rule": rule, "aggregates": [{"column": "delay", "func": x} for x in ["sum", "mean", "count", "first", "max"]] + [{"func": "size"}]}}, out)
for closed in ["left", "right"]:
    for label in ["left", "right"]:
        out = flights.resample("5h", on="date", closed=closed, label=label)["delay"].sum().rename("delay_sum").reset_index()
        case(f"resample closed {closed} label {label}", "flights", {"resample": {"on": "date", "rule": "5h", "closed": closed, "label": label, "aggregates": [{"column": "delay", "func": "sum"}]}}, out)
even = birds[birds["Origin State"] == "Alaska"]
for closed in ["left", "right"]:
    out = even.set_index("Flight Date").resample("10D", closed=closed).size().rename("size").reset_index()
    case(f"resample dates closed {closed}", "birdstrikes", {"where": {"column": "Origin State", "op": "eq", "value": "Alaska"}, "resample": {"on": "Flight Date", "rule": "10D", "closed": closed}},
         out, dates=["Flight Date"])
out = flights.groupby("origin").resample("2D", on="date")["delay"].mean().rename("delay_mean").reset_index()
case("resample by groups", "flights", {"resample": {"on": "date", "rule": "2D", "by": ["origin"], "aggregates": [{"column": "delay", "func": "mean"}]}}, out)

# Missing values.
small = birds[["Flight Date", speed]].head(300)
for method, filled in {
    "mean": small[speed].fillna(small[speed].mean()), "median": small[speed].fillna(small[speed].median()), "mode": small[speed].fillna(small[speed].mode()[0]),
    "ffill": small[speed].ffill(), "bfill": small[speed].bfill(), "interpolate": small[speed].interpolate(),
}.items():
    full = birds.head(300).copy()
    full[speed] = filled
    # The statistic is that of the rows which are there, so they are cut by a join with themselves first.
    case(f"missing {method}", "birdstrikes300", {"missing": [{"columns": [speed], "method": method}], "select": ["Flight Date", speed]}, full[["Flight Date", speed]], dates=["Flight Date"])
case("missing constant", "penguins", {"missing": [{"columns": ["Sex"], "method": "constant", "value": "unknown"}], "select": ["Sex"]}, penguins[["Sex"]].fillna("unknown"))
case("missing drop", "penguins", {"missing": [{"method": "drop"}]}, penguins.dropna())

# Derived columns.
d = pd.DataFrame({"delay": flights["delay"], "distance": flights["distance"]})
a, c = d["delay"], d["distance"]
expressions = {
    "delay / distance": a / c, "delay // 7": a // 7, "delay % 7": a % 7, "delay % -7": a % -7, "delay // -7": a // -7, "delay / 0": a / 0, "(delay / 3.0) // 0.7": (a / 3.0) // 0.7,
    "(delay / 3.0) % 0.7": (a / 3.0) % 0.7, "(delay / 3.0) % -0.7": (a / 3.0) % -0.7, "delay * 0.1 // 0.1": a * 0.1 // 0.1, "delay ** 2 + 1": (a ** 2 + 1).astype(float), "round(delay / 4)": (a / 4).round(),
    "round(delay / 8, 2)": (a / 8).round(2), "round(delay, -1)": a.round(-1), "sqrt(delay)": np.sqrt(a), "log(delay)": np.log(a), "log10(distance)": np.log10(c), "exp(delay / 100)": np.exp(a / 100),
    "abs(delay) + floor(delay / 7) - ceil(delay / 7)": a.abs() + np.floor(a / 7) - np.ceil(a / 7), "min(delay, distance)": d.min(axis=1), "max(delay, 10)": a.clip(lower=10),
    "if(delay > 15, 'late', 'on time')": pd.Series(np.where(a > 15, "late", "on time")), "delay > 15 and distance < 100 or not delay >= 0": (a > 15) & (c < 100) | ~(a >= 0),
    "delay in (0, 1, -1)": a.isin([0, 1, -1]), "year(date) * 100 + month(date)": flights["date"].dt.year * 100 + flights["date"].dt.month, "weekday(date)": flights["date"].dt.weekday,
    "quarter(date) * 10000 + day(date) * 100 + hour(date)": flights["date"].dt.quarter * 10000 + flights["date"].dt.day * 100 + flights["date"].dt.hour,
    "date_trunc('month', date)": flights["date"].dt.to_period("M").dt.start_time, "date_diff('day', '2001-01-10', date)": (flights["date"] - pd.Timestamp("2001-01-10")).dt.days,
    "origin + '-' + lower(destination)": flights["origin"] + "-" + flights["destination"].str.lower(), "substr(origin, 2, 2)": flights["origin"].str[1:3],
    "date >= '2001-03-01'": flights["date"] >= "2001-03-01", "sqrt(delay) / sqrt(delay) == 1": np.sqrt(a) / np.sqrt(a) == 1,
}
for e, v in expressions.items():
    case(f"derive {e}", "flights", {"derive": [{"name": "x", "expression": e}], "select": ["x"]}, pd.DataFrame({"x": v}))

with open(os.path.join(here, "reference.json"), "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(c, ensure_ascii=False) for c in cases) + "\n]\n")
print(pd.__version__, len(cases))
