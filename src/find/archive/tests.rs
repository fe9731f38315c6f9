//! Archives made at run time, whole and hostile.

use std::io::Write;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use proptest::prelude::*;

use super::*;
use crate::find::{Blob, find};
use crate::rules::template;

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// One member with its header; `method` 8 packs it, 0 stores it.
fn member(name: &str, content: &[u8], method: u16, flags: u16) -> Vec<u8> {
    let data = match method {
        8 => {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(content).unwrap();
            encoder.finish().unwrap()
        }
        _ => content.to_vec(),
    };
    let follows = flags & 8 != 0;
    let size = if follows { 0 } else { data.len() as u32 };
    let mut out = SIGNATURE.to_vec();
    for two in [20, flags, method, 0, 0, 0, 0] {
        out.extend(u16::to_le_bytes(two));
    }
    out.extend(size.to_le_bytes());
    out.extend((content.len() as u32).to_le_bytes());
    out.extend((name.len() as u16).to_le_bytes());
    out.extend([0, 0]);
    out.extend(name.as_bytes());
    out.extend(data);
    if follows {
        out.extend([b'P', b'K', 7, 8]);
        out.extend([0; 12]);
    }
    out
}

const SIGNATURE: [u8; 4] = [b'P', b'K', 3, 4];

fn tar_of(name: &str, content: &[u8]) -> Vec<u8> {
    let mut block = vec![0; 512];
    block[..name.len()].copy_from_slice(name.as_bytes());
    block[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
    block[148..156].fill(b' ');
    block[156] = b'0';
    block[257..263].copy_from_slice(b"ustar\0");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    block.extend(content);
    block.resize(block.len().next_multiple_of(512) + 1024, 0);
    block
}

/// A line with a token of a kind that its own text names, and the token.
fn secret_line() -> (String, String) {
    let rules = RuleSet::builtin();
    let kind = rules
        .kinds()
        .find(|kind| kind.checksum.is_some() && kind.alone)
        .unwrap();
    let token = template::value(kind, &mut template::Random::new(5));
    (format!("# first\nTOKEN={token}\n"), token)
}

fn found_in(name: &str, bytes: &[u8]) -> Found {
    let path = RepoPath::from(name);
    let blob = Blob {
        path: &path,
        text: bytes,
        first_line: 1,
        offset: 0,
        whole: true,
    };
    find(&blob, &RuleSet::builtin())
}

#[test]
fn members_of_every_form_are_searched() {
    let (line, token) = secret_line();
    let text = line.as_bytes();
    let zip = |method, flags| {
        [
            member("readme.txt", b"nothing", 8, 0),
            member("config/.env", text, method, flags),
        ]
        .concat()
    };
    for (file, bytes, name) in [
        ("dump.sql.gz", packed(text), "`dump.sql`"),
        ("a.zip", zip(8, 0), "`config/.env`"),
        ("a.zip", zip(8, 8), "`config/.env`"),
        ("a.zip", zip(0, 0), "`config/.env`"),
        (
            "a.tgz",
            packed(&tar_of("config/.env", text)),
            "`config/.env`",
        ),
        ("a.tar", tar_of("config/.env", text), "`config/.env`"),
        (
            "a.zip",
            member("in.zip", &zip(8, 0), 8, 0),
            "`in.zip!config/.env`",
        ),
    ] {
        let found = found_in(file, &bytes);
        let [sighting] = &found.sightings[..] else {
            panic!("{file}: {} found", found.sightings.len());
        };
        let member = sighting.member.as_ref().unwrap();
        assert_eq!((member.name.as_str(), member.line), (name, 2), "{file}");
        assert_eq!(sighting.path, RepoPath::from(file));
        assert_eq!(sighting.place.start_line, 1);
        assert!(sighting.secret.expose(|secret| secret == token.as_bytes()));
        assert!(!sighting.excerpt.text.contains(&token[6..]));
        assert!(found.limits.is_empty(), "{file}: {:?}", found.limits);
    }
}

#[test]
fn what_was_not_opened_is_said() {
    let (line, _) = secret_line();
    let bomb = packed(&vec![b'a'; 40 << 20]);
    let mut deep = line.clone().into_bytes();
    for _ in 0..6 {
        deep = packed(&deep);
    }
    let mut cut = packed(&vec![b'x'; 3000]);
    cut.truncate(20);
    for (bytes, limit) in [
        (member("a", line.as_bytes(), 8, 1), Limit::Encrypted),
        (member("a", line.as_bytes(), 93, 0), Limit::Packing),
        (bomb, Limit::Unpacked),
        (deep, Limit::Nested),
        (cut, Limit::Damaged),
    ] {
        assert_eq!(found_in("a.bin", &bytes).limits, [limit]);
    }
}

#[test]
fn text_behind_a_gzip_head_is_searched_as_it_stands() {
    let (line, token) = secret_line();
    let bytes = [&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3], line.as_bytes()].concat();
    let found = found_in("a.gz", &bytes);
    let seen = |sighting: &Sighting| sighting.secret.expose(|secret| secret == token.as_bytes());
    assert!(found.sightings.iter().any(seen));
    assert_eq!(found.limits, [Limit::Damaged]);
}

#[test]
fn an_archive_in_a_stream_is_opened_too() {
    let (line, _) = secret_line();
    let bytes = member("a/b.env", line.as_bytes(), 8, 0);
    let path = RepoPath::from("a.zip");
    let streamed = stream::stream(&path, &mut bytes.as_slice(), &RuleSet::builtin());
    assert_eq!(streamed.found.sightings.len(), 1);
    assert_eq!(
        (streamed.bytes, streamed.failed),
        (bytes.len() as u64, false)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_bytes_behind_a_head_make_it_panic(
        head in prop::sample::select(vec![
            vec![0x1f, 0x8b, 8, 0],
            SIGNATURE.to_vec(),
            packed(b"hello world"),
            member("a", b"hello world", 8, 8),
            tar_of("a", b"hello world"),
        ]),
        rest: Vec<u8>,
        cut: prop::sample::Index,
        flip: prop::sample::Index,
        with: u8,
    ) {
        let mut bytes = [head, rest].concat();
        let at = flip.index(bytes.len());
        bytes[at] ^= with;
        bytes.truncate(cut.index(bytes.len()) + 1);
        let found = found_in("a.bin", &bytes);
        prop_assert!(found.limits.len() < 8);
    }
}
