#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# What the model costs, within its bounds: see speed_model.c.

echo "TAP version 13"
echo "1..1"
if ../../build/tests/unit/speed_model >/tmp/model_cost.$$ 2>&1; then
	result=ok
else
	result="not ok"
fi
sed 's/^/# /' /tmp/model_cost.$$
rm -f /tmp/model_cost.$$
echo "$result 1 memory and instructions of the model"
[ "$result" = ok ]
