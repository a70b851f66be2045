#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
#
# json_schema.py SCHEMA FILE...: JSON lines against a JSON schema. Prints how many
# there were, and each that is wrong, with what is wrong in it. Status 1 if any is,
# or if there are none.
#
# Needs Python alone. It knows the keywords that our schema uses, and refuses
# others. Where the module jsonschema is installed, that has to agree on each line.

import json
import re
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None

TYPES = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}
SAY_NOTHING = {"$schema", "title", "description"}


def listed(types):
    return [types] if isinstance(types, str) else types


# ---- What is wrong with a value: a list of "where: what" --------------------------

def check_type(types, value, where, schema):
    if not any(TYPES[name](value) for name in listed(types)):
        yield f"{where}: is no {' or '.join(listed(types))}"


def check_const(const, value, where, schema):
    if value != const:
        yield f"{where}: is not {const!r}"


def check_enum(words, value, where, schema):
    if value not in words:
        yield f"{where}: is none of {words}"


def check_pattern(pattern, value, where, schema):
    if isinstance(value, str) and not re.search(pattern, value):
        yield f"{where}: is not like {pattern}"


def check_properties(properties, value, where, schema):
    if isinstance(value, dict):
        for name in properties.keys() & value.keys():
            yield from wrong(properties[name], value[name], f"{where}.{name}")


def check_additional(allowed, value, where, schema):
    assert allowed is False
    if isinstance(value, dict):
        for name in value.keys() - schema.get("properties", {}).keys():
            yield f"{where}: has {name}"


def check_required(names, value, where, schema):
    if isinstance(value, dict):
        for name in names:
            if name not in value:
                yield f"{where}: has no {name}"


def check_items(item, value, where, schema):
    if isinstance(value, list):
        for i, inner in enumerate(value):
            yield from wrong(item, inner, f"{where}[{i}]")


def check_any_of(choices, value, where, schema):
    found = [list(wrong(choice, value, where)) for choice in choices]
    if all(found):
        yield f"{where}: is none of {len(choices)} choices"
        yield from (error for errors in found for error in errors)


def check_all_of(parts, value, where, schema):
    for part in parts:
        yield from wrong(part, value, where)


def check_if(condition, value, where, schema):
    branch = "else" if any(wrong(condition, value, where)) else "then"
    yield from wrong(schema.get(branch, {}), value, where)


CHECKS = {
    "type": check_type,
    "const": check_const,
    "enum": check_enum,
    "pattern": check_pattern,
    "properties": check_properties,
    "additionalProperties": check_additional,
    "required": check_required,
    "items": check_items,
    "anyOf": check_any_of,
    "allOf": check_all_of,
    "if": check_if,
    "then": lambda *_: (),
    "else": lambda *_: (),
}


def wrong(schema, value, where):
    for keyword, argument in schema.items():
        if keyword in SAY_NOTHING or keyword.startswith("x-"):
            continue
        if keyword not in CHECKS:
            sys.exit(f"{sys.argv[0]}: the schema has an unknown keyword: {keyword}")
        yield from CHECKS[keyword](argument, value, where, schema)


# ---- All lines ---------------------------------------------------------------------

def main(name, files):
    with open(name) as file:
        schema = json.load(file)
    other = None
    if jsonschema:
        other = jsonschema.validators.validator_for(schema)
        other.check_schema(schema)
        other = other(schema)

    lines = bad = 0
    for name in files:
        with open(name) as file:
            for number, line in enumerate(file, 1):
                value = json.loads(line)
                errors = list(wrong(schema, value, ""))
                if other and other.is_valid(value) == bool(errors):
                    errors.append("jsonschema does not agree")
                lines += 1
                if errors:
                    bad += 1
                    print(f"{name}:{number}: {line.rstrip()}")
                for error in errors:
                    print(f"    {error}")
    print(f"{lines} lines, {bad} wrong")
    return bool(bad) or not lines


sys.exit(main(sys.argv[1], sys.argv[2:]))
