//! `tokenleash ci` on every event of a runner, in complete and shallow clones made by the real `git`.

#![cfg(unix)]

mod ci {
    mod hostile;
    mod other_runners;
    mod policy;
    mod proposals;
    mod pushes;
    mod sandbox;
    mod stage;
    mod states;
}
