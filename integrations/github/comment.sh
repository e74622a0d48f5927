#!/usr/bin/env bash
# Write the comment on the pull request, or bring the one from before up to date. What goes wrong
# here is a warning: the verdict does not hang on it.
source "${BASH_SOURCE[0]%/*}/common.sh"

[[ -n $GH_TOKEN && -n $MARKDOWN && $NUMBER =~ ^[0-9]+$ ]] || exit 0

# A marker can be copied: only a comment that this token wrote is ours.
# shellcheck disable=SC2016
QUERY='query($owner: String!, $name: String!, $number: Int!, $endCursor: String) {
  repository(owner: $owner, name: $name) {
    pullRequest(number: $number) {
      comments(first: 100, after: $endCursor) {
        nodes { id body viewerDidAuthor }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}'
OURS='.data.repository.pullRequest.comments.nodes[]
  | select(.viewerDidAuthor and (.body | startswith("<!-- llmchoose check -->"))) | .id'
# shellcheck disable=SC2016
UPDATE='mutation($id: ID!, $body: String!) {
  updateIssueComment(input: {id: $id, body: $body}) { issueComment { id } }
}'

post() {
  local found id
  found=$(gh api graphql --paginate -f query="$QUERY" -f owner="${GITHUB_REPOSITORY%%/*}" \
    -f name="${GITHUB_REPOSITORY#*/}" -F number="$NUMBER" --jq "$OURS") || return 1
  id=${found%%$'\n'*}
  if [[ -n $id ]]; then
    gh api graphql --silent -f query="$UPDATE" -f id="$id" -F body=@"$MARKDOWN"
  elif [[ $OUTCOME != passed || $PROPOSALS != 0 ]]; then
    gh api --silent "repos/$GITHUB_REPOSITORY/issues/$NUMBER/comments" -F body=@"$MARKDOWN"
  fi
}

server=${GITHUB_SERVER_URL:-https://github.com}
export GH_HOST=${server#*://} GH_ENTERPRISE_TOKEN=$GH_TOKEN
cd -- "$RUNNER_TEMP" # gh would read the workspace's git configuration
post || printf '::warning title=llmchoose check::%s\n' \
  "The comment could not be written: does the token have pull-requests: write? (On a pull request from a fork it never has.) The summary of the job shows the report."
