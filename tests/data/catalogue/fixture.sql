-- What the catalogue's statements would change, on both servers.

CREATE DATABASE shop CHARACTER SET utf8mb4;

USE shop;

CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(40), stock INT NOT NULL DEFAULT 1);
INSERT INTO item VALUES (1, 'kettle', 4), (2, 'delete', 7), (3, 'lamp', 0);

CREATE TABLE old_item (id INT PRIMARY KEY, name VARCHAR(40)) ENGINE = MyISAM;
INSERT INTO old_item VALUES (1, 'candle'), (2, 'churn');

CREATE TABLE audit (what VARCHAR(80));

CREATE TABLE parcel (id INT PRIMARY KEY);

CREATE TRIGGER item_gone AFTER DELETE ON item FOR EACH ROW INSERT INTO audit VALUES (OLD.name);

CREATE EVENT tidy ON SCHEDULE EVERY 1 DAY DISABLE DO DELETE FROM audit;

DELIMITER //

-- Declares nothing, so the server says that it CONTAINS SQL.
CREATE FUNCTION takes_one() RETURNS INT
BEGIN
    DELETE FROM item WHERE id = 1;
    RETURN 1;
END//

-- Declares what is not true.
CREATE FUNCTION claims_to_read() RETURNS INT READS SQL DATA
BEGIN
    INSERT INTO audit VALUES ('written by a reader');
    RETURN 1;
END//

CREATE FUNCTION counts() RETURNS INT READS SQL DATA RETURN (SELECT COUNT(*) FROM item)//

CREATE PROCEDURE reads_only() READS SQL DATA SELECT COUNT(*) FROM item//

CREATE PROCEDURE writes() DELETE FROM item WHERE id = 1//

CREATE PROCEDURE commits_and_writes()
BEGIN
    COMMIT;
    DELETE FROM item WHERE id = 1;
END//

CREATE PROCEDURE creates() CREATE TABLE made (id INT)//

-- Takes the session out of read-only first.
CREATE PROCEDURE unlocks_and_writes()
BEGIN
    SET SESSION TRANSACTION READ WRITE;
    COMMIT;
    DELETE FROM item WHERE id = 1;
END//

DELIMITER ;

CREATE VIEW stock AS SELECT name, stock FROM item;

-- What no text shows.
CREATE VIEW taker AS SELECT takes_one() AS n;
CREATE VIEW locker AS SELECT GET_LOCK('catalogue', 20) AS got;
CREATE VIEW loader AS SELECT LOAD_FILE('{files}/in.csv') AS contents;

CREATE USER 'reader'@'127.0.0.1' IDENTIFIED BY 'reader';
GRANT SELECT ON shop.* TO 'reader'@'127.0.0.1';

CREATE USER 'victim'@'127.0.0.1' IDENTIFIED BY 'victim';
CREATE ROLE porter;
