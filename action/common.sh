# Shared by the action's scripts: how they speak, and how they hash. Sourced, never run.
# shellcheck shell=bash

# Says why nothing was decided, and ends with the exit code for that. The text must be ours alone.
undecided() {
    echo "::error title=tokenleash::$1"
    exit 2
}

# Prints the SHA-256 of a file in hexadecimal digits.
sha256() {
    if command -v sha256sum >/dev/null 2>&1; then
        sha256sum <"$1" | cut -c 1-64
    else
        shasum -a 256 <"$1" | cut -c 1-64
    fi
}

# Prints the real path of a file or folder.
real_path() {
    local folder
    if [ -d "$1" ]; then
        (cd -P -- "$1" && pwd)
        return
    fi
    local path=$1 link count=0
    while [ -L "$path" ]; do
        count=$((count + 1))
        [ "$count" -le 40 ] || return 1
        link=$(readlink -- "$path")
        case $link in
            /*) path=$link ;;
            *) path=$(dirname -- "$path")/$link ;;
        esac
    done
    folder=$(cd -P -- "$(dirname -- "$path")" && pwd) || return 1
    printf '%s/%s\n' "${folder%/}" "$(basename -- "$path")"
}

# Adds an output of the step. The value must have no line break.
output() {
    local delimiter
    delimiter="tokenleash_$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
    printf '%s<<%s\n%s\n%s\n' "$1" "$delimiter" "$2" "$delimiter" >>"$GITHUB_OUTPUT"
}
