//! The tables of the sample data, and the account that may read them.

use super::{Kind, Result, Writer};
use crate::engine::profiles::secrets::Secret;

/// The account that the window connects with. It may not write, so "read-only" is the server's promise.
pub(super) const READER: &str = "porthole";

/// Makes both schemas, empty.
pub(super) async fn create(writer: &mut Writer) -> Result<()> {
    for sql in TABLES {
        writer.run(sql).await?;
    }
    Ok(())
}

/// Makes [`READER`].
pub(super) async fn create_reader(writer: &mut Writer, password: &Secret) -> Result<()> {
    // What both call REPLICATION CLIENT reads the state of the binary log and of replication.
    let mut rights = vec![
        "PROCESS, REPLICATION CLIENT, REPLICATION SLAVE ON *.*",
        "SELECT, SHOW VIEW ON analytics.*",
        "SELECT, SHOW VIEW ON shop.*",
    ];
    match writer.kind() {
        Kind::MySql => rights.push("SELECT ON performance_schema.*"),
        Kind::MariaDb => rights.push("SLAVE MONITOR ON *.*"),
    }
    for host in ["localhost", "127.0.0.1"] {
        let password = password.reveal();
        writer
            .run(&format!(
                "CREATE USER {READER}@'{host}' IDENTIFIED BY '{password}'"
            ))
            .await?;
        for right in &rights {
            writer
                .run(&format!("GRANT {right} TO {READER}@'{host}'"))
                .await?;
        }
    }
    Ok(())
}

const TABLES: &[&str] = &[
    "CREATE DATABASE analytics CHARACTER SET utf8mb4",
    "CREATE DATABASE shop CHARACTER SET utf8mb4",
    "CREATE TABLE analytics.experiment_assignments (
        id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
        experiment_id VARCHAR(255) NOT NULL,
        user_id VARCHAR(255) NOT NULL,
        variant_id VARCHAR(255) NOT NULL,
        converted TINYINT(1) NOT NULL DEFAULT 0,
        assigned_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
        INDEX idx_experiment_id (experiment_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    "CREATE TABLE analytics.feature_flag_events (
        id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
        flag_id VARCHAR(255) NOT NULL,
        group_key VARCHAR(255) NOT NULL,
        request_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
        error_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
        recorded_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
        INDEX idx_flag_id (flag_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    "CREATE TABLE analytics.experiments (
        experiment_id INT AUTO_INCREMENT PRIMARY KEY,
        name VARCHAR(255) NOT NULL,
        description TEXT,
        created_timestamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
        artifact_location VARCHAR(500),
        lifecycle_stage VARCHAR(50)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    "CREATE TABLE analytics.runs (
        run_id VARCHAR(255) PRIMARY KEY,
        experiment_id INT NOT NULL,
        user_id VARCHAR(255),
        status VARCHAR(50),
        start_time BIGINT,
        end_time BIGINT,
        artifact_uri VARCHAR(500),
        FOREIGN KEY (experiment_id) REFERENCES analytics.experiments (experiment_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    "CREATE TABLE analytics.metrics (
        run_id VARCHAR(255) NOT NULL,
        metric_key VARCHAR(255) NOT NULL,
        metric_value FLOAT,
        timestamp BIGINT,
        step INT DEFAULT 0,
        PRIMARY KEY (run_id, metric_key, timestamp),
        FOREIGN KEY (run_id) REFERENCES analytics.runs (run_id)
    ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4",
    "CREATE TABLE shop.customers (
        customer_id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
        email VARCHAR(120) NOT NULL UNIQUE,
        full_name VARCHAR(80) NOT NULL,
        country CHAR(2) NOT NULL,
        newsletter BOOL NOT NULL DEFAULT FALSE,
        created_at DATETIME NOT NULL,
        INDEX by_country (country)
    ) COMMENT='People who have ordered at least once'",
    "CREATE TABLE shop.products (
        product_id INT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
        sku VARCHAR(20) NOT NULL UNIQUE,
        title VARCHAR(120) NOT NULL,
        price DECIMAL(10,2) NOT NULL,
        attributes JSON,
        discontinued_on DATE
    )",
    "CREATE TABLE shop.orders (
        order_id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
        customer_id INT UNSIGNED NOT NULL,
        status ENUM('new','paid','shipped','returned') NOT NULL DEFAULT 'new',
        placed_at DATETIME(3) NOT NULL,
        total DECIMAL(12,2) NOT NULL DEFAULT 0,
        note TEXT COMMENT 'What the customer wrote',
        INDEX by_time (placed_at),
        INDEX by_customer (customer_id, placed_at),
        FOREIGN KEY (customer_id) REFERENCES shop.customers (customer_id)
    )",
    "CREATE TABLE shop.order_items (
        order_id BIGINT UNSIGNED NOT NULL,
        line SMALLINT UNSIGNED NOT NULL,
        product_id INT UNSIGNED NOT NULL,
        quantity SMALLINT UNSIGNED NOT NULL DEFAULT 1,
        unit_price DECIMAL(10,2) NOT NULL,
        PRIMARY KEY (order_id, line),
        FOREIGN KEY (order_id) REFERENCES shop.orders (order_id) ON DELETE CASCADE,
        FOREIGN KEY (product_id) REFERENCES shop.products (product_id)
    )",
    "CREATE TABLE shop.shipments (
        shipment_id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
        order_id BIGINT UNSIGNED NOT NULL UNIQUE,
        carrier VARCHAR(40) NOT NULL,
        tracking_code BINARY(8) NOT NULL,
        shipped_at DATETIME NOT NULL,
        delivered_at DATETIME,
        FOREIGN KEY (order_id) REFERENCES shop.orders (order_id)
    )",
    "CREATE VIEW shop.open_orders AS
        SELECT o.order_id, c.full_name, o.placed_at, o.total
        FROM shop.orders o JOIN shop.customers c USING (customer_id)
        WHERE o.status IN ('new','paid')",
];
