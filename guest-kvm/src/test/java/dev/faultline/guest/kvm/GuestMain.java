package dev.faultline.guest.kvm;

import dev.faultline.migration.guest.GuestException;
import dev.faultline.uffd.memory.PageSize;
import java.util.List;
import java.util.OptionalLong;

/** Runs a guest as the command line would. */
final class GuestMain {
    private GuestMain() {}

    public static void main(String[] args) {
        int status = 1;
        try {
            status = GuestProcess.run(decode(args[0]), System.out::println);
        } catch (GuestException e) {
            System.out.println(e.getMessage());
        }
        System.exit(status);
    }

    static String encode(GuestConfig config) {
        return String.join(
                " ",
                config.controlName(),
                Long.toString(config.memoryBytes()),
                config.pageSize().name(),
                Integer.toString(config.vcpus()),
                Long.toString(config.workingSetBytes()),
                Long.toString(config.coldSetBytes()),
                Long.toString(config.writeRatePagesPerSecond()),
                Boolean.toString(config.incoming()),
                Boolean.toString(config.startPaused()),
                config.machine().name(),
                Long.toString(config.parentProcessId().orElse(0)));
    }

    static GuestConfig decode(String argument) {
        List<String> words = List.of(argument.split(" "));
        long parent = Long.parseLong(words.get(10));
        return new GuestConfig(
                words.get(0),
                Long.parseLong(words.get(1)),
                PageSize.valueOf(words.get(2)),
                Integer.parseInt(words.get(3)),
                Long.parseLong(words.get(4)),
                Long.parseLong(words.get(5)),
                Long.parseLong(words.get(6)),
                Boolean.parseBoolean(words.get(7)),
                Boolean.parseBoolean(words.get(8)),
                MachineChoice.valueOf(words.get(9)),
                parent == 0 ? OptionalLong.empty() : OptionalLong.of(parent));
    }
}
