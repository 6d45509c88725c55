"""Expands SAM templates as AWS does: `expand.py name=path …` prints {name: template} as JSON."""

import json
import logging
import os
import sys

os.environ.setdefault("AWS_DEFAULT_REGION", "eu-central-1")
logging.disable(logging.CRITICAL)

from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse


class NoManagedPolicies:
    """Every function has its own role, so no managed policy is ever looked up."""

    def load(self):
        return {}


expanded = {}
for argument in sys.argv[1:]:
    name, path = argument.split("=", 1)
    with open(path, encoding="utf-8") as file:
        template = yaml_parse(file.read())
    # A path on disk is fine for packaging, not for the transform; any address in a bucket has the same shape.
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            resource["Properties"]["CodeUri"] = "s3://artifacts/" + name
    expanded[name] = transform(template, {}, NoManagedPolicies())
json.dump(expanded, sys.stdout)
