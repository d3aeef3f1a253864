package dev.faultline.guest.qemu.qmp;

import dev.faultline.migration.guest.GuestException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A command whose answer is waited for. */
final class PendingCall {
    final long id;
    final String command;
    private final CompletableFuture<QmpReply> reply = new CompletableFuture<>();

    PendingCall(long id, String command) {
        this.id = id;
        this.command = command;
    }

    void complete(QmpReply answer) {
        reply.complete(answer);
    }

    void fail(String reason) {
        reply.completeExceptionally(new GuestException(reason));
    }

    /**
     * {@return the answer}
     *
     * @throws TimeoutException when the time is up
     * @throws GuestException if there will be none
     */
    QmpReply await(long timeoutNanos) throws TimeoutException {
        try {
            return reply.get(Math.max(0, timeoutNanos), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw new GuestException(cause == null ? "no answer" : String.valueOf(cause.getMessage()), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GuestException("The wait for QEMU's answer to '" + command + "' was interrupted", e);
        }
    }
}
