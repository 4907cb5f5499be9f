-- Question: none: it says how the questions store rows by the million.
-- Result:   fields(rows), the rows of a table with one column, row, of structs: talk_row is what the view talk reads
-- Assumes:  of every column that it stores DuckDB estimates how many values it has, but not within structs; for rows of
--           numbers that takes longer than all else of storing them.
CREATE OR REPLACE TEMP MACRO fields(rows) AS TABLE SELECT unnest(row) FROM query_table(rows);
