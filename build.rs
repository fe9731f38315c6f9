//! Bakes `rules.toml` into static tables: a bad entry fails the build, a start of the program costs nothing.
//!
//! In: `rules.toml`. Out: `catalogue.rs` in `OUT_DIR`, Rust source that `src/rules/mod.rs` includes.

use std::fmt::Write as _;
use std::{env, fs, path::Path, process};

#[expect(
    dead_code,
    unused_imports,
    reason = "the crate uses what the build does not"
)]
#[path = "src/model/mod.rs"]
mod model;
#[path = "src/rules"]
mod rules {
    #[path = "anchor.rs"]
    pub mod anchor;
    #[expect(dead_code, reason = "the build makes the bounds and never asks them")]
    #[path = "fitting.rs"]
    pub mod fitting;
    #[expect(dead_code, reason = "the build makes the hashes and never asks them")]
    #[path = "known_hosts.rs"]
    pub mod known_hosts;
    #[path = "lower.rs"]
    pub mod lower;
    #[path = "recipe.rs"]
    pub mod recipe;
    #[expect(dead_code, reason = "the build makes the table and never asks it")]
    #[path = "recipe_anchors.rs"]
    pub mod recipe_anchors;
    #[path = "schema.rs"]
    pub mod schema;
    #[path = "shape.rs"]
    pub mod shape;
    #[expect(dead_code, reason = "the build makes the index and never asks it")]
    #[path = "surface_index.rs"]
    pub mod surface_index;
    #[path = "table.rs"]
    pub mod table;
}

use model::{Agent, Provider, Request, Segment, Shape, Surface, TokenKind};
use rules::{recipe, schema, surface_index, table};

fn main() {
    println!("cargo::rerun-if-changed=rules.toml");
    println!("cargo::rerun-if-changed=rules/recipes.toml");
    println!("cargo::rerun-if-changed=rules/agents.toml");
    for file in ["build.rs", "src/model", "src/rules"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let text = fs::read_to_string("rules.toml")
        .unwrap_or_else(|_| fail(&["rules.toml: cannot be read".to_owned()]));
    let file: schema::RulesFile = match toml::from_str(&text) {
        Ok(file) => file,
        Err(error) => fail(&[format!("rules.toml: {error}")]),
    };
    let mut baked = bake(&file).unwrap_or_else(|problems| fail(&problems));
    bake_agent_files(&mut baked);
    let out = env::var_os("OUT_DIR").unwrap_or_default();
    if fs::write(Path::new(&out).join("catalogue.rs"), baked).is_err() {
        fail(&["OUT_DIR cannot be written".to_owned()]);
    }
    bake_recipes(Path::new(&out));
}

/// Bakes which files `rules/agents.toml` speaks of, so that the file is read for those only.
fn bake_agent_files(out: &mut String) {
    let text = fs::read_to_string("rules/agents.toml")
        .unwrap_or_else(|_| fail(&["rules/agents.toml: cannot be read".to_owned()]));
    let facts: toml::Table = match toml::from_str(&text) {
        Ok(facts) => facts,
        Err(error) => fail(&[format!("rules/agents.toml: {error}")]),
    };
    let entries = ["ignore", "inert", "local", "switch"]
        .iter()
        .filter_map(|table| facts.get(*table)?.as_array())
        .flatten();
    let mut files: Vec<String> = Vec::new();
    for entry in entries {
        let name = entry.get("file").and_then(toml::Value::as_str);
        files.extend(name.map(|name| format!("**/{name}")));
        let patterns = entry.get("files").and_then(toml::Value::as_array);
        let patterns = patterns
            .into_iter()
            .flatten()
            .filter_map(|file| file.as_str());
        files.extend(patterns.map(str::to_owned));
    }
    files.sort();
    files.dedup();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let _ = writeln!(out, "static AGENT_FILES: &[&str] = &{files:?};");
    path_index_source(out, "AGENT_FILE_INDEX", &[&files]);
}

fn bake_recipes(out: &Path) {
    let text = fs::read_to_string("rules/recipes.toml")
        .unwrap_or_else(|_| fail(&["rules/recipes.toml: cannot be read".to_owned()]));
    let file: recipe::RecipesFile = match toml::from_str(&text) {
        Ok(file) => file,
        Err(error) => fail(&[format!("rules/recipes.toml: {error}")]),
    };
    let baked = recipe::bake(&file).unwrap_or_else(|problems| {
        let said: Vec<String> = problems
            .iter()
            .map(|problem| format!("rules/recipes.toml: {}: {}", problem.id, problem.message))
            .collect();
        fail(&said)
    });
    if fs::write(out.join("recipes.rs"), baked).is_err() {
        fail(&["OUT_DIR cannot be written".to_owned()]);
    }
}

fn fail(problems: &[String]) -> ! {
    for problem in problems {
        println!("cargo::error={problem}");
    }
    process::exit(1)
}

fn bake(file: &schema::RulesFile) -> Result<String, Vec<String>> {
    let mut problems = Vec::new();
    let mut kinds = Vec::new();
    for entry in &file.token {
        match entry.lower() {
            Ok(kind) => kinds.push(kind),
            Err(wrong) => problems.extend(wrong),
        }
    }
    let surfaces: Vec<Surface> = file
        .surface
        .iter()
        .map(schema::SurfaceEntry::lower)
        .collect();
    let agents: Vec<Agent> = file.agent.iter().map(schema::AgentEntry::lower).collect();
    let providers: Vec<Provider> = file
        .provider
        .iter()
        .map(schema::ProviderEntry::lower)
        .collect();
    problems.extend(schema::check_together(&kinds, &surfaces, &agents, &|_| {
        false
    }));
    let mut said: Vec<String> = problems
        .iter()
        .map(|problem| format!("rules.toml: {}: {}", problem.id, problem.message))
        .collect();
    let tables = table::build(&kinds.iter().collect::<Vec<_>>()).map_err(|wrong| {
        said.extend(
            wrong
                .iter()
                .map(|(id, message)| format!("rules.toml: {id}: {message}")),
        );
        said.clone()
    })?;
    if !said.is_empty() {
        return Err(said);
    }
    let mut out = String::new();
    list(&mut out, "KINDS", "TokenKind", &kinds, kind);
    list(&mut out, "SURFACES", "Surface", &surfaces, surface);
    let patterns: Vec<&[&str]> = surfaces.iter().map(|surface| surface.paths).collect();
    path_index_source(&mut out, "SURFACE_INDEX", &patterns);
    let files: Vec<Vec<&str>> = kinds
        .iter()
        .map(|kind| kind.files.iter().map(|file| file.file).collect())
        .collect();
    let files: Vec<&[&str]> = files.iter().map(Vec::as_slice).collect();
    path_index_source(&mut out, "KIND_FILE_INDEX", &files);
    list(&mut out, "AGENTS", "Agent", &agents, agent);
    list(&mut out, "PROVIDERS", "Provider", &providers, provider);
    tables_source(&mut out, &tables);
    Ok(out)
}

fn list<T>(out: &mut String, name: &str, kind: &str, items: &[T], write: impl Fn(&T) -> String) {
    let _ = writeln!(out, "static {name}: [{kind}; {}] = [", items.len());
    for item in items {
        let _ = writeln!(out, "{},", write(item));
    }
    out.push_str("];\n");
}

fn path_index_source(out: &mut String, name: &str, patterns: &[&[&str]]) {
    let (keys, always) = surface_index::build(patterns);
    let _ = writeln!(
        out,
        "static {name}: SurfaceIndex = SurfaceIndex {{ keys: &{keys:?}, always: &{always:?} }};"
    );
}

fn tables_source(out: &mut String, tables: &table::Tables) {
    let starts: Vec<String> = tables
        .starts
        .iter()
        .map(|start| {
            let leads = format!("{:?}", start.leads);
            let leads = leads.replace("Code(", "Code(Family::");
            format!(
                "Start {{ literal: {:?}, before: {:?}, next: Class({}), leads: Leads::{leads} }}",
                start.literal, start.before, start.next.0
            )
        })
        .collect();
    let inside: Vec<String> = tables
        .inside
        .iter()
        .map(|inside| {
            format!(
                "table::Inside {{ literal: {:?}, leads: Leads::{:?} }}",
                inside.literal, inside.leads
            )
        })
        .collect();
    let _ = writeln!(
        out,
        "static TABLES: Tables = Tables {{\nstart_filter: &{:?},\nstarts: &[{}],\nslots: &{:?},\ninside: &[{}],\nname_filter: &{:?},\nnames: &{:?},\nname_slots: &{:?},\nletters: {:?},\nname_globs: &{:?},\nhosts: KnownHosts {{ hashes: &{:?}, endings: {:?} }},\nfitting: Fitting {{ bounds: &{:?}, wide: {} }},\n}};",
        tables.start_filter,
        starts.join(",\n"),
        tables.slots,
        inside.join(",\n"),
        tables.name_filter,
        tables.names,
        tables.name_slots,
        tables.letters,
        tables.name_globs,
        tables.hosts.hashes,
        tables.hosts.endings,
        tables.fitting.bounds,
        tables.fitting.wide,
    );
}

fn shapes(shapes: &[Shape]) -> String {
    let each = shapes.iter().map(|shape| {
        let segments = shape.0.iter().map(|segment| match segment {
            Segment::Literal(text) => format!("Segment::Literal({text:?})"),
            Segment::Run { class, min, max } => {
                format!(
                    "Segment::Run {{ class: Class({}), min: {min}, max: {max} }}",
                    class.0
                )
            }
        });
        format!("Shape(&[{}])", segments.collect::<Vec<_>>().join(", "))
    });
    format!("&[{}]", each.collect::<Vec<_>>().join(", "))
}

fn option<T: std::fmt::Debug>(name: &str, value: Option<T>) -> String {
    value.map_or("None".to_owned(), |value| {
        format!("Some({name}::{value:?})")
    })
}

fn requests(items: &[Request]) -> String {
    let each = items.iter().map(|item| {
        format!(
            "Request {{ hosts: &{:?}, header: {:?} }}",
            item.hosts, item.header
        )
    });
    format!("&[{}]", each.collect::<Vec<_>>().join(", "))
}

fn surface(item: &Surface) -> String {
    format!(
        "Surface {{ id: {:?}, title: {:?}, paths: &{:?}, keys: &{:?}, how: crate::model::How::{:?}, agents: &{:?}, reference: {:?}, \
         why: {:?}, docs: {:?} }}",
        item.id,
        item.title,
        item.paths,
        item.keys,
        item.how,
        item.agents,
        item.reference,
        item.why,
        item.docs,
    )
}

fn agent(item: &Agent) -> String {
    format!(
        "Agent {{ id: {:?}, name: {:?}, markers: &{:?} }}",
        item.id, item.name, item.markers
    )
}

fn provider(item: &Provider) -> String {
    format!(
        "Provider {{ name: {:?}, hosts: &{:?}, words: &{:?} }}",
        item.name, item.hosts, item.words
    )
}

fn kind(kind: &TokenKind) -> String {
    let verbs: Vec<String> = kind
        .verbs
        .iter()
        .map(|verb| format!("Verb::{verb:?}"))
        .collect();
    format!(
        "TokenKind {{ id: {:?}, provider: {:?}, name: {:?}, shapes: {}, patterns: &{:?}, code: {:?}, alone: {}, \
         names: &{:?}, requests: {}, flags: &{:?}, files: &{:?}, by_word: {}, pair: {:?}, checksum: {}, claims: {}, \
         level: Level::{:?}, verbs: Verbs::of(&[{}]), why: {:?}, destroys: Destroys::{:?}, worst: {:?}, \
         narrower: &{:?}, none_because: {:?}, how: {:?}, docs: {:?}, reference: {:?}, \
         shape_confidence: Confidence::{:?}, test_mode: {}, checked: Checked::{:?}, as_of: {:?}, source: {:?}, \
         tags: &{:?}, examples: {:?}, neighbours: {:?} }}",
        kind.id,
        kind.provider,
        kind.name,
        shapes(kind.shapes),
        kind.patterns,
        kind.code,
        kind.alone,
        kind.names,
        requests(kind.requests),
        kind.flags,
        kind.files,
        kind.by_word,
        kind.pair,
        option("Checksum", kind.checksum),
        option("ClaimReader", kind.claims),
        kind.level,
        verbs.join(", "),
        kind.why,
        kind.destroys,
        kind.worst,
        kind.narrower,
        kind.none_because,
        kind.how,
        kind.docs,
        kind.reference,
        kind.shape_confidence,
        kind.test_mode,
        kind.checked,
        kind.as_of,
        kind.source,
        kind.tags,
        kind.examples,
        kind.neighbours,
    )
}
