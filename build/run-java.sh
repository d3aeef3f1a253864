# Sourced by ./faultline, and by the launcher of the archive that ./dev dist makes.

# Becomes the faultline command. JavaCommand, which starts further processes, has the same options.
# run_java JAVA APP ARCHIVE ARGUMENTS...: the java, the module path and an archive of classes, or nothing for them
run_java() {
    java=$1 app=$2 archive=$3
    shift 3
    # Engines have a small heap that is collected often; -Xmx is for what they remember of a guest of 1 TiB. What only
    # answers is over before it pays to compile anything twice.
    case "${1:-}:${2:-}" in
        :* | -*:* | *:--help | *:-h | status:* | control:* | migration:*) own_opts=-XX:TieredStopAtLevel=1 ;;
        migrate:* | receive:* | resume:*)
            own_opts="-Xms16m -Xmn8m -Xmx1g"
            # What a guest waits for goes before what fills the processors, and compilers after it. Only root may.
            [ "$(id -u)" != 0 ] || own_opts="$own_opts -XX:ThreadPriorityPolicy=1 -XX:CompilerThreadPriority=5"
            ;;
        *) own_opts= ;;
    esac
    set -- -m dev.faultline.cli/dev.faultline.cli.Main "$@"
    if [ -n "$archive" ]; then
        # A JVM that does not take the archive starts without it, and has nothing to tell.
        set -- "-XX:SharedArchiveFile=$archive" "-Dfaultline.archive=$archive" -Xlog:cds=off -Xlog:aot=off "$@"
    fi
    # trackAllThreads: the threads of simulated processes that were killed stay parked, and would never be collected.
    # shellcheck disable=SC2086 # the options are lists
    exec "$java" -Djdk.trackAllThreads=false -Xshare:auto -XX:+UseSerialGC -XX:-UsePerfData ${app:+--module-path "$app"} \
        --enable-native-access=dev.faultline.uffd,org.lz4.java,com.github.luben.zstd_jni $own_opts \
        ${FAULTLINE_JAVA_OPTS:-} "$@"
}
