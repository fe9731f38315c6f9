//! What a thread keeps from one shell text to the next: the parser, and what equal texts were read as.
//!
//! In: texts. Out: the same as without it. Steps of workflows repeat each other, and a script is called from many of them.
//! What is kept is bounded.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use tree_sitter::{Parser, Tree};

use super::Script;

/// The most bytes of text whose commands are kept.
const MOST: usize = 1 << 20;

#[derive(Default)]
struct Scripts {
    by_text: HashMap<Box<str>, Rc<Script>>,
    bytes: usize,
}

thread_local! {
    static PARSER: Cell<Option<Parser>> = const { Cell::new(None) };
    static SCRIPTS: RefCell<Scripts> = RefCell::default();
}

/// The commands of a text; `read` is only asked where no equal text is kept.
pub(super) fn script_of(text: &str, read: impl FnOnce(&str) -> Script) -> Script {
    let known = SCRIPTS.with_borrow(|scripts| scripts.by_text.get(text).cloned());
    if let Some(known) = known {
        return Script::clone(&known);
    }
    let script = read(text);
    SCRIPTS.with_borrow_mut(|scripts| {
        if text.len() > MOST {
            return;
        }
        if scripts.bytes + text.len() > MOST {
            *scripts = Scripts::default();
        }
        scripts.bytes += text.len();
        let script = Rc::new(script.clone());
        scripts.by_text.insert(text.into(), script);
    });
    script
}

/// The tree of a text; `None` where there is no parser.
pub(super) fn tree_of(text: &str) -> Option<Tree> {
    let mut parser = PARSER.take().or_else(new_parser)?;
    let tree = parser.parse(text, None);
    if tree.is_some() {
        PARSER.set(Some(parser));
    }
    tree
}

fn new_parser() -> Option<Parser> {
    let mut parser = Parser::new();
    let language = tree_sitter_bash::LANGUAGE.into();
    parser.set_language(&language).ok()?;
    Some(parser)
}
