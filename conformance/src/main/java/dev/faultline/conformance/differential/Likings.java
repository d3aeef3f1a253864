package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.MemoryKind;
import dev.faultline.uffd.UffdFeature;
import java.util.SplittableRandom;

/** What a program does often, what never, and which features its userfaultfds have. */
final class Likings {
    /** Sorts of steps, and how often a program without likings does them. */
    enum Sort {
        TOUCH(14),
        KERNEL_ACCESS(3),
        FILE(6),
        RESOLVE(12),
        PROTECT(5),
        REGISTER(3),
        UNREGISTER(2),
        READ(5),
        WAKE(2),
        ADVISE(4),
        MAP(3),
        REMAP(2),
        FORK(1),
        INTERRUPT(1),
        SCAN(3),
        UFFD(1),
        RACE(1);

        private final int weight;

        Sort(int weight) {
            this.weight = weight;
        }
    }

    private static final Sort[] SORTS = Sort.values();
    /** With what a weight is multiplied, each as likely as the others. */
    private static final int[] FACTORS = {0, 1, 1, 3};

    private final SplittableRandom random;
    private final int[] weights = new int[SORTS.length];
    private final long features;
    private final int total;

    Likings(SplittableRandom random, MemoryKind kind) {
        this.random = random;
        int sum = 0;
        for (int i = 0; i < SORTS.length; i++) {
            weights[i] = SORTS[i].weight * factor(SORTS[i], kind);
            sum += weights[i];
        }
        total = sum;
        features = chooseFeatures();
    }

    private int factor(Sort sort, MemoryKind kind) {
        int factor = FACTORS[random.nextInt(FACTORS.length)];
        return switch (sort) {
            case TOUCH, RESOLVE, READ -> Math.max(1, factor);
            case FILE -> kind.isOfFile() ? Math.max(1, factor) : 0;
            default -> factor;
        };
    }

    private long chooseFeatures() {
        long chosen = 0;
        boolean events = random.nextInt(2) == 0;
        for (UffdFeature feature : UffdFeature.values()) {
            int oneIn = switch (feature) {
                case EVENT_FORK, EVENT_REMAP, EVENT_REMOVE, EVENT_UNMAP -> events ? 2 : 0;
                case THREAD_ID -> 2;
                case SIGBUS -> 12;
                case WP_ASYNC -> 4;
                default -> 3;
            };
            if (oneIn > 0 && random.nextInt(oneIn) == 0) {
                chosen |= feature.mask();
            }
        }
        return chosen;
    }

    /** {@return the features that the program's userfaultfds are opened with, and more} */
    long features(long more) {
        return features | more;
    }

    Sort next() {
        int at = random.nextInt(total);
        for (int i = 0; i < SORTS.length; i++) {
            at -= weights[i];
            if (at < 0) {
                return SORTS[i];
            }
        }
        throw new IllegalStateException("no weight is left");
    }
}
