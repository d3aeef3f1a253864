#!/bin/sh
# Makes cli/target/dist/faultline-VERSION-linux-ARCH.tar.gz of what is built: the command with a Java of its own, its archive
# of loaded classes, completions and man pages. It runs wherever it is unpacked, without a JDK.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/build/find-jdk.sh"
find_jdk

# What our modules and jackson-databind ask for, which the JVM checks at each start; and jdk.unsupported, which lz4-java uses
# and, being no module, does not ask for.
modules=java.base,java.logging,java.naming,java.xml,jdk.unsupported

set -- "$root"/cli/target/app/faultline-cli-*.jar
[ -f "$1" ] || { echo "Nothing is built that could be packed: run ./dev dist, or ./dev build before." >&2; exit 1; }
version=${1##*/faultline-cli-}
name=faultline-${version%.jar}-linux-$(uname -m)
out=$root/cli/target/dist
home=$out/$name
# All files have the time of the build's jars, so that the same sources give the same archive.
time=$(sed -n 's|.*<project.build.outputTimestamp>\(.*\)</project.build.outputTimestamp>.*|\1|p' "$root/pom.xml")

rm -rf "$out"
mkdir -p "$home/lib"
"$JAVA_HOME/bin/jlink" --add-modules "$modules" --output "$home/lib/runtime" \
    --strip-java-debug-attributes --no-header-files --no-man-pages
cp -R "$root/cli/target/app" "$home/lib/app"
cp -R "$root/cli/src/dist/bin" "$home/bin"
cp "$root/build/run-java.sh" "$home/lib"
cp -R "$root/LICENSE" "$root/README.md" "$root/ARCHITECTURE.md" "$root/CHANGELOG.md" "$root/docs" "$home"
"$home/bin/faultline" write-manual "$home/share"

# The archive of classes knows each jar by its time: it is set before, and tar keeps it.
find "$home" -exec touch -h -d "$time" {} +
"$root/build/class-archive.sh" "$home/bin/faultline" "$out/faultline.jsa"
[ -f "$out/faultline.jsa" ] || { echo "The archive of loaded classes could not be made." >&2; exit 1; }
mv "$out/faultline.jsa" "$home/lib"

tar -C "$out" --sort=name --mtime="$time" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w -cf - "$name" |
    gzip -n >"$out/$name.tar.gz.new"
mv "$out/$name.tar.gz.new" "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
