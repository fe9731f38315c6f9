//! The nouns that every stage shares.
//!
//! In: nothing; this module imports no other of ours. Out: spans, secrets, sightings, breadth, reach, findings.
//! What a stage decides stands in that stage; here stand only the types and what is true of them everywhere.

mod breadth;
mod finding;
mod fix;
mod held;
mod kind;
mod outcome;
mod path;
mod reach;
mod recipe;
mod score;
mod secret;
mod sighting;
mod span;
mod trace;
mod verdict;
mod wiring;

pub use breadth::{Breadth, Level, Verb, Verbs};
pub use finding::{Advice, Finding, Related, Unchecked};
pub use fix::{Answered, Change, DiffLine, Edit, FileDiff, Fix, FixPlan, Hunk, Left, Safety};
pub use held::{
    AgentJob, Basis, HeldSecret, HeldToken, Holds, JobView, Purpose, SecretReach, TokenFrom,
    TokenSource,
};
pub use kind::{
    Agent, Checked, Checksum, ClaimReader, Class, Destroys, Example, Examples, FileKey, Provider,
    Request, Segment, Shape, Surface, TokenKind,
};
pub use outcome::{Origin, Outcome, Overall, Rule, Summary};
pub use path::RepoPath;
pub use reach::{How, Reach};
pub use recipe::{Recipe, RecipeForm, RecipePart};
pub use score::{Score, ScorePart};
pub use secret::Secret;
pub use sighting::{
    Beside, ChecksumState, Claims, Dropped, Encoding, Excerpt, Member, Near, Recognised, Sighting,
};
pub use span::{Place, Span};
pub use trace::{Kin, Stretch, Trace};
pub use verdict::{Confidence, Verdict};
pub use wiring::{
    Access, AgentStep, Call, CiSystem, Command, Job, Passing, Permissions, Scopes, Setting, Spot,
    Step, Surroundings, Through, Trigger, Uses, Workflow,
};
