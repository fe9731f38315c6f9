#!/bin/sh
docker run --rm --network none --volume "$PWD:/work:ro" agent copilot -p "$1"
