package dev.faultline.uffd;

import dev.faultline.uffd.os.LinuxException;
import java.util.Set;

/** Opens a userfaultfd and prints what comes of it. */
final class UnprivilegedMain {
    private UnprivilegedMain() {}

    public static void main(String[] args) {
        try (LinuxUffd _ = LinuxUffd.open(Set.of())) {
            System.out.println("opened");
        } catch (LinuxException e) {
            System.out.println(e.getMessage());
        }
    }
}
