#!/usr/bin/env bash
# Finds, downloads or builds the tokenleash that judges this run.
# In: TOKENLEASH_BINARY, TOKENLEASH_VERSION and the runner's variables. Out: the outputs `binary` and `sha256`.
# Nothing of the checkout that is judged is used: not its files, not its cargo configuration, not a cache.
set -euo pipefail

here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/common.sh
. "$here/common.sh"
source_tree=$(dirname -- "$here")

# Refuses a path that somebody else may write, or whose folders they may.
refuse_writable() {
    local path=$1
    case ${RUNNER_OS:-} in Windows) return ;; esac
    while :; do
        # A folder with the sticky bit lets nobody replace another's file.
        if [ -n "$(find "$path" -maxdepth 0 -perm -0002 ! -perm -1000)" ]; then
            undecided "the input binary, or a folder above it, is writable by others"
        fi
        [ "$path" != / ] || break
        path=$(dirname -- "$path")
    done
}

use_binary() {
    local path=$1 workspace
    case $path in
        /* | [A-Za-z]:[\\/]*) ;;
        *) undecided "the input binary is no absolute path" ;;
    esac
    if [ ! -f "$path" ] || [ ! -x "$path" ]; then
        undecided "the input binary names no program"
    fi
    path=$(real_path "$path") || undecided "the input binary cannot be resolved"
    if [ -n "${GITHUB_WORKSPACE:-}" ]; then
        workspace=$(real_path "$GITHUB_WORKSPACE") || undecided "the workspace cannot be resolved"
        case $path in
            "$workspace"/*) undecided "the input binary lies in the workspace, where the change could write it" ;;
        esac
    fi
    refuse_writable "$path"
    hand_over "$path"
}

hand_over() {
    case $1 in
        *[$'\n\r']*) undecided "the path of the program has a line break" ;;
    esac
    output binary "$1"
    output sha256 "$(sha256 "$1")"
}

# The platform as the release names it; nothing where there is no release for it.
target() {
    local os=${RUNNER_OS:-$(uname -s)} machine=${RUNNER_ARCH:-$(uname -m)}
    case $os:$machine in
        Linux:X64 | Linux:x86_64) echo x86_64-unknown-linux-musl ;;
        Linux:ARM64 | Linux:aarch64) echo aarch64-unknown-linux-musl ;;
        macOS:X64 | Darwin:x86_64) echo x86_64-apple-darwin ;;
        macOS:ARM64 | Darwin:arm64) echo aarch64-apple-darwin ;;
        Windows:X64) echo x86_64-pc-windows-msvc ;;
    esac
}

own_version() {
    sed -n 's/^version = "\(.*\)"$/\1/p' "$source_tree/Cargo.toml" | head -n 1
}

# The checksum that this checkout holds for a name; nothing where it has none.
known_sum() {
    awk -v name="$1" '$1 !~ /^#/ && $2 == name { print $1; exit }' "$here/checksums.txt"
}

# Downloads the release of a version; false where no checksum is known for it.
download() {
    local version=$1 name archive archive_sum binary_sum folder url
    name=tokenleash-$version-$(target)
    archive=$name.tar.gz
    archive_sum=$(known_sum "$archive")
    binary_sum=$(known_sum "$name")
    if [ -z "$archive_sum" ] || [ -z "$binary_sum" ] || [ -z "${GITHUB_ACTION_REPOSITORY:-}" ]; then
        return 1
    fi
    folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/tokenleash.XXXXXX")
    url=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_ACTION_REPOSITORY/releases/download/v$version/$archive
    curl --proto '=https' --tlsv1.2 --fail --silent --show-error --location --retry 3 \
        --output "$folder/$archive" "$url" || undecided "the release could not be downloaded"
    [ "$(sha256 "$folder/$archive")" = "$archive_sum" ] ||
        undecided "the release is not what its checksum says"
    tar -xzf "$folder/$archive" -C "$folder"
    local program=$folder/tokenleash
    [ -f "$program" ] || program=$folder/tokenleash.exe
    [ "$(sha256 "$program")" = "$binary_sum" ] ||
        undecided "the program in the release is not what its checksum says"
    hand_over "$program"
}

# Builds the action's own checkout. It starts there, so that no cargo configuration of the workspace is read.
build() {
    local folder program home=
    if [ -n "${GITHUB_ACTION_REPOSITORY:-}" ]; then
        home=${GITHUB_SERVER_URL:-https://github.com}/$GITHUB_ACTION_REPOSITORY
    fi
    command -v cargo >/dev/null 2>&1 ||
        undecided "no release with a known checksum fits, and there is no cargo to build one"
    folder=$(mktemp -d "${RUNNER_TEMP:-/tmp}/tokenleash.XXXXXX")
    (
        cd -- "$source_tree"
        env -u RUSTC -u RUSTC_WRAPPER -u RUSTC_WORKSPACE_WRAPPER -u RUSTFLAGS -u CARGO_ENCODED_RUSTFLAGS \
            -u CARGO_BUILD_TARGET -u CARGO_BUILD_RUSTC_WRAPPER TOKENLEASH_HOME="$home" \
            cargo build --release --locked --bin tokenleash --target-dir "$folder" 1>&2
    ) || undecided "tokenleash could not be built from the action's own checkout"
    program=$folder/release/tokenleash
    [ -f "$program" ] || program=$program.exe
    hand_over "$program"
}

if [ -n "${TOKENLEASH_BINARY:-}" ]; then
    use_binary "$TOKENLEASH_BINARY"
    exit
fi
version=${TOKENLEASH_VERSION:-$(own_version)}
version=${version#v}
case $version in
    '' | *[!0-9A-Za-z.+-]*) undecided "the input version is no version" ;;
esac
if ! download "$version"; then
    echo "::notice title=tokenleash::no checksum is known for that release, so $(own_version) is built from the action's own checkout"
    build
fi
