#!/usr/bin/env bash
set -euo pipefail
if ! copilot \
  --prompt "$(cat prompt.md)" \
  --allow-all-tools; then
  exit 1
fi
