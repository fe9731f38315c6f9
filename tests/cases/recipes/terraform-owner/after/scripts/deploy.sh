#!/bin/sh
fly tokens create org \
  my-org
