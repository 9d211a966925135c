# Statements that must be refused; the form is that of pass.sql. « and » stand around the place that the
# refusal is about, and the line => has its word.

# --- what is no reading statement, by its verb

«DELETE» FROM t
=> DELETE

«INSERT» INTO t VALUES (1)
=> INSERT

«REPLACE» INTO t VALUES (1)
=> REPLACE

«UPDATE» t SET a = 1
=> UPDATE

«TRUNCATE» TABLE t
=> TRUNCATE

«LOAD» DATA INFILE 'x' INTO TABLE t
=> LOAD

«LOAD» DATA LOCAL INFILE 'x' INTO TABLE t
=> LOAD

«LOAD» XML INFILE 'x' INTO TABLE t
=> LOAD

«IMPORT» TABLE FROM 'x.sdi'
=> IMPORT

«CALL» p()
=> CALL

«DO» SLEEP(1)
=> DO

«SET» GLOBAL max_connections = 5
=> SET

«SET» @a = 1
=> SET

«SET» NAMES gbk
=> SET

«SET» ROLE NONE
=> SET

«SET» PASSWORD = 'x'
=> SET

«SET» SESSION TRANSACTION READ WRITE
=> SET

«SET» STATEMENT tx_read_only = 0 FOR DELETE FROM t
=> SET

«START» TRANSACTION READ WRITE
=> START

«START» REPLICA
=> START

«STOP» SLAVE
=> STOP

«BEGIN»
=> BEGIN

«COMMIT» AND CHAIN
=> COMMIT

«ROLLBACK»
=> ROLLBACK

«SAVEPOINT» a
=> SAVEPOINT

«RELEASE» SAVEPOINT a
=> RELEASE

«XA» START 'a'
=> XA

«XA» COMMIT 'a'
=> XA

«LOCK» TABLES t READ
=> LOCK

«UNLOCK» TABLES
=> UNLOCK

«LOCK» INSTANCE FOR BACKUP
=> LOCK

«HANDLER» t OPEN
=> HANDLER

«PREPARE» s FROM 'DELETE FROM t'
=> PREPARE

«EXECUTE» s
=> EXECUTE

«EXECUTE» IMMEDIATE 'DELETE FROM t'
=> EXECUTE

«DEALLOCATE» PREPARE s
=> DEALLOCATE

«CREATE» TEMPORARY TABLE a (b INT)
=> CREATE

«CREATE» FUNCTION f RETURNS INT SONAME 'x.so'
=> CREATE

«CREATE» OR REPLACE VIEW v AS SELECT 1
=> CREATE

«ALTER» TABLE t ADD a INT
=> ALTER

«ALTER» INSTANCE ROTATE INNODB MASTER KEY
=> ALTER

«DROP» TABLE t
=> DROP

«RENAME» TABLE t TO u
=> RENAME

«GRANT» ALL ON *.* TO a
=> GRANT

«REVOKE» ALL ON *.* FROM a
=> REVOKE

«ANALYZE» TABLE t
=> ANALYZE

«ANALYZE» NO_WRITE_TO_BINLOG TABLE t
=> ANALYZE

«OPTIMIZE» TABLE t
=> OPTIMIZE

«REPAIR» TABLE t
=> REPAIR

«CHECK» TABLE t
=> CHECK

«CACHE» INDEX t IN c
=> CACHE

«LOAD» INDEX INTO CACHE t
=> LOAD

«FLUSH» TABLES WITH READ LOCK
=> FLUSH

«RESET» MASTER
=> RESET

«PURGE» BINARY LOGS TO 'a'
=> PURGE

«KILL» QUERY 5
=> KILL

«SHUTDOWN»
=> SHUTDOWN

«RESTART»
=> RESTART

«CHANGE» REPLICATION SOURCE TO SOURCE_HOST = 'a'
=> CHANGE

«BINLOG» 'AAAA'
=> BINLOG

«INSTALL» PLUGIN a SONAME 'a.so'
=> INSTALL

«UNINSTALL» COMPONENT 'file://a'
=> UNINSTALL

«BACKUP» STAGE START
=> BACKUP

«CLONE» LOCAL DATA DIRECTORY = '/x'
=> CLONE

«SIGNAL» SQLSTATE '45000'
=> SIGNAL

«GET» DIAGNOSTICS @a = NUMBER
=> GET

«IF» 1 THEN DELETE FROM t
=> IF

«DELIMITER» //
=> DELIMITER

«SOURCE» x.sql
=> SOURCE

«\»! ls
=> \

«MERGE» INTO t
=> MERGE

«DEL»/**/ETE FROM t
=> DEL

# --- no statement at all

«»-- only a comment
=> nothing

# --- verbs behind others

WITH a AS (SELECT 1) «DELETE» FROM t
=> DELETE

WITH a AS (SELECT 1), b (x) AS (SELECT 2) «UPDATE» t SET a = 1
=> UPDATE

EXPLAIN ANALYZE «DELETE» FROM t
=> DELETE

EXPLAIN ANALYZE FORMAT=TREE WITH a AS (SELECT 1) «UPDATE» t SET a = 1
=> UPDATE

ANALYZE FORMAT=JSON «INSERT» INTO t VALUES (1)
=> INSERT

(«DELETE» FROM t)
=> DELETE

# only queries stand in parentheses
(«SHOW» TABLES)
=> SHOW

«EXPLAIN»
=> EXPLAIN

# --- two statements

SELECT 1«;» DELETE FROM t
=> ;

SELECT 1--1«;» DELETE FROM t
=> ;

SELECT 1«;»;SELECT 2
=> ;

SHOW TABLES«;» /*!99999 x */ /*!50000 DROP TABLE t */
=> ;

SELECT 1 /*!50000 «;» DELETE FROM t */
=> ;

SELECT 'a\\'«;» DELETE FROM t -- '
=> ;

SELECT "a"""«;» DROP TABLE t
=> ;

SELECT `a\`«;» DROP TABLE t -- `
=> ;

«;» SELECT 1
=> ;

# a backslash is an ordinary character in this mode
#! both NO_BACKSLASH_ESCAPES
SELECT 'a\'«;» DELETE FROM t -- '
=> ;

# double quotes are around a name, in which a backslash is nothing special
#! both ANSI_QUOTES
SELECT "a\"«;» DELETE FROM t -- "
=> ;

# --- executable comments are code wherever some server takes them for code

/*!50000 «DELETE» FROM t */
=> DELETE

/*! «DELETE» FROM t */
=> DELETE

/*M!100000 «DELETE» FROM t */
=> DELETE

/*!99999 «DELETE» FROM t */
=> DELETE

/*!100000 «DELETE» FROM t */
=> DELETE

/*!999999«DELETE» FROM t */
=> DELETE

# TiDB runs these
/*T! «DELETE» FROM t */
=> DELETE

SELECT SLEEP /*T![a,b] */ (1) /*T!«INTO» OUTFILE 'x' */
=> INTO

SELECT 1 /*!50000 «INTO» OUTFILE 'x' */
=> INTO

SELECT 1 /*!50701 «INTO» OUTFILE 'x' */
=> INTO

SELECT 1 /*!50000 /* nothing */ «INTO» OUTFILE 'x' */
=> INTO

SELECT 1 /*!50000 + 1 /*!99999 + 1 */ «INTO» OUTFILE 'x' */
=> INTO

# a comment here, in which the quote means nothing
SELECT /*!99999 ' */ 1 «INTO» OUTFILE 'x' -- '
=> INTO

SELECT * FROM t /*!50000 «FOR» UPDATE */
=> FOR UPDATE

SELECT * FROM t «FOR» /*!50000 UPDATE */
=> FOR UPDATE

# without the comment it is a call
SELECT «f» /*!99999 + */ (1)
=> F

SELECT 1 /*!50000 , «sleep» */ (5)
=> SLEEP

# it never ends
SELECT 1 «/*!50000» + 1
=> /*!50000

# sent as text
SHOW WARNINGS «/*!50000» LIMIT 1 */
=> /*!50000

# to MySQL the comment ends early, to MariaDB it holds a string
SELECT 1 /*M! , '/* */ «;» DROP TABLE t -- ' */
=> ;

# --- text that cannot be read, or is read differently

SELECT «'open»
=> 'open

SELECT «"open»
=> "open

SELECT «`open»
=> `open

SELECT 1 «/* open»
=> /* open

SELECT 1 «/*/»
=> /*/

SELECT «/*+ open»
=> /*+ open

SELECT «@'open»
=> @'open

SELECT«<NUL>»1
=> <NUL>

SELECT«<SOH>»1
=> <SOH>

SELECT«<DEL>»1
=> <DEL>

SELECT«<NBSP>»1
=> <NBSP>

SELECT«<BOM>»1
=> <BOM>

SELECT«<WIDE>»1
=> <WIDE>

SELECT«<ZWSP>»1
=> <ZWSP>

SELECT«<NEL>»1
=> <NEL>

«<BOM>»SELECT 1
=> <BOM>

SELECT 1«<NUL>»; DROP TABLE t
=> <NUL>

SELECT 1 # x«<NUL>» + 1
=> <NUL>

SELECT 1«<NBSP>»
=> <NBSP>

# --- rows that go elsewhere, locks, variables

SELECT 1 «INTO» OUTFILE 'x'
=> INTO

SELECT 1 «INTO» DUMPFILE 'x'
=> INTO

SELECT 1 «INTO» @a
=> INTO

SELECT a «into» @a FROM t
=> INTO

(SELECT 1) UNION (SELECT 2 «INTO» OUTFILE 'x')
=> INTO

(SELECT 1) «INTO» OUTFILE 'x'
=> INTO

SELECT 1. «INTO» OUTFILE 'x'
=> INTO

SELECT .5«INTO» OUTFILE 'x'
=> INTO

SELECT * «INTO»/**/OUTFILE 'x' FROM t
=> INTO

TABLE t «INTO» OUTFILE 'x'
=> INTO

VALUES ROW(1) «INTO» OUTFILE 'x'
=> INTO

EXPLAIN FORMAT=JSON «INTO» @a SELECT 1
=> INTO

EXPLAIN INSERT INTO t SELECT 1 «INTO» @a
=> INTO

SHOW TABLES «INTO» OUTFILE 'x'
=> INTO

WITH a AS (SELECT 1) SELECT * FROM a «INTO» @b
=> INTO

SELECT 'a' x'41''' «INTO» OUTFILE '/x'
=> INTO

SELECT 1 /*+ ' */ «INTO» OUTFILE 'x' -- '
=> INTO

SELECT * FROM t «FOR» UPDATE
=> FOR UPDATE

SELECT * FROM t «for»
update NOWAIT
=> FOR UPDATE

SELECT (SELECT a FROM t LIMIT 1 «FOR» UPDATE)
=> FOR UPDATE

EXPLAIN SELECT * FROM t «FOR» UPDATE
=> FOR UPDATE

SHOW TABLES WHERE (SELECT a FROM t LIMIT 1 «FOR» UPDATE)
=> FOR UPDATE

SELECT * FROM t «FOR» SHARE OF t SKIP LOCKED
=> FOR SHARE

SHOW TABLES WHERE 1 IN (SELECT a FROM t «FOR» SHARE)
=> FOR SHARE

SELECT * FROM t «LOCK» IN SHARE MODE
=> LOCK IN SHARE MODE

SHOW DATABASES WHERE 1 IN (SELECT a FROM t «LOCK» IN SHARE MODE)
=> LOCK IN SHARE MODE

SELECT @a «:=» 1
=> :=

SELECT @a/**/«:=»/**/1 FROM t
=> :=

SHOW TABLES WHERE @a «:=» 1
=> :=

EXPLAIN t «FOR» UPDATE
=> FOR UPDATE

SELECT * FROM t «PROCEDURE» ANALYSE()
=> PROCEDURE

SELECT «/*+ SET_VAR(sort_buffer_size = 1) */» 1
=> /*+ SET_VAR(sort_buffer_size = 1) */

SELECT 1 FROM (SELECT «/*+ MAX_EXECUTION_TIME(1) set_var(a=1)*/» 1) a
=> /*+ MAX_EXECUTION_TIME(1) set_var(a=1)*/

# --- functions that wait, lock, read files, move sequences

SELECT «SLEEP»(2)
=> SLEEP

SELECT «SLEEP»(1.5)
=> SLEEP

SELECT «sleep» (10)
=> SLEEP

SELECT «SLEEP»(a)
=> SLEEP

SELECT «SLEEP»(0.5 + 5)
=> SLEEP

SELECT «SLEEP»(-1)
=> SLEEP

SELECT «SLEEP»(1e1)
=> SLEEP

SELECT «SLEEP»()
=> SLEEP

SELECT «BENCHMARK»(1, 1)
=> BENCHMARK

SELECT «GET_LOCK»('a', 1)
=> GET_LOCK

SELECT «RELEASE_LOCK»('a')
=> RELEASE_LOCK

SELECT «RELEASE_ALL_LOCKS»()
=> RELEASE_ALL_LOCKS

SELECT «LOAD_FILE»('/x')
=> LOAD_FILE

SELECT «MASTER_POS_WAIT»('a', 1)
=> MASTER_POS_WAIT

SELECT «`sleep`»(9)
=> SLEEP

SELECT «sleep»/* so */(9)
=> SLEEP

SELECT «sleep»-- so
(9)
=> SLEEP

SELECT 1 FROM t ORDER BY «sleep»(9)
=> SLEEP

SHOW TABLES WHERE «sleep»(9)
=> SLEEP

EXPLAIN SELECT * FROM (SELECT «sleep»(9)) a
=> SLEEP

SELECT {fn «sleep»(9)}
=> SLEEP

SELECT {`x` «sleep»(9)}
=> SLEEP

SELECT IF(1, «sleep»(9), 2)
=> SLEEP

VALUES ROW(«sleep»(9))
=> SLEEP

EXPLAIN INSERT INTO t (a) VALUES («sleep»(9))
=> SLEEP

#! both ANSI_QUOTES
SELECT «"sleep"»(9)
=> SLEEP

#! both ANSI_QUOTES
SELECT {"x" «sleep»(9)}
=> SLEEP

# to MySQL it is a stored function, and refused as one
SELECT mariadb_schema.«sleep»(9)
=> SLEEP

SELECT `maxdb_schema` . «`get_lock`»('a', 1)
=> GET_LOCK

SELECT «NEXTVAL»(s)
=> NEXTVAL

SELECT «SETVAL»(s, 5)
=> SETVAL

SELECT «NEXT» VALUE FOR s
=> NEXT VALUE FOR

SELECT «NEXT»/**/VALUE -- x
FOR s
=> NEXT VALUE FOR

EXPLAIN SELECT «nextval»(s)
=> NEXTVAL

#! mariadb
SELECT «MASTER_GTID_WAIT»('0-1-1')
=> MASTER_GTID_WAIT

#! mysql
SELECT «WAIT_FOR_EXECUTED_GTID_SET»('')
=> WAIT_FOR_EXECUTED_GTID_SET

# Oracle's words
#! both ORACLE
SELECT s.«nextval»
=> NEXTVAL

# Oracle's words
#! both ORACLE
SELECT `s` . «`NEXTVAL`»
=> NEXTVAL

# Oracle's words
#! both ORACLE
SELECT d.s.«"nextval"»
=> NEXTVAL

# --- functions that are no known built-in

SELECT «f»(1)
=> F

SELECT «service_get_read_locks»(1)
=> SERVICE_GET_READ_LOCKS

SELECT «group_replication_set_as_primary»(1)
=> GROUP_REPLICATION_SET_AS_PRIMARY

SELECT «asynchronous_connection_failover_add_source»(1)
=> ASYNCHRONOUS_CONNECTION_FAILOVER_ADD_SOURCE

SELECT «keyring_key_store»(1)
=> KEYRING_KEY_STORE

SELECT «mask_inner»(1)
=> MASK_INNER

SELECT «audit_log_filter_set_filter»(1)
=> AUDIT_LOG_FILTER_SET_FILTER

SELECT «sys_exec»(1)
=> SYS_EXEC

SELECT «version_tokens_set»(1)
=> VERSION_TOKENS_SET

SELECT shop.«f»(1)
=> F

SELECT shop.«count»(1)
=> COUNT

SELECT «`count`»(1)
=> COUNT

SELECT «`left`»('a', 1)
=> LEFT

SELECT t.«1e5x»(1)
=> 1E5X

SELECT t.«123»(1)
=> 123

SELECT 1 FROM t WHERE «f»(1) AND 2
=> F

SELECT «f» (1)
=> F

SHOW TABLES WHERE «f»(1)
=> F

# no reserved word, so somebody can have made it
#! mariadb
SELECT «extended»(1)
=> EXTENDED

# no reserved word, so somebody can have made it
#! mariadb
SELECT 1 FROM t GROUP BY «rollup»(1)
=> ROLLUP

# no reserved word, so somebody can have made it
#! mariadb
SELECT 1 FROM t ORDER BY «cube»(1)
=> CUBE

# no reserved word, so somebody can have made it
#! mariadb
SELECT SQL_NO_CACHE «escape»(1)
=> ESCAPE

# no reserved word, so somebody can have made it
#! mariadb
SELECT SQL_NO_CACHE «against»(1)
=> AGAINST

# no reserved word, so somebody can have made it
#! mariadb
SELECT «columns»(1)
=> COLUMNS

# no reserved word, so somebody can have made it
#! mariadb
SELECT (SELECT 1 columns), a «inet4»(1)
=> INET4

# --- functions that somebody made

#! both known
SELECT «writes»(1)
=> WRITES

#! both known
SELECT shop.«writes»(1)
=> WRITES

#! both known
SELECT «both_ways»(1)
=> BOTH_WAYS

#! both known
SELECT «udf»(1)
=> UDF

#! both known
SELECT «count» (*)
=> COUNT

#! both known
SELECT «count»/**/(*)
=> COUNT

#! both known
SELECT elsewhere.«looks»(1)
=> LOOKS

# built-in of older versions only
#! mysql known
SELECT «area»(1)
=> AREA

# built-in of older versions only
#! mysql known
SELECT «equals»(1, 2)
=> EQUALS
