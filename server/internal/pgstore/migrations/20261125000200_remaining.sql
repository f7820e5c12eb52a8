-- About how long the rest of a running task takes, and how the files of a
-- dataset are taken, in the words of their runner. A runner that does not know
-- either says neither.
ALTER TABLE tasks ADD COLUMN remaining_seconds bigint;
ALTER TABLE datasets ADD COLUMN reading text NOT NULL DEFAULT '';
