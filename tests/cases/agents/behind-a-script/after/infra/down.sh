#!/bin/sh
set -eu
terraform destroy -auto-approve
