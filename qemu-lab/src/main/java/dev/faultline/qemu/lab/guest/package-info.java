/** What the guests are made of: a Linux with a workload, and a ROM. Built on demand and kept. */
package dev.faultline.qemu.lab.guest;
