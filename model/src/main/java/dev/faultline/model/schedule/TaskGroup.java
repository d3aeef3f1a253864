package dev.faultline.model.schedule;

import java.util.ArrayList;
import java.util.List;

/** Tasks that are ended together: a process. */
public final class TaskGroup {
    private final List<Task> tasks = new ArrayList<>();
    private boolean condemned;

    void add(Task task) {
        tasks.removeIf(Task::isDone);
        tasks.add(task);
    }

    List<Task> tasks() {
        return tasks;
    }

    void condemn() {
        condemned = true;
    }

    public boolean isCondemned() {
        return condemned;
    }
}
