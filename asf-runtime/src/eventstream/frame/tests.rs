//! Tables of messages as bytes, in pieces, harmed and cut off.

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

use super::*;
use crate::body::aws_chunked::tests::pieces;
use crate::body::stage::Staged;
use crate::shape::ByteStream;
use futures_util::{FutureExt, StreamExt};

/// Messages and their bytes, made after the specification and read with botocore 1.43.11. The first two are
/// vectors of the specification itself.
fn vectors() -> Vec<(Message, Vec<u8>)> {
    let all = Message::new("{'foo':'bar'}")
        .with("t", HeaderValue::Bool(true))
        .with("f", HeaderValue::Bool(false))
        .with("b", HeaderValue::Byte(-49))
        .with("s", HeaderValue::Short(-42))
        .with("i", HeaderValue::Int(-40972))
        .with("l", HeaderValue::Long(42_424_242))
        .with("y", HeaderValue::Bytes(Bytes::from_static(b"I'm a little teapot!")))
        .with("str", "evenement")
        .with("ts", HeaderValue::Timestamp(8_675_309))
        .with("u", HeaderValue::Uuid([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]));
    let event = Message::new(r#"{"bytes":"aGk="}"#)
        .with(":event-type", "chunk")
        .with(":content-type", "application/json")
        .with(":message-type", "event");
    [
        (Message::default(), "000000100000000005c248eb7d98c8ff"),
        (
            Message::new("{'foo':'bar'}").with("content-type", "application/json"),
            "0000003d0000002007fd83960c636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e7b27666f6f273a\
             27626172277d8d9c08b1",
        ),
        (
            all,
            "00000086000000696fea43a7017400016601016202cf017303ffd6016904ffff5ff4016c0500000000028757b2017906001449\
             276d2061206c6974746c6520746561706f7421037374720700096576656e656d656e74027473080000000000845fed01750901\
             02030405060708090a0b0c0d0e0f107b27666f6f273a27626172277dffd30645",
        ),
        (
            event,
            "0000006b0000004b6ace012d0b3a6576656e742d747970650700056368756e6b0d3a636f6e74656e742d747970650700106170\
             706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e747b226279746573223a2261476b3d22\
             7dbd9e5744",
        ),
    ]
    .map(|(message, hex)| (message, bytes(hex)))
    .into()
}

/// The message `event` above with a signature around it, and the one that ends a signed stream.
const SIGNED: [&str; 2] = [
    "000000be0000004325007936053a64617465080000018bcfe56800103a6368756e6b2d7369676e61747572650600200000000000000000\
     0000000000000000000000000000000000000000000000000000006b0000004b6ace012d0b3a6576656e742d747970650700056368756e\
     6b0d3a636f6e74656e742d747970650700106170706c69636174696f6e2f6a736f6e0d3a6d6573736167652d747970650700056576656e\
     747b226279746573223a2261476b3d227dbd9e5744b036068a",
    "0000005300000043f5447a58053a64617465080000018bcfe56800103a6368756e6b2d7369676e61747572650600200000000000000000\
     000000000000000000000000000000000000000000000000e197af41",
];

pub(in crate::eventstream) fn bytes(hex: &str) -> Vec<u8> {
    let hex: Vec<u8> = hex.bytes().filter(u8::is_ascii_hexdigit).collect();
    hex.chunks(2).map(|it| u8::from_str_radix(std::str::from_utf8(it).unwrap(), 16).unwrap()).collect()
}

fn all<S: Stage<Item = Message>>(body: ByteStream, stage: S) -> Vec<Result<Message, String>> {
    let messages = Staged::new(body, stage).map(|it| it.map_err(|error| error.to_string()));
    messages.collect::<Vec<_>>().now_or_never().unwrap()
}

#[test]
fn both_ways() {
    for (message, bytes) in vectors() {
        assert_eq!(message.encode().unwrap(), bytes);
        assert_eq!(Message::decode(bytes.into()).unwrap(), message);
    }
}

#[test]
fn split_anywhere() {
    let expected: Vec<_> = vectors().into_iter().map(|(message, _)| Ok(message)).collect();
    let bytes: Vec<u8> = vectors().into_iter().flat_map(|(_, bytes)| bytes).collect();
    for split in 0..=bytes.len() {
        assert_eq!(all(pieces([&bytes[..split], &bytes[split..]]), Frames::new()), expected, "{split}");
    }
    for size in 1..20 {
        assert_eq!(all(pieces(bytes.chunks(size)), Frames::new()), expected, "by {size}");
    }
}

#[test]
fn one_wrong_bit() {
    for (message, bytes) in vectors() {
        for bit in 0..bytes.len() * 8 {
            let mut harmed = bytes.clone();
            harmed[bit / 8] ^= 1 << (bit % 8);
            let result = Message::decode(harmed.clone().into());
            match result.clone().unwrap_err() {
                FrameError::PreludeChecksum { .. } => assert!(bit < PRELUDE * 8),
                FrameError::MessageChecksum { .. } => assert!(bit >= PRELUDE * 8),
                other => panic!("{other} in bit {bit} of {message:?}"),
            }
            let streamed = all(pieces(harmed.chunks(3)), Frames::new());
            assert_eq!(streamed, [Err(StreamError::from(result.unwrap_err()).to_string())]);
        }
    }
}

#[test]
fn cut_off() {
    let expected = Err("the body is malformed: event stream: it ends within a message".to_owned());
    for (message, bytes) in vectors() {
        for cut in 1..bytes.len() {
            let twice = [bytes.as_slice(), &bytes[..cut]].concat();
            assert_eq!(
                all(pieces([twice.as_slice()]), Frames::new()),
                [Ok(message.clone()), expected.clone()]
            );
            assert!(Message::decode(bytes[..cut].to_vec().into()).is_err());
        }
        assert_eq!(Message::decode([bytes.as_slice(), b"\0"].concat().into()), Err(FrameError::Length));
    }
}

/// A message with these lengths and what is to stand between prelude and CRC.
fn framed(total: u32, headers: u32, rest: &[u8]) -> Vec<u8> {
    let mut bytes = [total.to_be_bytes(), headers.to_be_bytes()].concat();
    bytes.extend_from_slice(&crc_fast::crc32_iso_hdlc(&bytes).to_be_bytes());
    bytes.extend_from_slice(rest);
    bytes.extend_from_slice(&crc_fast::crc32_iso_hdlc(&bytes).to_be_bytes());
    bytes
}

#[test]
fn lengths_that_are_not_believed() {
    for (total, headers, expected) in [
        (0, 0, FrameError::Length),
        (15, 0, FrameError::Length),
        (16, 1, FrameError::Length),
        (20, 5, FrameError::Length),
        (u32::MAX, u32::MAX, FrameError::HeadersTooLong),
        (1 << 20, 128 * 1024 + 1, FrameError::HeadersTooLong),
        (u32::MAX, 0, FrameError::PayloadTooLong),
        (24 * 1024 * 1024 + 17, 0, FrameError::PayloadTooLong),
    ] {
        // Refused when the prelude is there, without waiting for the rest.
        let prelude = &framed(total, headers, b"")[..12];
        let expected = StreamError::from(expected).to_string();
        assert_eq!(all(pieces(prelude.chunks(1)), Frames::new()), [Err(expected)], "{total} {headers}");
    }
    let most = Message::new(vec![0; MAX_PAYLOAD_LEN]);
    let encoded = most.encode().unwrap();
    assert_eq!(all(pieces(encoded.chunks(1 << 20)), Frames::new()), [Ok(most)]);
    assert_eq!(Message::new(vec![0; MAX_PAYLOAD_LEN + 1]).encode(), Err(FrameError::PayloadTooLong));
}

#[test]
fn headers_that_are_refused() {
    for headers in [
        b"\0\0".as_slice(),
        b"\x01",
        b"\x02a",
        b"\x01a",
        b"\x01a\x0a",
        b"\x01a\x60",
        b"\x01a\x02",
        b"\x01a\x03\0",
        b"\x01a\x04\0\0\0",
        b"\x01a\x05\0\0\0\0\0\0\0",
        b"\x01a\x06\0",
        b"\x01a\x06\0\x01",
        b"\x01a\x07\xff\xffa",
        b"\x01a\x07\0\x01\xff",
        b"\x01\xff\0",
        b"\x01a\x08\0\0\0\0\0\0\0",
        b"\x01a\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
    ] {
        let length = headers.len() as u32;
        let bytes = framed(16 + length, length, headers);
        assert_eq!(Message::decode(bytes.into()), Err(FrameError::Header), "{headers:?}");
    }
    let twice = framed(22, 6, b"\x01a\0\x01a\x01");
    assert_eq!(Message::decode(twice.into()), Err(FrameError::DuplicateHeader("a".to_owned())));
    let many = |count: usize| {
        (0..count).fold(Message::default(), |it, index| it.with(index.to_string(), "")).encode()
    };
    assert_eq!(Message::decode(many(256).unwrap()).unwrap().headers.len(), 256);
    assert_eq!(Message::decode(many(257).unwrap()), Err(FrameError::Header));
}

#[test]
fn headers_that_cannot_be_written() {
    let long = |length: usize| "x".repeat(length);
    for (message, expected) in [
        (Message::default().with("", ""), FrameError::Header),
        (Message::default().with(long(256), ""), FrameError::Header),
        (Message::default().with("a", &*long(32_768)), FrameError::Header),
        (Message::default().with("a", HeaderValue::Bytes(long(32_768).into())), FrameError::Header),
        (
            (0..5).fold(Message::default(), |it, index| it.with(index.to_string(), &*long(32_767))),
            FrameError::HeadersTooLong,
        ),
    ] {
        assert_eq!(message.encode(), Err(expected));
    }
    assert!(Message::default().with(long(255), &*long(32_767)).encode().is_ok());
}

#[test]
fn signatures_are_taken_off() {
    let event = vectors().remove(3);
    let [signed, end] = SIGNED.map(bytes);
    let expected = [Ok(event.0.clone()), Ok(event.0.clone())];
    for ending in [vec![], end.clone(), [end, b"whatever".to_vec()].concat()] {
        let body = [signed.as_slice(), &event.1, &ending].concat();
        for size in [1, 7, 83, 1000] {
            assert_eq!(all(pieces(body.chunks(size)), SignedFrames::new()), expected);
        }
    }
    let within = Message::new("more than a message").with(":chunk-signature", "").encode().unwrap();
    assert!(matches!(all(pieces([&within[..]]), SignedFrames::new()).as_slice(), [Err(_)]));
}

fn any(rng: &mut StdRng) -> Message {
    let mut payload = vec![0; rng.random_range(0..200)];
    rng.fill_bytes(&mut payload);
    let mut message = Message::new(payload);
    for index in 0..rng.random_range(0..10) {
        let number: i64 = rng.random();
        let value = match rng.random_range(0..9) {
            0 => HeaderValue::Bool(number > 0),
            1 => HeaderValue::Byte(number as i8),
            2 => HeaderValue::Short(number as i16),
            3 => HeaderValue::Int(number as i32),
            4 => HeaderValue::Long(number),
            5 => HeaderValue::Bytes(number.to_string().into()),
            6 => HeaderValue::String(number.to_string()),
            7 => HeaderValue::Timestamp(number),
            _ => HeaderValue::Uuid(rng.random()),
        };
        message = message.with(format!("header {index}"), value);
    }
    message
}

#[test]
fn what_is_written_is_read() {
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..300 {
        let messages: Vec<_> = (0..rng.random_range(0..5)).map(|_| any(&mut rng)).collect();
        let bytes: Vec<u8> = messages.iter().flat_map(|it| it.encode().unwrap()).collect();
        let mut rest = bytes.as_slice();
        let mut cut = Vec::new();
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(rng.random_range(1..150).min(rest.len()));
            cut.push(piece);
            rest = left;
        }
        let read = all(pieces(cut), Frames::new());
        assert_eq!(read, messages.into_iter().map(Ok).collect::<Vec<_>>());
    }
}

/// Bytes with right checksums and anything in between.
#[test]
fn any_bytes() {
    let mut rng = StdRng::seed_from_u64(4);
    for round in 0..20_000 {
        let mut rest = vec![0; rng.random_range(0..40)];
        rng.fill_bytes(&mut rest);
        if round % 2 == 0 {
            rest.iter_mut().for_each(|it| *it %= 10);
        }
        let headers = rng.random_range(0..=rest.len() as u32 + 1);
        let bytes = framed(16 + rest.len() as u32, headers, &rest);
        if let Ok(message) = Message::decode(bytes.clone().into()) {
            assert_eq!(message.encode().unwrap(), bytes);
        }
        let _ = all(pieces(rest.chunks(5)), SignedFrames::new());
    }
}
