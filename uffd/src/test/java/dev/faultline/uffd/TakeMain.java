package dev.faultline.uffd;

import dev.faultline.uffd.os.Fd;
import dev.faultline.uffd.os.LinuxException;
import dev.faultline.uffd.os.Pidfd;

/** Takes a descriptor of its parent and prints what comes of it. */
final class TakeMain {
    private TakeMain() {}

    public static void main(String[] args) {
        try (Pidfd parent = Pidfd.open(Long.parseLong(args[0]));
                Fd _ = parent.takeFd(0)) {
            System.out.println("taken");
        } catch (LinuxException e) {
            System.out.println(e.getMessage());
        }
    }
}
