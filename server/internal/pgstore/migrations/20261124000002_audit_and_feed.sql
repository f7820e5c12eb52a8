-- The audit log, and the feed of events that clients and webhooks follow.

-- Who did what, on what, when and from where. It has no foreign keys: it
-- outlives everything it speaks of.
CREATE TABLE audit_log (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    workspace_id   uuid NOT NULL,
    at             timestamptz NOT NULL DEFAULT now(),
    -- A credential's kind, or system for what no request asked for.
    actor_kind     text NOT NULL CHECK (actor_kind IN ('key', 'ses', 'enr', 'run', 'system')),
    actor_id       uuid,
    actor_name     text NOT NULL DEFAULT '',
    acting_user    text NOT NULL DEFAULT '',
    action         text NOT NULL CHECK (action <> ''),
    target_kind    text NOT NULL CHECK (target_kind <> ''),
    target_id      text NOT NULL DEFAULT '',
    target_name    text NOT NULL DEFAULT '',
    remote_address text NOT NULL DEFAULT '',
    request_id     text NOT NULL DEFAULT '',
    -- What a change changed; null where there was nothing before or is nothing after.
    before         jsonb,
    after          jsonb,
    CHECK ((actor_kind = 'system') = (actor_id IS NULL))
);
CREATE INDEX audit_log_of_workspace ON audit_log (workspace_id, id DESC);
CREATE INDEX audit_log_of_target ON audit_log (workspace_id, target_kind, target_id, id DESC);

-- Ids are given out before a commit, so in the order of ids an event could
-- show up behind one that was read already. In the order of (xid, id), read
-- below the oldest transaction that is still open, none does.
ALTER TABLE task_events ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX task_events_feed ON task_events (workspace_id, xid, id);

-- What happens to anything but tasks. Its ids come from the same sequence as
-- those of task_events, so that both are one feed.
CREATE TABLE fleet_events (
    id           bigint PRIMARY KEY DEFAULT nextval(pg_get_serial_sequence('task_events', 'id')),
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    workspace_id uuid NOT NULL,
    at           timestamptz NOT NULL DEFAULT now(),
    type         text NOT NULL CHECK (type <> ''),
    subject_kind text NOT NULL CHECK (subject_kind <> ''),
    subject_id   uuid NOT NULL,
    subject_name text NOT NULL DEFAULT '',
    message      text NOT NULL DEFAULT '',
    data         jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX fleet_events_feed ON fleet_events (workspace_id, xid, id);

-- Up to this transaction events were removed for their age: who asks for what
-- follows an earlier one cannot be told everything.
ALTER TABLE workspaces ADD COLUMN feed_floor xid8 NOT NULL DEFAULT '0';
