//! Answers that no real server gives: nothing to show, a wish for our files, rows that break the protocol.

use std::{io::Write as _, time::Duration};

use porthole::engine::{
    Error, Result,
    error::ConnectCause,
    profiles::{Limits, Profile},
    query::{self, Options, Output, Summary},
    session::Session,
    sql::guard,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Program,
    scripted::{Answer, Command, Scripted, binary_row, file_request, ok, result_set, text_row},
    sessions::eventually,
};

/// The statement that gets the test's answer; everything else gets an ordinary one.
const STATEMENT: &str = "SELECT trouble";

/// A server that answers one command of [`STATEMENT`] with these packets.
async fn answering(command: Command, packets: Vec<Vec<u8>>) -> Scripted {
    Scripted::start(move |asked, text| {
        (asked == command && text == STATEMENT).then(|| Answer::Packets(packets.clone()))
    })
    .await
}

async fn open(server: &Scripted) -> Session {
    let profile = Profile {
        limits: Limits {
            read_timeout_secs: 1,
            statement_secs: 1,
            ..Limits::default()
        },
        ..server.profile()
    };
    Session::open(&profile, None).await.unwrap()
}

/// Run a statement; all that came out, and how it ended.
async fn run(session: &Session, sql: &str) -> (Vec<Output>, Result<Summary>) {
    let checked = guard::check(sql, &session.rules()).unwrap();
    let options = Options::of(session);
    let (sender, mut receiver) = mpsc::channel(8);
    let cancel = CancellationToken::new();
    let gather = async {
        let mut outputs = Vec::new();
        while let Some(output) = receiver.recv().await {
            outputs.push(output);
        }
        outputs
    };
    let (end, outputs) = tokio::join!(
        query::run(session, &checked, &options, sender, &cancel),
        gather
    );
    (outputs, end)
}

/// The statement ends with this error, and the session goes on.
async fn fails(server: &Scripted, reason: &str) {
    let session = open(server).await;
    let error = run(&session, STATEMENT).await.1.unwrap_err();
    let Error::Unreadable {
        address,
        reason: why,
    } = &error
    else {
        panic!("expected what cannot be read, got {error:?}")
    };
    assert_eq!(*address, session.facts().address);
    assert!(why.contains(reason), "{why}");
    assert!(
        run(&session, "SELECT 1").await.1.is_ok(),
        "the session goes on"
    );
}

fn row_of(row: Vec<u8>) -> Vec<Vec<u8>> {
    result_set(&["a", "b"], &[binary_row(&["1", "2"]), row])
}

#[tokio::test]
async fn a_statement_that_is_answered_without_rows_is_done_and_shows_nothing() {
    let server = answering(Command::Execute, vec![ok()]).await;
    let session = open(&server).await;
    let (outputs, end) = run(&session, STATEMENT).await;
    assert_eq!(end.unwrap().rows, 0);
    assert!(
        matches!(&outputs[..], [Output::Columns(columns)] if columns.is_empty()),
        "{outputs:?}"
    );
    for format in ["table", "tsv", "csv", "ndjson"] {
        let program = Program::at_address(
            "127.0.0.1",
            server.port(),
            &["query", STATEMENT, "--format", format],
        );
        assert_eq!(program.run().await.done(), "", "{format}");
    }
}

#[tokio::test]
async fn a_server_that_asks_for_a_file_never_gets_it() {
    const SECRET: &str = "nobody may read this";
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(SECRET.as_bytes()).unwrap();
    let request = vec![file_request(file.path().to_str().unwrap())];

    for (command, sql) in [
        (Command::Execute, STATEMENT),
        (Command::Query, "SHOW ERRORS"),
    ] {
        let packets = request.clone();
        let server = Scripted::start(move |asked, text| {
            (asked == command && text == sql).then(|| Answer::Packets(packets.clone()))
        })
        .await;
        let session = open(&server).await;
        let (_, end) = run(&session, sql).await;
        session.close().await;
        eventually("all is closed", async || server.open() == 0).await;
        assert!(server.received(sql), "it does see what is sent");
        assert!(!server.received(SECRET), "{command:?}");
        let error = end.unwrap_err();
        assert!(
            matches!(error, Error::FileRequested),
            "{command:?}: {error:?}"
        );
        assert!(error.hint().is_some());
    }

    // In the place of any other answer: of the driver's own, and of the statements that are Porthole's.
    for command in [
        Command::Query,
        Command::Prepare,
        Command::Ping,
        Command::Reset,
    ] {
        let packets = request.clone();
        let server = Scripted::start(move |asked, _| {
            (asked == command).then(|| Answer::Packets(packets.clone()))
        })
        .await;
        match Session::open(&server.profile(), None).await {
            Ok(session) => {
                for _ in 0..2 {
                    run(&session, STATEMENT).await.1.ok();
                    session.ping().await.ok();
                }
                session.close().await;
            }
            Err(error) => assert!(error.to_string().contains("asked for a file"), "{error}"),
        }
        eventually("all is closed", async || server.open() == 0).await;
        assert!(!server.received(SECRET), "{command:?}");
    }
}

#[tokio::test]
async fn an_empty_packet_in_the_place_of_a_row_is_an_error_and_nothing_falls() {
    let server = answering(Command::Execute, row_of(Vec::new())).await;
    fails(&server, "breaks MySQL's protocol").await;
    // And one more, which the driver finds when it says goodbye.
    let twice = result_set(&["a"], &[Vec::new(), Vec::new()]);
    let server = answering(Command::Execute, twice).await;
    fails(&server, "breaks MySQL's protocol").await;
}

#[tokio::test]
async fn a_row_that_ends_too_early_is_an_error() {
    for row in [
        vec![0],
        vec![0, 0],
        vec![0, 0, 1],
        vec![0, 0, 200, b'x'],
        binary_row(&["1"]),
    ] {
        let server = answering(Command::Execute, row_of(row)).await;
        fails(&server, "buf doesn't have enough data").await;
    }
}

#[tokio::test]
async fn more_columns_than_there_can_be_are_an_error() {
    let count = [vec![0xfe], (1_u64 << 62).to_le_bytes().to_vec()].concat();
    let server = answering(Command::Execute, vec![count]).await;
    fails(&server, "breaks MySQL's protocol").await;
}

#[tokio::test]
async fn a_packet_that_is_shorter_than_it_says_is_not_waited_for_without_end() {
    let server = Scripted::start(|asked, text| {
        let sixteen_megabytes = || Answer::Bytes(vec![0xfe, 0xff, 0xff, 1, 1]);
        (asked == Command::Execute && text == STATEMENT).then(sixteen_megabytes)
    })
    .await;
    let session = open(&server).await;
    let error = run(&session, STATEMENT).await.1.unwrap_err();
    let Error::ReadTimeout { after, .. } = error else {
        panic!("expected silence, got {error:?}")
    };
    assert_eq!(after, Duration::from_secs(2), "both limits of the profile");
}

#[tokio::test]
async fn a_packet_out_of_its_turn_is_an_error() {
    let server = Scripted::start(|asked, text| {
        let ninth = || Answer::Bytes(vec![1, 0, 0, 9, 0]);
        (asked == Command::Execute && text == STATEMENT).then(ninth)
    })
    .await;
    fails(&server, "out of sync").await;
}

#[tokio::test]
async fn an_answer_of_nothing_at_all_is_an_error() {
    let server = answering(Command::Execute, vec![Vec::new()]).await;
    fails(&server, "failed to fill whole buffer").await;
}

#[tokio::test]
async fn a_first_answer_that_breaks_the_protocol_is_a_failure_to_connect() {
    let server = Scripted::start(|asked, _| {
        let rows = || Answer::Packets(result_set(&["VERSION()"], &[text_row(&["9"]), Vec::new()]));
        (asked == Command::Query).then(rows)
    })
    .await;
    let Err(Error::Connect(error)) = Session::open(&server.profile(), None).await else {
        panic!("a session was opened")
    };
    assert_eq!(error.cause, ConnectCause::Other);
    assert!(error.message.contains("breaks MySQL's protocol"), "{error}");
}

#[tokio::test]
async fn the_command_line_says_in_a_line_what_cannot_be_read() {
    let server = answering(Command::Execute, row_of(Vec::new())).await;
    let program = Program::at_address("127.0.0.1", server.port(), &["query", STATEMENT]);
    let outcome = program.run().await;
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.err.contains("cannot be read"), "{}", outcome.err);
    assert!(!outcome.err.contains("panicked"), "{}", outcome.err);
}
