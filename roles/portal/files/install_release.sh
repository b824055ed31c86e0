#!/bin/sh
# Build /opt/portal/releases/VERSION from /opt/portal/bundles/VERSION.tar: no index, every file by its hash.
# Half a release is never used: `.complete` is written last, and a release without it is built anew.
set -eu
version=$1
kept=$2
release=/opt/portal/releases/$version
unpacked=$(mktemp -d /opt/portal/bundles/unpacked.XXXXXX)
trap 'rm -rf "$unpacked"' EXIT

tar --extract --no-same-owner --file "/opt/portal/bundles/$version.tar" --directory "$unpacked"
rm -rf "$release"
python3 -m venv "$release"
cd "$unpacked"
# Compiled afterwards on every processor: pip compiles on one.
"$release/bin/pip" install --quiet --disable-pip-version-check --no-index --no-deps --no-compile --no-cache-dir \
    --require-hashes --requirement requirements.txt
"$release/bin/python" -m compileall -q -j 0 "$release/lib"
cp MANIFEST.json "$release/"
sync --file-system "$release"
touch "$release/.complete"
rm -f "/opt/portal/bundles/$version.tar"

# Forget releases older than those that are kept; never the one in use, never this one.
in_use=$(readlink -f /opt/portal/current || true)
find /opt/portal/releases -mindepth 1 -maxdepth 1 -type d -printf '%T@ %p\n' | sort -rn | cut -d' ' -f2- |
    grep -vxF -e "$release" -e "${in_use:-$release}" | tail -n "+$kept" | xargs -r rm -rf --
