//! What containers take from the host, read from made-up files.

use super::*;
use crate::model::RepoPath;
use crate::rules::RuleSet;

fn file(path: &str, text: &str) -> AgentFile {
    super::super::read(&RepoPath::from(path), text.as_bytes(), &RuleSet::builtin())
}

#[test]
fn what_containers_take_from_the_host() {
    let found = file(
        ".devcontainer/devcontainer.json",
        r#"{"mounts":["source=${localEnv:HOME}/.aws,target=/home/a/.aws,type=bind","source=history,target=/x,type=volume",{"source":"/var/run/docker.sock","target":"/var/run/docker.sock","type":"bind"}],"runArgs":["-v","${localEnv:HOME}/.ssh:/root/.ssh:ro"],"remoteEnv":{"T":"${localEnv:RAILWAY_API_TOKEN}","A":"b"}}"#,
    );
    let sources: Vec<_> = found
        .mounts
        .iter()
        .map(|mount| mount.source.as_str())
        .collect();
    assert_eq!(
        sources,
        [
            "${localEnv:HOME}/.aws",
            "/var/run/docker.sock",
            "${localEnv:HOME}/.ssh"
        ]
    );
    assert_eq!(found.passed.len(), 1);
    let compose = "services:\n  web:\n    image: nginx\n    volumes: [\"~/.aws:/root/.aws\"]\n  claude:\n    build: ./claude\n    volumes:\n      - ~/.config/gh:/root/.config/gh\n    environment:\n      - GITHUB_TOKEN\n";
    let found = file("docker-compose.yml", compose);
    let of_agents: Vec<&str> = found
        .mounts
        .iter()
        .filter(|mount| mount.service.runs_agent)
        .map(|mount| mount.source.as_str())
        .collect();
    assert_eq!(of_agents, ["~/.config/gh"]);
    assert_eq!(found.mounts.len(), 2);
    assert_eq!(found.passed.len(), 1);
}

#[test]
fn paths_are_joined() {
    assert_eq!(
        joined(".devcontainer", "../docker-compose.yml"),
        "docker-compose.yml"
    );
    assert_eq!(
        joined(".devcontainer", "compose.yml"),
        ".devcontainer/compose.yml"
    );
    assert_eq!(joined("", "./a/../../b.yml"), "b.yml");
}

#[test]
fn keys_that_take_the_walls_away() {
    let text = r#"{"privileged":true,"runArgs":["--privileged","--pid=host","--cap-add","SYS_ADMIN","--rm"]}"#;
    let keys: Vec<String> = file(".devcontainer/devcontainer.json", text)
        .mounts
        .into_iter()
        .map(|mount| mount.source)
        .collect();
    assert_eq!(
        keys,
        [
            "--privileged",
            "--pid=host",
            "--cap-add=SYS_ADMIN",
            "privileged: true"
        ]
    );
}
