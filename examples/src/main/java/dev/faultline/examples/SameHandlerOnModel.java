package dev.faultline.examples;

import dev.faultline.model.FreeScheduler;
import dev.faultline.model.MapRequest;
import dev.faultline.model.ModelFile;
import dev.faultline.model.ModelKernel;
import dev.faultline.model.ModelProcess;
import dev.faultline.model.ModelThread;
import dev.faultline.model.ModelUffd;
import dev.faultline.model.Rules;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.memory.AliasMapping;
import dev.faultline.uffd.memory.PageSize;
import java.util.EnumSet;

/** The program of {@link MinorFaults}, with the same handler, on the model: no kernel feature, no permission. */
final class SameHandlerOnModel {
    private static final int PAGES = 8;

    private SameHandlerOnModel() {}

    public static void main(String[] arguments) {
        PageSize size = PageSize.SIZE_4K;
        ModelKernel kernel = new ModelKernel(Rules.MAINLINE, new FreeScheduler());
        ModelProcess process = kernel.newProcess();
        ModelThread thread = process.newThread();
        ModelFile file = kernel.createFile("example", PAGES * size.bytes(), size);
        long guestAddress = thread.mmap(MapRequest.shared(file));
        try (AliasMapping alias = file.mapAlias();
                ModelUffd uffd = process.openUffd(0)) {
            alias.makeWritable(0, file.lengthBytes());
            alias.segment().fill((byte) 'o');
            uffd.register(guestAddress, file.lengthBytes(), EnumSet.of(RegisterMode.MISSING, RegisterMode.MINOR));
            System.out.println("the model's smaps: " + process.vmFlags(guestAddress));
            try (FaultHandler _ = new FaultHandler(
                    uffd,
                    guestAddress,
                    file,
                    (page, content) -> content.fill((byte) 'n'),
                    page -> System.out.println("fault on page " + page))) {
                for (int page = PAGES - 1; page >= 0; page--) {
                    System.out.println("the guest reads " + (char) thread.load(guestAddress + page * size.bytes()));
                }
                uffd.unregister(guestAddress, file.lengthBytes());
            }
        }
    }
}
