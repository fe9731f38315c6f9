#!/bin/sh
copilot -p "$1" --allow-tool "shell(echo)" --allow-tool "shell(cat)"
