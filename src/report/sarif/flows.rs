//! The way from an agent over its job to what it can use there, as a code flow.
//!
//! In: a finding. Out: one code flow with one thread, or nothing where the finding is no way but a place. Viewers show the
//! locations as steps, in order.

use serde_json::json;
use serde_sarif::sarif::{CodeFlow, ThreadFlow, ThreadFlowLocation};

use super::results::place_said;
use crate::model::Finding;

/// The most steps of a flow; code scanning shows a thousand.
const MOST_STEPS: usize = 50;

/// Writes the flow of a finding.
pub fn of(finding: &Finding) -> Option<CodeFlow> {
    if finding.flow.len() < 2 {
        return None;
    }
    let steps: Vec<ThreadFlowLocation> = finding
        .flow
        .iter()
        .take(MOST_STEPS)
        .zip(1..)
        .map(|(step, order)| {
            ThreadFlowLocation::builder()
                .location(place_said(step))
                .execution_order(order)
                .importance(json!("essential"))
                .build()
        })
        .collect();
    let thread = ThreadFlow::builder().locations(steps).build();
    Some(CodeFlow::builder().thread_flows(vec![thread]).build())
}
