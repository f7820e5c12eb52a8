-- Webhooks, and what is sent to them.

-- A webhook follows the feed of its workspace from a cursor. Its secrets are
-- kept as they are: a hash cannot sign.
CREATE TABLE webhooks (
    id              uuid PRIMARY KEY,
    workspace_id    uuid NOT NULL REFERENCES workspaces,
    name            text NOT NULL CHECK (name <> ''),
    url             text NOT NULL CHECK (url <> ''),
    -- Types of events or whole subjects, as in task.failed or runner; * is all.
    types           text[] NOT NULL,
    secret          text NOT NULL,
    -- While a secret is being replaced, the one before signs as well.
    former_secret   text,
    former_until    timestamptz,
    enabled         boolean NOT NULL DEFAULT true,
    disabled_at     timestamptz,
    disabled_reason text NOT NULL DEFAULT '',
    -- The first failure since the last success.
    failing_since   timestamptz,
    -- How far its feed has been read. After a restore the epoch tells that the
    -- rest means nothing.
    -- What happened before is not sent.
    follows_since   timestamptz NOT NULL DEFAULT now(),
    cursor_epoch    bigint NOT NULL,
    cursor_xid      xid8 NOT NULL,
    cursor_id       bigint NOT NULL,
    created_by      text NOT NULL,
    created_at      timestamptz NOT NULL DEFAULT now(),
    CHECK ((former_secret IS NULL) = (former_until IS NULL)),
    CHECK (enabled = (disabled_at IS NULL))
);
CREATE INDEX webhooks_of_workspace ON webhooks (workspace_id, id DESC);

CREATE TABLE webhook_deliveries (
    id              uuid PRIMARY KEY,
    webhook_id      uuid NOT NULL REFERENCES webhooks ON DELETE CASCADE,
    -- Null for a test, which no event made.
    event_id        bigint,
    event_type      text NOT NULL,
    -- What is sent, byte for byte: the signature is over it.
    body            text NOT NULL,
    state           text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'succeeded', 'failed')),
    -- attempts numbers all attempts, and fences their outcomes; tries counts
    -- those since series_at, when the delivery was made or sent again.
    attempts        int NOT NULL DEFAULT 0,
    tries           int NOT NULL DEFAULT 0,
    series_at       timestamptz NOT NULL DEFAULT now(),
    next_at         timestamptz NOT NULL DEFAULT now(),
    lease_until     timestamptz,
    -- The outcome of the last attempt, and of the last few in log.
    response_status int NOT NULL DEFAULT 0,
    answer          text NOT NULL DEFAULT '',
    error           text NOT NULL DEFAULT '',
    duration_ms     int NOT NULL DEFAULT 0,
    log             jsonb NOT NULL DEFAULT '[]',
    created_at      timestamptz NOT NULL DEFAULT now(),
    finished_at     timestamptz,
    UNIQUE (webhook_id, event_id),
    CHECK ((state = 'pending') = (finished_at IS NULL)),
    CHECK (state = 'pending' OR lease_until IS NULL)
) WITH (fillfactor = 80);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (webhook_id, next_at, id) WHERE state = 'pending';
CREATE INDEX webhook_deliveries_of_webhook ON webhook_deliveries (webhook_id, id DESC);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
