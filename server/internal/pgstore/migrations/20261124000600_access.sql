-- Sessions, SSH keys, the life of runners, and tasks that are held for an owner.

-- A login of a terminal, bound to an API key with which it dies.
CREATE TABLE sessions (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    key_id       uuid NOT NULL REFERENCES api_keys ON DELETE CASCADE,
    acting_user  text NOT NULL DEFAULT '',
    name         text NOT NULL DEFAULT '',
    role         text NOT NULL CHECK (role IN ('viewer', 'analyst', 'operator', 'admin')),
    secret_hash  bytea NOT NULL CHECK (length(secret_hash) = 32),
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL CHECK (expires_at <= created_at + interval '12 hours'),
    ended_at     timestamptz
);
CREATE INDEX sessions_of_key ON sessions (key_id, id DESC);
CREATE INDEX sessions_of_workspace ON sessions (workspace_id, id DESC);

-- Public keys that log in over SSH as an API key.
CREATE TABLE ssh_keys (
    id           uuid PRIMARY KEY,
    workspace_id uuid NOT NULL REFERENCES workspaces,
    key_id       uuid NOT NULL REFERENCES api_keys ON DELETE CASCADE,
    name         text NOT NULL DEFAULT '',
    type         text NOT NULL,
    public_key   text NOT NULL,
    fingerprint  text NOT NULL CHECK (fingerprint LIKE 'SHA256:%'),
    created_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT ssh_keys_unique UNIQUE (workspace_id, fingerprint)
);
CREATE INDEX ssh_keys_of_key ON ssh_keys (key_id, id DESC);
CREATE INDEX ssh_keys_by_fingerprint ON ssh_keys (fingerprint);

ALTER TABLE enrollments
    -- Whose it is: a key that may enrol by a grant sees its own only.
    ADD COLUMN key_id uuid,
    -- The known runner that it brings back.
    ADD COLUMN runner_id uuid REFERENCES runners ON DELETE CASCADE;

ALTER TABLE runners
    ADD COLUMN drained boolean NOT NULL DEFAULT false,
    -- Why it is paused or drained, in an operator's words.
    ADD COLUMN note text NOT NULL DEFAULT '',
    -- The credential before the last rotation, and until when it works.
    ADD COLUMN previous_secret_hash bytea CHECK (length(previous_secret_hash) = 32),
    ADD COLUMN previous_expires_at timestamptz,
    ADD CONSTRAINT previous_is_whole CHECK ((previous_secret_hash IS NULL) = (previous_expires_at IS NULL));

CREATE INDEX tasks_on_hold ON tasks (hold_until) WHERE hold_until IS NOT NULL;
