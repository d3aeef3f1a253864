package dev.faultline.conformance.model;

import dev.faultline.conformance.subject.Need;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.model.Defect;
import dev.faultline.model.ModelKernel;
import dev.faultline.model.Rules;
import dev.faultline.model.SeededScheduler;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The model. Each process is on a machine of its own, with its descendants. */
public final class ModelSubject implements Subject {
    private final Rules rules;
    private final Defect defect;
    private final long seed;
    private @Nullable SeededScheduler scheduler;

    /**
     * Makes it.
     *
     * @param rules which kernel it is
     * @param defect the fault planted in it
     * @param seed decides the interleaving of its threads
     */
    public ModelSubject(Rules rules, Defect defect, long seed) {
        this.rules = rules;
        this.defect = defect;
        this.seed = seed;
    }

    @Override
    public String name() {
        return "model";
    }

    @Override
    public SubjectProcess newProcess() {
        SeededScheduler newest = new SeededScheduler(seed);
        scheduler = newest;
        ModelKernel kernel = new ModelKernel(rules, newest, defect);
        kernel.setSwap(true);
        return ModelSubjectProcess.of(kernel);
    }

    /** {@return whether the seed has decided anything in the newest process} */
    public boolean hasChosen() {
        return scheduler != null && scheduler.hasChosen();
    }

    @Override
    public Optional<String> lacks(Need need) {
        return switch (need) {
            case HUGE_PAGES, SWAP -> Optional.empty();
            case RAW_CALLS -> Optional.of("the model has calls of types, not system calls by number");
            case TRANSPARENT_HUGE_PAGES -> Optional.of("the model has no transparent huge pages");
            case USERS -> Optional.of("the model knows no users");
            case LOCKED_MEMORY -> Optional.of("the model locks no memory");
            case OTHER_MEMORY -> Optional.of("the model has no memory of this kind");
        };
    }

    @Override
    public void close() {}
}
