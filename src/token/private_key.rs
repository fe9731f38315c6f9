//! Private-key blocks: which format, and whether a passphrase protects the key.
//!
//! In: a whole PEM or PuTTY block, also with `\n` escapes, indentation or quotes around its lines. Out: format and
//! protection. The key itself is decoded only as far as its header.

use super::base64;
use crate::model::Claims;

/// The longest block that is looked into.
const LONGEST: usize = 64 * 1024;

/// The fewest bytes that a body decodes to; what is shorter is a placeholder.
const SHORTEST_BODY: usize = 24;

/// In two pieces, so that this file does not look like a key.
const PUTTY_HEAD: &[u8] = concat!("PuTTY-User-", "Key-File-").as_bytes();

const OPENSSH_MAGIC: &[u8] = b"openssh-key-v1\0";

/// A block, described.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivateKey {
    /// `rsa`, `ec`, `openssh`, `pkcs8`, `pgp`, `dsa`, `putty` or `encrypted`.
    pub format: &'static str,
    /// Whether a passphrase is needed.
    pub encrypted: bool,
}

/// Describes a block; `None` where it is no private key or its body does not decode.
pub fn inspect(block: &[u8]) -> Option<PrivateKey> {
    if block.len() > LONGEST {
        return None;
    }
    let lines = lines(block);
    if let Some(at) = lines.iter().position(|line| line.starts_with(PUTTY_HEAD)) {
        return putty(&lines[at..]);
    }
    let (at, (label, behind)) = lines
        .iter()
        .enumerate()
        .find_map(|(at, line)| Some((at, label(line)?)))?;
    let format = match label {
        b"RSA PRIVATE KEY" => "rsa",
        b"EC PRIVATE KEY" => "ec",
        b"DSA PRIVATE KEY" => "dsa",
        b"OPENSSH PRIVATE KEY" => "openssh",
        b"PRIVATE KEY" => "pkcs8",
        b"PGP PRIVATE KEY BLOCK" => "pgp",
        b"ENCRYPTED PRIVATE KEY" | b"SSH2 ENCRYPTED PRIVATE KEY" => "encrypted",
        _ => return None,
    };
    let (headers, body) = body(behind, &lines[at + 1..])?;
    let encrypted = match format {
        "openssh" => openssh_cipher(&body).is_some_and(|cipher| cipher != b"none"),
        "pgp" => pgp_protected(&body).unwrap_or(false),
        "encrypted" => true,
        _ => headers
            .iter()
            .any(|line| line.starts_with(b"Proc-Type:") && line.ends_with(b"ENCRYPTED")),
    };
    Some(PrivateKey { format, encrypted })
}

/// Says whether a passphrase protects the key.
pub fn claims(value: &[u8]) -> Option<Claims> {
    let key = inspect(value)?;
    let mut claims = Claims::default();
    if key.encrypted {
        if !matches!(key.format, "pgp" | "putty") {
            claims.kind = Some("pem-encrypted-private-key");
        }
        claims
            .evidence
            .push("a passphrase protects the key".to_owned());
    } else {
        claims
            .evidence
            .push("no passphrase protects the key".to_owned());
    }
    Some(claims)
}

/// Cuts into lines, at real line ends and at escaped ones, without indentation, quotes, commas and joining `+`.
fn lines(block: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut at = 0;
    while at < block.len() {
        let width = match block[at] {
            b'\n' | b'\r' => 1,
            b'\\' if matches!(block.get(at + 1), Some(b'n' | b'r')) => 2,
            _ => 0,
        };
        if width > 0 {
            lines.push(bare(&block[start..at]));
            start = at + width;
        }
        at += width.max(1);
    }
    lines.push(bare(&block[start..]));
    lines
}

fn bare(line: &[u8]) -> &[u8] {
    let around = |b: &u8| b" \t\"'`,;\\".contains(b);
    let mut line = line;
    loop {
        let before = line.len();
        line = match line {
            [first, rest @ ..] if around(first) => rest,
            [rest @ .., last] if around(last) => rest,
            [b'+', b' ' | b'"' | b'\'', rest @ ..] => rest,
            [rest @ .., b' ' | b'"' | b'\'', b'+'] => rest,
            [b'#', b' ', rest @ ..] => rest,
            _ => line,
        };
        if line.len() == before {
            return line;
        }
    }
}

/// The label of a line that begins a block, and what stands behind it on the same line.
fn label(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let start = memchr::memmem::find(line, b"BEGIN ")?;
    if !line[..start].trim_ascii_end().ends_with(b"----") {
        return None;
    }
    let after = &line[start + 6..];
    let end = memchr::memmem::find(after, b"----")?;
    let behind = &after[end..];
    let dashes = behind.iter().take_while(|b| **b == b'-').count();
    Some((after[..end].trim_ascii_end(), behind[dashes..].trim_ascii()))
}

/// Headers and decoded body, up to the line that ends the block.
fn body<'a>(behind: &[u8], lines: &[&'a [u8]]) -> Option<(Vec<&'a [u8]>, Vec<u8>)> {
    let mut headers = Vec::new();
    let mut text = behind.to_vec();
    for line in lines {
        if line.starts_with(b"----") {
            break;
        }
        if line.contains(&b':') {
            headers.push(*line);
        } else if line.starts_with(b"=") && !text.is_empty() {
            // The checksum of an armoured PGP block.
            continue;
        } else {
            text.extend_from_slice(line);
        }
    }
    // A block on one line carries its end behind the body.
    if let Some(end) = memchr::memmem::find(&text, b"----") {
        text.truncate(end);
    }
    let body = base64::decode(&text, LONGEST)?;
    (body.len() >= SHORTEST_BODY).then_some((headers, body))
}

fn putty(lines: &[&[u8]]) -> Option<PrivateKey> {
    let mut encryption = None;
    let mut has_private = false;
    for line in lines {
        if let Some(name) = line.strip_prefix(b"Encryption:") {
            encryption = Some(name.trim_ascii());
        }
        has_private |= line.starts_with(b"Private-Lines:");
    }
    has_private.then_some(PrivateKey {
        format: "putty",
        encrypted: encryption.is_some_and(|name| name != b"none"),
    })
}

/// Magic, then the cipher's name behind its length.
fn openssh_cipher(body: &[u8]) -> Option<&[u8]> {
    let rest = body.strip_prefix(OPENSSH_MAGIC)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    rest.get(..u32::from_be_bytes(*length) as usize)
}

/// Whether the first packet, a secret key of version 4, says that its secret part is encrypted.
fn pgp_protected(body: &[u8]) -> Option<bool> {
    let first = *body.first()?;
    let (tag, header) = if first & 0x40 != 0 {
        let width = match *body.get(1)? {
            0..=191 => 1,
            192..=223 => 2,
            255 => 5,
            _ => return None,
        };
        (first & 0x3f, 1 + width)
    } else {
        let width = *[1, 2, 4].get(usize::from(first & 3))?;
        (first >> 2 & 15, 1 + width)
    };
    let packet = body.get(header..)?;
    if tag != 5 || packet.first() != Some(&4) {
        return None;
    }
    let mut rest = packet.get(6..)?;
    match *packet.get(5)? {
        1..=3 => numbers(&mut rest, 2)?,
        16 => numbers(&mut rest, 3)?,
        17 => numbers(&mut rest, 4)?,
        algorithm @ (18 | 19 | 22) => {
            skip_counted(&mut rest)?;
            numbers(&mut rest, 1)?;
            if algorithm == 18 {
                skip_counted(&mut rest)?;
            }
        }
        25 | 27 => rest = rest.get(32..)?,
        _ => return None,
    }
    rest.first().map(|usage| *usage != 0)
}

/// Skips numbers that stand behind their length in bits.
fn numbers(rest: &mut &[u8], count: usize) -> Option<()> {
    for _ in 0..count {
        let (bits, after) = rest.split_first_chunk::<2>()?;
        let bytes = usize::from(u16::from_be_bytes(*bits)).div_ceil(8);
        *rest = after.get(bytes..)?;
    }
    Some(())
}

fn skip_counted(rest: &mut &[u8]) -> Option<()> {
    let (length, after) = rest.split_first()?;
    *rest = after.get(usize::from(*length)..)?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::base64::Engine;
    use ::base64::prelude::BASE64_STANDARD;

    fn block(label: &str, headers: &str, body: &[u8]) -> String {
        let dashes = "-".repeat(5);
        let text = BASE64_STANDARD.encode(body);
        let (first, second) = text.split_at(text.len() / 2);
        format!(
            "{dashes}BEGIN {label}{dashes}\n{headers}{first}\n{second}\n{dashes}END {label}{dashes}\n"
        )
    }

    fn read(text: &str) -> Option<(&'static str, bool)> {
        inspect(text.as_bytes()).map(|key| (key.format, key.encrypted))
    }

    fn openssh(cipher: &str) -> Vec<u8> {
        let length = (cipher.len() as u32).to_be_bytes();
        [OPENSSH_MAGIC, &length, cipher.as_bytes(), &[0; 40]].concat()
    }

    #[test]
    fn every_label_has_its_format() {
        for (label, format, encrypted) in [
            ("RSA PRIVATE KEY", "rsa", false),
            ("EC PRIVATE KEY", "ec", false),
            ("DSA PRIVATE KEY", "dsa", false),
            ("PRIVATE KEY", "pkcs8", false),
            ("ENCRYPTED PRIVATE KEY", "encrypted", true),
        ] {
            assert_eq!(
                read(&block(label, "", &[0x30; 60])),
                Some((format, encrypted))
            );
        }
        assert_eq!(read(&block("PUBLIC KEY", "", &[0x30; 60])), None);
        assert_eq!(read(&block("CERTIFICATE", "", &[0x30; 60])), None);
    }

    #[test]
    fn protection_stands_in_headers_or_in_the_body() {
        let headers = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\n";
        assert_eq!(
            read(&block("RSA PRIVATE KEY", headers, &[0x30; 60])),
            Some(("rsa", true))
        );
        for (cipher, encrypted) in [("none", false), ("aes256-ctr", true)] {
            let text = block("OPENSSH PRIVATE KEY", "", &openssh(cipher));
            assert_eq!(read(&text), Some(("openssh", encrypted)));
        }
        for (usage, encrypted) in [(0, false), (254, true)] {
            let mut packet = vec![0x94, 80, 4, 0, 0, 0, 0, 1, 0, 8, 1, 0, 8, 3, usage];
            packet.extend([1; 60]);
            let text = block("PGP PRIVATE KEY BLOCK", "Version: x\n\n", &packet);
            assert_eq!(read(&text), Some(("pgp", encrypted)));
        }
        for (name, encrypted) in [("none", false), ("aes256-cbc", true)] {
            let text = format!(
                "{}{}: ssh-rsa\nEncryption: {name}\nPrivate-Lines: 1\nAAAA\n",
                String::from_utf8_lossy(PUTTY_HEAD),
                3
            );
            assert_eq!(read(&text), Some(("putty", encrypted)));
        }
    }

    #[test]
    fn escapes_quotes_and_joins_are_seen_through() {
        let plain = block("PRIVATE KEY", "", &[0x30; 60]);
        let joined: String = plain
            .lines()
            .map(|line| format!("  \"{line}\\n\" +\n"))
            .collect();
        for text in [
            plain.replace('\n', "\\n"),
            plain.replace('\n', "\r\n    "),
            joined,
            plain.replace('\n', ""),
        ] {
            assert_eq!(read(&text), Some(("pkcs8", false)), "{text}");
        }
    }

    #[test]
    fn placeholders_are_no_keys() {
        let dashes = "-".repeat(5);
        for body in ["...", "YOUR KEY HERE", "", "AAAA"] {
            let text = format!(
                "{dashes}BEGIN PRIVATE KEY{dashes}\n{body}\n{dashes}END PRIVATE KEY{dashes}"
            );
            assert_eq!(read(&text), None, "{body}");
        }
    }
}
