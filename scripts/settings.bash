# shellcheck shell=bash disable=SC2034 # used by the scripts that source this
# What scripts/demo and scripts/down agree on. Each may be set from outside: the
# end-to-end test runs these very scripts in a folder and on a port of its own.
shopt -s inherit_errexit # a failure inside $(…) is one outside
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
DATA=${DATA:-/var/lib/ecc}           # everything ecc keeps
LISTEN=${LISTEN:-127.0.0.1:8773}     # the tenant endpoint
GUEST=${GUEST:-$top/build/guest.raw} # the image to run
ECC=${ECC:-$top/bin/ecc}             # the binary
HYPERVISOR=${HYPERVISOR:-libvirt}    # sim: the same without a guest to visit
ECC_ARGS=${ECC_ARGS:-}               # more flags of the server, as --set nc.zone=…
KEEP=${KEEP:-1}                      # 0: take everything away at the end
PURGE=${PURGE:-0}                    # 1: down deletes $DATA too
STATE=$DATA/demo                     # process numbers, logs, the ssh key

export AWS_PAGER='' AWS_EC2_METADATA_DISABLED=true
# A profile of the user's must not answer for the cloud made here.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null

# The aws CLI of Debian 12 does not read AWS_ENDPOINT_URL yet.
aws() { command aws --endpoint-url "http://$LISTEN" "$@"; }

# shellcheck source=scripts/processes.bash
. "$top/scripts/processes.bash"

# step TEXT: what comes next, on a line that stands out.
step() {
	if [ -t 2 ]; then printf '\n\033[1m%s\033[0m\n' "$*" >&2; else printf '\n== %s\n' "$*" >&2; fi
}

# healthy: the endpoint answers and every role is ready.
healthy() { curl -fsS -m 5 -o /dev/null "http://$LISTEN/_/health"; }

# use_cloud: endpoint and keys of the administrator, for the aws CLI.
use_cloud() {
	local exports
	exports=$("$ECC" env --data "$DATA") && eval "$exports"
}
