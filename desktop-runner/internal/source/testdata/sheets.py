#!/usr/bin/env python3
"""Writes the corpus of awkward workbooks and what pandas reads of them.

Run with Debian's python3-pandas and python3-openpyxl: /usr/bin/python3 sheets.py
It writes sheets/* and sheets.json beside itself, in the form of corpus.py. Tests
read these and need neither. Most workbooks are written by hand, because no
library writes what they hold; "made" are those that openpyxl wrote.
"""
import datetime
import io
import json
import math
import os
import warnings
import zipfile

import openpyxl
import pandas as pd

here = os.path.dirname(os.path.abspath(__file__))
cases = []
warnings.filterwarnings("ignore")  # openpyxl says what it makes of odd workbooks

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
STRICT_RELS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

# The styles of cells by their number: general, then what the list says.
FORMATS = [
    None, 14, 22, 21, 46, "yyyy\\-mm\\-dd", "[$-409]d\\ mmm\\ yyyy;@", '"day" 0', "[Red]0.00", "h:mm AM/PM", "mm:ss.0",
    "yyyy-mm-dd hh:mm:ss.000", "[h]:mm", "#,##0.00", "0.00E+00", "dd/mm/yyyy", "General",
]


def styles(formats):
    own, xfs = [], []
    for i, f in enumerate(formats):
        number = f if isinstance(f, int) else 0
        if isinstance(f, str):
            number = 164 + i
            own.append('<numFmt numFmtId="%d" formatCode="%s"/>' % (number, f.replace("&", "&amp;").replace('"', "&quot;")))
        xfs.append('<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" xfId="0"/>' % number)
    return (
        HEAD + '<styleSheet xmlns="%s"><numFmts count="%d">%s</numFmts><fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts><fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="%d">%s</cellXfs></styleSheet>'
        % (MAIN, len(own), "".join(own), len(xfs), "".join(xfs)))


def sheet(rows, before="", after=""):
    return HEAD + '<worksheet xmlns="%s">%s<sheetData>%s</sheetData>%s</worksheet>' % (MAIN, before, rows, after)


def texts(items):
    return HEAD + '<sst xmlns="%s">%s</sst>' % (MAIN, "".join("<si>%s</si>" % i for i in items))


def book(sheets, shared=None, epoch="", strict=False, folder="xl/", states=None, prefix=""):
    """A workbook of sheets by name, as XML; the parts lie in folder."""
    types = ['<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>',
             '<Default Extension="xml" ContentType="application/xml"/>']
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml."
    part = lambda name, what: types.append('<Override PartName="/%s" ContentType="%s%s+xml"/>' % (name, kind, what))
    main = folder + "workbook.xml"
    part(main, "sheet.main")
    part(folder + "styles.xml", "styles")
    files, links, listed = {}, [], []
    for i, (name, xml) in enumerate(sheets.items()):
        path = "%sworksheets/sheet%d.xml" % (folder, i + 1)
        files[path] = xml
        part(path, "worksheet")
        links.append(("rId%d" % (i + 1), "worksheet", "worksheets/sheet%d.xml" % (i + 1) if i % 2 == 0 else "/" + path))
        state = ' state="%s"' % states[i] if states and states[i] else ""
        listed.append('<sheet name="%s" sheetId="%d"%s r:id="rId%d"/>' % (name, i + 1, state, i + 1))
    links.append(("rId90", "styles", "styles.xml"))
    files[folder + "styles.xml"] = styles(FORMATS)
    if shared is not None:
        links.append(("rId91", "sharedStrings", "sharedStrings.xml"))
        files[folder + "sharedStrings.xml"] = texts(shared)
        part(folder + "sharedStrings.xml", "sharedStrings")
    link = lambda items: HEAD + '<Relationships xmlns="%s">%s</Relationships>' % (PACKAGE, "".join(
        '<Relationship Id="%s" Type="%s/%s" Target="%s"/>' % (i, RELS, what, target) for i, what, target in items))
    files[folder + "_rels/workbook.xml.rels"] = link(links)
    files[main] = HEAD + '<workbook xmlns="%s" xmlns:r="%s">%s<bookViews><workbookView/></bookViews><sheets>%s</sheets></workbook>' % (MAIN, RELS, epoch, "".join(listed))
    files["_rels/.rels"] = link([("rId1", "officeDocument", main)])
    files["[Content_Types].xml"] = HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">%s</Types>' % "".join(types)
    if strict:
        files = {n: x.replace(MAIN, STRICT).replace(RELS, STRICT_RELS) for n, x in files.items()}
    return files


def packed(files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name in sorted(files):
            content = files[name]
            z.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), content if isinstance(content, bytes) else content.encode("utf-8"),
                       compress_type=zipfile.ZIP_DEFLATED)
    return out.getvalue()


def repacked(raw):
    """The same archive without the time at which it was made."""
    with zipfile.ZipFile(io.BytesIO(raw)) as z:
        return packed({n: z.read(n) for n in z.namelist()})


def case(name, content, pandas=None, reading=None, differs=None, ours=None):
    raw = packed(content) if isinstance(content, dict) else repacked(content)
    with open(os.path.join(here, "sheets", name + ".xlsx"), "wb") as f:
        f.write(raw)
    out = {"file": name + ".xlsx", "pandas": pandas or {}, "reading": reading or {}}
    try:
        frame = pd.read_excel(io.BytesIO(raw), engine="openpyxl", **(pandas or {}))
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
        if out and type(out[-1][0]) is type(v) and out[-1][0] == v:
            out[-1][1] += 1
        else:
            out.append([v, 1])
    return out


def cell(v):
    if v is None or v is pd.NaT or (isinstance(v, float) and math.isnan(v)):
        return None
    if isinstance(v, (pd.Timestamp, datetime.datetime)):
        text = v.isoformat()
        return {"moment": text.rstrip("0") if "." in text else text}
    if isinstance(v, (pd.Timedelta, datetime.timedelta, datetime.time)):
        return str(v)
    if isinstance(v, bool) or type(v).__name__ == "bool_":
        return bool(v)
    if isinstance(v, float):
        return {"number": repr(float(v))}
    if isinstance(v, int) or "int" in type(v).__name__:
        return {"number": str(int(v))}
    return str(v)


def row(n, *cells):
    return '<row r="%d">%s</row>' % (n, "".join(cells))


def t(ref, text):
    return '<c r="%s" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>' % (ref, text)


def n(ref, value, style=0):
    return '<c r="%s" s="%d"><v>%s</v></c>' % (ref, style, value)


def k(ref, kind, value):
    return '<c r="%s" t="%s"><v>%s</v></c>' % (ref, kind, value)


def column(name, *cells):
    """One column below its name: each cell is (maker, its arguments)."""
    return sheet(row(1, t("A1", name)) + "".join(row(i + 2, make("A%d" % (i + 2), *args)) for i, (make, *args) in enumerate(cells)))


# Texts.
case("shared", book({"S": sheet(row(1, k("A1", "s", 0), k("B1", "s", 1)) + row(2, k("A2", "s", 2), k("B2", "s", 3)) + row(3, k("A3", "s", 3), k("B3", "s", 2)))},
                    ["<t>a</t>", "<t>b</t>", '<t xml:space="preserve"> x  y </t>', "<t>é😀&amp;&lt;&#x41;</t>"]))
case("rich_text", book({"S": sheet(row(1, k("A1", "s", 0)) + row(2, k("A2", "s", 1)) + row(3, k("A3", "s", 2)))},
                       ["<t>name</t>", '<r><t>one</t></r><r><rPr><b/></rPr><t xml:space="preserve"> two</t></r>',
                        '<t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="1"/>']))
case("inline_rich", book({"S": sheet(row(1, t("A1", "name")) + row(2, '<c r="A2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>') + row(3, t("A3", "c")))}))
case("line_ends", book({"S": column("a", (t, "x\ny"), (t, "x&#10;y"), (t, "tab\there"), (t, "q\"'q"))}))
case("escapes", book({"S": column("a", (t, "a_x000D_b"), (t, "_x0041_"), (t, "_x005F_x0041_"), (t, "_x41_"), (t, "_xD83D__xDE00_"))}),
     differs="pandas keeps the escapes of characters that XML has none for; here they are the characters, as in a spreadsheet program",
     ours=[["a\rb", "A", "_x0041_", "_x41_", "😀"]])
case("cdata", book({"S": sheet(row(1, t("A1", "a")) + row(2, '<c r="A2" t="str"><v><![CDATA[a<b&c]]></v></c>') + row(3, '<c r="A3" t="str"><v>x<!-- no -->y</v></c>'))}))
case("empty_texts", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b")) + row(2, k("A2", "str", ""), n("B2", 1)) + row(3, t("A3", ""), n("B3", 2)) + row(4, t("A4", "x"), n("B4", 3)))}))
case("missing_texts", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b")) + "".join(
    row(i + 2, t("A%d" % (i + 2), m), n("B%d" % (i + 2), i)) for i, m in enumerate(["NA", "n/a", "#N/A", "null", "NaN", "None", "-", "x"])))}))
case("own_missing", book({"S": column("a", (t, "-"), (t, "NA"), (t, "x"))}), {"na_values": ["-"], "keep_default_na": False}, {"na_values": ["-"]})

# Numbers.
case("numbers", book({"S": sheet(row(1, t("A1", "i"), t("B1", "f"), t("C1", "e")) +
     row(2, n("A2", 1), n("B2", "0.1"), n("C2", "1E3")) + row(3, n("A3", -7), n("B3", "0.30000000000000004"), n("C3", "1.5e-7")) +
     row(4, n("A4", "3.0"), n("B4", "-2.5"), n("C4", "1.7976931348623157E308")) + row(5, n("A5", 0), n("B5", "100"), n("C5", "-0.0")))}))
case("huge_integers", book({"S": sheet(row(1, t("A1", "i"), t("B1", "h")) + row(2, n("A2", "9007199254740993"), n("B2", "123456789012345678901234567890")) +
     row(3, n("A3", "9223372036854775807"), n("B3", "1")))}))
case("formats", book({"S": sheet(row(1, *[t(c + "1", "c" + c) for c in "ABCDE"]) + row(2, n("A2", "12", 7), n("B2", "1.5", 8), n("C2", "1234.5", 13), n("D2", "0.001", 14), n("E2", "7", 16)))}))
case("numbers_as_text", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b"), t("C1", "c")) + row(2, t("A2", "007"), t("B2", "1.5"), n("C2", 1)) + row(3, t("A3", "8"), t("B3", "2"), t("C3", "2")))}))
case("text_types", book({"S": column("a", (t, "007"), (t, "008"))}), {"dtype": {"a": "str"}}, {"types": {"a": "string"}})
case("booleans", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b"), t("C1", "c")) + row(2, k("A2", "b", 1), k("B2", "b", 0), t("C2", "TRUE")) + row(3, k("A3", "b", 0), t("B3", "x"), t("C3", "False")))}))
case("booleans_missing", book({"S": column("a", (k, "b", 1), (k, "e", "#N/A"), (k, "b", 0))}),
     differs="pandas makes numbers of booleans where one is missing", ours=[["true", None, "false"]])
case("errors", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b")) + "".join(
    row(i + 2, k("A%d" % (i + 2), "e", e), n("B%d" % (i + 2), i)) for i, e in enumerate(["#N/A", "#DIV/0!", "#REF!", "#NAME?", "#VALUE!", "#NUM!", "#NULL!"])) + row(9, n("A9", 5), n("B9", 9)))}))
case("formulas", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b"), t("C1", "c")) +
     row(2, '<c r="A2"><f>1+1</f><v>2</v></c>', '<c r="B2" t="str"><f>"x"&amp;"y"</f><v>xy</v></c>', '<c r="C2" t="b"><f>TRUE()</f><v>1</v></c>') +
     row(3, '<c r="A3"><f t="shared" si="0"/><v>3</v></c>', '<c r="B3" t="str"><f>"&lt;v&gt;9&lt;/v&gt;"</f><v></v></c>', '<c r="C3" t="b"><f>FALSE()</f><v>0</v></c>'))}))
case("mixed", book({"S": column("a", (n, 1), (t, "x"), (n, "2.5"), (t, "3 "), (n, 1000000))}))
case("mixed_booleans", book({"S": column("a", (n, 5), (k, "b", 1), (t, "x"))}))
case("late_text", book({"S": column("a", *([(n, 1)] * 11000 + [(t, "oops")]))}))
case("late_float", book({"S": column("a", *([(n, 1)] * 11000 + [(n, "1.5")]))}))
case("late_value", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b")) + "".join(row(i, n("A%d" % i, i)) for i in range(2, 11000)) + row(11000, n("A11000", 1), n("B11000", 7)))}))

# Dates and times.
case("dates", book({"S": sheet(row(1, *[t(c + "1", "c" + c) for c in "ABCDEFG"]) +
     row(2, n("A2", 43861, 1), n("B2", "43861.4375", 2), n("C2", 43861, 5), n("D2", 43861, 6), n("E2", "43861.5", 5), n("F2", "43861.999999994", 11), n("G2", 43861, 15)) +
     row(3, n("A3", 1, 1), n("B3", 43862, 2), n("C3", 61, 5), n("D3", 2958465, 6), n("E3", 59, 5), n("F3", "43861.000011574074", 11), n("G3", 60, 15)))}))
case("leap_bug", book({"S": column("d", *[(n, i, 1) for i in [1, 2, 31, 32, 58, 59, 60, 61, 62, 366, 367]])}))
case("epoch_1904", book({"S": column("d", (n, 1, 1), (n, 59, 1), (n, 60, 1), (n, "42399.5", 2))}, epoch='<workbookPr date1904="1"/>'))
case("epoch_1904_zero", book({"S": column("d", (n, 0, 1), (n, 1, 1))}, epoch='<workbookPr date1904="true"/>'),
     differs="pandas takes day 0 for midnight in either system; from 1904 on it is 1 January 1904", ours=[["1904-01-01", "1904-01-02"]])
case("times", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b"), t("C1", "c")) + row(2, n("A2", "0.5", 3), n("B2", "0.25", 9), n("C2", "0.0010416666666666667", 10)) +
     row(3, n("A3", "0.999988425925926", 3), n("B3", 0, 9), n("C3", "0.0416666666666667", 12)))}))
case("durations", book({"S": column("a", (n, "1.5", 4), (n, "0.25", 12))}),
     differs="pandas takes 36 hours for noon of 1 January 1900; there are no durations here, so a day and more is text as a spreadsheet program shows it", ours=[["36:00:00", "06:00:00"]])
case("dates_and_text", book({"S": column("d", (n, 43861, 1), (t, "soon"), (n, "43861.5", 2))}))
case("dates_and_numbers", book({"S": column("d", (n, 43861, 1), (n, 5))}))
case("date_texts", book({"S": column("d", (t, "2020-01-31"), (t, "2020-02-29"))}))
case("no_dates", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b")) + row(2, n("A2", "2958466", 1), n("B2", 1)) + row(3, n("A3", 43861, 1), n("B3", 2)))}))
case("negative_dates", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b")) + row(2, n("A2", -1, 1), n("B2", 1)) + row(3, n("A3", 43861, 1), n("B3", 2)))}),
     differs="pandas counts back from 1900; a spreadsheet program has no such date and shows ####, so it is missing", ours=[[None, "2020-01-31"], ["1", "2"]])
case("iso_cells", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b"), t("C1", "c")) + row(2, k("A2", "d", "2020-01-31"), k("B2", "d", "2020-01-31T10:30:00"), k("C2", "d", "10:30:00")) +
     row(3, k("A3", "d", "2021-02-28"), k("B3", "d", "2021-02-28T00:00:01.5"), k("C3", "d", "23:59:59")))}))
case("own_date", book({"S": column("d", (n, 43861), (n, 43862))}, None), {"parse_dates": False}, {"types": {"d": "date"}},
     differs="where the owner says that numbers are dates, they are", ours=[["2020-01-31", "2020-02-01"]])

# Where cells are.
case("no_places", book({"S": sheet('<row><c t="inlineStr"><is><t>a</t></is></c><c t="inlineStr"><is><t>b</t></is></c></row><row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>4</v></c></row>')}))
case("sparse", book({"S": sheet(row(1, t("A1", "a"), t("C1", "c"), t("D1", "d")) + row(2, n("C2", 1)) + row(5, n("A5", 2), n("D5", 3)) + row(6) + row(9, n("D9", 4)))}))
case("empty_ends", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b"), '<c r="C1" s="3"/>') + row(2, n("A2", 1), n("B2", 2), '<c r="D2" s="3"/>') + row(3, '<c r="A3" s="1"/>') + row(4))}))
case("one_cell", book({"S": sheet(row(1, t("A1", "a")))}))
case("merged", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b")) + row(2, t("A2", "x"), n("B2", 1)) + row(3, '<c r="A3"/>', n("B3", 2)) + row(4, t("A4", "y"), n("B4", 3)),
                     after='<mergeCells count="1"><mergeCell ref="A2:A3"/></mergeCells>')}))
case("wrong_dimension", book({"S": sheet(row(1, t("A1", "a"), t("B1", "b")) + row(2, n("A2", 1), n("B2", 2)) + row(3, n("A3", 3), n("B3", 4)), before='<dimension ref="A1:B3"/>')}))
case("duplicate_names", book({"S": sheet(row(1, *[t(c + "1", "a") for c in "ABC"], t("D1", "b")) + row(2, *[n(c + "2", i) for i, c in enumerate("ABCD")]))}))
case("empty_names", book({"S": sheet(row(1, t("A1", "a"), t("C1", "b")) + row(2, *[n(c + "2", i) for i, c in enumerate("ABCD")]))}))
case("years", book({"S": sheet(row(1, t("A1", "country"), n("B1", 2019), n("C1", 2020)) + row(2, t("A2", "x"), n("B2", 1), n("C2", 2)) + row(3, t("A3", "y"), n("B3", 3), n("C3", 4)))}))
case("no_header", book({"S": sheet(row(1, n("A1", 1), t("B1", "x")) + row(2, n("A2", 2), t("B2", "y")))}), {"header": None, "names": ["column0", "column1"]})
case("own_header", book({"S": sheet(row(1, t("A1", "p"), t("B1", "x")) + row(2, t("A2", "q"), t("B2", "y")))}), {"header": None, "names": ["column0", "column1"]}, {"header": False})

# Which cells are taken.
two = {"First": column("a", (n, 1)), "Second &amp; last": sheet(row(1, t("A1", "b"), t("B1", "c")) + row(2, n("A2", 5), n("B2", 6)) + row(3, n("A3", 7), n("B3", 8)))}
case("sheet_by_name", book(two), {"sheet_name": "Second & last"}, {"sheet": "Second & last"})
case("sheet_by_number", book(two), {"sheet_name": 1}, {"sheet_number": 2})
case("hidden_first", book(two, states=["hidden", None]), {"sheet_name": 1})
case("hidden_chosen", book(two, states=[None, "veryHidden"]), {"sheet_name": 1}, {"sheet": "Second & last"})
table = sheet(row(1, t("A1", "Report")) + row(3, *[t(c + "3", c.lower()) for c in "BCDE"]) + "".join(row(i, *[n("%s%d" % (c, i), i * 10 + j) for j, c in enumerate("BCDE")]) for i in range(4, 9)) + row(10, t("B10", "Total")))
case("range", book({"S": table}), {"usecols": "B:D", "skiprows": 2, "nrows": 5}, {"range": "B3:D8"})
case("range_open", book({"S": table}), {"usecols": "B:E", "skiprows": 2}, {"range": "B3:"})
case("range_columns", book({"S": sheet(row(1, *[t(c + "1", c.lower()) for c in "ABCD"]) + row(2, *[n(c + "2", i) for i, c in enumerate("ABCD")]))}), {"usecols": "B:C"}, {"range": "B:C"})
case("range_rows", book({"S": table}), {"skiprows": 2, "nrows": 2, "usecols": "B:E"}, {"range": "3:5"})

# Other ways to write the same.
plain = sheet(row(1, k("A1", "s", 0), k("B1", "s", 1)) + row(2, n("A2", 1), k("B2", "s", 2)) + row(3, n("A3", 43861, 1), k("B3", "s", 0)))
words = ["<t>a</t>", "<t>b</t>", "<t>x</t>"]
case("plain", book({"S": plain}, words))
case("odd_folder", book({"S": plain}, words, folder="some/where/"),
     differs="pandas looks for styles in one folder only, and takes dates for numbers where they are in another", ours=[["1", "2020-01-31"], ["x", "a"]])
case("strict", book({"S": plain}, words, strict=True),
     differs="pandas refuses workbooks in the strict form of the standard; they are read as others", ours=[["1", "2020-01-31"], ["x", "a"]])
prefixed = {name: xml.replace("<", "<x:").replace("<x:/", "</x:").replace("<x:?", "<?").replace('xmlns="', 'xmlns:x="') if name.startswith("xl/worksheets") else xml
            for name, xml in book({"S": plain}, words).items()}
case("prefixed", prefixed)
spaced = {name: xml.replace("><", ">\n  <") for name, xml in book({"S": plain}, words).items()}
case("spaced", spaced)
case("bom", {name: b"\xef\xbb\xbf" + xml.encode() for name, xml in book({"S": plain}, words).items()})

# What libraries write.
made = openpyxl.Workbook()
made.properties.created = made.properties.modified = datetime.datetime(2020, 1, 1)
made.active.append(["when", "day", "time", "n", "text", "yes"])
made.active.append([datetime.datetime(2020, 1, 31, 10, 30, 15), datetime.date(2020, 1, 31), datetime.time(10, 30), 1.5, "x", True])
made.active.append([datetime.datetime(2021, 2, 28), datetime.date(2021, 2, 28), datetime.time(23, 59, 59), 2, "é\n&", False])
made.active.append([None, None, None, None, None, True])
made.active.append([datetime.datetime(1999, 12, 31, 23, 59, 59), datetime.date(1900, 1, 1), datetime.time(0, 0), -3, "=1+1", True])
raw = io.BytesIO()
made.save(raw)
case("made_openpyxl", raw.getvalue())

# Where the runner differs from pandas on purpose.
case("empty", book({"S": sheet("")}), differs="pandas gives a frame without columns; an empty sheet is refused", ours=None)
case("range_outside", book({"S": table}), {"usecols": "X:Z"}, {"range": "X1:Z9"}, differs="both refuse a range without values", ours=None)
case("names_by_case", book({"S": sheet(row(1, t("A1", "a"), t("B1", "A")) + row(2, n("A2", 1), n("B2", 2)))}),
     differs="the engine ignores letter case in names, so the second is A.1", ours=[["1"], ["2"]])
case("numbers_first", book({"S": sheet(row(1, n("A1", 1), n("B1", 2)) + row(2, n("A2", 3), n("B2", 4)))}),
     differs="pandas takes the first row for names whatever it holds; a row of numbers above numbers is a row", ours=[["1", "3"], ["2", "4"]])
case("begins_later", book({"S": sheet(row(3, t("C3", "a"), t("D3", "b")) + row(4, n("C4", 1), n("D4", 2)))}),
     differs="pandas begins at A1 and makes columns and rows of what is empty; here the table begins at its first value", ours=[["1"], ["2"]])
case("unordered_rows", book({"S": sheet(row(1, t("A1", "a")) + row(3, n("A3", 3)) + row(2, n("A2", 2)))}),
     differs="spreadsheet programs refuse rows that are out of order, and a stream cannot sort them", ours=None)
case("zero_date", book({"S": column("d", (n, 0, 1), (n, 43861, 1))}))

with open(os.path.join(here, "sheets.json"), "w") as f:
    json.dump({"pandas": pd.__version__, "openpyxl": openpyxl.__version__, "cases": cases}, f, ensure_ascii=False, separators=(",", ":"))
    f.write("\n")
