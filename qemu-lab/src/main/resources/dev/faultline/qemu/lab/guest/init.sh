#!/bin/busybox sh
# The first process of the lab's Linux guest: loads what a virtio disk needs, and becomes the workload.
/bin/busybox mount -t devtmpfs dev /dev
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
# Twice, because the kernel's versions differ in which one needs which.
for pass in 1 2; do
    for module in virtio virtio_ring virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_blk; do
        for file in /modules/$module.ko*; do
            [ -e "$file" ] && /bin/busybox insmod "$file" 2>/dev/null
        done
    done
done
exec /bin/workload
