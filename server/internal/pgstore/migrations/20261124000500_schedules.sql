-- Schedules and what became of each time at which they were due.

CREATE TABLE schedules (
    id            uuid PRIMARY KEY,
    workspace_id  uuid NOT NULL REFERENCES workspaces,
    name          text NOT NULL CHECK (name <> ''),
    cron          text NOT NULL,
    time_zone     text NOT NULL,
    -- The request that is made each time, for one task or for a pipeline.
    task          jsonb,
    pipeline      jsonb,
    missed        text NOT NULL CHECK (missed IN ('skip', 'run_once', 'run_all')),
    overlap       text NOT NULL CHECK (overlap IN ('allow', 'skip')),
    paused        boolean NOT NULL DEFAULT false,
    paused_reason text NOT NULL DEFAULT '',
    -- Its tasks belong to the key and the person that made the schedule.
    key_id        uuid NOT NULL,
    acting_user   text NOT NULL DEFAULT '',
    created_by    text NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    -- When it is due next: null while it is paused.
    next_due_at   timestamptz,
    -- A server is at it until then; another one takes over from a server that died.
    claimed_until timestamptz,
    CHECK (num_nonnulls(task, pipeline) = 1),
    CHECK (paused = (next_due_at IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX schedules_of_workspace ON schedules (workspace_id, id DESC);
CREATE INDEX schedules_due ON schedules (next_due_at) WHERE next_due_at IS NOT NULL;

CREATE TABLE schedule_runs (
    schedule_id uuid NOT NULL REFERENCES schedules ON DELETE CASCADE,
    due_at      timestamptz NOT NULL,
    -- Somebody asked for it, at due_at.
    manual      boolean NOT NULL DEFAULT false,
    ran_at      timestamptz NOT NULL DEFAULT now(),
    outcome     text NOT NULL CHECK (outcome IN ('created', 'skipped', 'failed')),
    task_id     uuid,
    pipeline_id uuid,
    message     text NOT NULL DEFAULT '',
    PRIMARY KEY (schedule_id, due_at),
    CHECK ((outcome = 'created') = (num_nonnulls(task_id, pipeline_id) = 1))
);
