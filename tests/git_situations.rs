//! What each source hands over in the situations that Git makes, in repositories made by the real `git`.

mod support;

mod git {
    mod history;
    mod history_cache;
    mod push;
    mod range;
    mod repository;
    mod staged;
    mod staged_content;
    mod staged_index;
    mod tree;
}
