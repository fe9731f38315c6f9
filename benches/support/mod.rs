//! What the benches share: repositories of their own, and which programs are there.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Whatever went wrong.
pub type Failure = Box<dyn std::error::Error>;

/// The words of a command.
pub fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

/// Runs git.
pub fn git(folder: &Path, line: &str, input: &[u8]) -> Result<(), Failure> {
    let mut child = Command::new("git")
        .args(["-c", "user.name=bench", "-c", "user.email=bench@localhost"])
        .args(words(line))
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input)?;
    }
    match child.wait()?.success() {
        true => Ok(()),
        false => Err(format!("`git {line}` failed").into()),
    }
}

/// Makes a repository of many files, one of them staged with one line more, as `git commit FILE` has it.
pub fn repository(folder: &Path, files: usize) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)?;
    git(folder, "init -q", b"")?;
    let mut stream = String::new();
    for blob in 1..=100 {
        let text = format!("export const value{blob} = {blob};\n").repeat(20);
        writeln!(stream, "blob\nmark :{blob}\ndata {}\n{text}", text.len())?;
    }
    stream += "commit refs/heads/bench\ncommitter b <b@localhost> 1700000000 +0000\ndata 1\nx\n";
    for file in 0..files {
        let place = place(file);
        writeln!(stream, "M 100644 :{} {place}", file % 100 + 1)?;
    }
    git(folder, "fast-import --quiet", stream.as_bytes())?;
    git(folder, "symbolic-ref HEAD refs/heads/bench", b"")?;
    git(folder, "read-tree HEAD", b"")?;
    let place = folder.join(place(0));
    std::fs::create_dir_all(place.parent().unwrap_or(folder))?;
    std::fs::write(&place, "export const one = 1;\nexport const two = 2;\n")?;
    git(folder, &format!("add {}", self::place(0)), b"")
}

/// Where a file stands.
pub fn place(file: usize) -> String {
    format!("d{}/e{}/file_{file}.ts", file / 3000, file / 30 % 100)
}

/// Whether a program is there.
pub fn installed(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
