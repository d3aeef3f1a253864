package dev.faultline.conformance.model;

import dev.faultline.conformance.subject.SettlingUffd;
import dev.faultline.model.ModelUffd;

/** A userfaultfd of the model. */
final class ModelSubjectUffd extends SettlingUffd {
    private final ModelUffd uffd;

    ModelSubjectUffd(ModelUffd uffd, Runnable settle) {
        super(uffd, settle);
        this.uffd = uffd;
    }

    ModelUffd model() {
        return uffd;
    }
}
