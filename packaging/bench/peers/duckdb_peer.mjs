// Does one workload with DuckDB's own client and prints what it took, as one JSON line.
//
//     node duckdb_peer.mjs WORKLOAD FILE THREADS
//
// The clock starts when the interpreter and the client are loaded. "answer" must
// be the same from every program, or a faster one would have done less.
import { DuckDBInstance } from "@duckdb/node-api";

const [work, path, extra, rows] = process.argv.slice(2);
const reader = { csv: "read_csv", ndjson: "read_json", parquet: "read_parquet" }[path.split(".").pop()];
const from = `${reader}('${path}')`;

const queries = {
  group: [`CREATE TABLE late AS SELECT origin, count(delay) AS n, avg(delay) AS mean FROM ${from} WHERE delay > 15 GROUP BY origin ORDER BY origin`,
    "SELECT count(*)::DOUBLE FROM late"],
  keep: [`CREATE TABLE late AS SELECT * FROM ${from} WHERE delay > 60 AND distance < 500`,
    "SELECT count(*)::DOUBLE FROM late"],
};

const begun = process.hrtime.bigint();
const db = await DuckDBInstance.create(":memory:", work === "write" ? {} : { threads: extra });
const connection = await db.connect();
if (work === "write") {
  // The file that all read, in the format that its name asks for.
  const format = { csv: "csv", ndjson: "json", parquet: "parquet" }[extra.split(".").pop()];
  await connection.run(`COPY (SELECT * FROM ${from} LIMIT ${rows}) TO '${extra}' (FORMAT ${format})`);
} else {
  const [first, second] = queries[work];
  await connection.run(first);
  const took = Number(process.hrtime.bigint() - begun) / 1e9;
  const answer = (await connection.runAndReadAll(second)).getRows()[0];
  console.log(JSON.stringify({ seconds: took, peak_bytes: process.resourceUsage().maxRSS * 1024, answer }));
}
