#!/bin/sh
# Divides one piece of work among the cores of one machine with GNU parallel (Debian: apt install parallel), and puts the
# parts together. After an interruption the same command goes on: parts that are whole end at once.
#
#   docs/clusters/parallel.sh OUT K COMMAND…
#   docs/clusters/parallel.sh all.json 16 sweep grid.json
#   docs/clusters/parallel.sh ledger 8 verify --seed 2
#   docs/clusters/parallel.sh tables 8 study models
#
# OUT is what the whole becomes: a file for sweep, a folder for study and verify. The parts lie in OUT.parts.
set -eu
out=$1 parts=$2
shift 2
mkdir -p "$out.parts"
# -q keeps the arguments of the command as they are.
seq "$parts" | parallel --will-cite -q \
  npx finetune-icl "$@" --jobs 1 --shard "{}/$parts" --out "$out.parts/{}.json"
npx finetune-icl merge "$out.parts"/*.json --out "$out"
