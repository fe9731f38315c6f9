//! A value that only a header further on in the file names.

use super::*;

/// Ways to hand a variable to a header of a request to Railway.
const TEXTS: [(&str, &str); 12] = [
    (
        "a.sh",
        "T={v}\ncurl https://backboard.railway.com/graphql/v2 \\\n  -H \"Authorization: Bearer $T\"\n",
    ),
    (
        "a.sh",
        "export MY_VAR=\"{v}\"\necho\ncurl -H \"Authorization: Bearer ${MY_VAR}\" https://backboard.railway.com/graphql/v2\n",
    ),
    (
        "a.py",
        "t = \"{v}\"\nrequests.post(\"https://backboard.railway.com/graphql/v2\", headers={\"Authorization\": f\"Bearer {t}\"})\n",
    ),
    (
        "a.py",
        "t = '{v}'\nurl = 'https://backboard.railway.com/graphql/v2'\nh = {'Authorization': 'Bearer ' + t}\n",
    ),
    (
        "a.py",
        "t = '{v}'\nurl = 'https://backboard.railway.com/graphql/v2'\nh['Authorization'] = 'Bearer %s' % t\n",
    ),
    (
        "a.ts",
        "const t: string = '{v}';\nfetch('https://backboard.railway.com/graphql/v2', { headers: { Authorization: `Bearer ${t}` } });\n",
    ),
    (
        "a.js",
        "let cfg = { t: \"{v}\" };\nfetch(\"https://backboard.railway.com/graphql/v2\", { headers: { \"Authorization\": \"Bearer \" + cfg.t } });\n",
    ),
    (
        "a.go",
        "t := \"{v}\"\nreq, _ := http.NewRequest(\"POST\", \"https://backboard.railway.com/graphql/v2\", b)\nreq.Header.Set(\"Authorization\", \"Bearer \"+t)\n",
    ),
    (
        "a.rb",
        "t = '{v}'\nuri = URI('https://backboard.railway.com/graphql/v2')\nreq['Authorization'] = \"Bearer #{t}\"\n",
    ),
    (
        "a.php",
        "$t = '{v}';\n$url = 'https://backboard.railway.com/graphql/v2';\n$h = ['Authorization' => 'Bearer ' . $t];\n",
    ),
    (
        "a.rs",
        "let t = \"{v}\";\nlet url = \"https://backboard.railway.com/graphql/v2\";\nlet r = c.post(url).header(\"Authorization\", format!(\"Bearer {}\", t));\n",
    ),
    (
        "A.java",
        "String t = \"{v}\";\nvar u = URI.create(\"https://backboard.railway.com/graphql/v2\");\nb.header(\"Authorization\", \"Bearer \" + t);\n",
    ),
];

fn railway_in(path: &str, text: &str) -> bool {
    let id = "0d3f6b1c-7a52-4e8d-9b60-c1f5e2a7d984";
    let found = found_in(path, &text.replace("{v}", id));
    found.sightings.iter().any(|sighting| {
        sighting
            .kind
            .is_some_and(|kind| kind.id == "railway-account-token")
            && sighting.recognised == Recognised::Requested
    })
}

#[test]
fn a_header_leads_back_to_its_variable() {
    for (path, text) in TEXTS {
        assert!(railway_in(path, text), "{text}");
        assert!(
            !railway_in(path, &text.replace("railway.com", "example.net")),
            "{text}"
        );
    }
}

#[test]
fn another_variable_is_not_meant() {
    for (path, text) in TEXTS {
        let other = text.replacen("{v}", "x", 1) + "\nother = '{v}'\n";
        assert!(!railway_in(path, &other), "{other}");
    }
}

#[test]
fn a_checksum_decides_inside_a_word() {
    let rules = RuleSet::builtin();
    let kind = rules.kind("github-classic-pat").unwrap();
    let token = template::value(kind, &mut template::Random::new(7));
    for text in ["x{}", "token_{}", "a{}", "id9{}", "x{};", "Token{}", "/{}/"] {
        let found = found_in("notes.txt", &text.replace("{}", &token));
        assert!(proof::ids(&found).contains(&kind.id), "{text}");
    }
}

#[test]
fn parts_of_one_credential_are_one_finding() {
    let rules = RuleSet::builtin();
    let text = |template: &str| {
        let kind = rules.kind("aws-secret-access-key").unwrap();
        expanded(template, kind, 5)
    };
    let filler = "# nothing\n".repeat(300);
    let id = "AWS_ACCESS_KEY_ID=AKIA{base32:16}\n";
    let secret = "AWS_SECRET_ACCESS_KEY={value}\n";
    for whole in [
        format!("{id}{filler}{secret}"),
        format!("{secret}{filler}{id}"),
    ] {
        let found = found_in(".env", &text(&whole));
        assert_eq!(found.sightings.len(), 1);
        assert_eq!(found.sightings[0].recognised, Recognised::Pair);
        assert!(!found.sightings[0].other_halves.is_empty());
    }
    let session = "AWS_SESSION_TOKEN={b64:300}\n";
    let temporary = "AWS_ACCESS_KEY_ID=ASIA{base32:16}\n";
    for whole in [
        format!("{temporary}{secret}{session}"),
        format!("{session}{secret}{temporary}"),
    ] {
        let found = found_in(".env", &text(&whole));
        assert_eq!(proof::ids(&found)[0], "aws-temporary-key-id");
        assert_eq!(found.sightings.len(), 1);
    }
    let lone = found_in(".env", &text(id));
    let claims = lone.sightings[0].claims.as_ref().unwrap();
    assert_eq!(claims.level, Some(crate::model::Level::Public));
}

#[test]
fn a_bound_that_was_hit_is_said() {
    let mut text = String::new();
    for number in 0..1300 {
        text.push_str(&format!(
            "ZONE{number}_API_TOKEN = \"{number:08x}-aaaa-4bbb-8ccc-0123456789ab\"\n"
        ));
    }
    assert_eq!(found_in("a.py", &text).limits, [Limit::Names]);
    assert_eq!(found_in("a.py", &text[..600]).limits, []);
}
