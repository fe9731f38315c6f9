//! What the first pass marks.
//!
//! Out: places in a text, each with what makes it worth a closer look.

/// A place that is worth a closer look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A word starts here, and some start literal has its first three bytes.
    Start(usize),
    /// An assignment mark whose name ends like the name of a credential, or a colon between digits and `AA`.
    Mark(usize),
    /// `://`, at the colon.
    Url(usize),
    /// A flag, at its first dash, that ends like the name of a credential.
    Flag(usize),
    /// A backslash before `x` or `u`, or a percent sign before two hexadecimal digits.
    Escape(usize),
    /// A run of 20 or more bytes starts here whose first bytes decode to text.
    Encoded(usize),
    /// A run of `LONG_RUN` or more bytes that holds literal number `.1` of the table, at its start `.0`.
    Inside(usize, usize),
    /// Inside a run of `LONG_RUN` or more bytes stand the first bytes of a start literal that ends in `_` or `-`.
    Glued(usize),
    /// A quote behind a space, behind a name that ends like the name of a credential; at the space.
    Spaced(usize),
    /// A quote behind the parenthesis of a call whose name ends like the name of a credential; at the quote.
    Called(usize),
    /// Two string literals that an operator joins, at the operator.
    Joined(usize),
}

impl Hit {
    /// Where it stands.
    pub fn place(self) -> usize {
        match self {
            Hit::Start(at)
            | Hit::Mark(at)
            | Hit::Url(at)
            | Hit::Flag(at)
            | Hit::Escape(at)
            | Hit::Encoded(at)
            | Hit::Inside(at, _)
            | Hit::Glued(at)
            | Hit::Spaced(at)
            | Hit::Called(at)
            | Hit::Joined(at) => at,
        }
    }
}
