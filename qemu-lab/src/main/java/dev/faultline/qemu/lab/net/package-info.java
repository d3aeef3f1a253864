/** Network namespaces that are joined by links. */
package dev.faultline.qemu.lab.net;
