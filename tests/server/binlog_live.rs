//! The binary log followed live on both servers: what was written comes once and in order, whatever happens to the
//! line, the server or the reader meanwhile.

use std::time::Duration;

use porthole::{
    demo::Kind,
    engine::{
        Error,
        binlog::{
            gtid::GtidPosition,
            kind,
            source::{
                NoteKind, Source as _, StartAt, Status, Step,
                live::{self, Begin, Cause, Link, Live},
            },
        },
        profiles::{Address, Profile},
    },
};
use tokio_util::sync::CancellationToken;

use crate::{
    following::{Following, Whole, Written, each_kind, live_at, position},
    line::Line,
    scripted::{Answer, Command, Scripted},
    sessions::{eventually, profile_of, secret},
};

/// Each transaction after `before` and up to `after` came once, whole, and nothing else.
#[track_caller]
fn assert_each_once(whole: &Whole, before: &GtidPosition, after: &GtidPosition) {
    let mut position = before.clone();
    for seen in &whole.transactions {
        let name = seen.name.expect("it has a GTID");
        assert!(!position.contains(&name), "{name} came twice");
        position.add(&name).unwrap();
        assert_eq!(seen.rows, 3, "{name} is whole");
    }
    assert_eq!(position.to_string(), after.to_string());
    let expected = match (before, after) {
        (GtidPosition::MySql(before), GtidPosition::MySql(after)) => after.subtract(before).count(),
        (GtidPosition::MariaDb(before), GtidPosition::MariaDb(after)) => {
            let ranges = after.subtract(before);
            ranges.iter().map(|range| u128::from(range.count())).sum()
        }
        _ => panic!("of one server"),
    };
    assert_eq!(whole.transactions.len() as u128, expected);
    assert_eq!(
        whole.checkpoint.gtids.as_ref().map(ToString::to_string),
        Some(after.to_string())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_comes_once_though_dump_threads_are_killed_and_files_change() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        written.write(2).await;
        let before = written.gtids().await;
        let mut following = Following::start(written.live(), Begin::At(StartAt::Now), false);
        following.until_open().await;
        written.write(20).await;
        following.until(20).await;
        for round in 1..=3 {
            written.run("FLUSH BINARY LOGS").await;
            written.write(10).await;
            let threads = written.dump_threads().await;
            assert_eq!(threads.len(), 1, "{kind}: one reader");
            written.begin().await;
            written.run(&format!("KILL {}", threads[0])).await;
            written.run("COMMIT").await;
            written.write(9).await;
            following.until(20 + 20 * round).await;
        }
        let after = written.gtids().await;
        let place = written.place().await;
        let whole = following.stop().await;
        assert_eq!(whole.ending.as_ref().unwrap().status, Status::Stopped);
        assert_each_once(&whole, &before, &after);
        assert_eq!(whole.kinds(), [NoteKind::Link; 3], "{kind}");
        assert_eq!(
            (whole.checkpoint.file, whole.checkpoint.offset),
            place,
            "{kind}"
        );
        let gone = async || written.server.connect().await.is_ok();
        assert!(gone().await);
        eventually("the server has no reader any more", async || {
            written.dump_threads().await.is_empty()
        })
        .await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn following_goes_on_after_a_restart_and_a_crash_of_the_server() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        let before = written.gtids().await;
        let mut following = Following::start(written.live(), Begin::At(StartAt::Now), false);
        following.until_open().await;
        written.write(5).await;
        following.until(5).await;
        written.restart().await;
        written.write(5).await;
        following.until(10).await;
        written.server.pause().await.unwrap();
        following
            .until_link("the loss is told", |link| matches!(link, Link::Lost { .. }))
            .await;
        written.restart().await;
        written.write(5).await;
        following.until(15).await;
        let after = written.gtids().await;
        let whole = following.stop().await;
        assert_each_once(&whole, &before, &after);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_network_that_goes_away_without_a_word_is_noticed_and_nothing_is_lost() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        let line = Line::to_address("127.0.0.1", written.server.port()).await;
        let profile = Profile {
            address: Address::Tcp {
                host: "127.0.0.1".to_owned(),
                port: line.port,
            },
            ..profile_of(&written.server)
        };
        let before = written.gtids().await;
        let through = live_at(profile, written.server.root_password().clone());
        let mut following = Following::start(through, Begin::At(StartAt::Now), false);
        following.until_open().await;
        written.write(10).await;
        following.until(10).await;
        line.cut();
        written.write(10).await;
        following
            .until_link("the silence is noticed", |link| {
                matches!(link, Link::Lost { .. })
            })
            .await;
        line.mend();
        following.until(20).await;
        let after = written.gtids().await;
        let whole = following.stop().await;
        assert_each_once(&whole, &before, &after);
        assert_eq!(whole.kinds(), [NoteKind::Link], "{kind}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_resumed_exactly_from_its_checkpoint() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        let before = written.gtids().await;
        let mut begin = Begin::At(StartAt::Now);
        let mut all = Vec::new();
        let mut last = None;
        for _ in 0..4 {
            let mut following = Following::start(written.live(), begin, false);
            following.until_open().await;
            written.write(7).await;
            following.until(1).await;
            let whole = following.stop().await;
            all.extend(whole.transactions.clone());
            // While nobody reads.
            written.write(3).await;
            begin = Begin::Resume(whole.checkpoint.clone());
            last = Some(whole);
        }
        let after = written.gtids().await;
        let mut whole = Following::start(written.live(), begin, true).end().await;
        assert_eq!(whole.ending.as_ref().unwrap().status, Status::Complete);
        all.append(&mut whole.transactions);
        let whole = Whole {
            transactions: all,
            ..whole
        };
        assert!(last.is_some());
        assert_each_once(&whole, &before, &after);
        assert_eq!(whole.transactions.len(), 40, "{kind}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_can_begin_at_the_start_at_a_place_at_a_time_and_after_gtids() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        written.write(3).await;
        written.run("FLUSH BINARY LOGS").await;
        written.write(3).await;
        let (file, offset) = written.place().await;
        let middle = written.gtids().await;
        written.write(4).await;
        let end = written.gtids().await;
        let whole = |begin| Following::start(written.live(), Begin::At(begin), true).end();
        let all = whole(StartAt::Begin).await;
        assert_eq!(
            all.ending.as_ref().unwrap().status,
            Status::Complete,
            "{kind}"
        );
        assert_eq!(
            all.checkpoint.gtids.as_ref().map(ToString::to_string),
            Some(end.to_string()),
            "{kind}"
        );
        let names = all.names();
        let rest = &names[names.len() - 4..];
        let at = |file: &str, offset| StartAt::Position {
            file: Some(file.to_owned()),
            offset,
        };
        let by_place = whole(at(&file, offset)).await;
        assert_eq!(by_place.names(), rest, "{kind}");
        assert_eq!(
            by_place.transactions[0].name,
            all.transactions[names.len() - 4].name
        );
        let by_gtid = whole(StartAt::After(middle)).await;
        assert_eq!(by_gtid.names(), rest, "{kind}");
        let same_file = whole(at(&file, 4)).await;
        assert_eq!(same_file.names(), &names[names.len() - 7..], "{kind}");
        let now = u32::try_from(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .unwrap()
                .as_secs(),
        )
        .unwrap();
        let by_time = whole(StartAt::Time(now + 10)).await;
        assert_eq!(by_time.names(), &names[names.len() - 7..], "{kind}");
        let from_old = whole(StartAt::Time(1_000_000)).await;
        assert_eq!(from_old.names(), names, "{kind}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_refusal_of_the_server_has_its_cause() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        written.write(3).await;
        let old = written.gtids().await;
        written.write(3).await;
        written.run("FLUSH BINARY LOGS").await;
        written.write(1).await;
        let (file, end) = written.place().await;
        written.run("FLUSH BINARY LOGS").await;
        let (last, _) = written.place().await;
        let whole = |begin| Following::start(written.live(), Begin::At(begin), false).end();
        let at = |file: &str, offset| StartAt::Position {
            file: Some(file.to_owned()),
            offset,
        };
        assert_eq!(
            whole(at("nothing.000009", 4)).await.cause(),
            Cause::NoSuchFile,
            "{kind}"
        );
        assert_eq!(
            whole(at(&file, end + 100_000)).await.cause(),
            Cause::BeyondEnd,
            "{kind}"
        );
        assert_eq!(
            whole(at(&file, end - 5)).await.cause(),
            Cause::NotAnEvent,
            "{kind}"
        );
        let ahead = match (&old, kind) {
            (GtidPosition::MySql(set), _) => format!(
                "{}-9999",
                set.to_string()
                    .split('-')
                    .take(5)
                    .collect::<Vec<_>>()
                    .join("-")
            ),
            (GtidPosition::MariaDb(state), _) => {
                let last = state.iter().next().unwrap();
                format!("{}-{}-9999", last.domain, last.server)
            }
        };
        let ahead = whole(StartAt::After(position(kind, &ahead))).await;
        assert_eq!(ahead.cause(), Cause::Ahead, "{kind}: {:?}", ahead.ending);
        written.purge_to(&last).await;
        let purged = Following::start(written.live(), Begin::At(StartAt::After(old)), false)
            .end()
            .await;
        assert_eq!(purged.cause(), Cause::Purged, "{kind}");

        written
            .run("CREATE USER reader@'%' IDENTIFIED BY 'geheim'")
            .await;
        let reader = || {
            let profile = Profile {
                user: "reader".to_owned(),
                ..profile_of(&written.server)
            };
            live_at(profile, secret("geheim"))
        };
        let denied = Following::start(reader(), Begin::At(StartAt::Now), false)
            .end()
            .await;
        assert_eq!(denied.cause(), Cause::NotGranted, "{kind}");
        let live = Live {
            password: Some(secret("wrong")),
            ..reader()
        };
        let wrong = Following::start(live, Begin::At(StartAt::Now), false)
            .end()
            .await;
        assert!(matches!(wrong.ending, Err(Error::Connect(_))), "{kind}");
        written
            .run("GRANT REPLICATION SLAVE ON *.* TO reader@'%'")
            .await;
        let mut granted = Following::start(
            live_at(
                Profile {
                    user: "reader".to_owned(),
                    ..profile_of(&written.server)
                },
                secret("geheim"),
            ),
            Begin::At(StartAt::Now),
            false,
        );
        granted.until_open().await;
        written.write(1).await;
        granted.until(1).await;
        granted.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_checkpoint_of_another_server_is_refused() {
    each_kind(async |kind| {
        let mut one = Written::start(kind, &[]).await;
        one.write(2).await;
        let whole = Following::start(one.live(), Begin::At(StartAt::Begin), true)
            .end()
            .await;
        let mut other = Written::start(kind, &["--server-id=4711"]).await;
        other.write(2).await;
        let mut checkpoint = whole.checkpoint;
        checkpoint.server = Some(porthole::engine::binlog::checkpoint::Identity {
            id: u32::from(one.server.port()),
            uuid: match kind {
                Kind::MySql => Some(one.one("SELECT @@server_uuid").await),
                Kind::MariaDb => None,
            },
        });
        if kind == Kind::MariaDb {
            // Its GTIDs are of domain 0 too: only what the other never had tells them apart.
            checkpoint.gtids = Some(position(kind, "7-7-7"));
        }
        let wrong = Following::start(other.live(), Begin::Resume(checkpoint.clone()), true)
            .end()
            .await;
        assert_eq!(wrong.cause(), Cause::OtherServer, "{kind}");
        checkpoint.gtids = None;
        let by_place = Following::start(other.live(), Begin::Resume(checkpoint), true)
            .end()
            .await;
        assert_eq!(by_place.cause(), Cause::OtherServer, "{kind}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_gtids_is_resumed_by_file_and_place() {
    let mut written = Written::start(
        Kind::MySql,
        &["--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"],
    )
    .await;
    let mut following = Following::start(written.live(), Begin::At(StartAt::Now), false);
    following.until_open().await;
    written.write(5).await;
    following.until(5).await;
    let thread = written.dump_threads().await[0];
    written.run(&format!("KILL {thread}")).await;
    written.run("FLUSH BINARY LOGS").await;
    written.write(5).await;
    following.until(10).await;
    let mut whole = following.stop().await;
    assert_eq!(whole.transactions.len(), 10);
    assert!(
        whole
            .transactions
            .iter()
            .all(|seen| seen.name.is_none() && seen.rows == 3)
    );
    assert_eq!(whole.checkpoint.gtids, None);
    written.write(4).await;
    let end = written.place().await;
    let begin = Begin::Resume(whole.checkpoint.clone());
    let rest = Following::start(written.live(), begin, true).end().await;
    assert_eq!(rest.transactions.len(), 4);
    assert_eq!(rest.transactions[3].after, end);
    // The same name, begun anew: its places mean something else.
    whole.checkpoint.server = Some(porthole::engine::binlog::checkpoint::Identity {
        id: 1,
        uuid: Some(written.one("SELECT @@server_uuid").await),
    });
    whole.checkpoint.file_begun = whole.checkpoint.file_begun.map(|begun| begun - 100);
    let begin = Begin::Resume(whole.checkpoint);
    let anew = Following::start(written.live(), begin, true).end().await;
    assert_eq!(anew.cause(), Cause::OtherServer);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_stands_still_costs_the_stream_and_no_change() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        let before = written.gtids().await;
        let mut following = Following::start(written.live(), Begin::At(StartAt::Now), false);
        following.until_open().await;
        written.write(1).await;
        following.until(1).await;
        let held = following.gate.clone().lock_owned().await;
        // More than the pipe, the channel and the network hold.
        for _ in 0..12 {
            written.run("BEGIN").await;
            for _ in 0..3 {
                written.next += 1;
                let sql = format!(
                    "INSERT INTO followed.t VALUES ({}, REPEAT('x', 1000000))",
                    written.next
                );
                written.run(&sql).await;
            }
            written.run("COMMIT").await;
        }
        following
            .until_link("the stream was closed", |link| *link == Link::Waiting)
            .await;
        eventually("the server has no reader", async || {
            written.dump_threads().await.is_empty()
        })
        .await;
        drop(held);
        following.until(13).await;
        let after = written.gtids().await;
        let whole = following.stop().await;
        assert_each_once(&whole, &before, &after);
        assert_eq!(whole.kinds(), [NoteKind::Link], "{kind}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_readers_do_not_disturb_each_other() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        let before = written.gtids().await;
        let mut readers: Vec<Following> = (0..3)
            .map(|_| Following::start(written.live(), Begin::At(StartAt::Now), false))
            .collect();
        for reader in &mut readers {
            reader.until_open().await;
        }
        written.write(20).await;
        let after = written.gtids().await;
        for mut reader in readers {
            reader.until(20).await;
            let whole = reader.stop().await;
            assert_each_once(&whole, &before, &after);
            assert_eq!(whole.kinds(), [], "{kind}");
        }
    })
    .await;
}

/// An event without checksum, as it goes over the network.
fn event(kind: u8, log_pos: u32, flags: u16, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![0];
    packet.extend(1_700_000_000_u32.to_le_bytes());
    packet.push(kind);
    packet.extend(1_u32.to_le_bytes());
    packet.extend(u32::try_from(19 + body.len()).unwrap().to_le_bytes());
    packet.extend(log_pos.to_le_bytes());
    packet.extend(flags.to_le_bytes());
    packet.extend(body);
    packet
}

/// What a server sends first: where it reads, and how its events are laid out.
fn head() -> Vec<Vec<u8>> {
    let mut rotate = 4_u64.to_le_bytes().to_vec();
    rotate.extend(b"binlog.000001");
    let mut description = 4_u16.to_le_bytes().to_vec();
    let mut version = b"9.7.4".to_vec();
    version.resize(50, 0);
    description.extend(version);
    description.extend([0, 0, 0, 0, 19]);
    description.extend([0; 42]);
    description.extend([0, 0, 0, 0, 0]); // no checksums; its own
    vec![
        event(kind::ROTATE, 0, 0x20, &rotate),
        event(kind::FORMAT_DESCRIPTION, 127, 0, &description),
    ]
}

/// A server that answers a request for its log so.
async fn sending(events: Vec<Vec<u8>>) -> (Scripted, Live) {
    let server = Scripted::start(move |command, _| {
        (command == Command::Dump).then(|| Answer::Packets(events.clone()))
    })
    .await;
    let live = live_at(server.profile(), secret("geheim"));
    (server, live)
}

fn from_the_start() -> Begin {
    Begin::At(StartAt::Position {
        file: Some("binlog.000001".to_owned()),
        offset: 4,
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_lies_about_a_compressed_transaction_ends_the_reader_and_nothing_else() {
    // A tebibyte, it says: the driver believes it.
    let mut payload = vec![2, 1, 0, 3, 9, 254];
    payload.extend((1_u64 << 40).to_le_bytes());
    payload.extend([1, 1, 4, 0, 0x28, 0xb5, 0x2f, 0xfd]);
    let mut events = head();
    events.push(event(kind::TRANSACTION_PAYLOAD, 200, 0, &payload));
    let (_server, live) = sending(events).await;
    let whole = Following::start(live, from_the_start(), false).end().await;
    let Err(Error::BinlogReader { reason }) = &whole.ending else {
        panic!("the reader ended: {:?}", whole.ending)
    };
    assert!(
        reason.contains("memory allocation of 1099511627776 bytes failed"),
        "{reason}"
    );
    assert!(whole.ending.unwrap_err().hint().is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_protocol_is_an_error_in_words() {
    let mut short = event(kind::XID, 154, 0, &[0; 8]);
    short.truncate(23);
    for broken in [vec![], vec![0; 10], vec![7; 30], short] {
        let mut events = head();
        events.push(broken.clone());
        let (_server, live) = sending(events).await;
        let following = Following::start(live, from_the_start(), false);
        let ended = tokio::time::timeout(Duration::from_mins(1), following.end()).await;
        let ending = ended.unwrap().ending;
        assert!(
            matches!(
                ending,
                Err(Error::Unreadable { .. } | Error::LostConnection { .. })
            ),
            "{broken:?}: {ending:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_reader_under_the_same_id_is_evaded() {
    // It says so twice, then lets the third id pass.
    let refusals = std::sync::atomic::AtomicU32::new(0);
    let server = Scripted::start(move |command, _| {
        (command == Command::Dump).then(|| {
            let nth = refusals.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let words = "A replica with the same server_uuid/server_id as this replica has connected to the source";
            Answer::Packets(match nth {
                0 | 1 => vec![crate::scripted::error(1236, words)],
                _ => head().into_iter().chain([event(kind::XID, 154, 0, &[0; 8])]).collect(),
            })
        })
    })
    .await;
    let live = live_at(server.profile(), secret("geheim"));
    let mut following = Following::start(live, from_the_start(), false);
    following.until(1).await;
    assert_eq!(following.stop().await.transactions.len(), 1);

    let always = Scripted::start(|command, _| {
        (command == Command::Dump).then(|| {
            Answer::Packets(vec![crate::scripted::error(
                4052,
                "A slave with the same server_uuid/server_id is already connected",
            )])
        })
    })
    .await;
    let live = live_at(always.profile(), secret("geheim"));
    let whole = Following::start(live, from_the_start(), false).end().await;
    assert_eq!(whole.cause(), Cause::SameId);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_comes_with_the_second_at_which_it_was_begun() {
    each_kind(async |kind| {
        let mut written = Written::start(kind, &[]).await;
        let (first, _) = written.place().await;
        let before = written.now().await;
        written.run("FLUSH BINARY LOGS").await;
        let after = written.now().await;
        written.write(1).await;
        let (second, offset) = written.place().await;
        for (file, offset) in [(&first, 0), (&second, 0), (&second, offset)] {
            let start = StartAt::Position {
                file: Some(file.clone()),
                offset,
            };
            let cancel = CancellationToken::new();
            let (mut source, _link, work) =
                live::follow(written.live(), Begin::At(start), true, cancel);
            tokio::spawn(work);
            let begun = tokio::task::spawn_blocking(move || {
                let mut begun = Vec::new();
                while let Step::Event(raw) = source.next().unwrap() {
                    if raw.header.kind == kind::FORMAT_DESCRIPTION {
                        begun.push((raw.file.to_string(), raw.header.timestamp));
                    }
                }
                begun
            });
            let begun = begun.await.unwrap();
            let (last, second_begun) = begun.last().unwrap();
            assert_eq!(*last, second, "{kind}: {begun:?}");
            assert!((before..=after).contains(second_begun), "{kind}: {begun:?}");
            assert_eq!(begun[0].0, *file, "{kind}");
            assert!(begun[0].1 > 0 && begun[0].1 <= *second_begun, "{kind}");
        }
    })
    .await;
}
