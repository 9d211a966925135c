//! The numbers of the events, with the names that the servers' own documentation uses.
//!
//! Numbers up to 159 are MySQL's, from 160 MariaDB's. Those of early 5.1 versions are translated when they are read
//! (`frame.rs`), so that nothing else meets them.

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*) => {
        $($(#[$doc])* pub const $name: u8 = $number;)*

        /// The event's name as the servers' documentation has it; `None` if it is not known here.
        pub fn name(kind: u8) -> Option<&'static str> {
            match kind {
                $($number => Some($text),)*
                _ => None,
            }
        }
    };
}

kinds! {
    /// The first event of binlog versions 1 and 3, which are not read.
    START_V3 = 1, "Start_v3";
    /// A statement.
    QUERY = 2, "Query";
    /// The server was stopped.
    STOP = 3, "Stop";
    /// The next file.
    ROTATE = 4, "Rotate";
    /// An automatic value for the next statement.
    INTVAR = 5, "Intvar";
    /// LOAD DATA of 3.23.
    LOAD = 6, "Load";
    /// Never written.
    SLAVE = 7, "Slave";
    /// LOAD DATA of 4.x: the file's first block.
    CREATE_FILE = 8, "Create_file";
    /// LOAD DATA: a further block of the file.
    APPEND_BLOCK = 9, "Append_block";
    /// LOAD DATA of 4.x: the file is complete.
    EXEC_LOAD = 10, "Exec_load";
    /// LOAD DATA: the file is not wanted.
    DELETE_FILE = 11, "Delete_file";
    /// LOAD DATA of 4.x.
    NEW_LOAD = 12, "New_load";
    /// Seeds of RAND() for the next statement.
    RAND = 13, "RAND";
    /// A user variable for the next statement.
    USER_VAR = 14, "User var";
    /// How the events of this file are laid out.
    FORMAT_DESCRIPTION = 15, "Format_desc";
    /// COMMIT in a transactional engine.
    XID = 16, "Xid";
    /// LOAD DATA: the file's first block.
    BEGIN_LOAD_QUERY = 17, "Begin_load_query";
    /// LOAD DATA: the statement.
    EXECUTE_LOAD_QUERY = 18, "Execute_load_query";
    /// A table that rows will name by number.
    TABLE_MAP = 19, "Table_map";
    /// Rows of 5.1 before it was released.
    PRE_GA_WRITE_ROWS = 20, "Write_rows_event_old";
    /// Rows of 5.1 before it was released.
    PRE_GA_UPDATE_ROWS = 21, "Update_rows_event_old";
    /// Rows of 5.1 before it was released.
    PRE_GA_DELETE_ROWS = 22, "Delete_rows_event_old";
    /// Inserted rows: 5.1 to 5.5, and MariaDB.
    WRITE_ROWS_V1 = 23, "Write_rows_v1";
    /// Updated rows: 5.1 to 5.5, and MariaDB.
    UPDATE_ROWS_V1 = 24, "Update_rows_v1";
    /// Deleted rows: 5.1 to 5.5, and MariaDB.
    DELETE_ROWS_V1 = 25, "Delete_rows_v1";
    /// Something happened that is not in the log.
    INCIDENT = 26, "Incident";
    /// A sign of life, over the network alone.
    HEARTBEAT = 27, "Heartbeat";
    /// What a reader that does not know it may pass over.
    IGNORABLE = 28, "Ignorable";
    /// The statement behind the rows that follow (MySQL).
    ROWS_QUERY = 29, "Rows_query";
    /// Inserted rows.
    WRITE_ROWS = 30, "Write_rows";
    /// Updated rows.
    UPDATE_ROWS = 31, "Update_rows";
    /// Deleted rows.
    DELETE_ROWS = 32, "Delete_rows";
    /// The identifier of the transaction that follows (MySQL).
    GTID = 33, "Gtid";
    /// A transaction that has no identifier (MySQL).
    ANONYMOUS_GTID = 34, "Anonymous_Gtid";
    /// What the files before this one hold (MySQL).
    PREVIOUS_GTIDS = 35, "Previous_gtids";
    /// Group replication: what a transaction must be checked against.
    TRANSACTION_CONTEXT = 36, "Transaction_context";
    /// Group replication: the members have changed.
    VIEW_CHANGE = 37, "View_change";
    /// XA PREPARE, or its one-phase commit.
    XA_PREPARE = 38, "XA_prepare";
    /// Updated rows with JSON documents in part.
    PARTIAL_UPDATE_ROWS = 39, "Update_rows_partial";
    /// A compressed transaction.
    TRANSACTION_PAYLOAD = 40, "Transaction_payload";
    /// A sign of life with 64-bit positions.
    HEARTBEAT_V2 = 41, "Heartbeat";
    /// The identifier of the transaction that follows, with a tag.
    GTID_TAGGED = 42, "Gtid_tagged_log_event";
    /// The statement behind the rows that follow (MariaDB).
    ANNOTATE_ROWS = 160, "Annotate_rows";
    /// The oldest file that crash recovery needs (MariaDB).
    BINLOG_CHECKPOINT = 161, "Binlog_checkpoint";
    /// The identifier of the transaction that follows (MariaDB).
    MARIADB_GTID = 162, "Gtid";
    /// What the files before this one hold (MariaDB).
    GTID_LIST = 163, "Gtid_list";
    /// What follows in this file is encrypted (MariaDB).
    START_ENCRYPTION = 164, "Start_encryption";
    /// QUERY, compressed (MariaDB).
    QUERY_COMPRESSED = 165, "Query_compressed";
    /// WRITE_ROWS_V1, compressed (MariaDB).
    WRITE_ROWS_COMPRESSED_V1 = 166, "Write_rows_compressed_v1";
    /// UPDATE_ROWS_V1, compressed (MariaDB).
    UPDATE_ROWS_COMPRESSED_V1 = 167, "Update_rows_compressed_v1";
    /// DELETE_ROWS_V1, compressed (MariaDB).
    DELETE_ROWS_COMPRESSED_V1 = 168, "Delete_rows_compressed_v1";
    /// WRITE_ROWS, compressed (MariaDB).
    WRITE_ROWS_COMPRESSED = 169, "Write_rows_compressed";
    /// UPDATE_ROWS, compressed (MariaDB).
    UPDATE_ROWS_COMPRESSED = 170, "Update_rows_compressed";
    /// DELETE_ROWS, compressed (MariaDB).
    DELETE_ROWS_COMPRESSED = 171, "Delete_rows_compressed";
}
