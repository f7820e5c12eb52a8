-- The first schema: workspaces and credentials, runners and what they share,
-- tasks with their attempts, results, events and artifacts.
--
-- Two rules hold throughout. Every table that people reach carries
-- workspace_id, and every query names it. And CHECK constraints tie a task's
-- state to its columns, so that no defect above can store a task that is, say,
-- running with no lease.

CREATE TABLE cluster (
    id             smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    -- Every lease token carries the epoch; a restore from backup raises it.
    epoch          bigint NOT NULL DEFAULT 1,
    -- Stamped every second by whichever server is up: the gap before a stamp
    -- is time in which nobody served, and does not count against leases.
    last_served_at timestamptz
);
INSERT INTO cluster (id) VALUES (1);

CREATE TABLE workspaces (
    id           uuid PRIMARY KEY,
    name         text NOT NULL UNIQUE CHECK (name <> ''),
    -- The turn after the last one handed out: where a creator's next task joins the round.
    current_turn bigint NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);

CREATE TABLE api_keys (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    name         text NOT NULL,
    role         text NOT NULL CHECK (role IN ('viewer', 'analyst', 'operator', 'admin')),
    delegate     boolean NOT NULL DEFAULT false,
    grants       text[] NOT NULL DEFAULT '{}',
    secret_hash  bytea NOT NULL CHECK (length(secret_hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz,
    revoked_at   timestamptz
);
CREATE INDEX api_keys_of_workspace ON api_keys (workspace_id, id DESC);

CREATE TABLE enrollments (
    id               uuid PRIMARY KEY,
    workspace_id     uuid NOT NULL REFERENCES workspaces,
    secret_hash      bytea NOT NULL CHECK (length(secret_hash) = 32),
    max_uses         int NOT NULL CHECK (max_uses > 0),
    uses             int NOT NULL DEFAULT 0 CHECK (uses BETWEEN 0 AND max_uses),
    labels           jsonb NOT NULL DEFAULT '{}',
    require_approval boolean NOT NULL DEFAULT false,
    created_by       text NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    expires_at       timestamptz NOT NULL,
    revoked_at       timestamptz
);
CREATE INDEX enrollments_of_workspace ON enrollments (workspace_id, id DESC);

CREATE TABLE runners (
    id                uuid PRIMARY KEY,
    workspace_id      uuid NOT NULL REFERENCES workspaces,
    name              text NOT NULL,
    hostname          text NOT NULL DEFAULT '',
    os                text NOT NULL DEFAULT '',
    arch              text NOT NULL DEFAULT '',
    version           text NOT NULL DEFAULT '',
    -- What the runner says of itself, and what nobody but an operator may say.
    labels            jsonb NOT NULL DEFAULT '{}',
    enforced_labels   jsonb NOT NULL DEFAULT '{}',
    operations        int[] NOT NULL DEFAULT '{}',
    slots             int NOT NULL DEFAULT 1 CHECK (slots BETWEEN 1 AND 1000),
    cpus              int NOT NULL DEFAULT 0,
    memory_bytes      bigint NOT NULL DEFAULT 0,
    state             text NOT NULL CHECK (state IN ('pending', 'active', 'revoked')),
    -- paused is an operator's word; activity is the runner's own.
    paused            boolean NOT NULL DEFAULT false,
    activity          text NOT NULL DEFAULT 'idle',
    secret_hash       bytea NOT NULL CHECK (length(secret_hash) = 32),
    instance_id       text NOT NULL DEFAULT '',
    registration_id   text NOT NULL DEFAULT '',
    enrollment_id     uuid REFERENCES enrollments,
    registered_at     timestamptz NOT NULL DEFAULT now(),
    datasets_revision text NOT NULL DEFAULT '',
    last_seen_at      timestamptz,
    -- How many times in a row a lease of this runner went back unconfirmed.
    unconfirmed       int NOT NULL DEFAULT 0,
    created_at        timestamptz NOT NULL DEFAULT now(),
    revoked_at        timestamptz,
    CHECK ((state = 'revoked') = (revoked_at IS NOT NULL))
) WITH (fillfactor = 70);
CREATE INDEX runners_of_workspace ON runners (workspace_id, id DESC);
CREATE UNIQUE INDEX runners_by_registration ON runners (enrollment_id, registration_id) WHERE registration_id <> '';

-- The process starts of a runner, so that a process that was replaced can be
-- told from one that is new.
CREATE TABLE runner_instances (
    runner_id     uuid NOT NULL REFERENCES runners ON DELETE CASCADE,
    instance_id   text NOT NULL,
    first_seen_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (runner_id, instance_id)
);

CREATE TABLE datasets (
    id             uuid PRIMARY KEY,
    workspace_id   uuid NOT NULL REFERENCES workspaces,
    runner_id      uuid NOT NULL REFERENCES runners ON DELETE CASCADE,
    name           text NOT NULL CHECK (name <> ''),
    columns        jsonb NOT NULL DEFAULT '[]',
    policy         text NOT NULL CHECK (policy IN ('rows', 'aggregates')),
    min_group_size int NOT NULL DEFAULT 0,
    rows           bigint,
    revision       text NOT NULL DEFAULT '',
    description    text NOT NULL DEFAULT '',
    updated_at     timestamptz NOT NULL DEFAULT now(),
    -- A dataset that is shared no more stays known: tasks on it wait, and are not refused.
    removed_at     timestamptz
);
CREATE UNIQUE INDEX datasets_live ON datasets (runner_id, name) WHERE removed_at IS NULL;
CREATE INDEX datasets_by_name ON datasets (workspace_id, name);

-- A creator is an API key and, where it acts for people, one of them.
CREATE TABLE creators (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    key_id       uuid NOT NULL,
    acting_user  text NOT NULL DEFAULT '',
    UNIQUE (workspace_id, key_id, acting_user)
);

-- What a runner must be to take a task. Tasks are many and requirements few:
-- the claim finds those that a runner meets, and only then looks at tasks.
CREATE TABLE requirements (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id   uuid NOT NULL REFERENCES workspaces,
    digest         bytea NOT NULL,
    operation_code int NOT NULL,
    dataset_names  text[] NOT NULL DEFAULT '{}',
    dataset_ids    uuid[] NOT NULL DEFAULT '{}',
    runner_id      uuid,
    labels         jsonb NOT NULL DEFAULT '{}',
    -- The first thing by which a runner finds this requirement: 'runner:ID',
    -- 'dataset_id:ID', 'dataset:NAME', or empty where any runner will do.
    anchor         text NOT NULL,
    -- Why the queued tasks with this requirement wait.
    reason         text NOT NULL DEFAULT 'waiting_for_runner',
    reason_at      timestamptz NOT NULL DEFAULT now(),
    UNIQUE (workspace_id, digest)
) WITH (fillfactor = 70);
CREATE INDEX requirements_by_anchor ON requirements (workspace_id, anchor);

CREATE TABLE pipelines (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    name         text NOT NULL,
    creator_id   bigint NOT NULL,
    created_by   text NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX pipelines_of_workspace ON pipelines (workspace_id, id DESC);

-- workspace_id, requirement_id and creator_id have no foreign keys: their rows
-- are never deleted, and the key share lock that each insert would take on the
-- same few rows costs more than it guards.
CREATE TABLE tasks (
    id               uuid PRIMARY KEY,
    workspace_id     uuid NOT NULL,
    pipeline_id      uuid REFERENCES pipelines,
    position         int NOT NULL DEFAULT 0,
    ref              text NOT NULL DEFAULT '',
    parent_id        uuid,
    -- How many inputs must succeed; all where null.
    inputs_required  int,
    retry_of         uuid,
    name             text NOT NULL,
    operation_code   int NOT NULL CHECK (operation_code IN (100, 200, 300, 400)),
    params           jsonb NOT NULL,
    requirement_id   bigint,
    pinned_runner_id uuid,
    labels           jsonb NOT NULL DEFAULT '{}',
    priority         int NOT NULL DEFAULT 0 CHECK (priority BETWEEN -100 AND 100),
    turn             bigint NOT NULL DEFAULT 0,
    creator_id       bigint NOT NULL,
    created_by       text NOT NULL,

    state            text NOT NULL CHECK (state IN
        ('scheduled', 'blocked', 'queued', 'leased', 'running', 'succeeded', 'failed', 'canceled')),
    reason           text,
    message          text NOT NULL DEFAULT '',

    run_at           timestamptz,
    not_before       timestamptz,
    hold_runner_id   uuid,
    hold_until       timestamptz,
    deadline         timestamptz NOT NULL,
    timeout_seconds  int NOT NULL CHECK (timeout_seconds > 0),
    max_attempts     int NOT NULL CHECK (max_attempts > 0),
    -- attempt numbers the handings-out; attempts_used counts those that were used up.
    attempt          int NOT NULL DEFAULT 0 CHECK (attempt >= 0),
    attempts_used    int NOT NULL DEFAULT 0 CHECK (attempts_used BETWEEN 0 AND max_attempts),

    lease_token      text,
    lease_runner_id  uuid,
    leased_at        timestamptz,
    lease_expires_at timestamptz,
    timeout_at       timestamptz,
    confirmed_at     timestamptz,
    last_runner_id   uuid,

    fraction         double precision CHECK (fraction BETWEEN 0 AND 1),
    stage            text NOT NULL DEFAULT '',
    progress_message text NOT NULL DEFAULT '',
    rows_done        bigint,
    rows_total       bigint,

    created_at       timestamptz NOT NULL DEFAULT now(),
    queued_at        timestamptz,
    started_at       timestamptz,
    finished_at      timestamptz,
    stopped_at       timestamptz,
    -- A canceled task whose runner has not confirmed yet that it stopped: its slot
    -- counts as taken until stop_expires_at, which each ping that names it renews.
    cancel_pending   boolean NOT NULL DEFAULT false,
    stop_expires_at  timestamptz,

    CONSTRAINT waiting_and_unhappy_ends_say_why CHECK
        ((state IN ('scheduled', 'blocked', 'queued', 'failed', 'canceled')) = (reason IS NOT NULL)),
    CONSTRAINT held_has_lease CHECK
        ((state IN ('leased', 'running')) = (lease_token IS NOT NULL)),
    CONSTRAINT lease_is_whole CHECK
        (num_nonnulls(lease_token, lease_runner_id, leased_at, lease_expires_at, timeout_at) IN (0, 5)),
    CONSTRAINT running_is_confirmed CHECK
        ((state = 'running') = (confirmed_at IS NOT NULL)),
    CONSTRAINT held_has_attempt CHECK
        (state NOT IN ('leased', 'running') OR (attempt > 0 AND last_runner_id IS NOT DISTINCT FROM lease_runner_id)),
    CONSTRAINT queued_and_held_are_placed CHECK
        (state NOT IN ('queued', 'leased', 'running') OR (requirement_id IS NOT NULL AND queued_at IS NOT NULL)),
    CONSTRAINT scheduled_has_time CHECK
        (state <> 'scheduled' OR run_at IS NOT NULL),
    CONSTRAINT ended_has_end CHECK
        ((state IN ('succeeded', 'failed', 'canceled')) = (finished_at IS NOT NULL)),
    CONSTRAINT stop_follows_cancel CHECK
        (state = 'canceled' OR (stopped_at IS NULL AND NOT cancel_pending)),
    CONSTRAINT stop_is_whole CHECK
        (cancel_pending = (stop_expires_at IS NOT NULL)),
    CONSTRAINT hold_is_whole CHECK
        ((hold_runner_id IS NULL) = (hold_until IS NULL))
-- Room in each page for renewals, which touch no index.
) WITH (fillfactor = 80);

CREATE INDEX tasks_to_claim ON tasks (requirement_id, priority DESC, turn, id) WHERE state = 'queued';
CREATE INDEX tasks_in_line ON tasks (creator_id, turn) WHERE state = 'queued';
-- Not by lease_expires_at: an index on it would make every renewal an index write.
CREATE INDEX tasks_held ON tasks (lease_runner_id) WHERE state IN ('leased', 'running');
CREATE INDEX tasks_stopping ON tasks (last_runner_id) WHERE cancel_pending;
CREATE INDEX tasks_scheduled ON tasks (run_at) WHERE state = 'scheduled';
CREATE INDEX tasks_by_deadline ON tasks (deadline) WHERE finished_at IS NULL;
CREATE INDEX tasks_of_workspace ON tasks (workspace_id, id DESC);
CREATE INDEX tasks_of_pipeline ON tasks (pipeline_id, position) WHERE pipeline_id IS NOT NULL;
CREATE INDEX tasks_retried ON tasks (retry_of) WHERE retry_of IS NOT NULL;

-- What the sources in a task's parameters stand for.
CREATE TABLE task_inputs (
    task_id       uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    path          text NOT NULL,
    dataset_id    uuid,
    dataset_name  text,
    input_task_id uuid,
    -- Whether the task reads rows and so must run where they are; a report reads the result only.
    needs_data    boolean NOT NULL,
    PRIMARY KEY (task_id, path),
    CHECK ((input_task_id IS NULL) = (dataset_name IS NOT NULL))
);
CREATE INDEX task_inputs_by_task ON task_inputs (input_task_id) WHERE input_task_id IS NOT NULL;

CREATE TABLE attempts (
    task_id     uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    attempt     int NOT NULL,
    runner_id   uuid NOT NULL,
    lease_token text NOT NULL,
    -- SHA-256 of the accepted report: the same one again is answered as before.
    report_hash bytea,
    ack_state   text,
    ack_reason  text,
    outcome     text CHECK (outcome IN ('succeeded', 'failed', 'released', 'canceled', 'reclaimed')),
    reason      text,
    message     text NOT NULL DEFAULT '',
    started_at  timestamptz NOT NULL DEFAULT now(),
    ended_at    timestamptz,
    usage       jsonb,
    PRIMARY KEY (task_id, attempt),
    CHECK ((outcome IS NULL) = (ended_at IS NULL))
);

CREATE TABLE results (
    task_id          uuid PRIMARY KEY REFERENCES tasks ON DELETE CASCADE,
    attempt          int NOT NULL,
    document         jsonb NOT NULL,
    -- Where the task's rows stay, from document.dataset.location; null where it left none.
    output_runner_id uuid,
    created_at       timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE task_events (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id uuid NOT NULL,
    task_id      uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    at           timestamptz NOT NULL DEFAULT now(),
    type         text NOT NULL,
    state        text NOT NULL,
    reason       text,
    message      text NOT NULL DEFAULT '',
    attempt      int NOT NULL DEFAULT 0
);
CREATE INDEX task_events_of_task ON task_events (task_id, id);

CREATE TABLE artifacts (
    task_id      uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    attempt      int NOT NULL,
    name         text NOT NULL CHECK (name ~ '^[A-Za-z0-9._-]{1,128}$'),
    content_type text NOT NULL,
    size_bytes   bigint NOT NULL CHECK (size_bytes >= 0),
    sha256       text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    -- An artifact shows once the accepted result names it.
    visible      boolean NOT NULL DEFAULT false,
    created_at   timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (task_id, attempt, name)
);
