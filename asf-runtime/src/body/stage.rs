//! Bodies that change on their way: a state machine that is fed with pieces, and the stream around it.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use futures_util::StreamExt;

use crate::shape::{ByteStream, StreamError};

/// One transformation of a body. It knows nothing of waiting: pieces are pushed in, and what they make is
/// pulled out, so that it holds one piece at a time.
pub(crate) trait Stage: Send + Unpin + 'static {
    /// What comes out.
    type Item: Send;

    /// The next piece. It comes when [`pull`](Self::pull) has nothing more to give.
    fn push(&mut self, piece: Bytes);

    /// The next item that the pieces so far make.
    ///
    /// # Errors
    /// When the pieces break the rules; nothing is asked of the stage after that.
    fn pull(&mut self) -> Result<Option<Self::Item>, StreamError>;

    /// What comes after the last piece; asked until it is `None`.
    ///
    /// # Errors
    /// When the body may not end here.
    fn finish(&mut self) -> Result<Option<Self::Item>, StreamError>;

    /// Whether the end has been said within the body; what follows is not read.
    fn is_over(&self) -> bool {
        false
    }
}

/// The items that a stage makes of a body. After an error there are no more.
pub(crate) struct Staged<S> {
    source: Option<ByteStream>,
    stage: S,
    over: bool,
}

impl<S: Stage> Staged<S> {
    /// What a stage makes of a body.
    pub(crate) fn new(source: ByteStream, stage: S) -> Self {
        Self { source: Some(source), stage, over: false }
    }
}

impl<S: Stage> Stream for Staged<S> {
    type Item = Result<S::Item, StreamError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        if this.over {
            return Poll::Ready(None);
        }
        let next = loop {
            match this.stage.pull() {
                Ok(None) if this.stage.is_over() => break None,
                Ok(None) => {}
                next => break next.transpose(),
            }
            match &mut this.source {
                Some(source) => match ready!(source.poll_next_unpin(cx)) {
                    Some(Ok(piece)) => this.stage.push(piece),
                    Some(Err(error)) => break Some(Err(error)),
                    None => this.source = None,
                },
                None => break this.stage.finish().transpose(),
            }
        };
        if !matches!(next, Some(Ok(_))) {
            this.over = true;
            this.source = None;
        }
        Poll::Ready(next)
    }
}
