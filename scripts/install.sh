#!/usr/bin/env bash
# Install the project, editable, into a virtual environment: install.sh BIN_DIR SPEC
# torch comes first and as a CPU build: the default build brings several GB of CUDA along.
set -euo pipefail
bin=$1 spec=$2
if ! "$bin/python" -c 'import torch' 2>/dev/null; then
  "$bin/python" -m pip install --quiet 'torch==2.13.0' ||
    { echo "torch 2.13.0 could not be installed; see README.md, 安装." >&2; exit 2; }
fi
"$bin/python" -m pip install --quiet --editable "$spec"
