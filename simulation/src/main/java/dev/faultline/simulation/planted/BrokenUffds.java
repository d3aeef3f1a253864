package dev.faultline.simulation.planted;

import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Outcome;
import dev.faultline.uffd.RegisterMode;
import dev.faultline.uffd.Uffd;
import java.util.IdentityHashMap;
import java.util.function.UnaryOperator;

/** What a destination does wrong with its userfaultfd. */
final class BrokenUffds {
    private static final int DROPPED_EVERY = 3;

    private BrokenUffds() {}

    static Guest with(Guest guest, UnaryOperator<Uffd> broken) {
        IdentityHashMap<Uffd, Uffd> brokenOnes = new IdentityHashMap<>();
        return new ForwardingGuest(guest) {
            @Override
            public Uffd uffd(GuestRegion region) {
                return brokenOnes.computeIfAbsent(super.uffd(region), broken);
            }
        };
    }

    /** Maps the page after each run too, whatever it holds. */
    static Uffd mappingMore(Uffd uffd, long pageBytes) {
        return new ForwardingUffd(uffd) {
            @Override
            public Outcome continuePages(long address, long lengthBytes, int flags) {
                Outcome outcome = super.continuePages(address, lengthBytes, flags);
                if (outcome.isDone()) {
                    super.continuePages(address + lengthBytes, pageBytes, flags);
                }
                return outcome;
            }
        };
    }

    static Uffd wakingNobody(Uffd uffd) {
        return new ForwardingUffd(uffd) {
            @Override
            public Outcome continuePages(long address, long lengthBytes, int flags) {
                return super.continuePages(address, lengthBytes, flags | DONT_WAKE);
            }
        };
    }

    static Uffd losingFaults(Uffd uffd) {
        return new ForwardingUffd(uffd) {
            private int reads;

            @Override
            public int read(EventBatch batch) {
                int count = super.read(batch);
                reads++;
                return reads % DROPPED_EVERY == 0 ? 0 : count;
            }
        };
    }

    static Uffd registeringMinorOnly(Uffd uffd) {
        return new ForwardingUffd(uffd) {
            @Override
            public long register(long address, long lengthBytes, long modeBits) {
                return super.register(address, lengthBytes, modeBits & ~RegisterMode.MISSING.mask());
            }
        };
    }
}
