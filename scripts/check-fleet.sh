#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC1091,SC2154,SC2016 # the library's; Grafana's $
#
# What others make of ipctrace: Debian's Prometheus asks ipctrace metrics on the
# loopback, promtool tests each alert, and what each panel of the dashboard asks is
# asked. Ends with "N passed, N failed, N skipped". make check-fleet sets up what this
# needs. No guest, nothing but the loopback, five minutes at most.

set -u

cd "$(dirname "$0")/.." || exit 1
. scripts/steps.sh

tmp=$(mktemp -d) || exit 1
pids=
clean_up() {
	for pid in $pids; do
		kill "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	rm -rf "$tmp"
}
trap clean_up EXIT
trap 'exit 1' HUP INT TERM

rules=scripts/system/prometheus
dashboard=scripts/system/grafana/ipctrace.json
tests=0
bad=0

# check NAME COMMAND...: a line of TAP
# shellcheck disable=SC2317 # called by step
check() {
	test=$1
	shift
	tests=$((tests + 1))
	if "$@" >"$tmp/got" 2>&1; then
		echo "ok $tests $test"
	else
		echo "not ok $tests $test"
		head -n 20 "$tmp/got" | sed 's/^/# /'
		bad=$((bad + 1))
	fi
}

# end: the plan
# shellcheck disable=SC2317
end() {
	echo "1..$tests"
	[ $bad -eq 0 ]
}

# Each alert is in a test that wants it, and in one that wants none.
# shellcheck disable=SC2317
all_tested() {
	sed -n 's/.*- alert: //p' $rules/ipctrace.rules.yml | while read -r alert; do
		grep -q "alertname: $alert, exp_alerts: \[\]" $rules/ipctrace.test.yml &&
			grep -q "alertname: $alert\$" $rules/ipctrace.test.yml ||
			echo "no test: $alert"
	done >"$tmp/untested"
	cat "$tmp/untested"
	[ ! -s "$tmp/untested" ]
}

# A name that nobody tells is no error to Prometheus.
# shellcheck disable=SC2317
names_exist() {
	grep -oh 'ipctrace_[a-z_]*' $rules/ipctrace.rules.yml $dashboard | sort -u |
	while read -r metric; do
		grep -q "^${metric}[ {]" "$tmp/text" || echo "no $metric"
	done >"$tmp/unknown"
	cat "$tmp/unknown"
	[ ! -s "$tmp/unknown" ]
}

# shellcheck disable=SC2317
promtool_checks() {
	tests=0 bad=0
	check "the rules" promtool check rules $rules/ipctrace.rules.yml
	check "each alert, when it comes and when not" \
		promtool test rules $rules/ipctrace.test.yml
	check "none is without a test" all_tested
	build/ipctrace metrics --once -i "$tmp/capture" >"$tmp/text"
	check "rules and dashboard name what there is" names_exist
	check "the metrics" sh -c "promtool check metrics <$tmp/text 2>&1 | tee $tmp/said
		[ ! -s $tmp/said ]"
	end
}

# ---- The real one ------------------------------------------------------------------

# ask QUERY: its answer, from Prometheus
ask() {
	curl -s -m 20 --data-urlencode "query=$1" "http://127.0.0.1:$web/api/v1/query" \
		>"$tmp/answer"
}

# value QUERY: the one that there is
# shellcheck disable=SC2317
value() {
	ask "$1" && jq -r '.data.result[0].value[1]' "$tmp/answer"
}

# within SECONDS COMMAND...
within() {
	left=$1
	shift
	while ! "$@"; do
		left=$((left - 1))
		[ "$left" -gt 0 ] || return
		sleep 1
	done
}

# shellcheck disable=SC2317
is() {
	[ "$(value "$1")" = "$2" ] || { cat "$tmp/answer"; return 1; }
}

free_ports() {
	/usr/bin/python3 -c 'import socket
all = [socket.socket() for i in range(2)]
for s in all: s.bind(("127.0.0.1", 0))
print(*(s.getsockname()[1] for s in all))'
}

start() {
	build/ipctrace metrics -i "$tmp/capture" --listen "$port" &
	pids="$pids $!"
	cat >"$tmp/prometheus.yml" <<-END
		global: {scrape_interval: 2s, evaluation_interval: 2s}
		rule_files: [$PWD/$rules/ipctrace.rules.yml]
		scrape_configs:
		  - job_name: ipctrace
		    static_configs: [{targets: ["127.0.0.1:$port"]}]
	END
	prometheus --config.file="$tmp/prometheus.yml" --storage.tsdb.path="$tmp/data" \
		--web.listen-address="127.0.0.1:$web" >"$tmp/prometheus.log" 2>&1 &
	pids="$pids $!"
}

# As many samples as ipctrace prints
# shellcheck disable=SC2317
all_samples() {
	is 'scrape_samples_scraped{job="ipctrace"}' "$(grep -vc '^#' "$tmp/text")"
}

# shellcheck disable=SC2317
quick() {
	value 'scrape_duration_seconds{job="ipctrace"}'
	is 'count({__name__=~"ipctrace_.+"}) < 1000' \
		"$(value 'count({__name__=~"ipctrace_.+"})')"
}

# What a panel asks, with Grafana's variables as it would fill them in
# shellcheck disable=SC2317
panel() {
	query=$(printf '%s' "$1" | sed 's/\$__rate_interval/1m/g; s/\$instance/.*/g')
	ask "$query" && cat "$tmp/answer" &&
		jq -e '.status == "success" and (.warnings | not)' "$tmp/answer"
}

# shellcheck disable=SC2317
panels() {
	jq -r '.panels[] | .title as $title | .targets[] | [$title, .expr] | @tsv' \
		"$dashboard" >"$tmp/panels"
	check "the dashboard has panels" [ "$(wc -l <"$tmp/panels")" -ge 12 ]
	while IFS='	' read -r title query; do
		check "panel $title: $query" panel "$query"
		case $title in
		Calls | Objects* | Bytes* | *processor | *blocked\ call | Blocked*)
			check "it shows something" \
				jq -e '.data.result | length > 0' "$tmp/answer" ;;
		esac
	done <"$tmp/panels"
}

# shellcheck disable=SC2317
rules_healthy() {
	curl -s -m 20 "http://127.0.0.1:$web/api/v1/rules" >"$tmp/answer"
	cat "$tmp/answer"
	jq -e '[.data.groups[].rules[]] | length == 9 and all(.health == "ok")' \
		"$tmp/answer"
}

# shellcheck disable=SC2317
prometheus_asks() {
	tests=0 bad=0
	check "it is asked" within 60 is 'up{job="ipctrace"}' 1
	check "all samples arrive" within 20 all_samples
	check "fewer than 1,000 series" quick
	# The story "leak"
	check "objects are those of the capture" is 'sum(ipctrace_objects{kind="shm"})' 5
	check "rates can be had" within 30 is \
		'count(rate(ipctrace_calls_total[1m]))' "$(grep -c '^ipctrace_calls_total' "$tmp/text")"
	panels
	check "it can evaluate each alert" within 30 rules_healthy
	grep -i 'level=\(warn\|error\)' "$tmp/prometheus.log" >"$tmp/warnings"
	check "it has no complaints" sh -c "cat $tmp/warnings; [ ! -s $tmp/warnings ]"
	end
}

build/tests/unit/stories leak "$tmp/capture" || exit 1
# shellcheck disable=SC2046 # two words
set -- $(free_ports)
port=$1
web=$2
start
step promtool promtool_checks
step prometheus prometheus_asks
finish
