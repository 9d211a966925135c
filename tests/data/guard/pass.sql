# Statements that must pass. A block is one case; lines that begin with # say why, and #! says for whom
# (mysql, mariadb, else both), in which sql_mode and, with `known`, with which functions on the server
# (see src/engine/sql/guard/tests.rs). <NUL>, <NBSP> and the like are characters that no editor shows.

# what reads
SELECT 1

((SELECT 1))

(SELECT a FROM t ORDER BY a LIMIT 3) UNION ALL (SELECT 2) EXCEPT SELECT 3

#! mysql
TABLE t ORDER BY a LIMIT 2

#! mysql
VALUES ROW(1, 2), ROW(3, 4)

#! mariadb
VALUES (1, 2), (3, 4)

WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT * FROM n

# a name before parentheses is no call when it names the columns of a table of WITH or of a derived table
WITH sleep (a) AS (SELECT 1), get_lock (b, c) AS (SELECT 2, 3) SELECT * FROM sleep, get_lock

#! mysql
SELECT * FROM (SELECT 1, 2) load_file (a, b)

#! mysql
SELECT * FROM (SELECT 1, 2) AS nextval (a, b)

#! mariadb
WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n FROM r) CYCLE n RESTRICT SELECT * FROM r

SHOW TABLES FROM shop LIKE 'a%'

SHOW TABLES WHERE LENGTH(Tables_in_shop) > 3 AND Tables_in_shop IN (SELECT a FROM names)

SHOW CREATE PROCEDURE p

SHOW PROCEDURE STATUS WHERE Db = 'shop'

SHOW GRANTS FOR CURRENT_USER()

# an account may have that name
SHOW GRANTS FOR share

SHOW BINLOG EVENTS LIMIT 5

SHOW WARNINGS LIMIT 5

SHOW COUNT(*) ERRORS

DESCRIBE shop.orders 'a%'

DESC t a

EXPLAIN SELECT 1

EXPLAIN DELETE FROM t WHERE a = 1

EXPLAIN UPDATE t SET a = 1 WHERE b IN (1, 2)

EXPLAIN INSERT INTO t (a, b) VALUES (1, 2)

EXPLAIN REPLACE LOW_PRIORITY INTO shop.t (a) VALUE (1)

EXPLAIN INSERT IGNORE t (a) SELECT 1 FROM u

#! mysql
EXPLAIN INSERT INTO t VALUES (1, 2) AS new (a, b) ON DUPLICATE KEY UPDATE a = new.a

EXPLAIN FORMAT = JSON (SELECT 1)

EXPLAIN FORMAT=JSON WITH a AS (SELECT 1) SELECT * FROM a

#! mysql
EXPLAIN FOR CONNECTION 7

#! mysql
EXPLAIN ANALYZE FORMAT = TREE SELECT 1

#! mariadb
ANALYZE FORMAT=JSON SELECT 1

#! mariadb
EXPLAIN EXTENDED (SELECT 1)

CHECKSUM TABLE t, u EXTENDED

HELP 'SELECT'

USE shop

XA RECOVER

# verbs are names here
SELECT `delete`, `into` FROM `update` AS `drop` WHERE `insert` = 'DROP TABLE t'

SELECT t.into, t.update, t.for FROM t

SELECT REPLACE('a', 'b', 'c'), INSERT('abc', 1, 1, 'x'), TRUNCATE(1.5, 0), REPEAT('a', 3)

SELECT 1 AS `FOR UPDATE`, 'INTO OUTFILE', "LOCK IN SHARE MODE"

#! both ANSI_QUOTES
SELECT "into", "sleep" FROM "for"

SELECT 'it''s; not two', 'and \'; neither'

#! both NO_BACKSLASH_ESCAPES
SELECT 'a backslash at the end\', 'b'

# 16 MiB hexadecimal and other literals
SELECT x'4D', X'4d', 0x4D, b'01', N'text', _utf8mb4'text', _latin1 x'4D', _binary 'x', 1.5e-3, .5, 1., DATE '2026-01-01'

SELECT {d '2026-01-01'}, {fn LENGTH('a')}, {x 1}

SELECT @a, @@version, @@global.max_connections, @`a b`, @'a b', @"a b", @@session .autocommit

SELECT 5--1, 5-- 1
 + 2

SELECT 5 --<SOH> a control character opens the comment too
 + 1

SELECT 1 # to the end of the line; DROP TABLE t
 + 1

SELECT 1 -- carriage returns do not end it<CR> ; DROP TABLE t

SELECT /* /* does not nest */ 1 /* ; ' " ` */

SELECT 1 /**/ + /***/ 2 /*/ one comment */

SELECT<VT>1<FF>+<TAB>1

SELECT 'a<NUL>b', '<NBSP>' /* <NUL> */

SELECT 1;

SELECT 1 ; ; /* done */

-- first
# second
/* third */ SELECT 1

SELECT /*! SQL_NO_CACHE */ 1 /*!50000 + 1 */ /*M!100000 + 1 */ /*!99999 + 1 */

/*!50000 SELECT 1 /* inside */ + 1 */

SELECT 1 /*!99999 a /* b */ c */ + 1

SELECT 1 /*T![feature] + 1 */

SELECT /*+ MAX_EXECUTION_TIME(1000) NO_MERGE(@`a b`) */ 1 FROM t

SELECT /*+ RESOURCE_GROUP(g) */ 1

# hints end at the first */ whatever stands in them
SELECT /*+ QB_NAME(a') */ 1

SELECT SQL_CALC_FOUND_ROWS a FROM t FORCE INDEX FOR ORDER BY (i) LIMIT 1

#! mariadb
SELECT * FROM t FOR SYSTEM_TIME AS OF TIMESTAMP '2026-01-01'

#! mariadb
SELECT LASTVAL(s), PREVIOUS VALUE FOR s

# waiting a little is reading a little
SELECT SLEEP(1), SLEEP(0.25), `sleep`(0), sleep /* so */ (1)

#! mariadb
SELECT mariadb_schema.sleep(0), `oracle_schema` . lower('A')

SELECT IS_FREE_LOCK('a'), IS_USED_LOCK('a')

SELECT COUNT(*), MAX(a), NOW(), IF(a, b, c), LEFT('a', 1), CHAR(65 USING utf8mb4) FROM t

SELECT CAST(a AS CHAR(5)), CONVERT(a, DECIMAL(5, 2)), CONVERT(a, DATETIME(6)), CONVERT('a' USING utf8mb4) FROM t

SELECT * FROM JSON_TABLE('[1]', '$[*]' COLUMNS (id FOR ORDINALITY, a VARCHAR(5) PATH '$', b DECIMAL(4, 1) PATH '$', c TEXT(9) PATH '$')) AS j

SELECT a FROM t WHERE MATCH (a, b) AGAINST ('x' IN BOOLEAN MODE) AND a LIKE 'b' ESCAPE ('!')

SELECT a FROM t WHERE a = ANY (SELECT 1) OR a > SOME (SELECT 2) OR a IN (1, 2) OR EXISTS (SELECT 3)

SELECT ROW(1, 2) = (SELECT 1, 2)

SELECT SUM(a) OVER (PARTITION BY b ORDER BY c ROWS BETWEEN 1 PRECEDING AND CURRENT ROW), RANK() OVER w FROM t WINDOW w AS (ORDER BY a)

#! mysql
SELECT a FROM t GROUP BY ROLLUP (a)

#! mysql
SELECT 17 MEMBER OF ('[17]'), a->'$.b', a->>'$.c' FROM t

#! mysql
SELECT * FROM t, LATERAL (SELECT t.a) AS l

# functions that somebody made, where the profile allows them: `looks` is declared so
#! both known
SELECT looks(1), shop.looks(2), `shop` . `looks`(3)

# the servers' own come before a stored one of that name
#! both known
SELECT count(*), ascii ('a'), `concat`('a')

# Words that are not reserved, where they are no calls.
SELECT SQL_BUFFER_RESULT (SELECT 1)

#! mysql
SELECT SQL_NO_CACHE (1)

#! mysql
SELECT * FROM {oj (t LEFT JOIN u ON t.a = u.a)}

SELECT a MEMBER ('[1]') FROM t

#! mysql
SELECT * FROM t TABLESAMPLE BERNOULLI (10)

#! mariadb
SELECT * FROM t FOR SYSTEM_TIME AS OF TRANSACTION (@a)

#! mariadb
EXPLAIN PARTITIONS (SELECT 1)

SELECT JSON_VALUE(a, '$' RETURNING DATETIME(3)) FROM t

SELECT * FROM JSON_TABLE('[]', '$[*]' COLUMNS (timestamp DATETIME(6) PATH '$.a')) AS j

#! mysql
EXPLAIN FORMAT=JSON FOR SCHEMA shop (SELECT 1)

#! mariadb
SELECT ST_SIMPLIFY(a, 1) FROM t
