//! A session without the server layer, so that a test can see the guard hold alone (feature `unguarded`, which no
//! release can have). Without that feature nothing here can be called, and no session is bare.
//!
//! What such a session leaves out is all of the layer: the statement that makes a connection safe, and PREPARE,
//! for a server that prepares a text thereby refuses a second statement in it. It sends the text as it is.

use super::Session;
#[cfg(feature = "unguarded")]
use super::say_goodbye;
#[cfg(feature = "unguarded")]
use crate::engine::{
    Result,
    profiles::{Profile, Secret},
};

impl Session {
    /// As [`Session::open`], but nothing of the server's stands behind the guard.
    #[cfg(feature = "unguarded")]
    #[expect(clippy::missing_panics_doc, reason = "it cannot")]
    pub async fn open_bare(profile: &Profile, password: Option<&Secret>) -> Result<Self> {
        let mut session = Self::open(profile, password).await?;
        std::sync::Arc::get_mut(&mut session.inner)
            .expect("nobody else has a session that was just opened")
            .bare = true;
        // The facts were read over a connection that is made safe.
        if let Some(conn) = session.take_first() {
            say_goodbye(conn).await;
        }
        Ok(session)
    }

    #[cfg(feature = "unguarded")]
    pub(super) fn is_bare(&self) -> bool {
        self.inner.bare
    }

    #[cfg(not(feature = "unguarded"))]
    #[expect(
        clippy::unused_self,
        reason = "with the feature, it depends on the session"
    )]
    pub(super) fn is_bare(&self) -> bool {
        false
    }
}
