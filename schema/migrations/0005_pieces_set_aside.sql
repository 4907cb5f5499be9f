-- Version 5: a line of rejected can stand for many pieces of an object that has too many to list.
ALTER TABLE rejected ADD COLUMN pieces BIGINT DEFAULT 1;
