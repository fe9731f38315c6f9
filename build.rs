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
    #[expect(dead_code, reason = "the build makes the buckets and never asks them")]
    #[path = "buckets.rs"]
    pub mod buckets;
    #[expect(dead_code, reason = "the build makes the bounds and never asks them")]
    #[path = "fitting.rs"]
    pub mod fitting;
    #[path = "heads.rs"]
    pub mod heads;
    #[expect(dead_code, reason = "the build makes the lists and never asks them")]
    #[path = "kind_keys.rs"]
    pub mod kind_keys;
    #[expect(dead_code, reason = "the build makes the hashes and never asks them")]
    #[path = "known_hosts.rs"]
    pub mod known_hosts;
    #[path = "lower.rs"]
    pub mod lower;
    #[expect(dead_code, reason = "the build packs entries and reads none")]
    #[path = "packed.rs"]
    pub mod packed;
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
    #[expect(dead_code, reason = "the build makes the tables and never asks them")]
    #[path = "table.rs"]
    pub mod table;
}

use model::{Agent, Provider, Surface, TokenKind};
use rules::kind_keys::KindKeys;
use rules::recipe_anchors::RecipeAnchors;
use rules::{packed, recipe, schema, surface_index, table};

fn main() {
    println!("cargo::rerun-if-changed=rules.toml");
    println!("cargo::rerun-if-changed=rules/recipes.toml");
    println!("cargo::rerun-if-changed=rules/agents.toml");
    for file in ["build.rs", "src/model", "src/rules"] {
        println!("cargo::rerun-if-changed={file}");
    }
    unwinder();
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

/// Links the unwinder into the program where the compiler has it: as a library of its own it is loaded at every start,
/// and asks the processor what it can do, which a virtual machine answers slowly.
fn unwinder() {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|is| is == value);
    if !is("CARGO_CFG_TARGET_OS", "linux") || !is("CARGO_CFG_TARGET_ENV", "gnu") {
        return;
    }
    // Which compiler links for another machine, only the configuration says.
    let is_native = env::var("HOST").ok() == env::var("TARGET").ok();
    let native = is_native.then(|| "cc".into());
    let Some(linker) = env::var_os("RUSTC_LINKER").or(native) else {
        return;
    };
    let asked = process::Command::new(linker)
        .arg("-print-file-name=libgcc_eh.a")
        .output();
    let said = asked.map(|output| output.stdout).unwrap_or_default();
    let library = String::from_utf8(said).unwrap_or_default();
    let library = Path::new(library.trim());
    if library.is_absolute() && library.is_file() {
        println!("cargo::rustc-link-lib=static:-bundle=gcc_eh");
    }
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
    let files: Vec<&'static str> = files.into_iter().map(|file| &*file.leak()).collect();
    list(out, "AGENT_FILES", "&str", &files);
    path_index_source(out, "AGENT_FILE_INDEX", &[&files]);
}

fn bake_recipes(out: &Path) {
    let text = fs::read_to_string("rules/recipes.toml")
        .unwrap_or_else(|_| fail(&["rules/recipes.toml: cannot be read".to_owned()]));
    let file: recipe::RecipesFile = match toml::from_str(&text) {
        Ok(file) => file,
        Err(error) => fail(&[format!("rules/recipes.toml: {error}")]),
    };
    let recipes = recipe::lower(&file).unwrap_or_else(|problems| {
        let said: Vec<String> = problems
            .iter()
            .map(|problem| format!("rules/recipes.toml: {}: {}", problem.id, problem.message))
            .collect();
        fail(&said)
    });
    let mut baked = String::new();
    list(&mut baked, "RECIPES", "Recipe", &recipes);
    let anchors = RecipeAnchors::new(&recipes);
    let _ = writeln!(
        baked,
        "static RECIPE_ANCHORS: RecipeAnchors = RecipeAnchors {{ steps: &{:?}, windows: &{:?}, heads: &{:?}, ends: &{:?}, \
         buckets: &{:?} }};",
        anchors.steps, anchors.windows, anchors.heads, anchors.ends, anchors.buckets
    );
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
    list(&mut out, "KINDS", "TokenKind", &kinds);
    kind_keys(&mut out, &kinds);
    list(&mut out, "SURFACES", "Surface", &surfaces);
    let patterns: Vec<&[&str]> = surfaces.iter().map(|surface| surface.paths).collect();
    path_index_source(&mut out, "SURFACE_INDEX", &patterns);
    let files: Vec<Vec<&str>> = kinds
        .iter()
        .map(|kind| kind.files.iter().map(|file| file.file).collect())
        .collect();
    let files: Vec<&[&str]> = files.iter().map(Vec::as_slice).collect();
    path_index_source(&mut out, "KIND_FILE_INDEX", &files);
    list(&mut out, "AGENTS", "Agent", &agents);
    list(&mut out, "PROVIDERS", "Provider", &providers);
    tables_source(&mut out, &tables);
    Ok(out)
}

/// Writes entries as a packed table.
fn list<T: packed::Packed>(out: &mut String, name: &str, kind: &str, entries: &[T]) {
    let count = entries.len();
    let mut writer = packed::Writer::default();
    let places = writer.entries(entries);
    let numbers = writer.numbers.escape_ascii();
    let _ = writeln!(
        out,
        "static {name}_READ: [OnceLock<&{kind}>; {count}] = [const {{ OnceLock::new() }}; {count}];\n\
         static {name}: Table<{kind}> = Table {{\nslots: &{name}_READ,\nplaces: &{places:?},\nnumbers: b\"{numbers}\",\n\
         text: {:?},\n}};",
        writer.text
    );
}

/// Writes under which words kinds are looked up, and which have what few kinds have.
fn kind_keys(out: &mut String, kinds: &[TokenKind]) {
    let keys = KindKeys::new(kinds);
    let _ = writeln!(
        out,
        "static KIND_KEYS: KindKeys = KindKeys {{ ids: &{:?}, codes: &{:?}, pairs: &{:?}, by_word: &{:?}, with_flags: &{:?}, \
         with_requests: &{:?}, told_by_name: &{:?} }};",
        keys.ids,
        keys.codes,
        keys.pairs,
        keys.by_word,
        keys.with_flags,
        keys.with_requests,
        keys.told_by_name
    );
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
                "Start {{ at: {}, before: {}, length: {}, head: {}, last: {}, leads: Leads::{leads} }}",
                start.at, start.before, start.length, start.head, start.last
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
        "static TABLES: Tables = Tables {{\nstart_filter: &{:?},\nheads: &{:?},\nsure_heads: &{:?},\ntails: &{:?},\nglued: &{:?},\nstarts: &[{}],\nslots: &{:?},\ninside: &[{}],\nname_filter: &{:?},\ntail_filter: &{:?},\nnames: &{:?},\nname_slots: &{:?},\nletters: {:?},\nname_globs: &{:?},\nhosts: KnownHosts {{ hashes: &{:?}, labels: &{:?}, endings: {:?} }},\nfitting: Fitting {{ bounds: &{:?}, wide: {} }},\n}};",
        tables.start_filter,
        tables.heads,
        tables.sure_heads,
        tables.tails,
        tables.glued,
        starts.join(",\n"),
        tables.slots,
        inside.join(",\n"),
        tables.name_filter,
        tables.tail_filter,
        tables.names,
        tables.name_slots,
        tables.letters,
        tables.name_globs,
        tables.hosts.hashes,
        tables.hosts.labels,
        tables.hosts.endings,
        tables.fitting.bounds,
        tables.fitting.wide,
    );
}
