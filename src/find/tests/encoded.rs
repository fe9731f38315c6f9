//! One token, encoded and split in every way that is looked through.

use super::*;
use base64::Engine;

/// Ways to write one token so that a plain search misses it.
fn written(token: &str) -> Vec<(&'static str, Vec<u8>)> {
    let (head, tail) = token.split_at(2);
    let (front, back) = token.split_at(20);
    let base64 = base64::prelude::BASE64_STANDARD.encode(format!("token={token}\n"));
    let hex: String = token.bytes().map(|byte| format!("{byte:02x}")).collect();
    let escaped: String = token.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let percent = format!("%{:02X}{}", token.as_bytes()[0], &token[1..]);
    let utf16: Vec<u8> = format!("\u{feff}token = {token}\n")
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        ("a.js", format!("const t = \"{head}\" + \"{tail}\";").into()),
        (
            "a.js",
            format!("const t = \"{head}\" +\n  \"{tail}\";").into(),
        ),
        ("a.py", format!("t = (\"{front}\"\n     \"{back}\")").into()),
        ("a.php", format!("$t = '{front}' . '{back}';").into()),
        ("a.sh", format!("T=\"{front}\"\"{back}\"").into()),
        ("a.json", format!("{{\"t\": \"{escaped}\"}}").into()),
        (
            "a.txt",
            format!("https://x.example.net/?t={percent}").into(),
        ),
        ("a.txt", format!("\\n{token}\\n").into()),
        ("a.yml", format!("data:\n  t: {base64}\n").into()),
        ("a.txt", format!("blob {hex}").into()),
        ("a.txt", utf16),
        (
            "a.txt",
            format!("{{\\\"env\\\": {{\\\"T\\\": \\\"{token}\\\"}}}}").into(),
        ),
        ("a.txt", format!("prefix_{token}.").into()),
    ]
}

#[test]
fn encoded_and_split_tokens_are_found() {
    let rules = RuleSet::builtin();
    let kind = rules
        .kinds()
        .find(|kind| kind.checksum.is_some() && kind.alone)
        .unwrap();
    let token = template::value(kind, &mut template::Random::new(9));
    for (name, text) in written(&token) {
        let path = RepoPath::from(name);
        let blob = Blob {
            path: &path,
            text: &text,
            first_line: 1,
            offset: 0,
            whole: true,
        };
        let found = find(&blob, &rules);
        let fine = found.sightings.iter().any(|sighting| {
            sighting.kind.map(|kind| kind.id) == Some(kind.id)
                && sighting.secret.expose(|value| value == token.as_bytes())
        });
        assert!(
            fine,
            "{name}: {}",
            String::from_utf8_lossy(&text).replace(token.as_str(), "<token>")
        );
        assert!(may_hold(&text, &rules), "{name}");
    }
}

#[test]
fn a_string_in_a_string_in_a_string_keeps_its_names() {
    let rules = RuleSet::builtin();
    let kind = rules.kind("railway-account-token").unwrap();
    let token = template::value(kind, &mut template::Random::new(3));
    let inner = serde_json::json!({ "RAILWAY_API_TOKEN": token }).to_string();
    let middle = serde_json::json!({ "inner": inner }).to_string();
    let outer = serde_json::json!({ "env": middle }).to_string();
    let found = found_in("a.json", &outer);
    assert_eq!(proof::ids(&found), [kind.id]);
}

#[test]
fn packed_text_in_base64_is_found() {
    use std::io::Write;

    let rules = RuleSet::builtin();
    let kind = rules.kind("npm-granular-token").unwrap();
    let token = template::value(kind, &mut template::Random::new(4));
    let text = format!("{{\"chart\":\"web\",\"values\":{{\"t\":\"{token}\"}}}}");
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    let once = base64::prelude::BASE64_STANDARD.encode(encoder.finish().unwrap());
    let twice = base64::prelude::BASE64_STANDARD.encode(&once);
    for packed in [once, twice] {
        let found = found_in("release.yaml", &format!("data:\n  release: {packed}\n"));
        assert_eq!(proof::ids(&found), [kind.id]);
        let encodings = &found.sightings[0].encodings;
        assert!(encodings.ends_with(&[crate::model::Encoding::Gzip]));
    }
}

#[test]
fn a_memory_of_runs_changes_no_result() {
    let rules = RuleSet::builtin();
    let kind = rules.kind("railway-account-token").unwrap();
    let token = template::value(kind, &mut template::Random::new(5));
    let quiet = "nothing but words, again and again. ".repeat(4);
    let run = |text: &str| base64::prelude::BASE64_STANDARD.encode(text);
    let loud = run(&format!("{quiet}\nRAILWAY_API_TOKEN={token}\n"));
    let bot = run("123456789012345678");
    let texts = [
        format!("a: {}\n", run(&quiet)),
        format!("a: {}\nb: {loud}\n", run(&quiet)),
        format!("# another line\na: {}\n", run(&quiet)),
        format!("b: {loud}\n"),
        format!("t: {bot}\n"),
        format!("t: {bot}.GaBcDe.{}\n", "aB3_".repeat(9)),
    ];
    let memory = Memory::default();
    for text in texts.iter().chain(&texts) {
        for file in ["a.yml", "b.go"] {
            let path = RepoPath::from(file);
            let blob = Blob {
                path: &path,
                text: text.as_bytes(),
                first_line: 1,
                offset: 0,
                whole: true,
            };
            let shown = |found: Found| format!("{found:?}");
            let with = shown(find_version(
                &blob,
                &rules,
                Some(&memory),
                &mut Lineage::default(),
            ));
            assert_eq!(with, shown(find(&blob, &rules)), "{file}");
        }
    }
}
