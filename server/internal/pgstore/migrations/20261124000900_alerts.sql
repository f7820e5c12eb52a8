-- Alerts, and the e-mails that they send.

-- Times in which no server was up: gaps between two stamps of last_served_at.
-- What nobody could do in them is held against nobody. Old ones are removed.
CREATE TABLE outages (
    began_at timestamptz NOT NULL,
    ended_at timestamptz PRIMARY KEY,
    CHECK (began_at < ended_at)
);

CREATE TABLE alerts (
    id                uuid PRIMARY KEY,
    workspace_id      uuid NOT NULL REFERENCES workspaces,
    name              text NOT NULL CHECK (name <> ''),
    kind              text NOT NULL CHECK (kind IN ('no_runner', 'queue_age', 'failure_rate')),
    labels            jsonb NOT NULL DEFAULT '{}',
    dataset           text NOT NULL DEFAULT '',
    operation_code    int NOT NULL DEFAULT 0,
    -- Seconds for queue_age, a share from 0 to 1 for failure_rate.
    threshold         double precision NOT NULL DEFAULT 0,
    resolve_threshold double precision NOT NULL DEFAULT 0,
    window_seconds    int NOT NULL DEFAULT 0,
    min_count         int NOT NULL DEFAULT 0,
    for_seconds       int NOT NULL CHECK (for_seconds >= 0),
    resolve_seconds   int NOT NULL CHECK (resolve_seconds >= 0),
    repeat_seconds    int NOT NULL CHECK (repeat_seconds >= 0),
    emails            text[] NOT NULL DEFAULT '{}',
    language          text NOT NULL DEFAULT 'en',
    paused            boolean NOT NULL DEFAULT false,
    state             text NOT NULL DEFAULT 'ok' CHECK (state IN ('ok', 'firing')),
    state_since       timestamptz NOT NULL DEFAULT now(),
    -- Since when what is seen contradicts the state.
    pending_since     timestamptz,
    -- When people were told last that it fires.
    notified_at       timestamptz,
    -- What was seen last: runners online, an age in seconds, or a share.
    value             double precision,
    evaluated_at      timestamptz,
    mail_error        text NOT NULL DEFAULT '',
    created_by        text NOT NULL,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT alerts_name UNIQUE (workspace_id, name),
    CHECK ((state = 'firing') = (notified_at IS NOT NULL)),
    CHECK (NOT paused OR (state = 'ok' AND pending_since IS NULL))
) WITH (fillfactor = 70);
CREATE INDEX alerts_due ON alerts (evaluated_at) WHERE NOT paused;
CREATE INDEX alerts_firing ON alerts (kind) WHERE state = 'firing';

-- E-mails on their way, each to one person, written with the change that they
-- tell of. No foreign key to alerts: what is said when one is deleted is sent.
CREATE TABLE alert_mails (
    id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    workspace_id uuid NOT NULL,
    alert_id     uuid NOT NULL,
    alert_name   text NOT NULL,
    recipient    text NOT NULL,
    subject      text NOT NULL,
    body         text NOT NULL,
    state        text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sent', 'failed')),
    -- attempts fences the outcomes.
    attempts     int NOT NULL DEFAULT 0,
    next_at      timestamptz NOT NULL DEFAULT now(),
    lease_until  timestamptz,
    error        text NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CHECK ((state = 'pending') = (finished_at IS NULL)),
    CHECK (state = 'pending' OR lease_until IS NULL)
);
CREATE INDEX alert_mails_due ON alert_mails (next_at) WHERE state = 'pending';
CREATE INDEX alert_mails_by_age ON alert_mails (created_at);
