//! Expressions of GitHub Actions: `${{ }}` in text, and the conditions of `if:`.
//!
//! In: text as it stands in a workflow. Out: the contexts that it names, and a tree of a condition. Nothing is evaluated
//! here. An expression that does not parse still gives its references; depth and length are bounded.

/// The deepest nesting that a condition is read to.
const MAX_DEPTH: usize = 48;
/// The longest expression that is read as a tree, in bytes.
const MAX_LENGTH: usize = 32 * 1024;

/// A context as it is named: `secrets.TOKEN`, `steps.app.outputs.token`. A part that is computed is `*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub parts: Vec<String>,
}

impl Reference {
    /// Whether the context's name is `name`, which has no case.
    pub fn is_of(&self, name: &str) -> bool {
        self.parts
            .first()
            .is_some_and(|part| part.eq_ignore_ascii_case(name))
    }

    /// The part at `index`, empty where there is none.
    pub fn part(&self, index: usize) -> &str {
        self.parts.get(index).map_or("", String::as_str)
    }
}

/// A condition as a tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Expression {
    Or(Vec<Expression>),
    And(Vec<Expression>),
    Not(Box<Expression>),
    /// `==`, `!=`, `<` and so on.
    Compare(&'static str, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
    Context(Reference),
    Text(String),
    /// A number, `true`, `false` or `null`, lower-cased.
    Literal(String),
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Name(String),
    Text(String),
    Number(String),
    Sign(&'static str),
}

const SIGNS: [&str; 15] = [
    "&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ".", ",",
];

/// The insides of every `${{ }}` of a text, in order, with where each inside starts.
pub fn insides(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find("${{") {
        let start = from + open + 3;
        let Some(end) = close(&text[start..]) else {
            break;
        };
        found.push((start, &text[start..start + end]));
        from = start + end + 2;
    }
    found
}

/// Where the `}}` stands that ends an expression; one inside quotes does not.
fn close(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    for at in 0..bytes.len() {
        match bytes[at] {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
    }
    None
}

/// Whether a text is one `${{ }}` and nothing else; its inside.
pub fn sole(text: &str) -> Option<&str> {
    let trimmed = text.trim();
    match insides(trimmed).as_slice() {
        [(3, inside)] if trimmed.len() == inside.len() + 5 => Some(inside.trim()),
        _ => None,
    }
}

/// Every context that a text names inside `${{ }}`.
pub fn references(text: &str) -> Vec<Reference> {
    insides(text)
        .into_iter()
        .flat_map(|(_, inside)| references_in(inside))
        .collect()
}

/// Every context that an expression names, `${{ }}` left off.
pub fn references_in(expression: &str) -> Vec<Reference> {
    let tokens = tokens(expression);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let name_starts = matches!(&tokens[at], Token::Name(_))
            && !matches!(
                at.checked_sub(1).map(|i| &tokens[i]),
                Some(Token::Sign("."))
            )
            && tokens.get(at + 1) != Some(&Token::Sign("("));
        if name_starts {
            let mut end = at;
            if let Some(reference) = reference(&tokens, &mut end) {
                found.push(reference);
            }
        }
        at += 1;
    }
    found.retain(|reference| !is_literal(reference.part(0)) || reference.parts.len() > 1);
    found
}

fn is_literal(name: &str) -> bool {
    ["true", "false", "null", "nan", "infinity"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word))
}

/// Reads a context from its first name on; `at` ends behind it.
fn reference(tokens: &[Token], at: &mut usize) -> Option<Reference> {
    let Token::Name(first) = tokens.get(*at)? else {
        return None;
    };
    let mut parts = vec![first.clone()];
    *at += 1;
    loop {
        match (tokens.get(*at), tokens.get(*at + 1), tokens.get(*at + 2)) {
            (Some(Token::Sign(".")), Some(Token::Name(name)), _) => {
                parts.push(name.clone());
                *at += 2;
            }
            (Some(Token::Sign("[")), Some(Token::Text(name)), Some(Token::Sign("]"))) => {
                parts.push(name.clone());
                *at += 3;
            }
            (Some(Token::Sign("[")), Some(_), _) => {
                parts.push("*".to_owned());
                *at = matching(tokens, *at)? + 1;
            }
            _ => return Some(Reference { parts }),
        }
    }
}

fn matching(tokens: &[Token], open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token {
            Token::Sign("[") => depth += 1,
            Token::Sign("]") => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

fn tokens(text: &str) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte == b'\'' {
            let (content, end) = quoted(text, at + 1);
            found.push(Token::Text(content));
            at = end;
        } else if byte.is_ascii_alphabetic() || byte == b'_' || byte == b'*' {
            let end = run(bytes, at);
            found.push(Token::Name(text[at..end].to_owned()));
            at = end;
        } else if byte.is_ascii_digit() {
            let end = run(bytes, at);
            found.push(Token::Number(text[at..end].to_owned()));
            at = end;
        } else if let Some(sign) = SIGNS.iter().find(|sign| text[at..].starts_with(**sign)) {
            found.push(Token::Sign(sign));
            at += sign.len();
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

fn run(bytes: &[u8], from: usize) -> usize {
    let more = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'*');
    from + bytes[from..].iter().take_while(|b| more(b)).count()
}

/// The content of a quoted text, `''` standing for `'`, and where the text goes on.
fn quoted(text: &str, from: usize) -> (String, usize) {
    let mut content = String::new();
    let mut at = from;
    while let Some(end) = text[at..].find('\'') {
        content.push_str(&text[at..at + end]);
        at += end + 1;
        if !text[at..].starts_with('\'') {
            return (content, at);
        }
        content.push('\'');
        at += 1;
    }
    content.push_str(&text[at..]);
    (content, text.len())
}

/// Reads a condition as a tree; `${{ }}` around it is left off. `None` where it does not parse.
pub fn condition(text: &str) -> Option<Expression> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let inside = sole(text).unwrap_or(text);
    let cleaned = if inside.contains("${{") {
        inside.replace("${{", " ( ").replace("}}", " ) ")
    } else {
        inside.to_owned()
    };
    let mut reader = Reader {
        tokens: tokens(&cleaned),
        at: 0,
    };
    let tree = reader.or(0)?;
    (reader.at == reader.tokens.len()).then_some(tree)
}

struct Reader {
    tokens: Vec<Token>,
    at: usize,
}

impl Reader {
    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(s)) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        let mut parts = vec![self.and(depth)?];
        while self.take("||") {
            parts.push(self.and(depth)?);
        }
        Some(joined(parts, Expression::Or))
    }

    fn and(&mut self, depth: usize) -> Option<Expression> {
        let mut parts = vec![self.compare(depth)?];
        while self.take("&&") {
            parts.push(self.compare(depth)?);
        }
        Some(joined(parts, Expression::And))
    }

    fn compare(&mut self, depth: usize) -> Option<Expression> {
        let left = self.unary(depth)?;
        let Some(Token::Sign(sign)) = self.tokens.get(self.at) else {
            return Some(left);
        };
        let sign = *sign;
        if !["==", "!=", "<", ">", "<=", ">="].contains(&sign) {
            return Some(left);
        }
        self.at += 1;
        let right = self.unary(depth)?;
        Some(Expression::Compare(sign, Box::new(left), Box::new(right)))
    }

    fn unary(&mut self, depth: usize) -> Option<Expression> {
        if depth > MAX_DEPTH {
            return None;
        }
        if self.take("!") {
            return Some(Expression::Not(Box::new(self.unary(depth + 1)?)));
        }
        if self.take("(") {
            let inner = self.or(depth + 1)?;
            return self.take(")").then_some(inner);
        }
        match self.tokens.get(self.at)?.clone() {
            Token::Text(text) => {
                self.at += 1;
                Some(Expression::Text(text))
            }
            Token::Number(number) => {
                self.at += 1;
                Some(Expression::Literal(number))
            }
            Token::Name(name) if self.tokens.get(self.at + 1) == Some(&Token::Sign("(")) => {
                self.at += 2;
                self.call(name, depth)
            }
            Token::Name(name) if is_literal(&name) => {
                self.at += 1;
                Some(Expression::Literal(name.to_ascii_lowercase()))
            }
            Token::Name(_) => reference(&self.tokens, &mut self.at).map(Expression::Context),
            Token::Sign(_) => None,
        }
    }

    fn call(&mut self, name: String, depth: usize) -> Option<Expression> {
        let mut arguments = Vec::new();
        if !self.take(")") {
            loop {
                arguments.push(self.or(depth + 1)?);
                if self.take(")") {
                    break;
                }
                if !self.take(",") {
                    return None;
                }
            }
        }
        // What follows a call, as in fromJSON(x).y, says nothing more than the call itself.
        while self.take(".") || self.take("[") {
            self.at += 1;
            self.take("]");
        }
        Some(Expression::Call(name.to_ascii_lowercase(), arguments))
    }
}

fn joined(mut parts: Vec<Expression>, join: fn(Vec<Expression>) -> Expression) -> Expression {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

#[cfg(test)]
#[path = "expression_tests.rs"]
mod tests;
