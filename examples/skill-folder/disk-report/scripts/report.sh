#!/bin/sh
# The ten largest directories below the one that is named, in kibibytes.
set -eu
du -k "${1:?name a directory}" | sort -rn | head -n 10
