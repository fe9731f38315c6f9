//! Calls of GitHub's API, as commands and scripts write them.
//!
//! In: words or text. Out: methods with paths, and names of calls. A path in a variable is one plain segment.

/// Names of `github.rest.x.y` and `octokit.x.y` calls in a script.
pub(super) fn calls(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(".rest.") {
        let rest = &text[at + 6..];
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '_')
            .unwrap_or(rest.len());
        let mut parts = rest[..end].split('.');
        if let (Some(space), Some(name)) = (parts.next(), parts.next()) {
            found.push(format!("{space}.{name}"));
        }
    }
    found.sort();
    found.dedup();
    found
}

/// Whether a word names GitHub's API.
pub(super) fn is_github_api(word: &str) -> bool {
    word.contains("api.github.com") || word.contains("GITHUB_API_URL")
}

/// Method and path of `gh api`: GET, unless a flag says otherwise or gives it a body.
pub(super) fn gh_route(words: &[String]) -> Option<(String, String)> {
    const VALUED: &[&str] = &[
        "-X",
        "--method",
        "-f",
        "-F",
        "--field",
        "--raw-field",
        "-H",
        "--header",
        "--input",
        "-q",
        "--jq",
        "-t",
        "--template",
        "-p",
        "--preview",
        "--hostname",
        "--cache",
    ];
    let mut method = None;
    let (mut has_body, mut path, mut at) = (false, None, 2);
    while let Some(word) = words.get(at) {
        let name = word.split('=').next().unwrap_or(word);
        match name {
            "-X" | "--method" => method = words.get(at + 1).cloned(),
            "-f" | "-F" | "--field" | "--raw-field" | "--input" => has_body = true,
            _ if !word.starts_with('-') && path.is_none() => path = Some(word.clone()),
            _ => {}
        }
        at += if VALUED.contains(&word.as_str()) {
            2
        } else {
            1
        };
    }
    let path = path?;
    if path == "graphql" {
        return None;
    }
    let method = method.unwrap_or_else(|| if has_body { "POST" } else { "GET" }.to_owned());
    Some((method.to_ascii_uppercase(), plain(&path)))
}

/// Method and path of a request by `curl`.
pub(super) fn curl_route(words: &[String]) -> Option<(String, String)> {
    let url = words.iter().find(|word| is_github_api(word))?;
    let start = url
        .find("/repos/")
        .or_else(|| url.find("/orgs/"))
        .or_else(|| url.find("/user"))?;
    let flag = words
        .iter()
        .position(|word| word == "-X" || word == "--request");
    let method = flag.and_then(|at| words.get(at + 1)).cloned();
    let joined = words
        .iter()
        .find_map(|word| word.strip_prefix("-X").filter(|m| !m.is_empty()));
    let has_body = words.iter().any(|word| {
        matches!(
            word.as_str(),
            "-d" | "--data" | "--data-raw" | "--data-binary" | "--json"
        )
    });
    let method = method
        .or_else(|| joined.map(str::to_owned))
        .unwrap_or_else(|| if has_body { "POST" } else { "GET" }.to_owned());
    Some((method.to_ascii_uppercase(), plain(&url[start..])))
}

/// A path with every expression and variable as one plain segment; `owner/name` in one variable counts as two.
fn plain(path: &str) -> String {
    let mut out = String::new();
    let mut rest = path.trim_start_matches('/');
    out.push('/');
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at..];
        let end = if after.starts_with("${{") {
            after.find("}}").map_or(after.len(), |end| end + 2)
        } else if after.starts_with("${") {
            after.find('}').map_or(after.len(), |end| end + 1)
        } else {
            let name = |c: char| !c.is_ascii_alphanumeric() && c != '_';
            after[1..].find(name).map_or(after.len(), |end| end + 1)
        };
        let two =
            out.ends_with("/repos/") && (after.len() == end || !after[end..].starts_with("/$"));
        out.push_str(if two { "x/x" } else { "x" });
        rest = &after[end..];
    }
    out.push_str(rest);
    out.replace("{owner}", "x").replace("{repo}", "x")
}
