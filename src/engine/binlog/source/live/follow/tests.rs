//! What becomes of a stream that ends, without a server.

use super::*;
use crate::engine::{
    binlog::{checkpoint::Checkpoint, source::live::Program},
    profiles::Profile,
};

fn live() -> Live {
    Live {
        profile: Profile::default(),
        password: None,
        program: Program::at("porthole".into()),
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_read_again_twice_and_then_told_with_its_place() {
    let live = live();
    let (out, _batches) = tokio::sync::mpsc::channel(1);
    let (link, _) = watch::channel(Link::Connecting);
    let cancel = CancellationToken::new();
    let begin = Begin::Resume(Checkpoint::nowhere());
    let mut follower = Follower::new(&live, begin, false, &out, &link, &cancel);
    let mut tried = |offset| {
        let place = ("binlog.000002".into(), offset);
        follower.unreadable(place, "db".to_owned(), "bad name")
    };
    for offset in [4, 500] {
        assert!(matches!(tried(offset), Outcome::Lost(_)));
        assert!(matches!(tried(offset), Outcome::Lost(_)));
    }
    let Outcome::Fatal(error) = tried(500) else {
        panic!("it is not tried for ever")
    };
    let text = error.to_string();
    assert!(
        text.contains("binlog.000002 behind 500: bad name"),
        "{text}"
    );
}

#[tokio::test]
async fn the_end_of_what_was_cancelled_comes_where_there_is_room_for_it() {
    // Often, for a choice among two that are ready would be right half the time.
    for _ in 0..50 {
        let (out, mut batches) = tokio::sync::mpsc::channel(1);
        let (link, _) = watch::channel(Link::Connecting);
        let cancel = CancellationToken::new();
        cancel.cancel();
        let live = live();
        let begin = Begin::Resume(Checkpoint::nowhere());
        let mut follower = Follower::new(&live, begin, false, &out, &link, &cancel);
        follower.last = Some(("binlog.000002".into(), 500));
        follower.run().await.unwrap();
        let batch = batches.try_recv().unwrap().unwrap();
        let [Step::End(ending)] = &batch.steps[..] else {
            panic!("{batch:?}")
        };
        assert_eq!(
            (&*ending.file, ending.offset, ending.status),
            ("binlog.000002", 500, Status::Stopped)
        );
    }
}
