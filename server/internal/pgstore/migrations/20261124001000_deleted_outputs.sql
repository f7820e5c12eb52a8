-- Outputs of tasks that were deleted: the runner that has one drops it when it
-- next asks. No foreign key to tasks, which are gone. An output of which neither
-- this table nor tasks know is left to the runner's own limits: a server that was
-- restored from a backup does not know what was made since.
CREATE TABLE deleted_outputs (
    task_id    uuid PRIMARY KEY,
    runner_id  uuid        NOT NULL REFERENCES runners ON DELETE CASCADE,
    deleted_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX deleted_outputs_by_age ON deleted_outputs (deleted_at);
