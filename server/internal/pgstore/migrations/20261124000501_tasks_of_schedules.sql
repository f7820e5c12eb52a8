-- Which schedule made a task; kept when the schedule is deleted.

ALTER TABLE tasks ADD COLUMN schedule_id uuid;
CREATE INDEX tasks_of_schedule ON tasks (schedule_id, id) WHERE schedule_id IS NOT NULL;
CREATE INDEX schedule_runs_of_task ON schedule_runs (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX schedule_runs_of_pipeline ON schedule_runs (pipeline_id) WHERE pipeline_id IS NOT NULL;
