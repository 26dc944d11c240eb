//! Pieces on their way in, until there are enough of them.

use bytes::{Bytes, BytesMut};

/// Bytes below which a piece is copied to others of its kind. Kept as it is, a small piece keeps the buffer that it
/// came in.
const SMALL: usize = 16 << 10;

/// Pieces of content, gathered so that something can be done to many at a time. Large pieces are passed on as they
/// are; small ones are joined.
#[derive(Debug, Default)]
pub struct Gathered {
    pieces: Vec<Bytes>,
    /// Behind the pieces.
    small: BytesMut,
    length: usize,
}

impl Gathered {
    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Takes one more.
    pub fn push(&mut self, piece: Bytes) {
        self.length += piece.len();
        if piece.len() < SMALL {
            self.small.extend_from_slice(&piece);
        } else {
            self.end_small();
            self.pieces.push(piece);
        }
    }

    /// Gives all of it away, in its order. No piece is empty.
    #[must_use]
    pub fn take(&mut self) -> Vec<Bytes> {
        self.end_small();
        self.length = 0;
        std::mem::take(&mut self.pieces)
    }

    fn end_small(&mut self) {
        if !self.small.is_empty() {
            self.pieces.push(std::mem::take(&mut self.small).freeze());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_pieces_are_joined_and_large_ones_are_not_copied() {
        let mut gathered = Gathered::default();
        let large = Bytes::from(vec![7; SMALL]);
        for piece in [&b"a"[..], b"", b"bc"] {
            gathered.push(Bytes::from_static(piece));
        }
        gathered.push(large.clone());
        gathered.push(Bytes::from_static(b"d"));
        assert_eq!(gathered.len(), SMALL + 4);
        let taken = gathered.take();
        assert_eq!(taken, [Bytes::from_static(b"abc"), large.clone(), Bytes::from_static(b"d")]);
        assert_eq!(taken[1].as_ptr(), large.as_ptr());
        assert!(gathered.is_empty() && gathered.take().is_empty());
    }
}
