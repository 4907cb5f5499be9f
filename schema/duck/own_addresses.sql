-- Question: none; it keeps what a batch tells of the own addresses of interfaces that earlier batches named.
-- Assumes:  temp table told_own (iface, own_ipv4, own_ipv6), with all that is certain of each of them.
UPDATE logged_interface SET own_ipv4 = t.own_ipv4, own_ipv6 = t.own_ipv6
FROM told_own t WHERE t.iface = logged_interface.iface;
DROP TABLE told_own;
