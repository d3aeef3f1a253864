/**
 * QMP, the protocol of QEMU's monitor: JSON objects in lines over a Unix socket. Source: docs/interop/qmp-spec.txt of
 * QEMU 7.2.
 */
package dev.faultline.guest.qemu.qmp;
