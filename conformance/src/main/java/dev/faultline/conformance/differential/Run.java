package dev.faultline.conformance.differential;

import dev.faultline.conformance.subject.Action;
import dev.faultline.conformance.subject.Result;
import dev.faultline.conformance.subject.Subject;
import dev.faultline.conformance.subject.SubjectProcess;
import dev.faultline.uffd.EventBatch;
import dev.faultline.uffd.Uffd;
import dev.faultline.uffd.os.LinuxException;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a program on a subject. Behind its last step come an end that is the same for all: the userfaultfds are closed, and
 * every page is touched.
 */
final class Run {
    private Run() {}

    /** {@return what could be seen after each step, and at the end; or until the subject failed} */
    static List<Observation> of(Program program, Subject subject) {
        return of(program, subject, () -> {});
    }

    /** As {@link #of(Program, Subject)}, telling of each observation that it was made. */
    static List<Observation> of(Program program, Subject subject, Runnable made) {
        List<Observation> observations = new ArrayList<>();
        try (World world = new World(subject, program);
                Observer observer = new Observer(world)) {
            Performer performer = new Performer(world);
            for (Step step : program.steps()) {
                String result = performer.perform(step);
                observations.add(observer.look(step, result + child(world)));
                made.run();
            }
            observations.add(observer.look(new Step.Close(0), "end" + end(world, performer)));
            observations.add(observer.look(new Step.Close(0), content(world)));
        } catch (RuntimeException e) {
            observations.add(Observation.failed(e));
        }
        return observations;
    }

    private static String end(World world, Performer performer) {
        String child = child(world);
        for (int uffd = 0; uffd < World.UFFDS && child.isEmpty(); uffd++) {
            performer.perform(new Step.Read(uffd, World.BATCH));
            child = child(world);
        }
        world.closeUffds();
        return child;
    }

    /** {@return what the first thread reads from each page} */
    private static String content(World world) {
        StringBuilder text = new StringBuilder();
        for (int page = 0; page < world.program().slots(); page++) {
            Step step = new Step.Load(0, page);
            text.append(text.isEmpty() ? "" : " ");
            text.append(Words.of(world.run(0, step, new Action.Load(world.address(page))), step, world));
        }
        return text.toString();
    }

    /** {@return what a child sees that has been made by now; it then ends} */
    private static String child(World world) {
        int forker = world.forker();
        if (forker < 0) {
            return "";
        }
        Result result = world.thread(forker).result();
        if (result.isBlocked()) {
            return "";
        }
        world.setForker(-1);
        return result.isDone() ? "; child: " + look(world, world.process().takeChild()) : "";
    }

    private static String look(World world, SubjectProcess child) {
        StringBuilder text = new StringBuilder();
        for (int page = 0; page < world.program().slots(); page++) {
            Result result = child.thread().run(new Action.Load(world.address(page)));
            text.append(text.isEmpty() ? "" : " ").append(Words.of(result, null, world));
            if (result.isBlocked()) {
                break;
            }
        }
        for (Uffd uffd : world.forked()) {
            text.append("; ").append(events(world, uffd));
        }
        child.exit();
        child.close();
        return text.toString();
    }

    private static String events(World world, Uffd uffd) {
        List<String> events = new ArrayList<>();
        EventBatch batch = world.batch();
        try {
            int count = uffd.read(batch);
            for (int i = 0; i < count; i++) {
                events.add(Words.of(batch.event(i), world));
            }
        } catch (LinuxException e) {
            events.add("errno " + e.errno());
        }
        return events.toString();
    }
}
