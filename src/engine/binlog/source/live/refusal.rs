//! Why a server does not give its binary log, or no longer: its one error number and many texts, as causes that a
//! person can act on.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::engine::Error;

/// The server's refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server does not send its binary log: {cause}{}", said(.message))]
pub struct Refusal {
    /// From the closed list.
    pub cause: Cause,
    /// The server's own words; empty where Porthole found out by itself.
    pub message: String,
}

fn said(message: &str) -> String {
    if message.is_empty() {
        String::new()
    } else {
        format!(" ({message})")
    }
}

/// What is in the way. The list is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The account may not read the log.
    NotGranted,
    /// The server writes none.
    Off,
    /// What comes after the given GTIDs is no longer on the server.
    Purged,
    /// There is no such file.
    NoSuchFile,
    /// The file ends before the given place.
    BeyondEnd,
    /// At the given place no event begins, or the file is damaged there.
    NotAnEvent,
    /// The given GTIDs are ahead of the server's.
    Ahead,
    /// The given GTIDs and the server's have parted.
    Diverged,
    /// Another replica or reader has the id under which this one came.
    SameId,
    /// The log has transactions without GTIDs where they were asked for by GTID.
    NoGtids,
    /// A checkpoint was made on another server, or of a file that was since begun anew.
    OtherServer,
    /// Something else.
    Other,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotGranted => "this account may not read it",
            Self::Off => "it writes none",
            Self::Purged => "part of what was asked for has been purged",
            Self::NoSuchFile => "there is no such file",
            Self::BeyondEnd => "the file ends before the place that was asked for",
            Self::NotAnEvent => "no event begins at the place that was asked for",
            Self::Ahead => "it does not have the transactions that were asked for yet",
            Self::Diverged => "its transactions have parted from those that were asked for",
            Self::SameId => "another reader has the same id",
            Self::NoGtids => "it has transactions without GTIDs",
            Self::OtherServer => "the checkpoint belongs to another server or file",
            Self::Other => "it refused",
        })
    }
}

impl Cause {
    /// What to try.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NotGranted => {
                "A DBA can run GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* (MariaDB since 10.5: REPLICATION SLAVE, BINLOG MONITOR) for the account that Porthole uses. These allow to read the binary log, and to change nothing."
            }
            Self::Off => {
                "A DBA can switch it on in the server's configuration (log_bin) and restart the server; MySQL has it on unless told otherwise, MariaDB off."
            }
            Self::Purged => {
                "Start from the oldest transaction that is there, or from now; what was purged cannot be had from this server. A DBA can make it keep more: binlog_expire_logs_seconds (MariaDB also expire_logs_days)."
            }
            Self::NoSuchFile => {
                "The list of binary logs shows which files the server still has: choose one of them."
            }
            Self::BeyondEnd => {
                "Choose an earlier place. If the place comes from a checkpoint, the server has lost its last transactions (a crash, or a copy that was put back)."
            }
            Self::NotAnEvent => {
                "Give a place at which an event begins, such as the start of the file (4). If it comes from a checkpoint, the file was changed since, or is damaged there."
            }
            Self::Ahead => {
                "This server is behind the one from which the position comes: a replica that lags, or one that lost transactions. Wait, or read from the other."
            }
            Self::Diverged => {
                "This server has other transactions where the position has its own. Start from now, and compare the data before you rely on it."
            }
            Self::SameId => {
                "Another program came with the same replica id several times. Look at the server's list of replicas (SHOW REPLICAS)."
            }
            Self::NoGtids => {
                "Start at a file and position instead of a GTID; gtid_mode was not ON when those transactions were written."
            }
            Self::OtherServer => {
                "Start anew (from now, or from a place that you choose) if this is the server that you mean; else connect to the one that the checkpoint was made on."
            }
            Self::Other => "See the server's words; its error log may say more.",
        }
    }
}

/// Number of the error with which both servers end a dump.
const FATAL_READING: u16 = 1236;

/// What these words mean, sought in this order.
const WORDS: &[(&str, Cause)] = &[
    ("same server_uuid/server_id", Cause::SameId),
    ("purged required binary logs", Cause::Purged),
    ("could not find gtid state requested", Cause::Purged),
    ("could not find first log file name", Cause::NoSuchFile),
    ("could not open log file", Cause::NoSuchFile),
    ("position > file size", Cause::BeyondEnd),
    ("from impossible position", Cause::BeyondEnd),
    ("more gtids than the source has", Cause::Ahead),
    ("more gtids than the master has", Cause::Ahead),
    ("slave has diverged", Cause::Diverged),
    ("which is not in the master's binlog", Cause::Ahead),
    ("binary log is not open", Cause::Off),
    ("binlog is not open", Cause::Off),
    ("auto_position", Cause::NoGtids),
    ("anonymous", Cause::NoGtids),
    ("exceeded max_allowed_packet", Cause::NotAnEvent),
    ("bogus data in log event", Cause::NotAnEvent),
    ("truncated in the middle of event", Cause::NotAnEvent),
    ("did not pass checksum", Cause::NotAnEvent),
    ("error reading packet", Cause::NotAnEvent),
];

impl Refusal {
    /// What Porthole itself found in the way.
    pub(super) fn found(cause: Cause) -> Error {
        Self {
            cause,
            message: String::new(),
        }
        .into()
    }

    /// What the server means with an error in the answer to the dump command. `None`: nothing to do with the log.
    pub(super) fn of(code: u16, message: &str) -> Option<Self> {
        let lower = message.to_lowercase();
        let by_words = WORDS.iter().find(|(words, _)| lower.contains(words));
        let cause = match code {
            // A login that was just accepted cannot be what is denied.
            1045 | 1227 => Cause::NotGranted,
            4052 => Cause::SameId,
            1381 => Cause::Off,
            FATAL_READING => by_words.map_or(Cause::Other, |(_, cause)| *cause),
            _ => return None,
        };
        Some(Self {
            cause,
            message: message.to_owned(),
        })
    }
}

/// What becomes of a stream that ended with this error.
#[derive(Debug)]
pub(super) enum Verdict {
    /// Trying again may help: the line or the server went away.
    Lost(Error),
    /// Trying again under another replica id helps.
    SameId(Error),
    /// A person has to do something.
    Fatal(Error),
}

/// Judge an error of a stream that was open, or was to be opened again.
pub(super) fn judge(error: Error) -> Verdict {
    use crate::engine::error::ConnectCause as C;
    match error {
        Error::Server { code, .. } if is_passing(code) => Verdict::Lost(error),
        Error::Server {
            code,
            message,
            state,
        } => match Refusal::of(code, &message) {
            Some(refusal) if refusal.cause == Cause::SameId => Verdict::SameId(refusal.into()),
            Some(refusal) => Verdict::Fatal(refusal.into()),
            None => Verdict::Fatal(Error::Server {
                code,
                state,
                message,
            }),
        },
        Error::LostConnection { .. } | Error::ReadTimeout { .. } => Verdict::Lost(error),
        Error::Connect(ref connect) => match connect.cause {
            C::NameNotResolved
            | C::PortClosed
            | C::Timeout
            | C::TooManyConnections
            | C::ServerGone => Verdict::Lost(error),
            _ => Verdict::Fatal(error),
        },
        error => Verdict::Fatal(error),
    }
}

/// Errors with which a server ends a connection that may be opened again: it shuts down, somebody killed the
/// connection, the network failed, there is no room.
fn is_passing(code: u16) -> bool {
    matches!(code, 1040 | 1053 | 1077..=1079 | 1152 | 1156 | 1158..=1161 | 1184 | 1203 | 1226 | 1317 | 1927 | 3169)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(code: u16, message: &str) -> Option<Cause> {
        Refusal::of(code, message).map(|refusal| refusal.cause)
    }

    #[test]
    fn each_text_of_the_servers_has_its_cause() {
        for (message, expected) in [
            (
                "Cannot replicate because the source purged required binary logs. Replicate the missing transactions from elsewhere, or provision a new replica from backup.",
                Cause::Purged,
            ),
            (
                "Could not find GTID state requested by slave in any binlog files. Probably the slave state is too old and required binlog files have been purged.",
                Cause::Purged,
            ),
            (
                "Could not find first log file name in binary log index file",
                Cause::NoSuchFile,
            ),
            (
                "Client requested source to start replication from position > file size",
                Cause::BeyondEnd,
            ),
            (
                "Client requested master to start replication from impossible position",
                Cause::BeyondEnd,
            ),
            (
                "log event entry exceeded max_allowed_packet; Increase max_allowed_packet on source",
                Cause::NotAnEvent,
            ),
            ("bogus data in log event", Cause::NotAnEvent),
            (
                "Replica has more GTIDs than the source has, using the source's SERVER_UUID. This may indicate that the end of the binary log was truncated",
                Cause::Ahead,
            ),
            (
                "Error: connecting slave requested to start from GTID 0-1-9999, which is not in the master's binlog",
                Cause::Ahead,
            ),
            (
                "Error: connecting slave requested to start from GTID 0-2-5, which is not in the master's binlog. Since the master's binlog contains GTIDs with higher sequence numbers, it probably means that the slave has diverged due to executing extra erroneous transactions",
                Cause::Diverged,
            ),
            (
                "A replica with the same server_uuid/server_id as this replica has connected to the source",
                Cause::SameId,
            ),
            ("Binary log is not open", Cause::Off),
            ("something new", Cause::Other),
        ] {
            assert_eq!(cause(1236, message), Some(expected), "{message}");
        }
        assert_eq!(
            cause(1045, "Access denied for user"),
            Some(Cause::NotGranted)
        );
        assert_eq!(
            cause(4052, "A slave with the same server_uuid/server_id"),
            Some(Cause::SameId)
        );
        assert_eq!(cause(1064, "syntax"), None);
    }

    #[test]
    fn a_server_that_went_away_is_asked_again() {
        let server = |code| Error::Server {
            code,
            state: "HY000".to_owned(),
            message: "words".to_owned(),
        };
        assert!(matches!(judge(server(1053)), Verdict::Lost(_)));
        assert!(matches!(judge(server(1317)), Verdict::Lost(_)));
        assert!(matches!(judge(server(1236)), Verdict::Fatal(_)));
        assert!(matches!(judge(server(1064)), Verdict::Fatal(_)));
        let lost = Error::LostConnection {
            address: "db".to_owned(),
            reason: "reset".to_owned(),
        };
        assert!(matches!(judge(lost), Verdict::Lost(_)));
    }

    #[test]
    fn the_message_says_what_and_then_the_servers_words() {
        let refusal = Refusal::of(1236, "Binary log is not open").unwrap();
        assert_eq!(
            refusal.to_string(),
            "the server does not send its binary log: it writes none (Binary log is not open)"
        );
        let Error::Binlog(found) = Refusal::found(Cause::OtherServer) else {
            panic!("it is about the log")
        };
        assert!(found.to_string().ends_with("another server or file"));
    }
}
