//! Programs that run another one, and how they take their own words.

/// How a wrapper takes its own words.
pub(super) struct Wrapper {
    pub name: &'static str,
    /// Its options that take a value in the next word.
    pub valued: &'static [&'static str],
    /// Words of its own before the command, options aside.
    pub own: usize,
}

pub(super) const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        name: "sudo",
        valued: &[
            "-u", "--user", "-g", "--group", "-h", "-C", "-D", "-p", "-T",
        ],
        own: 0,
    },
    Wrapper {
        name: "doas",
        valued: &["-u", "-C"],
        own: 0,
    },
    Wrapper {
        name: "timeout",
        valued: &["-s", "--signal", "-k", "--kill-after"],
        own: 1,
    },
    Wrapper {
        name: "gtimeout",
        valued: &["-s", "--signal", "-k", "--kill-after"],
        own: 1,
    },
    Wrapper {
        name: "nice",
        valued: &["-n", "--adjustment"],
        own: 0,
    },
    Wrapper {
        name: "ionice",
        valued: &["-c", "-n", "-p"],
        own: 0,
    },
    Wrapper {
        name: "nohup",
        valued: &[],
        own: 0,
    },
    Wrapper {
        name: "time",
        valued: &["-f", "-o"],
        own: 0,
    },
    Wrapper {
        name: "stdbuf",
        valued: &["-i", "-o", "-e"],
        own: 0,
    },
    Wrapper {
        name: "setsid",
        valued: &[],
        own: 0,
    },
    Wrapper {
        name: "unbuffer",
        valued: &[],
        own: 0,
    },
    Wrapper {
        name: "command",
        valued: &[],
        own: 0,
    },
    Wrapper {
        name: "builtin",
        valued: &[],
        own: 0,
    },
    Wrapper {
        name: "exec",
        valued: &["-a"],
        own: 0,
    },
    Wrapper {
        name: "env",
        valued: &["-u", "--unset", "-C", "--chdir"],
        own: 0,
    },
    Wrapper {
        name: "xargs",
        valued: &["-I", "-n", "-P", "-L", "-d", "-a", "-s", "-E"],
        own: 0,
    },
    Wrapper {
        name: "srt",
        valued: &["-s", "--settings", "-c"],
        own: 0,
    },
    Wrapper {
        name: "firejail",
        valued: &[],
        own: 0,
    },
    Wrapper {
        name: "retry",
        valued: &["-t", "-n", "-d"],
        own: 0,
    },
    Wrapper {
        name: "tee",
        valued: &[],
        own: usize::MAX,
    },
];

/// Package runners: the first word that is no option is a package.
pub(super) const RUNNERS: &[(&[&str], &[&str])] = &[
    (&["npx"], &["-p", "--package", "-w", "--workspace"]),
    (&["bunx"], &["-p", "--package"]),
    (&["pnpx"], &["-p", "--package"]),
    (
        &["uvx"],
        &["--from", "--with", "-p", "--python", "--index-url"],
    ),
    (&["bun", "x"], &["-p", "--package"]),
    (&["npm", "exec"], &["-p", "--package", "-w"]),
    (&["npm", "x"], &["-p", "--package", "-w"]),
    (&["pnpm", "dlx"], &["--package"]),
    (&["pnpm", "exec"], &[]),
    (&["yarn", "dlx"], &["-p", "--package"]),
    (&["yarn", "exec"], &[]),
    (
        &["uv", "run"],
        &[
            "--with",
            "-p",
            "--python",
            "--project",
            "--extra",
            "--group",
        ],
    ),
    (
        &["uv", "tool", "run"],
        &["--from", "--with", "-p", "--python"],
    ),
    (&["pipx", "run"], &["--spec", "--python"]),
    (&["poetry", "run"], &[]),
    (&["mise", "exec"], &[]),
    (&["mise", "x"], &[]),
];

/// Commands that show or search their words, and run none of them.
pub(super) const INERT: &[&str] = &[
    "echo", "printf", "cat", "grep", "egrep", "rg", "sed", "awk", "git", "gh", "npm", "pnpm",
    "yarn", "pip", "pip3", "export", "test", "[", "[[", "which", "type", "jq", "tee", "ls", "cp",
    "mv", "rm", "mkdir", "touch", "curl", "wget", "apt-get", "brew", "cargo", "go", "read",
    "local", "declare", "readonly", "cd",
];

/// Options of `docker run` and `docker exec` that take a value in the next word.
pub(super) const CONTAINER_VALUED: &[&str] = &[
    "-e",
    "--env",
    "-v",
    "--volume",
    "-w",
    "--workdir",
    "-u",
    "--user",
    "--name",
    "--network",
    "--net",
    "-p",
    "--publish",
    "--mount",
    "--env-file",
    "--entrypoint",
    "--platform",
    "--add-host",
    "--memory",
    "-m",
    "--cpus",
    "-l",
    "--label",
    "--device",
    "--cap-add",
    "--cap-drop",
    "--security-opt",
    "--shm-size",
    "--tmpfs",
    "--group-add",
];
