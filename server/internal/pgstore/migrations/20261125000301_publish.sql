-- Whether the owner of a dataset lets results made from it be shown to everybody.
-- A runner that does not know of it does not.
ALTER TABLE datasets ADD COLUMN publish boolean NOT NULL DEFAULT false;
