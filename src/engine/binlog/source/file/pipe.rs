//! Standard input and pipes, whose reading nothing ends: it happens on a thread of its own, so that who waits for it
//! can stop waiting. The thread ends with the input, or when it next has something that nobody takes.

use std::{
    io::{self, Read},
    sync::mpsc::{Receiver, RecvTimeoutError, sync_channel},
    thread,
};

use tokio_util::sync::CancellationToken;

use super::{BLOCK, PAUSE};

/// Blocks that wait to be taken.
const AHEAD: usize = 2;

/// What such an input gives; its end, once the token is cancelled.
pub(super) struct Pipe {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: io::Cursor<Vec<u8>>,
    cancel: CancellationToken,
}

impl Pipe {
    /// Begin to read.
    pub(super) fn start(
        mut input: impl Read + Send + 'static,
        cancel: CancellationToken,
    ) -> io::Result<Self> {
        let (sender, blocks) = sync_channel(AHEAD);
        let read = move || {
            loop {
                let mut block = vec![0; BLOCK];
                let read = match input.read(&mut block) {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    read => read,
                };
                let ended = !matches!(read, Ok(1..));
                let sent = sender.send(read.map(|length| {
                    block.truncate(length);
                    block
                }));
                if ended || sent.is_err() {
                    return;
                }
            }
        };
        thread::Builder::new()
            .name("binlog-input".to_owned())
            .spawn(read)?;
        Ok(Self {
            blocks,
            block: io::Cursor::default(),
            cancel,
        })
    }
}

impl Read for Pipe {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.block.read(room)?;
            if read > 0 || room.is_empty() {
                return Ok(read);
            }
            match self.blocks.recv_timeout(PAUSE) {
                Ok(block) => {
                    let block = block?;
                    if block.is_empty() {
                        return Ok(0);
                    }
                    self.block = io::Cursor::new(block);
                }
                Err(RecvTimeoutError::Timeout) if !self.cancel.is_cancelled() => {}
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return Ok(0),
            }
        }
    }
}
