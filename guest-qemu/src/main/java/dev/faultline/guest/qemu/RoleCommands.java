package dev.faultline.guest.qemu;

import dev.faultline.migration.guest.GuestState;

/** What a guest's commands mean to a QEMU in one of its roles; as those of {@code Guest}. */
interface RoleCommands extends AutoCloseable {
    GuestState state();

    void pause();

    void resume();

    byte[] saveDeviceState();

    void expectDeviceState();

    void loadDeviceState(byte[] state);

    void relinquish();

    /** Leaves nothing under way. */
    @Override
    void close();
}
