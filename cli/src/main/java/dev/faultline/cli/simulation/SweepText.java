package dev.faultline.cli.simulation;

/** What a sweep's report says about itself. */
final class SweepText {
    static final String HEAD = """
            # What moving a guest costs, simulated

            The engines run as they are, in virtual time; nothing goes wrong. What is around them is a model:

            - **Memory** has no content. The simulated guest is made of units of 2 MiB, at most 2,048 of them; with more memory a
              unit stands for as many bytes as that needs (1 TiB: 512 MiB each). What the engine sends, scans, maps and registers
              is counted, and charged, in pages of the real guest. Vcpus (4) touch units anywhere, evenly, and wait for those that are
              not there.
            - **Kernel**, per GiB of 4 KiB pages of tmpfs (2 MiB pages of hugetlbfs), as measured on Linux 6.18.44: scan 0.65 ms
              clean and 12 ms all written (0.02, 0.11), write-protect 33 ms (0.1), unregister 35 ms (0.05). CONTINUE 0.61 us and
              0.22 us a page (0.7, 0.23), for as many pages around a touched one as the engine maps. 27 us until a sleeping
              handler has a fault.
            - **Copying**: 0.3 ns a byte on each side and connection (loopback TCP carries 2 to 5 GB/s by one stream).
            - **Machine**: 50 us a command, 2.5 ms to save and 2.5 ms to load its devices (QEMU's 5 ms), 100 KiB of state; the
              load touches no memory.
            - **Network**: the latency, the bandwidth that all connections share, a window of 6 MiB for each (Linux without tuning).
              Connections take turns of 64 KiB, so that faults and control messages do not queue behind bulk.
            - **A fault** is answered as soon as the one page that was touched would be. The rest of its unit follows among the bulk;
              for the guest it is there at once. So waits are those of a whole guest, but there are fewer of them: one for each
              unit at most.
            - **Not charged**: the engines' own work on bitmaps, journals and hashes, first writes to protected pages, the JVM.
            - A run of frames that is acknowledged at once (16) is longer, in bytes, than a whole guest's by the same factor as a
              frame. At the pause of a hybrid move up to 0.8 % of the memory count as dirty for that reason alone.
            - The last scan goes in steps of an eighth of the memory, and not of 64 MiB. A fault that comes while one is scanned waits
              for its end: with much memory and much written (hybrid, pre-copy) the longest waits are longer than a whole guest's.
            - Idle engines look up every 0.5 s and not every 50 ms.

            Downtime is from the stop of the source's vCPUs until those of the destination run.
            """;

    static final String COMPARISON = """
            Guests of which each 2 MiB are simulated, beside the same with units four times as large. 25 % written, 1 ms latency.
            A pre-copy's downtime is that of its last few units, so with larger ones it comes in larger steps, either way.
            There is no measurement on a network of 1 Gbit/s to compare with: docs/benchmarks.md has loopback only.
            """;

    static final String GROWTH = """
            10 Gbit/s, 1 ms latency, 4 connections, a guest that writes 25 % of what the link carries.
            """;

    static final String GRID = """
            Each cell: downtime; total time; bytes sent / RAM; median and longest wait of a vCPU for a page. Columns: what the
            guest writes, as a share of what the link carries. 4 KiB pages; 4 connections but in the last column.
            """;

    private SweepText() {}
}
