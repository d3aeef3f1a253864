# Sourced by ./dev and ./faultline. Sets JAVA_HOME to a JDK 25, of whatever vendor, or says what to do.

is_jdk_25() {
    [ -n "$1" ] && [ -x "$1/bin/javac" ] && grep -Eq '^JAVA_VERSION="25[".+-]' "$1/release" 2>/dev/null
}

find_jdk() {
    for jdk in "${JAVA_HOME:-}" "${JAVA25_HOME:-}" "${JAVA_HOME_25_X64:-}" "${JAVA_HOME_25_ARM64:-}"; do
        if is_jdk_25 "$jdk"; then
            JAVA_HOME=$jdk
            export JAVA_HOME
            return 0
        fi
    done
    for base in /usr/lib/jvm /usr/java /opt /opt/java "$HOME/.sdkman/candidates/java" "$HOME/.jdks"; do
        for jdk in "$base"/*25*; do
            if is_jdk_25 "$jdk"; then
                JAVA_HOME=$jdk
                export JAVA_HOME
                return 0
            fi
        done
    done
    echo "Faultline needs a JDK 25 and found none: install one (Temurin, say) or set JAVA_HOME to it." >&2
    return 1
}

need_maven() {
    command -v mvn >/dev/null 2>&1 && return 0
    echo "Faultline is built with Maven and found no mvn on the PATH: install Maven 3.8.7 or newer." >&2
    return 1
}

# Maven's own libraries use sun.misc.Unsafe, of which JDK 25 would warn at each start.
quiet_maven() {
    MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}"
    export MAVEN_OPTS
}

# Builds of one checkout wait for each other: file descriptor 9 holds a lock on its root directory.
# Call as: lock_build ROOT [-n]
lock_build() {
    exec 9<"$1" && flock ${2:+"$2"} 9
}
