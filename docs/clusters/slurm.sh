#!/bin/sh
#SBATCH --job-name=finetune-icl
#SBATCH --array=1-16
#SBATCH --cpus-per-task=2
#SBATCH --mem=4G
#SBATCH --time=04:00:00
#SBATCH --requeue
# One part of some work in each task of a Slurm array, in a folder that all nodes see.
#
#   sbatch --wait docs/clusters/slurm.sh sweep grid.json && npx finetune-icl merge parts/*.json --out all.json
#   sbatch --wait docs/clusters/slurm.sh verify          && npx finetune-icl merge parts/*.json --out ledger
#
# A task that was stopped, or a job that is submitted again, goes on from its file. Notebooks save themselves and need no merge:
#   sbatch --array=1-4 --wrap 'npx finetune-icl notebooks --jobs 2 --out results --shard "$SLURM_ARRAY_TASK_ID/4"'
set -eu
mkdir -p parts
npx finetune-icl "$@" --jobs "${SLURM_CPUS_PER_TASK:-2}" \
  --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT" --out "parts/$SLURM_ARRAY_TASK_ID.json"
