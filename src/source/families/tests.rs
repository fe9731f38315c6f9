//! Families in packs made here: whole objects, and differences that copy a base and add a letter.

use std::io::Write as _;
use std::sync::Mutex;

use flate2::write::ZlibEncoder;

use super::*;

/// A pack of whole blobs and of differences, each with the number of what it rests on; and where each stands.
fn pack(entries: &[(Option<usize>, Vec<u8>)]) -> (tempfile::TempDir, data::File, Vec<Member>) {
    let mut bytes = b"PACK\0\0\0\x02".to_vec();
    bytes.extend((entries.len() as u32).to_be_bytes());
    let mut members: Vec<Member> = Vec::new();
    for (number, (base, content)) in entries.iter().enumerate() {
        let offset = bytes.len() as u64;
        let kind = if base.is_some() { 6 } else { 3 };
        bytes.push(0x80 | kind << 4 | content.len() as u8 & 15);
        bytes.push(u8::try_from(content.len() >> 4).unwrap());
        if let Some(base) = base {
            let distance = offset - members[*base].offset;
            assert!(distance < 128, "one byte says how far back");
            bytes.push(distance as u8);
        }
        let mut packed = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(content).unwrap();
        bytes.extend(packed.finish().unwrap());
        members.push(Member {
            offset,
            base: base.unwrap_or(number) as u32,
            job: number as u32,
        });
    }
    bytes.extend([0; 20]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.pack");
    std::fs::write(&path, bytes).unwrap();
    let data = data::File::at(&path, gix::hash::Kind::Sha1).unwrap();
    (folder, data, members)
}

fn handed_over(data: &data::File, members: Vec<Member>) -> Vec<(u32, String)> {
    let all = Mutex::new(Vec::new());
    let state = || ();
    Families::new(data, members).read(2, state, |(), job, version| {
        let text = String::from_utf8(version.bytes.to_vec()).unwrap();
        all.lock().unwrap().push((job, text));
    });
    let mut all = all.into_inner().unwrap();
    all.sort();
    all
}

/// The base with a letter behind it.
fn with(letter: u8, length: u8) -> Vec<u8> {
    vec![length, length + 1, 0x90, length, 1, letter]
}

#[test]
fn every_member_of_a_family_is_handed_over_once() {
    let entries = [
        (None, b"ab".to_vec()),
        (Some(0), with(b'c', 2)),
        (Some(1), with(b'd', 3)),
        (Some(0), with(b'e', 2)),
        (None, b"alone".to_vec()),
        (Some(1), with(b'f', 3)),
    ];
    let (_folder, data, mut members) = pack(&entries);
    members[1].job = NONE;
    let texts = handed_over(&data, members);
    let expected = [
        (0, "ab"),
        (2, "abcd"),
        (3, "abe"),
        (4, "alone"),
        (5, "abcf"),
    ];
    assert_eq!(texts, expected.map(|(job, text)| (job, text.to_owned())));
}

#[test]
fn a_family_is_read_by_threads_that_have_no_other() {
    let mut entries = vec![(None, b"ab".to_vec())];
    for number in 1..60u8 {
        // Three chains on one object.
        let base = usize::from(number).saturating_sub(3);
        let length = 2 + number.div_ceil(3) - 1;
        entries.push((Some(base), with(b'a' + number % 26, length)));
    }
    let (_folder, data, members) = pack(&entries);
    let seen = Mutex::new(Vec::new());
    let state = || std::thread::current().id();
    Families::new(&data, members).read(4, state, |thread, job, version| {
        // Long enough for every thread to find nothing else.
        std::thread::sleep(std::time::Duration::from_millis(2));
        seen.lock()
            .unwrap()
            .push((job, version.bytes.len(), *thread));
    });
    let mut seen = seen.into_inner().unwrap();
    let threads: std::collections::HashSet<_> = seen.iter().map(|seen| seen.2).collect();
    assert!(threads.len() > 1, "one thread read them all");
    seen.sort_unstable_by_key(|seen| seen.0);
    let lengths = seen.iter().map(|(job, length, _)| (*job as usize, *length));
    let expected = (0..60usize).map(|number| (number, 2 + number.div_ceil(3)));
    assert!(lengths.eq(expected));
}

#[test]
fn what_rests_on_something_damaged_is_left_out_and_nothing_else() {
    let entries = [
        (None, b"ab".to_vec()),
        (Some(0), with(b'c', 9)),
        (Some(1), with(b'd', 3)),
        (Some(0), with(b'e', 2)),
    ];
    let (_folder, data, members) = pack(&entries);
    let texts = handed_over(&data, members);
    assert_eq!(texts, [(0, "ab".to_owned()), (3, "abe".to_owned())]);
}
