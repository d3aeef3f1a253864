package dev.faultline.conformance;

/**
 * One case on one kind of memory, and what came of it.
 *
 * @param section the part of the semantics that it is of
 * @param name what it looks at
 * @param memory the kind of memory, or an empty text where it does not matter
 * @param expected what must come of it on this kernel
 * @param kernel what the kernel gave
 * @param model what the model gave
 */
public record Check(String section, String name, String memory, String expected, Answer kernel, Answer model) {
    /** {@return how it came out} */
    public Verdict verdict() {
        if (kernel.isWrong() || model.isWrong()) {
            return Verdict.DIFFERS;
        }
        if (kernel.isRight()) {
            return model.isRight() ? Verdict.SAME : Verdict.KERNEL_ONLY;
        }
        return model.isRight() ? Verdict.MODEL_ONLY : Verdict.SKIPPED;
    }

    /** {@return what came of it: the kernel's outcome, or the model's where the kernel was not asked} */
    public String outcome() {
        return kernel.tried() ? kernel.text() : model.text();
    }

    /** {@return why one of the two was not asked, or an empty text} */
    public String skipReason() {
        return !kernel.tried() ? kernel.text() : model.tried() ? "" : model.text();
    }

    /** {@return section, name and memory} */
    public String id() {
        return section + ": " + name + (memory.isEmpty() ? "" : " [" + memory + "]");
    }
}
