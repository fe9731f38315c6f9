#!/bin/sh
set -e
  fly tokens create org my-org
