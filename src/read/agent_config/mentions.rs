//! Whether a shell text is worth reading for commands that take the person away: reading costs far more than a search.
//!
//! In: shell text. Out: yes or no. It may say yes too often, never no: quotes and backslashes do not hide a word.

use memchr::memmem;

use crate::rules::ci;

/// Whether an agent's program and one of its words that take the person away both stand in a text as whole words.
pub(super) fn may_take_person_away(text: &str) -> bool {
    let stand = |between: &str| {
        let plain = unquoted(text, between);
        ci::may_take_person_away(&|word| stands(plain.as_bytes(), word.as_bytes()))
    };
    // A line that goes on joins two words, or parts them where it is read leniently.
    stand("") || text.contains("\\\n") && stand(" ")
}

/// The text without what a shell takes away from words.
fn unquoted(text: &str, between: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' if rest.next_if_eq(&'\n').is_some() => plain.push_str(between),
            '$' if rest.peek() == Some(&'\'') => {}
            '\\' | '"' | '\'' => {}
            _ => plain.push(letter),
        }
    }
    plain
}

fn stands(text: &[u8], word: &[u8]) -> bool {
    let goes_on = |byte: Option<&u8>| {
        byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
    };
    memmem::find_iter(text, word).any(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !goes_on(before) && !goes_on(text.get(at + word.len()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_words_of_one_program_count() {
        for text in [
            "claude --dangerously-skip-permissions -p x",
            "cl\"aud\"e '--dangerously'-skip-permissions",
            "npx -y @google/gemini-cli@latest --yolo",
            "/usr/bin/codex.exe \\\n  --yolo",
            "codex exec\\\n--yolo",
            "bash -c 'gemini -y'",
            "ge$'min'i \\-y",
        ] {
            assert!(may_take_person_away(text), "{text}");
        }
        for text in [
            "apt-get install -y example",
            "gemini-helper -y",
            "rm -f x; echo claude",
            "copilot --yolonder",
        ] {
            assert!(!may_take_person_away(text), "{text}");
        }
    }
}
