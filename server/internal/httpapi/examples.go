package httpapi

// exampleBodies are the bodies that the reference shows, by operation. A test
// sends each of them through the checks of its route.
var exampleBodies = map[string]string{
	"register": `{
    "name": "lab-pc-07", "hostname": "lab-pc-07", "os": "linux", "arch": "amd64", "version": "1.0.0",
    "operations": [100, 200, 300, 400], "registration_id": "b1946ac9-2492-4d23-8f2c-1c6e1f5c3b7e",
    "datasets": [{"name": "penguins", "policy": "rows", "columns": [{"name": "species", "type": "string"}]}]
  }`,
	"ping": `{
    "state": "working", "instance_id": "7f3c", "running": [{
      "task_id": "01981f6e-5a80-7c3e-9d52-3f0a5b8d1c11", "attempt": 1, "lease_token": "1-9f2a…", "fraction": 0.4, "stage": "grouping"
    }]
  }`,
	"create-task": `{
    "name": "Penguins with a body mass over 4 kg", "operation_code": 200,
    "params": {"source": {"dataset": "penguins"}, "where": {"column": "body_mass_g", "op": "gt", "value": 4000}}
  }`,
	"create-tasks": `{
    "tasks": [{"name": "Look at the penguins", "operation_code": 100, "params": {"source": {"dataset": "penguins"}}}]
  }`,
	"report-result": `{
    "task_id": "01981f6e-5a80-7c3e-9d52-3f0a5b8d1c11", "attempt": 1, "lease_token": "1-9f2a…", "outcome": "failed",
    "error": {"reason": "source_unreadable", "message": "penguins.csv: line 12 has 5 fields, not 7"}
  }`,
	"report-results": `{
    "results": [{"task_id": "01981f6e-5a80-7c3e-9d52-3f0a5b8d1c11", "attempt": 1, "lease_token": "1-9f2a…", "outcome": "released"}]
  }`,
	"create-pipeline": `{
    "name": "Heavy penguins", "tasks": [
      {"ref": "heavy", "operation_code": 200, "params": {"source": {"dataset": "penguins"}, "where": {"column": "body_mass_g", "op": "gt", "value": 4000}}},
      {"ref": "report", "operation_code": 400, "params": {"inputs": [{"task": "heavy"}], "format": "html"}}
    ]
  }`,
	"create-schedule": `{
    "name": "Heavy penguins, every working day", "cron": "30 7 * * mon-fri", "time_zone": "Asia/Jakarta", "missed": "run_once", "overlap": "skip",
    "task": {"name": "Heavy penguins", "operation_code": 200, "params": {"source": {"dataset": "penguins"}, "where": {"column": "body_mass_g", "op": "gt", "value": 4000}}}
  }`,
	"change-schedule": `{"paused": true}`,
	"change-runner":   `{"drained": true, "note": "gets a new disk"}`,
	"change-task":     `{"priority": 10}`,
	"put-datasets": `{
    "datasets": [{"name": "penguins", "policy": "aggregates", "min_group_size": 5, "rows": 344, "columns": [{"name": "species", "type": "string"}]}]
  }`,
	"create-webhook": `{"name": "our chat", "url": "https://example.org/hooks/ddap", "types": ["task.failed", "runner"]}`,
	"change-webhook": `{"types": ["task.failed"], "enabled": true}`,
	"rotate-webhook": `{"overlap_seconds": 86400}`,
	"create-alert": `{
    "name": "Nobody reads the penguins", "kind": "no_runner", "dataset": "penguins", "for_seconds": 600, "notify": {"emails": ["ann@example.org"]}, "language": "id"
  }`,
	"change-alert":      `{"for_seconds": 900, "repeat_seconds": 86400}`,
	"create-enrollment": `{"max_uses": 1, "expires_in_seconds": 86400, "labels": {"site": "lab"}}`,
	"create-key":        `{"name": "our web site", "role": "analyst", "delegate": true, "grants": ["enrollments:create"]}`,
	"patch-key":         `{"name": "our old web site"}`,
	"create-session":    `{"role": "viewer", "expires_in_seconds": 3600, "name": "terminal"}`,
	"create-ssh-key":    `{"public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPKSUTyz1HwHReFVvD5obVsALAgJRNarH4TRpNePnAS ann@laptop"}`,
	"rotate-runner":     `{"overlap_seconds": 3600}`,
}

// exampleQuery are the queries that the reference shows.
var exampleQuery = map[string]string{
	"ping":            "?wait=20",
	"claim":           "?wait=60",
	"list-tasks":      "?state=queued,running&limit=20",
	"get-result":      "?wait=60",
	"list-operations": "?lang=en",
}
