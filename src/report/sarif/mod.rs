//! Annotations for a workflow run, and one plain line.
pub fn write(_:&crate::model::Outcome,_:&[crate::model::Rule],_:&super::Style,_:&mut dyn std::io::Write)->std::io::Result<()>{Ok(())}
