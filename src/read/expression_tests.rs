//! Expressions: every way to name a context, conditions as trees, and text that does not parse.

use super::*;

fn named(text: &str) -> Vec<String> {
    references(text)
        .iter()
        .map(|reference| reference.parts.join("."))
        .collect()
}

#[test]
fn every_way_to_name_a_context_is_seen() {
    for (text, expected) in [
        ("${{ secrets.A }}", vec!["secrets.A"]),
        ("x${{secrets['A-b']}}y", vec!["secrets.A-b"]),
        (
            "${{ secrets[matrix.name] }}",
            vec!["secrets.*", "matrix.name"],
        ),
        ("${{ toJSON(secrets) }}", vec!["secrets"]),
        (
            "${{ inputs.t || github.token }}",
            vec!["inputs.t", "github.token"],
        ),
        (
            "${{ steps.app.outputs.token }}",
            vec!["steps.app.outputs.token"],
        ),
        ("${{ 'secrets.A' }}", vec![]),
        ("${{ format('}}{0}', secrets.B) }}", vec!["secrets.B"]),
        ("secrets.A", vec![]),
        ("${{ secrets.A", vec![]),
    ] {
        assert_eq!(named(text), expected, "{text}");
    }
}

#[test]
fn a_condition_is_a_tree() {
    let tree = condition("${{ !a.b && (c == 'd' || contains(fromJSON('[\"x\"]'), e.f)) }}");
    let Some(Expression::And(parts)) = tree else {
        panic!("no tree");
    };
    assert!(matches!(parts[0], Expression::Not(_)));
    assert!(matches!(parts[1], Expression::Or(_)));
    assert!(condition("a ==").is_none());
    assert!(condition(&"(".repeat(4000)).is_none());
    assert!(condition(&"!".repeat(4000)).is_none());
}

#[test]
fn only_a_lone_expression_is_sole() {
    assert_eq!(sole(" ${{ a.b }} "), Some("a.b"));
    assert_eq!(sole("${{ a }}-${{ b }}"), None);
    assert_eq!(sole("a"), None);
}
