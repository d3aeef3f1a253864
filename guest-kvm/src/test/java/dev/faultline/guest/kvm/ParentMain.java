package dev.faultline.guest.kvm;

import java.util.OptionalLong;

/** Starts a guest that is to die with this process, tells its process id, and waits to be killed. */
final class ParentMain {
    private ParentMain() {}

    public static void main(String[] args) {
        GuestConfig config = TestConfig.withParent(
                GuestMain.decode(args[0]),
                OptionalLong.of(ProcessHandle.current().pid()));
        ChildGuest guest = new ChildGuest(config);
        System.out.println(guest.readLine());
        System.out.println(guest.processId());
        guest.exitStatus();
    }
}
