//! Bounds of the search that a text or an archive can reach, and what to say then.
//!
//! In: nothing. Out: the sentence for people. What a bound hides is said, never passed over.

/// A bound that a blob has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many places look like credentials that the rest of the text was not read.
    Candidates,
    /// So many variables that where the last ones are used was not searched.
    Names,
    /// An archive unpacks to more than it may.
    Unpacked,
    /// An archive has more members than are opened.
    Members,
    /// Archives stand in archives deeper than is opened.
    Nested,
    /// Members are encrypted.
    Encrypted,
    /// Members are packed in a way that is not read.
    Packing,
    /// Packed bytes are damaged.
    Damaged,
}

impl Limit {
    /// What was not looked at, in words.
    pub fn why(self) -> &'static str {
        match self {
            Limit::Candidates => {
                "it holds more than 20,000 possible credentials; the rest was not read"
            }
            Limit::Names => {
                "it holds more than 1,024 credential variables; where the others are used was not searched"
            }
            Limit::Unpacked => {
                "it unpacks to more than 32 MiB and 40 times its own size, as only a bomb does; the rest was not unpacked"
            }
            Limit::Members => "it has more than 20,000 members; the rest was not unpacked",
            Limit::Nested => "archives stand in it four deep; the innermost were not unpacked",
            Limit::Encrypted => {
                "members of it are encrypted, so nobody but their owner can look into them"
            }
            Limit::Packing => {
                "members of it are packed in another way than deflate, and were not unpacked"
            }
            Limit::Damaged => {
                "it is damaged or cut off, and was unpacked only as far as it could be"
            }
        }
    }

    /// Whether bytes were passed over that could have been read; the other bounds only lose a hint, or what cannot be
    /// read is counted (decision 6).
    pub fn left_text_unread(self) -> bool {
        matches!(
            self,
            Limit::Candidates | Limit::Unpacked | Limit::Members | Limit::Nested
        )
    }
}
