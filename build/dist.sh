#!/bin/sh
# Makes cli/target/dist/faultline-VERSION-linux-ARCH.tar.gz of what is built: the command with a Java of its own, its archive
# of loaded classes, completions and man pages. It runs wherever it is unpacked, without a JDK.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd -P)
. "$root/build/find-jdk.sh"
find_jdk

set -- "$root"/cli/target/app/faultline-cli-*.jar
[ -f "$1" ] || { echo "Nothing is built that could be packed: run ./dev dist, or ./dev build before." >&2; exit 1; }
version=${1##*/faultline-cli-}
name=faultline-${version%.jar}-linux-$(uname -m)
out=$root/cli/target/dist
home=$out/$name
# All files have the time of the build's jars, so that the same sources give the same archive.
time=$(sed -n 's|.*<project.build.outputTimestamp>\(.*\)</project.build.outputTimestamp>.*|\1|p' "$root/pom.xml")

# describe JAR MODULE: gives a jar that is no module the descriptor of one, which jlink asks for.
describe() {
    "$JAVA_HOME/bin/jdeps" --ignore-missing-deps --generate-module-info "$out/descriptors" "$1" >/dev/null
    "$JAVA_HOME/bin/javac" -Xlint:-module --patch-module "$2=$1" -d "$out/descriptors/$2" "$out/descriptors/$2/module-info.java"
    "$JAVA_HOME/bin/jar" --update --file "$1" -C "$out/descriptors/$2" module-info.class
}

rm -rf "$out"
mkdir -p "$home/lib"
cp -R "$root/cli/target/app" "$out/app"
describe "$out"/app/HdrHistogram-*.jar HdrHistogram
describe "$out"/app/lz4-java-*.jar org.lz4.java
# All modules are linked into the Java, and no jar is left: an archive of classes is valid elsewhere only for those of the
# Java itself. Debug attributes are kept, for they are ours, too: FAULTLINE_DEBUG would not say in which lines.
"$JAVA_HOME/bin/jlink" --module-path "$out/app" --add-modules dev.faultline.cli --output "$home/lib/runtime" \
    --no-header-files --no-man-pages
cp -R "$root/cli/src/dist/bin" "$home/bin"
cp "$root/build/run-java.sh" "$home/lib"
cp -R "$root/LICENSE" "$root/README.md" "$root/ARCHITECTURE.md" "$root/CHANGELOG.md" "$root/docs" "$home"
"$home/bin/faultline" write-manual "$home/share"

# The archive of classes knows the Java's modules by their time: it is set before, and tar keeps it.
find "$home" -exec touch -h -d "$time" {} +
"$root/build/class-archive.sh" "$home/bin/faultline" "$out/faultline.jsa"
[ -f "$out/faultline.jsa" ] || { echo "The archive of loaded classes could not be made." >&2; exit 1; }
mv "$out/faultline.jsa" "$home/lib"

tar -C "$out" --sort=name --mtime="$time" --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w -cf - "$name" |
    gzip -n >"$out/$name.tar.gz.new"
mv "$out/$name.tar.gz.new" "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
