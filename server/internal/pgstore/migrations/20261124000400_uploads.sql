-- Files that people send for tasks to read; their bytes are elsewhere.
CREATE TABLE uploads (
    id              uuid PRIMARY KEY,
    workspace_id    uuid NOT NULL REFERENCES workspaces,
    name            text NOT NULL CHECK (name <> ''),
    content_type    text NOT NULL,
    size_bytes      bigint NOT NULL CHECK (size_bytes >= 0),
    sha256          text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    creator_id      bigint NOT NULL,
    created_by      text NOT NULL,
    -- A creator's word for one request: the same one again makes nothing new.
    idempotency_key text CHECK (idempotency_key <> ''),
    created_at      timestamptz NOT NULL DEFAULT now(),
    -- From then on no new task may name it; it goes once no unfinished one needs it.
    expires_at      timestamptz NOT NULL
);
CREATE INDEX uploads_of_workspace ON uploads (workspace_id, id DESC);
CREATE INDEX uploads_by_expiry ON uploads (expires_at);
CREATE UNIQUE INDEX uploads_once ON uploads (creator_id, idempotency_key) WHERE idempotency_key IS NOT NULL;

-- The sources in a task's parameters that are uploads; all others stand in
-- task_inputs. No foreign key: a task that has ended keeps what it named.
CREATE TABLE task_uploads (
    task_id   uuid NOT NULL REFERENCES tasks ON DELETE CASCADE,
    path      text NOT NULL,
    upload_id uuid NOT NULL,
    PRIMARY KEY (task_id, path)
);
CREATE INDEX task_uploads_by_upload ON task_uploads (upload_id);
