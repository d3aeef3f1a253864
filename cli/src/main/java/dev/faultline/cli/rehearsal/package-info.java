/** Moves within this process before a real one, so that the code of a hand-over has been run when a guest stands still. */
@NullMarked
package dev.faultline.cli.rehearsal;

import org.jspecify.annotations.NullMarked;
