package dev.faultline.uffd.paged;

import dev.faultline.uffd.ChildMain;
import dev.faultline.uffd.NativeThread;
import java.io.IOException;

/** Natively touches a page that cannot be loaded. */
final class PoisonMain {
    private PoisonMain() {}

    public static void main(String[] args) {
        ChildMain.begin(args);
        try (NativeThread thread = new NativeThread();
                PagedRegion region = PagedRegion.open(PagedRegionOptions.of(4096), (_, _) -> {
                    throw new IOException("the disk is on fire");
                })) {
            NativeThread.await(thread.load(region.address(), 8));
            System.out.println("survived");
        }
    }
}
