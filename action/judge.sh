#!/usr/bin/env bash
# Runs `tokenleash ci` with the action's inputs, and fails as `fail` says.
# In: TOKENLEASH_* as action.yml sets them. Out: the outputs that tokenleash writes, and the exit code.
set -euo pipefail

here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=action/common.sh
. "$here/common.sh"

# Writes the outputs of a run that never came to speak, and ends.
no_outcome() {
    output sarif ''
    output verdict undecided
    output exit-code 2
    undecided "$1"
}

program=${TOKENLEASH_INSTALLED:-}
[ -n "$program" ] || no_outcome "tokenleash is not installed"
# Nothing may have come between the check of the program and its use.
[ "$(sha256 "$program")" = "${TOKENLEASH_SHA256:-}" ] || no_outcome "the program changed after it was checked"

case ${TOKENLEASH_FAIL:-true} in
    true | false) ;;
    *) no_outcome "the input fail is neither true nor false" ;;
esac
arguments=(ci "--mode=${TOKENLEASH_MODE:-changes}" "--fail-on=${TOKENLEASH_FAIL_ON:-introduced}")
case ${TOKENLEASH_FETCH:-false} in
    true) arguments+=(--fetch) ;;
    false) ;;
    *) no_outcome "the input fetch is neither true nor false" ;;
esac
sarif=${TOKENLEASH_SARIF:-${RUNNER_TEMP:-/tmp}/tokenleash.sarif}
case $sarif in
    *[$'\n\r']*) no_outcome "the input sarif has a line break" ;;
esac
arguments+=("--sarif=$sarif")
if [ -n "${TOKENLEASH_CONFIG:-}" ]; then
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
