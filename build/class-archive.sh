#!/bin/sh
# Makes cli/target/faultline.jsa, an archive of loaded classes with which the faultline command starts in less time.
# Which classes are in it is learned once per build directory, by running commands. Without it, all works, but slower.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
target=$root/cli/target
lists=$target/class-lists
archive=$target/faultline.jsa
export FAULTLINE_NO_BUILD=1

# train ARGUMENTS...: runs a command, and the processes it starts, and notes which classes they load.
train() {
    JAVA_TOOL_OPTIONS="-XX:DumpLoadedClassList=$lists/%p.lst" timeout 60 "$root/faultline" "$@" >/dev/null 2>&1 || true
}

rm -f "$archive"
if [ ! -s "$target/classes.lst" ]; then
    mkdir -p "$lists"
    train --help
    train simulate --migrations 20
    train demo --memory 64M --working-set 16M --cold-set 8M
    # Ids are of one process, and what other loaders loaded cannot be archived; classes come before what is said of them.
    cat "$lists"/*.lst | grep -v -e '^#' -e 'source:' | sed 's/ id: [0-9]*//' | awk '!seen[$0]++' >"$lists/all"
    { grep -v '^@' "$lists/all"; grep '^@' "$lists/all"; } >"$target/classes.lst"
    rm -rf "$lists"
fi
FAULTLINE_JAVA_OPTS="-Xshare:dump -XX:SharedClassListFile=$target/classes.lst -XX:SharedArchiveFile=$archive.new -Xlog:disable" \
    "$root/faultline" >/dev/null 2>&1 && mv "$archive.new" "$archive" || rm -f "$archive.new"
