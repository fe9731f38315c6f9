//! What a step has written to the file by which it hands variables to later steps.
//!
//! In: the text of that file. Out: names and values. It reads no file itself.

/// What this step has already written for later ones: `NAME=value`, and `NAME<<END` with lines up to `END`.
pub fn later_variables(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        match (line.split_once("<<"), line.split_once('=')) {
            (Some((name, end)), rest)
                if rest.is_none_or(|(before, _)| before.len() > name.len()) =>
            {
                let value: Vec<&str> = lines.by_ref().take_while(|line| *line != end).collect();
                found.push((name.to_owned(), value.join("\n")));
            }
            (_, Some((name, value))) => found.push((name.to_owned(), value.to_owned())),
            _ => {}
        }
    }
    found
}
