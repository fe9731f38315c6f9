//! x
mod lanes;
mod prefilter;
use crate::rules::RuleSet;
use crate::model::*;
use std::ops::ControlFlow;
pub struct Blob<'a> { pub path: &'a RepoPath, pub text: &'a [u8], pub first_line: u32, pub offset: usize, pub whole: bool }
pub struct Found { pub sightings: Vec<Sighting>, pub dropped: Vec<Dropped> }
pub fn find(_blob: &Blob<'_>, _rules: &RuleSet) -> Found { Found{sightings:vec![],dropped:vec![]} }
pub fn may_hold(text: &[u8], rules: &RuleSet) -> bool { prefilter::scan(text, rules.tables(), &mut |_| ControlFlow::Break(())).is_break() }
pub fn count_hits(text: &[u8], rules: &RuleSet) -> usize { 
 let mut k=[0usize;7];
 let _ = prefilter::scan(text, rules.tables(), &mut |h| { k[match h {prefilter::Hit::Start(_)=>0,prefilter::Hit::Mark(_)=>1,prefilter::Hit::Url(_)=>2,prefilter::Hit::Flag(_)=>3,prefilter::Hit::Escape(_)=>4,prefilter::Hit::Encoded(_)=>5,prefilter::Hit::Joined(_)=>6}]+=1; ControlFlow::Continue(())});
 if std::env::var("KK").is_ok() { println!("{k:?}"); }
 k.iter().sum() }
