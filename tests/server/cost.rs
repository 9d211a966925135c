//! What the servers say that a statement would cost.

use porthole::engine::{metrics::cost, sql::placeholders::Value};
use tokio_util::sync::CancellationToken;

use crate::{sessions::Opened, support};

#[tokio::test]
async fn a_plan_tells_a_whole_table_from_an_index() {
    support::each_server(async |server| {
        let opened = Opened::create(server).await;
        opened
            .db
            .run(&[
                "CREATE TABLE n (i INT PRIMARY KEY, g INT NOT NULL, x INT NOT NULL, KEY by_group (g, x))",
                "INSERT INTO n WITH RECURSIVE s AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM s WHERE i < 900) SELECT i, i % 3, i FROM s",
                "CREATE TABLE m AS SELECT i, g, x FROM n",
                "ANALYZE TABLE n, m",
            ])
            .await;
        let session = &opened.session;
        let name = &opened.db.name;
        let cancel = CancellationToken::new();
        let group = [Value::Int(1)];
        let sql = format!("SELECT SUM(x) FROM `{name}`.n WHERE g = ?");
        let light = cost::estimate(session, &sql, &group, &cancel).await.unwrap();
        assert!(light.index_only && !light.whole_table, "{light:?}");
        assert!(light.rows > 0 && light.rows < 900, "{light:?}");

        let sql = format!("SELECT SUM(x) FROM `{name}`.m WHERE g = ?");
        let heavy = cost::estimate(session, &sql, &group, &cancel).await.unwrap();
        assert!(heavy.whole_table && !heavy.index_only, "{heavy:?}");
        assert!(heavy.rows > 500, "{heavy:?}");
    })
    .await;
}
