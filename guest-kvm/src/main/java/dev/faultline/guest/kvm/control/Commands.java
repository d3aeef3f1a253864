package dev.faultline.guest.kvm.control;

import dev.faultline.guest.kvm.control.Lifecycle.Step;
import dev.faultline.migration.guest.GuestRegion;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The commands of the control socket. Safe for all sessions at once. */
final class Commands {
    /** As base64, with its command around it, it is shorter than the longest line. */
    static final int MAX_STATE_BYTES = 11 << 20;

    private static final Set<String> REQUEST_MEMBERS = Set.of("execute", "arguments", "id");

    /** One command. */
    private interface Command {
        Answer execute(ControlSession session, ObjectNode arguments);
    }

    private record Entry(Set<String> arguments, Command command) {}

    private final ServedGuest guest;
    private final GuestDescription description;
    private final Lifecycle lifecycle;
    private final EngineClaim claim;
    private final Map<String, Entry> commands;

    Commands(ServedGuest guest, Runnable quit) {
        this.guest = guest;
        description = GuestDescription.of(guest.machine(), guest.why());
        claim = new EngineClaim(() -> guest.machine().throttle(0));
        lifecycle = new Lifecycle(guest.machine()::state);
        commands = Map.of(
                "query", new Entry(Set.of(), (_, _) -> Answer.of(ReportJson.write(report()))),
                "attach", new Entry(Set.of(), (session, _) -> attach(session)),
                "pause", new Entry(Set.of(), (session, _) -> pause(session)),
                "resume", new Entry(Set.of(), (session, _) -> resume(session)),
                "throttle", new Entry(Set.of("percent"), this::throttle),
                "save-state", new Entry(Set.of(), (session, _) -> saveState(session)),
                "load-state", new Entry(Set.of("state"), this::loadState),
                "relinquish", new Entry(Set.of(), (session, _) -> relinquish(session)),
                "quit", new Entry(Set.of(), (_, _) -> new Answer(Json.object(), List.of(), quit)));
    }

    EngineClaim claim() {
        return claim;
    }

    ObjectNode greeting() {
        ObjectNode greeting = Json.object();
        greeting.putObject("faultline")
                .put("version", Version.OF_THIS_PROGRAM)
                .put("machine", Json.lowerCase(description.machine()))
                .put("why", description.why());
        return greeting;
    }

    Answer execute(ControlSession session, ObjectNode request) {
        String name = Json.text(request, "execute");
        Entry entry = commands.get(name);
        if (entry == null) {
            throw new RefusedException(
                    ErrorClass.UNKNOWN_COMMAND,
                    "there is no command '" + name + "'; there are "
                            + String.join(
                                    ", ", commands.keySet().stream().sorted().toList()));
        }
        checkMembers(request, REQUEST_MEMBERS, "a command");
        ObjectNode arguments = request.has("arguments") ? Json.child(request, "arguments") : Json.object();
        checkMembers(arguments, entry.arguments(), name);
        return entry.command().execute(session, arguments);
    }

    private static void checkMembers(ObjectNode object, Set<String> known, String whose) {
        for (String member : object.propertyNames()) {
            if (!known.contains(member)) {
                throw new RefusedException(ErrorClass.BAD_REQUEST, whose + " has no member '" + member + "'");
            }
        }
    }

    private GuestReport report() {
        return new GuestReport(
                Version.OF_THIS_PROGRAM,
                ProcessHandle.current().pid(),
                guest.machine().state(),
                description,
                guest.regions().stream()
                        .mapToLong(region -> region.file().allocatedBytes())
                        .sum(),
                claim.processId(),
                GuestStatistics.of(guest.machine().stats()));
    }

    private Answer attach(ControlSession session) {
        claim.take(session);
        ObjectNode value = Json.object();
        ArrayNode regions = value.putArray("regions");
        for (GuestRegion region : guest.regions()) {
            regions.addObject()
                    .put("id", region.id())
                    .put("name", region.name())
                    .put("address", region.guestAddress())
                    .put("lengthBytes", region.lengthBytes())
                    .put("pageSizeBytes", region.file().pageSize().bytes());
        }
        return new Answer(value, guest.descriptors(), () -> {});
    }

    private Answer pause(ControlSession session) {
        return change(session, Step.PAUSE, () -> guest.machine().pause());
    }

    private Answer resume(ControlSession session) {
        return change(session, Step.RESUME, () -> guest.machine().resume());
    }

    /** A guest never stays throttled without an engine, also if its engine has gone while this was carried out. */
    private Answer throttle(ControlSession session, ObjectNode arguments) {
        long percent = Json.number(arguments, "percent");
        claim.checkIsEngine(session);
        if (percent != (int) percent) {
            throw new RefusedException(ErrorClass.BAD_REQUEST, "no guest can be throttled by " + percent + " %");
        }
        guest.machine().throttle((int) percent);
        if (session.isOver()) {
            guest.machine().throttle(0);
        }
        return Answer.empty();
    }

    private Answer relinquish(ControlSession session) {
        return change(session, Step.RELINQUISH, () -> guest.machine().relinquish());
    }

    private Answer saveState(ControlSession session) {
        Supplier<Answer> save = () -> {
            byte[] state = guest.machine().saveState();
            if (state.length > MAX_STATE_BYTES) {
                throw new RefusedException(
                        ErrorClass.FAILED,
                        "the device state has " + state.length + " bytes, more than the " + MAX_STATE_BYTES
                                + " that fit into one line");
            }
            return Answer.of(Json.object().put("state", Json.base64(state)));
        };
        return lifecycle.take(Step.SAVE_STATE, () -> claim.checkMayChange(session), save, Answer.empty());
    }

    private Answer loadState(ControlSession session, ObjectNode arguments) {
        byte[] state = Json.base64(arguments, "state");
        return change(session, Step.LOAD_STATE, () -> guest.machine().loadState(state));
    }

    private Answer change(ControlSession session, Step step, Runnable action) {
        Supplier<Answer> change = () -> {
            action.run();
            return Answer.empty();
        };
        return lifecycle.take(step, () -> claim.checkMayChange(session), change, Answer.empty());
    }
}
