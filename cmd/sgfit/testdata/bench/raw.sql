-- Question: what do the flow logs of $1 (a glob) say, record by record?
-- Columns:  those of the default format, typed; addresses as text, as a person who loads them by hand has them.
-- Assumes:  every object has the header of the default format; NODATA records have "-" in most fields.
CREATE TABLE hand_raw AS
FROM read_csv($1, delim = ' ', header = true, nullstr = '-', auto_detect = false, compression = 'gzip', columns = {
  'version': 'INTEGER', 'account_id': 'VARCHAR', 'interface_id': 'VARCHAR', 'srcaddr': 'VARCHAR', 'dstaddr': 'VARCHAR',
  'srcport': 'USMALLINT', 'dstport': 'USMALLINT', 'protocol': 'UTINYINT', 'packets': 'UBIGINT', 'bytes': 'UBIGINT',
  'start': 'UINTEGER', 'end': 'UINTEGER', 'action': 'VARCHAR', 'log_status': 'VARCHAR'});
