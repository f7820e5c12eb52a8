-- A page of one creator's pipelines is read from the index.
CREATE INDEX pipelines_by_creator ON pipelines (creator_id, id);
