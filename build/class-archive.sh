#!/bin/sh
# Makes an archive of loaded classes with which the faultline command starts in less time: without arguments that of this
# checkout, cli/target/faultline.jsa; or
#   class-archive.sh COMMAND ARCHIVE
# Which classes are in it is learned by running commands, and kept beside it. Without it, all works, but slower.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
faultline=${1:-$root/faultline}
archive=${2:-$root/cli/target/faultline.jsa}
classes=${archive%.jsa}.classes
lists=${archive%.jsa}.lists
export FAULTLINE_NO_BUILD=1

# train ARGUMENTS...: runs a command, and the processes it starts, and notes which classes they load.
train() {
    JAVA_TOOL_OPTIONS="-XX:DumpLoadedClassList=$lists/%p.lst" timeout 60 "$faultline" "$@" >/dev/null 2>&1 || true
}

rm -f "$archive"
if [ ! -s "$classes" ]; then
    mkdir -p "$lists"
    train --help
    train --version
    train migrate --help
    train simulate --migrations 20
    train demo --memory 64M --working-set 16M --cold-set 8M
    # Ids are of one process, and what other loaders loaded cannot be archived; classes come before what is said of them.
    cat "$lists"/*.lst | grep -v -e '^#' -e 'source:' | sed 's/ id: [0-9]*//' | awk '!seen[$0]++' >"$lists/all"
    # Nor can an old class that was linked: picocli's are of Java 5, and what is said of a class links it.
    { grep -v '^@' "$lists/all"; grep '^@' "$lists/all" | grep -v picocli; } >"$classes"
    rm -rf "$lists"
fi
FAULTLINE_JAVA_OPTS="-Xshare:dump -XX:SharedClassListFile=$classes -XX:SharedArchiveFile=$archive.new -Xlog:disable" \
    "$faultline" >/dev/null 2>&1 && mv "$archive.new" "$archive" || rm -f "$archive.new"
