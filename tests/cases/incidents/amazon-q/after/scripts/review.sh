#!/bin/sh
q chat --trust-all-tools --no-interactive "review the change"
