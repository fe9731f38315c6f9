//! The walk by the processor's own instructions, and the walk in parts, beside the plain one.

use super::*;
use crate::rules::RuleSet;

fn hits(walk: impl Fn(&mut dyn FnMut(Hit)) -> ControlFlow<()>) -> Vec<Hit> {
    let mut hits = Vec::new();
    let ended = walk(&mut |hit| hits.push(hit));
    assert_eq!(ended, ControlFlow::Continue(()));
    hits
}

#[test]
fn the_walk_is_the_same_with_instructions_of_its_own() {
    let rules = RuleSet::builtin();
    let line = "api_key = \"a\", db-password: 'b' --token c \\u0041 https://x.io/%41 (ghs_ xoxb";
    let mut state = 1u32;
    let mut text = Vec::new();
    while text.len() < 20_000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let from = state as usize >> 8 & 63;
        text.extend(&line.as_bytes()[from % line.len()..]);
        text.extend((state >> 16).to_le_bytes());
    }
    let (tables, whole) = (rules.tables(), Span::new(0, text.len()));
    let plain = hits(|on| {
        let walk = Walk {
            text: &text,
            part: whole,
            tables,
        };
        walk.run(&mut Classes::default(), &mut |hit| {
            on(hit);
            ControlFlow::Continue(())
        })
    });
    let scanned = hits(|on| {
        scan(&text, tables, &mut |hit| {
            on(hit);
            ControlFlow::Continue(())
        })
    });
    assert!(plain.len() > 500, "{}", plain.len());
    assert_eq!(plain, scanned);
    let mut cut = 0;
    let mut parts = Vec::new();
    for length in [1, 63, 64, 65, 700, 1024, 3000, 5, 20_000] {
        let part = Span::new(cut, text.len().min(cut + length));
        parts.extend(hits(|on| {
            scan_part(&text, part, tables, &mut |hit| {
                on(hit);
                ControlFlow::Continue(())
            })
        }));
        cut = part.end;
    }
    let by_place = |mut hits: Vec<Hit>| {
        hits.sort_by_key(|hit| (hit.place(), format!("{hit:?}")));
        hits
    };
    assert_eq!(by_place(parts), by_place(scanned));
}
