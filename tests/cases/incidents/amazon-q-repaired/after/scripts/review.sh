#!/bin/sh
q chat "review the change"
