//! Whether a shell text is worth reading for commands that take the person away: reading costs far more than a search.
//!
//! In: shell text. Out: yes or no. It may say yes too often, never no: quotes and backslashes do not hide a word. One walk
//! over the words as they stand rules most texts out; only what is left is copied without its quotes and searched.

use std::ops::Range;
use std::sync::OnceLock;

use memchr::memmem;

use crate::rules::ci;

/// Whether an agent's program and one of its words that take the person away both stand in a text as whole words.
pub(super) fn may_take_person_away(text: &str) -> bool {
    if !may_hold_both(text.as_bytes()) {
        return false;
    }
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

fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

fn stands(text: &[u8], word: &[u8]) -> bool {
    let is_letter = |byte: Option<&u8>| byte.is_some_and(|byte| goes_on(*byte));
    memmem::find_iter(text, word).any(|at| {
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        !is_letter(before) && !is_letter(text.get(at + word.len()))
    })
}

/// Whether an agent's program may be called in a text where one of its words that take the person away may stand too:
/// one walk over the text as it is, which costs the same for any number of programs.
pub(super) fn may_hold_both(text: &[u8]) -> bool {
    let known = known();
    let class = |byte: &u8| known.classes[usize::from(*byte)];
    let mut both = Both::default();
    let mut at = 0;
    // Slices and not places: most of the time goes into these two steps over each byte.
    while let Some(start) = text[at..]
        .iter()
        .position(|byte| class(byte) == Class::Letter)
    {
        let start = at + start;
        let letters = text[start..]
            .iter()
            .position(|byte| class(byte) != Class::Letter);
        at = letters.map_or(text.len(), |letters| start + letters);
        let ending = text.get(at).map(class);
        if ending == Some(Class::Hidden) && at - start <= LONGEST {
            let word = known.joined(text, start, at);
            both.take(known.entry(word.letters(text)), text, start..word.end);
            if let Some(end) = word.parted {
                both.take(known.entry(&text[start..end]), text, start..end);
            }
            at = word.next;
        } else {
            both.take(known.entry(&text[start..at]), text, start..at);
        }
        if both.stand() {
            return true;
        }
    }
    false
}

/// The agents whose programs and whose words that take the person away were seen, as bits.
#[derive(Default)]
struct Both {
    programs: u64,
    bypasses: u64,
}

impl Both {
    #[inline(always)]
    fn take(&mut self, entry: Option<&Entry>, text: &[u8], word: Range<usize>) {
        let Some(entry) = entry else {
            return;
        };
        self.bypasses |= entry.bypasses;
        if entry.programs & !self.programs != 0 && may_be_called(entry, text, word) {
            self.programs |= entry.programs;
        }
    }

    fn stand(&self) -> bool {
        self.programs & self.bypasses != 0
    }
}

/// What a byte is to a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    /// A shell may take it away from within a word.
    Hidden,
    Other,
}

/// The longest word that is looked for.
const LONGEST: usize = 48;

/// A word as a shell may join it.
struct Word {
    start: usize,
    /// Behind its last letter.
    end: usize,
    /// Where to go on.
    next: usize,
    /// Its letters, where they do not stand side by side.
    joined: Option<([u8; LONGEST], usize)>,
    /// Where its first part ends, where a line that goes on may part it.
    parted: Option<usize>,
}

impl Word {
    fn letters<'w>(&'w self, text: &'w [u8]) -> &'w [u8] {
        match &self.joined {
            Some((letters, length)) => &letters[..*length],
            None => &text[self.start..self.end],
        }
    }
}

/// The agents that a word is the program of, and those whose person it takes away, as bits.
struct Entry {
    word: &'static [u8],
    programs: u64,
    bypasses: u64,
}

struct Known {
    classes: [Class; 256],
    /// By their first letter.
    entries: Vec<Entry>,
    /// Where the entries of each first letter begin.
    firsts: [usize; 257],
    /// For each first letter, the lengths of its entries as bits.
    lengths: [u64; 256],
}

impl Known {
    /// The word that begins with the letters of a range, as a shell may join it.
    fn joined(&self, text: &[u8], start: usize, end: usize) -> Word {
        let mut word = Word {
            start,
            end,
            next: end,
            joined: None,
            parted: None,
        };
        self.join(text, &mut word);
        word
    }

    /// Goes on behind quotes, backslashes and line ends that a shell takes away.
    fn join(&self, text: &[u8], word: &mut Word) {
        let mut letters = [0; LONGEST];
        let mut length = word.end - word.start;
        letters[..length].copy_from_slice(&text[word.start..word.end]);
        let mut at = word.end;
        let mut is_joined = false;
        while let Some(&byte) = text.get(at) {
            match (self.classes[usize::from(byte)], byte) {
                (Class::Letter, _) if length == LONGEST => break,
                (Class::Letter, _) => {
                    letters[length] = byte;
                    length += 1;
                    is_joined = true;
                    word.end = at + 1;
                }
                (Class::Hidden, b'\\') if text.get(at + 1) == Some(&b'\n') => {
                    if word.parted.is_none() {
                        word.parted = Some(word.end);
                        word.next = at;
                    }
                    at += 1;
                }
                (Class::Hidden, b'$') if text.get(at + 1) != Some(&b'\'') => break,
                (Class::Hidden, _) => {}
                (Class::Other, _) => break,
            }
            at += 1;
        }
        if is_joined {
            word.joined = Some((letters, length));
        }
        if word.parted.is_none() {
            word.next = word.end;
        }
    }

    #[inline(always)]
    fn entry(&self, word: &[u8]) -> Option<&Entry> {
        let first = usize::from(*word.first()?);
        if word.len() > LONGEST || self.lengths[first] >> word.len() & 1 == 0 {
            return None;
        }
        let same = &self.entries[self.firsts[first]..self.firsts[first + 1]];
        same.iter().find(|entry| entry.word == word)
    }
}

/// Whether a program's name at a place may be the first word of a command that takes its person away.
fn may_be_called(entry: &Entry, text: &[u8], name: Range<usize>) -> bool {
    let before = name
        .start
        .checked_sub(1)
        .and_then(|before| text.get(before));
    if before.is_some_and(|byte| b"=:,+%.@?*^~".contains(byte)) {
        return false;
    }
    let behind = text.get(name.end..).unwrap_or_default();
    match behind.first() {
        Some(b'=' | b':' | b',' | b'+' | b'%' | b'/' | b'?' | b'*' | b'^' | b'~') => false,
        Some(b'.') => behind.starts_with(b".exe"),
        _ => takes_person_away(entry, behind),
    }
}

/// How far behind a name its command is looked through.
const LINE: usize = 256;

/// Whether one of an agent's words that take the person away may stand in what is left of a command, which ends with its
/// line unless a quote is open there or a backslash stands before.
fn takes_person_away(entry: &Entry, behind: &[u8]) -> bool {
    // A quote that closes right behind the name hides nothing; one that opens there makes it another word.
    let quotes = behind.iter().take_while(|byte| is_quote(**byte));
    let behind = &behind[quotes.count()..];
    let mut line = Vec::with_capacity(LINE);
    let mut open = None;
    for (number, &byte) in behind.iter().enumerate() {
        match byte {
            _ if number == 4 * LINE => return true,
            b'\\' => return true,
            b'\n' if open.is_some() => return true,
            b'\n' => break,
            quote if is_quote(quote) && open == Some(quote) => open = None,
            quote if is_quote(quote) && open.is_none() => open = Some(quote),
            _ if line.len() == LINE => return true,
            _ => line.push(byte),
        }
    }
    let takes = |found: &Entry| found.bypasses & entry.programs != 0;
    let mut words = line.split(|byte| !goes_on(*byte));
    words.any(|word| known().entry(word).is_some_and(takes))
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

fn known() -> &'static Known {
    static KNOWN: OnceLock<Known> = OnceLock::new();
    KNOWN.get_or_init(|| {
        let classes = std::array::from_fn(|byte| match byte as u8 {
            byte if goes_on(byte) => Class::Letter,
            b'"' | b'\'' | b'\\' | b'$' => Class::Hidden,
            _ => Class::Other,
        });
        let mut entries: Vec<Entry> = Vec::new();
        for (number, (programs, bypasses)) in ci::programs_and_bypasses().enumerate() {
            let bit = 1 << (number % 64);
            for program in programs {
                let last = parts_of(program).last().unwrap_or_default();
                entry_of(&mut entries, last).programs |= bit;
            }
            for bypass in bypasses {
                let first = parts_of(bypass).next().unwrap_or_default();
                entry_of(&mut entries, first).bypasses |= bit;
            }
        }
        entries.sort_by_key(|entry| entry.word);
        let begin = |first: usize| {
            entries.partition_point(|entry| {
                entry
                    .word
                    .first()
                    .is_none_or(|byte| usize::from(*byte) < first)
            })
        };
        let firsts = std::array::from_fn(begin);
        let mut lengths = [0; 256];
        for entry in &entries {
            if let Some(first) = entry.word.first() {
                lengths[usize::from(*first)] |= 1 << entry.word.len();
            }
        }
        Known {
            classes,
            entries,
            firsts,
            lengths,
        }
    })
}

/// The words of a text that are looked for: each stands whole wherever the text does.
fn parts_of(text: &'static str) -> impl Iterator<Item = &'static [u8]> {
    let parts = text.as_bytes().split(|byte| !goes_on(*byte));
    parts.filter(|part| !part.is_empty())
}

fn entry_of<'e>(entries: &'e mut Vec<Entry>, word: &'static [u8]) -> &'e mut Entry {
    let known = entries.iter().position(|entry| entry.word == word);
    let at = known.unwrap_or_else(|| {
        entries.push(Entry {
            word,
            programs: 0,
            bypasses: 0,
        });
        entries.len() - 1
    });
    &mut entries[at]
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
            "cod\\\nex --yolo",
            "x\\\ncodex --yolo",
            "codex\\\n--yolo",
            "qchat&>log -a",
            "npx @continuedev/cli --allow=*",
            "codex x\"y\" '--'yo\"lo\"\nz",
            "codex 'a\"b' \"c\n\" --yolo",
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

    #[test]
    fn a_program_that_cannot_have_another_word_is_not_called() {
        for text in [
            "x --yolo; agent=codex codex=1 codex: codex/ y.codex codex.md",
            "test -a; printf y q | git add -p; sed -e 2q; (q)",
            "--yolo codex\n",
            "--yolo codex",
            "codex x\nrun --yolo",
            "sed '/^$/codex' a-$3 >\"b-$3\" &&\nrun --yolo",
        ] {
            assert!(!may_hold_both(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_walk_rules_out_nothing_that_a_search_finds() {
        let glue = ["", "\"", "'", "\\", "\\\n", "$'", "\\\n\\\n", "\"'"];
        for (program, bypass) in [("codex", "--yolo"), ("q", "-a"), ("cline", "-y")] {
            for glue in glue {
                for cut in 0..program.len() {
                    let (one, two) = program.split_at(cut);
                    let text =
                        format!("sudo {glue}{one}{glue}{two}{glue} run {glue}{bypass}{glue}");
                    assert!(may_hold_both(text.as_bytes()), "{text}");
                }
            }
        }
    }
}
