-- Whose a webhook is, and for how long it has really been failing.

ALTER TABLE webhooks
    -- The key with which it was made: a key that may keep webhooks by a grant
    -- sees its own only, and nothing is sent once the key has ended. Null for
    -- those of before, which are the admins'.
    ADD COLUMN key_id uuid,
    -- Attempts since the last success, and the time over which they went on,
    -- without pauses in which nothing was tried. They count only while
    -- failing_since is not null.
    ADD COLUMN failures int NOT NULL DEFAULT 0,
    ADD COLUMN failing_for interval NOT NULL DEFAULT '0',
    ADD COLUMN last_failed_at timestamptz;
CREATE INDEX webhooks_of_key ON webhooks (key_id) WHERE key_id IS NOT NULL;
