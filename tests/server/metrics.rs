//! What all figures are read by: one statement, whose answer must fit into memory, and the advice on indexes.

use porthole::engine::{
    Error,
    metrics::{
        self,
        advice::{self, Advice},
        flags::Source,
        tables::Located,
    },
    profiles::Mapping,
};
use tokio_util::sync::CancellationToken;

use crate::{
    sessions::{Opened, eventually, is_running},
    support::{TestServer, each_server},
};

#[tokio::test]
async fn an_answer_that_does_not_fit_into_memory_is_refused_and_the_next_one_comes() {
    each_server(async |server| {
        let opened = Opened::create(server).await;
        let (session, cancel) = (&opened.session, CancellationToken::new());
        let rows: Vec<String> = (0..200).map(|row| format!("({row}, REPEAT('x', 5000))")).collect();
        opened
            .db
            .run(&[
                "CREATE TABLE wide (i INT, x TEXT)",
                &format!("INSERT INTO wide VALUES {}", rows.join(",")),
            ])
            .await;
        // A hundred times a megabyte, of which the server need not send more than what does not fit.
        let sql = "SELECT a.x FROM wide a, wide b WHERE b.i < 100";
        let mut admin = opened.db.admin().await;
        let refused = metrics::ask_within(session, sql, Vec::new(), 1 << 20, &cancel).await;
        eventually("the server has stopped", async || {
            !is_running(&mut admin, "FROM wide a, wide b").await
        })
        .await;
        let error = refused.unwrap_err();
        assert!(
            matches!(&error, Error::Invalid(why) if why.contains("the answer is larger than 1 MiB")),
            "{error}"
        );
        let small = "SELECT i FROM wide WHERE i < 3";
        let (rows, ran) = metrics::ask_within(session, small, Vec::new(), 1 << 20, &cancel)
            .await
            .unwrap();
        assert_eq!((rows.rows(), ran.rows, ran.sql.as_str()), (3, 3, small));
    })
    .await;
}

async fn advice_of(opened: &Opened, table: &Located) -> Option<Advice> {
    let roles = ["flag_id", "group_key"];
    let (session, cancel) = (&opened.session, CancellationToken::new());
    let found = advice::covering_index(session, table, "ix_wanted", &roles, &cancel).await;
    found.unwrap().0
}

async fn hide(server: &TestServer, opened: &Opened, hidden: bool) {
    let word = match (server.kind, hidden) {
        (porthole::demo::Kind::MySql, true) => "INVISIBLE",
        (porthole::demo::Kind::MySql, false) => "VISIBLE",
        (porthole::demo::Kind::MariaDb, true) => "IGNORED",
        (porthole::demo::Kind::MariaDb, false) => "NOT IGNORED",
    };
    let sql = format!("ALTER TABLE feature_flag_events ALTER INDEX whole {word}");
    opened.db.run(&[&sql]).await;
}

#[tokio::test]
async fn an_index_over_parts_of_columns_or_one_that_is_hidden_is_none() {
    each_server(async |server| {
        let opened = Opened::create(server).await;
        opened
            .db
            .run(&["CREATE TABLE feature_flag_events (flag_id VARCHAR(50), group_key VARCHAR(50), request_count INT, \
                    error_count INT, recorded_at DATETIME, INDEX part (flag_id, group_key(10)), \
                    INDEX turned (group_key, flag_id))"])
            .await;
        let source = Source::locate(&opened.session, &Mapping::default(), &CancellationToken::new())
            .await
            .unwrap();
        let table = &source.table;
        let kind = server.kind;
        assert!(advice_of(&opened, table).await.is_some(), "{kind}: a part, and another order");
        opened
            .db
            .run(&["CREATE INDEX whole ON feature_flag_events (flag_id, group_key, recorded_at)"])
            .await;
        assert_eq!(advice_of(&opened, table).await, None, "{kind}");
        hide(server, &opened, true).await;
        assert!(advice_of(&opened, table).await.is_some(), "{kind}: hidden");
        hide(server, &opened, false).await;
        assert_eq!(advice_of(&opened, table).await, None, "{kind}");
    })
    .await;
}
