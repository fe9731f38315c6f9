//! Bounds of the search that a text can reach, and what to say then.
//!
//! In: nothing. Out: the sentence for people. What a bound hides is said, never passed over.

/// A bound that a text has reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// So many places look like credentials that the rest of the text was not read.
    Candidates,
    /// So many variables that where the last ones are used was not searched.
    Names,
}

impl Limit {
    /// What was not looked at, in words.
    pub fn why(self) -> &'static str {
        match self {
            Limit::Candidates => {
                "it holds more than 20,000 possible credentials; the rest was not read"
            }
            Limit::Names => {
                "it holds more than 256 credential variables; where the others are used was not searched"
            }
        }
    }

    /// Whether bytes were passed over, so that nothing can be said of them; the other bounds only lose a hint.
    pub fn left_text_unread(self) -> bool {
        self == Limit::Candidates
    }
}
