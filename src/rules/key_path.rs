//! Key paths of structured files, as surfaces and token kinds name them.
//!
//! In: a pattern such as `mcpServers.*.env.*` and a dotted path. Out: whether they fit, in any case of letters.

/// Whether `pattern` fits the whole of `path`: `*` is one key, `**` any number of them.
pub fn matches(pattern: &str, path: &str) -> bool {
    let pattern: Vec<&str> = pattern.split('.').collect();
    let path: Vec<&str> = path.split('.').collect();
    fits(&pattern, &path)
}

/// Walks both; the last `**` seen takes one key more whenever the rest does not fit.
fn fits(pattern: &[&str], path: &[&str]) -> bool {
    let (mut at, mut key) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while key < path.len() {
        match pattern.get(at) {
            Some(&"**") => {
                retry = Some((at, key));
                at += 1;
            }
            Some(part) if *part == "*" || part.eq_ignore_ascii_case(path[key]) => {
                at += 1;
                key += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    at = star + 1;
                    key = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at.min(pattern.len())..]
        .iter()
        .all(|part| *part == "**")
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_stand_for_keys() {
        assert!(matches("mcpServers.*.env.*", "mcpservers.git.env.TOKEN"));
        assert!(!matches("mcpServers.*.env.*", "mcpServers.git.env"));
        assert!(matches("**.env.*", "projects./a.mcpServers.x.env.T"));
        assert!(matches("user.**", "user.a.b"));
        assert!(matches("user.**", "user"));
        assert!(!matches("user.token", "user.tokens"));
    }
}
