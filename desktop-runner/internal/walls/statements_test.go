//go:build linux

package walls_test

// stop says which wall ends an attempt.
type stop string

const (
	// both: either wall alone is enough.
	both stop = "both"
	// byDuckDB: the system's wall lets it pass; why says what is lost if DuckDB's is down.
	byDuckDB stop = "DuckDB only"
	// bySystem: DuckDB's wall lets it pass.
	bySystem stop = "system only"
	// byNature: it fails with both walls down, because what it wants is not there.
	byNature stop = "no wall needed"
)

// statement is SQL that no parameter of a task can become. It is tried all the
// same: a wall is there for the day on which something before it fails.
type statement struct {
	name string
	sql  string
	stop stop
	// why is needed wherever it is not both walls that stop it.
	why string
}

// statements are grouped by what they want. In braces stand the places of world.
var statements = map[string][]statement{
	"read another file": {
		{"read_csv", `SELECT * FROM read_csv('{secret}')`, both, ""},
		{"read_csv_auto", `SELECT * FROM read_csv_auto('{secret}')`, both, ""},
		{"read_text", `SELECT * FROM read_text('{secret}')`, both, ""},
		{"read_blob", `SELECT * FROM read_blob('{secret}')`, both, ""},
		{"read_json", `SELECT * FROM read_json('{beside}/secret.json')`, both, ""},
		{"read_json_auto", `SELECT * FROM read_json_auto('{beside}/secret.json')`, both, ""},
		{"read_json_objects", `SELECT * FROM read_json_objects('{beside}/secret.json')`, both, ""},
		{"read_ndjson", `SELECT * FROM read_ndjson('{beside}/secret.json')`, both, ""},
		{"read_ndjson_objects", `SELECT * FROM read_ndjson_objects('{beside}/secret.json')`, both, ""},
		{"read_parquet", `SELECT * FROM read_parquet('{beside}/secret.parquet')`, both, ""},
		{"parquet_scan", `SELECT * FROM parquet_scan('{beside}/secret.parquet')`, both, ""},
		{"parquet_metadata", `SELECT * FROM parquet_metadata('{beside}/secret.parquet')`, both, ""},
		{"parquet_schema", `SELECT * FROM parquet_schema('{beside}/secret.parquet')`, both, ""},
		{"parquet_kv_metadata", `SELECT * FROM parquet_kv_metadata('{beside}/secret.parquet')`, both, ""},
		{"parquet_file_metadata", `SELECT * FROM parquet_file_metadata('{beside}/secret.parquet')`, both, ""},
		{"sniff_csv", `SELECT * FROM sniff_csv('{secret}')`, both, ""},
		{"by its name", `SELECT * FROM '{secret}'`, both, ""},
		{"by its name as an identifier", `SELECT * FROM "{secret}"`, both, ""},
		{"in a list with the share", `SELECT * FROM read_csv(['{share}', '{secret}'])`, both, ""},
		{"copy from", `CREATE TABLE t (a VARCHAR, b VARCHAR); COPY t FROM '{secret}'`, both, ""},
		{"copy from parquet", `CREATE TABLE t (a VARCHAR); COPY t FROM '{beside}/secret.parquet'`, both, ""},
		{"import database", `IMPORT DATABASE '{beside}/exported'`, both, ""},
		{"read_duckdb", `SELECT * FROM read_duckdb('{beside}/secret.duckdb', table_name := 't')`, both, ""},
		{"the users of the system", `SELECT * FROM read_text('/etc/passwd')`, both, ""},
		{"the environment of the first process", `SELECT * FROM read_text('/proc/1/environ')`, byNature, "not for this user or not in it"},
		{"the environment of its own process", `SELECT * FROM read_text('/proc/self/environ')`, byDuckDB, "the process has an empty environment"},
		{"the memory map of its own process", `SELECT * FROM read_text('/proc/self/maps')`, byDuckDB, "addresses of its own memory, which tell nothing of the owner"},
		{"what the system is", `SELECT * FROM read_text('/proc/version')`, both, ""},
	},
	"read through another statement": {
		{"describe", `DESCRIBE SELECT * FROM read_csv('{secret}')`, both, ""},
		{"summarize", `SUMMARIZE SELECT * FROM read_csv('{secret}')`, both, ""},
		{"explain analyze", `EXPLAIN ANALYZE SELECT * FROM read_text('{secret}')`, both, ""},
		{"a prepared statement", `PREPARE p AS SELECT * FROM read_text('{secret}'); EXECUTE p`, both, ""},
		{"a macro", `CREATE MACRO m() AS TABLE SELECT * FROM read_text('{secret}'); SELECT * FROM m()`, both, ""},
		{"a view", `CREATE VIEW v AS SELECT * FROM read_text('{secret}'); SELECT * FROM v`, both, ""},
		{"a variable", `SET VARIABLE f = '{secret}'; SELECT * FROM read_text(getvariable('f'))`, both, ""},
		{"the function query", `SELECT * FROM query('SELECT * FROM read_text(''{secret}'')')`, both, ""},
		{"the function query_table", `SELECT * FROM query_table('{secret}')`, both, ""},
		{"serialized SQL", `SELECT * FROM json_execute_serialized_sql(json_serialize_sql('SELECT * FROM read_text(''{secret}'')'))`, both, ""},
		{"a subquery", `SELECT 1 WHERE EXISTS (SELECT 1 FROM read_text('{secret}'))`, byDuckDB, "the kernel tells that a file is there, and gives nothing of it"},
		{"a common table expression", `WITH s AS MATERIALIZED (SELECT content FROM read_text('{secret}')) SELECT * FROM s`, both, ""},
		{"a lateral join", `SELECT * FROM (SELECT '{secret}' AS f) q, LATERAL (SELECT * FROM read_text('{secret}')) x`, both, ""},
	},
	"tricks with quotes and names": {
		{"doubled quotes", `SELECT '''' || (SELECT content FROM read_text('{secret}'))`, both, ""},
		{"quotes in quotes", `SELECT * FROM read_csv('{share}''; SELECT * FROM read_text(''{secret}'')')`, byNature, "no such name"},
		{"dollar quotes", `SELECT * FROM read_text($${secret}$$)`, both, ""},
		{"an escaped string", "SELECT * FROM read_text(E'{beside}\\x2fsecret.csv')", both, ""},
		{"a comment in the middle", `SELECT/**/content/**/FROM/**/read_text('{secret}')`, both, ""},
		{"a second statement", `SELECT 1; SELECT * FROM read_text('{secret}')`, both, ""},
		{"typographic quotes", `SELECT * FROM read_text(‘{secret}’)`, byNature, "no such name"},
		{"full-width dots", `SELECT * FROM read_text('{shared}/．．/beside/secret.csv')`, byNature, "no such name"},
		{"a full-width slash", `SELECT * FROM read_text('{beside}／secret.csv')`, byNature, "no such name"},
		{"a division slash", `SELECT * FROM read_text('{beside}∕secret.csv')`, byNature, "no such name"},
		{"a Cyrillic letter", `SELECT * FROM reаd_text('{secret}')`, byNature, "no such name"},
		{"a NUL in the name", `SELECT * FROM read_text('{secret}' || chr(0) || '{share}')`, both, ""},
		{"a zero-width space", "SELECT * FROM read_text('{beside}/\u200bsecret.csv')", byNature, "no such name"},
	},
	"tricks with paths": {
		{"dots from the work folder", `SELECT * FROM read_text('{work}/../beside/secret.csv')`, both, ""},
		{"dots from the share", `SELECT * FROM read_text('{shared}/../beside/secret.csv')`, both, ""},
		{"dots after the shared file", `SELECT * FROM read_text('{share}/../../beside/secret.csv')`, byNature, "no such file"},
		{"dots from where it runs", `SELECT * FROM read_text('../beside/secret.csv')`, both, ""},
		{"many dots", `SELECT * FROM read_text('{work}/./.././beside/./secret.csv')`, both, ""},
		{"doubled slashes", `SELECT * FROM read_text('/{secret}')`, both, ""},
		{"a link in the work folder", `SELECT * FROM read_csv('{work}/link.csv')`, both, ""},
		{"a linked folder in the work folder", `SELECT * FROM read_text('{work}/beside/secret.csv')`, both, ""},
		{"a link of the process to the root", `SELECT * FROM read_text('/proc/self/root{secret}')`, both, ""},
		{"a link of the process to its folder", `SELECT * FROM read_text('/proc/self/cwd/../beside/secret.csv')`, both, ""},
		{"a file URL", `SELECT * FROM read_text('file://{secret}')`, both, ""},
		{"the home folder", `SELECT * FROM read_text('~/.bashrc')`, byNature, "no such file"},
		{"a pattern", `SELECT * FROM read_csv('{beside}/*.csv')`, both, ""},
		{"a pattern over folders", `SELECT * FROM read_text('{beside}/../**/secret.csv')`, both, ""},
		{"a pattern from the share", `SELECT * FROM read_csv('{shared}/*.csv')`, byNature, "no such file"},
		{"a pattern of characters", `SELECT * FROM read_text('{beside}/secre[t].csv')`, both, ""},
		{"a list of a folder", `SELECT * FROM glob('{beside}/*')`, both, ""},
		{"a list of the system", `SELECT * FROM glob('/etc/*')`, both, ""},
		{"a pipe from a program", `SELECT * FROM read_csv('cat {secret} |')`, byNature, "no such file"},
	},
	"write elsewhere": {
		{"copy to CSV", `COPY (SELECT 1) TO '{out}/x.csv'`, both, ""},
		{"copy to Parquet", `COPY (SELECT 1) TO '{out}/x.parquet' (FORMAT parquet)`, both, ""},
		{"copy to JSON", `COPY (SELECT 1) TO '{out}/x.json' (FORMAT json)`, both, ""},
		{"copy over another file", `COPY (SELECT 1) TO '{secret}'`, both, ""},
		{"copy over the share", `COPY (SELECT 1) TO '{share}'`, both, ""},
		{"copy in parts", `COPY (SELECT 1 AS a, 2 AS b) TO '{out}/parts' (FORMAT csv, PARTITION_BY (a))`, both, ""},
		{"copy by dots", `COPY (SELECT 1) TO '{work}/../out/x.csv'`, both, ""},
		{"copy by dots from where it runs", `COPY (SELECT 1) TO '../out/x.csv'`, both, ""},
		{"copy through a link", `COPY (SELECT 1) TO '{work}/link.csv' (FORMAT csv)`, byDuckDB, "the link itself in the work folder is replaced by a file; where it led is untouched"},
		{"copy through a linked folder", `COPY (SELECT 1) TO '{work}/beside/x.csv'`, both, ""},
		{"copy to shared memory", `COPY (SELECT 1) TO '{shm}'`, both, ""},
		{"copy to a program", `COPY (SELECT 1) TO '{out}/| sh'`, both, ""},
		{"copy to its own memory", `COPY (SELECT 1) TO '/proc/self/mem' (FORMAT csv, USE_TMP_FILE false)`, both, ""},
		{"export database", `CREATE TABLE t AS SELECT 1 AS a; EXPORT DATABASE '{out}/exported'`, both, ""},
		{"attach a new database", `ATTACH '{out}/x.duckdb'`, both, ""},
		{"attach and copy a database", `CREATE TABLE t AS SELECT 1 AS a; ATTACH '{out}/x.duckdb' AS x; COPY FROM DATABASE memory TO x`, both, ""},
		{"a profile", `PRAGMA enable_profiling = 'json'; SET profiling_output = '{out}/profile.json'; SELECT 1`, both, ""},
		{"a log", `CALL enable_logging(storage := 'file', storage_path := '{out}/log'); SELECT 1; CALL disable_logging()`, both, ""},
		{"a log of queries", `SET log_query_path = '{out}/queries'; SELECT 1`, both, ""},
		{"a lasting secret", `SET secret_directory = '{out}/secrets'; CREATE PERSISTENT SECRET s (TYPE http, BEARER_TOKEN 'x')`, both, ""},
		{"spilling", `SET temp_directory = '{out}/spill'; SET memory_limit = '64MB'; SET threads = 1; SELECT count(*) FROM (SELECT range AS i, md5(range::VARCHAR) AS m FROM range(1500000) ORDER BY m)`, both, ""},
	},
	"attach": {
		{"another database", `ATTACH '{beside}/secret.duckdb' AS s (READ_ONLY); SELECT * FROM s.t`, both, ""},
		{"another database, to write", `ATTACH '{beside}/secret.duckdb' AS s; CREATE TABLE s.x AS SELECT 1`, both, ""},
		{"a file that is no database", `ATTACH '{secret}' AS s`, both, ""},
		{"SQLite", `ATTACH '{beside}/secret.sqlite' AS s (TYPE sqlite)`, both, ""},
		{"PostgreSQL", `ATTACH 'host=127.0.0.1 port={tcp}' AS p (TYPE postgres)`, both, ""},
		{"MySQL", `ATTACH 'host=127.0.0.1 port={tcp}' AS m (TYPE mysql)`, both, ""},
		{"a database on the web", `ATTACH '{http}/x.duckdb' AS w`, both, ""},
		{"a Unix socket", `ATTACH 'host={unix}' AS p (TYPE postgres)`, both, ""},
	},
	"load code": {
		{"install", `INSTALL httpfs`, both, ""},
		{"install by force", `FORCE INSTALL httpfs`, both, ""},
		{"install from a place on the web", `INSTALL httpfs FROM '{http}'`, both, ""},
		{"install of the community", `INSTALL quack FROM community`, byNature, "its place on the web cannot be another, so it is not tried without walls"},
		{"install a file", `INSTALL '{beside}/evil.duckdb_extension'`, both, ""},
		{"load", `LOAD httpfs`, byNature, "the engine takes no code that it cannot check"},
		{"load a file", `LOAD '{beside}/evil.duckdb_extension'`, both, ""},
		{"load a file of the work folder", `LOAD '{work}/evil.duckdb_extension'`, byNature, "the engine takes no code that it cannot check"},
		{"update extensions", `UPDATE EXTENSIONS (httpfs)`, byNature, "the engine takes no code that it cannot check"},
		{"a function of an extension", `SELECT st_point(1, 2)`, byNature, "the engine takes no code that it cannot check"},
		{"a reader of an extension", `SELECT * FROM read_xlsx('{beside}/secret.xlsx')`, both, ""},
		{"a scanner of an extension", `SELECT * FROM sqlite_scan('{beside}/secret.sqlite', 't')`, both, ""},
		{"a shell", `SELECT * FROM read_csv('shell:id')`, byNature, "the engine takes no code that it cannot check"},
	},
	"reach the network": {
		{"http", `SELECT * FROM read_csv('{http}/x.csv')`, both, ""},
		{"https", `SELECT * FROM read_parquet('https://127.0.0.1:{tcp}/x.parquet')`, both, ""},
		{"S3", `SELECT * FROM read_csv('s3://bucket/x.csv?s3_endpoint=127.0.0.1:{tcp}&s3_use_ssl=false')`, both, ""},
		{"Hugging Face", `SELECT * FROM read_csv('hf://datasets/a/b.csv')`, both, ""},
		{"Azure", `SELECT * FROM read_csv('azure://a/b.csv')`, both, ""},
		{"copy to http", `COPY (SELECT 1) TO '{http}/x.csv'`, both, ""},
		{"a device of a shell", `SELECT * FROM read_text('/dev/tcp/127.0.0.1/{tcp}')`, byNature, "no such file or extension"},
		{"a name of a Windows network", `SELECT * FROM read_text('//127.0.0.1/share/x.csv')`, byNature, "no such file or extension"},
		{"a Unix socket as a file", `SELECT * FROM read_text('{unix}')`, byNature, "no such file or extension"},
		{"a secret for S3", `CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b', ENDPOINT '127.0.0.1:{tcp}')`, both, ""},
		{"a scan of PostgreSQL", `SELECT * FROM postgres_scan('host=127.0.0.1 port={tcp}', 'public', 't')`, both, ""},
	},
	"change settings": {
		{"external access", `SET enable_external_access = true`, byNature, "only before a database is open, or not at all"},
		{"external access as a pragma", `PRAGMA enable_external_access = true`, byNature, "only before a database is open, or not at all"},
		{"unlock", `SET lock_configuration = false`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"unlock for the session", `SET SESSION lock_configuration = false`, byNature, "only before a database is open, or not at all"},
		{"unlock for all", `SET GLOBAL lock_configuration = false`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"unlock by reset", `RESET lock_configuration`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"allow a folder", `SET allowed_directories = ['/']`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"allow a file", `SET allowed_paths = ['{secret}']`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"more threads", `SET threads = 64`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"more memory", `SET memory_limit = '1TB'`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"more memory as a pragma", `PRAGMA memory_limit = '1TB'`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"more memory by reset", `RESET memory_limit`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"more disk", `SET max_temp_directory_size = '1TB'`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"another place to spill", `SET temp_directory = '{out}'`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"another home", `SET home_directory = '{out}'`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"another place for extensions", `SET extension_directory = '{out}'`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"another place to get extensions", `SET custom_extension_repository = '{http}'`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"loading by itself", `SET autoload_known_extensions = true`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"installing by itself", `SET autoinstall_known_extensions = true`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"extensions of the community", `SET allow_community_extensions = true`, byNature, "only before a database is open, or not at all"},
		{"extensions without a signature", `SET allow_unsigned_extensions = true`, byNature, "only before a database is open, or not at all"},
		{"secrets that last", `SET allow_persistent_secrets = true`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"a profile into a file", `SET profiling_output = '{out}/profile.json'`, byNature, "only before a database is open, or not at all"},
		{"printing", `SET enable_progress_bar_print = true`, byDuckDB, "bounds only its own process, whose memory, time and disk are bounded from outside as well"},
		{"a table of settings", `UPDATE duckdb_settings() SET value = 'true' WHERE name = 'enable_external_access'`, byNature, "only before a database is open, or not at all"},
	},
	"ask the system": {
		{"the environment", `SELECT getenv('PATH')`, byNature, "the engine has no such function"},
		{"the environment in a macro", `CREATE MACRO e() AS getenv('HOME'); SELECT e()`, byNature, "the engine has no such function"},
		{"a file of PostgreSQL's", `SELECT pg_read_file('{secret}')`, byNature, "the engine has no such function"},
		{"a command of PostgreSQL's", `COPY (SELECT 1) TO PROGRAM '{out}/id'`, both, ""},
		{"a command", `SELECT system('id')`, byNature, "the engine has no such function"},
		{"a shell command", `CALL shell('id')`, byNature, "the engine has no such function"},
	},
}
