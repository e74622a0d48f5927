#!/usr/bin/env bash
# Install llmchoose from the action's own checkout, at the versions of its requirements.lock, into a
# virtual environment that nothing else of the job sees.
# Python runs isolated (-I): modules that lie in the workspace must not be taken for its own.
source "${BASH_SOURCE[0]%/*}/common.sh"
TITLE='llmchoose was not installed'

new_enough() {
  "$1" -I -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null
}

if [[ -n ${LLMCHOOSE_PYTHON:-} ]]; then
  "$LLMCHOOSE_PYTHON" -I -c 'import llmchoose' ||
    stop "$TITLE" "LLMCHOOSE_PYTHON is $LLMCHOOSE_PYTHON, which cannot import llmchoose."
  output python "$LLMCHOOSE_PYTHON"
  exit
fi

python=
for name in python3 python3.13 python3.12 python3.11 python; do
  if new_enough "$name"; then
    python=$name
    break
  fi
done
[[ -n $python ]] ||
  stop "$TITLE" 'It takes Python 3.11 or later: put actions/setup-python before this action.'
[[ $INPUT_EXTRAS =~ ^[a-z,]*$ ]] || stop "$TITLE" 'extras are names such as: policy'

venv=$(mktemp -d "$RUNNER_TEMP/llmchoose.XXXXXX")
"$python" -I -m venv "$venv"
"$venv/bin/python" -I -m pip install --quiet --disable-pip-version-check --no-input --no-compile \
  --constraint "$GITHUB_ACTION_PATH/requirements.lock" \
  "$GITHUB_ACTION_PATH${INPUT_EXTRAS:+[$INPUT_EXTRAS]}" ||
  stop "$TITLE" 'pip could not install it; the log of this step says why.'
output python "$venv/bin/python"
