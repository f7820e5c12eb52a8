#!/usr/bin/env python3
"""Writes the corpus of awkward files and what pandas reads of them.

Run with Debian's python3-pandas: /usr/bin/python3 corpus.py
It writes corpus/* and corpus.json beside itself. Tests read these and need no
pandas. "pandas" are the arguments of read_csv; where they say something, the
file's own writing does not show it to pandas. "reading" is what the owner says
in the same case, empty where the runner finds it out. "differs" tells why the
runner deliberately has something else, and "ours" what.
"""
import io
import json
import math
import os

import pandas as pd

here = os.path.dirname(os.path.abspath(__file__))
cases = []


def case(name, content, pandas=None, reading=None, encoding="utf-8", json_lines=None, differs=None, ours=None):
    raw = content if isinstance(content, bytes) else content.encode(encoding)
    with open(os.path.join(here, "corpus", name), "wb") as f:
        f.write(raw)
    out = {"file": name, "pandas": pandas or {}, "reading": reading or {}}
    try:
        if json_lines is None:
            frame = pd.read_csv(io.BytesIO(raw), **(pandas or {}))
        else:
            frame = pd.read_json(io.BytesIO(raw), lines=json_lines, dtype=False, convert_dates=False)
        out["columns"] = [str(c) for c in frame.columns]
        out["values"] = [runs([cell(v) for v in frame.iloc[:, i]]) for i in range(frame.shape[1])]
    except Exception as e:  # what pandas refuses is recorded as well
        out["error"] = type(e).__name__
    if differs:
        out["differs"], out["ours"] = differs, ours
    cases.append(out)


def runs(values):
    """Writes a column as [value, how often it follows itself]."""
    out = []
    for v in values:
        if out and out[-1][0] == v:
            out[-1][1] += 1
        else:
            out.append([v, 1])
    return out


def cell(v):
    if v is None or v is pd.NaT or (isinstance(v, float) and math.isnan(v)):
        return None
    if isinstance(v, pd.Timestamp):
        if v.tzinfo is not None:
            v = v.tz_convert("UTC").tz_localize(None)
        return {"moment": v.isoformat()}
    if isinstance(v, bool) or type(v).__name__ == "bool_":
        return bool(v)
    if isinstance(v, float):
        return {"number": repr(float(v))}
    if isinstance(v, int) or "int" in type(v).__name__:
        return {"number": str(int(v))}
    return str(v)


case("plain.csv", "a,b,c\n1,x,1.5\n2,y,-0.25\n")
case("bom.csv", b"\xef\xbb\xbfname,n\nZo\xc3\xab,1\n")
case("crlf.csv", "a,b\r\n1,x\r\n2,\r\n")
case("cr.csv", "a,b\r1,x\r2,y\r")
case("mixed_ends.csv", "a,b\r\n1,x\n2,y\r3,z\n")
case("no_last_end.csv", "a,b\n1,2\n3,4")
case("blank_lines.csv", "a,b\n\n1,2\n\n\n3,4\n\n")
case("one_column.csv", "name\nBob\nAnn\n")
case("one_column_blank.csv", "n\n1\n\n2\n")
case("quotes.csv", 'a,b\n1,"x, ""y""\nz"\n2,"line\r\nend"\n3,""\n')
case("quoted_numbers.csv", 'a,b\n"1","2.5"\n"3","4"\n')
case("quoted_missing.csv", 'a,b\n"NA",1\n"x",2\n')
case("missing.csv", "i,f,t,b\n1,NA,N/A,true\n,1.5,x,\n3,#N/A,null,false\nNaN,nan,NULL,n/a\n<NA>,-nan,,NA\n")
case("not_missing.csv", "t\nNone\nna\n-\n?\nNil\n")
case("mixed_types.csv", "a,b,c\n1,1,true\nx,2.5,1\n2.5,3,false\n")
case("late_text.csv", "a,b\n" + "1,2\n" * 12000 + "oops,3\n")
case("late_float.csv", "a\n" + "1\n" * 12000 + "1.5\n")
case("late_value.csv", "a,b\n" + "1,\n" * 12000 + "2,7\n")
case("huge.csv", "u,h,m\n18446744073709551615,123456789012345678901234567890,9223372036854775807\n1,-98765432109876543210987654321,-9223372036854775808\n")
case("long_missing.csv", "id\n9007199254740993\n9007199254740995\n")
case("float_forms.csv", "a,b,c\n1e5,.5,+1.0\n-2.5E-3,5.,1e308\ninf,-inf,0.1\n")
case("integers.csv", "a,b\n007,+1\n-0,-2\n")
case("spaces.csv", "a, b ,c\n 1,x ,\" y\"\n2, z,w\n")
case("spaced_numbers.csv", "a,b\n 1 ,2\n 3,4\n")
case("hex.csv", "a,b,c\n0x1F,1_000,1.2.3\n0x20,2_000,10.0.0.1\n")
case("yes_no.csv", "a,b,c\nyes,t,True\nno,f,FALSE\n")
case("booleans.csv", "a,b\nTrue,TRUE\nFalse,false\n")
case("duplicates.csv", "a,a,b,a,b\n1,2,3,4,5\n")
case("empty_names.csv", "a,,b,\n1,2,3,4\n")
case("unicode_names.csv", "größe,名前,😀\n1,x,y\n", None)
case("name_with_quotes.csv", '"a ""b""","c,d"\n1,2\n')
case("header_only.csv", "a,b\n")
case("all_missing.csv", "a,b\n,1\n,2\n")
case("years.csv", "country,2019,2020\nA,1,2\nB,3,4\n")
case("tabs.tsv", "a\tb\n1\tx y\n2\t\n", {"sep": "\t"})
case("bars.csv", "a|b\n1|x\n2|y\n", {"sep": "|"})
case("semicolons.csv", "a;b\n1;x,y\n2;z\n", {"sep": ";"})
case("decimal_comma.csv", "a;b;c\n1,5;x;3\n-2,75;y;4\n", {"sep": ";", "decimal": ","})
case("decimal_comma_thousands.csv", "a;b\n1.234,5;x\n-2,75;y\n1.000.000,25;z\n", {"sep": ";", "decimal": ",", "thousands": "."})
case("thousands.csv", 'a,b\n"1,234.50",x\n"12.5",y\n"1,000,000.25",z\n', {"thousands": ","})
case("own_delimiter.csv", "a:b\n1:x\n2:y\n", {"sep": ":"}, {"delimiter": ":"})
case("own_missing.csv", "a,b\n-,NA\n1,x\n", {"na_values": ["-"], "keep_default_na": False}, {"na_values": ["-"]})
case("no_header.csv", "1,x\n2,y\n", {"header": None, "names": ["column0", "column1"]})
case("own_header.csv", "x,y\nz,w\n", {"header": None, "names": ["column0", "column1"]}, {"header": False})
case("own_types.csv", "id,n\n007,1\n008,2\n", {"dtype": {"id": "str"}}, {"types": {"id": "string"}})
case("latin1.csv", "a,b\n1,café\n2,naïve\n", {"encoding": "latin-1"}, None, "latin-1")
case("windows1252.csv", "a,b\n1,€ 5\n2,“x”\n", {"encoding": "cp1252"}, None, "cp1252")
case("utf16.csv", "a,b\n1,é😀\n2,x\n", {"encoding": "utf-16"}, None, "utf-16")
case("utf16le.csv", "a,b\n1,ex\n2,x\n", {"encoding": "utf-16-le"}, None, "utf-16-le")
case("utf16be.csv", "a,b\r\n1,ex\r\n2,x\r\n", {"encoding": "utf-16-be"}, None, "utf-16-be")
case("dates.csv", "d,t,z\n2020-02-29,2020-01-31 10:00:00,2020-01-02T10:00:00+02:00\n2021-01-01,2020-01-31T23:59:59.5,2020-01-03T10:00:00Z\n,,\n", {"parse_dates": ["d", "t"]},
     differs="pandas keeps times with different zones as they are written; here they are times in UTC",
     ours=[["2020-02-29", "2021-01-01", None], ["2020-01-31T10:00:00", "2020-01-31T23:59:59.5", None], ["2020-01-02T08:00:00", "2020-01-03T10:00:00", None]])
case("day_first.csv", "d,e\n31.01.2020,13/02/2020\n01.02.2020,01/02/2020\n", {"parse_dates": ["d", "e"], "dayfirst": True})
case("month_first.csv", "d\n01/31/2020\n02/01/2020\n", {"parse_dates": ["d"]})
case("own_day_first.csv", "d\n01/02/2020\n03/04/2020\n", {"parse_dates": ["d"], "dayfirst": True}, {"dayfirst": True})
case("doubtful_dates.csv", "d\n01/02/2020\n03/04/2020\n")
case("records.ndjson", '{"a":1,"b":"x"}\n{"a":2,"b":null}\n', json_lines=True)
case("records.json", '[{"a":1.5,"b":true},{"a":2,"b":false}]', json_lines=False)

# Where the runner differs from pandas on purpose.
case("empty.csv", "", differs="an empty file has no columns, and is refused by both", ours=None)
case("ragged_short.csv", "a,b,c\n1,2,3\n4,5\n", differs="pandas fills a short line with missing values, which hides a broken file; it is refused with its line", ours=None)
case("ragged_long.csv", "a,b\n1,2\n3,4,5\n", differs="both refuse it", ours=None)
case("names_by_case.csv", "a,A\n1,2\n", differs="the engine ignores letter case in names, so the second is A.1", ours=[["1"], ["2"]])
case("times.csv", "t\n10:00\n23:59:59\n", differs="pandas keeps times of day as text; here they are times", ours=[["10:00:00", "23:59:59"]])
case("numbers_first.csv", "1,2\n3,4\n", differs="pandas takes the first line for names whatever it holds; a line of numbers above numbers is a row", ours=[["1", "3"], ["2", "4"]])
case("plain_dates.csv", "d\n2020-02-29\n", differs="pandas reads dates where it is told to (parse_dates); here ISO 8601 is a date", ours=[["2020-02-29"]])

with open(os.path.join(here, "corpus.json"), "w") as f:
    json.dump({"pandas": pd.__version__, "cases": cases}, f, ensure_ascii=False, separators=(",", ":"))
    f.write("\n")
