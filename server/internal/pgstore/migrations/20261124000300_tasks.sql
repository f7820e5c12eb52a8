-- What makes a repeated request have its effect once, and indexes for what
-- lists of tasks sort by and filter.

CREATE TABLE idempotency_keys (
    -- SHA-256 of who asks, for whom, of which route, and of the key that was sent.
    digest        bytea PRIMARY KEY CHECK (length(digest) = 32),
    workspace_id  uuid NOT NULL,
    -- SHA-256 of the request: another one under the same key is refused.
    request_hash  bytea NOT NULL CHECK (length(request_hash) = 32),
    -- Fences the request that holds the key: what was overtaken cannot commit.
    token         uuid NOT NULL,
    claimed_until timestamptz NOT NULL,
    -- Set in the transaction of the effect itself, with the ids of what was made.
    performed_at  timestamptz,
    made          jsonb NOT NULL DEFAULT '[]',
    -- The answer; never one that carries a secret.
    status        int,
    content_type  text NOT NULL DEFAULT '',
    body          bytea,
    created_at    timestamptz NOT NULL DEFAULT now(),
    CHECK ((status IS NULL) = (body IS NULL))
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

-- Only of tasks that have ended: these are the many, and what has not ended is
-- changed too often to pay for more indexes each time.
CREATE INDEX tasks_ended_by_time ON tasks (workspace_id, finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX tasks_ended_by_priority ON tasks (workspace_id, priority, id) WHERE finished_at IS NOT NULL;
CREATE INDEX tasks_ended_by_name ON tasks (workspace_id, name, id) WHERE finished_at IS NOT NULL;
CREATE INDEX tasks_ended_by_state ON tasks (workspace_id, state, id) WHERE finished_at IS NOT NULL;
CREATE INDEX tasks_ended_by_creator ON tasks (creator_id, id) WHERE finished_at IS NOT NULL;
-- What retention looks for, across workspaces.
CREATE INDEX tasks_to_expire ON tasks (state, finished_at) WHERE finished_at IS NOT NULL;
