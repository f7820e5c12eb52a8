-- Whether the feed has said that a runner is there, so that each change is
-- said once, by whichever server notices it.
ALTER TABLE runners ADD COLUMN reported_online boolean NOT NULL DEFAULT false;

-- Rates are counted over the last hour, however many tasks have ended before.
CREATE INDEX tasks_ended ON tasks (workspace_id, finished_at) WHERE finished_at IS NOT NULL;
