#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# json_schema.py SCHEMA FILE...: JSON lines against a JSON schema. Prints how many
# there were, and each that is wrong, with what is wrong in it. Status 1 if any is,
# or if there are none.

import json
import sys

import jsonschema

with open(sys.argv[1]) as file:
    schema = json.load(file)
validator = jsonschema.validators.validator_for(schema)
validator.check_schema(schema)
validator = validator(schema)

lines = wrong = 0
for name in sys.argv[2:]:
    with open(name) as file:
        for number, line in enumerate(file, 1):
            lines += 1
            errors = list(validator.iter_errors(json.loads(line)))
            if errors:
                wrong += 1
                print(f"{name}:{number}: {line.rstrip()}")
            for error in errors:
                print(f"    {error.json_path}: {error.message}")
print(f"{lines} lines, {wrong} wrong")
sys.exit(bool(wrong) or not lines)
