-- What the last look at the queue saw, for metrics. Counting costs as much as
-- there are unfinished tasks, so one server counts for all, every few seconds
-- at most, and only while somebody asks.
CREATE TABLE queue_depth (
    id       smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    taken_at timestamptz,
    lines    jsonb NOT NULL DEFAULT '[]'
);
INSERT INTO queue_depth (id) VALUES (1);
