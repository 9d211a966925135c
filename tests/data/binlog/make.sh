#!/usr/bin/env bash
# Makes the recorded binary logs of this folder anew, with private servers (packaging/servers.sh).
#
#   tests/data/binlog/make.sh [mysql] [mariadb]
#
# Everything that the servers can be made to write in a few kilobytes. README.md says what is in which file.

set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
servers=${XDG_DATA_HOME:-$HOME/.local/share}/porthole/servers
work=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; wait; rm -rf "$work"' EXIT

main() {
    [ $# -gt 0 ] || set -- mysql mariadb
    local kind
    for kind in "$@"; do
        case $kind in
        mysql | mariadb) "$kind" ;;
        *) echo "unknown server $kind" >&2 && exit 2 ;;
        esac
    done
}

# start PROGRAM OPTIONS...
start() {
    local program=$1
    shift
    "$program" --no-defaults --user="$(id -un)" --datadir="$work/data" --socket="$work/sock" --skip-networking \
        --pid-file="$work/pid" --log-error="$work/err" --log-bin="$work/data/binlog" --server-id=11 \
        --secure-file-priv="$work" --innodb-buffer-pool-size=32M "$@" &
    pid=$!
    local _
    for _ in $(seq 600); do
        sql -e 'SELECT 1' >/dev/null 2>&1 && return
        kill -0 $pid || { cat "$work/err" >&2 && exit 1; }
        sleep 0.1
    done
    echo "the server does not answer" >&2
    exit 1
}

stop() {
    kill "$pid"
    wait "$pid" || true
    pid=
}

sql() { "$client" --no-defaults -uroot --socket="$work/sock" --local-infile=0 "$@"; }

# keep FOLDER: all files of the log, and its index.
keep() {
    rm -rf "${here:?}/$1"
    mkdir "$here/$1"
    cp "$work"/data/binlog.0* "$work/data/binlog.index" "$here/$1/"
    sed -i 's|.*/||; s|^|./|' "$here/$1/binlog.index"
    chmod 644 "$here/$1"/*
}

# What both understand.
both() {
    cat <<'SQL'
CREATE DATABASE shop; USE shop;
CREATE TABLE item (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(40), price DECIMAL(8,2), made DATETIME(3)) CHARSET utf8mb4;
CREATE TABLE note (id INT, word TEXT) ENGINE=MyISAM;
INSERT INTO item (name, price, made) VALUES ('tea', 3.50, '2026-01-02 03:04:05.678'), ('Grüße', -1.25, NULL);
UPDATE item SET price = price + 1;
DELETE FROM item WHERE id = 1;
-- Two tables, a savepoint that is gone back to, and one that is kept.
BEGIN; INSERT INTO item (name) VALUES ('kept'); SAVEPOINT a; INSERT INTO item (name) VALUES ('gone'); ROLLBACK TO a;
SAVEPOINT `b c`; UPDATE item SET name = 'kept too' WHERE name = 'kept'; COMMIT;
-- Not all of it can be undone, so it is logged with its ROLLBACK.
BEGIN; INSERT INTO item (name) VALUES ('undone'); INSERT INTO note VALUES (2, 'stays'); ROLLBACK;
CREATE TABLE copied AS SELECT id, name FROM item;
CREATE TEMPORARY TABLE scratch (a INT); INSERT INTO scratch VALUES (1); DROP TEMPORARY TABLE scratch;
ALTER TABLE item ADD COLUMN extra VARBINARY(8);
INSERT INTO item (name, extra) VALUES ('extra', x'00ff00');
DELETE a, b FROM item a JOIN copied b ON a.id = b.id;
TRUNCATE note; DROP TABLE copied;
XA START 'one','branch',7; INSERT INTO item (name) VALUES ('xa'); XA END 'one','branch',7; XA PREPARE 'one','branch',7; XA COMMIT 'one','branch',7;
XA START 'two'; INSERT INTO item (name) VALUES ('xa back'); XA END 'two'; XA PREPARE 'two'; XA ROLLBACK 'two';
XA START 'three'; INSERT INTO item (name) VALUES ('at once'); XA END 'three'; XA COMMIT 'three' ONE PHASE;
CREATE USER reader@localhost IDENTIFIED BY 'a secret that must not show';
ALTER USER reader@localhost IDENTIFIED BY 'another secret';
DROP USER reader@localhost;
CREATE PROCEDURE twice(n INT) UPDATE item SET price = 2 * n;
CALL twice(4);
SQL
}

statements() {
    printf '1\ttab\n2\tseparated\n' >"$work/rows.txt"
    chmod 644 "$work/rows.txt"
    cat <<SQL
USE shop; SET SESSION binlog_format = STATEMENT;
INSERT INTO item (name) VALUES ('by statement');
SET @text = 'Ä', @int = -5, @real = 1.5e0, @decimal = 1.25, @none = NULL;
INSERT INTO item (name, price) VALUES (@text, @int), (@real, @decimal), (@none, RAND());
SET time_zone = '+02:00', timestamp = 1700000000.123456, sql_mode = 'ANSI_QUOTES';
INSERT INTO item (name, made) VALUES ('then', NOW(3));
INSERT INTO note SELECT LAST_INSERT_ID(), 'id';
SET timestamp = DEFAULT, sql_mode = '';
LOAD DATA INFILE '$work/rows.txt' INTO TABLE note;
SET NAMES latin1; INSERT INTO note VALUES (3, 'Gr$(printf '\374')n');
SQL
}

mysql() {
    client=$servers/mysql/bin/mysql
    rm -rf "$work/data"
    "$servers/mysql/bin/mysqld" --no-defaults --user="$(id -un)" --datadir="$work/data" --initialize-insecure \
        --secure-file-priv="$work" --log-error="$work/err"
    start "$servers/mysql/bin/mysqld" --mysqlx=OFF --gtid-mode=OFF --enforce-gtid-consistency=OFF \
        --binlog-rows-query-log-events=ON
    sql -e "RESET BINARY LOGS AND GTIDS"
    # .000001: without GTIDs
    both | sql
    sql -e "FLUSH BINARY LOGS; SET GLOBAL enforce_gtid_consistency = ON; SET GLOBAL gtid_mode = OFF_PERMISSIVE"
    sql -e "SET GLOBAL gtid_mode = ON_PERMISSIVE; SET GLOBAL gtid_mode = ON"
    sql -e "DROP DATABASE shop; FLUSH BINARY LOGS"
    # with GTIDs; what cannot be undone may not stand beside what can
    both | sed '/^BEGIN; INSERT.*undone/d; /TEMPORARY/d' | sql
    sql -e "SET gtid_next = 'AUTOMATIC:nightly'; INSERT INTO shop.item (name) VALUES ('tagged'); SET gtid_next = '11111111-2222-3333-4444-555555555555:by_hand:77'; BEGIN; COMMIT; SET gtid_next = 'AUTOMATIC'"
    sql -e "FLUSH BINARY LOGS"
    statements | sql
    sql -e "FLUSH BINARY LOGS"
    sql <<'SQL'
USE shop; SET binlog_transaction_compression = ON;
BEGIN; INSERT INTO item (name) VALUES ('packed'), ('packed too'); UPDATE item SET price = 7 WHERE name = 'packed'; COMMIT;
INSERT INTO item (name) SELECT CONCAT('row ', a.id) FROM item a JOIN item b;
XA START 'packed'; INSERT INTO item (name) VALUES ('xa'); XA END 'packed'; XA PREPARE 'packed'; XA COMMIT 'packed';
SET binlog_transaction_compression = OFF;
CREATE TABLE doc (id INT PRIMARY KEY, body JSON, wide VARCHAR(200));
SET binlog_row_value_options = PARTIAL_JSON;
INSERT INTO doc VALUES (1, JSON_OBJECT('a', 1, 'b', JSON_ARRAY(1, 2, REPEAT('x', 300))), 'w');
UPDATE doc SET body = JSON_SET(body, '$.a', 2);
UPDATE doc SET body = JSON_REMOVE(body, '$.b[0]');
UPDATE doc SET wide = 'other';
SET binlog_row_image = MINIMAL; UPDATE doc SET body = JSON_REPLACE(body, '$.a', 'three'); DELETE FROM doc;
SET GLOBAL binlog_row_metadata = FULL;
CREATE TABLE `odd ``name` (`a b` ENUM('x','y'), s SET('p','q'), u BIGINT UNSIGNED); INSERT INTO `odd ``name` VALUES ('y', 'p,q', 18446744073709551615);
FLUSH BINARY LOGS; INSERT INTO item (name) VALUES ('in a file that is being written');
SQL
    cp "$(ls "$work"/data/binlog.0* | tail -n 1)" "$here/mysql-in-use.000001"
    chmod 644 "$here/mysql-in-use.000001"
    stop
    keep mysql
}

mariadb() {
    local bin=$servers/mariadb/bin
    client=$bin/mariadb
    rm -rf "$work/data"
    mkdir "$work/data"
    "$bin/mariadb-install-db" --no-defaults --user="$(id -un)" --datadir="$work/data" --auth-root-authentication-method=normal >"$work/install" 2>&1 || { cat "$work/install" >&2 && exit 1; }
    printf '1;%s\n' 000102030405060708090a0b0c0d0e0f >"$work/keys"
    start "$bin/mariadbd" --binlog-format=ROW --plugin-load-add=file_key_management --file-key-management-filename="$work/keys"
    sql -e "RESET MASTER"
    both | sql
    sql -e "FLUSH BINARY LOGS"
    statements | sql
    sql -e "FLUSH BINARY LOGS"
    sql <<'SQL'
USE shop; SET GLOBAL log_bin_compress = ON, log_bin_compress_min_len = 10; SET gtid_domain_id = 3, server_id = 12;
INSERT INTO item (name) VALUES (REPEAT('packed ', 5)), ('packed too');
UPDATE item SET name = REPEAT('again ', 6) WHERE name = 'packed too'; DELETE FROM item WHERE name LIKE 'again%';
CREATE TABLE long_statement (a INT COMMENT 'a comment that makes the statement long enough');
CREATE SEQUENCE s; SELECT NEXTVAL(s);
CREATE TABLE versioned (id INT PRIMARY KEY, v INT) WITH SYSTEM VERSIONING; INSERT INTO versioned VALUES (1, 1); UPDATE versioned SET v = 2; DELETE FROM versioned;
SET GLOBAL log_bin_compress = OFF; SET binlog_alter_two_phase = ON; ALTER TABLE item ADD COLUMN later INT;
SET GLOBAL binlog_row_metadata = FULL; INSERT INTO item (name) VALUES ('with names');
CREATE OR REPLACE TABLE again AS SELECT 1 AS a;
FLUSH BINARY LOGS; INSERT INTO item (name) VALUES ('in a file that is being written');
SQL
    cp "$(ls "$work"/data/binlog.0* | tail -n 1)" "$here/mariadb-in-use.000001"
    chmod 644 "$here/mariadb-in-use.000001"
    stop
    keep mariadb
    rm "$work"/data/binlog.*
    start "$bin/mariadbd" --binlog-format=ROW --encrypt-binlog=ON --plugin-load-add=file_key_management --file-key-management-filename="$work/keys"
    sql -e "INSERT INTO shop.item (name) VALUES ('nobody sees this')"
    stop
    cp "$work/data/binlog.000001" "$here/mariadb-encrypted.000001"
    chmod 644 "$here/mariadb-encrypted.000001"
}

main "$@"
