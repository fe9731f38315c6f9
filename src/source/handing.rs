//! Hands the blobs of a change over, on all threads.
//!
//! In: how many there are, and which blob each is. Out: every one of them handed to the look, or named as not read; what
//! a change brings and nobody could read decides (decision 6).

use std::sync::{Mutex, PoisonError};

use gix::ObjectId;

use super::commits::hand_message;
use super::objects::Objects;
use super::work::spread;
use super::{Content, Form, Item, Visited};
use crate::model::Unchecked;

/// Hands over `count` blobs and adds to `visited` those that could not be read.
pub(super) fn hand_over(
    threads: usize,
    count: usize,
    objects: impl Fn() -> Objects + Sync,
    blob: impl Fn(usize) -> (Item, ObjectId) + Sync,
    look: &(dyn Fn(&Item, Content<'_>) + Sync),
    mut visited: Visited,
) -> Visited {
    let unread = Mutex::new(std::mem::take(&mut visited.unchecked));
    let numbers: Vec<usize> = (0..count).collect();
    let state = || (objects(), Vec::new());
    spread(threads, &numbers, state, |(objects, buffer), &number| {
        let (item, id) = blob(number);
        let handed = match item.form {
            Form::Message => hand_message(objects, &id, |content| look(&item, content)),
            _ => objects.hand_blob(&id, buffer, |content| look(&item, content)),
        };
        if let Err(why) = handed {
            let entry = Unchecked {
                path: item.path,
                why: why.why().to_owned(),
                undecided: true,
            };
            unread
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(entry);
        }
    });
    visited.unchecked = unread.into_inner().unwrap_or_else(PoisonError::into_inner);
    visited
}
