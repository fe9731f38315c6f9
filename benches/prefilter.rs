//! Measures the first pass: `cargo bench --bench prefilter -- DIR…` reads every file below the folders into memory and
//! prints gigabytes a second, the share of files that may hold something, and the same for the whole search.

use std::{env, fs, hint::black_box, path::Path, time::Instant};

use tokenleash::{find, model::RepoPath, rules::RuleSet};

fn read(dir: &Path, files: &mut Vec<(RepoPath, Vec<u8>)>) {
    let Ok(entries) = fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => read(&path, files),
            Ok(kind) if kind.is_file() => {
                if let Ok(bytes) = fs::read(&path) {
                    files.push((
                        RepoPath::new(path.to_string_lossy().into_owned().into_bytes()),
                        bytes,
                    ));
                }
            }
            _ => {}
        }
    }
}

fn main() {
    let mut files = Vec::new();
    for dir in env::args().skip(1).filter(|arg| !arg.starts_with("--")) {
        read(Path::new(&dir), &mut files);
    }
    let bytes: usize = files.iter().map(|(_, bytes)| bytes.len()).sum();
    let rules = RuleSet::builtin();
    let rate = |from: Instant| bytes as f64 / from.elapsed().as_secs_f64() / 1e9;
    for _ in 0..3 {
        let from = Instant::now();
        let mut hits = 0usize;
        for (_, bytes) in &files {
            hits += find::count_hits(black_box(bytes), &rules);
        }
        println!(
            "first pass      {:.2} GB/s, one hit in {} bytes",
            rate(from),
            bytes / hits.max(1)
        );
    }
    let from = Instant::now();
    let may = files
        .iter()
        .filter(|(_, bytes)| find::may_hold(bytes, &rules))
        .count();
    println!(
        "may hold        {:.2} GB/s, {may} of {} files",
        rate(from),
        files.len()
    );
    let from = Instant::now();
    let mut found = 0;
    for (path, bytes) in &files {
        let blob = find::Blob {
            path,
            text: bytes,
            first_line: 1,
            offset: 0,
            whole: true,
        };
        found += find::find(&blob, &rules).sightings.len();
    }
    println!(
        "whole search    {:.2} GB/s, {found} sightings in {bytes} bytes",
        rate(from)
    );
}
