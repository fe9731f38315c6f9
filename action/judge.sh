#!/usr/bin/env bash
# Runs `tokenleash ci` with the action's inputs, and fails as `fail` says.
# In: TOKENLEASH_* as action.yml sets them. Out: the outputs that tokenleash writes, a SARIF file, and the exit code.
set -euo pipefail

here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/common.sh
. "$here/common.sh"

# The two modes of one job keep their files apart, so that none is uploaded in the other's place.
mode=${TOKENLEASH_MODE:-changes}
file=tokenleash.sarif
[ "$mode" = changes ] || file=tokenleash-run.sarif
sarif=${TOKENLEASH_SARIF:-${RUNNER_TEMP:-/tmp}/$file}

# Writes the SARIF file of a run without an outcome. The output stays empty: whoever uploaded a file without results would
# close every alert. A link, or whatever is no plain file, is left alone.
write_empty_sarif() {
    if [ -L "$sarif" ] || { [ -e "$sarif" ] && [ ! -f "$sarif" ]; }; then
        return
    fi
    # shellcheck disable=SC2016 # `$schema` is a key
    printf '%s' '{"$schema":"https://json.schemastore.org/sarif-2.1.0.json","version":"2.1.0","runs":[{"tool":{"driver":' \
        '{"name":"tokenleash","rules":[]}},"invocations":[{"executionSuccessful":false,"exitCode":2,' \
        '"toolExecutionNotifications":[{"level":"error","message":{"text":"' "$1" '."}}]}],"results":[]}]}' \
        2>/dev/null >"$sarif" || true
}

# Writes the outputs of a run that never came to speak, and ends. The text must be ours alone.
no_outcome() {
    write_empty_sarif "$1"
    output sarif ''
    output verdict undecided
    output exit-code 2
    undecided "$1"
}

case $sarif in
    *[$'\n\r']*)
        sarif=/dev/null
        no_outcome "the input sarif has a line break"
        ;;
esac
program=${TOKENLEASH_INSTALLED:-}
[ -n "$program" ] || no_outcome "tokenleash is not installed"
# Nothing may have come between the check of the program and its use.
[ "$(sha256 "$program")" = "${TOKENLEASH_SHA256:-}" ] || no_outcome "the program changed after it was checked"

case ${TOKENLEASH_FAIL:-true} in
    true | false) ;;
    *) no_outcome "the input fail is neither true nor false" ;;
esac
case $mode in
    changes | run) ;;
    *) no_outcome "the input mode is neither changes nor run" ;;
esac
case ${TOKENLEASH_FAIL_ON:-introduced} in
    introduced | existing) ;;
    *) no_outcome "the input fail-on is neither introduced nor existing" ;;
esac
arguments=(ci "--mode=$mode" "--fail-on=${TOKENLEASH_FAIL_ON:-introduced}" "--sarif=$sarif")
case ${TOKENLEASH_FETCH:-false} in
    true) arguments+=(--fetch) ;;
    false) ;;
    *) no_outcome "the input fetch is neither true nor false" ;;
esac
if [ -n "${TOKENLEASH_CONFIG:-}" ]; then
    [ "$mode" = changes ] || no_outcome "the input config has no meaning in the mode run"
    arguments+=("--config=$TOKENLEASH_CONFIG")
fi

# A step before this one may have pointed Git at another repository.
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH
code=0
"$program" "${arguments[@]}" || code=$?
case $code in
    0 | 1 | 2) ;;
    *) no_outcome "tokenleash ended without an outcome" ;;
esac
if ! grep -q '^exit-code<<' "$GITHUB_OUTPUT" 2>/dev/null; then
    no_outcome "tokenleash ended before it judged anything"
fi
if [ "${TOKENLEASH_FAIL:-true}" = false ]; then
    exit 0
fi
exit "$code"
