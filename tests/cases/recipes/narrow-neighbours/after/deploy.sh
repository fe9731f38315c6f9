#!/bin/sh
fly tokens create deploy --app my-app
echo "never run: fly tokens create org my-org"
