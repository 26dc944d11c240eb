//! MD5 (RFC 1321) of several streams at once.
//!
//! Each step of MD5 waits for the one before, so that a processor has little to do with one stream: 570 MiB a second,
//! of which the libraries that were tried make 620 at most. Steps of streams that have nothing to do with each other go
//! side by side: two take as long as one, and four, in vectors, half as long again (docs/performance.md). No library
//! was found for that; that the digests are those of one is tested.

/// The digest in the making.
#[derive(Clone, Debug)]
pub(super) struct Md5 {
    state: State,
    /// Bytes that were taken in.
    length: u64,
    /// Those that make no block yet: `length % 64` of them.
    rest: [u8; BLOCK],
}

type State = [u32; 4];

pub(super) const BLOCK: usize = 64;

impl Md5 {
    pub(super) fn new() -> Self {
        Self { state: [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476], length: 0, rest: [0; BLOCK] }
    }

    fn rest_length(&self) -> usize {
        (self.length % BLOCK as u64) as usize
    }

    /// Takes bytes in.
    pub(super) fn update(&mut self, mut bytes: &[u8]) {
        bytes = self.fill(bytes);
        let (blocks, rest) = bytes.as_chunks::<BLOCK>();
        update_side_by_side([&mut *self], [blocks]);
        self.fill(rest);
    }

    /// Takes what the block that was begun lacks, or all if it is less than a block, and gives the others back.
    pub(super) fn fill<'a>(&mut self, bytes: &'a [u8]) -> &'a [u8] {
        let begun = self.rest_length();
        if begun == 0 && bytes.len() >= BLOCK {
            return bytes;
        }
        let (taken, others) = bytes.split_at(bytes.len().min(BLOCK - begun));
        self.rest[begun..begun + taken.len()].copy_from_slice(taken);
        self.length += taken.len() as u64;
        if begun + taken.len() == BLOCK {
            compress([&mut self.state], [&[self.rest]]);
        }
        others
    }

    /// The digest.
    pub(super) fn finish(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8);
        // One bit, and zeros until eight bytes are left of a block.
        let zeros = (2 * BLOCK - 9 - self.rest_length()) % BLOCK;
        self.fill(&[0x80]);
        self.update(&[0; BLOCK][..zeros]);
        self.fill(&bits.to_le_bytes());
        let mut digest = [0; 16];
        for (to, word) in digest.as_chunks_mut::<4>().0.iter_mut().zip(self.state) {
            *to = word.to_le_bytes();
        }
        digest
    }
}

/// Takes as many blocks into each stream as the shortest has. No stream has a block begun.
pub(super) fn update_side_by_side<const N: usize>(mut streams: [&mut Md5; N], blocks: [&[[u8; BLOCK]]; N]) {
    let count = blocks.iter().map(|it| it.len()).min().unwrap_or_default();
    for stream in &mut streams {
        stream.length += (count * BLOCK) as u64;
    }
    compress(streams.map(|it| &mut it.state), blocks);
}

/// A word of each stream.
type Words<const N: usize> = [u32; N];

fn compress<const N: usize>(mut states: [&mut State; N], blocks: [&[[u8; BLOCK]]; N]) {
    let count = blocks.iter().map(|it| it.len()).min().unwrap_or_default();
    let mut state: [Words<N>; 4] = std::array::from_fn(|word| std::array::from_fn(|lane| states[lane][word]));
    for number in 0..count {
        let mut words: [Words<N>; 16] = [[0; N]; 16];
        for (lane, blocks) in blocks.iter().enumerate() {
            let (bytes, _) = blocks[number].as_chunks::<4>();
            for (word, bytes) in words.iter_mut().zip(bytes) {
                word[lane] = u32::from_le_bytes(*bytes);
            }
        }
        rounds(&mut state, &words);
    }
    for (lane, of_lane) in states.iter_mut().enumerate() {
        for (to, word) in of_lane.iter_mut().zip(&state) {
            *to = word[lane];
        }
    }
}

/// The 64 steps of a block. Compilers make vectors of the loops over lanes.
#[inline(always)]
fn rounds<const N: usize>(state: &mut [Words<N>; 4], words: &[Words<N>; 16]) {
    let [mut a, mut b, mut c, mut d] = *state;
    macro_rules! step {
        ($a:ident, $b:ident, $c:ident, $d:ident, $word:expr, $step:expr, $shift:expr, $mix:expr) => {
            for lane in 0..N {
                let (x, y, z) = ($b[lane], $c[lane], $d[lane]);
                let sum = $a[lane].wrapping_add(SINES[$step]).wrapping_add(words[($word) % 16][lane]);
                $a[lane] = $mix(sum, x, y, z).rotate_left($shift).wrapping_add(x);
            }
        };
    }
    macro_rules! four_steps {
        ($mix:ident, $step:expr, $first:expr, $apart:expr, $shifts:expr) => {
            step!(a, b, c, d, $first, $step, $shifts[0], $mix);
            step!(d, a, b, c, $first + $apart, $step + 1, $shifts[1], $mix);
            step!(c, d, a, b, $first + 2 * $apart, $step + 2, $shifts[2], $mix);
            step!(b, c, d, a, $first + 3 * $apart, $step + 3, $shifts[3], $mix);
        };
    }
    macro_rules! round {
        ($mix:ident, $step:expr, $first:expr, $apart:expr, $shifts:expr) => {
            four_steps!($mix, $step, $first, $apart, $shifts);
            four_steps!($mix, $step + 4, $first + 4 * $apart, $apart, $shifts);
            four_steps!($mix, $step + 8, $first + 8 * $apart, $apart, $shifts);
            four_steps!($mix, $step + 12, $first + 12 * $apart, $apart, $shifts);
        };
    }
    let choose = |sum: u32, x: u32, y: u32, z: u32| sum.wrapping_add(z ^ (x & (y ^ z)));
    // The bits that are added are apart: the one half does not wait for the other.
    let choose_by_last = |sum: u32, x: u32, y: u32, z: u32| sum.wrapping_add(y & !z).wrapping_add(x & z);
    let differ = |sum: u32, x: u32, y: u32, z: u32| sum.wrapping_add(x ^ (y ^ z));
    let mixed = |sum: u32, x: u32, y: u32, z: u32| sum.wrapping_add(y ^ (x | !z));
    round!(choose, 0, 0, 1, [7, 12, 17, 22]);
    round!(choose_by_last, 16, 1, 5, [5, 9, 14, 20]);
    round!(differ, 32, 5, 3, [4, 11, 16, 23]);
    round!(mixed, 48, 0, 7, [6, 10, 15, 21]);
    for (word, added) in state.iter_mut().zip([a, b, c, d]) {
        for (to, from) in word.iter_mut().zip(added) {
            *to = to.wrapping_add(from);
        }
    }
}

/// `floor(2^32 * abs(sin(i + 1)))`
#[rustfmt::skip]
const SINES: [u32; 64] = [
    0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
    0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
    0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
    0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
    0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
    0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
    0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
    0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
];

#[cfg(test)]
mod tests {
    use asf_runtime::body::ChecksumAlgorithm;

    use super::*;

    fn text(length: usize, seed: usize) -> Vec<u8> {
        (0..length).map(|it| ((it * 31 + seed * 7) ^ (it >> 8)) as u8).collect()
    }

    fn expected(bytes: &[u8]) -> Vec<u8> {
        ChecksumAlgorithm::Md5.digest(bytes).as_bytes().to_vec()
    }

    #[test]
    fn sines() {
        for (number, sine) in (1..).zip(SINES) {
            assert_eq!((f64::from(number).sin().abs() * 2_f64.powi(32)) as u32, sine, "{number}");
        }
    }

    /// Every length around the ends of blocks, in pieces of every kind.
    #[test]
    fn the_digests_are_those_of_the_library() {
        for length in (0..300).chain([1 << 16, (1 << 16) + 17]) {
            let bytes = text(length, length);
            for piece in [1, 7, 55, 63, 64, 65, 128, 1 << 20] {
                let mut md5 = Md5::new();
                bytes.chunks(piece).for_each(|it| md5.update(it));
                assert_eq!(md5.finish().as_slice(), expected(&bytes), "{length} by {piece}");
            }
        }
    }

    #[test]
    fn streams_side_by_side() {
        let texts: [Vec<u8>; 4] = std::array::from_fn(|it| text(640, it));
        let mut streams: [Md5; 4] = std::array::from_fn(|_| Md5::new());
        // As many as the shortest has, and the rest by themselves.
        let blocks: [&[[u8; BLOCK]]; 4] = std::array::from_fn(|it| &texts[it].as_chunks().0[..4 + it]);
        update_side_by_side(streams.each_mut(), blocks);
        for (mut stream, text) in streams.into_iter().zip(&texts) {
            stream.update(&text[4 * BLOCK..]);
            assert_eq!(stream.finish().as_slice(), expected(text));
        }
    }
}
