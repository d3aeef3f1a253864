package dev.faultline.cli.demo;

import dev.faultline.cli.option.GuestOptions;
import dev.faultline.cli.option.LimitOptions;
import dev.faultline.migration.MigrationMode;
import dev.faultline.migration.TestSwitch;

/**
 * What a demo is to show.
 *
 * @param guest the guest
 * @param backend what it runs on
 * @param mode when it changes hosts
 * @param limits what it may cost
 * @param verify whether every page is audited when it has arrived
 * @param compare whether both sides' memory is compared before it goes on
 * @param holdMapSeconds how long to hold the dirty map back after the hand-over
 * @param testSwitch what to break
 */
record DemoSettings(
        GuestOptions guest,
        BackendChoice backend,
        MigrationMode mode,
        LimitOptions limits,
        boolean verify,
        boolean compare,
        long holdMapSeconds,
        TestSwitch testSwitch) {}
