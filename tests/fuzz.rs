//! Fuzzing on a stable toolchain: made-up credentials and structures, broken in many ways, through every target.
//!
//! A few cases run with every test. `TOKENLEASH_FUZZ_CASES=20000 cargo test --test fuzz -- --nocapture` runs more and
//! tells which inputs took longest; `TOKENLEASH_FUZZ_SEED` begins elsewhere, and `TOKENLEASH_FUZZ_KEEP` names the file
//! that the slowest input is written to.

#[path = "support/targets.rs"]
mod targets;

use std::time::{Duration, Instant};

use targets::TARGETS;
use tokenleash::find;
use tokenleash::rules::RuleSet;
use tokenleash::rules::template::{self, Random};

/// How many cases each target runs where nothing else is said.
const CASES: u64 = 40;
/// The longest input.
const LONGEST: usize = 64 << 10;

/// Structures that readers know, with holes for credentials.
const FRAMES: [&str; 16] = [
    "{\"mcpServers\": {\"a\": {\"command\": \"npx\", \"args\": [\"--token\", \"@\"], \"env\": {\"K\": \"@\"}}}}",
    "{\"version\": 4, \"outputs\": {\"k\": {\"value\": \"@\", \"sensitive\": true}}, \"resources\": [{\"type\": \"random_password\", \"instances\": [{\"attributes\": {\"result\": \"@\"}}]}]}",
    "on: [issues]\njobs:\n  a:\n    permissions: write-all\n    steps:\n      - run: |\n          curl -H \"Authorization: Bearer @\" https://api.github.com\n        env: {K: &a \"@\", <<: *a}\n",
    "apiVersion: v1\nkind: Config\nclusters: []\nusers:\n- name: a\n  user:\n    client-key-data: @\n    token: @\n",
    "apiVersion: v1\nkind: Secret\ndata:\n  password: @\n  .dockerconfigjson: @\n",
    "provider \"aws\" {\n  access_key = \"@\"\n  secret_key = \"@\"\n}\n",
    "[a.b]\nkey = \"@\"\n'c d' = '''@'''\n[[x]]\ny = {z = \"@\"}\n",
    "export K='@'\nK2=\"${K:-@}\" run --token=@ <<EOF\n@\nEOF\n",
    "machine a.example.net login b password @\n",
    "---\ntitle: \"@\"\n---\nCreate a token: `gh auth refresh -s admin:org,repo` @\n",
    "const c = new S3({ accessKeyId: \"@\" + \"@\", a: `@` });\n",
    "{\"cells\": [{\"source\": [\"k = \\\"@\\\"\\n\", \"@\"], \"outputs\": [{\"text\": [\"@\"]}]}]}",
    "https://u:@@h.example.net/?sig=@&se=2027-01-01&sp=r&sr=b&sv=2024-11-04",
    "Endpoint=sb://a.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey=@",
    "{\"auths\": {\"ghcr.io\": {\"auth\": \"@\"}}, \"private_key\": \"@\", \"type\": \"service_account\"}",
    "@",
];

/// Bytes that open, close and escape things somewhere.
const MARKS: [&str; 24] = [
    "\"",
    "'",
    "`",
    "\\",
    "\n",
    "{",
    "}",
    "[",
    "]",
    ":",
    "=",
    "\\u0041",
    "%41",
    "&a ",
    "*a ",
    "<<: ",
    "|\n",
    "-----BEGIN ",
    "eyJ",
    "://",
    "@",
    "\0",
    "H4sI",
    "PK\u{3}\u{4}",
];

/// One input: a frame with credentials in its holes, then broken.
fn input(random: &mut Random, rules: &RuleSet) -> Vec<u8> {
    let kinds: Vec<_> = rules.kinds().collect();
    let mut text = String::new();
    for piece in FRAMES[random.below(FRAMES.len())].split('@') {
        text.push_str(piece);
        let kind = kinds[random.below(kinds.len())];
        match kind.code {
            "" => text.push_str(&template::value(kind, random)),
            code => text.push_str(&find::sample(code, random.number())),
        }
    }
    let mut bytes = text.into_bytes();
    for _ in 0..random.below(16) {
        break_once(&mut bytes, random);
    }
    bytes
}

fn break_once(bytes: &mut Vec<u8>, random: &mut Random) {
    let at = random.below(bytes.len().max(1));
    let to = (at + random.below(40)).min(bytes.len());
    match random.below(8) {
        0 => bytes.truncate(at),
        1 if at < bytes.len() => bytes[at] = random.number() as u8,
        2 => drop(bytes.drain(at.min(to)..to)),
        3 => {
            let mark = MARKS[random.below(MARKS.len())].as_bytes();
            let many = mark.repeat(1 + random.below(4) * random.below(200));
            bytes.splice(at.min(bytes.len())..at.min(bytes.len()), many);
        }
        4 => {
            let part = bytes[at.min(to)..to].to_vec();
            bytes.splice(to..to, part);
        }
        5 if bytes.len() < LONGEST / 2 => bytes.extend_from_within(..),
        6 if at < bytes.len() => bytes.swap(0, at),
        _ => {
            let noise: Vec<u8> = (0..random.below(30))
                .map(|_| random.number() as u8)
                .collect();
            bytes.splice(to..to, noise);
        }
    }
    bytes.truncate(LONGEST);
    if bytes.is_empty() {
        bytes.push(b' ');
    }
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

fn run(name: &str) {
    let rules = RuleSet::builtin();
    let cases = number("TOKENLEASH_FUZZ_CASES").unwrap_or(CASES);
    let first = number("TOKENLEASH_FUZZ_SEED").unwrap_or(0);
    let mut longest = (Duration::ZERO, 0, 0);
    for seed in first..first + cases {
        let bytes = input(&mut Random::new(seed.wrapping_mul(0x9e37_79b9)), &rules);
        let before = Instant::now();
        let ended = std::panic::catch_unwind(|| targets::run(name, &bytes)).is_ok();
        assert!(ended, "{name} panics: TOKENLEASH_FUZZ_SEED={seed}");
        let took = (before.elapsed(), seed, bytes.len());
        if took > longest {
            longest = took;
            if let Ok(file) = std::env::var("TOKENLEASH_FUZZ_KEEP") {
                std::fs::write(file, &bytes).unwrap();
            }
        }
    }
    let (time, seed, length) = longest;
    println!("{name}: {cases} cases; the longest took {time:?}: seed {seed}, {length} bytes");
}

#[test]
fn no_target_panics_on_what_was_broken() {
    let only = std::env::var("TOKENLEASH_FUZZ_TARGET").ok();
    for (name, _) in TARGETS {
        if only.as_deref().is_none_or(|only| only == name) {
            run(name);
        }
    }
}
