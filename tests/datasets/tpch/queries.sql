-- The 22 questions of TPC-H, in our own words, with the parameters of its validation run. Each begins with its number.

-- 1: what was shipped up to 90 days before the end, by return flag and status
SELECT l_returnflag, l_linestatus, SUM(l_quantity) AS pieces, SUM(l_extendedprice) AS gross,
  SUM(l_extendedprice * (1 - l_discount)) AS net, SUM(l_extendedprice * (1 - l_discount) * (1 + l_tax)) AS charged,
  AVG(l_quantity) AS mean_pieces, AVG(l_extendedprice) AS mean_gross, AVG(l_discount) AS mean_discount, COUNT(*) AS lines
FROM lineitem WHERE l_shipdate <= DATE '1998-12-01' - 90
GROUP BY l_returnflag, l_linestatus ORDER BY l_returnflag, l_linestatus;

-- 2: who in a region sells parts of a sort at the lowest cost there
WITH offers AS (
  SELECT ps.ps_partkey, ps.ps_supplycost, s.*, n.n_name, MIN(ps.ps_supplycost) OVER (PARTITION BY ps.ps_partkey) AS lowest
  FROM partsupp ps JOIN supplier s ON s.s_suppkey = ps.ps_suppkey JOIN nation n ON n.n_nationkey = s.s_nationkey
  JOIN region r ON r.r_regionkey = n.n_regionkey AND r.r_name = 'EUROPE')
SELECT o.s_acctbal, o.s_name, o.n_name, p.p_partkey, p.p_mfgr, o.s_address, o.s_phone, o.s_comment
FROM part p JOIN offers o ON o.ps_partkey = p.p_partkey AND o.ps_supplycost = o.lowest
WHERE p.p_size = 15 AND p.p_type LIKE '%BRASS' ORDER BY o.s_acctbal DESC, o.n_name, o.s_name, p.p_partkey LIMIT 100;

-- 3: the dearest orders of a segment that were not shipped on a day
SELECT o.o_orderkey, SUM(l.l_extendedprice * (1 - l.l_discount)) AS revenue, o.o_orderdate, o.o_shippriority
FROM customer c JOIN orders o ON o.o_custkey = c.c_custkey JOIN lineitem l ON l.l_orderkey = o.o_orderkey
WHERE c.c_mktsegment = 'BUILDING' AND o.o_orderdate < DATE '1995-03-15' AND l.l_shipdate > DATE '1995-03-15'
GROUP BY o.o_orderkey, o.o_orderdate, o.o_shippriority ORDER BY revenue DESC, o.o_orderdate LIMIT 10;

-- 4: orders of a quarter with a line that came late, by priority
SELECT o.o_orderpriority, COUNT(*) AS orders FROM orders o
WHERE o.o_orderdate >= DATE '1993-07-01' AND o.o_orderdate < DATE '1993-10-01'
  AND o.o_orderkey IN (SELECT l_orderkey FROM lineitem WHERE l_commitdate < l_receiptdate)
GROUP BY o.o_orderpriority ORDER BY o.o_orderpriority;

-- 5: revenue within nations of a region, where customer and supplier are of the same
SELECT n.n_name, SUM(l.l_extendedprice * (1 - l.l_discount)) AS revenue
FROM region r JOIN nation n ON n.n_regionkey = r.r_regionkey JOIN customer c ON c.c_nationkey = n.n_nationkey
JOIN orders o ON o.o_custkey = c.c_custkey JOIN lineitem l ON l.l_orderkey = o.o_orderkey
JOIN supplier s ON s.s_suppkey = l.l_suppkey AND s.s_nationkey = n.n_nationkey
WHERE r.r_name = 'ASIA' AND o.o_orderdate >= DATE '1994-01-01' AND o.o_orderdate < DATE '1995-01-01'
GROUP BY n.n_name ORDER BY revenue DESC;

-- 6: what a year's middling discounts on small lines came to
SELECT SUM(l_extendedprice * l_discount) AS given FROM lineitem
WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01' AND l_discount BETWEEN 0.05 AND 0.07
  AND l_quantity < 24;

-- 7: trade between two nations, both ways, by year
SELECT f.n_name AS seller, t.n_name AS buyer, EXTRACT(YEAR FROM l.l_shipdate) AS year,
  SUM(l.l_extendedprice * (1 - l.l_discount)) AS revenue
FROM lineitem l JOIN orders o ON o.o_orderkey = l.l_orderkey JOIN customer c ON c.c_custkey = o.o_custkey
JOIN supplier s ON s.s_suppkey = l.l_suppkey JOIN nation f ON f.n_nationkey = s.s_nationkey
JOIN nation t ON t.n_nationkey = c.c_nationkey
WHERE (f.n_name, t.n_name) IN (('FRANCE', 'GERMANY'), ('GERMANY', 'FRANCE'))
  AND l.l_shipdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31'
GROUP BY f.n_name, t.n_name, EXTRACT(YEAR FROM l.l_shipdate) ORDER BY seller, buyer, year;

-- 8: a nation's share of what a region bought of a sort, by year
SELECT EXTRACT(YEAR FROM o.o_orderdate) AS year,
  SUM(CASE WHEN n.n_name = 'BRAZIL' THEN l.l_extendedprice * (1 - l.l_discount) ELSE 0 END)
    / SUM(l.l_extendedprice * (1 - l.l_discount)) AS share
FROM part p JOIN lineitem l ON l.l_partkey = p.p_partkey JOIN orders o ON o.o_orderkey = l.l_orderkey
JOIN customer c ON c.c_custkey = o.o_custkey JOIN nation h ON h.n_nationkey = c.c_nationkey
JOIN region r ON r.r_regionkey = h.n_regionkey JOIN supplier s ON s.s_suppkey = l.l_suppkey
JOIN nation n ON n.n_nationkey = s.s_nationkey
WHERE r.r_name = 'AMERICA' AND p.p_type = 'ECONOMY ANODIZED STEEL'
  AND o.o_orderdate BETWEEN DATE '1995-01-01' AND DATE '1996-12-31'
GROUP BY EXTRACT(YEAR FROM o.o_orderdate) ORDER BY year;

-- 9: profit on parts of a shade, by the supplier's nation and year
SELECT n.n_name, EXTRACT(YEAR FROM o.o_orderdate) AS year,
  SUM(l.l_extendedprice * (1 - l.l_discount) - ps.ps_supplycost * l.l_quantity) AS profit
FROM part p JOIN lineitem l ON l.l_partkey = p.p_partkey
JOIN partsupp ps ON ps.ps_partkey = l.l_partkey AND ps.ps_suppkey = l.l_suppkey
JOIN supplier s ON s.s_suppkey = l.l_suppkey JOIN nation n ON n.n_nationkey = s.s_nationkey
JOIN orders o ON o.o_orderkey = l.l_orderkey WHERE p.p_name LIKE '%green%'
GROUP BY n.n_name, EXTRACT(YEAR FROM o.o_orderdate) ORDER BY n.n_name, year DESC;

-- 10: who has sent back most of a quarter's orders
SELECT c.c_custkey, c.c_name, SUM(l.l_extendedprice * (1 - l.l_discount)) AS lost, c.c_acctbal, n.n_name, c.c_address,
  c.c_phone, c.c_comment
FROM customer c JOIN nation n ON n.n_nationkey = c.c_nationkey JOIN orders o ON o.o_custkey = c.c_custkey
JOIN lineitem l ON l.l_orderkey = o.o_orderkey
WHERE o.o_orderdate >= DATE '1993-10-01' AND o.o_orderdate < DATE '1994-01-01' AND l.l_returnflag = 'R'
GROUP BY c.c_custkey, c.c_name, c.c_acctbal, n.n_name, c.c_address, c.c_phone, c.c_comment ORDER BY lost DESC LIMIT 20;

-- 11: parts that are a noteworthy share of a nation's stock
WITH stock AS (
  SELECT ps.ps_partkey, SUM(ps.ps_supplycost * ps.ps_availqty) AS worth
  FROM partsupp ps JOIN supplier s ON s.s_suppkey = ps.ps_suppkey JOIN nation n ON n.n_nationkey = s.s_nationkey
  WHERE n.n_name = 'GERMANY' GROUP BY ps.ps_partkey)
SELECT ps_partkey, worth FROM stock WHERE worth > (SELECT SUM(worth) * 0.0001 FROM stock) ORDER BY worth DESC;

-- 12: how two ways of shipping kept their dates, by priority
SELECT l.l_shipmode, COUNT(CASE WHEN o.o_orderpriority IN ('1-URGENT', '2-HIGH') THEN 1 END) AS urgent,
  COUNT(CASE WHEN o.o_orderpriority NOT IN ('1-URGENT', '2-HIGH') THEN 1 END) AS others
FROM orders o JOIN lineitem l ON l.l_orderkey = o.o_orderkey
WHERE l.l_shipmode IN ('MAIL', 'SHIP') AND l.l_shipdate < l.l_commitdate AND l.l_commitdate < l.l_receiptdate
  AND l.l_receiptdate >= DATE '1994-01-01' AND l.l_receiptdate < DATE '1995-01-01'
GROUP BY l.l_shipmode ORDER BY l.l_shipmode;

-- 13: customers by how many orders they have, special requests left out
WITH counted AS (
  SELECT c.c_custkey, COUNT(o.o_orderkey) AS orders FROM customer c
  LEFT JOIN orders o ON o.o_custkey = c.c_custkey AND o.o_comment NOT LIKE '%special%requests%' GROUP BY c.c_custkey)
SELECT orders, COUNT(*) AS customers FROM counted GROUP BY orders ORDER BY customers DESC, orders DESC;

-- 14: the share of promoted parts in a month's revenue
SELECT 100.0 * SUM(CASE WHEN p.p_type LIKE 'PROMO%' THEN l.l_extendedprice * (1 - l.l_discount) ELSE 0 END)
  / SUM(l.l_extendedprice * (1 - l.l_discount)) AS promoted
FROM lineitem l JOIN part p ON p.p_partkey = l.l_partkey
WHERE l.l_shipdate >= DATE '1995-09-01' AND l.l_shipdate < DATE '1995-10-01';

-- 15: the supplier with a quarter's largest revenue
WITH revenue AS (
  SELECT l_suppkey, SUM(l_extendedprice * (1 - l_discount)) AS total FROM lineitem
  WHERE l_shipdate >= DATE '1996-01-01' AND l_shipdate < DATE '1996-04-01' GROUP BY l_suppkey)
SELECT s.s_suppkey, s.s_name, s.s_address, s.s_phone, r.total FROM supplier s JOIN revenue r ON r.l_suppkey = s.s_suppkey
WHERE r.total = (SELECT MAX(total) FROM revenue) ORDER BY s.s_suppkey;

-- 16: how many suppliers sorts of parts have, those with complaints left out
SELECT p.p_brand, p.p_type, p.p_size, COUNT(DISTINCT ps.ps_suppkey) AS suppliers
FROM partsupp ps JOIN part p ON p.p_partkey = ps.ps_partkey
WHERE p.p_brand <> 'Brand#45' AND p.p_type NOT LIKE 'MEDIUM POLISHED%' AND p.p_size IN (49, 14, 23, 45, 19, 3, 36, 9)
  AND ps.ps_suppkey NOT IN (SELECT s_suppkey FROM supplier WHERE s_comment LIKE '%Customer%Complaints%')
GROUP BY p.p_brand, p.p_type, p.p_size ORDER BY suppliers DESC, p.p_brand, p.p_type, p.p_size;

-- 17: what small orders of some parts come to in a year
WITH usual AS (SELECT l_partkey, 0.2 * AVG(l_quantity) AS pieces FROM lineitem GROUP BY l_partkey)
SELECT SUM(l.l_extendedprice) / 7.0 AS yearly FROM lineitem l JOIN part p ON p.p_partkey = l.l_partkey
JOIN usual u ON u.l_partkey = l.l_partkey
WHERE p.p_brand = 'Brand#23' AND p.p_container = 'MED BOX' AND l.l_quantity < u.pieces;

-- 18: the largest orders
SELECT c.c_name, c.c_custkey, o.o_orderkey, o.o_orderdate, o.o_totalprice, SUM(l.l_quantity) AS pieces
FROM customer c JOIN orders o ON o.o_custkey = c.c_custkey JOIN lineitem l ON l.l_orderkey = o.o_orderkey
GROUP BY c.c_name, c.c_custkey, o.o_orderkey, o.o_orderdate, o.o_totalprice HAVING SUM(l.l_quantity) > 300
ORDER BY o.o_totalprice DESC, o.o_orderdate LIMIT 100;

-- 19: revenue of three sorts of parts that were handed over after a flight (the benchmark asks for AIR REG, which is none)
SELECT SUM(l.l_extendedprice * (1 - l.l_discount)) AS revenue FROM lineitem l JOIN part p ON p.p_partkey = l.l_partkey
WHERE l.l_shipmode IN ('AIR', 'AIR REG') AND l.l_shipinstruct = 'DELIVER IN PERSON' AND p.p_size >= 1 AND (
  p.p_brand = 'Brand#12' AND p.p_container IN ('SM CASE', 'SM BOX', 'SM PACK', 'SM PKG') AND l.l_quantity BETWEEN 1 AND 11
    AND p.p_size <= 5
  OR p.p_brand = 'Brand#23' AND p.p_container IN ('MED BAG', 'MED BOX', 'MED PKG', 'MED PACK')
    AND l.l_quantity BETWEEN 10 AND 20 AND p.p_size <= 10
  OR p.p_brand = 'Brand#34' AND p.p_container IN ('LG CASE', 'LG BOX', 'LG PACK', 'LG PKG')
    AND l.l_quantity BETWEEN 20 AND 30 AND p.p_size <= 15);

-- 20: suppliers of a nation who have more of a shade than half of what a year took
WITH sold AS (
  SELECT l_partkey, l_suppkey, 0.5 * SUM(l_quantity) AS half FROM lineitem
  WHERE l_shipdate >= DATE '1994-01-01' AND l_shipdate < DATE '1995-01-01' GROUP BY l_partkey, l_suppkey)
SELECT DISTINCT s.s_name, s.s_address FROM supplier s JOIN nation n ON n.n_nationkey = s.s_nationkey
JOIN partsupp ps ON ps.ps_suppkey = s.s_suppkey JOIN part p ON p.p_partkey = ps.ps_partkey
JOIN sold ON sold.l_partkey = ps.ps_partkey AND sold.l_suppkey = ps.ps_suppkey
WHERE n.n_name = 'CANADA' AND p.p_name LIKE 'forest%' AND ps.ps_availqty > sold.half ORDER BY s.s_name;

-- 21: suppliers of a nation who alone kept orders of several suppliers waiting
WITH sellers AS (
  SELECT l_orderkey, COUNT(DISTINCT l_suppkey) AS all_of_them,
    COUNT(DISTINCT CASE WHEN l_receiptdate > l_commitdate THEN l_suppkey END) AS late FROM lineitem GROUP BY l_orderkey)
SELECT s.s_name, COUNT(*) AS waited FROM supplier s JOIN nation n ON n.n_nationkey = s.s_nationkey
JOIN lineitem l ON l.l_suppkey = s.s_suppkey AND l.l_receiptdate > l.l_commitdate
JOIN orders o ON o.o_orderkey = l.l_orderkey AND o.o_orderstatus = 'F'
JOIN sellers x ON x.l_orderkey = l.l_orderkey AND x.all_of_them > 1 AND x.late = 1
WHERE n.n_name = 'SAUDI ARABIA' GROUP BY s.s_name ORDER BY waited DESC, s.s_name LIMIT 100;

-- 22: customers of seven nations with money and without orders
WITH asked AS (
  SELECT c_custkey, LEFT(c_phone, 2) AS code, c_acctbal FROM customer
  WHERE LEFT(c_phone, 2) IN ('13', '31', '23', '29', '30', '18', '17'))
SELECT code, COUNT(*) AS customers, SUM(c_acctbal) AS money FROM asked
WHERE c_acctbal > (SELECT AVG(c_acctbal) FROM asked WHERE c_acctbal > 0) AND c_custkey NOT IN (SELECT o_custkey FROM orders)
GROUP BY code ORDER BY code;
