//! The command line: what may be typed, and which command runs.
//!
//! In: arguments and the process's environment. Out: an exit code. Nothing below imports this module: commands turn
//! their flags into plain settings of the engine.

mod called;
mod ci;
mod doctor;
mod drill;
mod env;
mod explain;
mod export;
mod fix;
mod history;
mod hook;
mod install;
mod later;
mod machine;
mod origin;
mod policy;
mod profile;
mod progress;
mod reach;
mod rules;
mod scan;
mod score;
mod score_wide;
mod screen;
mod survey;
mod tree;
mod waive;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::error::{Error, Result};
use crate::report::Released;

/// Exit code of a run that could not decide.
const UNDECIDED: u8 = 2;

/// Keeps broad API tokens out of reach of AI agents.
#[derive(Debug, Parser)]
#[command(name = "tokenleash", version, about, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    screen: ScreenArguments,
}

/// Flags of every command.
#[derive(Debug, Args)]
pub struct ScreenArguments {
    /// Colour the output: only at a terminal, always, or never
    #[arg(
        long,
        global = true,
        value_enum,
        default_value = "auto",
        value_name = "WHEN"
    )]
    color: Color,
    /// Say only what blocks
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: notes, and how every finding was judged
    #[arg(long, short, global = true)]
    verbose: bool,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Look for credentials in a tree, in what is staged, in commits, or in standard input
    Scan(ScanArguments),
    /// Judge what a CI run is for: a pull request, a push, a merge group
    Ci(ci::CiArguments),
    /// Judge what an agent started right here could read, and start a command only when that is little enough
    Env(env::EnvArguments),
    /// Judge what Git hands to a hook
    #[command(subcommand)]
    Hook(HookCommand),
    /// Install the Git hooks, and prove that they refuse a planted token
    Install(InstallArguments),
    /// Remove the Git hooks and restore what they had been chained to
    Uninstall(UninstallArguments),
    /// Say whether the guard is really on
    Doctor,
    /// List, show and check rules and token kinds
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Show which agent reads which credential, what bounds it, and what asks a person
    Reach(reach::ReachArguments),
    /// Play an incident on this tree: from an open file to a call that cannot be undone
    Drill(drill::DrillArguments),
    /// Show the edits that answer findings, and make them where told to
    Fix(fix::FixArguments),
    /// Explain a rule, a token kind or a finding
    Explain(ExplainArguments),
    /// Let one finding stay for a while; asks a person at a terminal
    Waive(WaiveArguments),
    /// Record what HEAD already holds; asks a person at a terminal
    Baseline(BaselineArguments),
    /// Play the incident that tokenleash exists for, in a throwaway repository
    Demo,
    /// Print completions for a shell
    Completions {
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What to scan, and how to write it.
#[derive(Debug, Default, Args)]
pub struct ScanArguments {
    /// Files and folders [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Scan what is staged, against HEAD
    #[arg(long, conflicts_with_all = ["paths", "range", "history", "stdin"])]
    staged: bool,
    /// Scan every blob that a commit in A..B introduces
    #[arg(long, value_name = "A..B", conflicts_with_all = ["paths", "history", "stdin"])]
    range: Option<String>,
    /// Scan every commit that HEAD reaches
    #[arg(long, conflicts_with_all = ["paths", "stdin"])]
    history: bool,
    /// With --history: every ref, not only HEAD, and what no ref reaches any more
    #[arg(long, requires = "history")]
    all: bool,
    /// With --history: a folder of your own that keeps what nothing was found in, so that the next run reads what is new
    #[arg(long, value_name = "DIR", requires = "history")]
    cache: Option<PathBuf>,
    /// With --cache: read one part of N into the cache and judge nothing; a run without it then judges
    #[arg(long, value_name = "K/N", requires = "cache", conflicts_with_all = ["output", "why_not", "strict"])]
    shard: Option<String>,
    /// Scan standard input
    #[arg(long, requires = "path", conflicts_with = "paths")]
    stdin: bool,
    /// With --stdin: the path that the text is judged under
    #[arg(long, value_name = "NAME", requires = "stdin")]
    path: Option<String>,
    /// Leave out files that Git ignores, though agents read them too
    #[arg(long)]
    respect_gitignore: bool,
    /// Show every hit in installed dependencies and build output
    #[arg(long)]
    deps: bool,
    /// In a tree scan, be undecided about whatever could not be read
    #[arg(long)]
    strict: bool,
    /// List what was matched and dropped, with the filter that dropped it
    #[arg(long)]
    why_not: bool,
    #[arg(long, value_enum, default_value = "text")]
    format: FormatArgument,
    /// Write to a file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// What becomes of waived and known findings in SARIF [default: keep]
    #[arg(long, value_enum, value_name = "HOW")]
    suppressed: Option<Suppressed>,
    /// Read the policy from this file
    #[arg(long, value_name = "FILE", conflicts_with = "policy")]
    config: Option<PathBuf>,
    /// Read the policy from a commit, or use none but the built-in one
    #[arg(long, value_name = "none|REF")]
    policy: Option<String>,
    /// How many threads to use [default: one a core, and more while a disk keeps them waiting]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: Option<u16>,
}

/// What becomes of waived and known findings in SARIF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Suppressed {
    /// Written with a `suppressions` entry
    Keep,
    /// Left out: code scanning would show them as open
    LeaveOut,
}

impl From<Suppressed> for Released {
    fn from(word: Suppressed) -> Released {
        match word {
            Suppressed::Keep => Released::Kept,
            Suppressed::LeaveOut => Released::LeftOut,
        }
    }
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum FormatArgument {
    #[default]
    Text,
    Json,
    /// One JSON object a line; a run without its last line, the summary, was cut
    Jsonl,
    Sarif,
    Github,
    Gitlab,
    Junit,
}

/// The hooks, named as Git names them.
#[derive(Debug, Subcommand)]
pub enum HookCommand {
    /// Judge what is staged for this commit
    PreCommit { rest: Vec<OsString> },
    /// Judge what a merge without conflict brings
    PreMergeCommit { rest: Vec<OsString> },
    /// Judge the commit's message
    CommitMsg { file: PathBuf },
    /// Compare what was committed with what was judged
    PostCommit { rest: Vec<OsString> },
    /// Judge every commit that a push would publish
    PrePush { remote: String, url: Option<String> },
    /// Judge every commit that a push brings, on the server
    PreReceive { rest: Vec<OsString> },
}

/// Which hooks to install, and where.
#[derive(Debug, Args)]
pub struct InstallArguments {
    /// The hook to install; may stand several times [default: pre-commit, commit-msg, pre-push and what belongs to them]
    #[arg(long, value_name = "HOOK")]
    hook: Vec<String>,
    /// For every repository of this user
    #[arg(long)]
    global: bool,
}

/// Where to remove the hooks.
#[derive(Debug, Args)]
pub struct UninstallArguments {
    /// What `install --global` set up
    #[arg(long)]
    global: bool,
}

#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List rules and token kinds
    List {
        /// List the places that agents read
        #[arg(long)]
        surfaces: bool,
        /// List the lines that make broad credentials
        #[arg(long, conflicts_with = "surfaces")]
        recipes: bool,
    },
    /// Show one rule or token kind
    Show {
        id: String,
        /// As Markdown, for documentation
        #[arg(long)]
        markdown: bool,
    },
    /// Check every entry of the catalogue against its own examples
    Check(CheckArguments),
    /// Write the catalogue as data, or as pages
    Export(ExportArguments),
}

/// What to check the catalogue against.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Score a labelled set instead: recall, false alarms, breadth [default: the built-in set]
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    score: Option<Option<PathBuf>>,
    /// Change every pattern instead, and list the entries whose examples do not notice
    #[arg(long, conflicts_with = "score")]
    mutate: bool,
    /// Say instead what each kind costs on a tree: its share of the time, and how often it is looked at closer
    #[arg(long, value_name = "PATH", num_args = 0..=1, conflicts_with_all = ["score", "mutate"])]
    profile: Option<Option<PathBuf>>,
}

/// How to write the catalogue, and where.
#[derive(Debug, Args)]
pub struct ExportArguments {
    #[arg(long, value_enum, default_value = "json")]
    format: ExportFormat,
    /// A file for JSON, a folder for Markdown [default: standard output]
    #[arg(long, short, value_name = "PATH")]
    output: Option<PathBuf>,
}

/// The forms of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    Json,
    Markdown,
}

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// A rule (TL101), a token kind, the start of a finding's fingerprint, or its place as PATH:LINE
    id: String,
}

#[derive(Debug, Args)]
pub struct WaiveArguments {
    /// The finding's fingerprint, or enough of its start
    fingerprint: String,
    /// Who answers for it
    #[arg(long)]
    owner: String,
    /// Why it may stay
    #[arg(long)]
    reason: String,
    /// For how many days
    #[arg(long, default_value = "30", value_parser = clap::value_parser!(u16).range(1..))]
    days: u16,
}

#[derive(Debug, Args)]
pub struct BaselineArguments {
    /// Make the first baseline; without it the baseline can only shrink
    #[arg(long)]
    init: bool,
}

/// Lets a panic say where, never what: its message may quote bytes that were read; its place cannot.
pub fn silence_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |place| {
            format!(" at {}:{}", place.file(), place.line())
        });
        // A closed standard error leaves nobody to tell; the exit code still says it.
        let _ = writeln!(io::stderr(), "tokenleash: internal error{place}");
    }));
}

/// Parses the arguments, runs the command and gives the exit code.
pub fn main(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let arguments = match called::by_git(&arguments) {
        Some(arguments) => arguments,
        None => match Arguments::try_parse_from(arguments) {
            Ok(arguments) => arguments,
            Err(error) => return screen::Screen::usage(&error),
        },
    };
    let screen = screen::Screen::new(&arguments.screen);
    match run(arguments.command, &screen) {
        Ok(code) => code,
        Err(error) => {
            screen.error(&error);
            UNDECIDED
        }
    }
}

fn run(command: Command, screen: &screen::Screen) -> Result<u8> {
    match command {
        Command::Scan(arguments) => scan::run(&arguments, screen),
        Command::Ci(arguments) => ci::run(&arguments, screen),
        Command::Env(arguments) => env::run(&arguments, screen),
        Command::Hook(hook) => hook::run(&hook, screen),
        Command::Install(arguments) => install::install(&arguments, screen),
        Command::Uninstall(arguments) => install::uninstall(&arguments, screen),
        Command::Doctor => doctor::run(screen),
        Command::Rules(command) => rules::run(&command, screen),
        Command::Reach(arguments) => reach::run(&arguments, screen),
        Command::Drill(arguments) => drill::run(&arguments, screen),
        Command::Fix(arguments) => fix::run(&arguments, screen),
        Command::Explain(arguments) => explain::run(&arguments.id, screen),
        Command::Waive(arguments) => waive::waive(&arguments, screen),
        Command::Baseline(arguments) => waive::baseline(&arguments, screen),
        Command::Demo => install::demo(screen),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "tokenleash", &mut text);
            screen.write(&text).map(|()| 0)
        }
        Command::Man => {
            let mut text = Vec::new();
            clap_mangen::Man::new(Arguments::command())
                .render(&mut text)
                .map_err(|_| Error::output("the manual page could not be written"))?;
            screen.write(&text).map(|()| 0)
        }
    }
}
