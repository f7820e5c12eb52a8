// Does one workload with DuckDB's own client and prints what it took, as one JSON line.
//
//     node duckdb_peer.mjs WORKLOAD FILE THREADS
//     node duckdb_peer.mjs answer ROWS.parquet WORKLOAD
//     node duckdb_peer.mjs write FROM TO ROWS
//
// The clock starts when the interpreter and the client are loaded, and stops before
// the "answer" is taken of the rows; see pandas_peer.py, of which it must be the same.
import { DuckDBInstance } from "@duckdb/node-api";

const [work, path, extra, rows] = process.argv.slice(2);
const reader = { csv: "read_csv", ndjson: "read_json", parquet: "read_parquet" }[path.split(".").pop()];
const from = `${reader}('${path}')`;

// A text of three letters as a number.
const code = (column) => `(unicode(${column}[1]) * 65536 + unicode(${column}[2]) * 256 + unicode(${column}[3]))`;

const queries = {
  group: [`SELECT origin, count(delay) AS n, avg(delay) AS mean FROM ${from} WHERE delay > 15 GROUP BY origin ORDER BY origin`,
    `SELECT ${code("origin")}::DOUBLE, n::DOUBLE, mean::DOUBLE FROM late ORDER BY origin`],
  keep: [`SELECT * FROM ${from} WHERE delay > 60 AND distance < 500`,
    `SELECT count(*)::DOUBLE, sum(delay)::DOUBLE, sum(distance)::DOUBLE, sum(delay::DOUBLE * distance), sum(${code("origin")}::DOUBLE * delay), sum(${code("destination")}::DOUBLE * distance),
      sum((epoch(date::TIMESTAMP) - epoch(TIMESTAMP '2000-01-01')) * delay) FROM late`],
};

const begun = process.hrtime.bigint();
const db = await DuckDBInstance.create(":memory:", queries[work] ? { threads: extra } : {});
const connection = await db.connect();
if (work === "write") {
  // The file that all read, in the format that its name asks for.
  const format = { csv: "csv", ndjson: "json", parquet: "parquet" }[extra.split(".").pop()];
  await connection.run(`COPY (SELECT * FROM ${from} LIMIT ${rows}) TO '${extra}' (FORMAT ${format})`);
} else {
  // Of a program's own rows, and of those that another one has written.
  const [statement, answer] = queries[work] ?? [`SELECT * FROM ${from}`, queries[extra][1]];
  await connection.run(`CREATE TABLE late AS ${statement}`);
  const took = Number(process.hrtime.bigint() - begun) / 1e9;
  const numbers = (await connection.runAndReadAll(answer)).getRows().flat();
  console.log(JSON.stringify({ seconds: took, peak_bytes: process.resourceUsage().maxRSS * 1024, answer: numbers }));
}
