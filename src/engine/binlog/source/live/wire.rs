//! What Porthole and its reader process say to each other: frames of a kind, a length and so many bytes.
//!
//! The reader's standard input brings one frame, the order, with the password in it; then it stays open, and its end
//! tells the reader to end. Its standard output brings what it read. What it sends may have been made by a hostile
//! server, so lengths are limits here too, never sizes to reserve.

use std::io::{self, Read, Write};

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::engine::{
    Error,
    binlog::{
        checkpoint::{Checkpoint, Identity},
        gtid::GtidPosition,
        source::StartAt,
    },
    error::{ConnectCause, ConnectError},
    profiles::Profile,
};

/// The longest order or text, in bytes.
const MOST_TEXT: u32 = 256 << 20;
/// The longest block of events: the largest event that there is, and those that were gathered before it.
const MOST_EVENTS: u32 = (1 << 30) + (4 << 20);
/// What is read at once.
const CHUNK: usize = 256 << 10;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// To the reader: an [`Order`].
    Order,
    /// The stream is open: an [`Opened`].
    Opened,
    /// Whole events, one after another.
    Events,
    /// The server has no more to send; without content.
    End,
    /// It failed: a [`Failed`].
    Failed,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Order,
        Self::Opened,
        Self::Events,
        Self::End,
        Self::Failed,
    ];

    fn byte(self) -> u8 {
        self as u8
    }

    fn most(self) -> u32 {
        match self {
            Self::Events => MOST_EVENTS,
            _ => MOST_TEXT,
        }
    }
}

/// Whom to ask for what.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Order {
    pub(super) profile: Profile,
    pub(super) password: Option<Password>,
    pub(super) begin: Begin,
    pub(super) reader_id: u32,
    pub(super) heartbeat_secs: u64,
    pub(super) stop_at_end: bool,
}

/// A password on its way through the pipe; printed as `…`.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Password(pub(super) String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

/// Where following begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Begin {
    /// Where a person says.
    At(StartAt),
    /// Where a reader ended, on this server or one that has the same transactions.
    Resume(Checkpoint),
}

impl Begin {
    /// The same place for files, which know no checkpoints.
    pub fn start(&self) -> StartAt {
        match self {
            Self::At(start) => start.clone(),
            Self::Resume(checkpoint) => match &checkpoint.gtids {
                Some(gtids) => StartAt::After(gtids.clone()),
                None if checkpoint.file.is_empty() => StartAt::Begin,
                None => StartAt::Position {
                    file: Some(checkpoint.file.clone()),
                    offset: checkpoint.offset,
                },
            },
        }
    }
}

/// What is known once the stream is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Opened {
    /// Version text of the server.
    pub(super) version: String,
    /// Which server answered.
    pub(super) server: Identity,
    /// The id under which it lists the reader, once the stream is asked for.
    pub(super) reader_id: u32,
    /// Where the stream begins, so far as it is known before the first event.
    pub(super) begin: Checkpoint,
    /// It begins at a place in a file, not after GTIDs.
    pub(super) by_place: bool,
    /// Before this place of its file nothing was asked for, though it comes.
    pub(super) skip_before: Option<u64>,
    /// Where the log ended when it was asked for.
    pub(super) end: Option<(String, u64)>,
    /// All transactions that the server had then.
    pub(super) gtids: Option<GtidPosition>,
    /// What a person should know.
    pub(super) notes: Vec<String>,
}

/// An error on its way through the pipe.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Failed {
    Connect {
        cause: ConnectCause,
        address: String,
        message: String,
    },
    Server {
        code: u16,
        state: String,
        message: String,
    },
    Lost {
        address: String,
        reason: String,
    },
    Unreadable {
        address: String,
        reason: String,
    },
    Silent {
        address: String,
        after_secs: u64,
    },
    Refused {
        cause: super::refusal::Cause,
        message: String,
    },
    Other(String),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match error {
            Error::Connect(ConnectError {
                cause,
                address,
                message,
            }) => Self::Connect {
                cause,
                address,
                message,
            },
            Error::Server {
                code,
                state,
                message,
            } => Self::Server {
                code,
                state,
                message,
            },
            Error::LostConnection { address, reason } => Self::Lost { address, reason },
            Error::Unreadable { address, reason } => Self::Unreadable { address, reason },
            Error::ReadTimeout { address, after } => Self::Silent {
                address,
                after_secs: after.as_secs(),
            },
            Error::Binlog(refusal) => Self::Refused {
                cause: refusal.cause,
                message: refusal.message,
            },
            other => Self::Other(other.to_string()),
        }
    }
}

impl From<Failed> for Error {
    fn from(failed: Failed) -> Self {
        match failed {
            Failed::Connect {
                cause,
                address,
                message,
            } => ConnectError {
                cause,
                address,
                message,
            }
            .into(),
            Failed::Server {
                code,
                state,
                message,
            } => Self::Server {
                code,
                state,
                message,
            },
            Failed::Lost { address, reason } => Self::LostConnection { address, reason },
            Failed::Unreadable { address, reason } => Self::Unreadable { address, reason },
            Failed::Silent {
                address,
                after_secs,
            } => Self::ReadTimeout {
                address,
                after: std::time::Duration::from_secs(after_secs),
            },
            Failed::Refused { cause, message } => super::Refusal { cause, message }.into(),
            Failed::Other(text) => Self::Invalid(text),
        }
    }
}

/// Write a frame.
pub(super) fn write(to: &mut impl Write, kind: Kind, content: &[u8]) -> io::Result<()> {
    let length = u32::try_from(content.len()).ok();
    let Some(length) = length.filter(|length| *length <= kind.most()) else {
        return Err(io::Error::other("more than one frame holds"));
    };
    let [a, b, c, d] = length.to_le_bytes();
    to.write_all(&[kind.byte(), a, b, c, d])?;
    to.write_all(content)?;
    to.flush()
}

/// Write a frame that holds a value.
pub(super) fn write_value(
    to: &mut impl Write,
    kind: Kind,
    value: &impl Serialize,
) -> io::Result<()> {
    write(to, kind, &serde_json::to_vec(value)?)
}

/// The value in a frame.
pub(super) fn value<T: DeserializeOwned>(content: &[u8]) -> io::Result<T> {
    Ok(serde_json::from_slice(content)?)
}

fn head(bytes: [u8; 5]) -> io::Result<(Kind, usize)> {
    let [kind, a, b, c, d] = bytes;
    let length = u32::from_le_bytes([a, b, c, d]);
    let kind = Kind::ALL.into_iter().find(|known| known.byte() == kind);
    match kind {
        Some(kind) if length <= kind.most() => Ok((kind, length as usize)),
        _ => Err(io::Error::new(
            io::ErrorKind::InvalidData,
            "what came is no frame",
        )),
    }
}

/// Read a frame, waiting for it.
pub(super) fn read(from: &mut impl Read) -> io::Result<(Kind, Vec<u8>)> {
    let mut bytes = [0; 5];
    from.read_exact(&mut bytes)?;
    let (kind, length) = head(bytes)?;
    let mut content = Vec::new();
    from.take(length as u64).read_to_end(&mut content)?;
    if content.len() < length {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok((kind, content))
}

/// Read a frame; `None` where the pipe ends before one.
pub(super) async fn read_async(
    from: &mut (impl AsyncRead + Unpin),
) -> io::Result<Option<(Kind, Vec<u8>)>> {
    let mut bytes = [0; 5];
    match from.read_exact(&mut bytes).await {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    };
    let (kind, length) = head(bytes)?;
    let mut content = Vec::with_capacity(length.min(CHUNK));
    let mut left = from.take(length as u64);
    while content.len() < length {
        content.reserve(CHUNK.min(length - content.len()));
        if left.read_buf(&mut content).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
    Ok(Some((kind, content)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_come_back_as_they_were_written() {
        let mut pipe = Vec::new();
        write(&mut pipe, Kind::Events, b"abc").unwrap();
        write(&mut pipe, Kind::End, b"").unwrap();
        let mut from = pipe.as_slice();
        assert_eq!(read(&mut from).unwrap(), (Kind::Events, b"abc".to_vec()));
        assert_eq!(
            read_async(&mut from).await.unwrap(),
            Some((Kind::End, vec![]))
        );
        assert_eq!(read_async(&mut from).await.unwrap(), None);
    }

    #[tokio::test]
    async fn a_frame_that_announces_too_much_or_ends_early_is_an_error() {
        let mut huge: &[u8] = &[Kind::Failed.byte(), 0xff, 0xff, 0xff, 0xff];
        assert!(read_async(&mut huge).await.is_err());
        let mut cut: &[u8] = &[Kind::Events.byte(), 0xff, 0xff, 0, 0, 1];
        assert!(read_async(&mut cut).await.is_err());
        let mut unknown: &[u8] = &[99, 0, 0, 0, 0];
        assert!(read_async(&mut unknown).await.is_err());
    }

    #[test]
    fn an_order_shows_no_password() {
        let password = Password("geheim".to_owned());
        assert_eq!(format!("{password:?}"), "…");
    }

    #[test]
    fn errors_cross_the_pipe_as_they_are() {
        let errors = [
            Error::Server {
                code: 1236,
                state: "HY000".to_owned(),
                message: "words".to_owned(),
            },
            Error::LostConnection {
                address: "db:3306".to_owned(),
                reason: "reset".to_owned(),
            },
            super::super::Refusal::found(super::super::Cause::OtherServer),
        ];
        for error in errors {
            let text = error.to_string();
            let sent = serde_json::to_vec(&Failed::from(error)).unwrap();
            let failed: Failed = value(&sent).unwrap();
            assert_eq!(Error::from(failed).to_string(), text);
        }
    }
}
