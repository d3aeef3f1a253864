package dev.faultline.guest.kvm;

import dev.faultline.guest.kvm.control.GuestDescription;
import dev.faultline.guest.kvm.control.GuestReport;
import dev.faultline.guest.kvm.control.GuestStatistics;
import dev.faultline.guest.kvm.control.Version;
import dev.faultline.guest.kvm.machine.Machine;
import dev.faultline.guest.kvm.machine.NativeMachine;
import dev.faultline.guest.kvm.workload.MemoryMap;
import dev.faultline.migration.guest.Guest;
import dev.faultline.migration.guest.GuestException;
import dev.faultline.migration.guest.GuestRegion;
import dev.faultline.migration.guest.GuestState;
import dev.faultline.uffd.Pagemap;
import dev.faultline.uffd.Uffd;
