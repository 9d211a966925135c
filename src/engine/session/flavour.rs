//! How each thing is said to this product and version.

use crate::engine::sql::dialect::{Dialect, Product};

impl Dialect {
    /// The session variable that says whether transactions only read.
    pub(super) fn read_only_variable(self) -> &'static str {
        match self.product {
            Product::MySql if self.version >= (5, 7, 20) => "transaction_read_only",
            Product::MariaDb if self.version >= (11, 1, 1) => "transaction_read_only",
            _ => "tx_read_only",
        }
    }

    /// The assignment that limits how long a statement may run; 0 means no limit.
    /// MySQL counts milliseconds and limits SELECT alone; MariaDB counts seconds and limits every statement.
    pub(super) fn time_limit(self, limit: std::time::Duration) -> Option<String> {
        match self.product {
            Product::MySql if self.version >= (5, 7, 8) => Some(format!(
                "max_execution_time = {}",
                limit.as_millis().min(u128::from(u32::MAX))
            )),
            Product::MySql => None,
            Product::MariaDb => Some(format!(
                "max_statement_time = {}.{:03}",
                limit.as_secs().min(31_536_000),
                limit.subsec_millis()
            )),
        }
    }

    /// Which server this is and which transactions it has: server id, then MySQL's UUID, GTID mode, what was executed
    /// and what was purged, or MariaDB's position.
    pub(super) fn binlog_facts(self) -> &'static str {
        match self.product {
            Product::MySql if self.version >= (5, 6, 5) => {
                "SELECT @@server_id, @@server_uuid, @@global.gtid_mode, @@global.gtid_executed"
            }
            Product::MariaDb if self.version >= (10, 0, 2) => {
                "SELECT @@server_id, @@global.gtid_binlog_pos"
            }
            _ => "SELECT @@server_id",
        }
    }

    /// The last file of the binary log, and where it ends.
    pub(in crate::engine) fn binlog_end(self) -> &'static str {
        match self.product {
            Product::MySql if self.version >= (8, 2, 0) => "SHOW BINARY LOG STATUS",
            _ => "SHOW MASTER STATUS",
        }
    }
}
