//! Credentials that are base64 of something that only their issuer makes.
//!
//! In: a run of base64 with its decoded bytes. Out: the credential, by its form: Algolia's secured keys, Data Center
//! tokens of Atlassian, Cloudflare's tunnel tokens, Discord's bots, JFrog's references.

use super::decoded as push;
use crate::find::search::Search;
use crate::model::Span;
use crate::token::{algolia, atlassian, cloudflare_tunnel, discord, jfrog};

/// The longest signature and time behind a bot's number.
const REST: usize = 64;

const BOT: &str = "encoded/discord-bot";

/// The form that decoded bytes have, as the code of its variant.
pub fn form_of(bytes: &[u8]) -> Option<&'static str> {
    if bytes.starts_with(jfrog::START) {
        Some("encoded/jfrog-reference")
    } else if atlassian::is_token(bytes) {
        Some("encoded/atlassian-data-center")
    } else if algolia::restrictions(bytes).is_some() {
        Some("encoded/algolia-secured")
    } else if cloudflare_tunnel::members(bytes).is_some() {
        Some("encoded/cloudflare-tunnel")
    } else {
        discord::is_number(bytes).then_some(BOT)
    }
}

/// A run whose decoded bytes have a form of their own; says whether it is a credential.
pub fn encoded(search: &mut Search<'_>, span: Span, form: &str) -> bool {
    if form == BOT {
        return bot(search, span);
    }
    let value = span.of(search.text);
    push(search, form, span, value, 30)
}

/// A bot's number with time and signature behind it.
fn bot(search: &mut Search<'_>, number: Span) -> bool {
    let text = search.text;
    let rest = text[number.end..]
        .iter()
        .take(REST)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        .count();
    let span = Span::new(number.start, number.end + rest);
    let value = span.of(text);
    discord::claims(value).is_some() && push(search, BOT, span, value, 30)
}
